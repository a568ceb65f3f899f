"""Reference numbers held against the tables: the scoreboard.

Each row of ``seeds/facts.csv`` is a number that somebody printed, that follows from a printed
file, or that our own rules must give; it names one of the checks below and its arguments. A
check reads the tables and returns the value found; `scoreboard` compares it with the
reference under the row's tolerance. Tests require that every check passes. A fact that no
table can answer says what would be needed.
"""

from collections.abc import Callable
from datetime import date
from functools import lru_cache

import pandas as pd
from scipy.stats import spearmanr

from analysis import series, worlds
from analysis.tables import load, statements

Found = float | str | None


def scoreboard() -> pd.DataFrame:
    """Every fact with what the tables give.

    Returns
    -------
    DataFrame
        ``fact_id``, ``statement``, ``expected``, ``found`` (text), ``tolerance``,
        ``unit``, ``verdict`` (pass, fail or not testable), ``why_not``, ``source_id``.
    """
    rows = []
    for fact in load("facts").itertuples():
        found, verdict = None, "not testable"
        if isinstance(fact.check, str):
            found = CHECKS[fact.check](*fact.argument.split(";"))
            verdict = "pass" if agrees(found, fact.expected, float(fact.tolerance)) else "fail"
        rows.append(
            {
                "fact_id": fact.fact_id,
                "statement": fact.statement,
                "expected": fact.expected,
                "found": "" if found is None else _shown(found),
                "tolerance": float(fact.tolerance),
                "unit": fact.unit,
                "verdict": verdict,
                "why_not": fact.why_not if isinstance(fact.why_not, str) else "",
                "source_id": fact.source_id,
            }
        )
    return pd.DataFrame(rows)


def _shown(found: float | str) -> str:
    return found if isinstance(found, str) else f"{found:.4g}" if found % 1 else f"{found:.0f}"


def inexact(board: pd.DataFrame) -> pd.DataFrame:
    """Passed facts whose found value is not the reference even after rounding.

    Parameters
    ----------
    board
        Output of `scoreboard`.
    """
    rows = board[board["verdict"] == "pass"]
    return rows[[not _same(r.found, r.expected) for r in rows.itertuples()]]


def _same(found: str, expected: str) -> bool:
    if found == expected:
        return True
    try:
        number, digits = float(found), len(expected.partition(".")[2])
        return round(number, digits) == float(expected)
    except ValueError:
        return False


def inexact_words(board: pd.DataFrame) -> str:
    """Sentence on passes that use their tolerance, each with both values."""
    rows = inexact(board)
    if rows.empty:
        return "None of them needs its tolerance beyond rounding."
    listed = "; ".join(
        f"{r.statement}: reference {r.expected}, found {r.found}" for r in rows.itertuples()
    )
    some = "one of them passes only within its" if len(rows) == 1 else (
        f"{len(rows)} of them pass only within their"
    )  # fmt: skip
    return f"Beyond rounding, {some} tolerance ({listed})."


def agree_words(board: pd.DataFrame) -> str:
    """Clause on how many testable figures lie within their tolerance, and how many not exactly.

    Parameters
    ----------
    board
        Output of `scoreboard`.
    """
    passed, failed = (int((board["verdict"] == v).sum()) for v in ("pass", "fail"))
    tested = passed + failed
    text = f"{passed} of {tested}" if failed else f"all {tested}"
    text += " testable reference figures lie within their tolerance"
    rows = inexact(board)
    if rows.empty:
        return text
    text += f", {len(rows)} of them not exactly"
    read = int(rows["fact_id"].isin(read_facts()).sum())
    return text + (f" ({read} under a reading that we chose)" if read else "")


def heading(board: pd.DataFrame) -> str:
    """Finding: how many testable reference figures agree, and that the tests require it.

    Parameters
    ----------
    board
        Output of `scoreboard`.
    """
    text = agree_words(board)
    text = text[0].upper() + text[1:]
    return text if (board["verdict"] == "fail").any() else f"{text}; the project's tests require it"


def agrees(found: Found, expected: str, tolerance: float) -> bool:
    """Whether a found value is the reference, within the tolerance.

    Days are compared in days, months and quarters in months and quarters, numbers in
    their own unit.
    """
    if found is None or pd.isna(found):
        return False
    if isinstance(found, str):
        if "Q" in expected or len(expected) == 7:
            gap = abs((pd.Period(found) - pd.Period(expected)).n)
        else:
            gap = abs((date.fromisoformat(found) - date.fromisoformat(expected)).days)
        return gap <= tolerance
    return abs(found - float(expected)) <= tolerance + 1e-9


