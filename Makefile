# Every task of the suite. `make help` lists them; no logic lives here.
PYTHON  ?= python3
VENV    := .venv
PY      := $(VENV)/bin/python
READY   := $(VENV)/.ready
JOBS    ?= 2
SET     ?=
BASE    ?= HEAD
CORPUS  ?=
SIZE    ?= 1000
# An option for what stands on the command line, even if empty (DATE= means no dates), and
# for nothing else: the shell may well have a variable called ID or OUT.
given    = $(if $(filter command,$(firstword $(origin $(1)))),--$(2) '$($(1))')

.DEFAULT_GOAL := help
.PHONY: help env lock lab seeds codebook notebooks figures report score trace duplicates mentions bench \
	verify impact lint test clean clobber

help: ## list every target with one line each
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

env: $(READY) ## build the isolated environment in .venv from requirements.lock

$(READY): requirements.lock pyproject.toml
	@echo "==> building the environment (once, about a minute)"
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if v == (3, 11) else "Python 3.11 is needed, this is %d.%d: make PYTHON=python3.11 ..." % v)'
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

lock: $(READY) ## refresh requirements.lock from pyproject.toml
	@$(VENV)/bin/uv pip compile pyproject.toml --extra dev --python-version 3.11 --generate-hashes \
		--custom-compile-command "make lock" --quiet --upgrade -o requirements.lock

lab: $(READY) ## open JupyterLab on the notebooks with the kernel ready
	@$(VENV)/bin/jupyter lab --notebook-dir=notebooks

seeds: $(READY) ## resolve claims into events, validate every table, print the counts
	@$(PY) -m analysis seeds

codebook: $(READY) ## write docs/codebook.md from the schema and the codes
	@$(PY) -m analysis codebook

notebooks: $(READY) ## run all notebooks with defaults and store them in their committed form
	@$(PY) -m analysis notebooks --jobs $(JOBS)

figures: $(READY) ## regenerate the figures that are out of date (SET="start=2015-01-01" for other parameters)
	@$(PY) -m analysis run --jobs $(JOBS) $(foreach s,$(SET),-p $(s))

report: $(READY) ## regenerate what is out of date, then write build/report/index.html
	@$(PY) -m analysis report --jobs $(JOBS) $(foreach s,$(SET),-p $(s))

score: $(READY) ## score the mention matcher against the coded articles and labelled releases
	@$(PY) -m analysis mentions-score

trace: $(READY) ## follow one event to its claims, rules and addresses: make trace EVENT=AFTO-2021-0191
	@$(PY) -m analysis trace "$(or $(EVENT),$(error Say which event: make trace EVENT=AFTO-2021-0191))"

duplicates: $(READY) ## find copies of one report among your texts: make duplicates TEXTS=folder
	@$(PY) -m analysis duplicates "$(or $(TEXTS),$(error Say where the texts are: make duplicates TEXTS=folder))"

# Without a corpus there is nothing to build an environment for.
mentions: $(if $(CORPUS),$(READY)) ## measure air-strike mentions in texts of your own: make mentions CORPUS=path
	@$(PY) -m analysis.corpus '$(or $(CORPUS),$(error Say where the texts are: make mentions CORPUS=path, a folder \
		of .txt or a CSV, TSV or Parquet file; TEXT= DATE= ID= OUTLET= name its columns))' \
		$(call given,TEXT,text) $(call given,DATE,date) $(call given,ID,id) \
		$(call given,OUTLET,outlet) $(call given,ENCODING,encoding) $(call given,DATE_FORMAT,date-format) \
		$(call given,DELIMITER,delimiter) $(call given,FORM,form) $(call given,LEXICON,lexicon) \
		$(call given,WORKERS,workers) $(call given,OUT,out) $(call given,SCHEDULER,scheduler)

bench: $(READY) ## measure the speed of the mention measure beside other tools: make bench SIZE=100 (MB)
	@$(PY) benchmarks/mentions.py --mb $(SIZE)

verify: $(READY) ## regenerate everything in a scratch folder and compare it with figures/
	@$(PY) -m analysis verify --jobs $(JOBS)

impact: $(READY) ## print what a change in seeds moves: make impact BASE=main
	@$(PY) -m analysis impact --base $(BASE) --jobs $(JOBS)

lint: $(READY) ## check style and imports with ruff
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .

test: $(READY) lint ## run every check: tables, code, notebooks (nbval), figures byte for byte
	@$(PY) -m pytest -n 2 --dist loadfile
	@FIGURES_DIR="$(CURDIR)/build/nbval" IPYTHONDIR="$(CURDIR)/build/ipython" $(PY) -m pytest --nbval --nbval-current-env \
		--nbval-cell-timeout=300 -n 2 --dist loadfile notebooks
	@$(PY) -m analysis verify --jobs $(JOBS)

clean: ## remove what runs have built, keep the environment
	@rm -rf build

clobber: clean ## remove the environment too
	@rm -rf $(VENV)
