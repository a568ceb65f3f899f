"""Two contrasts under every combination of listed analytic choices.

The drawdown contrast: how much the months after a date of a drawdown differ from the months
before it, on average over dates, as a ratio. The tranche contrast: how much the change in
events around the announced transfer of a province differs from that of provinces transferred
later. The choices an analyst has to make are listed in `CHOICES` and `TRANCHE_CHOICES`;
`curve` and `tranche_curve` compute every combination, so that the reader sees the listed
garden and not one path (Simonsohn, Simmons and Nelson 2020). Which options are listed is
itself a choice.
"""

import math
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
from scipy import stats

from analysis import handover, series
from analysis.errors import EmptySelectionError
from analysis.study import Study

# Half a count on both sides gives a quiet quarter a logarithm (Haldane 1956; Anscombe 1956).
PAD = 0.5
LAST_WHOLE_MONTH = pd.Period("2021-07", "M")
NEAR_YEARS = 3
FEWEST = 3
DEATHS = {"deaths, state-based": "ged_state_based",
          "deaths, all types": "ged231_all_types_single_month"}  # fmt: skip
DRAWDOWNS = ("drawdown_announcement", "drawdown_step")
CHOICES: dict[str, tuple[str, ...]] = {
    "outcome": ("offensives", "captures", *DEATHS),
    "confidence": ("E", "B", "A"),
    "level": ("parent", "child"),
    "window": ("2 months", "3 months", "6 months"),
    "season": ("other years", "years nearby", "ignored"),
    "dates": ("headline", "all"),
    "last year": ("with 2021", "to 2020"),
}
HEADLINE = {
    "outcome": "offensives", "confidence": "E", "level": "parent", "window": "3 months",
    "season": "other years", "dates": "headline", "last year": "with 2021",
}  # fmt: skip
TRANCHE_CHOICES: dict[str, tuple[str, ...]] = {
    "clock": tuple(handover.CLOCKS),
    "outcome": ("offensives", "captures"),
    "confidence": CHOICES["confidence"],
    "small tranches": ("kept", "left out"),
    "estimator": handover.ESTIMATORS[:3],
}
TRANCHE_HEADLINE = {name: options[0] for name, options in TRANCHE_CHOICES.items()}


def changes(values: pd.Series, window: int, counts: bool) -> pd.DataFrame:
    """Log ratio of the months after to the months before, for every month of the series.

    Parameters
    ----------
    values
        Monthly values on a complete PeriodIndex; missing is missing.
    window
        Months on each side; the month itself belongs to neither.
    counts
        True compares totals with half a count added; False geometric means, so that one
        extreme month does not decide (deaths).

    Returns
    -------
    DataFrame
        Years by calendar months 1 to 12, nan where a month of either side is missing.
    """
    y = values.astype(float)
    if counts:
        sums = y.rolling(window).sum()
        after, before = sums.shift(-window), sums.shift(1)
        found = np.log(after + PAD) - np.log(before + PAD)
    else:
        means = np.log(y.where(y > 0)).rolling(window).mean()
        found = means.shift(-window) - means.shift(1)
    table = pd.DataFrame({"year": y.index.year, "month": y.index.month, "change": found.to_numpy()})
    return table.pivot(index="year", columns="month", values="change").reindex(columns=range(1, 13))


def matched(table: pd.DataFrame, month: pd.Period, season: str) -> float:
    """Change at one month, less what the same months of other years show.

    Parameters
    ----------
    table
        Output of `changes`.
    season
        ``other years`` (median of all others), ``years nearby`` (median of those at most
        three years away) or ``ignored``.

    Returns
    -------
    float
        Log ratio; nan if the change or three years to compare it with are missing.
    """
    if month.year not in table.index:
        return math.nan
    column = table[month.month]
    own = float(column.loc[month.year])
    if season == "ignored":
        return own
    others = column.drop(month.year).dropna()
    if season == "years nearby":
        others = others[np.abs(others.index - month.year) <= NEAR_YEARS]
    return own - float(others.median()) if len(others) >= FEWEST else math.nan


