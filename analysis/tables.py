"""Load the curated tables: validated, typed, sorted.

Every table is checked against the schema before the first row is handed out; a stamp in
``build/`` remembers that exactly these bytes passed, so later loads are quick.
"""

import os
from functools import cache
from pathlib import Path

import pandas as pd

from analysis import paths, schema
from analysis.resolve import NOT_STATED

DTYPES = {
    "string": "string",
    "integer": "Int64",
    "number": "Float64",
    "date": "datetime64[s]",
    "yearmonth": "period[M]",
}


@cache
def load(table: str, seeds: Path = paths.SEEDS) -> pd.DataFrame:
    """Return one curated table.

    Parameters
    ----------
    table
        Name in ``seeds/datapackage.json``, such as ``events``.

    Returns
    -------
    DataFrame
        Rows sorted by primary key. Columns typed by the schema: days as ``datetime64``,
        months as ``period[M]``, codes as strings, 0/1 as booleans, counts as nullable
        integers. A missing value is missing, never zero.

    Raises
    ------
    SeedError
        If any cell of any table is wrong.
    """
    _check_once(seeds)
    raw = schema.read_corrected(table, seeds)
    typed = pd.DataFrame({name: _cast(raw[name], f["type"])
                          for name, f in schema.fields(table, seeds).items()})  # fmt: skip
    return typed.sort_values(schema.primary_key(table, seeds), ignore_index=True)


def statements(seeds: Path = paths.SEEDS) -> pd.DataFrame:
    """Return the claims that say something: all but those that record a page's silence.

    Returns
    -------
    DataFrame
        As `load` gives it for ``claims``, without the rows whose value is ``not_stated``.
    """
    claims = load("claims", seeds)
    return claims[claims["value"] != NOT_STATED].reset_index(drop=True)


def _cast(column: pd.Series, kind: str) -> pd.Series:
    blank = column.where(column != "", None)
    if kind == "boolean":
        return column.map({"1": True, "0": False}).astype("boolean")
    if kind == "date":
        return pd.to_datetime(blank, format="%Y-%m-%d")
    if kind == "yearmonth":
        return pd.Series(pd.PeriodIndex(blank, freq="M"), index=column.index)
    return blank.astype(DTYPES[kind])


def _check_once(seeds: Path) -> None:
    stamp = paths.BUILD / "validated"
    code = "".join((paths.ROOT / "analysis" / f"{m}.py").read_text(encoding="utf-8")
                   for m in ("schema", "resolve", "dates", "places", "corrections"))  # fmt: skip
    mark = f"{schema.fingerprint(seeds)} {hash_text(code)}"
    if stamp.exists() and stamp.read_text() == mark:
        return
    schema.validate(seeds)
    write_text(stamp, mark)


def hash_text(text: str) -> str:
    """Return the first 16 hex digits of the sha256 of a text."""
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()[:16]


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all: to a temporary name, then rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Two processes may write the same file at once; each uses a name of its own.
    scratch = path.with_name(f".{path.name}.{os.getpid()}.part")
    scratch.write_text(text, encoding="utf-8", newline="\n")
    scratch.replace(path)
