"""What the targets say and pass on; the commands behind them are tested with their modules."""

import os
import shutil
import subprocess

import pytest

from analysis import paths

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def make(*words, **variables):
    clean = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "CORPUS")}
    return subprocess.run(["make", "-f", str(paths.ROOT / "Makefile"), *words], text=True,
                          cwd=paths.ROOT, env=clean | variables, capture_output=True)  # fmt: skip


def test_mentions_without_a_corpus_is_one_clear_message():
    run = make("mentions")
    assert run.returncode != 0 and not run.stdout
    (said,) = run.stderr.splitlines()
    assert "Say where the texts are: make mentions CORPUS=path" in said


def test_mentions_passes_on_the_options_that_were_given_and_no_others():
    run = make("-n", "mentions", "CORPUS=my texts", "TEXT=body", "DATE=", "SCHEDULER=tcp://h:1",
               ID="from the shell", OUT="from the shell")  # fmt: skip
    command = run.stdout.split("-m analysis.corpus")[1].split("\n\n")[0]
    words = command.replace("\\\n", " ").split()
    assert words == ["'my", "texts'", "--text", "'body'", "--date", "''", "--scheduler",
                     "'tcp://h:1'"]  # fmt: skip


def test_every_target_has_its_line_in_help():
    text = (paths.ROOT / "Makefile").read_text(encoding="utf-8")
    phony = text.split(".PHONY:")[1].split("\n\n")[0].replace("\\", " ").split()
    listed = [line.split()[1] for line in make("help").stdout.splitlines()]
    assert sorted(phony) == sorted(listed)
