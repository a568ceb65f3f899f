"""Quantities on which sources disagree, found in the tables and never listed by hand.

Each finder compares what should be one number (a start day, a death count of one day, a
published total, a share of districts, a troop strength) and returns the accounts that do
not agree. The spread is the result; which account is right is not decided here.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import combinations
from typing import Any

import pandas as pd

from analysis import series
from analysis.dates import Window, middle_day, parse_window
from analysis.intervals import share_interval
from analysis.resolve import OTHER_SIDE

# Readings that differ by less can be rounding; used where figures are printed rounded.
TOLERANCE = 0.10
KINDS = {
    "start date": "start of one event",
    "killed": "killed in one event, as of one day",
    "air power": "air power, first release or rival against the current figure",
    "troops": "troops of one force in one month, by different kinds of count",
    "district control": "districts held on one day, by different definitions",
    "UN casualties": "UN casualties of one period and scope",
}
COLUMNS = ["kind", "item", "quantity", "account", "party", "value", "low", "high",
           "reference", "best", "relative", "spread", "reason", "source_ids"]  # fmt: skip
# Quantities that are one thing by the words of their sources, and those that only share a
# name: counts of centres and of whole districts, of troops with and without those passing
# through. The latter differ without anyone being wrong.
ONE_QUANTITY = ("start date", "killed", "air power", "UN casualties")
# Kinds whose comparisons are so many, and picked by no one, that a share has an interval.
SAMPLED = ("start date", "killed")
ACROSS = "a party counts the other side"
LOSSES = {
    "gov_killed": "Gov. dead",
    "tb_killed": "Taliban dead",
    "civ_killed": "Civilian dead",
}


def find(
    events: pd.DataFrame,
    claims: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    start: pd.Timestamp,
    end: pd.Timestamp,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All contradictions, and how many comparisons they came from.

    Parameters
    ----------
    events, claims
        Selected events; claims on them with ``date_published`` of their sources.
    tables
        ``airpower``, ``troop_levels``, ``district_control``, ``un_casualties``,
        ``sources`` and ``codes``.
    start, end
        Period; the national series are cut to it.

    Returns
    -------
    accounts : DataFrame
        One row an account: ``kind``, ``item`` (key of the quantity), ``quantity`` (its
        name), ``account``, ``party``, ``value`` (number, or days from the resolved start),
        ``low`` and ``high`` (ends of a window of days), ``reference`` (value compared with:
        the lowest count of the dead, else the current or latest figure), ``best`` (count of
        the dead in the event row, if one is settled), ``relative`` (``value`` over
        ``reference``; days for dates), ``spread`` (days between accounts that exclude each
        other, or highest over lowest), ``reason``, ``source_ids``. Widest first within a kind.
    comparisons : DataFrame
        One row a kind: ``kind``, ``compared``, ``contradicting``, ``one_quantity`` (by the
        words of the sources), ``share``, ``low``, ``high`` (95% Wilson interval; missing
        where the comparisons are no sample), ``median_spread``, ``widest``.
    """
    about = tables["sources"].set_index("source_id")
    labels = {(r.table, r.field, r.code): r.label for r in tables["codes"].itertuples()}
    found = {
        "start date": _start_dates(events, claims),
        "killed": _killed(events, claims),
        "air power": _airpower(_within(tables["airpower"], start, end), about, labels),
        "troops": _troops(_days_within(tables["troop_levels"], start, end), about, labels),
        "district control": _control(
            _days_within(tables["district_control"], start, end), about, labels
        ),
        "UN casualties": _casualties(_within(tables["un_casualties"], start, end), about, labels),
    }
    accounts, comparisons = [], []
    for kind, (compared, items) in found.items():
        spreads = pd.Series([item["spread"] for item in items], dtype=float)
        low, high = share_interval(len(items), compared) if kind in SAMPLED else (float("nan"),) * 2
        comparisons.append(
            {
                "kind": kind,
                "compared": compared,
                "contradicting": len(items),
                "one_quantity": kind in ONE_QUANTITY,
                "share": len(items) / compared if compared else float("nan"),
                "low": low,
                "high": high,
                "median_spread": spreads.median(),
                "widest": spreads.max(),
            }
        )
        for item in sorted(items, key=lambda i: (-i["spread"], i["item"])):
            about_item = {k: v for k, v in item.items() if k != "accounts"}
            accounts += [{"kind": kind, **about_item, **a} for a in item["accounts"]]
    return pd.DataFrame(accounts, columns=COLUMNS), pd.DataFrame(comparisons)