# --- air power ------------------------------------------------------------------------


def _air(measure: str, first: str, last: str, vintage: str = "current") -> float | None:
    rows = load("airpower")
    rows = rows[
        (rows["measure"] == measure)
        & (rows["from_month"] == pd.Period(first, "M"))
        & (rows["to_month"] == pd.Period(last, "M"))
        & (rows["vintage"] == vintage)
    ]
    return float(rows["value"].iloc[0]) if len(rows) else None


def _months(text: str) -> tuple[str, str]:
    first, _, last = text.partition("/")
    if len(first) == 4:
        return f"{first}-01", f"{first}-12"
    return first, last or first


def _air_pair(measure: str, first: str, second: str) -> tuple[float, float]:
    return _air(measure, *_months(first)), _air(measure, *_months(second))


def _air_ratio(measure: str, first: str, second: str) -> float:
    before, after = _air_pair(measure, first, second)
    return after / before


def _air_lowest_year(measure: str, first: str, last: str) -> float:
    years = series.airpower_years(load("airpower"), measure)
    years = years[(years["vintage"] == "current") & years["year"].between(int(first), int(last))]
    return float(years.loc[years["value"].astype(float).idxmin(), "year"])


def _air_highest_month(measure: str, first: str, last: str) -> str:
    rows = load("airpower")
    rows = rows[
        (rows["measure"] == measure)
        & (rows["vintage"] == "current")
        & (rows["from_month"] == rows["to_month"])
        & (rows["from_month"] >= pd.Period(first))
        & (rows["from_month"] <= pd.Period(last))
    ]
    return str(rows.loc[rows["value"].astype(float).idxmax(), "from_month"])


def _air_year_rank(measure: str, first: str, last: str) -> float:
    years = series.airpower_years(load("airpower"), measure)
    years = years[(years["vintage"] == "current") & years["year"].between(int(first), int(last))]
    years = years.drop_duplicates("year")
    return float(spearmanr(years["year"], years["value"].astype(float)).statistic)


# --- people ---------------------------------------------------------------------------


# --- attacks, decisions, tranches -----------------------------------------------------


def _attacks(measure: str, unit: str, first: str, last: str) -> float | None:
    rows = load("enemy_attacks")
    rows = rows[
        (rows["measure"] == measure)
        & (rows["unit"] == unit)
        & (rows["from_month"] == pd.Period(first, "M"))
        & (rows["to_month"] == pd.Period(last, "M"))
        & (rows["vintage"] == "current")
    ]
    return series.most_exact(rows["value"]) if len(rows) else None


def _attacks_change_ratio(measure: str, first: str, last: str) -> float | None:
    change = _attacks(measure, "percent_change", first, last)
    return None if change is None else 1 + change / 100


def _attacks_highest_month(measure: str, since: str) -> str | None:
    """Month that a page ranks first among those since another; the number may be unknown."""
    rows = load("enemy_attacks")
    rows = rows[
        (rows["measure"] == measure)
        & (rows["unit"] == "rank")
        & (rows["value"] == 1)
        & (rows["base_from_month"] == pd.Period(since, "M"))
    ]
    months = rows["from_month"].unique()
    return str(months[0]) if len(months) == 1 else None


def _decision_day(label: str) -> str | None:
    rows = load("decisions")
    rows = rows[rows["label"] == label]
    return str(rows["date_kabul"].iloc[0].date()) if len(rows) else None


def _decision_change(day: str) -> float | None:
    rows = load("decisions")
    rows = rows[(rows["date_kabul"] == pd.Timestamp(day)) & rows["persons_change"].notna()]
    return float(rows["persons_change"].iloc[0]) if len(rows) else None


def _withdrawal_progress(day: str) -> float | None:
    rows = load("withdrawal_progress")
    rows = rows[rows["date"] == pd.Timestamp(day)]
    return float(rows["percent_low"].iloc[0]) if len(rows) else None


def _tranche_districts(tranche: str) -> float | None:
    rows = load("tranches")
    rows = rows[(rows["tranche"] == int(tranche)) & rows["districts"].notna()]
    agreed = rows["districts"].unique()
    return float(agreed[0]) if len(agreed) == 1 else None


