"""Run the notebooks: strict, two at a time, only what is out of date.

papermill executes each notebook; this module checks the parameters first, skips what has
not changed, keeps what succeeded when another fails, and turns executed copies into the
form that is committed.
"""

import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from tqdm import tqdm

from analysis import params, paths, schema
from analysis.errors import ParameterError, RunError
from analysis.tables import write_text

KEYS = paths.BUILD / "keys"
RECORDED = re.compile(r"<!--=([\w.]+)-->(.*?)<!--/-->", re.DOTALL)


@dataclass(frozen=True)
class Outcome:
    """What became of one notebook: ``ran``, ``fresh`` (nothing to do) or ``failed``."""

    notebook: str
    state: str
    message: str = ""


def executed_dir(out_dir: Path) -> Path:
    """Folder of executed copies: ``build/notebooks``, or beside outputs kept elsewhere."""
    same = out_dir.resolve() == paths.FIGURES.resolve()
    return paths.BUILD / "notebooks" if same else out_dir / "notebooks"


def notebook_names() -> list[str]:
    """Names of all notebooks, in reading order."""
    return sorted(p.stem for p in paths.NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))


def choose(wanted: Sequence[str]) -> list[str]:
    """Notebooks by name or number; all if none is wanted.

    Raises
    ------
    ParameterError
        If one does not exist.
    """
    names = notebook_names()
    if not wanted:
        return names
    chosen = []
    for word in wanted:
        stem = Path(word).stem
        hits = [n for n in names if stem in (n, n[:2])]
        if not hits:
            raise ParameterError(f"no notebook {word!r}. There are: {', '.join(names)}.")
        chosen += hits
    return chosen


