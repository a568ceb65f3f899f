"""Read a corpus: find its files, cut them into chunks, turn a chunk into reports.

Chunks depend on the bytes of the files alone. What cannot be used is set aside with file,
line and reason: a byte in another encoding costs its row, a cut-off file costs itself.

Read `make_plan` first, then `read`.
"""

import codecs
import csv
import hashlib
import io
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from tqdm import tqdm

from analysis.errors import SuiteError, nearest

CHUNK_BYTES = 8_000_000
CHUNK_FILES = 2_000
CHUNK_ROWS = 10_000
BATCH_ROWS = 1_000
# No press report is this long; a longer cell is an unclosed quote or not a report.
LONGEST_TEXT = 16_000_000
SUFFIXES = {".txt": "text", ".csv": "csv", ".tsv": "csv", ".parquet": "parquet", ".pq": "parquet"}
_DAY_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d\d)-?(0[1-9]|1[0-2])(?:-?([0-2]\d|3[01]))?(?!\d)")
_DAY = re.compile(r"\d{4}-\d{2}(?:-\d{2})?(?:[T ].*)?")


Rejected = list[tuple[str, int, str, str]]


class CorpusError(SuiteError):
    """The corpus as a whole cannot be read: nothing was measured."""


@dataclass(frozen=True)
class Options:
    """What to read and how.

    Attributes
    ----------
    text, date, id, outlet
        Column names. `text` and `date` must exist; an empty `date` means that the
        reports have no dates. `id` and `outlet` are left blank where their column is
        missing. A folder of .txt takes the date from the file name.
    encoding
        Of .txt and CSV; any that extends ASCII, such as ``latin-1`` or ``cp1252``.
    date_format
        As for ``strptime``; empty means ISO 8601 (``2019-09-01``, time allowed).
    delimiter
        Of CSV; empty means a tab for .tsv and a comma otherwise.
    """

    text: str = "text"
    date: str = "date"
    id: str = "id"
    outlet: str = "outlet"
    encoding: str = "utf-8"
    date_format: str = ""
    delimiter: str = ""

    def check(self) -> None:
        """Refuse options that no file could be read with."""
        try:
            same = bytes(range(128)).decode(self.encoding) == bytes(range(128)).decode("ascii")
        except (LookupError, UnicodeDecodeError):
            same = False
        if not same:
            raise CorpusError(
                f"encoding={self.encoding!r} is not a known encoding that extends ASCII. "
                "Use utf-8, latin-1 or cp1252; save UTF-16 files as UTF-8 first."
            )
        if len(self.delimiter) > 1:
            raise CorpusError(f"delimiter={self.delimiter!r}: one character is needed.")


@dataclass(frozen=True)
class Chunk:
    """A piece of the corpus that is measured in one go.

    Attributes
    ----------
    file
        Path from the corpus root; empty where `names` lists several.
    first, last
        Byte range of a CSV or range of row groups of a Parquet file, end excluded.
    line
        Line of the first byte, or number of the first row, from 1.
    names
        Files of a chunk of .txt.
    size
        Bytes, for the progress bar.
    """

    kind: str
    file: str
    first: int = 0
    last: int = 0
    line: int = 1
    names: tuple[str, ...] = ()
    size: int = 0


@dataclass
class Plan:
    """All chunks of a corpus, and what its files are."""

    chunks: list[Chunk] = field(default_factory=list)
    inputs: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[tuple[str, int, str, str]] = field(default_factory=list)
    ignored: int = 0


@dataclass
class Batch:
    """Reports in parallel lists; `texts` is an Arrow array of strings."""

    file: list[str]
    line: list[int]
    id: list[str]
    date: list[str]
    outlet: list[str]
    texts: pa.Array


def read(root: Path, chunk: Chunk, options: Options, rejected: Rejected) -> Iterator[Batch]:
    """Yield the usable reports of a chunk; the others go to `rejected`."""
    reader = {"text": _read_texts, "csv": _read_csv, "parquet": _read_parquet}[chunk.kind]
    yield from reader(root, chunk, options, rejected)


