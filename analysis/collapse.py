"""How much the Taliban held, by whose count: monitors' readings and our own captures.

Monitors publish a count on a day, each over its own list of districts and by its own
meaning of "held"; the readings stay points and are never joined. The curated captures
give two lines: places certainly held on a day, and places possibly held, from the doubt
about when each fell and whether and when it was lost again. Read `captures`, then
`held_band`.
"""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from analysis.dates import LAST_DAY, intersection, parse_window, union
from analysis.study import Study

# A place with a centre of its own; a crossing or a base lies in a district but is not it.
CENTRES = ("capital", "district_centre")
# Beyond a week the end of fighting over a place lost again holds the recapture too.
LONGEST_END = 6
# Days between two readings of a monitor up to which they date a rise.
CLOSE = 14
SURE = "by how sure an event must be"
END = pd.Timestamp(LAST_DAY)


def captures(
    events: pd.DataFrame,
    claims: pd.DataFrame,
    everything: pd.DataFrame,
    targets: tuple[str, ...] = CENTRES,
) -> pd.DataFrame:
    """Captured places with the windows in which each fell and was lost again.

    Parameters
    ----------
    events
        Events to look at; only those with a captured outcome and a `targets` target count.
    claims
        Claims with ``used``, for the days on which places were retaken.
    everything
        All events, out of scope too: recaptures coded as events name what they retook.
    targets
        Values of ``target`` that are wanted.

    Returns
    -------
    DataFrame
        One row a capture: ``event_id``, ``adm1``, ``district`` (key of the place),
        ``place``, ``target``, ``outcome``, ``resistance``, ``fell_earliest``,
        ``fell_latest``, ``lost`` (whether it was lost again by the last day of the
        tables), ``lost_earliest``, ``lost_latest``, ``lost_later`` (first day of a loss
        after that day); sorted by fall.

    Notes
    -----
    A place falls at the end of the fight over it, and where no end is known at its
    start. A loss without a day lies between the fall and the first day on which an
    account speaks of the loss; without that, the last day of the tables.
    """
    rows = events[events["outcome"].fillna("").str.startswith("captured")]
    rows = rows[rows["target"].isin(targets) & rows["date_start_earliest"].notna()]
    rows = _without_repeats(rows)
    by_claim = _retaken_windows(claims)
    by_event = _recapture_windows(everything)
    told = _loss_told(claims)
    table = []
    for row in rows.itertuples():
        fell = _fall(row)
        back = by_claim.get(row.event_id) or by_event.get(row.event_id)
        lost = back is not None or row.outcome == "captured_lost"
        if back is None and lost:
            back = (fell[0], told.get(row.event_id, END))
        # The war of this study ends with the tables: what was lost later was held till then.
        later = back[0] if back and back[0] > END else pd.NaT
        if not pd.isna(later):
            lost, back = False, None
        district = row.adm2 if pd.notna(row.adm2) else row.place_canonical
        table.append(
            {
                "event_id": row.event_id,
                "adm1": row.adm1,
                "district": f"{row.adm1}: {district}",
                "place": row.place_canonical,
                "target": row.target,
                "outcome": row.outcome,
                "resistance": row.resistance,
                "fell_earliest": fell[0],
                "fell_latest": fell[1],
                "lost": lost,
                "lost_earliest": max(back[0], fell[0]) if back else pd.NaT,
                "lost_latest": max(back[1], fell[0]) if back else pd.NaT,
                "lost_later": later,
            }
        )
    columns = ["event_id", "adm1", "district", "place", "target", "outcome", "resistance",
               "fell_earliest", "fell_latest", "lost", "lost_earliest", "lost_latest",
               "lost_later"]  # fmt: skip
    made = pd.DataFrame(table, columns=columns).astype(
        {c: "datetime64[s]" for c in columns if c.endswith(("earliest", "latest", "later"))}
    )
    return made.sort_values(["fell_latest", "fell_earliest", "event_id"], ignore_index=True)


