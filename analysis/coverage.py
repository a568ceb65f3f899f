"""What a GED file of the reader's adds: deaths of chosen provinces, and what no list holds.

The file is not part of this project. Without one every notebook says so, in the words of
this module, and goes on with national deaths and our own events.

Read `load` first, then `two_lists` and `deaths_by_month`.
"""

from collections.abc import Sequence

import pandas as pd

from analysis import connectors
from analysis.connectors import LossReport
from analysis.dates import LAST_DAY
from analysis.errors import EmptySelectionError

# Most fatal incidents are no offensives. Which are cannot be read from GED, so the
# comparison is made for all, and for ever larger ones.
MIN_DEATHS = (1, 10, 25)
NO_FILE = "No GED file was given (parameter `ged_file`)"
KILLED = ("gov_killed_high", "tb_killed_high", "civ_killed_high")


def load(ged_file: str) -> tuple[pd.DataFrame, LossReport] | None:
    """Return records and loss report of the reader's GED file; None without one.

    Raises
    ------
    ConnectorError
        If the path leads to no file, or to one that is no GED table.
    """
    return connectors.read_ged(ged_file) if ged_file else None


def deaths_by_month(
    records: pd.DataFrame, provinces: Sequence[str], months: pd.PeriodIndex
) -> pd.Series:
    """State-based deaths (best estimates) in the chosen provinces, month by month.

    Parameters
    ----------
    records
        As `connectors.read_ged` gives them.
    provinces
        Canonical names; all 34 if empty.
    months
        Months wanted.

    Returns
    -------
    Series
        As `series.deaths`: zero in a month without a record, missing before the first and
        after the last month of the file, and in August 2021, which ends at mid-month.
        Events without a province or a single month are in none of them;
        `connectors.unplaced` lists them.

    Raises
    ------
    EmptySelectionError
        If the file has no state-based event with a province and a month.
    """
    own = records[records["violence"] == "state_based"]
    table = connectors.province_months(own)
    if provinces:
        table = table[table["adm1"].isin(provinces)]
    sums = table.groupby("month")["deaths_best"].sum()
    # Records after the last day of the study were left out: half a month is no month.
    sums = sums[sums.index < pd.Period(LAST_DAY, "M")]
    return sums.reindex(months).astype("Float64").rename("deaths")


def deaths_words(
    found: tuple[pd.DataFrame, LossReport] | None, provinces: Sequence[str]
) -> dict[str, str]:
    """Say whose deaths a notebook counts: ``deaths_scope``, a sentence."""
    if found is None:
        return {
            "deaths_scope": f"{NO_FILE}, so deaths are national, whatever provinces are chosen; "
            "offensives follow the selection."
        }
    records, losses = found
    own = records[records["violence"] == "state_based"]
    lost = connectors.unplaced(own)
    where = f"{len(provinces)} chosen provinces" if provinces else "all provinces"
    return {
        "deaths_scope": "Deaths are those of the province-months of the GED file given "
        f"({losses.rows_mapped:,} of {losses.rows_read:,} rows mapped), in {where}; "
        f"{len(lost):,} of {len(own):,} state-based events with "
        f"{int(lost['deaths_best'].sum()):,} deaths have no province or no single month and are "
        "left out."
    }


def events_words(found: tuple[pd.DataFrame, LossReport] | None, dropped: int = 0) -> str:
    """Say whose events a notebook counts, in one sentence."""
    if found is None:
        return f"{NO_FILE}, so the events are the curated offensives."
    return (
        "The events are the state-based ones of the GED file given; "
        f"{dropped:,} without a province or a month are left out."
    )


def two_lists(
    events: pd.DataFrame,
    records: pd.DataFrame,
    provinces: Sequence[str] = (),
    level: float = 0.95,
) -> pd.DataFrame:
    """Match our offensives with GED, for several ideas of which records are offensives.

    Parameters
    ----------
    events
        Selected rows of the events table; those inside the span of the file are used.
    records
        As `connectors.read_ged` gives them.
    provinces
        Canonical names to which the records are restricted; all if empty.

    Returns
    -------
    DataFrame
        One row per ``ours`` (``all``; ``deaths reported``, because GED holds fatal events
        only) and ``min_deaths``: ``events``, ``records``, ``matched``, ``share`` with
        ``share_low``, ``share_high``, ``total`` with ``total_low``, ``total_high``
        (Chapman 1951), ``missing_low``. Rows with nothing to match are left out.

    Raises
    ------
    EmptySelectionError
        If no row is left.

    Notes
    -----
    Assumes that an offensive is no likelier on one list for being on the other, and that
    the join finds the true pairs and no others. Lists that share sources, and pairs that
    are none, make the estimate too small; records that are no offensives, too large.
    """
    first, last = records["date_earliest"].min(), records["date_latest"].max()
    inside = events[
        (events["date_start_earliest"] <= last) & (events["date_start_latest"] >= first)
    ]
    theirs = records[records["adm1"].isin(provinces)] if provinces else records
    started, ended = events["date_start_earliest"].min(), events["date_start_latest"].max()
    theirs = theirs[(theirs["date_latest"] >= started) & (theirs["date_earliest"] <= ended)]
    fatal = inside[(inside[list(KILLED)].fillna(0) > 0).any(axis=1)]
    rows = []
    for name, ours in (("all", inside), ("deaths reported", fatal)):
        for least in MIN_DEATHS:
            try:
                found = connectors.overlap(ours, theirs, least, level)
            except EmptySelectionError:
                continue
            entry = {k: v for k, v in vars(found).items() if k != "pairs"}
            rows.append({"ours": name, "min_deaths": least, **entry})
    if not rows:
        raise EmptySelectionError(
            f"ged_file: none of its {len(records):,} records can be set beside the "
            f"{len(events):,} selected offensives. Widen start, end or provinces."
        )
    return pd.DataFrame(rows)


def words(table: pd.DataFrame | None, level: float = 0.95) -> dict[str, str]:
    """Heading and sentence on what neither list holds: ``coverage_title``, ``coverage``."""
    if table is None:
        return {
            "coverage_title": "How many offensives no list holds cannot be told from one list",
            "coverage": f"{NO_FILE}: no second list, so no number is given here.",
        }
    floor = table.loc[table["missing_low"].idxmin()]
    best = table.loc[table["share"].idxmax()]
    return {
        "coverage_title": "Two lists suggest "
        f"{floor['missing_low']:,.0f} or more offensives that neither holds, a rough number",
        "coverage": f"Of {best['events']:,} offensives {best['matched']:,} match a record of "
        f"at least {best['min_deaths']} dead ({100 * best['share']:.0f}%, {100 * level:.0f}% "
        f"interval {100 * best['share_low']:.0f} to {100 * best['share_high']:.0f}%); the "
        f"two-list totals run from {table['total'].min():,.0f} to {table['total'].max():,.0f} "
        f"(intervals together {table['total_low'].min():,.0f} to "
        f"{table['total_high'].max():,.0f}), by which records are taken for offensives.",
    }