# --- what is in the corpus ------------------------------------------------------------


def make_plan(corpus: Path, options: Options, progress: bool = False) -> Plan:
    """Find the files, take their checksums and cut them into chunks.

    Raises
    ------
    CorpusError
        If nothing readable is there, or a table lacks a column that `options` name.
    """
    if not corpus.exists():
        raise CorpusError(f"{corpus}: there is no such file or folder.")
    plan = Plan()
    root = corpus if corpus.is_dir() else corpus.parent
    files = []
    for path in _files(corpus):
        if path.suffix.lower() in SUFFIXES:
            files.append(path)
        else:
            plan.ignored += 1
    if not files:
        raise CorpusError(
            f"{corpus}: no .txt, .csv, .tsv or .parquet file in it"
            + (f" ({plan.ignored} other files)." if plan.ignored else "; the folder is empty.")
        )
    texts = [p for p in files if SUFFIXES[p.suffix.lower()] == "text"]
    total = sum(p.stat().st_size for p in files)
    with tqdm(total=total, unit="B", unit_scale=True, file=sys.stderr, desc="reading",
              disable=not progress, mininterval=0.5) as bar:  # fmt: skip
        if texts:
            _plan_texts(plan, root, texts, bar.update)
        for path in files:
            cut = {"csv": _plan_csv, "parquet": _plan_parquet}.get(SUFFIXES[path.suffix.lower()])
            if cut:
                cut(plan, root, path, options, bar.update)
    if not plan.chunks:
        reasons = "\n".join(f"  {file}: {reason}" for file, _, reason, _ in plan.rejected[:5])
        raise CorpusError(f"{corpus}: no file in it could be read.\n{reasons}")
    return plan


def _files(corpus: Path) -> list[Path]:
    if corpus.is_file():
        return [corpus]
    found = [
        p for p in corpus.rglob("*")
        if p.is_file() and not any(part.startswith(".") for part in p.relative_to(corpus).parts)
    ]  # fmt: skip
    return sorted(found, key=lambda p: p.relative_to(corpus).as_posix())


def _plan_texts(plan: Plan, root: Path, files: list[Path], update: Callable[[int], Any]) -> None:
    together, size, held, names = hashlib.sha256(), 0, 0, []
    for path in files:
        name, digest = path.relative_to(root).as_posix(), hashlib.sha256(path.read_bytes())
        together.update(f"{name}\0{digest.hexdigest()}\n".encode())
        length = path.stat().st_size
        if names and (held + length > CHUNK_BYTES or len(names) == CHUNK_FILES):
            plan.chunks.append(Chunk("text", "", names=tuple(names), size=held))
            held, names = 0, []
        names.append(name)
        held, size = held + length, size + length
        update(length)
    plan.chunks.append(Chunk("text", "", names=tuple(names), size=held))
    plan.inputs.append(
        {"file": "*.txt", "files": len(files), "bytes": size, "sha256": together.hexdigest()}
    )


def _plan_csv(
    plan: Plan, root: Path, path: Path, options: Options, update: Callable[[int], Any]
) -> None:
    """Cut after whole records, found by the same reader that will read them."""
    name, digest = path.relative_to(root).as_posix(), hashlib.sha256()
    with path.open("rb") as file:
        start = file.read(4)
        _refuse_foreign(name, start + file.read(200))
        file.seek(0)
        lines = _Lines(file, digest.update)
        records = csv.reader(lines, delimiter=_delimiter(path, options))
        header = next(records, [])
        _columns(name, [_cell(c, "utf-8-sig") for c in header], options)
        first, line = lines.bytes, lines.count + 1
        told = 0
        while True:
            try:
                next(records)
                ended = False
            except csv.Error:
                continue
            except StopIteration:
                ended = True
            size = lines.bytes - first
            if size >= CHUNK_BYTES or (ended and size):
                plan.chunks.append(Chunk("csv", name, first, lines.bytes, line, size=size))
                first, line = lines.bytes, lines.count + 1
            if ended or lines.bytes - told > 1 << 22:
                update(lines.bytes - told)
                told = lines.bytes
            if ended:
                break
    plan.inputs.append({"file": name, "bytes": lines.bytes, "sha256": digest.hexdigest()})


