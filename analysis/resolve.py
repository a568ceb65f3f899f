"""From what sources say to one row per event, by stated rules.

Claims are never overwritten or averaged. Each derived cell of the events table is
computed here from the claims, and each claim is marked with the rule that used it or
set it aside. `RULES` lists the rules in the order in which they apply; the codebook
prints them. The outcome of a run does not depend on the order of the rows.

The rules extend the two-source practice of UCDP and ACLED, which publish only the
resolved row, by keeping the accounts and the reason beside it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from analysis.dates import Window, best_day, date_prec, intersection, parse_window, union

NEUTRAL = frozenset({"independent", "un", "civilian"})
GOVERNMENT_SIDE = frozenset({"government", "us", "nato"})
BASES = ("stated", "caption", "weekday_resolved", "relative", "inferred")
COUNTS = ("gov_killed", "tb_killed", "civ_killed", "civ_injured")
# Whose losses a party counts when it counts the other side's dead.
OTHER_SIDE = {"gov_killed": frozenset({"taliban"}), "tb_killed": GOVERNMENT_SIDE}
# What a page says nothing of, in what was seen of it: neither for nor against anything.
NOT_STATED = "not_stated"
SILENT = (NOT_STATED, "not_mentioned", "text_not_seen")
CAPTURE_TARGETS = ("capital", "district_centre", "border_crossing", "base")

RULES = {
    "K0": "Kept as an account; this field is not resolved into the event.",
    "S1": "What was seen of the page does not say; kept so that silence can be counted.",
    "K1": "The claimant disputes or denies without giving a state of its own; kept.",
    "M1": "Date by the narrative of a machine-rewritten copy, set aside because another source "
    "speaks.",
    "D1": "The windows of all accounts share days: the shared days are taken.",
    "D2": "One window is shared by two or more independent groups and at least twice as many as "
    "exclude it, and no text read in full is outvoted by excerpts alone: it is taken. A wide "
    "window that holds it supports it. Of several such windows the one with most groups for it, "
    "then fewest against it; where these exclude each other and are even, none.",
    "D3": "No majority: the smallest window that holds the narrowest accounts, confidence one "
    "letter down.",
    "O1": "The deepest state that someone other than the side it flatters affirms.",
    "O2": "An earlier or shallower state; a later one does not refute it.",
    "O3": "An attacker's claim of success that nobody else confirms is not used.",
    "E1": "An end before a day on which another account still has fighting is set aside.",
    "O4": "At least as many neutral groups say that the place was not taken, or only entered in "
    "part, as say that it was (a tie claims less); where no neutral group says that it was, more "
    "groups of any side.",
    "O5": "A government-side claim of full success is not used if an account from outside the "
    "Afghan government and NATO, of the same or a later day, has the fight going on or the place "
    "cut off, or one from inside them, of a later day, has the fight going on.",
    "O6": "A government-side claim that nobody contradicts: used, confidence D.",
    "O7": "A denial, or a defender's claim of full success, against an affirmed capture.",
    "O8": "A denial of capture that no account contradicts: the outcome cannot be a capture.",
    "V1": "Resistance: the value with most groups among neutral accounts, else among all; a "
    "tie is unknown.",
    "V2": "Outnumbered on how the place fell, or unknown.",
    "P1": "Air strikes: any affirming account is enough to say reported.",
    "P2": "A denial of air strikes that a report outweighs.",
    "P3": "A denial of air strikes beside which nobody reports one: denied.",
    "N1": "Number kept in the range.",
    "N2": "Number that is the best figure: neutral and latest, or shared by two groups; exact "
    "figures only, most groups first, the lower of two on a tie.",
    "L1": "Spelling kept.",
    "T1": "Retaken: used for the days held.",
    "T2": "Retaken: government side only, and contradicted by a later account.",
}


@dataclass
class Claim:
    """One row of claims with what its source adds."""

    line: int
    source_id: str
    group: str
    source_party: str
    rewritten: bool
    read_in_full: bool
    field: str
    value: str
    party: str
    as_of: Window | None
    basis: str
    stance: str
    used: bool = False
    rule: str = "K0"
    window: Window | None = field(default=None)

    def mark(self, rule: str, used: bool) -> None:
        """Record the rule that decided on this claim."""
        self.rule, self.used = rule, used


def resolve(
    events: pd.DataFrame, claims: pd.DataFrame, sources: pd.DataFrame, provinces: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fill the derived columns of events and claims.

    Parameters
    ----------
    events, claims, sources, provinces
        Tables as text (`analysis.schema.read_raw`); hand-edited columns valid.

    Returns
    -------
    events, claims : DataFrame
        Copies, still as text, same rows in the same order, derived columns filled.
    """
    events, claims = events.copy(), claims.copy()
    pcode = dict(zip(provinces["adm1"], provinces["adm1_pcode"], strict=True))
    about = sources.set_index("source_id")
    by_event: dict[str, list[Claim]] = defaultdict(list)
    for line, row in zip(claims.index, claims.to_dict("records"), strict=True):
        by_event[row["event_id"]].append(_read(line, row, about))
    rows = []
    for event in events.to_dict("records"):
        own = by_event[event["event_id"]]
        rows.append(resolve_event(event, own) | {"adm1_pcode": pcode.get(event["adm1"], "")})
    for column in rows[0] if rows else ():
        events[column] = [row[column] for row in rows]
    marked = {c.line: c for own in by_event.values() for c in own}
    claims["used"] = [str(int(marked[line].used)) for line in claims.index]
    claims["rule"] = [marked[line].rule for line in claims.index]
    return events, claims