def pool(values: np.ndarray, level: float = 0.95) -> dict[str, float]:
    """Mean log ratio over dates with a t interval and the smallest ratio it could show.

    Returns
    -------
    dict
        ``ratio``, ``low``, ``high``, ``smallest`` (ratio above one found with power 0.8)
        and ``n_dates`` (how many); nan where fewer than three dates are left.
    """
    values = values[np.isfinite(values)]
    k = len(values)
    if k < FEWEST:
        return dict.fromkeys(("ratio", "low", "high", "smallest"), math.nan) | {"n_dates": k}
    error = values.std(ddof=1) / math.sqrt(k)
    reach = stats.t.ppf(1 - (1 - level) / 2, k - 1)
    middle = values.mean()
    return {
        "ratio": math.exp(middle),
        "low": math.exp(middle - reach * error),
        "high": math.exp(middle + reach * error),
        "smallest": math.exp((reach + stats.t.ppf(0.8, k - 1)) * error),
        "n_dates": k,
    }


def _monthly(
    events: pd.DataFrame, violence: pd.DataFrame, index: pd.PeriodIndex, choice: dict[str, str]
) -> tuple[pd.Series, bool]:
    if choice["outcome"] in DEATHS:
        return series.deaths(violence, DEATHS[choice["outcome"]], index), False
    rows = events[events["conf_event"] <= choice["confidence"]]
    rows = series.count_level(rows, choice["level"])
    if choice["outcome"] == "captures":
        rows = rows[rows["outcome"].fillna("").str.startswith("captured")]
    return series.monthly_events(rows, index), True


def curve(
    events: pd.DataFrame,
    violence: pd.DataFrame,
    decisions: pd.DataFrame,
    index: pd.PeriodIndex,
    level: float = 0.95,
) -> pd.DataFrame:
    """The contrast under every combination of choices.

    Parameters
    ----------
    events
        Selected events, at both levels.
    violence, decisions
        Those tables.
    index
        Months of the study; months after July 2021 are left out as not whole.

    Returns
    -------
    DataFrame
        One row a specification: the columns of `CHOICES`, those of `pool`, ``headline``;
        sorted by ratio. Confidence and level are ``any`` for deaths. Specifications with
        fewer than three dates are left out; a short study may leave none.
    """
    index = index[index <= LAST_WHOLE_MONTH]
    rows = decisions[decisions["kind"].isin(DRAWDOWNS)]
    when = {
        "headline": rows[rows["headline"].fillna(False)],
        "all": rows,
    }
    months = {name: sorted(set(own["date_kabul"].dt.to_period("M"))) for name, own in when.items()}
    seen: dict[tuple[str, ...], pd.DataFrame] = {}
    table = []
    for values in product(*CHOICES.values()):
        choice = dict(zip(CHOICES, values, strict=True))
        if choice["outcome"] in DEATHS:
            # Confidence and level are properties of our events, not of UCDP's.
            if choice["confidence"] != "E" or choice["level"] != "parent":
                continue
            choice |= {"confidence": "any", "level": "any"}
        key = tuple(choice[k] for k in ("outcome", "confidence", "level", "window"))
        if key not in seen:
            monthly, counts = _monthly(events, violence, index, choice)
            seen[key] = changes(monthly, int(choice["window"].split()[0]), counts)
        last = 2021 if choice["last year"] == "with 2021" else 2020
        found = [matched(seen[key], m, choice["season"]) for m in months[choice["dates"]]
                 if m.year <= last]  # fmt: skip
        result = pool(np.array(found), level)
        if not math.isnan(result["ratio"]):
            table.append(choice | result | {"headline": choice == HEADLINE})
    columns = [*CHOICES, "ratio", "low", "high", "smallest", "n_dates", "headline"]
    made = pd.DataFrame(table, columns=columns)
    return made.astype({"headline": bool}).sort_values(["ratio", *CHOICES], ignore_index=True)


def summary(table: pd.DataFrame) -> dict[str, float | int]:
    """How many specifications agree in sign, and how many intervals leave out one.

    Returns
    -------
    dict
        ``specifications``, ``above`` (share with ratio above one), ``clear_above`` and
        ``clear_below`` (shares whose interval excludes one), the same over those that take
        the season into account (``above_season`` ...), and ``median``.
    """
    found: dict[str, float | int] = {"specifications": len(table),
                                     "median": float(table["ratio"].median())}  # fmt: skip
    for suffix, own in (("", table), ("_season", table[table["season"] != "ignored"])):
        n = max(len(own), 1)
        found |= {
            f"above{suffix}": float((own["ratio"] > 1).sum() / n),
            f"clear_above{suffix}": float((own["low"] > 1).sum() / n),
            f"clear_below{suffix}": float((own["high"] < 1).sum() / n),
        }
    return found


