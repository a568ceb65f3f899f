"""Possible worlds: how far dates, rival accounts, confidence and places can move a result.

A table with one row an event hides that days are windows and that accounts compete. A
world is one way in which everything could have been, drawn from what sources say:

* a start or end is a day drawn uniformly from its window; where accounts exclude each
  other (rules D2, D3), one account is picked first and the day is drawn from its window;
* an outcome that rival accounts contest (rules O3, O4, O5, O7), and how a place fell
  (V1, V2), is one account's, picked with the weights of `weigh`;
* one confidence cut, A to E with equal chance, keeps the events at or above it;
* an event known only to the country (where_prec 6) gets a province, drawn as often as the
  other events of its year lie there.

`share_true` says in which share of worlds a statement holds, `band` how far a number
moves. Neither is a probability that a thing happened: both describe this table. `as_of`
rebuilds the table from what had been published by a day.

Compare Rubin 1987 on drawing a missing value many times instead of once.
"""

import calendar
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from analysis import paths, schema
from analysis.dates import Window, parse_window
from analysis.errors import EmptySelectionError
from analysis.intervals import share_interval
from analysis.resolve import GOVERNMENT_SIDE, NEUTRAL, resolve
from analysis.tables import DTYPES, _cast

WORLDS = 200
SEED = 20210815
CUTS = "ABCDE"
# A party in its own favour, or a machine-rewritten copy, counts a quarter of a witness.
DOUBTED = 0.25
FAVOURS = {"captured": "taliban", "partial_entry": "taliban", "cut_off": "taliban",
           "repelled": "government"}  # fmt: skip
# What an account that was set aside would have made of the outcome.
RIVALS = {
    "captured": "captured_held", "captured_lost": "captured_lost", "repelled": "repelled",
    "partial_entry": "partial_entry", "cut_off": "cut_off", "contested": "contested",
}  # fmt: skip

Statement = Callable[[pd.DataFrame], bool | None]
Statistic = Callable[[pd.DataFrame], float]


def weigh(claims: pd.DataFrame) -> pd.Series:
    """Weight of each account before its group is counted once.

    Returns
    -------
    Series
        1 for a neutral account and for a party that speaks against its interest; a
        quarter for a party in its own favour and for a machine-rewritten copy.
    """
    favours = claims["value"].map(FAVOURS)
    government = claims["claimant_party"].isin(GOVERNMENT_SIDE)
    own = ((favours == "taliban") & (claims["claimant_party"] == "taliban")) | (
        (favours == "government") & government
    )
    unclear = favours.isna() & ~claims["claimant_party"].isin(NEUTRAL)
    doubted = own | unclear | claims["machine_rewritten"].fillna(False).astype(bool)
    return pd.Series(np.where(doubted, DOUBTED, 1.0), index=claims.index)


def _choices(claims: pd.DataFrame, key: str) -> dict[str, list[tuple[str, float]]]:
    """Values an event's field can take with their weights, each group counted once."""
    if claims.empty:
        return {}
    best = claims.assign(weight=weigh(claims)).groupby(
        ["event_id", key, "independence_group"]
    )["weight"].max()  # fmt: skip
    total = best.groupby(level=[0, 1]).sum()
    found: dict[str, list[tuple[str, float]]] = {}
    for (event_id, value), weight in total.items():
        found.setdefault(event_id, []).append((value, float(weight)))
    return {k: v for k, v in found.items() if len(v) > 1}


@dataclass(frozen=True)
class Worlds:
    """Drawn worlds; iterate to get one table of events after another.

    Attributes
    ----------
    events
        Events as resolved, n rows.
    start, end
        Days, shape (worlds, n), datetime64; not-a-time where no window is known.
    outcome, resistance, adm1
        Codes and province names, shape (worlds, n).
    kept
        Whether the event is above the world's confidence cut, shape (worlds, n).
    cuts
        Confidence cut of each world.
    """

    events: pd.DataFrame
    start: np.ndarray
    end: np.ndarray
    outcome: np.ndarray
    resistance: np.ndarray
    adm1: np.ndarray
    kept: np.ndarray
    cuts: np.ndarray

    def __len__(self) -> int:
        return len(self.kept)

    def __getitem__(self, at: int) -> pd.DataFrame:
        """Events of one world; drawn days in ``start`` and ``fell`` (end, else start)."""
        fell = np.where(np.isnat(self.end[at]), self.start[at], self.end[at])
        world = pd.DataFrame(
            {
                "event_id": self.events["event_id"],
                "target": self.events["target"],
                "start": self.start[at],
                # A place cannot fall before the attack on it began.
                "fell": np.maximum(fell, self.start[at]),
                "outcome": self.outcome[at],
                "resistance": self.resistance[at],
                "adm1": self.adm1[at],
            }
        )
        return world[self.kept[at]]

    def __iter__(self) -> Iterator[pd.DataFrame]:
        return iter(self._frames)

    @cached_property
    def _frames(self) -> list[pd.DataFrame]:
        return [self[at] for at in range(len(self))]