def _read(line: int, row: dict[str, str], about: pd.DataFrame) -> Claim:
    source = about.loc[row["source_id"]]
    return Claim(
        line=line,
        source_id=row["source_id"],
        group=source["independence_group"],
        source_party=source["party"],
        rewritten=source["machine_rewritten"] == "1",
        read_in_full=source["text_seen"] == "full",
        field=row["field"],
        value=row["value"],
        party=row["claimant_party"],
        as_of=parse_window(row["as_of"]) if row["as_of"] else None,
        basis=row["basis"],
        stance=row["stance"],
    )


def resolve_event(event: dict[str, str], claims: Sequence[Claim]) -> dict[str, str]:
    """Derived cells of one event, as text, from its claims (which are marked in place)."""
    fields: dict[str, list[Claim]] = defaultdict(list)
    for claim in sorted(claims, key=lambda c: (c.source_id, c.field, c.value, c.party, c.line)):
        if claim.value == NOT_STATED:
            claim.mark("S1", False)
        else:
            fields[claim.field].append(claim)
    start, start_letter, basis = resolve_date(fields["date_start"])
    outcome, outcome_letter = resolve_outcome(fields["outcome"], fields["retaken"])
    end, _, _ = resolve_date(_ends_in_time(fields["date_end"], fields["outcome"], outcome))
    held = _held_days(outcome, start, end, fields["retaken"])
    air, n_air = resolve_air(fields["air"])
    spellings = sorted({c.value for c in fields["place"]}, key=lambda s: (s.casefold(), s))
    for claim in fields["place"]:
        claim.mark("L1", True)
    row = {
        "event_class": event_class(event["target"], outcome),
        "place_as_reported": "; ".join(spellings),
        "date_start_earliest": start.earliest.isoformat() if start else "",
        "date_start_latest": start.latest.isoformat() if start else "",
        "date_start": _text(best_day(start) if start else None),
        "date_prec": str(date_prec(start)) if start else "",
        "date_basis": basis,
        "date_end_earliest": end.earliest.isoformat() if end else "",
        "date_end_latest": end.latest.isoformat() if end else "",
        "outcome": outcome,
        "resistance": resolve_resistance(fields["resistance"]),
        "held_days_min": _text(held[0] if held else None),
        "held_days_max": _text(held[1] if held else None),
        "air_reported": air,
        "n_air_sources": str(n_air),
        "air_count_claimed": _count_range(fields["air_count"]),
        "n_sources": str(len({c.source_id for c in claims})),
        "n_independent": str(len({c.group for c in claims})),
        "conf_event": letter({c.group for c in claims}, {c.source_party for c in claims}),
        "conf_date": start_letter,
        "conf_place": letter(
            {c.group for c in fields["place"]}, {c.source_party for c in fields["place"]}
        )
        if fields["place"]
        else "E",
        "conf_outcome": outcome_letter,
    }
    for name in COUNTS:
        row |= resolve_number(name, fields[name])
    return row


