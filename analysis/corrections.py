"""Known errors in what was printed, mended in the open.

The tables keep what a page says. Where that is known to be wrong, a row of
``seeds/corrections.yml`` names the cell, the value that must stand there, the right one
and the reason. Applied at every load; a correction that no longer fits its cell stops
the load, because either the table or the correction is out of date.
"""

from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from analysis import paths
from analysis.errors import Problem

FIELDS = ("table", "row", "field", "expected", "value", "reason", "status")
# open: kept in view, not applied; applied: the load uses the value given.
STATUSES = ("applied", "open")


def read(seeds: Path = paths.SEEDS) -> list[dict[str, Any]]:
    """Return all corrections, in the order of the file; none if there is no file."""
    path = seeds / "corrections.yml"
    if not path.exists():
        return []
    return yaml.safe_load(path.read_text(encoding="utf-8")) or []


def faults(tables: dict[str, pd.DataFrame], keys: dict[str, str], seeds: Path) -> list[Problem]:
    """Everything wrong with the corrections themselves.

    Parameters
    ----------
    tables
        Tables as text, by name.
    keys
        Name of the primary key of each table.
    """
    shown = paths.shown(seeds / "corrections.yml")
    found = []
    for number, entry in enumerate(read(seeds), 1):
        where = f"entry {number}"

        def fault(kind: str, value: str, remedy: str, where: str = where) -> None:
            found.append(Problem(shown, 0, where, kind, value, remedy))

        missing = [f for f in FIELDS if entry.get(f) in (None, "")]
        if missing:
            fault("incomplete correction", ", ".join(missing), f"Give: {', '.join(FIELDS)}.")
            continue
        if entry["status"] not in STATUSES:
            fault("unknown status", entry["status"], f"Allowed: {', '.join(STATUSES)}.")
        table = tables.get(entry["table"])
        if table is None or entry["field"] not in table.columns:
            fault("unknown cell", f"{entry['table']}.{entry['field']}", "Name a table and column.")
            continue
        row = table[table[keys[entry["table"]]] == entry["row"]]
        if row.empty:
            fault("matches no row", str(entry["row"]), f"No such key in {entry['table']}.csv.")
        elif row[entry["field"]].iloc[0] != str(entry["expected"]):
            fault(
                "no longer fits",
                row[entry["field"]].iloc[0],
                f"{entry['table']}.{entry['field']} of {entry['row']} should read "
                f"{entry['expected']!r}. If the table was mended, remove the correction.",
            )
    return found


def apply(
    name: str, table: pd.DataFrame, key: str | list[str], seeds: Path = paths.SEEDS
) -> pd.DataFrame:
    """Table with its applied corrections, as text; the table given is left alone."""
    own = [c for c in read(seeds) if c["table"] == name and c["status"] == "applied"]
    if not own:
        return table
    table = table.copy()
    for entry in own:
        table.loc[table[key] == entry["row"], entry["field"]] = str(entry["value"])
    return table