def answer_words(table: pd.DataFrame, level: float = 0.95) -> str:
    """Sentence on the headline choice and on how many choices leave out no difference.

    Only ratios of the headline's outcome are counted: those of captures or deaths are no
    ways to compute whether offensives rose.

    Parameters
    ----------
    table
        Output of `curve`.
    level
        Coverage of its intervals.
    """
    if table.empty:
        return "Whether offensives rose or fell after drawdowns cannot be said with so few dates"
    chosen = table[table["headline"]]
    text = "Whether offensives rose or fell after drawdowns cannot be said"
    if chosen.empty or chosen["low"].iloc[0] > 1 or chosen["high"].iloc[0] < 1:
        text = "The contrast of the months after drawdowns with those before is wide"
    if len(chosen):
        row = chosen.iloc[0]
        text += (
            f": {row['ratio']:.2f} times as many ({row['low']:.2f} to {row['high']:.2f}, "
            f"{row['n_dates']:.0f} dates)"
        )
    return ", and ".join(filter(None, (text, own_words(table, level))))


def own_words(table: pd.DataFrame, level: float = 0.95) -> str:
    """Clause on the intervals of the headline's outcome that allow for the season.

    Parameters
    ----------
    table, level
        As for `answer_words`.
    """
    own = table[(table["outcome"] == HEADLINE["outcome"]) & (table["season"] != "ignored")]
    if own.empty:
        return ""
    return (
        f"of the {len(own)} ways for {HEADLINE['outcome']} that allow for the season "
        f"{percents(summary(own), '')} (about {50 * (1 - level):.1f}% a side would by luck)"
    )


def chance_words(level: float = 0.95) -> str:
    """Sentence on how many intervals would lie clear of one by luck, and why that is no test."""
    return (
        f"If every interval were exact, about {50 * (1 - level):.1f}% would lie on each side on "
        "average; overlapping windows make it more, and shared data make the share erratic."
    )


def percents(found: dict[str, float | int], suffix: str = "_season") -> str:
    """Shares of specifications whose interval lies on either side of one, in words."""
    above, below = (100 * found[f"clear_{way}{suffix}"] for way in ("above", "below"))
    return f"{above:.0f}% have an interval above one and {below:.0f}% below"


def last_year_words(table: pd.DataFrame) -> str:
    """How far the median hangs on the last year; empty where one option has no row."""
    middle = table.groupby("last year")["ratio"].median()
    if not set(CHOICES["last year"]) <= set(middle.index):
        return ""
    return (
        f"The median hangs on the last year: {middle['with 2021']:.2f} with 2021 and "
        f"{middle['to 2020']:.2f} without it."
    )


def kinds_words(decisions: pd.DataFrame) -> str:
    """Sentence on which of the headline dates enter here."""
    headline = decisions[decisions["headline"].fillna(False)]
    own = int(headline["kind"].isin(DRAWDOWNS).sum())
    return (
        f"Of {len(headline)} headline dates in the table {own} are coded as announcing or carrying "
        "out a drawdown and enter here; agreements and ends of missions are coded otherwise, and "
        "notebook 03 looks at dates of every kind that have months on both sides."
    )


def words(chosen: pd.DataFrame) -> str:
    """Ratio of one specification with interval, dates and smallest ratio detectable."""
    if chosen.empty:
        return "not estimable in this selection"
    row = chosen.iloc[0]
    return (
        f"{row['ratio']:.2f} ({row['low']:.2f} to {row['high']:.2f}, {row['n_dates']:.0f} "
        f"dates; only ratios above {row['smallest']:.2f} or below {1 / row['smallest']:.2f} "
        "were likely to show)"
    )


# --- the transfer of provinces ---------------------------------------------------------


