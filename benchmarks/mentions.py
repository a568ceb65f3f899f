"""How fast mentions are counted and placed, beside other tools, in one run.

Every tool counts the same terms (all spellings of the lexicon's words for strikes, support and
aircraft) in the same texts; a tool whose count differs is named and left out of the ratios.
Each line is the median of several rounds, the tools taking turns so that a busy machine
slows all alike.

    python benchmarks/mentions.py --mb 150
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import product
from multiprocessing import get_context
from pathlib import Path

# One core each: set before the libraries start their threads.
for name in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import pyarrow as pa  # noqa: E402
import pyarrow.compute as pc  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402
from make_corpus import make  # noqa: E402

from analysis import corpus, schema  # noqa: E402
from analysis.matcher import default_matcher  # noqa: E402
from analysis.scanner import Scanner, Sieve  # noqa: E402

ROLES = ("strike", "aircraft", "support")
HERE = Path("build/benchmark")


def lexicon_terms() -> list[str]:
    """Every spelling of the lexicon's words for strikes, support and aircraft."""
    rows = schema.read_raw("lexicon")
    rows = rows[(rows["language"] == "en") & rows["role"].isin(ROLES)]
    terms = set()
    for pattern in rows["pattern"]:
        if "*" in pattern:
            continue
        parts = [("", " ", "-") if p == "~" else ("", p[1:-1]) if p[:1] == "(" else (p,)
                 for p in re.findall(r"~|\([^)]*\)|[^~(]+", pattern)]  # fmt: skip
        terms.update("".join(choice).lower() for choice in product(*parts))
    return sorted(terms)


def load(folder: Path) -> pa.Array:
    """All texts as one Arrow array of large strings."""
    column = pq.read_table(folder, columns=["text"])["text"].cast(pa.large_string())
    return pa.concat_arrays(column.chunks)


def tools(texts: pa.Array, plain: Path, terms: list[str]) -> dict[str, Callable[[], int]]:
    """Counting functions by name; a tool that is not installed is left out."""
    words = "|".join(re.escape(t).replace(r"\ ", " ") for t in sorted(terms, key=len, reverse=True))
    pattern = rf"\b(?:{words})\b"
    scanner, python = Scanner(terms), re.compile(pattern, re.IGNORECASE)
    strings = texts.to_pylist()
    found: dict[str, Callable[[], int]] = {
        "our count path": lambda: int(scanner.count(texts).sum()),
        "Python re": lambda: sum(len(python.findall(text)) for text in strings),
        "pyarrow": lambda: pc.sum(
            pc.count_substring_regex(texts, pattern=pattern, ignore_case=True)
        ).as_py(),
    }
    try:
        import polars as pl

        series = pl.from_arrow(texts)
        # ASCII word edges keep its engine on the quick path; the count tells if that is the same.
        quick = pattern.replace(r"\b", r"(?-u:\b)")
        found["polars"] = lambda: int(series.str.count_matches(f"(?i){quick}").sum())
    except ImportError:
        print("polars is not installed: left out", file=sys.stderr)
    try:
        import duckdb

        base = duckdb.connect(config={"threads": 1})
        base.register("arrow", pa.table({"text": texts}))
        base.execute("create table corpus as select text from arrow")
        query = "select sum(len(regexp_extract_all(text, ?, 0, 'i'))) from corpus"
        found["DuckDB"] = lambda: int(base.execute(query, [pattern]).fetchone()[0])
    except ImportError:
        print("DuckDB is not installed: left out", file=sys.stderr)
    ripgrep = shutil.which("rg")
    if ripgrep:
        listed = plain.with_suffix(".terms")
        listed.write_text("\n".join(terms) + "\n", encoding="utf-8")
        command = [ripgrep, "--count-matches", "--ignore-case", "--word-regexp", "--fixed-strings",
                   "--threads", "1", "--mmap", "--file", str(listed), str(plain)]  # fmt: skip
        found["ripgrep"] = lambda: int(subprocess.check_output(command))
    else:
        print("ripgrep is not installed: left out", file=sys.stderr)
    return found


def seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def rounds(calls: dict[str, Callable[[], object]], n: int, slow: set[str]) -> dict[str, float]:
    """Median seconds by name; slow ones run once."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(n):
        for name, call in calls.items():
            if turn == 0 or name not in slow:
                times[name].append(seconds(call))
    return {name: statistics.median(t) for name, t in times.items()}


def stand_off(texts: pa.Array) -> int:
    """Mentions in full: what the corpus command does with each batch."""
    matcher = default_matcher()
    picked = _sieve().pick(texts)
    return sum(len(matcher.find(texts[int(n)].as_py())) for n in picked)


@cache
def _sieve() -> Sieve:
    return Sieve(default_matcher().signs())


def head_pattern() -> re.Pattern[str]:
    """All words a mention can start from, in one expression: the plain way to look for them."""
    from analysis.matcher import _bounded, _expression

    words = sorted({p for sign in default_matcher().signs() for p in sign.heads}, key=len)
    return re.compile(_bounded("|".join(_expression(p) for p in reversed(words))))


@cache
def _scanner(terms: tuple[str, ...]) -> Scanner:
    return Scanner(terms)


def count_file(path: str, terms: list[str]) -> int:
    """Count one Parquet file; runs in a worker."""
    pa.set_cpu_count(1)
    total, scanner = 0, _scanner(tuple(terms))
    with pq.ParquetFile(path) as table:
        for batch in table.iter_batches(4_000, columns=["text"]):
            total += int(scanner.count(batch.column(0)).sum())
    return total


def peak_mb(folder: Path) -> float:
    """Peak memory of a process that measures a corpus with one worker."""
    code = (
        "import sys, tempfile; from pathlib import Path; from analysis import corpus\n"
        "corpus.measure(Path(sys.argv[1]), Path(tempfile.mkdtemp()), workers=1, progress=False)\n"
        "lines = Path('/proc/self/status').read_text().splitlines()\n"
        "print(next(int(l.split()[1]) for l in lines if l.startswith('VmHWM')) / 1024)"
    )
    out = subprocess.check_output([sys.executable, "-c", code, str(folder.resolve())], text=True)
    return float(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mb", type=float, default=1000, help="megabytes of generated text")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=HERE)
    given = parser.parse_args()
    folder, plain = given.out / f"corpus_{given.mb:.0f}", given.out / f"corpus_{given.mb:.0f}.txt"
    make(folder, given.mb)
    texts, terms = load(folder), lexicon_terms()
    pa.set_cpu_count(1)
    with plain.open("wb") as file:
        for text in texts:
            file.write(text.as_buffer().to_pybytes() + b"\n")
    size = texts.buffers()[2].size / 1e6
    print(f"{len(texts):,} reports, {size:.0f} MB, {len(terms)} terms, "
          f"{os.cpu_count()} cores, {given.rounds} rounds\n")  # fmt: skip

    calls = tools(texts, plain, terms)
    counts = {name: call() for name, call in calls.items() if name != "Python re"}
    few = texts.slice(0, max(1, len(texts) // 10))
    sample = few.to_pylist()
    share = sum(len(t.encode()) for t in sample) / 1e6 / size
    python = re.compile(
        rf"\b(?:{'|'.join(map(re.escape, sorted(terms, key=len, reverse=True)))})\b", re.IGNORECASE
    )
    # A tenth is enough for the slow ones; their counts are compared on that tenth.
    calls["Python re"] = lambda: sum(len(python.findall(text)) for text in sample)
    counts["Python re"] = calls["Python re"]()
    times = rounds(calls, given.rounds, {"Python re"})
    times["Python re"] /= share
    ours = counts["our count path"]
    few_count = int(Scanner(terms).count(few).sum())
    same = {n: c == (few_count if n == "Python re" else ours) for n, c in counts.items()}
    speed = {name: size / t for name, t in times.items()}
    rows = [(n, speed[n], speed["our count path"] / speed[n], same[n]) for n in speed]
    print("one core, counting            MB/s   ours is x times   same count")
    for name, value, ratio, equal in sorted(rows, key=lambda r: -r[1]):
        print(f"  {name:<24} {value:8.0f}   {ratio:15.2f}   {'yes' if equal else 'NO'}")

    heads = head_pattern()
    stand_off(few)
    alone = default_matcher()
    half = sample[: max(1, len(sample) // 5)]
    half_mb = sum(len(t.encode()) for t in half) / 1e6
    placed = rounds(
        {
            "stand-off path": lambda: stand_off(texts),
            "matcher, text by text": lambda: [alone.find(t) for t in half],
            "Python re, same words": lambda: [heads.findall(t) for t in half],
        },
        3, {"matcher, text by text", "Python re, same words"},
    )  # fmt: skip
    rate = {n: (size if n == "stand-off path" else half_mb) / t for n, t in placed.items()}
    print("\none core, mentions in full    MB/s   stand-off is x times")
    for name, value in sorted(rate.items(), key=lambda r: -r[1]):
        print(f"  {name:<24} {value:8.1f}   {rate['stand-off path'] / value:15.1f}")
    by_re = rate["stand-off path"] / speed["Python re"]
    print(f"  (Python re that only counts: stand-off is {by_re:.1f} times)")

    files = sorted(map(str, folder.glob("*.parquet")))
    print("\nfrom Parquet, all cores       MB/s")
    one = statistics.median(
        seconds(lambda: [count_file(f, terms) for f in files]) for _ in range(3)
    )
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        list(pool.map(count_file, files, [terms] * len(files)))
        every = statistics.median(
            seconds(lambda: list(pool.map(count_file, files, [terms] * len(files))))
            for _ in range(3)
        )
    print(f"  count path, one core     {size / one:8.0f}\n  count path, all cores    "
          f"{size / every:8.0f}   x {one / every:.2f}")  # fmt: skip
    for workers in (1, os.cpu_count()):
        out = given.out / f"run_{workers}"
        shutil.rmtree(out, ignore_errors=True)
        spent = seconds(
            lambda out=out, workers=workers: corpus.measure(
                folder, out, workers=workers, progress=False
            )
        )
        print(f"  make mentions, {workers} worker(s) {size / spent:6.0f}")
    same_bytes = {json.dumps(json.loads((given.out / f"run_{w}" / "run.json").read_text())
                             ["outputs"]) for w in (1, os.cpu_count())}  # fmt: skip
    print(f"  same bytes for any number of workers: {'yes' if len(same_bytes) == 1 else 'NO'}")

    if Path("/proc/self/status").exists():
        small = given.out / "corpus_tenth"
        make(small, given.mb / 10)
        low, high = peak_mb(small), peak_mb(folder)
        print(f"\npeak memory of make mentions: {low:.0f} MB for a tenth of the corpus, {high:.0f} "
              f"MB for all of it (x {high / low:.2f})")  # fmt: skip


if __name__ == "__main__":
    main()