def both_levels(study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Events and claims of a study at child and at parent level together.

    A capital can fall at the end of a campaign that is itself made of smaller actions, so
    one level alone misses falls. `captures` leaves out a child that repeats its parent.
    """
    parts = [
        replace(study, parameters={**study.parameters, "count_level": level}, results={})
        for level in ("parent", "child")
    ]
    events = pd.concat([p.events for p in parts]).drop_duplicates("event_id")
    claims = pd.concat([p.claims for p in parts]).drop_duplicates("claim_id")
    return events.sort_values("event_id", ignore_index=True), claims.sort_values(
        "claim_id", ignore_index=True
    )


def _without_repeats(rows: pd.DataFrame) -> pd.DataFrame:
    """Drop captures that repeat the capture of the same place by their parent."""
    place = dict(zip(rows["event_id"], rows["adm2"].fillna(rows["place_canonical"]), strict=True))
    own = rows["event_id"].map(place)
    return rows[own.ne(rows["parent_event_id"].map(place)) | rows["parent_event_id"].isna()]


def _fall(row: object) -> tuple[pd.Timestamp, pd.Timestamp]:
    start = row.date_start_earliest, row.date_start_latest
    end = row.date_end_earliest, row.date_end_latest
    if pd.isna(end[0]) or pd.isna(end[1]):
        return start
    wide = (end[1] - end[0]).days > LONGEST_END
    return start if wide and row.outcome == "captured_lost" else end


def _retaken_windows(claims: pd.DataFrame) -> dict[str, tuple[pd.Timestamp, pd.Timestamp]]:
    used = claims[(claims["field"] == "retaken") & claims["used"].fillna(False)]
    found = {}
    for event_id, own in used.groupby("event_id"):
        windows = [parse_window(v) for v in own["value"]]
        window = intersection(windows) or union(windows)
        found[event_id] = (pd.Timestamp(window.earliest), pd.Timestamp(window.latest))
    return found


def _recapture_windows(everything: pd.DataFrame) -> dict[str, tuple[pd.Timestamp, pd.Timestamp]]:
    rows = everything[everything["retakes_event_id"].notna()]
    rows = rows[rows["date_start_earliest"].notna()]
    found: dict[str, tuple[pd.Timestamp, pd.Timestamp]] = {}
    for row in rows.sort_values("date_start_earliest", ascending=False).itertuples():
        ends = pd.notna(row.date_end_earliest) and pd.notna(row.date_end_latest)
        window = (row.date_end_earliest, row.date_end_latest) if ends else (
            row.date_start_earliest, row.date_start_latest)  # fmt: skip
        found[row.retakes_event_id] = window
    return found


def _loss_told(claims: pd.DataFrame) -> dict[str, pd.Timestamp]:
    """First day spoken of by an account that has the place lost again."""
    tells = claims[
        (claims["field"] == "outcome")
        & (claims["value"] == "captured_lost")
        & (claims["stance"] != "denies")
        & claims["as_of"].notna()
    ]
    days = pd.Series([pd.Timestamp(parse_window(v).latest) for v in tells["as_of"]], dtype=object)
    first = days.groupby(tells["event_id"].to_numpy()).min()
    return {key: min(day, END) for key, day in first.items()}


def held_band(taken: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """Districts held on each day, certainly and possibly, of those taken in the period.

    Parameters
    ----------
    taken
        Output of `captures`.
    start, end
        First and last Kabul day.

    Returns
    -------
    DataFrame
        ``date``, ``low`` (taken by their latest day and not possibly lost), ``high``
        (taken by their earliest day and not certainly lost); one row a day.

    Notes
    -----
    A district counts once however often it fell. What was held before `start` is not in
    it: the table is one of attacks, not of control.
    """
    days = pd.date_range(start, end, freq="D")
    rows = taken[(taken["fell_latest"] >= start) & (taken["fell_earliest"] <= end)]
    span = days.to_numpy()[:, None]

    def column(name: str, missing: str) -> np.ndarray:
        return rows[name].fillna(pd.Timestamp(missing)).to_numpy("datetime64[s]")[None, :]

    never = "2100-01-01"
    certain = (column("fell_latest", never) <= span) & (column("lost_earliest", never) > span)
    possible = (column("fell_earliest", never) <= span) & (column("lost_latest", never) > span)
    codes, _ = pd.factorize(rows["district"], sort=True)
    low, high = (_districts(seen, codes) for seen in (certain, possible))
    return pd.DataFrame({"date": days, "low": low, "high": high})


def _districts(seen: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Distinct districts among the captures that a day's row marks."""
    counts = np.zeros(len(seen), dtype=int)
    for code in np.unique(codes):
        counts += seen[:, codes == code].any(axis=1)
    return counts


def over_cuts(
    taken: pd.DataFrame, events: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp
) -> dict[str, tuple[int, int]]:
    """Ends of the band on the last day under every confidence cut that the events allow.

    Parameters
    ----------
    taken
        Output of `captures`.
    events
        Events with ``conf_event``.
    start, end
        As in `held_band`.

    Returns
    -------
    dict
        (certainly, possibly) held by cut, strictest first.
    """
    grade = taken["event_id"].map(events.set_index("event_id")["conf_event"].astype(str))
    found = {}
    for cut in sorted(set(grade)):
        last = held_band(taken[grade <= cut], start, end).iloc[-1]
        found[cut] = (int(last["low"]), int(last["high"]))
    return found


def cut_words(cuts: dict[str, tuple[int, int]]) -> str:
    """Range of the last day over confidence cuts, or nothing where all cuts agree."""
    counts = [n for ends in cuts.values() for n in ends]
    if not counts or min(counts) == max(counts):
        return ""
    return f"{min(counts)} to {max(counts)} {SURE}"


def span_words(low: int, high: int) -> str:
    """Both edges of the band in words."""
    if low == high:
        return f"Both edges of the band end at {low}"
    return f"The band ends between {low} and {high}"


def class_words(control: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> str:
    """Sentence on readings whose printed classes do not add up to the monitor's list."""
    rows = control[control["date"].between(start, end) & control["denominator"].notna()]
    parts = [c for c in ("government", "contested", "taliban") if c in rows]
    rows = rows.dropna(subset=parts).sort_values(["date", "monitor"])
    short = [
        f"{r.monitor} {r.date:%-d %B}: {sum(int(getattr(r, c)) for c in parts)} of {r.denominator}"
        for r in rows.itertuples()
        if sum(int(getattr(r, c)) for c in parts) < r.denominator
    ]
    if not short:
        return ""
    return (
        "Classes printed with a reading can add up to fewer districts than its list, the rest "
        f"being claims the monitor could not confirm ({'; '.join(short)})."
    )


def district_list(events: pd.DataFrame) -> int:
    """Length of the district list that ``adm2`` is spelt by; its code is its length."""
    codes = events["adm2_vintage"].dropna().unique()
    return max((int(c) for c in codes if c.isdigit()), default=0)


def last_summer(start: pd.Timestamp, end: pd.Timestamp) -> pd.Timestamp:
    """First day of the last summer in a study: 1 May, or `start` where that is later."""
    may = pd.Timestamp(end.year if end >= pd.Timestamp(end.year, 5, 1) else end.year - 1, 5, 1)
    return max(start, may)


def summer_captures(taken: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """Captures whose fall can lie in a period."""
    return taken[(taken["fell_latest"] >= start) & (taken["fell_earliest"] <= end)]


def readings(control: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """Monitors' counts of what the Taliban held, each over its own denominator.

    Returns
    -------
    DataFrame
        ``monitor``, ``unit``, ``date``, ``date_prec``, ``held``, ``denominator``,
        ``share`` (0 to 1; missing where the list is not stated), ``source_id``; readings
        without a count of their own are left out.
    """
    rows = control[control["date"].between(start, end) & control["taliban"].notna()]
    made = rows.assign(
        held=rows["taliban"].astype(float),
        denominator=rows["denominator"].astype("Float64"),
    )
    made["share"] = (made["held"] / made["denominator"]).astype("Float64")
    columns = ["monitor", "unit", "date", "date_prec", "held", "denominator", "share", "source_id"]
    return made[columns].sort_values(["monitor", "date"], ignore_index=True)


def paces(found: pd.DataFrame) -> pd.DataFrame:
    """Net gain a day between neighbouring readings of one monitor over one list.

    Returns
    -------
    DataFrame
        ``monitor``, ``denominator``, ``from``, ``to``, ``days``, ``gain``, ``a_day``;
        readings over lists of different length are never compared.
    """
    columns = ["monitor", "denominator", "from", "to", "days", "gain", "a_day"]
    table = []
    listed = found.dropna(subset="denominator")
    for (monitor, whole), own in listed.groupby(["monitor", "denominator"], sort=True):
        own = own.sort_values("date").drop_duplicates("date")
        for before, after in zip(own.itertuples(), own.iloc[1:].itertuples(), strict=False):
            days = (after.date - before.date).days
            gain = after.held - before.held
            table.append((monitor, int(whole), before.date, after.date, days, gain, gain / days))
    return pd.DataFrame(table, columns=columns)


def pace_heading(week: dict[str, object], found: pd.DataFrame) -> str:
    """Heading: the steepest recorded week, and monitors whose steepest rise shares its days.

    Parameters
    ----------
    week
        Output of `week_over_cuts`.
    found
        Output of `paces`; none where the monitors count more than the selection.

    Notes
    -----
    A monitor sees the rise between two of its readings and no more, so readings more than
    two weeks apart date nothing and are left out. All counts read the same press.
    """
    differ = "the counts differ in list or in meaning"
    if not week["a_day"] > 0:
        return "Counts of what was held differ in list or in meaning"
    near = found[(found["days"] <= CLOSE) & (found["a_day"] > 0)]
    near = near.sort_values("a_day", ascending=False).drop_duplicates("monitor")
    near = near[(near["from"] < week["to"]) & (near["to"] > week["from"])].sort_values("monitor")
    if near.empty:
        return (
            f"The steepest week of this table, picked after the fact, rose by {week['a_day']:.1f} "
            f"districts a day{week_doubt(week)}; {differ}"
        )
    speeds = " and ".join(f"{pace:.1f}" for pace in (week["a_day"], *near["a_day"]))
    return (
        f"This table and {' and '.join(near['monitor'])}, which read the same press, rise most "
        f"steeply within the same days ({speeds} districts a day); {differ}"
    )


def monitors_words(found: pd.DataFrame, names: dict[str, str]) -> str:
    """Sentence on whose counts of what was held lie in the period.

    Parameters
    ----------
    found
        Output of `readings`.
    names
        Full names by monitor.
    """
    whose = [names.get(m, m) for m in sorted(found["monitor"].unique())]
    if not whose:
        return "No monitor's count of what was held lies in the period."
    listed = " and ".join([", ".join(whose[:-1]), whose[-1]] if len(whose) > 1 else whose)
    many = "s" * (len(whose) != 1)
    return (
        f"The table holds counts of what was held in the period from {len(whose)} "
        f"publisher{many}: {listed}."
    )


def beside_monitors(found: pd.DataFrame, band: pd.DataFrame) -> pd.DataFrame:
    """Net gain since the first day by each monitor's count, and by the curated band.

    A monitor that has a reading on the first day of the band counts, over one list at a
    time, what it saw change since; the band starts at nothing on that day, so the two are
    the same quantity but for the definition of held.

    Parameters
    ----------
    found
        Output of `readings`.
    band
        Output of `held_band`.

    Returns
    -------
    DataFrame
        ``monitor``, ``denominator``, ``date``, ``gain`` (districts), ``low``, ``high``
        (of the band on that day); the last reading of each monitor and list.
    """
    columns = ["monitor", "denominator", "date", "gain", "low", "high"]
    edges = band.set_index("date")
    table = []
    for (monitor, whole), own in found.dropna(subset="denominator").groupby(
        ["monitor", "denominator"], sort=True
    ):
        own = own.sort_values("date").drop_duplicates("date")
        first, last = own.iloc[0], own.iloc[-1]
        if first["date"] != band["date"].min() or last["date"] == first["date"]:
            continue
        day = edges.loc[last["date"]]
        table.append((monitor, int(whole), last["date"], int(last["held"] - first["held"]),
                      int(day["low"]), int(day["high"])))  # fmt: skip
    return pd.DataFrame(table, columns=columns)


def beside_words(rows: pd.DataFrame) -> str:
    """Sentence on how much of each monitor's net gain the curated band holds."""
    parts = []
    for row in rows.itertuples():
        ours = f"{row.low}" if row.low == row.high else f"{row.low} to {row.high}"
        said = (
            f"{row.monitor} counts a net gain of {row.gain} by {row.date:%-d %B} on its list of "
            f"{row.denominator}, this table {ours}"
        )
        # What did not grow has no share that could be held.
        if row.gain > 0:
            shares = [f"{100 * edge / row.gain:.0f}" for edge in (row.low, row.high)]
            said += f" ({' to '.join(dict.fromkeys(shares))}%)"
        parts.append(said)
    return "; ".join(parts)


def fastest_week(band: pd.DataFrame) -> dict[str, object]:
    """The seven days with the largest rise of the middle of the band.

    Returns
    -------
    dict
        ``from``, ``to`` (days), ``a_day`` (districts a day, middle of the band), ``low``,
        ``high`` (the same between the edges of the band).
    """
    band = band.reset_index(drop=True)
    middle = (band["low"] + band["high"]) / 2
    rise = middle.diff(7)
    if rise.dropna().empty:
        missing = dict.fromkeys(("a_day", "low", "high"), float("nan"))
        return {"from": band["date"].iloc[0], "to": band["date"].iloc[-1]} | missing
    at = int(rise.idxmax())
    before, after = band.iloc[at - 7], band.iloc[at]
    return {"from": before["date"], "to": after["date"], "a_day": float(rise.iloc[at] / 7),
            "low": float((after["low"] - before["high"]) / 7),
            "high": float((after["high"] - before["low"]) / 7)}  # fmt: skip


def week_over_cuts(
    week: dict[str, object],
    taken: pd.DataFrame,
    events: pd.DataFrame,
    start: pd.Timestamp,
    end: pd.Timestamp,
) -> dict[str, object]:
    """Add to a week how fast the band rises in it under every confidence cut.

    Parameters
    ----------
    week
        Output of `fastest_week`.
    taken, events, start, end
        As in `over_cuts`.

    Returns
    -------
    dict
        `week` with ``cut_low`` and ``cut_high`` (districts a day, middle of the band).
    """
    grade = taken["event_id"].map(events.set_index("event_id")["conf_event"].astype(str))
    rises = []
    for cut in sorted(set(grade)):
        band = held_band(taken[grade <= cut], start, end).set_index("date")
        ends = band.loc[[week["from"], week["to"]]].mean(axis=1)
        rises.append(float(ends.iloc[1] - ends.iloc[0]) / 7)
    return week | ({"cut_low": min(rises), "cut_high": max(rises)} if rises else {})


def week_doubt(week: dict[str, object], sure: str = SURE) -> str:
    """How far dates and confidence cuts move the rise of a week, in brackets.

    Parameters
    ----------
    week
        Output of `week_over_cuts`.
    sure
        Words for the confidence cut.
    """
    dates = "by dates" if "cut_low" in week else "by dates alone"
    named = {dates: ("low", "high"), sure: ("cut_low", "cut_high")}
    parts = []
    for words, (low, high) in named.items():
        edges = [f"{week[edge]:.1f}" for edge in (low, high) if edge in week]
        if len(set(edges)) == 2:
            parts.append(f"{' to '.join(edges)} {words}")
    return f" ({', '.join(parts)})" if parts else ""


def week_words(week: dict[str, object]) -> str:
    """Sentence on the steepest week with its doubt; empty where nothing rose."""
    if not week["a_day"] > 0:
        return ""
    return (
        f"In its steepest seven days, picked after the fact, from {week['from']:%-d %B %Y}, its "
        f"middle rises by {week['a_day']:.1f} districts a day{week_doubt(week)}."
    )


def capital_claims(events: pd.DataFrame, claims: pd.DataFrame) -> pd.DataFrame:
    """Every account of the day on which a captured capital fell.

    Parameters
    ----------
    events
        Selected events; captures of provincial capitals count.
    claims
        Claims on them, with ``independence_group`` of the source.

    Returns
    -------
    DataFrame
        One row a source and date window: ``event_id``, ``adm1``, ``capital``, ``fell``
        (resolved day, middle of its window), ``resistance``, ``outcome``, ``earliest``,
        ``latest`` (window that the source gives), ``used``, ``source_id``, ``group``;
        sorted by fall. A capital for which no source gives an end has its start dates.
    """
    rows = events[(events["target"] == "capital")
                  & events["outcome"].fillna("").str.startswith("captured")]  # fmt: skip
    dated = claims[
        claims["field"].isin(("date_end", "date_start")) & (claims["stance"] != "denies")
    ]
    table = []
    for row in rows.itertuples():
        own = dated[dated["event_id"] == row.event_id]
        wide = row.outcome == "captured_lost"
        ends = own[own["field"] == "date_end"]
        own = own[own["field"] == "date_start"] if ends.empty or wide else ends
        fell = _fall(row)
        middle = fell[0] + (fell[1] - fell[0]) // 2
        for claim in own.drop_duplicates(["source_id", "value"]).itertuples():
            window = parse_window(claim.value)
            table.append((row.event_id, row.adm1, row.place_canonical, middle.normalize(),
                          row.resistance, row.outcome, pd.Timestamp(window.earliest),
                          pd.Timestamp(window.latest), bool(claim.used), claim.source_id,
                          claim.independence_group))  # fmt: skip
    columns = ["event_id", "adm1", "capital", "fell", "resistance", "outcome", "earliest",
               "latest", "used", "source_id", "group"]  # fmt: skip
    made = pd.DataFrame(table, columns=columns).astype(
        {c: "datetime64[s]" for c in ("fell", "earliest", "latest")}
    )
    first = made.groupby("event_id")["earliest"].transform("min")
    made = made.assign(_first=first).sort_values(
        ["fell", "_first", "adm1", "event_id", "earliest", "latest", "source_id"]
    )
    return made.drop(columns="_first").reset_index(drop=True)


def fallen_by(events: pd.DataFrame, day: date) -> int:
    """Provinces whose capital had fallen by a day, as resolved; lost again ones left out."""
    rows = events[(events["target"] == "capital") & (events["outcome"] == "captured_held")]
    fell = [_fall(row)[1] for row in rows.itertuples()]
    return len({a for a, f in zip(rows["adm1"], fell, strict=True) if f <= pd.Timestamp(day)})


def days_words(first: pd.Timestamp, last: pd.Timestamp) -> str:
    """First and last day without a month or year said twice and not needed."""
    if first == last:
        return f"on {last:%-d %B}"
    if first.year != last.year:
        return f"from {first:%-d %B %Y} to {last:%-d %B %Y}"
    start = f"{first:%-d}" if first.month == last.month else f"{first:%-d %B}"
    return f"from {start} to {last:%-d %B}"


def answer(
    band: pd.DataFrame,
    places: int,
    week: dict[str, object],
    cuts: dict[str, tuple[int, int]],
    capitals: pd.DataFrame,
    lasted: str,
) -> str:
    """Sentences on districts, capitals and how long captures lasted, each with its doubt.

    Parameters
    ----------
    band, places, week, cuts
        Output of `held_band`, `district_list`, `week_over_cuts` and `over_cuts`.
    capitals
        Output of `analysis.fig_capitals.data`.
    lasted
        Shares of captures still held after 30 days (`analysis.held.lasted_words`).
    """
    low, high = int(band["low"].iloc[-1]), int(band["high"].iloc[-1])
    span = f"{low}" if low == high else f"{low} to {high}"
    doubt = cut_words(cuts)
    text = (
        f"From {band['date'].iloc[0]:%-d %B} to {band['date'].iloc[-1]:%-d %B %Y} the table has "
        f"{span} of {places} districts taken and not reported lost, provincial capitals "
        f"included{f' ({doubt})' if doubt else ''}"
    )
    if week["a_day"] > 0:
        text += (
            f"; its steepest week, picked after the fact, rose by {week['a_day']:.1f} a day"
            f"{week_doubt(week, 'by that test' if doubt else SURE)}"
        )
    rows = capitals[capitals["mark"] == "capital"]
    if len(rows):
        when = days_words(rows["fell"].min(), rows["fell"].max())
        text += f". {len(rows)} provincial capital{'s' * (len(rows) != 1)} fell, {when}"
    if lasted:
        text += (
            f". The share of recorded captures still held after 30 days is {lasted}; neither "
            "reading is a bound, and falls may be told more readily when undone"
        )
    return text + "."