def draw(events: pd.DataFrame, claims: pd.DataFrame, n: int = WORLDS, seed: int = SEED) -> Worlds:
    """Draw worlds.

    Parameters
    ----------
    events
        Selected events; those without any start window are left out.
    claims
        Claims on them with ``independence_group`` and ``machine_rewritten`` of the source.
    n
        Number of worlds.
    seed
        Of the generator; same tables and seed give the same worlds.

    Raises
    ------
    EmptySelectionError
        If no event has a start window.
    """
    events = events[events["date_start_earliest"].notna()].sort_values("event_id")
    events = events.reset_index(drop=True)
    if events.empty:
        raise EmptySelectionError("No event with a start date is left. Widen the selection.")
    rng = np.random.default_rng(seed)
    spoken = claims[claims["stance"] != "denies"]
    start = _draw_days(events, spoken, "date_start", n, rng)
    end = _draw_days(events, spoken, "date_end", n, rng)
    outcome = _draw_codes(events, "outcome", _outcome_choices(events, spoken), n, rng)
    known = spoken[(spoken["field"] == "resistance") & (spoken["value"] != "unknown")]
    resistance = _draw_codes(events, "resistance", _choices(known, "value"), n, rng)
    cuts = rng.choice(list(CUTS), size=n)
    kept = events["conf_event"].to_numpy(str)[None, :] <= cuts[:, None]
    return Worlds(events, start, end, outcome, resistance, _draw_places(events, n, rng), kept, cuts)


def _outcome_choices(
    events: pd.DataFrame, claims: pd.DataFrame
) -> dict[str, list[tuple[str, float]]]:
    """Resolved outcome against the accounts that the rules set aside.

    An earlier or shallower state (O2) is no rival: the fight went on after it.
    """
    rows = claims[(claims["field"] == "outcome") & claims["event_id"].isin(events["event_id"])]
    resolved = rows["event_id"].map(dict(zip(events["event_id"], events["outcome"], strict=True)))
    carries = rows["rule"].isin(["O1", "O6"])
    rival = rows["rule"].isin(["O3", "O4", "O5", "O7"])
    becomes = resolved.where(carries, rows["value"].map(RIVALS))
    return _choices(rows.assign(becomes=becomes)[carries | rival].dropna(subset="becomes"),
                    "becomes")  # fmt: skip


def _draw_codes(
    events: pd.DataFrame,
    column: str,
    choices: dict[str, list[tuple[str, float]]],
    n: int,
    rng: np.random.Generator,
) -> np.ndarray:
    drawn = np.tile(events[column].fillna("unknown").to_numpy(object), (n, 1))
    for at, event_id in enumerate(events["event_id"]):
        if event_id in choices:
            values, weights = zip(*choices[event_id], strict=True)
            share = np.array(weights) / sum(weights)
            drawn[:, at] = rng.choice(np.array(values, dtype=object), size=n, p=share)
    return drawn


def _draw_days(
    events: pd.DataFrame, claims: pd.DataFrame, field: str, n: int, rng: np.random.Generator
) -> np.ndarray:
    low = events[f"{field}_earliest"].to_numpy("datetime64[D]")
    high = events[f"{field}_latest"].to_numpy("datetime64[D]")
    high = np.where(np.isnat(high), low, high)
    known = ~np.isnat(low)
    days = np.full((n, len(events)), np.datetime64("NaT", "D"))
    width = (high - low).astype("timedelta64[D]").astype(int)
    uniform = rng.random((n, len(events)))
    steps = np.floor(uniform[:, known] * (width[known] + 1)).astype("timedelta64[D]")
    days[:, known] = low[known] + steps
    split = claims[(claims["field"] == field) & claims["rule"].isin(["D2", "D3"])]
    choices = _choices(split, "value")
    for at, event_id in enumerate(events["event_id"]):
        if event_id in choices and known[at]:
            values, weights = zip(*choices[event_id], strict=True)
            windows = [parse_window(v) for v in values]
            pick = rng.choice(len(windows), size=n, p=np.array(weights) / sum(weights))
            days[:, at] = [
                _within(windows[p], u) for p, u in zip(pick, uniform[:, at], strict=True)
            ]
    return days.astype("datetime64[s]")