def _text(value: date | int | None) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def event_class(target: str, outcome: str) -> str:
    """Code for target and outcome together, such as ``district_centre_capture``."""
    if target in CAPTURE_TARGETS:
        return f"{target}_{'capture' if outcome.startswith('captured') else 'assault'}"
    renamed = {
        "multi_district": "multi_district_offensive",
        "highway": "highway_cut",
        "campaign": "declared_campaign",
    }
    return renamed.get(target, target)


def letter(groups: Iterable[str], parties: Iterable[str]) -> str:
    """Confidence letter from independent groups and the parties behind them.

    Returns
    -------
    str
        A three or more groups, one not a party to the war; B two groups; C one neutral
        group; D one party.
    """
    n, neutral = len(set(groups)), bool(NEUTRAL & set(parties))
    if n >= 3 and neutral:
        return "A"
    if n >= 2:
        return "B"
    return "C" if neutral else "D"


def _lower(grade: str) -> str:
    return "ABCDE"[min("ABCDE".index(grade) + 1, 4)]


# --- dates ----------------------------------------------------------------------------


def resolve_date(claims: Sequence[Claim]) -> tuple[Window | None, str, str]:
    """Window, confidence letter and basis from all accounts of one date (D1-D3, M1)."""
    claims = _without_denials(claims)
    claims = _without_rewritten(claims)
    if not claims:
        return None, "E", ""
    for claim in claims:
        claim.window = parse_window(claim.value)
    windows = [c.window for c in claims if c.window]
    shared = intersection(windows)
    if shared:
        window, rule, taken = shared, "D1", claims
    else:
        leading = _majority(claims)
        if leading:
            taken = [c for c in claims if c.window.overlaps(leading)]
            window = intersection([c.window for c in taken]) or leading
            rule = "D2"
        else:
            # A month that holds another account's day agrees with it and adds no doubt.
            sharp = [w for w in windows if not any(_inside(o, w) for o in windows)]
            window, rule, taken = union(sharp), "D3", claims
    for claim in claims:
        claim.mark(rule, claim in taken)
    sharp = [c for c in taken if date_prec(c.window) <= date_prec(window)]
    basis = min((c.basis for c in sharp or taken), key=BASES.index)
    # A day that the coder worked out is no witness where another account gives it.
    sharp = [c for c in sharp if c.basis != "inferred"] or sharp
    if rule == "D3":
        firm = [c for c in taken if c.basis != "inferred"] or taken
        grade = _lower(letter({c.group for c in firm}, {c.source_party for c in firm}))
    elif not sharp:
        # No single account is as narrow as the overlap, so the day itself is inferred.
        grade = "D"
    else:
        grade = letter({c.group for c in sharp}, {c.source_party for c in sharp})
    worst = {"relative": "D", "inferred": "E"}.get(basis, "A")
    return window, max(grade, worst), basis


def _inside(inner: Window, outer: Window) -> bool:
    """Whether one window lies within another, wider one."""
    return inner != outer and outer.earliest <= inner.earliest and inner.latest <= outer.latest


def _majority(claims: Sequence[Claim]) -> Window | None:
    """Window backed by two groups and twice those that exclude it, best backed first (D2)."""
    candidates = sorted({c.window for c in claims}, key=lambda w: (w.days, w))
    passing: list[tuple[int, int, Window]] = []
    for window in candidates:
        agree = [c for c in claims if c.window.overlaps(window)]
        apart = [c for c in claims if not c.window.overlaps(window)]
        if any(c.read_in_full for c in apart) and not any(c.read_in_full for c in agree):
            continue
        if intersection([c.window for c in agree]) is None:
            continue
        support, against = len({c.group for c in agree}), len({c.group for c in apart})
        if support >= 2 and support >= 2 * against:
            passing.append((support, -against, window))
    best = max((p[:2] for p in passing), default=None)
    leading = [p[2] for p in passing if p[:2] == best]
    # Wide windows support several days at once, so two can pass: an even pair decides nothing.
    return leading[0] if leading and intersection(leading) else None


