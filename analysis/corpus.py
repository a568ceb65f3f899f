"""Measure air-strike mentions in a corpus of any size: ``make mentions CORPUS=path``.

The corpus is cut into chunks by its bytes alone, so that any number of workers, here or on
a Dask cluster, does the same work. A finished chunk is kept whole under its number; a run
that was stopped goes on with the chunks that are missing. At the end the chunks are joined
in order. Rows that cannot be used are listed with file, line and reason, never dropped.

Read `measure` first, then `measure_chunk`.
"""

import argparse
import csv
import hashlib
import io
import json
import os
import shutil
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.metadata import version
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any

import hyperscan
import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

from analysis import intake, paths, scanner
from analysis.errors import SuiteError
from analysis.intake import Batch, Chunk, CorpusError, Options, Plan, Rejected, make_plan
from analysis.matcher import CARRIED_OUT, Matcher
from analysis.tables import write_text

JOIN_ROWS = 20_000
KINDS = (
    CARRIED_OUT,
    "strike_requested_or_threatened",
    "air_support_or_absence",
    "aviation_not_strike",
    "negated",
)
ACTORS = ("us", "international", "afghan", "unspecified")
ANY, UNDATED = "any", "undated"
MENTIONS = pa.schema(
    [
        ("file", pa.string()), ("line", pa.int64()), ("id", pa.string()), ("date", pa.string()),
        ("outlet", pa.string()), ("start", pa.int64()), ("end", pa.int64()), ("term", pa.string()),
        ("kind", pa.string()), ("actor", pa.string()), ("background", pa.bool_()),
        ("by_name", pa.bool_()),
    ]
)  # fmt: skip
# The names are those that `analysis.mentions.corpus_shares` reads. A strike counts where it is
# the report's own, carried out and called a strike (`analysis.matcher.Mention.counts`).
MONTHLY = ("month", "actor", "kind", "documents", "with_mention", "with_strike", "mentions",
           "strike_mentions")  # fmt: skip
REJECTED = ("file", "line", "reason", "value")


# Counts of a (month, actor, kind), in the order of `MONTHLY`.
Cells = defaultdict[tuple[str, str, str], list[int]]


def _cells() -> Cells:
    return defaultdict(lambda: [0] * len(MONTHLY[4:]))


@dataclass
class Result:
    """What one chunk gave: mention rows, counts by (month, actor, kind), rejected rows."""

    rows: list[tuple] = field(default_factory=list)
    seen: Counter = field(default_factory=Counter)
    cells: Cells = field(default_factory=_cells)
    rejected: Rejected = field(default_factory=list)


@dataclass(frozen=True)
class Part:
    """A `Result` in the form in which it is kept: a Parquet file of rows, and JSON.

    Made in the worker. Sent as Python objects, the rows of all workers would be unpacked
    and written by the parent alone, on a core that the workers need.
    """

    rows: bytes
    manifest: str


# --- the whole run --------------------------------------------------------------------