def _plan_parquet(
    plan: Plan, root: Path, path: Path, options: Options, update: Callable[[int], Any]
) -> None:
    name, size = path.relative_to(root).as_posix(), path.stat().st_size
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    update(size)
    plan.inputs.append({"file": name, "bytes": size, "sha256": digest})
    try:
        table = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        reason = "not readable as Parquet; the file is cut off or damaged: download it again"
        plan.rejected.append((name, 0, reason, str(error).splitlines()[0][:200]))
        return
    with table:
        held = table.schema_arrow.names
        _columns(name, held, options)
        leaf = [table.schema.column(i).path for i in range(len(table.schema))].index(options.text)
        first, row, line, pending = 0, 1, 1, 0
        for group in range(table.metadata.num_row_groups):
            about = table.metadata.row_group(group)
            length = about.column(leaf).total_uncompressed_size
            rows = row - line + 1 + about.num_rows
            if group > first and (pending + length > CHUNK_BYTES or rows > CHUNK_ROWS):
                plan.chunks.append(Chunk("parquet", name, first, group, line, size=pending))
                first, line, pending = group, row, 0
            pending, row = pending + length, row + about.num_rows
        if row > 1:
            groups = table.metadata.num_row_groups
            plan.chunks.append(Chunk("parquet", name, first, groups, line, size=pending))


class _Lines:
    """Lines of a binary file as Latin-1, so that one character is one byte; counts both.

    Structure (quotes, delimiters, line ends) is ASCII in every allowed encoding; cells
    are decoded one by one later, and one bad byte costs one row.
    """

    def __init__(self, file: Iterable[bytes], seen: Callable[[bytes], Any] | None = None):
        self._file, self._seen = iter(file), seen
        self.bytes = self.count = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._file)
        if self._seen:
            self._seen(line)
        self.bytes += len(line)
        self.count += 1
        return line.decode("latin-1")


def _cell(text: str, encoding: str) -> str:
    return text.encode("latin-1").decode(encoding, "replace")


def _refuse_foreign(name: str, start: bytes) -> None:
    """Stop at files that are no table, whatever their name says."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise CorpusError(f"{name}: the file is UTF-16. Save it as UTF-8.")
    if start.lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise CorpusError(f"{name}: the file is a web page, not a table. Download the table.")
    if start.startswith((b"PK\x03\x04", b"\x1f\x8b")):
        raise CorpusError(f"{name}: the file is packed. Unpack it first.")


def _delimiter(path: Path, options: Options) -> str:
    return options.delimiter or ("\t" if path.suffix.lower() == ".tsv" else ",")


def _columns(name: str, header: Sequence[str], options: Options) -> dict[str, int]:
    """Position of each role's column; id and outlet are absent where the default is."""
    places = {}
    for role in ("text", "date", "id", "outlet"):
        column = getattr(options, role)
        if column in header:
            places[role] = list(header).index(column)
        elif column and (role in ("text", "date") or column != role):
            raise CorpusError(
                f"{name}: no column {column!r}.{nearest(column, header)} Columns are: "
                f"{', '.join(header) or '(none)'}. Name the column with {role.upper()}=..."
                + (" (empty: the reports have no dates)." if role == "date" else ".")
            )
    return places


# --- readers: a chunk as batches of usable reports ------------------------------------


