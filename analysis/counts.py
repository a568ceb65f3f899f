"""What the tables hold, in numbers that can be held against a promise."""

import pandas as pd

from analysis import schema
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
    air = load("airpower")
    months = air[(air["from_month"] == air["to_month"]) & (air["vintage"] == "current")]
    by_year = months["from_month"].dt.year.value_counts().sort_index()
    lines.append("  months of air power " + "  ".join(f"{y} {n}" for y, n in by_year.items()))
    us = load("troop_levels")
    by_year = us[us["force"] == "US"]["date"].dt.year.value_counts().sort_index()
    lines.append("  US troop readings   " + "  ".join(f"{y} {n}" for y, n in by_year.items()))
    return "\n".join(lines)
