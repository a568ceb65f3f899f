"""The drawdown contrast under every defensible analytic choice.

The contrast: how much the months after a decision to reduce foreign troops differ from the
months before it, on average over decisions, as a ratio. Each choice an analyst has to make
is listed in `CHOICES`; `curve` computes the contrast for every combination, so that the
reader sees the whole garden and not one path (Simonsohn, Simmons and Nelson 2020).
"""

import math
from itertools import product

import numpy as np
import pandas as pd
from scipy import stats

from analysis import series

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
    "decisions": ("headline", "all"),
    "last year": ("with 2021", "to 2020"),
}
HEADLINE = {
    "outcome": "offensives", "confidence": "E", "level": "parent", "window": "3 months",
    "season": "other years", "decisions": "headline", "last year": "with 2021",
}  # fmt: skip


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
    """Mean log ratio over decisions with a t interval and the smallest ratio it could show.

    Returns
    -------
    dict
        ``ratio``, ``low``, ``high``, ``smallest`` (ratio above one found with power 0.8)
        and ``n_decisions`` (how many); nan where fewer than three decisions are left.
    """
    values = values[np.isfinite(values)]
    k = len(values)
    if k < FEWEST:
        return dict.fromkeys(("ratio", "low", "high", "smallest"), math.nan) | {"n_decisions": k}
    error = values.std(ddof=1) / math.sqrt(k)
    reach = stats.t.ppf(1 - (1 - level) / 2, k - 1)
    middle = values.mean()
    return {
        "ratio": math.exp(middle),
        "low": math.exp(middle - reach * error),
        "high": math.exp(middle + reach * error),
        "smallest": math.exp((reach + stats.t.ppf(0.8, k - 1)) * error),
        "n_decisions": k,
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
        fewer than three decisions are left out; a short study may leave none.
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
        found = [matched(seen[key], m, choice["season"]) for m in months[choice["decisions"]]
                 if m.year <= last]  # fmt: skip
        result = pool(np.array(found), level)
        if not math.isnan(result["ratio"]):
            table.append(choice | result | {"headline": choice == HEADLINE})
    columns = [*CHOICES, "ratio", "low", "high", "smallest", "n_decisions", "headline"]
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

    Parameters
    ----------
    table
        Output of `curve`.
    level
        Coverage of its intervals.
    """
    if table.empty:
        return "Whether more followed decisions to withdraw cannot be said with so few decisions"
    found = summary(table)
    chosen = table[table["headline"]]
    text = "Whether offensives rose after decisions to withdraw cannot be said"
    if chosen.empty or chosen["low"].iloc[0] > 1 or chosen["high"].iloc[0] < 1:
        text = "The contrast of the months after decisions to withdraw with those before is wide"
    if len(chosen):
        row = chosen.iloc[0]
        text += (
            f": {row['ratio']:.2f} times as many ({row['low']:.2f} to {row['high']:.2f}, "
            f"{row['n_decisions']:.0f} decisions)"
        )
    return (
        f"{text}, and of {int((table['season'] != 'ignored').sum())} ways to compute it that allow "
        f"for the season {percents(found)}, where chance gives about {50 * (1 - level):.1f}% each"
    )


def percents(found: dict[str, float | int], suffix: str = "_season") -> str:
    """Shares of specifications that lie clearly on either side, in words."""
    above, below = (100 * found[f"clear_{way}{suffix}"] for way in ("above", "below"))
    return f"{above:.0f}% lie clearly above one and {below:.0f}% clearly below"


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
    """Sentence on which of the headline decisions enter here."""
    headline = decisions[decisions["headline"].fillna(False)]
    own = int(headline["kind"].isin(DRAWDOWNS).sum())
    return (
        f"Of {len(headline)} headline dates in the table {own} are coded as announcing or carrying "
        "out a withdrawal and enter here; agreements and ends of missions are coded otherwise, and "
        "notebook 03 looks at dates of every kind."
    )


def words(chosen: pd.DataFrame) -> str:
    """Ratio of one specification with interval, decisions and smallest ratio detectable."""
    if chosen.empty:
        return "not estimable in this selection"
    row = chosen.iloc[0]
    return (
        f"{row['ratio']:.2f} ({row['low']:.2f} to {row['high']:.2f}, {row['n_decisions']:.0f} "
        f"decisions; only ratios above {row['smallest']:.2f} or below {1 / row['smallest']:.2f} "
        "were likely to show)"
    )