def tranche_events(study: Study) -> pd.DataFrame:
    """Single actions of the years of the transfer, as notebook 07 takes them by default.

    Returns
    -------
    DataFrame
        Empty where the study selects none in those years.
    """
    single = replace(study, parameters=study.parameters | {"count_level": "child"}, results={})
    try:
        return handover.transfer_events(single)
    except EmptySelectionError:
        return study.events.iloc[:0]


def small_tranches(transition: pd.DataFrame) -> list[str]:
    """Provinces wholly in by a tranche of fewer than three, which notebook 07 leaves unread."""
    treated = handover.cohorts(transition, "full")
    size = treated.groupby("tranche")["adm1"].transform("size")
    return sorted(treated.loc[size < handover.SMALLEST_COHORT, "adm1"])


def tranche_curve(
    events: pd.DataFrame, transition: pd.DataFrame, level: float = 0.95
) -> pd.DataFrame:
    """The difference around the transfer under every combination of `TRANCHE_CHOICES`.

    Parameters
    ----------
    events
        Output of `tranche_events`.
    transition
        The transition table.

    Returns
    -------
    DataFrame
        One row a specification: the columns of `TRANCHE_CHOICES`, ``estimate``, ``low``,
        ``high`` (events a province and quarter; nan where it cannot be computed),
        ``events`` and ``after`` (in the panel, and of these in transferred provinces),
        ``headline``; sorted by estimate. A confidence cut that drops nothing is left out.
    """
    small = set(small_tranches(transition))
    rows = []
    for outcome in TRANCHE_CHOICES["outcome"]:
        own = events
        if outcome == "captures":
            own = own[own["outcome"].fillna("").str.startswith("captured")]
        seen: set[int] = set()
        for confidence in TRANCHE_CHOICES["confidence"]:
            kept = own[own["conf_event"] <= confidence]
            # Cuts are nested, so that one of equal length is the same selection.
            if len(kept) in seen:
                continue
            seen.add(len(kept))
            for clock, small_kept in product(*(TRANCHE_CHOICES[c] for c in
                                               ("clock", "small tranches"))):  # fmt: skip
                treated = handover.cohorts(transition, clock)
                if small_kept == "left out":
                    treated = treated[~treated["adm1"].isin(small)]
                choice = {"clock": clock, "outcome": outcome, "confidence": confidence,
                          "small tranches": small_kept}  # fmt: skip
                rows += _tranche_rows(kept, treated, choice, level)
    columns = [*TRANCHE_CHOICES, "estimate", "low", "high", "events", "after", "headline"]
    made = pd.DataFrame(rows, columns=columns).astype({"headline": bool})
    # Sums over threads differ in the last digit from run to run; the picture must not.
    made[["estimate", "low", "high"]] = made[["estimate", "low", "high"]].astype(float).round(6)
    return made.sort_values(["estimate", *TRANCHE_CHOICES], ignore_index=True)


def _tranche_rows(
    events: pd.DataFrame, treated: pd.DataFrame, choice: dict[str, str], level: float
) -> list[dict[str, object]]:
    try:
        table = handover.panel(handover.own_events(events), treated)
    except EmptySelectionError:
        return [choice | {"estimator": e, "estimate": math.nan, "low": math.nan, "high": math.nan,
                          "events": 0, "after": 0,
                          "headline": choice | {"estimator": e} == TRANCHE_HEADLINE}
                for e in TRANCHE_CHOICES["estimator"]]  # fmt: skip
    late = (table["first"] > 0) & (table["time"] >= table["first"])
    counts = {"events": int(table["events"].sum()), "after": int(table.loc[late, "events"].sum())}
    rows = []
    for row in handover.overall(table, level).to_dict("records"):
        own = choice | {"estimator": row["estimator"]}
        rows.append(own | row | counts | {"headline": own == TRANCHE_HEADLINE})
    return rows


def tranche_groups(table: pd.DataFrame) -> pd.DataFrame:
    """Specifications by clock and outcome, for a short table.

    Parameters
    ----------
    table
        Output of `tranche_curve`.

    Returns
    -------
    DataFrame
        ``clock``, ``outcome``, ``specifications``, ``lowest``, ``highest``, ``above``,
        ``below`` (intervals clear of zero), ``fewest``, ``most`` (events), ``after`` (most
        events in transferred provinces).
    """
    known = table.dropna(subset="estimate")
    known = known.assign(above=known["low"] > 0, below=known["high"] < 0)
    found = known.groupby(["clock", "outcome"]).agg(
        specifications=("estimate", "size"), lowest=("estimate", "min"),
        highest=("estimate", "max"), above=("above", "sum"), below=("below", "sum"),
        fewest=("events", "min"), most=("events", "max"), after=("after", "max"),
    )  # fmt: skip
    return found.sort_index(ascending=False).reset_index()