# --- casualties, troops, control ------------------------------------------------------


def _un(scope: str, first: str, last: str, column: str) -> float | None:
    rows = load("un_casualties")
    rows = rows[
        (rows["scope"] == scope)
        & (rows["from_month"] == pd.Period(first, "M"))
        & (rows["to_month"] == pd.Period(last, "M"))
        & rows[column].notna()
    ]
    return float(rows[column].iloc[0]) if len(rows) else None


def _un_monthly_ratio(scope: str, first: str, second: str) -> float:
    rates = []
    for span in (first, second):
        start, end = _months(span)
        n = (pd.Period(end, "M") - pd.Period(start, "M")).n + 1
        rates.append(_un(scope, start, end, "total") / n)
    return rates[1] / rates[0]


def _troops(force: str) -> pd.DataFrame:
    rows = load("troop_levels")
    return rows[(rows["force"] == force) & rows["kind"].isin(["reported", "approximate",
                                                              "authorised"])]  # fmt: skip


def _troops_near(force: str, day: str, days: str) -> float | None:
    """Reading nearest to a day, statements before counts and estimates."""
    rows = _troops(force)
    rows = rows[rows["series"] != "dmdc_quarterly"]
    gap = (rows["date"] - pd.Timestamp(day)).abs().dt.days
    rows = rows.assign(gap=gap)[gap <= int(days)].sort_values(["gap", "series", "persons"])
    return float(rows["persons"].iloc[0]) if len(rows) else None


def _troops_peak(force: str, first: str, last: str) -> float:
    rows = _troops(force)
    rows = rows[rows["date"].between(pd.Timestamp(first), pd.Timestamp(last))]
    return float(rows["persons"].max())


def _troops_span(force: str, day: str, days: str) -> float:
    rows = _troops(force)
    rows = rows[(rows["date"] - pd.Timestamp(day)).abs().dt.days <= int(days)]
    return float(rows["persons"].max() - rows["persons"].min())


def _troops_last(force: str, name: str) -> str:
    rows = load("troop_levels")
    rows = rows[(rows["force"] == force) & (rows["series"] == name)]
    return str(rows["date"].max().to_period("Q"))


# --- falls as a monitor could count them -----------------------------------------------


@lru_cache(maxsize=4)
def _known_on(day: str) -> pd.DataFrame:
    """Captures of district centres as the table would have had them on a day's evening."""
    events = worlds.as_of(day)[0] if day else load("events")
    return events[events["in_scope"] & (events["event_class"] == "district_centre_capture")]


def _falls(known: str, groups: str, first: str, last: str, what: str) -> float:
    """Falls certainly within some days, as known on a day from so many groups.

    A monitor that counts what it can confirm, and writes on a day, is held against what
    could be confirmed by then: not against what the table learnt later. ``what`` is
    ``events``, ``provinces``, or ``lost`` (those reported retaken by then).
    """
    rows = _known_on(known)
    rows = rows[
        (rows["n_independent"] >= int(groups))
        & (rows["date_start_earliest"] >= pd.Timestamp(first))
        & (rows["date_start_latest"] <= pd.Timestamp(last))
    ]
    if what == "lost":
        rows = rows[rows["outcome"] == "captured_lost"]
    return float(rows["adm1"].nunique() if what == "provinces" else len(rows))


def read_facts() -> list[str]:
    """Ids of the figures that depend on how the table is read: counts of falls."""
    facts = load("facts")
    return facts.loc[facts["check"] == "falls", "fact_id"].tolist()


def other_readings(fact_id: str) -> pd.DataFrame:
    """One count of falls under readings other than the one the scoreboard uses.

    Returns
    -------
    DataFrame
        ``known`` (day, or ``now``), ``groups`` (fewest), ``found``; the scoreboard's own
        reading first.
    """
    fact = load("facts").set_index("fact_id").loc[fact_id]
    known, groups, *rest = fact["argument"].split(";")
    ways = [(known, groups), (known, "1"), ("", groups), ("", "1")]
    return pd.DataFrame(
        [(day or "now", int(n), _falls(day, n, *rest)) for day, n in ways],
        columns=["known", "groups", "found"],
    )