def measure(
    corpus: Path,
    out: Path | None = None,
    options: Options | None = None,
    *,
    lexicon: Path | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    form: str = "parquet",
    progress: bool = True,
) -> dict[str, Any]:
    """Measure a corpus and write the four files of the result.

    Parameters
    ----------
    corpus
        A .txt, CSV, TSV or Parquet file, or a folder of them, searched at all depths.
    out
        Folder for ``mentions.parquet`` (or ``.csv``), ``monthly.csv``, ``rejected.csv``
        and ``run.json``; by default ``build/mentions/<name of the corpus>``.
    lexicon
        Table to use in place of the one in ``seeds/``.
    workers
        Processes on this machine; by default one a core.
    scheduler
        Address of a Dask scheduler, ``tcp://...``; its workers need this package and
        the corpus under the same path. Nothing else of the result depends on it.
    form
        ``parquet`` or ``csv``, for the mention rows.

    Returns
    -------
    dict
        The run record, as in ``run.json``.

    Raises
    ------
    CorpusError
        If there is nothing to read, or a column is missing.

    Notes
    -----
    Memory is bounded by the chunk (8 MB of text), not by the corpus. Same corpus,
    options and lexicon give the same bytes for any number of workers.
    """
    options = options or Options()
    options.check()
    if form not in ("parquet", "csv"):
        raise CorpusError(f"form={form!r}: mention rows are written as 'parquet' or 'csv'.")
    corpus = Path(corpus).resolve()
    out = Path(out) if out else paths.BUILD / "mentions" / corpus.stem
    table = lexicon_text(lexicon)
    _rules(table)  # a wrong lexicon is found now, not in a worker
    plan = make_plan(corpus, options, progress)
    key = _key(plan, options, table, form)
    done = _finished(out, key)
    if done:
        return done
    work = out / ".work" / key
    for stale in out.glob(".work/*"):
        if stale != work:
            shutil.rmtree(stale)
    work.mkdir(parents=True, exist_ok=True)
    root = corpus if corpus.is_dir() else corpus.parent
    todo = [n for n in range(len(plan.chunks)) if not _is_done(work, n)]
    kept = sum(c.size for c in plan.chunks) - sum(plan.chunks[n].size for n in todo)
    bar = tqdm(
        total=sum(c.size for c in plan.chunks), initial=kept, desc="measuring", unit="B",
        unit_scale=True, file=sys.stderr, disable=not progress, mininterval=0.5,
    )  # fmt: skip
    with bar, _Pool(workers, scheduler, len(todo)) as pool:
        calls = ((n, (root, plan.chunks[n], options, table)) for n in todo)
        for number, part in _in_flight(pool, calls):
            _keep(work, number, part)
            bar.update(plan.chunks[number].size)
    return _join(out, work, plan, options, table, key, form, corpus.name)


def measure_chunk(root: Path, chunk: Chunk, options: Options, table: str) -> Part:
    """Measure one chunk; runs in a worker and depends on nothing but its arguments."""
    matcher, pick = _matcher(table)
    result = Result()
    for batch in intake.read(root, chunk, options, result.rejected):
        _measure_batch(batch, matcher, pick, result)
    result.rejected.sort(key=lambda r: (r[0], r[1]))
    return _pack(result)


def _pack(result: Result) -> Part:
    columns = list(zip(*result.rows, strict=True)) or [()] * len(MENTIONS)
    arrays = [pa.array(c, f.type) for c, f in zip(columns, MENTIONS, strict=True)]
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=MENTIONS), sink)
    rows = sink.getvalue()
    manifest = {
        "rows": len(result.rows),
        "sha256": hashlib.sha256(rows).hexdigest(),
        "seen": sorted(result.seen.items()),
        "cells": sorted([*cell, *counts] for cell, counts in result.cells.items()),
        "rejected": result.rejected,
    }
    return Part(rows, json.dumps(manifest))


def _measure_batch(
    batch: Batch,
    matcher: Matcher,
    pick: Callable[[pa.Array], Iterable[int]],
    result: Result,
) -> None:
    months = [day[:7] or UNDATED for day in batch.date]
    result.seen.update(months)
    for number in pick(batch.texts):
        mentions = matcher.find(batch.texts[number].as_py())
        if not mentions:
            continue
        head = (batch.file[number], batch.line[number], batch.id[number], batch.date[number],
                batch.outlet[number])  # fmt: skip
        here: dict[tuple[str, str], list[int]] = {}
        for m in mentions:
            result.rows.append((*head, m.start, m.end, m.term, m.kind, m.actor, m.background,
                                m.by_name))  # fmt: skip
            for cell in ((m.actor, m.kind), (ANY, m.kind), (m.actor, ANY), (ANY, ANY)):
                counts = here.setdefault(cell, [0, 0])
                counts[0] += 1
                counts[1] += m.counts
        for (actor, kind), (all_, strikes) in here.items():
            _add(result.cells[months[number], actor, kind], (1, int(strikes > 0), all_, strikes))


def _add(counts: list[int], more: Sequence[int]) -> None:
    for at, value in enumerate(more):
        counts[at] += value


