"""What a change in the seeds moves: events, figure data, stated numbers.

The tree as it stands is run into a scratch folder and held against the tables and
figures of an earlier commit.
"""

import csv
import io
import json
import subprocess
import tempfile
from pathlib import Path

from analysis import paths, run
from analysis.errors import RunError


def impact(base: str, jobs: int = 2) -> str:
    """Text that lists what differs between a commit and the tree as it stands.

    Parameters
    ----------
    base
        Any git revision, such as ``main`` or ``HEAD~3``.

    Raises
    ------
    RunError
        If the revision does not exist, or a notebook fails.
    """
    if _git("rev-parse", "--verify", "--quiet", f"{base}^{{commit}}") is None:
        raise RunError(f"no commit {base!r}. Name a branch, a tag or a hash: BASE=HEAD~1.")
    lines = ["Tables:", *_tables(base)]
    with tempfile.TemporaryDirectory(prefix="impact-") as scratch:
        run.summary(run.run(run.notebook_names(), {"out_dir": scratch}, jobs, force=True))
        lines += ["Figure data:", *_figures(base, Path(scratch))]
        lines += ["Stated numbers:", *_numbers(base, Path(scratch))]
    return "\n".join(lines)


def _git(*words: str) -> str | None:
    done = subprocess.run(
        ["git", *words], cwd=paths.ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout if done.returncode == 0 else None


def rows_changed(before: str, after: str, key: list[str]) -> list[str]:
    """One line a row that was added, removed or changed between two CSV texts."""
    old, new = (
        {tuple(r.get(k, "") for k in key): r for r in csv.DictReader(io.StringIO(text))}
        for text in (before, after)
    )
    lines = []
    for name in sorted(old.keys() | new.keys()):
        label = " ".join(name)
        if name not in new:
            lines.append(f"- {label}")
        elif name not in old:
            lines.append(f"+ {label}")
        elif old[name] != new[name]:
            cells = [
                f"{c}: {old[name].get(c, '')!r} -> {new[name].get(c, '')!r}"
                for c in new[name]
                if old[name].get(c) != new[name].get(c)
            ]
            lines.append(f"~ {label}  {'; '.join(cells)}")
    return lines


def _tables(base: str) -> list[str]:
    from analysis import schema

    lines = []
    for name in schema.table_names():
        before = _git("show", f"{base}:seeds/{name}.csv")
        after = (paths.SEEDS / f"{name}.csv").read_text(encoding="utf-8")
        key = schema.primary_key(name)
        changed = rows_changed(before or "", after, [key] if isinstance(key, str) else key)
        if changed:
            lines.append(f"  {name}: {len(changed)} rows")
            lines += [f"    {line}" for line in changed[:50]]
            if len(changed) > 50:
                lines.append(f"    ... and {len(changed) - 50} more")
    return lines or ["  nothing changed"]


def _figures(base: str, scratch: Path) -> list[str]:
    lines = []
    for path in sorted(scratch.glob("f*.csv")):
        before = _git("show", f"{base}:figures/{path.name}")
        after = path.read_text(encoding="utf-8")
        if before is None:
            lines.append(f"  + {path.stem} is new")
        elif before != after:
            old, new = set(before.splitlines()), set(after.splitlines())
            lines.append(f"  ~ {path.stem}: {len(new - old)} rows in, {len(old - new)} rows out")
    return lines or ["  nothing changed"]


def _numbers(base: str, scratch: Path) -> list[str]:
    lines = []
    for path in sorted(scratch.glob("results_*.json")):
        text = _git("show", f"{base}:figures/{path.name}")
        old = json.loads(text) if text else {}
        new = json.loads(path.read_text(encoding="utf-8"))
        notebook = path.stem.removeprefix("results_")
        lines += [
            f"  {notebook}.{name}: {old.get(name)!r} -> {new.get(name)!r}"
            for name in sorted(old.keys() | new.keys())
            if old.get(name) != new.get(name)
        ]
    return lines or ["  nothing changed"]