def _read_texts(root: Path, chunk: Chunk, options: Options, rejected: Rejected) -> Iterator[Batch]:
    kept: list[tuple[str, int, str, str, str, str]] = []
    for name in chunk.names:
        path = root / name
        if path.stat().st_size > LONGEST_TEXT:
            rejected.append((name, 0, f"longer than {LONGEST_TEXT:,} bytes: not one report", ""))
            continue
        content = path.read_bytes().removeprefix(codecs.BOM_UTF8)
        try:
            text = content.decode(options.encoding)
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            rejected.append((name, line, *_undecodable(error, options)))
            continue
        if not text.strip():
            rejected.append((name, 0, "no text", ""))
            continue
        found = _DAY_IN_NAME.search(path.name)
        day = "-".join(filter(None, found.groups())) if found else ""
        if found and not _read_day(day, ""):
            rejected.append((name, 0, "the date in the file name is no calendar day", day))
            continue
        kept.append((name, 1, name, day, "", text))
    if kept:
        *columns, texts = (list(c) for c in zip(*kept, strict=True))
        yield Batch(*columns, texts=pa.array(texts, pa.large_string()))


def _undecodable(error: UnicodeDecodeError, options: Options) -> tuple[str, str]:
    found = error.object[error.start : error.start + 1].hex()
    around = error.object[max(0, error.start - 20) : error.start + 20]
    hint = " (Latin-1? try ENCODING=latin-1)" if options.encoding.lower() == "utf-8" else ""
    return f"byte 0x{found} is not {options.encoding}{hint}", around.decode("latin-1")


def _read_csv(root: Path, chunk: Chunk, options: Options, rejected: Rejected) -> Iterator[Batch]:
    path = root / chunk.file
    csv.field_size_limit(LONGEST_TEXT)
    delimiter = _delimiter(path, options)
    with path.open("rb") as file:
        header = next(csv.reader(_Lines(file), delimiter=delimiter))
        file.seek(chunk.first)
        block = file.read(chunk.last - chunk.first)
    header = [_cell(c, "utf-8-sig") for c in header]
    places = _columns(chunk.file, header, options)
    lines = _Lines(io.BytesIO(block))
    records = csv.reader(lines, delimiter=delimiter)
    wanted = [places.get(role) for role in ("id", "date", "outlet")]
    kept: list[tuple[int, list[str], str]] = []
    while True:
        line = chunk.line + lines.count
        try:
            record = next(records)
        except StopIteration:
            break
        except csv.Error as error:
            last = chunk.line + lines.count - 1
            span = f"line {line}" if line == last else f"lines {line} to {last}"
            rejected.append((chunk.file, line, f"{span}: {error}", ""))
            continue
        if not record:
            continue
        if len(record) != len(header):
            reason = f"{len(record)} cells where the header has {len(header)}"
            rejected.append((chunk.file, line, reason, _cell(",".join(record)[:80], "utf-8")))
            continue
        small = [record[p] if p is not None else "" for p in wanted]
        kept.append((line, small, record[places["text"]]))
    if kept:
        yield from _decode(chunk.file, kept, options, rejected)


def _decode(
    file: str, rows: list[tuple[int, list[str], str]], options: Options, rejected: Rejected
) -> Iterator[Batch]:
    good = []
    for line, small, text in rows:
        try:
            cells = [c.encode("latin-1").decode(options.encoding) for c in (*small, text)]
        except UnicodeDecodeError as error:
            rejected.append((file, line, *_undecodable(error, options)))
            continue
        good.append((file, line, *cells))
    yield from _usable(good, options, rejected)


def _usable(rows: list[tuple], options: Options, rejected: Rejected) -> Iterator[Batch]:
    """Drop rows without a day or a text into `rejected`; the rest as one batch."""
    kept = []
    for file, line, id_, day, outlet, text in rows:
        if options.date:
            read = _read_day(day, options.date_format)
            if not read:
                rejected.append((file, line, _no_day(day, options), (day or "")[:80]))
                continue
            day = read
        if not text or text.isspace():
            rejected.append((file, line, "no text", ""))
            continue
        kept.append((file, line, id_ or "", day or "", outlet or "", text))
    if kept:
        *columns, texts = (list(c) for c in zip(*kept, strict=True))
        yield Batch(*columns, texts=pa.array(texts, pa.large_string()))


