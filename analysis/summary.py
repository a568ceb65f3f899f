"""Headline counts, and the sentences that carry them.

Sentences are assembled from recorded numbers, so that prose can be checked against data.
"""

from typing import Any

import pandas as pd

from analysis import series
from analysis.errors import EmptySelectionError


def by_year(events: pd.DataFrame, months: pd.PeriodIndex) -> pd.DataFrame:
    """Offensives by year of their month.

    Returns
    -------
    DataFrame
        One row a year of the study: ``year``, ``offensives``, ``captures``,
        ``two_groups`` (events with two or more independent groups), ``provinces``.

    Notes
    -----
    Events whose start is known only to the year (``date_prec`` 5) are counted in the
    year of their window's middle.
    """
    year = _year(events)
    captured = events["outcome"].str.startswith("captured").fillna(False)
    rows = []
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
    """Title of F1: where the captures lie in time."""
    captures = int(years["captures"].sum())
    if captures == 0:
        return f"{int(years['offensives'].sum())} Taliban offensives, none of which took its target"
    top = years.loc[years["captures"].idxmax()]
    return (
        f"{int(top['captures'])} of {captures} recorded captures fell in {int(top['year'])}, "
        "when hardly any foreign troops were left"
        if top["year"] == 2021
        else f"{int(top['captures'])} of {captures} recorded captures fell in {int(top['year'])}"
    )


def peaks(
    violence: pd.DataFrame, troops: pd.DataFrame, months: pd.PeriodIndex, end: pd.Timestamp
) -> dict[str, Any]:
    """Deadliest month, and highest and last American troop readings up to `end`."""
    deaths = series.deaths(violence, "ged_state_based", months)
    worst = deaths.astype(float).idxmax()
    us = series.troop_steps(troops, "US")
    us = us[(us["date"] >= months[0].start_time) & (us["date"] <= end) & (us["date_prec"] <= 4)]
    found = {"deadliest_month": f"{worst:%B %Y}", "deaths_that_month": int(deaths[worst])}
    if len(us):
        top = us.loc[us["persons"].astype(float).idxmax()]
        last = us[us["date"] == us["date"].max()]["persons"]
        low, high = int(last.min()), int(last.max())
        found |= {
            "us_peak": int(top["persons"]),
            "us_peak_month": f"{top['date']:%B %Y}",
            "us_last": f"{low:,}" if low == high else f"{low:,} to {high:,}",
            "us_last_month": f"{us['date'].max():%B %Y}",
        }
    return found


def answer_fifteen_years(results: dict[str, Any]) -> str:
    """One sentence that answers notebook 01, with its doubt."""
    troops = ""
    if "us_peak" in results:
        troops = (
            f"American troops went from a highest reading of {results['us_peak']:,} "
            f"({results['us_peak_month']}) to {results['us_last']} "
            f"({results['us_last_month']}), and "
        )
    return (
        f"{troops}{results['busiest_count']} of the {results['n_events']} recorded offensives "
        f"({results['share_last_year']}%) began in {results['busiest_year']}; deaths were highest "
        f"in {results['deadliest_month']}. The counts are floors that follow reporting as well "
        f"as fighting ({results['share_two_groups']}% rest on two or more independent sources), "
        f"and weapons released are known for only {results['months_known']} of "
        f"{results['months_total']} months."
    )