def reading_words(fact_id: str) -> str:
    """Sentence on one count of falls and what other readings of the table make of it."""
    fact = load("facts").set_index("fact_id").loc[fact_id]
    own, *others = other_readings(fact_id).itertuples()
    told = "; ".join(
        f"{r.found:.0f} {'with hindsight' if r.known == 'now' else 'by then'}, "
        f"{'on one source or more' if r.groups == 1 else f'on {r.groups} groups or more'}"
        for r in others
    )
    expected, within = float(fact["expected"]), float(fact["tolerance"])
    near = sum(abs(r.found - expected) <= within for r in others)
    return (
        f"the monitor counted {fact['expected']} and the table had {own.found:.0f} by the day of "
        f"its page, on {own.groups} groups or more; other readings give {told}, of which "
        f"{near or 'none'} would lie within the tolerance; the reading was settled with these "
        "in view"
    )


# --- control, capitals, decisions -----------------------------------------------------


def _control_row(monitor: str, day: str) -> pd.Series:
    rows = load("district_control")
    return rows[(rows["monitor"] == monitor) & (rows["date"] == pd.Timestamp(day))].iloc[0]


def _control(monitor: str, day: str, column: str) -> float:
    return float(_control_row(monitor, day)[column])


def _control_sum(monitor: str, day: str) -> float:
    row = _control_row(monitor, day)
    return float(row[["government_pct", "contested_pct", "taliban_pct"]].sum())


def _control_total(monitor: str, day: str) -> float:
    """Sum of the three classes; a monitor may leave districts in none of them."""
    row = _control_row(monitor, day)
    return float(row[["government", "contested", "taliban"]].sum())


def _control_difference(monitor: str, first: str, last: str) -> float:
    return _control(monitor, last, "taliban") - _control(monitor, first, "taliban")


def _control_last(monitor: str) -> str:
    rows = load("district_control")
    return str(rows[rows["monitor"] == monitor]["date"].max().to_period("M"))


def _control_pace(monitor: str, first: str, last: str) -> float:
    gain = _control(monitor, last, "taliban") - _control(monitor, first, "taliban")
    return gain / (pd.Timestamp(last) - pd.Timestamp(first)).days


def capitals() -> pd.DataFrame:
    """Provincial capitals that fell from 6 to 15 August 2021, in order of their fall.

    Returns
    -------
    DataFrame
        ``event_id``, ``adm1``, ``place_canonical``, ``fell`` (best day), earliest and
        latest day, ``resistance``, ``n_independent``.
    """
    rows = load("events")
    rows = rows[
        rows["in_scope"]
        & (rows["event_class"] == "capital_capture")
        & (rows["date_start_latest"] >= pd.Timestamp("2021-08-06"))
    ]
    # The fall is the end of the event where an account gives one, else its start.
    first = rows["date_end_earliest"].fillna(rows["date_start_earliest"])
    last = rows["date_end_latest"].fillna(rows["date_start_latest"])
    rows = rows.assign(fell_earliest=first, fell_latest=last)
    rows = rows.assign(fell=first + ((last - first) / 2).dt.floor("D"))
    columns = ["event_id", "adm1", "place_canonical", "fell", "fell_earliest", "fell_latest",
               "resistance", "n_independent"]  # fmt: skip
    return rows[columns].sort_values(["fell", "fell_latest", "adm1"], ignore_index=True)


def _capital_fell(adm1: str) -> str | None:
    rows = capitals()
    rows = rows[rows["adm1"] == adm1]
    return f"{rows['fell'].iloc[0]:%Y-%m-%d}" if len(rows) else None


def _capitals_on(day: str) -> float:
    return float((capitals()["fell"] == pd.Timestamp(day)).sum())


def _capitals_by(day: str) -> float:
    return float((capitals()["fell"] <= pd.Timestamp(day)).sum())


def _decision_level(day: str, column: str) -> float:
    rows = load("decisions")
    return float(rows[rows["date"] == pd.Timestamp(day)][column].dropna().iloc[0])


def _decision_date(label: str) -> str:
    rows = load("decisions")
    return f"{rows[rows['label'] == label]['date'].iloc[0]:%Y-%m-%d}"


def _tranche_date(tranche: str) -> str:
    rows = load("transition")
    days = rows[rows["tranche_full"] == int(tranche)]["date_full_announced"].unique()
    return f"{pd.Timestamp(days[0]):%Y-%m-%d}" if len(days) == 1 else "1900-01-01"