def _no_day(day: str | None, options: Options) -> str:
    if not day:
        return "no date"
    form = options.date_format or "YYYY-MM-DD"
    return f"unparsable date: expected {form}" + ("" if options.date_format else
           " (another form? give DATE_FORMAT=%d/%m/%Y)")  # fmt: skip


def _read_day(value: str | None, form: str) -> str:
    """``YYYY-MM-DD`` or ``YYYY-MM``; empty if `value` is no day."""
    value = (value or "").strip()
    try:
        if form:
            return datetime.strptime(value, form).date().isoformat()
        if not _DAY.fullmatch(value):
            return ""
        if len(value) == 7:
            date.fromisoformat(f"{value}-01")
            return value
        return date.fromisoformat(value[:10]).isoformat()
    except ValueError:
        return ""


def _read_parquet(
    root: Path, chunk: Chunk, options: Options, rejected: Rejected
) -> Iterator[Batch]:
    path, line = root / chunk.file, chunk.line
    # A buffered stream and no read-ahead: a row group may be larger than the memory. Sizes in
    # the file are those of its encoding, so a batch is bounded by rows too.
    with pq.ParquetFile(path, buffer_size=1 << 20, pre_buffer=False) as table:
        places = _columns(chunk.file, table.schema_arrow.names, options)
        columns = [getattr(options, role) for role in places]
        for group in range(chunk.first, chunk.last):
            end = line + table.metadata.row_group(group).num_rows
            fits = (end - line) * CHUNK_BYTES // max(1, chunk.size)
            try:
                for batch in table.iter_batches(
                    max(1, min(BATCH_ROWS, fits)), row_groups=[group], columns=columns,
                    use_threads=False,
                ):  # fmt: skip
                    texts = batch.column(options.text).cast(pa.large_string())
                    numbers = range(line, line + len(texts))
                    line += len(texts)
                    yield from _parquet_batch(chunk.file, numbers, batch, texts, options, rejected)
            except (pa.ArrowException, OSError) as error:
                reason = f"rows {line} to {end - 1} cannot be read: the file is damaged"
                rejected.append((chunk.file, line, reason, str(error).splitlines()[0][:200]))
            line = end


def _parquet_batch(
    file: str, numbers: range, batch: pa.RecordBatch, texts: pa.Array, options: Options,
    rejected: Rejected,
) -> Iterator[Batch]:  # fmt: skip
    """As `_usable`, without making the texts Python strings: most hold no term."""
    cells = {}
    for role in ("id", "date", "outlet"):
        name = getattr(options, role)
        if name in batch.schema.names:
            column = batch.column(name)
            if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
                column = column.cast(pa.date32())
            cells[role] = column.cast(pa.string()).to_pylist()
        else:
            cells[role] = [""] * len(texts)
    blank = pc.equal(pc.utf8_trim_whitespace(texts), "").fill_null(True).to_pylist()
    keep, days = [], []
    for at, (day, empty) in enumerate(zip(cells["date"], blank, strict=True)):
        read = _read_day(day, options.date_format) if options.date else ""
        if options.date and not read:
            rejected.append((file, numbers[at], _no_day(day, options), (day or "")[:80]))
        elif empty:
            rejected.append((file, numbers[at], "no text", ""))
        else:
            keep.append(at)
            days.append(read)
    if keep:
        yield Batch(
            [file] * len(keep),
            [numbers[at] for at in keep],
            [cells["id"][at] or "" for at in keep],
            days,
            [cells["outlet"][at] or "" for at in keep],
            texts if len(keep) == len(texts) else texts.take(pa.array(keep)),
        )