def _ends_in_time(ends: Sequence[Claim], outcomes: Sequence[Claim], outcome: str) -> list[Claim]:
    """Drop ends that an account of a later day shows to be too early (E1)."""
    if outcome.startswith("captured"):
        return list(ends)
    fighting = [c.as_of.latest for c in outcomes
                if c.value == "contested" and c.party != "taliban" and c.as_of]  # fmt: skip
    last = max(fighting, default=date.min)
    kept = []
    for claim in ends:
        if parse_window(claim.value).latest < last:
            claim.mark("E1", False)
        else:
            kept.append(claim)
    return kept


def _without_denials(claims: Sequence[Claim]) -> list[Claim]:
    kept = []
    for claim in claims:
        if claim.stance == "denies":
            claim.mark("K1", False)
        else:
            kept.append(claim)
    return kept


def _without_rewritten(claims: Sequence[Claim]) -> list[Claim]:
    """Drop the narrative of machine-rewritten copies where another source speaks (M1)."""
    sound = [c for c in claims if not (c.rewritten and c.party == "independent")]
    if not sound:
        return list(claims)
    for claim in claims:
        if claim not in sound:
            claim.mark("M1", False)
    return sound


# --- outcome --------------------------------------------------------------------------

CAPTURED = ("captured", "captured_lost")
LADDER = ("partial_entry", "cut_off")


def resolve_outcome(claims: Sequence[Claim], retaken: Sequence[Claim]) -> tuple[str, str]:
    """Deepest supported state and its confidence letter (O1-O7, T1-T2)."""
    affirmed = [c for c in claims if c.stance != "denies"]
    captures = [c for c in affirmed if c.value in CAPTURED]
    believed = [c for c in captures if c.party != "taliban"]
    if believed and not _outweighed(believed, claims):
        return _captured(claims, captures, believed, retaken)
    for claim in captures:
        claim.mark("O4" if claim in believed else "O3", False)
    for claim in retaken:
        claim.mark("K0", False)
    rest = [c for c in claims if c not in captures]
    return _not_captured(rest)


def _outweighed(believed: Sequence[Claim], claims: Sequence[Claim]) -> bool:
    """Whether enough groups hold that the place was not taken (O4).

    Accounts of an earlier day than the first that affirms a capture do not count
    against it. Where a neutral account affirms it, only neutral accounts can outweigh, and
    a tie among them claims less. A loss that the defender admits stands against a tie.
    """
    days = [c.as_of.earliest for c in believed if c.as_of]
    first = min(days) if len(days) == len(believed) else date.min
    against = [
        c for c in claims
        if (c.stance != "affirms" or c.value in ("partial_entry", "repelled"))
        and not (c.value in CAPTURED and c.stance == "affirms")
        and c.party != "taliban"
        and (c.as_of is None or c.as_of.latest >= first)
    ]  # fmt: skip
    neutral_for = {c.group for c in believed if c.party in NEUTRAL}
    neutral_against = {c.group for c in against if c.party in NEUTRAL}
    if neutral_for:
        return len(neutral_against) >= len(neutral_for)
    return len({c.group for c in against}) > len({c.group for c in believed})