def _within(table: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    return table[
        (table["to_month"].dt.end_time >= start) & (table["from_month"].dt.start_time <= end)
    ]


def _days_within(table: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    return table[(table["date"] >= start) & (table["date"] <= end)]


def _joined(ids: Iterable[str]) -> str:
    return ";".join(sorted(set(ids)))


# --- events ---------------------------------------------------------------------------


def _start_dates(events: pd.DataFrame, claims: pd.DataFrame) -> tuple[int, list[dict[str, Any]]]:
    """Events whose accounts of the start share no day.

    Denials are not dates, and the narrative of a machine-rewritten copy (rule M1) is not
    an account of its own.
    """
    dated = claims[claims["field"] == "date_start"]
    dated = dated[(dated["stance"] != "denies") & (dated["rule"] != "M1")]
    about = events.set_index("event_id")
    compared, items = 0, []
    for event_id, own in dated.groupby("event_id"):
        if own["source_id"].nunique() < 2:
            continue
        compared += 1
        windows = [parse_window(v) for v in own["value"]]
        gap = (max(w.earliest for w in windows) - min(w.latest for w in windows)).days
        if gap <= 0:
            continue
        event = about.loc[event_id]
        resolved = middle_day(
            Window(event["date_start_earliest"].date(), event["date_start_latest"].date())
        )
        settled = "majority taken" if (own["rule"] == "D2").any() else "no majority, window widened"
        accounts = []
        for (value, party), same in own.groupby(["value", "claimant_party"]):
            window = parse_window(value)
            days = [
                (d - resolved).days for d in (middle_day(window), window.earliest, window.latest)
            ]
            accounts.append(
                {
                    "account": f"{value} ({_groups(same)})",
                    "party": party,
                    "value": days[0],
                    "low": days[1],
                    "high": days[2],
                    "relative": days[0],
                    "source_ids": _joined(same["source_id"]),
                }
            )
        items.append(
            {"item": event_id, "quantity": event["event_name"], "reference": 0, "spread": gap,
             "reason": settled, "accounts": accounts}
        )  # fmt: skip
    return compared, items


def _groups(same: pd.DataFrame) -> str:
    n = same["independence_group"].nunique()
    return f"{n} group" + ("s" if n > 1 else "")


def _killed(events: pd.DataFrame, claims: pd.DataFrame) -> tuple[int, list[dict[str, Any]]]:
    """Exact death counts of one event that speak of the same day and differ.

    Counts of different days are a tally that grows, not a contradiction; ranges and
    "at least" figures are left out, and so is a count of zero, which has no ratio.
    """
    counts = claims[
        claims["field"].isin(LOSSES)
        & (claims["stance"] != "denies")
        & claims["value"].str.fullmatch(r"[1-9]\d*")
        & claims["as_of"].notna()
    ]
    counts = counts.assign(number=counts["value"].astype(int))
    about = events.set_index("event_id")
    compared, items = 0, []
    for (event_id, name, day), own in counts.groupby(["event_id", "field", "as_of"]):
        if len(own) < 2 or own[["source_id", "claimant"]].drop_duplicates().shape[0] < 2:
            continue
        compared += 1
        low, high = int(own["number"].min()), int(own["number"].max())
        if low == high:
            continue
        # Every row against its own lowest count: a best figure is settled for some rows only.
        best = about.loc[event_id, f"{name}_best"]
        reference = low
        sides = OTHER_SIDE.get(name, frozenset())
        across = (
            own["claimant_party"].isin(sides).any() and not own["claimant_party"].isin(sides).all()
        )
        accounts = [
            {
                "account": f"{number:,} by {claimants}",
                "party": party,
                "value": number,
                "relative": number / reference,
                "source_ids": _joined(same["source_id"]),
            }
            for (number, party), same in own.groupby(["number", "claimant_party"])
            for claimants in [", ".join(sorted(set(same["claimant"])))]
        ]
        items.append(
            {"item": f"{event_id}:{name}:{day}",
             "quantity": f"{LOSSES[name]}: {about.loc[event_id, 'event_name']}",
             "reference": reference, "spread": high / low,
             "best": float(best) if pd.notna(best) else float("nan"),
             "reason": ACROSS if across else "two counts of one day",
             "accounts": accounts}
        )  # fmt: skip
    return compared, items


# --- published series -----------------------------------------------------------------


def _span(first: pd.Period, last: pd.Period) -> str:
    if first == last:
        return f"{first:%b %Y}"
    if first.year == last.year and (first.month, last.month) == (1, 12):
        return str(first.year)
    opening = f"{first:%b}" if first.year == last.year else f"{first:%b %Y}"
    return f"{opening} to {last:%b %Y}"


def _airpower(
    airpower: pd.DataFrame, about: pd.DataFrame, labels: Mapping[tuple, str]
) -> tuple[int, list[dict[str, Any]]]:
    """Figures for the same measure and months: first releases and rival current ones."""
    compared, items = 0, []
    for (measure, first, last), own in airpower.groupby(["measure", "from_month", "to_month"]):
        same = airpower[(airpower["measure"] == measure) & (airpower["vintage"] == "current")]
        now = current_total(same, first, last)
        known = [(int(r.value), r.vintage, [r.source_id]) for r in own.itertuples()]
        if now and not (own["vintage"] == "current").any():
            known.append((now[0], "current", now[1]))
        if now is None or len(known) < 2:
            continue
        compared += 1
        values = [value for value, _, _ in known]
        if len(set(values)) == 1:
            continue
        revised = any(vintage == "first" for _, vintage, _ in known)
        says = {"first": "first release", "current": "current"}
        items.append(
            {"item": f"{measure}:{first}:{last}",
             "quantity": f"{labels['airpower', 'measure', measure]}, {_span(first, last)}",
             "reference": now[0], "spread": _ratio(values),
             "reason": "revised by the publisher" if revised else "two sources, two figures",
             "accounts": [_reading(f"{says[vintage]} {value:,}", value, now[0], ids, about)
                          for value, vintage, ids in known]}
        )  # fmt: skip
    return compared, items


def current_total(
    current: pd.DataFrame, first: pd.Period, last: pd.Period
) -> tuple[int, list[str]] | None:
    """Current figure for a span: as printed, or a longer printed sum less printed months.

    Returns
    -------
    (value, source_ids) or None
        None where published figures do not fix it.
    """
    spans = {}
    for span, rows in current.groupby(["from_month", "to_month"]):
        value = series.prevailing(rows)
        spans[span] = (int(value), rows.loc[rows["value"] == value, "source_id"].iloc[0])
    if (first, last) in spans:
        value, source = spans[first, last]
        return value, [source]
    for (a, b), (value, source) in sorted(spans.items()):
        rest = [m for m in pd.period_range(a, b, freq="M") if not first <= m <= last]
        if a <= first and last <= b and all((m, m) in spans for m in rest):
            parts = [spans[m, m] for m in rest]
            return value - sum(p[0] for p in parts), sorted({source, *(p[1] for p in parts)})
    return None


def _troops(
    troops: pd.DataFrame, about: pd.DataFrame, labels: Mapping[tuple, str]
) -> tuple[int, list[dict[str, Any]]]:
    """Readings of one force in one month that differ by more than `TOLERANCE`.

    The reference is the latest day; series names happen to sort from count to press.
    """
    rows = pd.concat([series.troop_steps(troops, f) for f in troops["force"].unique()] or [troops])
    rows = rows[(rows["date_prec"] <= 4) & (rows["persons"] > 0)]
    compared, items = 0, []
    for (force, month), own in rows.groupby(["force", rows["date"].dt.to_period("M")]):
        if len(own) < 2:
            continue
        compared += 1
        spread = _ratio(own["persons"])
        if spread <= 1 + TOLERANCE:
            continue
        # On one day a count outranks a statement, and a statement a press figure.
        own = own.sort_values(["date", "series", "persons"], ascending=[True, False, True])
        reference = int(own["persons"].iloc[-1])
        kinds = [labels["troop_levels", "series", s] for s in own["series"]]
        accounts = [
            _reading(f"{int(r.persons):,} {kind}, {r.date:%-d %b}", r.persons, reference,
                     [r.source_id], about)
            for r, kind in zip(own.itertuples(), kinds, strict=True)
        ]  # fmt: skip
        items.append(
            {"item": f"{force}:{month}",
             "quantity": f"{labels['troop_levels', 'force', force]}, {month:%b %Y}",
             "reference": reference, "spread": spread,
             "reason": " v ".join(dict.fromkeys(kinds)) if len(set(kinds)) > 1
             else "two days or roundings", "accounts": accounts}
        )  # fmt: skip
    return compared, items


def _control(
    control: pd.DataFrame, about: pd.DataFrame, labels: Mapping[tuple, str]
) -> tuple[int, list[dict[str, Any]]]:
    """Shares held by the Taliban that two monitors give for the same day.

    Each count is divided by its own denominator; a reading known to the week or month
    can meet any day of it.
    """
    rows = control.assign(
        share=(control["taliban"] / control["denominator"]).fillna(control["taliban_pct"] / 100)
    ).dropna(subset=["share"])
    meetings: dict[tuple[str, str, pd.Period], dict[str, Any]] = {}
    for a, b in combinations(rows.sort_values(["monitor", "date", "reading_id"]).itertuples(), 2):
        if a.monitor == b.monitor or not _reading_window(a).overlaps(_reading_window(b)):
            continue
        meeting = meetings.setdefault((a.monitor, b.monitor, a.date.to_period("M")), {})
        meeting |= {a.reading_id: a, b.reading_id: b}
    items = []
    for met in meetings.values():
        readings = [met[key] for key in sorted(met)]
        spread = _ratio(r.share for r in readings)
        if spread <= 1 + TOLERANCE:
            continue
        latest = max(
            readings, key=lambda r: (str(about.loc[r.source_id, "date_published"]), r.reading_id)
        )
        units = {labels["district_control", "unit", r.unit] for r in readings}
        accounts = [
            _reading(
                f"{_of(r)} {labels['district_control', 'unit', r.unit]}, "
                f"{labels['district_control', 'monitor', r.monitor]}",
                r.share, latest.share, [r.source_id], about,
            )
            for r in readings
        ]  # fmt: skip
        items.append(
            {"item": ":".join(sorted(met)),
             "quantity": f"Share held by the Taliban, {latest.date:%-d %b %Y}",
             "reference": float(latest.share), "spread": spread,
             "reason": " v ".join(sorted(units)) if len(units) > 1 else "two definitions",
             "accounts": accounts}
        )  # fmt: skip
    return len(meetings), items


def _of(row: Any) -> str:
    if pd.notna(row.taliban) and pd.notna(row.denominator):
        return f"{int(row.taliban)} of {int(row.denominator)}"
    return f"{float(row.taliban_pct):.1f}% of"


def _reading_window(row: Any) -> Window:
    day = row.date.date()
    # The codebook pads precision 2 and 3 by three and seven days; precision 4 is a month
    # whose last day is entered.
    if row.date_prec == 4:
        return Window(day.replace(day=1), day)
    pad = pd.Timedelta(days={1: 0, 2: 3, 3: 7}[int(row.date_prec)])
    return Window((row.date - pad).date(), (row.date + pad).date())


def _casualties(
    casualties: pd.DataFrame, about: pd.DataFrame, labels: Mapping[tuple, str]
) -> tuple[int, list[dict[str, Any]]]:
    """UN figures of one period and scope: two printings, or a total and its two parts."""
    compared, items = 0, []
    for (scope, measure), rows in _long(casualties).groupby(["scope", "measure"]):
        by_span: dict[tuple, list[tuple[int, list[str], str]]] = {}
        for r in rows.itertuples():
            by_span.setdefault((r.from_month, r.to_month), []).append(
                (int(r.number), [r.source_id], "killed + injured" if r.summed else "as printed")
            )
        for (a, b), (c, d) in combinations(sorted(by_span), 2):
            if c == b + 1 and (a, d) in by_span:
                left, right = by_span[a, b][0], by_span[c, d][0]
                by_span[a, d].append((left[0] + right[0], left[1] + right[1], "sum of its parts"))
        for (first, last), values in by_span.items():
            if len(values) < 2:
                continue
            compared += 1
            numbers = [v[0] for v in values]
            if len(set(numbers)) == 1:
                continue
            # The figure printed last, or else the first one given.
            printed = [v for v in values if v[2] == "as printed"] or values
            reference = max(printed, key=lambda v: str(about.loc[v[1][0], "date_published"]))[0]
            items.append(
                {"item": f"{scope}:{measure}:{first}:{last}",
                 "quantity": f"UN civilians, {labels['un_casualties', 'scope', scope]}, {measure}, "
                             f"{_span(first, last)}",
                 "reference": reference, "spread": _ratio(numbers),
                 "reason": "printings or sums differ",
                 "accounts": [_reading(f"{n:,} {how}", n, reference, ids, about)
                              for n, ids, how in values]}
            )  # fmt: skip
    return compared, items


def _long(casualties: pd.DataFrame) -> pd.DataFrame:
    """One row a number; a total that a reading leaves out is its killed and injured."""
    keys = ["reading_id", "from_month", "to_month", "scope", "source_id"]
    both = casualties["killed"] + casualties["injured"]
    filled = casualties.assign(
        total=casualties["total"].fillna(both),
        summed=casualties["total"].isna() & both.notna(),
    )
    long = filled.melt([*keys, "summed"], ["killed", "injured", "total"], "measure", "number")
    long = long.assign(summed=long["summed"] & (long["measure"] == "total"))
    return long.dropna(subset=["number"]).sort_values(["reading_id", "measure"])


def _ratio(values: Iterable[Any]) -> float:
    numbers = [float(v) for v in values]
    return max(numbers) / min(numbers) if min(numbers) > 0 else float("inf")


def _reading(
    account: str, value: Any, reference: Any, ids: list[str], about: pd.DataFrame
) -> dict[str, Any]:
    return {
        "account": account,
        "party": about.loc[ids[0], "party"],
        "value": float(value),
        "relative": float(value) / float(reference) if float(reference) else float("inf"),
        "source_ids": _joined(ids),
    }


def listing(accounts: pd.DataFrame, shorten: Callable[[str], str] = str) -> pd.DataFrame:
    """One row a quantity, for a table to read: what, how far apart, the accounts, why."""
    order = accounts.drop_duplicates(["kind", "item"])
    said = accounts.groupby(["kind", "item"])["account"].agg(" | ".join)
    rows = order.assign(
        accounts=[shorten(said[k, i]) for k, i in zip(order["kind"], order["item"], strict=True)],
        spread=[
            spread_words(s, k == "start date")
            for k, s in zip(order["kind"], order["spread"], strict=True)
        ],
    )
    return rows[["kind", "quantity", "spread", "accounts", "reason"]].reset_index(drop=True)


def spread_words(spread: float, dates: bool) -> str:
    """Distance between accounts in words: days, times, or per cent where it is small."""
    if dates:
        return f"{spread:.0f} day" + ("" if round(spread) == 1 else "s")
    if spread == float("inf"):
        return "from none"
    if spread < 1.1:
        return f"{100 * (spread - 1):.1f}%"
    return f"{spread:.0f} times" if spread >= 10 else f"{spread:.1f} times"


def date_words(
    accounts: pd.DataFrame, comparisons: pd.DataFrame, events: pd.DataFrame
) -> dict[str, Any]:
    """Size of the clashes between start dates, and how many are captures of capitals.

    Returns
    -------
    dict
        ``dates_compared``, ``dates_clash``, ``clash_pct``, ``clash_interval``,
        ``clash_one_day`` (accounts one day apart), ``clash_widest``, ``clash_size`` (the
        last two in words), ``clash_capitals`` (captures of provincial capitals).
    """
    dates = comparisons.set_index("kind").loc["start date"]
    own = accounts[accounts["kind"] == "start date"].drop_duplicates("item")
    classes = own["item"].map(events.set_index("event_id")["event_class"])
    near, widest = int((own["spread"] == 1).sum()), own["spread"].max()
    some = bool(dates["compared"])
    return {
        "dates_compared": int(dates["compared"]),
        "dates_clash": len(own),
        "clash_pct": round(100 * dates["share"]) if some else "none",
        "clash_interval": f"{100 * dates['low']:.0f} to {100 * dates['high']:.0f}%"
        if some
        else "none",
        "clash_one_day": near,
        "clash_size": f"{near or 'none'} of them by one day, the widest by "
        f"{spread_words(widest, True)} (least distance between accounts)"
        if len(own)
        else "none to measure",
        "clash_capitals": int((classes == "capital_capture").sum()),
    }


def death_words(accounts: pd.DataFrame, comparisons: pd.DataFrame) -> dict[str, Any]:
    """How many counts of the dead differ, and for how many of these a best figure is settled."""
    dead = comparisons.set_index("kind").loc["killed"]
    own = accounts[accounts["kind"] == "killed"].drop_duplicates("item")
    return {
        "dead_compared": int(dead["compared"]),
        "dead_differ": int(dead["contradicting"]),
        "dead_best": int(own["best"].notna().sum()),
        "dead_across": int((own["reason"] == ACROSS).sum()),
    }


def revision_words(airpower: pd.DataFrame, months: pd.PeriodIndex) -> str:
    """How far current figures of weapons released lie from first releases, month by month.

    Only single months of `months` whose first and current figure are both in the tables, or
    follow from printed sums (`current_total`), can be compared.
    """
    own = airpower[airpower["measure"] == series.AFCENT]
    current = own[own["vintage"] == "current"]
    first = own[(own["vintage"] == "first") & (own["from_month"] == own["to_month"])]
    pairs = []
    for month, rows in first.groupby("from_month"):
        now = current_total(current, month, month) if month in months else None
        if now is not None:
            # The first figure that was printed lowest or highest, whichever is further off.
            value = max((int(v) for v in rows["value"]), key=lambda v: _ratio([v, now[0]]))
            pairs.append((month, value, now[0]))
    if not pairs:
        return "no month of this selection has both figures in the tables"
    far = [p for p in pairs if _ratio(p[1:]) > 1 + TOLERANCE]
    named = "; ".join(f"{m:%B %Y}: {a:,} first, {b:,} now" for m, a, b in far)
    return (
        f"of {len(pairs)} month{'s' if len(pairs) > 1 else ''} with both figures in the tables, "
        f"{len(far) or 'none'} differ{'s' if len(far) == 1 else ''} by more than "
        f"{100 * TOLERANCE:.0f}%" + (f" ({named})" if far else "")
    )


def answer(results: Mapping[str, Any]) -> str:
    """Answer of notebook 02, with its doubt, in the first sentence; detail after it."""
    clash = (
        f"Of the {results['dates_compared']:,} with two or more dated sources, "
        f"{results['clash_pct']}% ({results['clash_interval']}) have start dates that exclude "
        f"each other, {results['clash_size']}"
        if results["dates_compared"]
        else "None has two dated sources to compare"
    )
    return (
        f"The table holds {results['n_events']:,} offensives from {results['n_claims']:,} "
        f"statements in {results['n_sources']:,} sources; about {results['one_group_pct']}% "
        "rest on a single independent one of those found, and of statements on "
        f"{results['claims_checked_events']} events drawn at random {results['claims_wrong']} "
        f"were still judged wrong in some part. {clash}. "
        f"Of {results['n_series']} published series "
        f"{results['complete_series'] or 'none'} "
        f"{'has' if results['complete_series'] == 1 else 'have'} a figure for every month: an "
        "empty month is unknown, not quiet."
    )
