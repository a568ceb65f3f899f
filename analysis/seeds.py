"""Refresh the tables: hand-edited cells checked first, derived cells written, all checked.

This is what ``make seeds`` does. Nothing is written while a hand-edited cell is wrong.
"""

import csv
import io
from pathlib import Path

import pandas as pd

from analysis import paths, schema
from analysis.resolve import resolve
from analysis.tables import write_text


def refresh(seeds: Path = paths.SEEDS) -> list[str]:
    """Write the derived columns of events and claims; return the tables that changed.

    Raises
    ------
    SeedError
        If a hand-edited cell is wrong; then no file is touched.
    """
    schema.validate(seeds, derived=False)
    corrected = {
        name: schema.read_corrected(name, seeds)
        for name in ("events", "claims", "sources", "provinces")
    }
    events, claims = resolve(**corrected)
    changed = []
    for name, resolved in (("events", events), ("claims", claims)):
        table = schema.read_raw(name, seeds)
        for column in schema.derived_columns(name, seeds):
            table[column] = resolved[column]
        text = as_csv(table)
        path = seeds / f"{name}.csv"
        if text != path.read_text(encoding="utf-8"):
            write_text(path, text)
            changed.append(name)
    schema.validate(seeds)
    return changed


def as_csv(table: pd.DataFrame) -> str:
    """Table as CSV text: minimal quoting, unix line ends, rows as they stand."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(table.itertuples(index=False))
    return buffer.getvalue()