def _captured(
    claims: Sequence[Claim],
    captures: Sequence[Claim],
    believed: Sequence[Claim],
    retaken: Sequence[Claim],
) -> tuple[str, str]:
    losses = [c for c in captures if c.value == "captured_lost"]
    losses += [c for c in retaken if c.stance != "denies"]
    firm = [c for c in losses if c.party not in GOVERNMENT_SIDE]
    still_held = [c for c in captures if c.value == "captured"]
    shaky = [c for c in losses if c.party in GOVERNMENT_SIDE]
    standing = [c for c in shaky if not any(_later(other, c) for other in still_held)]
    lost = bool(firm or standing)
    for claim in retaken:
        claim.mark("T1" if claim in firm or claim in standing else "T2",
                   claim in firm or claim in standing)  # fmt: skip
    for claim in claims:
        if claim in captures:
            overtaken = claim in shaky and claim not in standing
            claim.mark("O5" if overtaken else "O1", not overtaken)
        elif claim.stance != "affirms" or _denies_capture(claim):
            claim.mark("O7", False)
        else:
            claim.mark("O2", True)
    speaking = (firm or standing) if lost else list(believed)
    groups, parties = {c.group for c in speaking}, {c.party for c in speaking}
    if not lost:
        # A defender who admits the loss speaks against its own interest.
        parties = {"independent" if p in GOVERNMENT_SIDE else p for p in parties}
    grade = letter(groups, parties)
    if lost and not firm:
        grade = "D"
    return ("captured_lost" if lost else "captured_held"), grade


def _later(claim: Claim, than: Claim) -> bool:
    """Whether a claim speaks of a strictly later day than another."""
    if claim.as_of is None or than.as_of is None:
        return False
    return claim.as_of.latest > than.as_of.latest


def _denies_capture(claim: Claim) -> bool:
    """Whether the defender claims full success where others affirm a capture."""
    return claim.value == "repelled" and claim.party in GOVERNMENT_SIDE


def _not_captured(claims: Sequence[Claim]) -> tuple[str, str]:
    live = []
    for claim in claims:
        if claim.value in CAPTURED:
            claim.mark("O8", True)
        elif claim.value in LADDER and claim.party == "taliban":
            claim.mark("O3", False)
        elif (
            claim.value == "repelled"
            and claim.party in GOVERNMENT_SIDE
            and any(_contradicts(other, claim) for other in claims)
        ):
            claim.mark("O5", False)
        else:
            live.append(claim)
    if not live:
        return "unknown", "E"
    deepest = next((v for v in LADDER if any(c.value == v for c in live)), None)
    if deepest is None:
        deepest = _last_state(live)
    for claim in live:
        claim.mark("O1" if claim.value == deepest else "O2", True)
    speaking = [c for c in live if c.value == deepest]
    parties = {c.party for c in speaking}
    grade = letter({c.group for c in speaking}, parties)
    if deepest == "repelled" and parties <= GOVERNMENT_SIDE:
        grade = "D"
        for claim in speaking:
            claim.mark("O6", True)
    return deepest, grade


def _contradicts(other: Claim, claim: Claim) -> bool:
    """An account of the same or a later day, not the claimant's side, that it goes on."""
    if other.value not in ("contested", "cut_off") or other.party in GOVERNMENT_SIDE - {"us"}:
        return other.value == "contested" and _later(other, claim)
    if other.as_of is None or claim.as_of is None:
        return False
    return other.as_of.latest >= claim.as_of.latest


def _last_state(live: Sequence[Claim]) -> str:
    """State of the latest day spoken of; neutral before party, then most groups."""
    day = max((c.as_of.latest for c in live if c.as_of), default=None)
    last = [c for c in live if day is None or (c.as_of and c.as_of.latest == day)]
    last = [c for c in last if c.party in NEUTRAL] or last
    groups: dict[str, set[str]] = defaultdict(set)
    for claim in last:
        groups[claim.value].add(claim.group)
    # A tie goes to the state that claims less success for either side.
    order = ("contested", "repelled", "announced")
    return min(groups, key=lambda v: (-len(groups[v]), order.index(v)))


def _held_days(
    outcome: str, start: Window | None, end: Window | None, retaken: Sequence[Claim]
) -> tuple[int, int] | None:
    used = [c for c in retaken if c.used]
    if outcome != "captured_lost" or not used or start is None:
        return None
    back = intersection([parse_window(c.value) for c in used]) or union(
        [parse_window(c.value) for c in used]
    )
    fell = end if end and end.latest < back.earliest else start
    shortest = max(0, (back.earliest - fell.latest).days)
    return shortest, max(shortest, (back.latest - fell.earliest).days)