def _provinces_in_transition(tranche: str) -> float:
    return float((load("transition")["tranche_full"] <= int(tranche)).sum())


# --- deaths and events ----------------------------------------------------------------


def _monthly(name: str) -> pd.Series:
    rows = load("violence_monthly")
    return rows[rows["series"] == name].set_index("month")["deaths"].astype(float)


def _deaths(name: str, year: str) -> float:
    values = _monthly(name)
    return float(values[values.index.year == int(year)].sum())


def _deadliest_month(name: str) -> str:
    return str(_monthly(name).idxmax())


def _deaths_ratio_at_most(name: str, first: str, second: str) -> float:
    """Ratio of two months, reported as the bound where it lies below it."""
    values = _monthly(name)
    ratio = float(values[pd.Period(second)] / values[pd.Period(first)])
    return 0.15 if ratio <= 0.15 else ratio


def _peak_to_trough(name: str, first: str, last: str) -> float:
    values = _monthly(name)
    values = values[(values.index.year >= int(first)) & (values.index.year <= int(last))]
    means = values.groupby(values.index.month).mean()
    return float(means.max() / means.min())


def _claimed_not_used(field: str, month: str) -> float | None:
    rows = statements().merge(load("events")[["event_id", "date_start_earliest"]])
    rows = rows[
        (rows["field"] == field)
        & ~rows["used"]
        & (rows["date_start_earliest"].dt.to_period("M") == pd.Period(month))
    ]
    return float(rows["value"].iloc[0]) if len(rows) else None


def _event_started(place: str, month: str) -> str | None:
    rows = load("events")
    rows = rows[
        rows["in_scope"]
        & (rows["place_canonical"] == place)
        & (rows["target"] == "capital")
        & (rows["date_start_earliest"].dt.to_period("M") == pd.Period(month))
    ]
    return f"{rows['date_start'].iloc[0]:%Y-%m-%d}" if len(rows) == 1 else None


def _in_scope_at(place: str, month: str) -> float:
    rows = load("events")
    period = pd.Period(month)
    return float(
        (
            rows["in_scope"]
            & (rows["place_canonical"] == place)
            & (rows["date_start_earliest"] <= period.end_time)
            & (rows["date_start_latest"] >= period.start_time)
        ).sum()
    )


CHECKS: dict[str, Callable[..., Found]] = {
    "airpower": _air,
    "airpower_ratio": _air_ratio,
    "airpower_percent_rise": lambda m, a, b: 100 * (_air_ratio(m, a, b) - 1),
    "airpower_percent_fall": lambda m, a, b: 100 * (1 - _air_ratio(m, a, b)),
    "airpower_sum": lambda m, a, b: sum(_air_pair(m, a, b)),
    "airpower_difference": lambda m, a, b: _air_pair(m, a, b)[0] - _air_pair(m, a, b)[1],
    "airpower_lowest_year": _air_lowest_year,
    "airpower_highest_month": _air_highest_month,
    "airpower_year_rank": _air_year_rank,
    "attacks": _attacks,
    "attacks_highest_month": _attacks_highest_month,
    "attacks_change_ratio": _attacks_change_ratio,
    "decision_day": _decision_day,
    "decision_change": _decision_change,
    "withdrawal_progress": _withdrawal_progress,
    "tranche_districts": _tranche_districts,
    "falls": _falls,
    "control_difference": _control_difference,
    "un": _un,
    "un_monthly_ratio": _un_monthly_ratio,
    "troops_near": _troops_near,
    "troops_peak": _troops_peak,
    "troops_span": _troops_span,
    "troops_last": _troops_last,
    "control": _control,
    "control_sum": _control_sum,
    "control_total": _control_total,
    "control_last": _control_last,
    "control_pace": _control_pace,
    "capital_fell": _capital_fell,
    "capitals_on": _capitals_on,
    "capitals_by": _capitals_by,
    "decision_level": _decision_level,
    "decision_date": _decision_date,
    "decision_month": lambda label: _decision_date(label)[:7],
    "tranche_date": _tranche_date,
    "provinces_in_transition": _provinces_in_transition,
    "deaths": _deaths,
    "deadliest_month": _deadliest_month,
    "deaths_ratio_at_most": _deaths_ratio_at_most,
    "peak_to_trough": _peak_to_trough,
    "claimed_not_used": _claimed_not_used,
    "event_started": _event_started,
    "in_scope_at": _in_scope_at,
}