def _within(window: Window, uniform: float) -> np.datetime64:
    return np.datetime64(window.earliest) + np.timedelta64(int(uniform * window.days), "D")


def _loose(events: pd.DataFrame) -> pd.Series:
    """Events of which no province is known."""
    return (events["where_prec"].fillna(6) >= 6) | events["adm1"].isna()


def _draw_places(events: pd.DataFrame, n: int, rng: np.random.Generator) -> np.ndarray:
    drawn = np.tile(events["adm1"].fillna("").to_numpy(object), (n, 1))
    loose = _loose(events)
    year = events["date_start_latest"].dt.year
    for at in np.flatnonzero(loose.to_numpy()):
        pool = events.loc[~loose & (year == year.iloc[at]), "adm1"].to_numpy(object)
        if len(pool):
            drawn[:, at] = rng.choice(pool, size=n)
    return drawn


@dataclass(frozen=True)
class Share:
    """In how many worlds a statement holds.

    Attributes
    ----------
    true, worlds
        Worlds in which it holds, and worlds in which it can be said at all.
    low, high
        Wilson 95% interval of the share: the error of drawing so few worlds.
    """

    true: int
    worlds: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Share of worlds, nan if the statement can be said in none."""
        return self.true / self.worlds if self.worlds else math.nan

    def __str__(self) -> str:
        if not self.worlds:
            return "cannot be said of this selection"
        return f"true in {self.true} of {self.worlds} worlds"


def share_true(statement: Statement, worlds: Worlds) -> Share:
    """Share of worlds in which a statement holds.

    Parameters
    ----------
    statement
        Function of one world's events: True, False, or None where it cannot be said.
    worlds
        Output of `draw`.
    """
    said = [verdict for verdict in map(statement, worlds) if verdict is not None]
    low, high = share_interval(sum(map(bool, said)), len(said))
    return Share(sum(map(bool, said)), len(said), low, high)


def band(statistic: Statistic, worlds: Worlds, level: float = 0.95) -> tuple[float, float, float]:
    """Lower end, median and upper end of a number over the worlds; nan where never known."""
    values = np.array([statistic(world) for world in worlds], dtype=float)
    if np.isnan(values).all():
        return math.nan, math.nan, math.nan
    tail = (1 - level) / 2
    low, middle, high = np.nanquantile(values, [tail, 0.5, 1 - tail])
    return float(low), float(middle), float(high)


# --- headlines ------------------------------------------------------------------------

SUMMER = pd.Timestamp("2021-05-01")
SEASON = range(4, 11)


def _captured(world: pd.DataFrame) -> pd.DataFrame:
    return world[world["outcome"].astype(str).str.startswith("captured")]


def _fallen_capitals(world: pd.DataFrame) -> pd.DataFrame:
    rows = _captured(world)
    return rows[(rows["target"] == "capital") & (rows["fell"] >= SUMMER)]


def _begun(year: int) -> Statistic:
    """Offensives begun May to July of a year."""

    def count(world: pd.DataFrame) -> float:
        start = world["start"].dt
        return float((start.month.between(5, 7) & (start.year == year)).sum())

    return count


def _season_share(world: pd.DataFrame) -> float:
    rows = world[world["start"] < "2021-01-01"]
    return 100 * rows["start"].dt.month.isin(SEASON).mean() if len(rows) else math.nan


def _most_in_a_day(world: pd.DataFrame) -> float:
    fell = _fallen_capitals(world)["fell"]
    return float(fell.value_counts().max()) if len(fell) else math.nan


def _fought_share(world: pd.DataFrame) -> float:
    rows = _fallen_capitals(world)
    rows = rows[rows["resistance"] != "unknown"]
    return 100 * (rows["resistance"] == "fought").mean() if len(rows) else math.nan


COUNT = "recorded offensives"
TAKEN = "% of recorded offensives that took the place"
HEADLINES: dict[str, Statistic] = {
    COUNT: lambda w: float(len(w)),
    TAKEN: lambda w: 100 * len(_captured(w)) / len(w) if len(w) else math.nan,
    "% begun April to October, before 2021": _season_share,
    "begun May to July 2020": _begun(2020),
    "begun May to July 2021": _begun(2021),
    "district centres taken from May 2021": lambda w: float(
        ((_captured(w)["target"] == "district_centre") & (_captured(w)["fell"] >= SUMMER)).sum()
    ),
    "capitals taken from May 2021": lambda w: float(_fallen_capitals(w)["adm1"].nunique()),
    "most capitals in one day": _most_in_a_day,
    "% fought over, of the capitals where it is known": _fought_share,
}


def _zaranj_first(world: pd.DataFrame) -> bool | None:
    rows = _fallen_capitals(world)
    own = rows.loc[rows["adm1"] == "Nimruz", "fell"]
    rest = rows.loc[rows["adm1"] != "Nimruz", "fell"]
    return None if own.empty or rest.empty else bool(own.min() < rest.min())


def _busiest_summer(world: pd.DataFrame) -> bool | None:
    rows = world[world["start"].dt.month.between(5, 8)]
    by = rows["start"].dt.year.value_counts()
    return None if len(by) < 2 or 2021 not in by else bool(by[2021] > by.drop(2021).max())


def _more_unfought(world: pd.DataFrame) -> bool | None:
    rows = _fallen_capitals(world)["resistance"]
    known = rows[rows != "unknown"]
    return None if known.empty else bool((known != "fought").sum() > (known == "fought").sum())


def _half_in_three_days(world: pd.DataFrame) -> bool | None:
    fell = _fallen_capitals(world)["fell"]
    if len(fell) < 4:
        return None
    days = pd.date_range(fell.min(), fell.max())
    return bool(max(fell.between(d, d + pd.Timedelta(days=2)).sum() for d in days) > len(fell) / 2)


def _helmand_most(world: pd.DataFrame) -> bool | None:
    by = world.loc[world["adm1"] != "", "adm1"].value_counts()
    if len(by) < 2:
        return None
    return bool(by.get("Helmand", 0) > by.drop("Helmand", errors="ignore").max())


MORE_GIVEN_UP = "More capitals were given up than fought over where that is known"
STATEMENTS: dict[str, Statement] = {
    "Zaranj was the first capital to fall, by a day or more": _zaranj_first,
    "More recorded offensives began in May to August 2021 than in those months of any other year": (
        _busiest_summer
    ),
    MORE_GIVEN_UP: _more_unfought,
    "More than half of the capitals fell within three days": _half_in_three_days,
    "Helmand has more recorded offensives than any other province": _helmand_most,
}


# The same statements for a sentence that names them all.
SHORT = dict(
    zip(
        STATEMENTS,
        (
            "Zaranj the first capital to fall",
            "2021 the summer with most recorded offensives",
            "more capitals given up than fought over where that is known",
            "most capitals within three days",
            "Helmand the province with most recorded",
        ),
        strict=True,
    )
)
FIRM = 0.95


def as_resolved(events: pd.DataFrame) -> pd.DataFrame:
    """Events in the form of a world, as the rules have them: middle days, nothing drawn."""

    def middle(field: str) -> pd.Series:
        low, high = events[f"{field}_earliest"], events[f"{field}_latest"]
        return (low + (high - low) // 2).dt.normalize()

    start = middle("date_start")
    fell = middle("date_end").fillna(start)
    fell = fell.where(fell >= start, start)
    return events.assign(start=start, fell=fell)[start.notna()]


def headlines(worlds: Worlds, level: float = 0.95) -> pd.DataFrame:
    """Every headline as resolved and over the worlds.

    Returns
    -------
    DataFrame
        ``headline``, ``resolved``, ``low``, ``median``, ``high``.
    """
    base = as_resolved(worlds.events)
    rows = [(name, float(f(base)), *band(f, worlds, level)) for name, f in HEADLINES.items()]
    return pd.DataFrame(rows, columns=["headline", "resolved", "low", "median", "high"])


def statements(worlds: Worlds) -> pd.DataFrame:
    """Every statement with the share of worlds in which it holds.

    Returns
    -------
    DataFrame
        ``statement``, ``resolved`` (True, False or None), ``true``, ``worlds``, ``share``,
        ``low``, ``high``, ``words``.
    """
    base = as_resolved(worlds.events)
    rows = []
    for name, statement in STATEMENTS.items():
        share = share_true(statement, worlds)
        rows.append((name, statement(base), share.true, share.worlds, share.share, share.low,
                     share.high, str(share)))  # fmt: skip
    return pd.DataFrame(rows, columns=["statement", "resolved", "true", "worlds", "share", "low",
                                       "high", "words"])  # fmt: skip


# --- what was known on a day ----------------------------------------------------------


def known_on(claims: pd.DataFrame, sources: pd.DataFrame) -> pd.Series:
    """Day by which each claim could be read.

    Parameters
    ----------
    claims, sources
        Tables as text.

    Returns
    -------
    Series of Timestamp
        The day of publication; where only a month or nothing is known of it, the last day
        the claim speaks of, but not before that month, nor, without a day spoken of, before
        its end; missing where neither is known.
    """
    published = claims["source_id"].map(sources.set_index("source_id")["date_published"])
    pairs = zip(published.fillna(""), claims["as_of"], strict=True)
    return pd.Series([_known(p, a) for p, a in pairs], index=claims.index, dtype="datetime64[s]")


def _known(published: str, as_of: str) -> pd.Timestamp:
    if len(published) == 10:
        return pd.Timestamp(published)
    spoken = pd.Timestamp(parse_window(as_of).latest) if as_of else pd.NaT
    if len(published) != 7:
        return spoken
    year, month = map(int, published.split("-"))
    if pd.isna(spoken):
        return pd.Timestamp(year, month, calendar.monthrange(year, month)[1])
    return max(spoken, pd.Timestamp(year, month, 1))


def as_of(
    day: date | str, seeds: dict[str, pd.DataFrame] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Events and claims as the table would have had them on a day.

    Parameters
    ----------
    day
        Kabul day, its evening: what was published that day counts.
    seeds
        Tables as text by name (``events``, ``claims``, ``sources``, ``provinces``);
        the curated ones if None.

    Returns
    -------
    events, claims : DataFrame
        Typed as `analysis.tables.load` gives them. Only events with a claim that could be
        read by then; every derived cell follows from those claims by `analysis.resolve`.

    Raises
    ------
    EmptySelectionError
        If nothing had been published by that day.

    Notes
    -----
    What is decided by hand stays decided with hindsight: which reports are one event, its
    name, target, place and parent. A source kept without date of publication enters on the
    day it speaks of, which may be early.
    """
    names = ("events", "claims", "sources", "provinces")
    seeds = seeds or {name: schema.read_raw(name, paths.SEEDS) for name in names}
    known = known_on(seeds["claims"], seeds["sources"])
    claims = seeds["claims"][known <= pd.Timestamp(day)]
    events = seeds["events"]
    events = events[events["event_id"].isin(claims["event_id"])]
    if events.empty:
        raise EmptySelectionError(f"Nothing in the table was published by {day}.")
    events, claims = resolve(events, claims, seeds["sources"], seeds["provinces"])
    return _typed("events", events), _typed("claims", claims)


