"""Headline counts, and the sentences that carry them.

Sentences are assembled from recorded numbers, so that prose can be checked against data.
"""

from typing import Any

import pandas as pd

from analysis import mentions, series
from analysis.errors import EmptySelectionError

# What kind of page a troop reading comes from, in words.
READINGS = {
    "dmdc_quarterly": "quarterly count",
    "official_statement": "official statement",
    "press_estimate": "press figure",
}
# How the table notes that a reading is from before the evacuation force came in.
AIRLIFT = "before the airlift"
# Years with fewer reports say nothing about the highest or lowest share.
LEAST_REPORTS = 30
# Two tables of one page count reports: all of them, and those that enter shares of mentions.
REPORTS = {"all": "reports, all", "seen": "reports, text seen, dated"}


def by_year(
    events: pd.DataFrame, months: pd.PeriodIndex, claims: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Offensives by year of their month.

    Returns
    -------
    DataFrame
        One row a year of the study: ``year``, ``offensives``, ``captures``,
        ``two_groups`` (events with two or more independent groups), ``provinces``, and
        with `claims` ``reports`` (one source on one event).

    Notes
    -----
    Events whose start is known only to the year (``date_prec`` 5) are counted in the
    year of their window's middle.
    """
    year = _year(events)
    captured = events["outcome"].str.startswith("captured").fillna(False)
    rows = []
    reports = None
    if claims is not None:
        reports = claims.drop_duplicates(["event_id", "source_id"]).groupby("event_id").size()
    for each in months.year.unique():
        own = year == each
        rows.append(
            {
                "year": int(each),
                "offensives": int(own.sum()),
                "captures": int((own & captured).sum()),
                "two_groups": int((own & (events["n_independent"] >= 2)).sum()),
                "provinces": int(events.loc[own, "adm1"].nunique()),
            }
            | (
                {}
                if reports is None
                else {"reports": int(reports.reindex(events.loc[own, "event_id"]).sum())}
            )
        )
    return pd.DataFrame(rows)


def _year(events: pd.DataFrame) -> pd.Series:
    half = (events["date_start_latest"] - events["date_start_earliest"]) / 2
    return (events["date_start_earliest"] + half).dt.year


def headline_counts(years: pd.DataFrame) -> dict[str, Any]:
    """Total, busiest year and its share.

    Raises
    ------
    EmptySelectionError
        If no year has an offensive.
    """
    total = int(years["offensives"].sum())
    if total == 0:
        raise EmptySelectionError("No offensive falls in the period. Widen start and end.")
    top = years.loc[years["offensives"].idxmax()]
    return {
        "n_events": total,
        "n_captures": int(years["captures"].sum()),
        "busiest_year": str(top["year"]),
        "busiest_count": int(top["offensives"]),
        "share_last_year": round(100 * int(top["offensives"]) / total),
        "share_two_groups": round(100 * int(years["two_groups"].sum()) / total),
    }


def headline_title(years: pd.DataFrame) -> str:
    """Title of F1: where the captures lie in time, and whether that is where reports lie."""
    captures = int(years["captures"].sum())
    if captures == 0:
        total = int(years["offensives"].sum())
        return f"{total} Taliban offensives, none recorded as taking its target"
    top = years.loc[years["captures"].idxmax()]
    said = (
        f"{int(top['captures'])} of {captures} recorded captures {_are(captures)} dated to "
        f"{int(top['year'])}"
    )
    if len(years) > 1 and top["reports"] == years["reports"].max():
        said += ", the year with most reports"
    return said


def _are(n: int) -> str:
    return "is" if n == 1 else "are"


def headline_heading(years: pd.DataFrame, found: dict[str, Any]) -> str:
    """Heading over F1: highest American reading, and the year of most captures."""
    captures = int(years["captures"].sum())
    top = years.loc[years["captures"].idxmax()]
    where = (
        f"{100 * int(top['captures']) / captures:.0f}% of the recorded captures are dated to "
        f"{int(top['year'])}"
        if captures
        else "no offensive is recorded as taking its target"
    )
    if "us_peak" not in found:
        return where[0].upper() + where[1:]
    return f"The highest American reading is of {found['us_peak_when']}; {where}"


def peaks(
    violence: pd.DataFrame, troops: pd.DataFrame, months: pd.PeriodIndex, end: pd.Timestamp
) -> dict[str, Any]:
    """Deadliest month, and highest and last American troop readings up to `end`.

    Readings of different kinds (counts, statements, press) are named with their kind, and
    never joined: the two ends are no change of one series.

    Returns
    -------
    dict
        ``deadliest_month``, ``deaths_that_month``, and where there is an American reading
        ``us_peak``, ``us_peak_month`` (or year), ``us_peak_kind``, ``us_peak_also`` (other
        times at which a reading has the same figure, with their kind; else empty),
        ``us_peak_when`` (all these times), ``us_last``, ``us_last_day``, ``us_last_kind``.
    """
    deaths = series.deaths(violence, "ged_state_based", months)
    worst = deaths.astype(float).idxmax()
    us = series.troop_steps(troops, "US")
    first = months[0].start_time
    # A reading known only to its year counts where the whole year lies in the period.
    whole = (us["date"].dt.to_period("Y").dt.start_time >= first) & (
        us["date"] + pd.offsets.YearEnd(0) <= end
    )
    rough = us[(us["date_prec"] > 4) & whole]
    us = us[(us["date"] >= first) & (us["date"] <= end) & (us["date_prec"] <= 4)]
    found = {"deadliest_month": f"{worst:%B %Y}", "deaths_that_month": int(deaths[worst])}
    if len(us):
        # The more exact of equal readings is named first.
        tops = pd.concat([us, rough])
        tops = tops[tops["persons"] == tops["persons"].max()]
        tops = tops.sort_values(["date_prec", "date", "series"])
        when = [f"{r.date:{'%B %Y' if r.date_prec <= 4 else '%Y'}}" for r in tops.itertuples()]
        kinds = [READINGS[name] for name in tops["series"]]
        also = {t: k for t, k in zip(when, kinds, strict=True) if t != when[0]}
        last = us[us["date"] == us["date"].max()]
        low, high = int(last["persons"].min()), int(last["persons"].max())
        day = "%-d %B %Y" if last["date_prec"].iloc[0] == 1 else "%B %Y"
        found |= {
            "us_peak": int(tops["persons"].iloc[0]),
            "us_peak_month": when[0],
            "us_peak_kind": kinds[0],
            "us_peak_also": "".join(f"; {t}, {k}" for t, k in also.items()),
            "us_peak_when": " or ".join([when[0], *also]),
            "us_last": f"{low:,}" if low == high else f"{low:,} to {high:,}",
            "us_last_day": f"{last['date'].iloc[0]:{day}}",
            "us_last_kind": READINGS[last["series"].iloc[-1]]
            + (
                ", before the airlift"
                if last["note"].fillna("").str.contains(AIRLIFT).any()
                else ""
            ),
        }
    return found


def mention_extremes(shares: pd.DataFrame) -> str:
    """Years with the highest and the lowest share of reports that mention a strike.

    Parameters
    ----------
    shares
        From `mentions.mention_shares` by year.

    Returns
    -------
    str
        A sentence with the intervals clustered by event, and how many other years cannot be
        told from the highest and from the lowest (`mentions.apart`).
    """
    rows = shares[(shares["actor"] == "any") & (shares["reports"] >= LEAST_REPORTS)]
    if rows["mentions"].sum() == 0 or len(rows) < 2:
        return ""

    def said(row: Any) -> str:
        low, high = 100 * row.low_clustered, 100 * row.high_clustered
        return f"{row.period} ({100 * row.share:.0f}%, {low:.0f} to {high:.0f}%"

    def alike(end: pd.Series) -> int:
        # Not apart from itself, which is no other year.
        return sum(not mentions.apart(end, row) for _, row in rows.iterrows()) - 1

    rows = rows.sort_values(["share", "period"], ascending=[False, True])
    top, least = rows.iloc[0], rows.iloc[-1]
    # Both ends were picked by their height, so the years beside them are counted.
    near_top, near_least = alike(top), alike(least)
    last = f"{near_least} cannot" if near_top and near_least else _beside(near_least)
    return (
        f"the observed share of reports that mention an air strike is highest in {said(top)}; "
        f"{_beside(near_top)}) and lowest in {said(least)}; {last})"
    )


def _beside(n: int) -> str:
    if not n:
        return "every other year can be told from it"
    return f"{n} other year{'' if n == 1 else 's'} cannot be told from it"


def answer_fifteen_years(results: dict[str, Any]) -> str:
    """Answer of notebook 01, with its doubt, in the first sentence; detail after it."""
    troops = ""
    if "us_peak" in results:
        troops = (
            f"; the highest American troop reading is {results['us_peak']:,} "
            f"({results['us_peak_month']}, {results['us_peak_kind']}{results['us_peak_also']}), "
            "the last "
            f"{results['us_last']} ({results['us_last_day']}, {results['us_last_kind']})"
        )
    talk = f", and {results['mention_extremes']}" if results.get("mention_extremes") else ""
    return (
        f"{results['busiest_count']} of the {results['n_events']} recorded offensives, a floor, "
        f"began in {results['busiest_year']}: {results['share_last_year']}%, a share that also "
        f"follows reporting{troops}. "
        f"UCDP counts most deaths in {results['deadliest_month']} "
        f"({results['deaths_that_month']:,}, best estimate){talk}. "
        f"The tables have weapons released for {results['months_known']} of "
        f"{results['months_total']} single months."
    )