OPTIONS = {
    "full": "whole province in", "first": "first district in", "offensives": "all offensives",
    "E": "all events", "B": "two sources (B)", "A": "three sources (A)",
    "kept": "small tranches kept", "left out": "small tranches left out",
}  # fmt: skip


def tranche_heading(table: pd.DataFrame) -> str:
    """Finding: how many differences around the transfer have an interval clear of none."""
    known = table.dropna(subset="estimate")
    if known.empty:
        return "Too few events in this selection for a contrast around the transfer of provinces"
    above, below = int((known["low"] > 0).sum()), int((known["high"] < 0).sum())
    return (
        f"Of {len(known)} differences in offensives or captures around the transfer of provinces "
        f"{above or 'none'} {'have' if above > 1 else 'has'} an interval above zero and "
        f"{below or 'none'} below (intervals may be too narrow)"
    )


def tranche_answer(table: pd.DataFrame) -> str:
    """Clause for the answer: how many intervals hold zero; empty where there is none."""
    known = table.dropna(subset="estimate")
    if known.empty:
        return ""
    hold = int(((known["low"] <= 0) & (known["high"] >= 0)).sum())
    return (
        f"around the transfer of provinces {hold or 'none'} of {len(known)} intervals cannot tell "
        "a difference from none"
    )


def _by_outcome(known: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    parts = [(name, known[known["outcome"] == name]) for name in TRANCHE_CHOICES["outcome"]]
    return [(name, own) for name, own in parts if len(own)]


def tranche_words(table: pd.DataFrame) -> str:
    """Sentences on sides, range, what the clear ones share, and the headline choice."""
    known = table.dropna(subset="estimate")
    missing = len(table) - len(known)
    if known.empty:
        return "No specification can be computed in this selection."
    above, below = known["low"] > 0, known["high"] < 0
    text = (
        f"Of {len(known)} intervals {above.sum() or 'none'} ({100 * above.mean():.0f}%) "
        f"{'lies' if above.sum() == 1 else 'lie'} above zero and {below.sum() or 'none'} "
        f"({100 * below.mean():.0f}%) below; estimates run from "
    )
    text += " and ".join(
        f"{handover.signed(own['estimate'].min())} to {handover.signed(own['estimate'].max())} "
        f"for {OPTIONS.get(outcome, outcome)}"
        for outcome, own in _by_outcome(known)
    )
    text += ", in events a province and quarter."
    if missing:
        text += f" {missing} more cannot be computed."
    clear = known[above | below]
    shared = [OPTIONS.get(clear[c].iloc[0], clear[c].iloc[0]) for c, options in
              TRANCHE_CHOICES.items() if len(clear) and clear[c].nunique() == 1
              and known[c].nunique() > 1]  # fmt: skip
    if len(clear) > 1 and shared:
        text += f" All that leave out zero share: {', '.join(shared)}."
    chosen = known[known["headline"]]
    if len(chosen):
        row = chosen.iloc[0]
        text += (
            f" The headline choice of notebook 07: {handover.signed(row['estimate'])} "
            f"({handover.signed(row['low'])} to {handover.signed(row['high'])})."
        )
    return text


def _at_most(count: int) -> str:
    return f"at most {count}" if count else "none"


def tranche_limits(table: pd.DataFrame) -> str:
    """Sentence on how few events the estimates rest on."""
    known = table.dropna(subset="estimate")
    if known.empty:
        return "There is no event to estimate from."
    parts = [
        f"{OPTIONS.get(outcome, outcome)} on {own['events'].min()} to {own['events'].max()} "
        f"events, {_at_most(own['after'].max())} of them in provinces already transferred"
        for outcome, own in _by_outcome(known)
    ]
    return f"Estimates rest on few events: {'; '.join(parts)}."