# --- workers --------------------------------------------------------------------------


def lexicon_text(path: Path | None = None) -> str:
    """Return the lexicon table as text, the form in which it travels to workers."""
    path = path or paths.SEEDS / "lexicon.csv"
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path}: the lexicon cannot be read: {error}.") from error


@cache
def _rules(table: str) -> Matcher:
    import pandas as pd

    return Matcher.from_table(pd.read_csv(io.StringIO(table), dtype=str, keep_default_na=False))


@cache
def _matcher(table: str) -> tuple[Matcher, Callable[[pa.Array], Iterable[int]]]:
    """Matcher of a lexicon, and the texts of an array that it needs to look at.

    The second takes half a second to compile; only who measures chunks needs it.
    """
    matcher = _rules(table)
    signs = matcher.signs()
    try:
        return matcher, scanner.Sieve(signs).pick
    except hyperscan.error as error:
        widest = max(sign.words for sign in signs)
        raise CorpusError(
            f"The lexicon cannot be compiled: {error} The widest gap of a cue in it is {widest} "
            "words; write 12 or fewer."
        ) from error


class _Pool:
    """Give ``submit(*arguments) -> future`` for `measure_chunk`: here, or on Dask."""

    def __init__(self, workers: int | None, scheduler: str | None, tasks: int):
        self.workers = max(1, min(workers or _cores(), tasks or 1))
        self.scheduler, self.inside, self.close = scheduler, 2 * self.workers, lambda: None

    def __enter__(self) -> "_Pool":
        if self.scheduler:
            from distributed import Client

            try:
                client = Client(self.scheduler, timeout="20s")
            except (OSError, TimeoutError) as error:
                raise CorpusError(
                    f"{self.scheduler}: no Dask scheduler answers: {error}."
                ) from error
            self.close, self._client = client.close, client
            cores = sum(client.nthreads().values())
            self.inside = max(4, 2 * cores)
            self.submit = lambda *a: client.submit(measure_chunk, *a, pure=False)
        elif self.workers > 1:
            pool = ProcessPoolExecutor(
                self.workers, mp_context=get_context("spawn"), initializer=_leave_with_parent
            )
            self.submit = lambda *a: pool.submit(measure_chunk, *a)
            self.close = lambda: pool.shutdown(wait=True, cancel_futures=True)
        else:
            self.submit, self.inside = _here, 1
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def wait(self, futures: Iterable[Any]) -> set[Any]:
        """Futures that are done, at least one."""
        if self.scheduler:
            from distributed import wait as wait_dask

            return set(wait_dask(list(futures), return_when="FIRST_COMPLETED").done)
        return wait(futures, return_when=FIRST_COMPLETED).done


def _cores() -> int:
    """Cores this process may use; all of the machine where the system does not say."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # only Linux knows which cores a process may use
        return os.cpu_count() or 1


def _here(*arguments: Any) -> Future:
    future: Future = Future()
    future.set_result(measure_chunk(*arguments))
    return future


def _leave_with_parent() -> None:
    """End a worker whose parent was killed; it would wait for work for ever."""

    def watch() -> None:
        parent_process().join()
        os._exit(1)

    pa.set_cpu_count(1)
    threading.Thread(target=watch, daemon=True).start()


def _in_flight(pool: _Pool, calls: Iterable[tuple[int, tuple]]) -> Iterator[tuple[int, Part]]:
    """Parts as they come, with a bounded number of chunks under way."""
    running: dict[Any, int] = {}
    calls = iter(calls)
    while True:
        while len(running) < pool.inside:
            call = next(calls, None)
            if call is None:
                break
            running[pool.submit(*call[1])] = call[0]
        if not running:
            return
        for future in pool.wait(running):
            yield running.pop(future), future.result()


# --- what is kept ---------------------------------------------------------------------


def _key(plan: Plan, options: Options, table: str, form: str) -> str:
    """Name under which finished chunks are kept: all that could change one."""
    code = "".join(
        (paths.ROOT / "analysis" / f"{m}.py").read_text(encoding="utf-8")
        for m in ("corpus", "intake", "matcher", "scanner")
    )
    parts = [plan.inputs, [asdict(c) for c in plan.chunks], asdict(options), table, form, code,
             _versions()]  # fmt: skip
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def _versions() -> dict[str, str]:
    names = ("pyarrow", "hyperscan")
    return {"python": ".".join(map(str, sys.version_info[:3])), **{n: version(n) for n in names}}


def _keep(work: Path, number: int, part: Part) -> None:
    """Write a chunk's rows, then its manifest; only with both does the chunk count."""
    rows = work / f"{number:07d}.parquet"
    scratch = rows.with_suffix(f".{os.getpid()}.part")
    scratch.write_bytes(part.rows)
    scratch.replace(rows)
    write_text(work / f"{number:07d}.json", part.manifest)


