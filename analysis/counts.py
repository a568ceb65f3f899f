"""What the tables hold, in numbers that can be held against a promise."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis import schema, series
from analysis.mentions import design_effect, wilson
from analysis.resolve import SILENT
from analysis.tables import load


def table_rows() -> pd.DataFrame:
    """Name, rows and description of every table."""
    rows = [
        {
            "table": resource["name"],
            "rows": len(load(resource["name"])),
            "description": resource["description"],
        }
        for resource in schema.descriptor()["resources"]
    ]
    return pd.DataFrame(rows)


def coverage() -> dict[str, float]:
    """Shares that say how well the events are sourced.

    Returns
    -------
    dict
        ``in_scope``, ``out_of_scope``, ``provinces`` (with an in-scope event),
        ``fewest_in_a_year``, ``two_groups`` (share of in-scope events with two or more
        independent groups), ``sources_dated_to_day`` (share of sources with a claim).
    """
    events, claims, sources = load("events"), load("claims"), load("sources")
    inside = events[events["in_scope"]]
    years = inside["event_id"].str[5:9].value_counts()
    cited = sources[sources["source_id"].isin(claims["source_id"])]
    return {
        "in_scope": len(inside),
        "out_of_scope": int((~events["in_scope"]).sum()),
        "provinces": int(inside["adm1"].nunique()),
        "fewest_in_a_year": int(years.reindex([str(y) for y in range(2007, 2022)]).fillna(0).min()),
        "two_groups": float((inside["n_independent"] >= 2).mean()),
        "sources_dated_to_day": float((cited["date_published"].str.len() == 10).mean()),
    }


ROUNDS = {
    "sample_before": "random sample before the sweep",
    "sweep": "sweep of all other events",
    "sample_after": "random sample after the sweep",
}


def overview() -> str:
    """Text that ``make seeds`` prints: rows by table, events by year, coverage."""
    lines = [f"  {r.table:18s} {r.rows:6d} rows" for r in table_rows().itertuples()]
    events = load("events")
    inside = events[events["in_scope"]]
    years = inside["event_id"].str[5:9].value_counts().sort_index()
    lines.append("  in scope by year   " + "  ".join(f"{y} {n}" for y, n in years.items()))
    found = coverage()
    lines.append(
        f"  {found['in_scope']} in scope, {found['out_of_scope']} out of scope, "
        f"{found['provinces']} provinces, at least {found['fewest_in_a_year']} a year"
    )
    lines.append(
        f"  {found['two_groups']:.0%} of in-scope events rest on two or more independent groups; "
        f"{found['sources_dated_to_day']:.0%} of their sources are dated to the day"
    )
    said = pairs_that_say()
    lines.append(
        f"  {said['pairs']} pairs of event and source; of these, "
        + ", ".join(f"{said[f]:.0%} say something of {n}" for f, n in
                    (("date_start", "the start"), ("outcome", "the outcome"), ("air", "strikes")))
    )  # fmt: skip
    made = set(load("claim_checks")["round"])
    for which, name in ((w, n) for w, n in ROUNDS.items() if w in made):
        wrong = claims_wrong(which)
        lines.append(
            f"  {name}: {wrong['checked']} claims of {wrong['events']} events held against their "
            f"pages, {wrong['share']:.0%} wrong in some part ({wrong['low']:.0%} to "
            f"{wrong['high']:.0%}), {wrong['cells']} event cells changed; all mended"
        )
    lines += ["  readings by year"]
    lines += [f"    {name:20s} " + "  ".join(f"{y} {n}" for y, n in years.items())
              for name, years in readings_by_year().items()]  # fmt: skip
    return "\n".join(lines)


def readings_by_year() -> dict[str, pd.Series]:
    """How many readings each series has in each year of the study that has any.

    Returns
    -------
    dict
        Number of rows by year (int index), by the name of the series: months of weapons
        released and their status after subtraction, readings of US and of allied troops,
        UN counts, attacks, district control.
    """
    air = series.airpower_months(
        load("airpower"), pd.period_range("2007-01", "2021-08", freq="M"),
        series.withheld_from(load("decisions")),
    )  # fmt: skip
    known = air[air["status"].isin(["seen", "implied"])]
    troops = load("troop_levels")
    found = {
        "weapons, months": known["month"].dt.year,
        "US troops": troops[troops["force"] == "US"]["date"].dt.year,
        "ISAF and RS troops": troops[troops["force"] == "ISAF_RS"]["date"].dt.year,
        "UN casualties": load("un_casualties")["from_month"].dt.year,
        "enemy attacks": load("enemy_attacks")["from_month"].dt.year,
        "district control": load("district_control")["date"].dt.year,
    }
    return {
        name: years[years.between(2007, 2021)].value_counts().sort_index()
        for name, years in found.items()
    }


def pairs_that_say() -> dict[str, float]:
    """How often a page on an event says when it began, how it ended, and if there were strikes.

    Returns
    -------
    dict
        ``pairs`` (of event and source), and the share of them that state ``date_start``,
        ``outcome`` and ``air`` (a strike reported or denied).
    """
    claims = load("claims")
    pairs = claims[["event_id", "source_id"]].drop_duplicates()
    said = claims[~claims["value"].isin(SILENT)]
    return {"pairs": len(pairs)} | {
        field: len(said.loc[said["field"] == field, ["event_id", "source_id"]].drop_duplicates())
        / len(pairs)
        for field in ("date_start", "outcome", "air")
    }


def claims_wrong(which: str = "sample_after", level: float = 0.95) -> dict[str, float]:
    """How many claims one round of checks found wrong in some part.

    Parameters
    ----------
    which
        Round: ``sample_before`` (events drawn at random), ``sweep`` (all other events),
        ``sample_after`` (events drawn at random once the sweep was worked in).
    level
        Coverage of the interval.

    Returns
    -------
    dict
        ``events``, ``checked``, ``wrong``, ``cells`` (event cells that changed), ``pages``
        and ``pages_lost`` (found again and not; 0 where not counted), ``share`` of claims
        wrong, ``low`` and ``high`` (Wilson, with claims on one event counted as alike as
        they are). What a round found is mended, so only the last sample speaks of the
        claims as they are now.
    """
    checks = load("claim_checks")
    checks = checks[checks["round"] == which]
    n, bad = checks["claims_checked"].astype(int), checks["claims_wrong"].astype(int)
    checked, wrong = int(n.sum()), int(bad.sum())
    said = np.concatenate([np.arange(k) < w for k, w in zip(n, bad, strict=True)])
    event = np.repeat(checks["event_id"].to_numpy(str), n)
    share = wrong / checked
    low, high = wilson(share, checked / design_effect(said, event), level)
    pages, lost = (int(checks[c].fillna(0).sum()) for c in ("pairs_held", "pairs_not_found"))
    return {"events": len(checks), "checked": checked, "wrong": wrong,
            "cells": int(checks["cells_changed"].sum()), "pages": pages, "pages_lost": lost,
            "share": share, "low": low, "high": high}  # fmt: skip


def check_numbers(rounds: Mapping[str, Mapping[str, float]]) -> dict[str, int | str]:
    """Numbers of the three rounds of checks, by the names under which prose quotes them.

    Parameters
    ----------
    rounds
        Output of `claims_wrong` by round.
    """

    def share(found: Mapping[str, float]) -> str:
        return f"{found['share']:.0%} ({found['low']:.0%} to {found['high']:.0%})"

    before, sweep, after = (rounds[which] for which in ROUNDS)
    return {
        "wrong_before": share(before), "wrong_sweep": share(sweep), "claims_wrong": share(after),
        "sweep_claims": sweep["checked"], "sweep_pages": sweep["pages"],
        "sweep_pages_lost": sweep["pages_lost"], "sweep_cells": sweep["cells"],
        "claims_checked": after["checked"], "claims_checked_events": after["events"],
    }  # fmt: skip