# --- resistance, air, numbers ---------------------------------------------------------


def resolve_resistance(claims: Sequence[Claim]) -> str:
    """How the place fell or held (V1, V2)."""
    known = [c for c in claims if c.value != "unknown" and c.stance != "denies"]
    voices = [c for c in known if c.party in NEUTRAL] or known
    groups: dict[str, set[str]] = defaultdict(set)
    for claim in voices:
        groups[claim.value].add(claim.group)
    most = max((len(g) for g in groups.values()), default=0)
    leaders = [v for v, g in groups.items() if len(g) == most]
    value = leaders[0] if len(leaders) == 1 else "unknown"
    for claim in claims:
        agrees = claim in known and claim.value == value
        claim.mark("V1" if agrees else "V2", agrees)
    return value


def resolve_air(claims: Sequence[Claim]) -> tuple[str, int]:
    """Air strikes as reported, and the number of groups that report them (P1-P3, S1)."""
    yes = [c for c in claims if c.value.startswith("reported_") and c.stance != "denies"]
    for claim in claims:
        if claim in yes:
            claim.mark("P1", True)
        elif claim.value in SILENT:
            claim.mark("S1", False)
        else:
            claim.mark("P2" if yes else "P3", not yes)
    if yes:
        named = {c.value for c in yes} - {"reported_unspecified"}
        value = named.pop() if len(named) == 1 else "reported_several" if named else (
            "reported_unspecified"
        )  # fmt: skip
        return value, len({c.group for c in yes})
    if any(c.value == "denied" or c.stance == "denies" for c in claims):
        return "denied", 0
    if claims and all(c.value == "text_not_seen" for c in claims):
        return "text_not_seen", 0
    return "none_mentioned", 0


def _bounds(value: str) -> tuple[int, int | None]:
    low, slash, high = value.partition("/")
    return int(low), int(high) if high else None if slash else int(low)


def _count_range(claims: Sequence[Claim]) -> str:
    if not claims:
        return ""
    for claim in claims:
        claim.mark("N1", True)
    lows, highs = zip(*(_bounds(c.value) for c in claims), strict=True)
    low, high = min(lows), max(h if h is not None else n for n, h in zip(lows, highs, strict=True))
    return str(low) if low == high else f"{low}/{high}"


def resolve_number(name: str, claims: Sequence[Claim]) -> dict[str, str]:
    """Low, best and high of one count (N1, N2); a party never sets the other's dead."""
    row = {f"{name}_low": "", f"{name}_best": "", f"{name}_high": ""}
    claims = _without_denials(claims)
    if not claims:
        return row
    for claim in claims:
        claim.mark("N1", True)
    bounds = [_bounds(c.value) for c in claims]
    row[f"{name}_low"] = str(min(a for a, _ in bounds))
    high = max((b for _, b in bounds if b is not None), default=None)
    at_least = max((a for a, b in bounds if b is None), default=-1)
    # "At least 22" gives no highest figure, unless another account names a larger one.
    row[f"{name}_high"] = str(high) if high is not None and high > at_least else ""
    fair = [c for c in claims if c.party not in OTHER_SIDE.get(name, frozenset())]
    exact = [c for c in fair if _bounds(c.value)[1] == _bounds(c.value)[0]]
    neutral = [c for c in exact if c.party in NEUTRAL]
    shared = [
        c for c in exact
        if len({o.group for o in exact if o.value == c.value}) >= 2
    ]  # fmt: skip
    pool = neutral or shared
    if pool:
        day = max((c.as_of.latest for c in pool if c.as_of), default=None)
        last = [c for c in pool if day is None or (c.as_of and c.as_of.latest == day)]
        groups: dict[str, set[str]] = defaultdict(set)
        for claim in last:
            groups[claim.value].add(claim.group)
        # Most groups; a tie goes to the lower figure, which claims less.
        best = min(groups, key=lambda v: (-len(groups[v]), _bounds(v)[0]))
        row[f"{name}_best"] = str(_bounds(best)[0])
        for claim in pool:
            if claim.value == best:
                claim.mark("N2", True)
    return row
