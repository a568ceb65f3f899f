"""What is in the tables, how sure we are of it, and what is missing.

A month is not known because a neighbouring one is: each series gets one state a month,
and a total of several months is not a value for any of them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from analysis import mentions, series
from analysis.dates import LAST_DAY, Window, middle_day
from analysis.intervals import share_interval

# From most to least that can be known of one month.
STATES = ("printed", "recorded", "first release", "implied", "sum only", "withheld", "missing")
# Series that this project counts itself: a month with an event in it is no complete month.
OWN = "events"
# How `series.airpower_months` says the same things.
_AFCENT_STATES = {
    "seen": "printed",
    "first": "first release",
    "implied": "implied",
    "block": "sum only",
    "withheld": "withheld",
    "unseen": "missing",
}
SHORT_MONTH_PREC = 4
# One wording of the confidence letters, for prose and glossary.
LETTERS = {
    "A": "three independent groups or more, one of them no party to the war",
    "B": "two groups",
    "C": "one neutral group",
    "D": "one party, or a date counted back from the report",
    "E": "inferred or unknown",
}
GROUPS = ("1", "2", "3+")
# Label of a code: table, field, code.
Namer = Callable[[str, str, str], str]
Row = tuple[str, str, dict[pd.Period, str]]


def calendar(
    events: pd.DataFrame,
    claims: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    months: pd.PeriodIndex,
) -> pd.DataFrame:
    """State of every series in every month.

    Parameters
    ----------
    events, claims
        Selected events and the claims on them.
    tables
        ``airpower``, ``troop_levels``, ``violence_monthly``, ``un_casualties``,
        ``district_control``, ``decisions`` and ``codes`` (for the names of the series).
    months
        Months wanted.

    Returns
    -------
    DataFrame
        One row a series and month: ``topic``, ``series``, ``month``, ``state`` (one of
        `STATES`). Rows keep the order in which series are shown.

    Notes
    -----
    A month in which an event or a report was found is ``recorded``, whatever was missed; a
    month without one is missing, because the absence of a report is not a count of zero.
    A month of air power whose summary was withheld when due is ``sum only`` if a later sum
    covers it, and else ``withheld``.
    """
    name = names(tables["codes"])
    rows: list[Row] = [
        (OWN, "Offensives begun", _recorded(series.event_months(events))),
        (OWN, "Reports read for air strikes", _recorded(_report_months(events, claims))),
    ]
    violence = tables["violence_monthly"]
    for key in sorted(violence["series"].unique(), reverse=True):
        own = violence.loc[violence["series"] == key, "month"]
        rows.append(("deaths", "UCDP: " + name("violence_monthly", "series", key), _printed(own)))
    withheld = series.withheld_from(tables["decisions"])
    rows += _airpower_rows(tables["airpower"], months, withheld, name)
    rows += _troop_rows(tables["troop_levels"], name)
    rows += _span_rows(
        tables["un_casualties"], "un_casualties", "scope", name, "civilians", "UN, civilians: "
    )
    rows += _control_rows(tables["district_control"], name)
    return pd.DataFrame(
        [
            {"topic": topic, "series": label, "month": month, "state": known.get(month, "missing")}
            for topic, label, known in rows
            for month in months
        ]
    )


def names(codes: pd.DataFrame) -> Namer:
    """Label of a code, by table, field and code."""
    labels = {(r.table, r.field, r.code): r.label for r in codes.itertuples()}
    return lambda table, column, code: labels[table, column, code]


def _printed(months: pd.Series) -> dict[pd.Period, str]:
    return dict.fromkeys(months.dropna(), "printed")


def _recorded(months: pd.Series) -> dict[pd.Period, str]:
    return dict.fromkeys(months.dropna(), "recorded")


def _report_months(events: pd.DataFrame, claims: pd.DataFrame) -> pd.Series:
    month = pd.Series(series.event_months(events).to_numpy(), index=events["event_id"])
    return mentions.reports(claims)["event_id"].map(month)


def airpower_states(
    airpower: pd.DataFrame, months: pd.PeriodIndex, withheld: pd.Period
) -> pd.DataFrame:
    """What is known of AFCENT weapons released in each month; one definition for all pages.

    Parameters
    ----------
    withheld
        First month of the publication break, from `series.withheld_from`.

    Returns
    -------
    DataFrame
        ``month``, ``state`` (one of `STATES`; ``printed``, ``first release`` and ``implied``
        are a value for the month itself), ``withheld`` (the summary was not published when
        due and the tables have no value for the month since, sum or no sum).
    """
    known = series.airpower_months(airpower, months, withheld)
    rows = airpower[(airpower["measure"] == series.AFCENT) & (airpower["vintage"] == "current")]
    sums = rows[rows["from_month"] < rows["to_month"]]
    # A month can lie in a printed sum that fixes neither it nor an unbroken run around it.
    covered = {
        m for r in sums.itertuples() for m in pd.period_range(r.from_month, r.to_month, freq="M")
    }
    states = [
        "sum only" if r.status == "unseen" and r.month in covered else _AFCENT_STATES[r.status]
        for r in known.itertuples()
    ]
    return pd.DataFrame(
        {
            "month": known["month"],
            "state": states,
            "withheld": (known["month"] >= withheld) & known["weapons"].isna(),
        }
    )


def airpower_words(states: pd.DataFrame, decisions: pd.DataFrame) -> dict[str, Any]:
    """Numbers and sentences that say what is known of air power.

    Parameters
    ----------
    states
        From `airpower_states`.
    decisions
        The decisions table, for the day on which withheld figures were released.

    Returns
    -------
    dict
        ``months_known``, ``months_total``, ``known_how``, ``unknown_how`` and ``released``.
    """
    n = states["state"].value_counts()
    shown = (("printed", "printed"), ("first release", "first releases only"),
             ("implied", "implied by printed sums"))  # fmt: skip
    open_months = (("sum only", "lie inside a printed sum"), ("missing", "were not found"),
                   ("withheld", "were withheld when due and are in no sum"))  # fmt: skip
    known = int(n.reindex([s for s, _ in shown]).fillna(0).sum())
    kept = states["withheld"]
    in_sum = int((kept & (states["state"] == "sum only")).sum())
    stopped = states.loc[kept, "month"].min()
    out = decisions[decisions["kind"] == "publication_resumed"]
    later = [
        f"{m:%B %Y}"
        for m in states.loc[~kept & (states["month"] > stopped), "month"]
    ] if kept.any() else []  # fmt: skip
    if not kept.any():
        released = "No month of this selection was withheld."
    else:
        released = (
            f"Withheld means one thing on these pages: the summary did not appear when due and "
            f"the tables have no value for the month since. That is so for {kept.sum()} months, "
            f"{in_sum} of which lie inside a later sum."
        )
        if len(out) and later:
            released += (
                f" A release of {out['date_kabul'].iloc[0]:%-d %B %Y} gave withheld figures; the "
                f"tables have it only in part ({' and '.join(later)})."
            )
    return {
        "months_known": known,
        "months_total": len(states),
        "known_how": ", ".join(f"{n.get(s, 0)} {w}" for s, w in shown if n.get(s, 0)) or "none",
        "unknown_how": ", ".join(f"{n.get(s, 0)} {w}" for s, w in open_months if n.get(s, 0))
        or "none",
        "released": released,
    }


def _airpower_rows(
    airpower: pd.DataFrame, months: pd.PeriodIndex, withheld: pd.Period, name: Namer
) -> list[Row]:
    afcent = airpower_states(airpower, months, withheld).set_index("month")["state"]
    states = afcent.to_dict()
    rows = [("air power", name("airpower", "measure", series.AFCENT), states)]
    others = airpower[airpower["measure"] != series.AFCENT]
    return rows + _span_rows(others, "airpower", "measure", name, "air power")


def _span_rows(
    readings: pd.DataFrame, table: str, column: str, name: Namer, topic: str, prefix: str = ""
) -> list[Row]:
    """One row a series of readings that cover a month or a longer span."""
    rows = []
    order = readings.groupby(column)["from_month"].min().sort_values(kind="stable")
    for key in order.index:
        known: dict[pd.Period, str] = {}
        for row in readings[readings[column] == key].itertuples():
            single = row.from_month == row.to_month
            for month in pd.period_range(row.from_month, row.to_month, freq="M"):
                if single or month not in known:
                    known[month] = "printed" if single else "sum only"
        rows.append((topic, prefix + name(table, column, key), known))
    return rows


def _troop_rows(troops: pd.DataFrame, name: Namer) -> list[Row]:
    troops = troops[troops["date"] <= pd.Timestamp(LAST_DAY)]
    counted = troops[
        troops["kind"].isin(["reported", "approximate"])
        & (troops["series"] != "fiscal_year_average")
        & (troops["date_prec"] <= SHORT_MONTH_PREC)
    ]
    rows = []
    for force in ("US", "ISAF_RS", "UK", "contractors"):
        own = counted[counted["force"] == force]
        split = own.groupby("series") if force == "US" else [("", own)]
        for key, part in split:
            label = name("troop_levels", "force", force)
            label += f": {name('troop_levels', 'series', key)}" if key else ""
            rows.append(("troops", label, _printed(part["date"].dt.to_period("M"))))
    return rows


def _control_rows(control: pd.DataFrame, name: Namer) -> list[Row]:
    rows = []
    first = control.groupby("monitor")["date"].min().sort_values(kind="stable")
    for key in first.index:
        own = control.loc[control["monitor"] == key, "date"].dt.to_period("M")
        label = "District control: " + name("district_control", "monitor", key)
        rows.append(("control", label, _printed(own)))
    return rows


def months_by_state(table: pd.DataFrame) -> pd.DataFrame:
    """Count the months in each state; one row a series, in the order shown."""
    counts = pd.crosstab(table["series"], table["state"])
    counts = counts.reindex(index=table["series"].unique(), columns=STATES, fill_value=0)
    counts.columns.name = None
    return counts.rename_axis("series").reset_index()


def start_year(events: pd.DataFrame) -> pd.Series:
    """Year of the middle of the start window, for every event that has one."""
    spans = zip(events["date_start_earliest"], events["date_start_latest"], strict=True)
    years = [
        middle_day(Window(a.date(), b.date())).year if pd.notna(a) else pd.NA for a, b in spans
    ]
    return pd.Series(years, index=events.index, dtype="Int64")


def precision_by_year(events: pd.DataFrame) -> pd.DataFrame:
    """Events by year, date precision and place precision, zeros included.

    Returns
    -------
    DataFrame
        ``year``, ``date_prec`` (1 to 5), ``where_prec`` (those in use), ``events``.
    """
    counts = (
        events.assign(year=start_year(events))
        .dropna(subset=["year", "date_prec"])
        .groupby(["year", "date_prec", "where_prec"])
        .size()
    )
    years = sorted({int(i[0]) for i in counts.index})
    places = sorted({int(i[2]) for i in counts.index})
    full = pd.MultiIndex.from_product(
        [years, range(1, 6), places], names=["year", "date_prec", "where_prec"]
    )
    return counts.reindex(full, fill_value=0).rename("events").reset_index()


def groups_by_year(events: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """Share of each year's events that rest on 1, 2, or 3 and more independent groups.

    Parameters
    ----------
    level
        Coverage of the Wilson intervals.

    Returns
    -------
    DataFrame
        One row a year and number of groups: ``year``, ``groups``, ``events``, ``n``
        (all events of the year), ``share``, ``low``, ``high``. Years without an event
        have no row.
    """
    binned = events["n_independent"].clip(upper=3).map({1: "1", 2: "2", 3: "3+"})
    counts = pd.crosstab(start_year(events), binned).reindex(columns=GROUPS, fill_value=0)
    rows = []
    for year, line in counts.iterrows():
        n = int(line.sum())
        for groups in GROUPS:
            low, high = share_interval(int(line[groups]), n, level)
            rows.append(
                {"year": int(year), "groups": groups, "events": int(line[groups]), "n": n,
                 "share": int(line[groups]) / n, "low": low, "high": high}
            )  # fmt: skip
    return pd.DataFrame(rows)


def totals(
    every: pd.DataFrame,
    claims: pd.DataFrame,
    sources: pd.DataFrame,
    selected: pd.DataFrame,
    start: pd.Timestamp,
    end: pd.Timestamp,
    chosen: tuple[Sequence[str], Sequence[str], str],
) -> pd.DataFrame:
    """Which count is which: from all rows of the events table to those a page shows.

    Parameters
    ----------
    every, claims, sources
        Whole tables; claims that only record silence of a page may be left out.
    selected
        Events of the study.
    chosen
        Parameters ``provinces``, ``event_classes`` and ``min_confidence``.

    Returns
    -------
    DataFrame
        ``count``, ``what``, ``used``; each difference between two lines has its own line.
    """
    places, classes, letter = chosen
    inside = every[every["in_scope"]]
    asked = inside[
        (inside["date_start_latest"] >= start)
        & (inside["date_start_earliest"] <= end)
        & (inside["conf_event"] <= letter)
        & (inside["adm1"].isin(places) if places else True)
        & (inside["event_class"].isin(classes) if classes else True)
    ]
    child, parent = series.count_level(asked, "child"), series.count_level(asked, "parent")
    dated = series.event_months(selected).notna()
    on = claims["event_id"].isin(selected["event_id"])
    told = claims.loc[on, ["event_id", "source_id"]].drop_duplicates()
    seen = mentions.reports(claims[on], selected, "Y")["period"].notna()
    rows = [
        (len(every), "rows of the events table", "list of tables"),
        (len(every) - len(inside), "out of scope: negative cases", "left out everywhere"),
        (len(inside), "in scope: Taliban offensives", ""),
        (len(inside) - len(asked), "outside the parameters chosen", "left out"),
        (len(asked) - len(child), "campaigns and pushes told by rows of their own", "not at child"),
        (len(child), "single actions (count level child)", "01, 02 and most pages"),
        (len(parent), "campaigns and pushes counted once (parent)", "worlds, holding"),
        (len(selected), "offensives on this page", "counts and shares"),
        (int((~dated).sum()), "of these dated to longer than a month", "not drawn by month"),
        (int(dated.sum()), "of these dated to a month or less", "ticks and monthly series"),
        (int((dated & selected["adm1"].isna()).sum()), "of the dated ones without a province",
         "no tile"),
        (int((dated & selected["adm1"].notna()).sum()), "of the dated ones in a province",
         "tile maps and rates"),
        (int(selected["event_class"].eq("complex_attack").sum()),
         "of this page's are complex attacks", "raids: fighters entered or tried to"),
        (len(claims), "statements in the tables, rows on silence left out", "list of tables"),
        (int(on.sum()), "statements on this page's offensives", "answer above"),
        (len(told), "reports on them: one source on one event", "01: reports, all"),
        (int(seen.sum()), "of these, text seen, dated to a month or less", "01 and 04: mentions"),
        (len(sources), "sources in the tables", "list of tables"),
        (int(claims.loc[on, "source_id"].nunique()), "sources on this page's offensives",
         "answer above"),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["count", "what", "used"])


def class_by_outcome(events: pd.DataFrame) -> pd.DataFrame:
    """Cross-table of class and outcome with totals, largest class first."""
    return _crossed(events["event_class"], events["outcome"])


def provinces(events: pd.DataFrame) -> pd.DataFrame:
    """Events, captures, and events with two or more groups by province, most first."""
    where = events["adm1"].fillna("(whole country)")
    taken = events["outcome"].str.startswith("captured").fillna(False)
    table = pd.DataFrame(
        {
            "offensives": where.groupby(where).size(),
            "captures": taken.groupby(where).sum(),
            "two_groups": (events["n_independent"] >= 2).groupby(where).sum(),
        }
    ).astype(int)  # fmt: skip
    table = table.rename_axis("province").reset_index()
    return table.sort_values(["offensives", "province"], ascending=[False, True], ignore_index=True)


def province_words(places: pd.DataFrame, every: int) -> dict[str, Any]:
    """Province with most rows, and how many of `every` provinces have any.

    Parameters
    ----------
    places
        From `provinces`.
    """
    named = places[places["province"] != "(whole country)"]
    bare = every - len(named)
    if not len(named):
        return {"top_province": "No single province", "with_rows": "no row has a province"}
    tied = named.loc[named["offensives"] == named["offensives"].max(), "province"]
    some = (
        f"every one of the {every} provinces has some"
        if not bare
        else f"{bare} of the {every} provinces {'has' if bare == 1 else 'have'} none here"
    )
    return {"top_province": " and ".join(tied), "with_rows": some}


def series_words(cells: pd.DataFrame) -> dict[str, Any]:
    """Published series, and those with a figure for every month, in numbers and words.

    Parameters
    ----------
    cells
        Rows of `calendar`. The project's own counts are no published series.
    """
    published = cells[cells["topic"] != OWN]
    full = published["state"].eq("printed").groupby(published["series"]).all()
    n, complete = len(full), int(full.sum())
    verb = "has" if complete == 1 else "have"
    words = f"{complete or 'none'} of {n} published series {verb}"
    return {"n_series": n, "complete_series": complete, "series_words": words}


def confidence(events: pd.DataFrame) -> pd.DataFrame:
    """Events by letter, one column each for event, date, place and outcome."""
    kinds = ("conf_event", "conf_date", "conf_place", "conf_outcome")
    table = pd.DataFrame({k: events[k].value_counts() for k in kinds})
    return table.reindex(list("ABCDE")).fillna(0).astype(int).rename_axis("letter").reset_index()


def _crossed(rows: pd.Series, columns: pd.Series) -> pd.DataFrame:
    table = pd.crosstab(rows, columns)
    table = table[table.sum().sort_values(ascending=False, kind="stable").index]
    table.insert(0, "all", table.sum(axis=1))
    table = table.sort_values("all", ascending=False, kind="stable")
    table.columns.name = None
    return table.rename_axis(rows.name).reset_index()