def plan(names: Sequence[str], overrides: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Full parameter values of each notebook, checked before any kernel starts.

    Raises
    ------
    ParameterError
        If an override is declared by none of the notebooks, ill-typed or out of range.
    """
    defaults = {name: params.declared(paths.NOTEBOOKS / f"{name}.ipynb") for name in names}
    known = list(dict.fromkeys(p for values in defaults.values() for p in values))
    params.check(overrides, known)
    planned = {}
    for name, values in defaults.items():
        own = {k: v for k, v in overrides.items() if k in values}
        planned[name] = params.check({**values, **own}, list(values))
    return planned


def build_key(name: str, values: Mapping[str, Any]) -> str:
    """Hash of everything a notebook's outputs depend on."""
    cells = nbformat.read(paths.NOTEBOOKS / f"{name}.ipynb", as_version=4).cells
    digest = hashlib.sha256()
    for cell in cells:
        if cell.cell_type == "code":
            digest.update(cell.source.encode())
    digest.update(json.dumps(values, sort_keys=True, default=str).encode())
    digest.update(schema.fingerprint().encode())
    for module in sorted((paths.ROOT / "analysis").glob("*.py")):
        digest.update(module.read_bytes())
    # Stored scores, which notebook 04 quotes.
    for stored in sorted((paths.ROOT / "benchmarks").glob("mentions_*.csv")):
        digest.update(stored.read_bytes())
    digest.update(paths.LOCK.read_bytes())
    return digest.hexdigest()


def _key_file(name: str, out_dir: Path) -> Path:
    where = hashlib.sha256(str(out_dir.resolve()).encode()).hexdigest()[:12]
    return KEYS / f"{name}.{where}.json"


def _is_fresh(name: str, out_dir: Path, key: str) -> bool:
    path = _key_file(name, out_dir)
    if not path.exists() or not (executed_dir(out_dir) / f"{name}.ipynb").exists():
        return False
    record = json.loads(path.read_text())
    return record["key"] == key and all(
        (out_dir / f).exists() and _digest(out_dir / f) == h for f, h in record["files"].items()
    )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def run(
    names: Sequence[str],
    overrides: Mapping[str, Any] | None = None,
    jobs: int = 2,
    force: bool = False,
) -> list[Outcome]:
    """Execute notebooks that are out of date.

    Parameters
    ----------
    names
        Notebooks, as `choose` returns them.
    overrides
        Parameter values that replace the defaults.
    jobs
        Notebooks executed at a time.
    force
        Execute even what is up to date.

    Returns
    -------
    list of Outcome
        One a notebook, in the order given. Failures are outcomes, not exceptions, so
        one bad notebook does not cost the others their results.
    """
    planned = plan(names, overrides or {})
    outcomes: dict[str, Outcome] = {}
    waiting = {}
    for name, values in planned.items():
        out_dir = Path(values.get("out_dir") or paths.FIGURES)
        if not force and _is_fresh(name, out_dir, build_key(name, values)):
            outcomes[name] = Outcome(name, "fresh")
        else:
            waiting[name] = {k: v for k, v in values.items() if k in (overrides or {})}
    if waiting:
        _isolate_kernels()
        with (
            ProcessPoolExecutor(max_workers=max(1, jobs)) as pool,
            tqdm(total=len(waiting), desc="notebooks", file=sys.stderr, disable=None) as bar,
        ):
            futures = {pool.submit(_execute, n, given): n for n, given in waiting.items()}
            for future in as_completed(futures):
                outcome = future.result()
                outcomes[outcome.notebook] = outcome
                bar.set_postfix_str(f"{outcome.notebook} {outcome.state}")
                bar.update()
                if outcome.state == "ran":
                    _remember(outcome.notebook, planned[outcome.notebook])
    return [outcomes[name] for name in planned]


def _remember(name: str, values: Mapping[str, Any]) -> None:
    out_dir = Path(values.get("out_dir") or paths.FIGURES)
    results = json.loads((out_dir / f"results_{name}.json").read_text(encoding="utf-8"))
    slugs = results.get("figures", [])
    files = [f"results_{name}.json"]
    for slug in slugs:
        files += [f"{slug}.csv", f"{slug}.json"]
        files += [f"{slug}.{form}" for form in values.get("formats", [])]
    record = {
        "key": build_key(name, values),
        "files": {f: _digest(out_dir / f) for f in files},
    }
    write_text(_key_file(name, out_dir), json.dumps(record, indent=1))


def _execute(name: str, given: Mapping[str, Any]) -> Outcome:
    """Run one notebook in this process's child kernel; the executed copy is kept."""
    import papermill
    from papermill.exceptions import PapermillExecutionError

    out_dir = Path(given.get("out_dir") or paths.FIGURES)
    folder = executed_dir(out_dir)
    folder.mkdir(parents=True, exist_ok=True)
    target, failed = folder / f"{name}.ipynb", folder / f"{name}.failed.ipynb"
    scratch = folder / f".{name}.part.ipynb"
    try:
        papermill.execute_notebook(
            str(paths.NOTEBOOKS / f"{name}.ipynb"),
            str(scratch),
            parameters=dict(given),
            cwd=str(paths.ROOT),
            kernel_name="python3",
            progress_bar=False,
            log_output=False,
        )
    except PapermillExecutionError as error:
        scratch.replace(failed)
        return Outcome(name, "failed", f"cell {error.cell_index}: {error.ename}: {error.evalue}")
    except Exception as error:
        return Outcome(name, "failed", f"{type(error).__name__}: {error}")
    results = json.loads((out_dir / f"results_{name}.json").read_text(encoding="utf-8"))
    notebook = bind_notebook(nbformat.read(scratch, as_version=4), results)
    nbformat.write(notebook, scratch)
    scratch.replace(target)
    failed.unlink(missing_ok=True)
    return Outcome(name, "ran")


def _isolate_kernels() -> None:
    """Keep a user's start-up files, the kernel's notices and its threads out of runs."""
    profile = paths.BUILD / "ipython" / "profile_default"
    config = profile / "ipython_kernel_config.py"
    if not config.exists():
        write_text(config, "c.IPKernelApp.log_level = 50\n")
    os.environ["IPYTHONDIR"] = str(profile.parent)
    # One thread a kernel: notebooks already run side by side, and sums over threads would
    # differ in the last digit from run to run.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def summary(outcomes: Sequence[Outcome]) -> str:
    """One line a notebook, failures last with cell and error.

    Raises
    ------
    RunError
        If any notebook failed.
    """
    lines = [f"  {o.notebook}: {'up to date' if o.state == 'fresh' else o.state}"
             for o in outcomes if o.state != "failed"]  # fmt: skip
    failed = [o for o in outcomes if o.state == "failed"]
    if failed:
        lines += [f"  {o.notebook}: FAILED in {o.message}" for o in failed]
        raise RunError("\n".join([f"{len(failed)} of {len(outcomes)} notebooks failed:", *lines]))
    return "\n".join(lines)


# --- prose that quotes results --------------------------------------------------------


def bind(text: str, results: Mapping[str, Any]) -> str:
    """Put recorded results between their markers, ``<!--=name-->...<!--/-->``.

    Raises
    ------
    RunError
        If a marker names a result that was not recorded.
    """

    def quote(match: re.Match[str]) -> str:
        name = match[1]
        if name not in results:
            raise RunError(f"prose quotes {name!r}, which no cell records.")
        value = results[name]
        shown = f"{value:,}" if isinstance(value, int) else str(value)
        return f"<!--={name}-->{shown}<!--/-->"

    return RECORDED.sub(quote, text)


def bind_notebook(
    notebook: nbformat.NotebookNode, results: Mapping[str, Any]
) -> nbformat.NotebookNode:
    """Same as `bind`, for every markdown cell."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = bind(cell.source, results)
    return notebook


# --- the committed form ---------------------------------------------------------------


def committed_form(
    notebook: nbformat.NotebookNode, source: nbformat.NotebookNode
) -> nbformat.NotebookNode:
    """Executed notebook without anything that differs between two equal runs.

    Parameters
    ----------
    notebook
        Executed copy.
    source
        The notebook it came from, whose cell ids and tags are kept.
    """
    clean = nbformat.v4.new_notebook(
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    by_id = {c.id: c for c in notebook.cells}
    count = 0
    for cell in source.cells:
        done = by_id[cell.id]
        tags = cell.metadata.get("tags", [])
        metadata = {"tags": tags} if tags else {}
        if cell.cell_type == "markdown":
            new = nbformat.v4.new_markdown_cell(done.source, id=cell.id, metadata=metadata)
        else:
            count += 1
            new = nbformat.v4.new_code_cell(
                cell.source,
                id=cell.id,
                metadata=metadata,
                execution_count=count,
                outputs=[_clean_output(o, count) for o in _merged(done.outputs)],
            )
        clean.cells.append(new)
    return clean


def _merged(outputs: Sequence[Any]) -> list[Any]:
    """Stream pieces of one name joined: how they are cut depends on timing."""
    joined: list[Any] = []
    for output in outputs:
        last = joined[-1] if joined else None
        if (
            last
            and output.output_type == last.output_type == "stream"
            and (output.name == last.name)
        ):
            last.text += output.text
        else:
            joined.append(output)
    return joined


def _clean_output(output: Any, count: int) -> Any:
    if output.output_type == "stream":
        if output.name == "stderr":
            raise RunError(f"a cell writes to stderr: {output.text.strip()[:200]}")
        return nbformat.v4.new_output("stream", name=output.name, text=output.text)
    kept = {k: v for k, v in output.data.items() if k in ("text/plain", "image/png")}
    metadata = {k: v for k, v in output.get("metadata", {}).items() if k in kept}
    if output.output_type == "execute_result":
        return nbformat.v4.new_output(
            "execute_result", data=kept, metadata=metadata, execution_count=count
        )
    return nbformat.v4.new_output("display_data", data=kept, metadata=metadata)


def store_notebooks(names: Sequence[str]) -> list[str]:
    """Write executed copies back in their committed form; return those that changed."""
    changed = []
    for name in names:
        path = paths.NOTEBOOKS / f"{name}.ipynb"
        source = nbformat.read(path, as_version=4)
        executed = nbformat.read(executed_dir(paths.FIGURES) / f"{name}.ipynb", as_version=4)
        text = nbformat.writes(committed_form(executed, source)) + "\n"
        if text != path.read_text(encoding="utf-8"):
            write_text(path, text)
            changed.append(name)
    return changed


def readme_results() -> dict[str, Any]:
    """Results that README.md may quote: ``01.answer`` and the like, ``rows.<table>``."""
    results: dict[str, Any] = {
        f"rows.{name}": len(schema.read_raw(name)) for name in schema.table_names()
    }
    for name in notebook_names():
        found = json.loads(
            (paths.ROOT / "figures" / f"results_{name}.json").read_text(encoding="utf-8")
        )
        results |= {f"{name[:2]}.{k}": v for k, v in found.items()}
    return results


def bind_readme() -> bool:
    """Put the committed results into README.md; return whether it changed."""
    results = readme_results()
    before = paths.README.read_text(encoding="utf-8")
    after = bind(before, results)
    if after != before:
        write_text(paths.README, after)
    return after != before


# --- verify ---------------------------------------------------------------------------


def verify(jobs: int = 2, committed: Path | None = None) -> str:
    """Regenerate every figure in a scratch folder and compare with the committed ones.

    Data (CSV and JSON) must be the same text, pictures the same bytes.

    Raises
    ------
    RunError
        Naming each file that differs, is missing or is left over.
    """
    committed = committed or paths.ROOT / "figures"
    scratch = Path(tempfile.mkdtemp(prefix="verify-"))
    try:
        outcomes = run(notebook_names(), {"out_dir": str(scratch)}, jobs, force=True)
        summary(outcomes)
        made = {p.name for p in scratch.iterdir() if p.is_file()}
        stored = {p.name for p in committed.iterdir() if p.suffix in
                  (".csv", ".json", ".svg", ".png")}  # fmt: skip
        wrong = [f"{f}: missing in figures/" for f in sorted(made - stored)]
        wrong += [f"{f}: no notebook makes it" for f in sorted(stored - made)]
        for name in sorted(made & stored):
            if (scratch / name).read_bytes() != (committed / name).read_bytes():
                kind = "picture" if name.endswith(("svg", "png")) else "data"
                wrong.append(f"{name}: {kind} differs")
        if wrong:
            hint = "Run `make notebooks`, look at the figures, commit them."
            raise RunError("\n".join(["figures/ is out of step with a fresh run:",
                                      *(f"  {w}" for w in wrong), hint]))  # fmt: skip
        return f"{len(made)} files regenerated, all identical to figures/"
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