def _typed(name: str, raw: pd.DataFrame) -> pd.DataFrame:
    kinds = {column: f["type"] for column, f in schema.fields(name).items()}
    assert set(kinds.values()) <= set(DTYPES) | {"boolean"}, "a column type nobody casts"
    typed = pd.DataFrame({column: _cast(raw[column], kind) for column, kind in kinds.items()})
    return typed.reset_index(drop=True)


def then_and_now(then: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Events known then with what was thought of them, beside what the table has now.

    Returns
    -------
    DataFrame
        ``event_id``, ``event_name``, ``outcome_then``, ``outcome_now``, ``start_then``,
        ``start_now`` (middle days), ``sources_then``, ``sources_now``.
    """
    parts = []
    for name, table in (("then", then), ("now", now)):
        base = as_resolved(table)
        parts.append(base.set_index("event_id")[["event_name", "outcome", "start", "n_sources"]]
                     .add_suffix(f"_{name}"))  # fmt: skip
    both = parts[0].join(parts[1], how="left").reset_index()
    both = both.rename(columns={"event_name_then": "event_name", "n_sources_then": "sources_then",
                                "n_sources_now": "sources_now"})  # fmt: skip
    return both[["event_id", "event_name", "outcome_then", "outcome_now", "start_then",
                 "start_now", "sources_then", "sources_now"]]  # fmt: skip


def describe(events: pd.DataFrame) -> str:
    """State of a few events in words: first day, outcome, resistance, sources, confidence."""
    if events.empty:
        return "not yet reported"
    parts = []
    for row in events.sort_values("date_start_earliest").itertuples():
        day = row.date_start_earliest
        when = f"{day:%-d %B %Y}" if pd.notna(day) else "an unknown day"
        sources = f"{row.n_sources} source{'' if row.n_sources == 1 else 's'}"
        parts.append(
            f"attack of {when}, {outcome_words(row.outcome)}, resistance: {row.resistance}, "
            f"{sources}, outcome confidence {row.conf_outcome}"
        )
    return "; ".join(parts)


OUTCOMES = {
    "captured_held": "taken and held", "captured_lost": "taken and lost again",
    "partial_entry": "entered in part", "cut_off": "cut off", "repelled": "beaten off",
    "contested": "still fought over", "announced": "announced only", "unknown": "not known",
}  # fmt: skip


def sort_statements(said: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Statements that hold in nearly all worlds, in hardly any, and the rest.

    Returns
    -------
    dict
        Rows of `said` under ``true``, ``false`` and ``open``; those that can be said in no
        world are left out.
    """
    known = said.dropna(subset="share")
    firm, never = known["share"] >= FIRM, known["share"] <= 1 - FIRM
    return {"true": known[firm], "false": known[never], "open": known[~firm & ~never]}


def _how_many(rows: pd.DataFrame, kind: str) -> str:
    """In how many worlds firm statements hold: all or none where that is so, else the bound."""
    worlds = rows["worlds"].unique()
    if kind == "true" and (rows["share"] == 1).all():
        return f"all {worlds[0]:.0f} worlds" if len(worlds) == 1 else "all worlds that can say"
    if kind == "false" and (rows["share"] == 0).all():
        return "none"
    closest = rows.sort_values("share", ascending=kind == "true").iloc[0]
    bound = f"{closest['true']:.0f} of {closest['worlds']:.0f}"
    if rows["share"].nunique() > 1:
        bound += " or more" if kind == "true" else " or fewer"
    return f"nearly all worlds ({bound})" if kind == "true" else f"hardly any ({bound})"


def firm_words(said: pd.DataFrame) -> str:
    """How many statements hold in all or nearly all worlds, and in hardly any or none."""
    kinds, parts = sort_statements(said), []
    for kind in ("true", "false"):
        rows = kinds[kind]
        if rows.empty:
            continue
        verb = "" if parts else " hold" if len(rows) > 1 else " holds"
        parts.append(f"{len(rows)}{verb} in {_how_many(rows, kind)}")
    return ", ".join(parts) or "none holds or fails in nearly all worlds"


def heading(numbers: pd.DataFrame, said: pd.DataFrame) -> str:
    """Finding on what moves more over the worlds: counts or statements."""
    known = sum(map(len, sort_statements(said).values()))
    count = numbers.set_index("headline").loc[COUNT]
    width = 100 * (1 - count["low"] / count["high"]) if count["high"] else 0.0
    start = (
        f"The number of recorded offensives hangs on how sure an event must be, by up to "
        f"{width:.0f}%"
        if width >= 1
        else "The number of recorded offensives does not hang on the sources"
    )
    if known == 0:
        return f"{start}; no statement can be said"
    return f"{start}; of {known} statement{'s' * (known != 1)} {firm_words(said)}"


def loose_words(events: pd.DataFrame) -> str:
    """Sentence on events that are given a province in each world; empty where there is none."""
    loose = int(_loose(events).sum())
    if not loose:
        return ""
    known = f"{loose} events are" if loose > 1 else "1 event is"
    return (
        f"{known} known only to the country and given a province in each world, as often as the "
        "others of that year have it, so counts of a province differ from those of notebook 02."
    )


def resistance_doubt(agreement: pd.Series) -> str:
    """Clause on the agreement of two coders on how a place fell; empty where it is good enough.

    Parameters
    ----------
    agreement
        `analysis.reliability.field_agreement` of ``resistance``.
    """
    if agreement["verdict"] != "weak":
        return ""
    return "though two coders agree weakly there"


def resistance_words(agreement: pd.Series) -> str:
    """Sentence on what the worlds do not draw: how two coders read the manner of a fall."""
    weak = agreement["verdict"] == "weak"
    well = "agree only weakly, below" if weak else "agree above"
    return (
        f"Whether a capital was fought over or given up is a field on which two coders {well} the "
        f"limit that we set (resistance, kappa {agreement['value']:.2f}, {agreement['low']:.2f} to "
        f"{agreement['high']:.2f}, over reports of every kind), which does not say that the "
        "accounts are right; no world draws a coder's doubt."
    )


def statement_words(said: pd.DataFrame, doubt: str = "") -> str:
    """Sentence that names every statement and says in how many worlds it holds.

    Parameters
    ----------
    said
        Output of `statements`.
    doubt
        Clause set beside the statement on how capitals fell (`resistance_doubt`).
    """
    short = dict(SHORT)
    if doubt:
        short[MORE_GIVEN_UP] += f", {doubt}"

    def named(rows: pd.DataFrame) -> str:
        return "; ".join(short.get(s, s) for s in rows["statement"])

    kinds = sort_statements(said)
    known = sum(map(len, kinds.values()))
    if known == 0:
        return "No statement can be said of this selection"
    firm = len(kinds["true"])
    parts = ["none holds in nearly all worlds"]
    if firm:
        worlds = _how_many(kinds["true"], "true").partition(" (")[0]
        parts = [f"{firm} {'hold' if firm > 1 else 'holds'} in {worlds} ({named(kinds['true'])})"]
    if len(kinds["false"]):
        worlds = _how_many(kinds["false"], "false").partition(" (")[0]
        parts.append(f"{len(kinds['false'])} in {worlds} ({named(kinds['false'])})")
    parts += [
        f"1 in {r.true} of {r.worlds} ({short.get(r.statement, r.statement)})"
        for r in kinds["open"].itertuples()
    ]
    return f"Of {known} statement{'s' * (known != 1)} looked at {', '.join(parts)}"


def answer(
    numbers: pd.DataFrame,
    said: pd.DataFrame,
    contrast: str,
    agree: str,
    doubt: str = "",
) -> str:
    """Answer of notebook 09 on what holds whatever is chosen; shares and contrasts after it.

    Parameters
    ----------
    numbers, said
        Output of `headlines` and `statements`.
    contrast
        `analysis.specification.answer_words`.
    agree
        Clause on the reference figures (`analysis.facts.agree_words`).
    doubt
        As for `statement_words`.
    """
    total = numbers.set_index("headline").loc[TAKEN]
    return (
        f"{statement_words(said, doubt)}. A share of worlds is no chance that a thing happened. "
        f"{total['resolved']:.0f}% of recorded offensives are coded as captures "
        f"({total['low']:.0f} to {total['high']:.0f}% when doubtful events are dropped and rival "
        "accounts drawn; failed attacks are probably reported less, so this is no success rate). "
        f"{contrast}; {agree}, as the tests require: a check of copying."
    )


def outcome_words(code: str) -> str:
    """Outcome of an event in words."""
    return OUTCOMES.get(code, code.replace("_", " "))


def begun_by(day: str, events: pd.DataFrame, views: pd.DataFrame) -> int:
    """How many events had begun by a day: by the day the rules take now, or reported by then.

    Parameters
    ----------
    day
        Kabul day.
    events
        Selected events as they are now.
    views
        Output of `then_and_now` for that day.
    """
    now = as_resolved(events)
    begun = set(now.loc[now["start"] <= pd.Timestamp(day), "event_id"])
    return len(begun | set(views["event_id"]))


def asof_heading(day: str, known: int, begun: int, changed: int) -> str:
    """Finding: how many events had been reported by a day, and how many read differently now.

    Parameters
    ----------
    day
        Kabul day.
    known, begun
        Events reported by then, of those begun by then (`begun_by`).
    changed
        Events whose outcome reads differently now.
    """
    return (
        f"By {pd.Timestamp(day):%-d %B %Y} {known} of the {begun} selected events begun by then "
        "had been reported, in the sources found (those without a day by the day they speak "
        f"of); {changed or 'none'} "
        f"{'reads' if changed == 1 else 'read'} differently now"
    )
