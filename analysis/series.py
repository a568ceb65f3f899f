"""From tables to complete series: every month present, missing as missing.

Zero must be earned: a month has zero offensives because the table covers it and holds
none, while a month of air power without a published figure stays empty. Measures that
count different things are never joined into one line.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from analysis.dates import Window, middle_day, months

AFCENT = "afcent_weapons_released"
AIRPOWER_BREAK = "AFCENT stops publishing monthly air power"


def event_months(events: pd.DataFrame) -> pd.Series:
    """Month in which each event is counted.

    Parameters
    ----------
    events
        Rows of the events table.

    Returns
    -------
    Series of Period[M], index as `events`
        The month of the middle of the start window; missing where ``date_prec`` is 5,
        because a year is no month. With ``date_prec`` 4 the month is the source's own.
    """
    spans = zip(events["date_start_earliest"], events["date_start_latest"], strict=True)
    middles = [middle_day(Window(a.date(), b.date())) if pd.notna(a) else pd.NaT for a, b in spans]
    period = pd.Series(pd.PeriodIndex(pd.to_datetime(middles), freq="M"), index=events.index)
    return period.where(events["date_prec"].fillna(5) <= 4)


def monthly_events(events: pd.DataFrame, index: pd.PeriodIndex) -> pd.Series:
    """Offensives begun in each month of `index`; zero where none."""
    return event_months(events).value_counts().reindex(index, fill_value=0).rename("offensives")


AGGREGATES = ("campaign", "multi_district")


def count_level(events: pd.DataFrame, level: str) -> pd.DataFrame:
    """Keep children or parents, so that no action is counted twice.

    Parameters
    ----------
    level
        ``child`` drops campaigns and multi-district pushes whose actions are rows of
        their own; ``parent`` drops every event that is part of another one here.
    """
    if level == "child":
        parents = events["event_id"].isin(events["parent_event_id"].dropna())
        return events[~(parents & events["target"].isin(AGGREGATES))]
    return events[~events["parent_event_id"].isin(events["event_id"])]


def withheld_from(decisions: pd.DataFrame) -> pd.Period:
    """First month for which the monthly air-power summary was withheld."""
    rows = decisions[decisions["label"] == AIRPOWER_BREAK]
    return rows["date"].iloc[0].to_period("M")


def airpower_months(
    airpower: pd.DataFrame, index: pd.PeriodIndex, withheld: pd.Period
) -> pd.DataFrame:
    """Weapons released by month, where published or implied by published sums.

    Parameters
    ----------
    airpower
        The airpower table.
    index
        Months wanted.
    withheld
        First month of the publication break, from `withheld_from`.

    Returns
    -------
    DataFrame
        One row a month: ``month``, ``weapons`` (missing where unknown), ``status``:
        ``seen`` (printed, current vintage), ``first`` (only a first-release figure is
        known), ``implied`` (the only value that published sums allow), ``block`` (only
        the sum of a run of months is known), ``withheld`` (after the
        monthly summaries stopped) or ``unseen``; ``block_from``, ``block_to``,
        ``block_weapons`` for the run that a ``block`` month belongs to; ``source_ids``.

    Notes
    -----
    No interpolation: an implied month is a published sum less published months. Sums of
    a first vintage are not subtracted from current ones. Where current readings of one
    month differ, the value with most sources stands, then the one coded first; the others
    stay in the table and show among the contradictions.
    """
    rows = airpower[airpower["measure"] == AFCENT]
    current, first = rows[rows["vintage"] == "current"], rows[rows["vintage"] == "first"]
    known: dict[pd.Period, tuple[float, str, list[str]]] = {}
    printed = current[current["from_month"] == current["to_month"]]
    for month, rows_of_month in printed.groupby("from_month"):
        value = prevailing(rows_of_month)
        agree = rows_of_month[rows_of_month["value"] == value]
        known[month] = (float(value), "seen", sorted(set(agree["source_id"])))
    sums = [
        (pd.period_range(r.from_month, r.to_month, freq="M"), float(r.value), r.source_id)
        for r in current.itertuples()
        if r.from_month != r.to_month
    ]
    blocks = _solve(known, sums)
    for row in first[first["from_month"] == first["to_month"]].itertuples():
        known.setdefault(row.from_month, (float(row.value), "first", [row.source_id]))
    table = []
    for month in index:
        value, status, ids = known.get(month, (np.nan, "", []))
        block = blocks.get(month)
        if not status:
            status = "block" if block else "withheld" if month >= withheld else "unseen"
        table.append(
            {
                "month": month,
                "weapons": value,
                "status": status,
                "block_from": block[0] if block and status == "block" else pd.NaT,
                "block_to": block[1] if block and status == "block" else pd.NaT,
                "block_weapons": block[2] if block and status == "block" else np.nan,
                "source_ids": ";".join(ids or (block[3] if block and status == "block" else [])),
            }
        )
    return pd.DataFrame(table)


def prevailing(readings: pd.DataFrame) -> int:
    """Value with most sources; a tie goes to the reading coded first."""
    sources = readings.groupby("value")["source_id"].nunique()
    first = readings.groupby("value")["reading_id"].min()
    return min(sources.index, key=lambda v: (-sources[v], first[v]))


def _solve(
    known: dict[pd.Period, tuple[float, str, list[str]]],
    sums: list[tuple[pd.PeriodIndex, float, str]],
) -> dict[pd.Period, tuple[pd.Period, pd.Period, float, list[str]]]:
    """Fill `known` with months that sums leave no choice about; return leftover runs.

    Sums are also subtracted from longer sums that start or end with them, until nothing
    new follows.
    """
    spans = {(s[0][0], s[0][-1]): (s[1], [s[2]]) for s in sums}
    changed = True
    while changed:
        changed = False
        for (a, b), (total, ids) in list(spans.items()):
            for (c, d), (part, more) in list(spans.items()):
                for span in _remainders(a, b, c, d):
                    if span not in spans:
                        spans[span] = (total - part, sorted({*ids, *more}))
                        changed = True
        for (a, b), (total, ids) in list(spans.items()):
            run = pd.period_range(a, b, freq="M")
            open_months = [m for m in run if m not in known]
            rest = total - sum(known[m][0] for m in run if m in known)
            if len(open_months) == 1:
                used = sorted({*ids, *(i for m in run if m in known for i in known[m][2])})
                known[open_months[0]] = (rest, "implied", used)
                changed = True
    blocks: dict[pd.Period, tuple[pd.Period, pd.Period, float, list[str]]] = {}
    for (a, b), (total, ids) in sorted(spans.items(), key=lambda item: len(item[1][1])):
        run = pd.period_range(a, b, freq="M")
        open_months = [m for m in run if m not in known]
        if not open_months or len(open_months) != _length(open_months[0], open_months[-1]):
            continue
        rest = total - sum(known[m][0] for m in run if m in known)
        for month in open_months:
            old = blocks.get(month)
            if old is None or _length(old[0], old[1]) > len(open_months):
                blocks[month] = (open_months[0], open_months[-1], rest, ids)
    return blocks


def _length(first: pd.Period, last: pd.Period) -> int:
    return (last - first).n + 1


def _remainders(
    a: pd.Period, b: pd.Period, c: pd.Period, d: pd.Period
) -> Iterable[tuple[pd.Period, pd.Period]]:
    """Runs left of a..b once c..d is taken from its beginning or its end."""
    if c == a and d < b:
        yield d + 1, b
    if d == b and c > a:
        yield a, c - 1


def airpower_years(airpower: pd.DataFrame, measure: str = AFCENT) -> pd.DataFrame:
    """Published full-year totals of one measure, one row a year and vintage."""
    rows = airpower[airpower["measure"] == measure]
    full = rows[(rows["from_month"].dt.month == 1) & (rows["to_month"].dt.month == 12)]
    full = full[full["from_month"].dt.year == full["to_month"].dt.year]
    years = full.assign(year=full["from_month"].dt.year)
    return years[["year", "value", "vintage", "source_id"]].sort_values(
        ["year", "vintage", "value"], ignore_index=True
    )


def deaths(violence: pd.DataFrame, series: str, index: pd.PeriodIndex) -> pd.Series:
    """Monthly deaths of one UCDP series on `index`; missing where not covered."""
    rows = violence[violence["series"] == series].set_index("month")["deaths"]
    return rows.reindex(index).astype("Float64").rename("deaths")


def troop_steps(troops: pd.DataFrame, force: str = "US") -> pd.DataFrame:
    """Readings of one force that are counts (not plans), in order of date.

    Notes
    -----
    Official quarterly counts (DMDC) include personnel that in-country statements leave
    out; the two stay two series (column ``series``).
    """
    rows = troops[(troops["force"] == force) & troops["kind"].isin(["reported", "approximate"])]
    rows = rows[rows["series"] != "fiscal_year_average"]
    return rows.sort_values(["date", "series", "persons"], ignore_index=True)


def quarterly_troops(troops: pd.DataFrame, start: pd.Period, end: pd.Period) -> pd.DataFrame:
    """Lowest and highest US reading in each quarter, statements only.

    Returns
    -------
    DataFrame
        ``quarter``, ``low``, ``high``, ``readings``; quarters without a reading are
        missing, not carried forward.
    """
    rows = troop_steps(troops)
    rows = rows[rows["series"].isin(["official_statement", "press_estimate"])]
    rows = rows[rows["date_prec"] <= 4]
    by = rows.groupby(rows["date"].dt.to_period("Q"))["persons"]
    table = pd.DataFrame({"low": by.min(), "high": by.max(), "readings": by.size()})
    table = table.reindex(pd.period_range(start, end, freq="Q"))
    table["readings"] = table["readings"].fillna(0).astype(int)
    return table.rename_axis("quarter").reset_index()


def study_months(start: pd.Timestamp, end: pd.Timestamp) -> pd.PeriodIndex:
    """Months of a study period."""
    return months(start.date(), end.date())


def most_exact(values: pd.Series) -> float:
    """The reading that a rounded one is a rounding of, where several pages print one figure.

    Parameters
    ----------
    values
        Readings of one measure and period, at least one.

    Returns
    -------
    float
        Readings that end in two zeros are set aside where another within one per cent
        does not. Of the rest the one most pages print; a tie goes to the lower.
    """
    readings = values.astype(float)
    exact = readings[readings % 100 != 0]
    kept = [
        v for v in readings
        if v % 100 != 0 or not ((exact - v).abs() <= 0.01 * exact.abs()).any()
    ]  # fmt: skip
    counts = pd.Series(kept).value_counts()
    return float(min(counts.index, key=lambda v: (-counts[v], v)))