def _is_done(work: Path, number: int) -> bool:
    rows = work / f"{number:07d}.parquet"
    try:
        manifest = json.loads((work / f"{number:07d}.json").read_text(encoding="utf-8"))
        return hashlib.sha256(rows.read_bytes()).hexdigest() == manifest["sha256"]
    except (OSError, ValueError, KeyError):
        return False


def _finished(out: Path, key: str) -> dict[str, Any] | None:
    """Return the record of a complete earlier run of the same work, if its files are whole."""
    try:
        record = json.loads((out / "run.json").read_text(encoding="utf-8"))
        whole = all(_sha(out / name) == digest for name, digest in record["outputs"].items())
    except (OSError, ValueError, KeyError):
        return None
    return record if whole and record.get("key") == key else None


def _sha(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _join(
    out: Path, work: Path, plan: Plan, options: Options, table: str, key: str, form: str, name: str
) -> dict[str, Any]:
    """Write the four files from the kept chunks, in order, then remove the chunks."""
    seen, cells, reasons = Counter(), _cells(), Counter()
    mentions = out / f"mentions.{form}"
    (out / f"mentions.{'csv' if form == 'parquet' else 'parquet'}").unlink(missing_ok=True)
    scratch = {p: p.with_name(f".{p.name}.part") for p in (mentions, out / "rejected.csv")}
    with (
        _RowsWriter(scratch[mentions], form) as write,
        scratch[out / "rejected.csv"].open("w", encoding="utf-8", newline="") as file,
    ):
        rejected = csv.writer(file, lineterminator="\n")
        rejected.writerow(REJECTED)
        rejected.writerows(plan.rejected)
        reasons.update(_reason(r[2]) for r in plan.rejected)
        for number in range(len(plan.chunks)):
            manifest = json.loads((work / f"{number:07d}.json").read_text(encoding="utf-8"))
            if manifest["rows"]:
                write(pq.read_table(work / f"{number:07d}.parquet", schema=MENTIONS))
            for month, count in manifest["seen"]:
                seen[month] += count
            for month, actor, kind, *counts in manifest["cells"]:
                _add(cells[month, actor, kind], counts)
            rejected.writerows(manifest["rejected"])
            reasons.update(_reason(r[2]) for r in manifest["rejected"])
    for path, part in scratch.items():
        part.replace(path)
    write_text(out / "monthly.csv", _monthly(seen, cells))
    names = (mentions.name, "monthly.csv", "rejected.csv")
    totals = dict.fromkeys(MONTHLY[4:], 0)
    for (_, actor, kind), counts in cells.items():
        if (actor, kind) == (ANY, ANY):
            for what, count in zip(totals, counts, strict=True):
                totals[what] += count
    record = {
        "corpus": name,
        "inputs": plan.inputs,
        "files_ignored": plan.ignored,
        "options": asdict(options) | {"form": form},
        "lexicon_sha256": hashlib.sha256(table.encode()).hexdigest(),
        "counts": {
            "reports": sum(seen.values()),
            "reports_undated": seen[UNDATED],
            "reports_with_mention": totals["with_mention"],
            "reports_with_strike": totals["with_strike"],
            "mentions": totals["mentions"],
            "rejected": sum(reasons.values()),
            "rejected_by_reason": dict(sorted(reasons.items())),
        },
        "versions": _versions(),
        "key": key,
        "outputs": {n: _sha(out / n) for n in names},
    }
    write_text(out / "run.json", json.dumps(record, indent=1) + "\n")
    shutil.rmtree(work.parent)
    return record


def _reason(text: str) -> str:
    """Reason without its particulars, for counting."""
    for start, kind in (("byte ", "not in the encoding"), ("unparsable", "unparsable date"),
                        ("rows ", "unreadable rows"), ("line", "not CSV"),
                        ("longer", "too long"), ("not readable", "unreadable file")):  # fmt: skip
        if text.startswith(start):
            return kind
    return "ragged row" if " cells where " in text else text


class _RowsWriter:
    """Write tables one after another, in row groups that do not depend on the chunks."""

    def __init__(self, path: Path, form: str):
        self.path, self.form = path, form
        self.held: list[pa.Table] = []

    def __enter__(self) -> Callable[[pa.Table], None]:
        if self.form == "parquet":
            self.sink = pq.ParquetWriter(self.path, MENTIONS, compression="zstd")
        else:
            self.file = self.path.open("w", encoding="utf-8", newline="")
            self.sink = csv.writer(self.file, lineterminator="\n")
            self.sink.writerow(MENTIONS.names)
        return self.write

    def write(self, table: pa.Table) -> None:
        self.held.append(table)
        if sum(map(len, self.held)) >= JOIN_ROWS:
            self.flush()

    def flush(self) -> None:
        if not self.held:
            return
        table = pa.concat_tables(self.held).combine_chunks()
        self.held = []
        if self.form == "parquet":
            self.sink.write_table(table)
        else:
            for column in ("background", "by_name"):
                place = table.schema.get_field_index(column)
                table = table.set_column(place, column, table[column].cast(pa.int8()))
            self.sink.writerows(zip(*(c.to_pylist() for c in table.columns), strict=True))

    def __exit__(self, *_: object) -> None:
        self.flush()
        (self.sink if self.form == "parquet" else self.file).close()


def _monthly(seen: Counter, cells: Cells) -> str:
    """Every month with a report has a row for every actor and kind: its zeros are earned."""
    sink = io.StringIO()
    table = csv.writer(sink, lineterminator="\n")
    table.writerow(MONTHLY)
    for month in sorted(seen):
        for actor in (ANY, *ACTORS):
            for kind in (ANY, *KINDS):
                table.writerow([month, actor, kind, seen[month], *cells[month, actor, kind]])
    return sink.getvalue()


# --- the command ----------------------------------------------------------------------


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``python -m analysis.corpus PATH``; return the exit status."""
    parser = argparse.ArgumentParser(prog="analysis.corpus", description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--lexicon", type=Path, help="table in place of the one in seeds/")
    parser.add_argument("--workers", type=int, help="processes; by default one a core")
    parser.add_argument("--scheduler", help="Dask scheduler, tcp://...")
    parser.add_argument("--form", default="parquet", help="of the mention rows: parquet or csv")
    for name, default in asdict(Options()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", default=default)
    given = vars(parser.parse_args(argv))
    options = Options(**{name: given.pop(name) for name in asdict(Options())})
    try:
        record = measure(options=options, **given)
    except SuiteError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; the same command goes on where this one ended", file=sys.stderr)
        return 130
    counts = record["counts"]
    out = given["out"] or paths.BUILD / "mentions" / given["corpus"].resolve().stem
    print(
        f"{counts['reports']:,} reports, {counts['reports_with_strike']:,} with a strike of "
        f"their own time; {counts['mentions']:,} mentions of all kinds; "
        f"results in {paths.shown(out)}"
    )
    if counts["rejected"]:
        listed = ", ".join(f"{n:,} {why}" for why, n in counts["rejected_by_reason"].items())
        print(f"set aside in rejected.csv: {listed}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
