"""Before and after a date, against the same months of other years.

War in Afghanistan has a season, so the months after an April date are bloodier than the
months before it in nearly every year. Each date is therefore compared with the same
calendar months of the other years; how it ranks among them is all that is claimed.
"""

import calendar
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.multitest import multipletests

from analysis.errors import EmptySelectionError
from analysis.intervals import block_bootstrap

# Eras by troop policy: before the surge decision took hold, surge and transition, the
# Resolute Support years, and the Doha agreement to the end.
ERAS = {
    "2007-09": (2007, 2009),
    "2010-14": (2010, 2014),
    "2015-19": (2015, 2019),
    "2020-21": (2020, 2021),
}
# Added to counts on both sides of a ratio, so that a quiet quarter has a logarithm.
PAD = 0.5
# With fewer other years a rank says nothing.
FEWEST_YEARS = 3
# What a date would have to reach once all looks are counted, in words.
GOAL = "q 0.10"
# Share of random shifts that reach the ratio called chance.
LUCK = 0.05
# The chance tick is itself a quantile of 999 draws: a ratio this near it barely passes.
BARELY = 1.05


def era(year: int) -> str:
    """Name of the era that holds a year."""
    return next(name for name, (first, last) in ERAS.items() if first <= year <= last)


# --- one date ---------------------------------------------------------------------------


def change(
    values: pd.Series, month: pd.Period, window_months: int = 3, counts: bool = False
) -> float:
    """Log ratio of the months after `month` to the months before it.

    Parameters
    ----------
    values
        Monthly values on a PeriodIndex; missing is missing.
    month
        Month of the date; it belongs to neither side.
    window_months
        Months on each side.
    counts
        False compares geometric means, so that one extreme month does not decide
        (deaths). True compares totals, each with 0.5 added (events, which can be zero).

    Returns
    -------
    float
        nan if a month of either side is missing or outside the series.

    Raises
    ------
    ValueError
        If geometric means are asked of months that hold a zero.
    """
    steps = range(1, window_months + 1)
    after = values.reindex([month + i for i in steps]).to_numpy(dtype=float)
    before = values.reindex([month - i for i in steps]).to_numpy(dtype=float)
    if np.isnan(after).any() or np.isnan(before).any():
        return math.nan
    if counts:
        return math.log((after.sum() + PAD) / (before.sum() + PAD))
    if min(after.min(), before.min()) <= 0:
        raise ValueError(f"a month around {month} is zero: compare it with counts=True.")
    return float(np.log(after).mean() - np.log(before).mean())


def same_month_changes(
    values: pd.Series, calendar_month: int, window_months: int = 3, counts: bool = False
) -> pd.Series:
    """`change` at one calendar month of every year that has all its months."""
    years = sorted(set(values.index.year))
    found = {
        y: change(values, pd.Period(year=y, month=calendar_month, freq="M"), window_months, counts)
        for y in years
    }
    return pd.Series(found, dtype=float).dropna()


def deviations(sample: np.ndarray) -> np.ndarray:
    """Each value less the median of all the others.

    Notes
    -----
    Every year is treated as the decision year is, so that the rank of one among all is
    an exact permutation rank: under exchange of years each is equally likely.
    """
    return np.array([x - np.median(np.delete(sample, i)) for i, x in enumerate(sample)])


def season_matched(
    values: pd.Series, month: pd.Period, window_months: int = 3, counts: bool = False
) -> dict[str, float] | None:
    """Compare one date with the same calendar months of other years.

    Returns
    -------
    dict or None
        ``raw`` and ``matched`` ratio (after over before; the second relative to the median
        of the other years), ``low`` and ``high`` (5-95% of the other years, each matched in
        the same way), two-sided rank ``p`` and its ``floor`` ``1 / (years + 1)``, ``rise``
        and ``fall`` (the smallest matched ratio above and the largest below one that would
        rank most extreme), ``years`` (other years). None if a month is missing or fewer
        than three other years can be compared.
    """
    pool = same_month_changes(values, month.month, window_months, counts)
    if month.year not in pool.index or len(pool) - 1 < FEWEST_YEARS:
        return None
    others = pool.drop(month.year).to_numpy()
    own = pool[month.year]
    matched = own - np.median(others)
    placebo = deviations(np.append(others, own))[:-1]
    low, high = np.quantile(placebo, [0.05, 0.95])
    at_least = int((np.abs(placebo) >= abs(matched) - 1e-12).sum())
    limits = []
    for far in (math.inf, -math.inf):
        # Far out, the decision year shifts the other years' medians by a fixed step, so
        # the threshold it has to pass no longer depends on how far out it is.
        limits.append(np.abs(deviations(np.append(others, far))[:-1]).max())
    return {
        "raw": math.exp(own),
        "matched": math.exp(matched),
        "low": math.exp(low),
        "high": math.exp(high),
        "p": (1 + at_least) / (len(others) + 1),
        "floor": 1 / (len(others) + 1),
        "rise": math.exp(limits[0]),
        "fall": math.exp(-limits[1]),
        "years": len(others),
    }


# --- many dates -------------------------------------------------------------------------


def season_matched_table(
    values: pd.Series, decisions: pd.DataFrame, window_months: int = 3, counts: bool = False
) -> pd.DataFrame:
    """`season_matched` for each decision, with q-values for having looked at all.

    Parameters
    ----------
    decisions
        Rows of the decisions table; the Kabul day places a decision in its month.

    Returns
    -------
    DataFrame
        ``decision_id``, ``label``, ``date``, ``month``, ``source_id``, the columns of
        `season_matched`, and ``q`` (Benjamini and Hochberg 1995); in order of date.
        Decisions without whole windows, or with too few other years, are left out.

    Raises
    ------
    EmptySelectionError
        If no decision is left.
    """
    rows = []
    for row in decisions.sort_values(["date_kabul", "decision_id"]).itertuples():
        month = row.date_kabul.to_period("M")
        found = season_matched(values, month, window_months, counts)
        if found:
            about = {"decision_id": row.decision_id, "label": row.label, "date": row.date_kabul,
                     "month": month, "source_id": row.source_id}  # fmt: skip
            rows.append(about | found)
    if not rows:
        raise EmptySelectionError(
            f"None of {len(decisions)} decisions has {window_months} whole months on both sides "
            f"and {FEWEST_YEARS} other years to be compared with. Widen start and end, or lower "
            "window_months."
        )
    table = pd.DataFrame(rows)
    table["q"] = multipletests(table["p"], method="fdr_bh")[1]
    return table


def ranks_needed(table: pd.DataFrame, q: float = 0.10) -> int:
    """How many decisions must rank most extreme before any q-value can reach `q`.

    Returns
    -------
    int
        More than ``len(table)`` if it cannot be reached at all.
    """
    floors = np.sort(table["floor"].to_numpy(dtype=float))
    # The dates with most other years can reach the lowest p, so they are counted first.
    looks = np.arange(1, len(floors) + 1)
    enough = looks[floors * len(floors) / looks <= q + 1e-9]
    return int(enough[0]) if len(enough) else len(floors) + 1


# --- superposed epochs ------------------------------------------------------------------


def _path(
    logs: pd.Series, base: Callable[[pd.Period], float], month: pd.Period, lags: range
) -> np.ndarray:
    return logs.reindex([month + k for k in lags]).to_numpy(dtype=float) - base(month)


def _paths_by_year(
    values: pd.Series, calendar_month: int, window_months: int, counts: bool, reach: int
) -> pd.DataFrame:
    """Log ratio of each month around one calendar month to the months before it, by year."""
    if counts:
        logs = np.log(values.astype(float) + PAD)
    elif (values.dropna() <= 0).any():
        raise ValueError("a month is zero: compare it with counts=True.")
    else:
        logs = np.log(values.astype(float))

    def base(month: pd.Period) -> float:
        before = [month - i for i in range(1, window_months + 1)]
        if counts:
            return float(np.log(values.reindex(before).astype(float).mean(skipna=False) + PAD))
        return float(logs.reindex(before).mean(skipna=False))

    lags = range(-reach, reach + 1)
    rows = {
        y: _path(logs, base, pd.Period(year=y, month=calendar_month, freq="M"), lags)
        for y in sorted(set(values.index.year))
    }
    table = pd.DataFrame(rows, index=pd.Index(lags, name="lag")).T
    return table[np.isfinite(table.to_numpy(dtype=float)).any(axis=1)]


def epochs(
    values: pd.Series,
    decisions: pd.DataFrame,
    window_months: int = 3,
    counts: bool = False,
    reach: int = 6,
    draws: int = 999,
    seed: int = 20210815,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Superposed epochs: the months around each decision, freed of the season.

    Parameters
    ----------
    decisions
        Rows with ``decision_id`` and ``month``, such as `season_matched_table` returns.
    window_months
        Months before the decision that serve as its own base.
    reach
        Months shown on each side.
    draws
        Sets of placebo years drawn for the fan of the median.

    Returns
    -------
    paths : DataFrame
        ``decision_id``, ``lag``, ``value`` (season-matched log ratio to the base),
        ``years`` compared with. Months outside the series are left out.
    fan : DataFrame
        ``lag``; ``n`` decisions; ``median`` of the paths; ``low``, ``high``: 5-95% of
        single placebo paths; ``median_low``, ``median_high``: 5-95% of the median over one
        placebo year for each decision.
    """
    lags = list(range(-reach, reach + 1))
    own_rows, own_paths, placebos = [], [], []
    for row in decisions.itertuples():
        table = _paths_by_year(values, row.month.month, window_months, counts, reach)
        pool = np.full(table.shape, np.nan)
        for j in range(len(lags)):
            column = table.iloc[:, j].to_numpy(dtype=float)
            seen = np.isfinite(column)
            if seen.sum() > FEWEST_YEARS:
                pool[seen, j] = deviations(column[seen])
        at = table.index.get_loc(row.month.year)
        own_paths.append(pool[at])
        placebos.append(np.delete(pool, at, axis=0))
        for lag, value in zip(lags, pool[at], strict=True):
            if np.isfinite(value):
                years = int(np.isfinite(placebos[-1][:, lag + reach]).sum())
                own_rows.append(
                    {"decision_id": row.decision_id, "lag": lag, "value": value, "years": years}
                )
    stack = np.array(own_paths)
    every = np.concatenate(placebos)
    rng = np.random.default_rng(seed)
    medians = np.full((draws, len(lags)), np.nan)
    for i in range(draws):
        chosen = np.array([p[rng.integers(len(p))] for p in placebos])
        shown = np.isfinite(chosen) & np.isfinite(stack)
        for j in np.flatnonzero(shown.any(axis=0)):
            medians[i, j] = np.median(chosen[shown[:, j], j])
    fan = []
    for j, lag in enumerate(lags):
        seen = stack[np.isfinite(stack[:, j]), j]
        if not len(seen):
            continue
        low, high = np.nanquantile(every[:, j], [0.05, 0.95])
        median_low, median_high = np.nanquantile(medians[:, j], [0.05, 0.95])
        fan.append(
            {"lag": lag, "n": len(seen), "median": float(np.median(seen)), "low": low,
             "high": high, "median_low": median_low, "median_high": median_high}
        )  # fmt: skip
    return pd.DataFrame(own_rows), pd.DataFrame(fan)


def leave_one_out(paths: pd.DataFrame, window_months: int = 3) -> pd.DataFrame:
    """Median change after the decisions with each decision left out in turn.

    Parameters
    ----------
    paths
        As `epochs` returns them.

    Returns
    -------
    DataFrame
        ``left_out`` (empty string for none), ``ratio``: exponent of the median path's mean
        over the months 1 to `window_months`; the first row leaves none out.
    """
    after = paths[paths["lag"].between(1, window_months)]
    names = ["", *sorted(paths["decision_id"].unique())]
    rows = []
    for name in names:
        kept = after[after["decision_id"] != name]
        median = kept.groupby("lag")["value"].median()
        rows.append({"left_out": name, "ratio": math.exp(median.mean()) if len(median) else np.nan})
    return pd.DataFrame(rows)


# --- the season itself ------------------------------------------------------------------


def _ratio_of_mean_months(rows: np.ndarray, pad: float = 0.0) -> float:
    """Highest over lowest mean month; nan unless all twelve months are there."""
    month, value = rows[:, 0].astype(int), rows[:, 1]
    n = np.bincount(month, minlength=13)[1:]
    if (n == 0).any():
        return math.nan
    means = (np.bincount(month, weights=value, minlength=13)[1:] + pad) / n
    return float(means.max() / means.min()) if means.min() > 0 else math.nan


def peak_to_trough(
    values: pd.Series, counts: bool = False, level: float = 0.95, draws: int = 999
) -> pd.DataFrame:
    """How many times the mean peak month exceeds the mean trough month, by era.

    Parameters
    ----------
    values
        Monthly values on a PeriodIndex.
    counts
        True adds 0.5 to the total of each calendar month, so that a month without any
        event can be a trough.

    Returns
    -------
    DataFrame
        One row an era with all twelve calendar months, and one for ``all full years``:
        ``era``, ``months``, ``peak``, ``trough`` (calendar months), ``ratio``, ``low``,
        ``high``, ``chance``. Interval from circular blocks of twelve months (Kuensch 1989),
        which keep each calendar month in equal number and outlast the memory of about nine
        months. ``chance`` is the ratio that 95% of years shifted against each other at
        random stay below: a smaller one could be found without any common season, because
        a peak is picked after the fact. Eras of fewer than three full years have neither.

    Notes
    -----
    Resampled means vary more than the means themselves, so the highest over the lowest is
    biased upward in each draw: the interval leans to high values, never to low ones.
    """
    pad = PAD if counts else 0.0
    values = values.dropna().astype(float)
    full = values.groupby(values.index.year).filter(lambda year: len(year) == 12)
    parts = {
        name: values[(values.index.year >= first) & (values.index.year <= last)]
        for name, (first, last) in ERAS.items()
    }
    rows = []
    for name, part in {**parts, "all full years": full}.items():
        pairs = np.column_stack([part.index.month, part.to_numpy()])
        if len(part) < 12 or not math.isfinite(ratio := _ratio_of_mean_months(pairs, pad)):
            continue
        means = part.groupby(part.index.month).mean()
        row = {"era": name, "months": len(part), "peak": int(means.idxmax()),
               "trough": int(means.idxmin()), "ratio": ratio, "low": np.nan, "high": np.nan,
               "chance": np.nan}  # fmt: skip
        if len(part) >= 36 and part.index.isin(full.index).all():
            row["low"], row["high"] = block_bootstrap(
                pairs, partial(_ratio_of_mean_months, pad=pad), block=12, draws=draws, level=level
            )
            row["chance"] = _seasonless(part.to_numpy().reshape(-1, 12), pad, draws)
        rows.append(row)
    columns = ["era", "months", "peak", "trough", "ratio", "low", "high", "chance"]
    return pd.DataFrame(rows, columns=columns)


def _seasonless(years: np.ndarray, pad: float, draws: int, seed: int = 20210815) -> float:
    rng = np.random.default_rng(seed)
    index = np.arange(12)
    ratios = []
    for shifts in rng.integers(0, 12, size=(draws, len(years))):
        rolled = np.take_along_axis(years, (index + shifts[:, None]) % 12, axis=1)
        totals = rolled.sum(axis=0) + pad
        if totals.min() > 0:
            ratios.append(totals.max() / totals.min())
    return float(np.quantile(ratios, 0.95)) if ratios else math.nan


# --- rank correlation -------------------------------------------------------------------


def rank_correlation(x: np.ndarray, y: np.ndarray, level: float = 0.95) -> dict[str, float]:
    """Spearman's correlation with interval and the smallest that `n` pairs could show.

    Returns
    -------
    dict
        ``rho``, ``low``, ``high``, ``n`` and ``detectable`` (the correlation found with
        probability 0.8 by a two-sided test at ``1 - level``). All but ``n`` are nan for
        fewer than four pairs.

    Notes
    -----
    Interval on Fisher's scale with the standard error of Bonett and Wright (2000),
    ``sqrt((1 + rho^2 / 2) / (n - 3))``.
    """
    n = len(x)
    if n < 4:
        return {"rho": math.nan, "low": math.nan, "high": math.nan, "n": n, "detectable": math.nan}
    rho = float(stats.spearmanr(x, y).statistic)
    reach = stats.norm.ppf((1 + level) / 2)
    centre = math.atanh(min(max(rho, -0.999), 0.999))
    half = reach * math.sqrt((1 + rho**2 / 2) / (n - 3))
    detectable = math.tanh((reach + stats.norm.ppf(0.8)) / math.sqrt(n - 3))
    return {"rho": rho, "low": math.tanh(centre - half), "high": math.tanh(centre + half), "n": n,
            "detectable": detectable}  # fmt: skip


# --- sentences --------------------------------------------------------------------------


def percent(ratio: float) -> str:
    """Ratio as a signed change in percent: 0.46 is −54%; fivefold and more is ×5.0."""
    if not math.isfinite(ratio):
        return "not known"
    if ratio >= 5:
        return f"×{ratio:.1f}"
    change = round(100 * (ratio - 1))
    return f"{change:+d}%".replace("-", "−") if change else "0%"


def extremes(table: pd.DataFrame) -> pd.DataFrame:
    """Decisions that rank most extreme of all years compared."""
    return table[table["p"] <= table["floor"] + 1e-12]


def headline(table: pd.DataFrame, window_months: int = 3) -> dict[str, Any]:
    """Recorded numbers of a `season_matched_table`.

    The raw change stands beside each season-matched one: quoted alone, the matched one
    reads as a rise or fall that nobody saw.
    """
    top = extremes(table)
    named = [
        f"{r.month:%B %Y} {percent(r.matched)} (raw {percent(r.raw)})" for r in top.itertuples()
    ]
    needed = ranks_needed(table)
    return {
        "n_decisions": len(table),
        "n_extreme": len(top),
        "extreme": ", ".join(named) if named else "none",
        "expected_extreme": round(float(table["floor"].sum()), 1),
        "n_q": int((table["q"] <= 0.10).sum()),
        "lowest_q": round(float(table["q"].min()), 2),
        "p_floor": round(float(table["floor"].min()), 2),
        "ranks_needed": needed,
        "ranks_words": ranks_words(needed, len(table)),
        "ranks_limit": ranks_limit(needed, len(table)),
        "rise_range": _span(table["rise"], 1),
        "fall_range": _span(table["fall"], 2),
        "shared_months": shared_months(top, window_months),
        "n_sharing": len(set(sum(_sharing(top, window_months), ()))),
    }


def ranks_words(needed: int, looks: int) -> str:
    """What the floors of p leave to be found once all looks are counted."""
    if needed > looks:
        return f"not even all of them ranking first could have reached {GOAL}"
    if needed > 1:
        return (
            f"no single one could have reached {GOAL}: {needed} of {looks} would have to rank first"
        )
    return f"a single one that ranks first could have reached {GOAL}"


def ranks_limit(needed: int, looks: int) -> str:
    """What was settled by the number of dates and years alone, for the limits of the page."""
    fixed = "was fixed before any death was counted"
    if needed > looks:
        who = f"not even all {looks} dates ranking first" if looks > 1 else "not even a first rank"
        return f"{who} could bring a q to 0.10, which {fixed}"
    if needed > 1:
        return (
            f"{needed} of the {looks} dates would have to rank first before any q could reach "
            f"0.10; that fewer could not {fixed}"
        )
    return "one date that ranks first can bring its q to 0.10"


def _span(values: pd.Series, digits: int) -> str:
    low, high = f"{values.min():.{digits}f}", f"{values.max():.{digits}f}"
    return f"×{low}" if low == high else f"×{low} to ×{high}"


def shared_months(top: pd.DataFrame, window_months: int = 3) -> str:
    """Which of these dates have months of their windows in common, in words.

    Windows that overlap are not separate findings: one unusual quarter serves both.
    """
    months = top["month"].tolist()
    close = [f"{months[i]:%B %Y} and {months[j]:%B %Y}" for i, j in _sharing(top, window_months)]
    if not close:
        return "their windows share no month"
    return f"the windows of {'; '.join(close)} share months"


def _sharing(top: pd.DataFrame, window_months: int) -> list[tuple[int, int]]:
    """Positions of each two dates whose windows have months in common."""
    months = list(top["month"])
    return [
        (i, j)
        for i in range(len(months))
        for j in range(i + 1, len(months))
        if abs((months[j] - months[i]).n) <= 2 * window_months
    ]


def left_out_words(
    headline: pd.DataFrame, table: pd.DataFrame, values: pd.Series, window_months: int = 3
) -> str:
    """How many headline dates can be compared, and which cannot and why.

    Parameters
    ----------
    headline
        Headline rows of the decisions table.
    table
        From `season_matched_table`.
    values
        Monthly values that were compared.
    """
    out = headline[~headline["decision_id"].isin(table["decision_id"])]
    said = f"{len(table)} of the {len(headline)} headline dates can be compared"
    if out.empty:
        return f"all {said.partition(' the ')[2]}"
    known = values.dropna().index
    named, outside = [], 0
    for row in out.sort_values(["date_kabul", "decision_id"]).itertuples():
        month = row.date_kabul.to_period("M")
        if not known.min() <= month <= known.max():
            outside += 1
            continue
        reason = f"fewer than {FEWEST_YEARS} other years"
        for side, step in (("after", 1), ("before", -1)):
            there = sum(month + step * i in known for i in range(1, window_months + 1))
            if there < window_months:
                reason = f"{f'{there} of {window_months}' if there else 'no'} months {side} it"
                break
        named.append(f"{row.label}, {month:%B %Y} ({reason})")
    if outside:
        named.append(f"{outside} outside the period")
    return f"{said}; left out: {'; '.join(named)}"


def lowest_q(tables: dict[str, pd.DataFrame]) -> tuple[int, float]:
    """How many looks all measures make together, and the lowest q over all of them."""
    every = np.concatenate([t["p"].to_numpy(dtype=float) for t in tables.values()])
    return len(every), round(float(multipletests(every, method="fdr_bh")[1].min()), 2)


KINDS = {
    "surge_announcement": "announcements of more troops",
    "drawdown_announcement": "announcements of withdrawal",
    "transition_tranche": "announcements of areas handed over",
    "agreement": "agreements",
    "mission_change": "ends or changes of a mission",
}


def kinds_words(decisions: pd.DataFrame, table: pd.DataFrame) -> str:
    """Which kinds of steps the dates of a table are, most frequent first."""
    own = decisions.set_index("decision_id").loc[table["decision_id"], "kind"].astype(str)
    counts = own.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    parts = []
    for kind, n in counts.items():
        name = KINDS.get(kind, kind.replace("_", " "))
        parts.append(f"{n} {name}" if n > 1 else f"1 {_single(name)}")
    return ", ".join(parts)


def _single(name: str) -> str:
    head, _, rest = name.partition(" ")
    if head in ("announcements", "agreements"):
        return f"{head[:-1]} {rest}".strip()
    return name.replace("ends or changes", "end or change")


def season_alone(values: pd.Series, window_months: int = 3, counts: bool = False) -> pd.DataFrame:
    """What the calendar does to a before-and-after comparison, with no decision at all.

    Returns
    -------
    DataFrame
        One row a calendar month with a whole window in at least one year: ``month``,
        ``years``, ``rises`` (years with more after than before), ``change`` (median over
        the years, signed percent).
    """
    rows = []
    for number in range(1, 13):
        found = same_month_changes(values, number, window_months, counts)
        if len(found):
            rows.append({"month": calendar.month_abbr[number], "years": len(found),
                         "rises": int((found > 0).sum()),
                         "change": percent(math.exp(found.median()))})  # fmt: skip
    return pd.DataFrame(rows, columns=["month", "years", "rises", "change"])


def season_example(values: pd.Series, window_months: int = 3, counts: bool = False) -> str:
    """In how many years deaths rise around the month after which they rise most, in words.

    Picked for its median among the twelve: an example of what the calendar does.
    """
    found = {
        number: changes
        for number in range(1, 13)
        if len(changes := same_month_changes(values, number, window_months, counts))
    }
    if not found:
        return "No year has whole windows around a month."
    top = max(found, key=lambda number: found[number].median())
    rises, years = int((found[top] > 0).sum()), len(found[top])
    span = f"{window_months} months" if window_months > 1 else "month"
    return (
        f"Around {calendar.month_name[top]}, the month with the strongest rise, recorded deaths "
        f"were higher in the {span} after than in the {span} before in {rises} of {years} years "
        f"(median {percent(math.exp(found[top].median()))})."
    )


def reporting_words(top: pd.DataFrame, reports: pd.Series) -> str:
    """How many reports the years of these dates have, and the other years, in words.

    The most extreme count of offensives may only be that of the year most written about.

    Parameters
    ----------
    top
        Dates with their ``date``, such as `extremes` returns.
    reports
        Reports on the selected offensives by year.
    """
    years = sorted(set(top["date"].dt.year))
    span = f"{reports.min():,} to {reports.max():,}"
    if not years or len(reports) < 2:
        return f"{span} reports a year"
    others = reports.drop(years)
    own = " and ".join(f"{year} has {reports[year]:,} reports" for year in years)
    if others.empty:
        return own
    return f"{own}, the other years {others.min():,} to {others.max():,} each"


def beyond_chance(eras: pd.DataFrame, numbers: bool = True) -> str:
    """Which single eras pass the test of the season, in words; empty for fewer than two.

    Parameters
    ----------
    eras
        Rows of `peak_to_trough` that have a ``chance``, single eras only.
    numbers
        Whether each era that passes has its ratio and what chance reaches beside it.

    Returns
    -------
    str
        Where luck would let as many pass in more
        than one case of twenty, that is said too.
    """
    among = len(eras)
    if among < 2:
        return ""
    passing = eras[eras["ratio"] > eras["chance"]]
    if passing.empty:
        return f"none of {among} single eras passes alone"
    if len(passing) == among:
        return f"each of {among} single eras passes alone"
    named = [
        f"{r.era} ({' against '.join(_beside(r.ratio, r.chance))})" if numbers else r.era
        for r in passing.itertuples()
    ]
    if len(passing) > 1:
        verb = f"{len(passing)} pass"
    else:
        near = (passing["ratio"] < BARELY * passing["chance"]).all()
        verb = "one barely passes" if near else "one passes"
    text = f"of {among} single eras {verb}, {' and '.join(named)}"
    if by_luck(len(passing), among) <= LUCK:
        return text
    return f"{text}, as {'one' if len(passing) == 1 else 'so many'} may by luck"


def by_luck(passing: int, among: int) -> float:
    """Probability that at least so many of `among` eras pass although none has a season."""
    return float(stats.binom.sf(max(passing, 1) - 1, among, LUCK))


def _beside(ratio: float, chance: float) -> tuple[str, str]:
    """Two ratios with one decimal, with two where one would make them look equal."""
    digits = 1 if f"{ratio:.1f}" != f"{chance:.1f}" else 2
    return f"{ratio:.{digits}f}", f"{chance:.{digits}f}"


def _eras(ratios: pd.DataFrame) -> pd.DataFrame:
    return ratios[_tested(ratios) & ratios["era"].isin(list(ERAS))]


def _tested(ratios: pd.DataFrame) -> pd.Series:
    """Whether a row rests on enough full years to be set beside chance."""
    return ratios[["low", "chance"]].notna().all(axis=1)


def luck_words(deaths: pd.DataFrame, offensives: pd.DataFrame) -> str:
    """How often luck would let as many eras pass: of deaths, and of both measures.

    Parameters
    ----------
    deaths, offensives
        From `peak_to_trough`.
    """
    own, every = _eras(deaths), pd.concat([_eras(deaths), _eras(offensives)])
    if own.empty:
        return "No era of deaths is long enough for this test."
    said = []
    for rows in (own, every):
        passing = max(1, int((rows["ratio"] > rows["chance"]).sum()))
        share = 100 * by_luck(passing, len(rows))
        often = f"{share:.0f} times" if share >= 1.5 else "about once" if share >= 0.5 else "hardly"
        least = "one" if passing == 1 else passing
        said.append((f"{least} or more of" if len(rows) > 1 else "the", len(rows), often))
    (first, eras, often), (both, looks, oftener) = said
    return (
        f"If no era had a season and the looks were independent, {first} {eras} would pass {often} "
        f"in 100, and {both} all {looks} looks, offensives included, {oftener}."
    )


def season_numbers(ratios: pd.DataFrame) -> dict[str, Any]:
    """Recorded numbers of `peak_to_trough`: all full years, and each era beside its chance."""
    eras = _eras(ratios)
    beyond = eras[eras["ratio"] > eras["chance"]]["era"]
    named = [f"{r.ratio:.2f} in {r.era} (chance {r.chance:.2f})" for r in eras.itertuples()]
    found: dict[str, Any] = {
        "season_all": "not known",
        "season_chance": "not known",
        "season_eras": ", ".join(named) or "not known: no era has three full years",
        "season_heading": "Deaths and offensives by calendar month: too few full years to test "
        "a season",
        "eras_beyond_chance": f"{len(beyond)} of {len(eras)}"
        + (f" ({', '.join(beyond)})" if len(beyond) else ""),
        "eras_alone": beyond_chance(eras, numbers=False),
    }
    whole = ratios[_tested(ratios) & (ratios["era"] == "all full years")]
    if len(whole):
        row = next(whole.itertuples())
        ratio, chance = _beside(row.ratio, row.chance)
        found |= {
            "season_all": f"{row.ratio:.1f} ({row.low:.1f} to {row.high:.1f})",
            "season_ratio": ratio,
            "season_chance": chance,
            "season_real": bool(row.ratio > row.chance),
            "season_heading": f"Over all full years the peak month had {ratio} times the deaths "
            f"of the trough, and 95 of 100 random shifts stay below {chance}"
            + (f"; {alone}" if (alone := beyond_chance(eras)) else ""),
        }
    return found


def spread(left: pd.DataFrame, fan: pd.DataFrame, window_months: int = 3) -> dict[str, str]:
    """Recorded numbers of `leave_one_out` and of the fan around the median."""
    median, others = left["ratio"].iloc[0], left["ratio"].iloc[1:]
    after = np.exp(fan[fan["lag"].between(1, window_months)][["median_low", "median_high"]])
    low, high = after["median_low"].min(), after["median_high"].max()
    outside = median < low or median > high
    span = f"{percent(others.min())} to {percent(others.max())}"
    return {
        "median_change": percent(median),
        "median_verdict": "lies outside what placebo years give"
        if outside
        else "cannot be told from none",
        "left_out_range": span if others.notna().any() else "not known",
        "placebo_range": f"{percent(low)} to {percent(high)}",
    }


def answer(results: dict[str, Any]) -> str:
    """Answer of notebook 03, with its doubt, in the first sentence; detail after it."""
    n, looks, sharing = results["n_extreme"], results["n_decisions"], results["n_sharing"]
    steps = f"{n} of {looks} step{'s' if looks > 1 else ''} of troop policy"
    could = f"over all {looks} looks {results['ranks_words'].partition(':')[0]}"
    if looks == 1:
        passed = results["ranks_needed"] <= 1
        could = (
            f"with so few other years it {'could' if passed else 'could not'} have reached {GOAL}"
        )
    further = "further from the usual course of those months than in any other year"
    few = "The step is" if n == 1 else f"The {n} steps are"
    named = f"{few} {results['extreme']}" if n else "No step ranks first"
    luck = f"luck gives about {results['expected_extreme']}"
    if sharing:
        luck += f"; {f'{sharing} of the {n}' if sharing < n else 'these'} share months"
    detail = (
        f"{named} ({luck}). Only rises of {results['rise_range']} or falls to "
        f"{results['fall_range']}, by date, would have ranked first."
    )
    if results["season_chance"] == "not known":
        return f"After {steps} recorded deaths lay {further}, but {could}. {detail}"
    real = results["season_real"]
    season = "have a season" if real else "have no season that can be told from chance"
    alone = results["eras_alone"]
    if alone.startswith("none"):
        alone += ", which does not show that they lack one"
    elif alone.startswith("of"):
        alone += ", and the others are not shown to lack one"
    return (
        f"Recorded deaths {season}, and after {steps} they lay {further}, but {could}. "
        f"Over full years the peak month of deaths in all wars of the state had "
        f"{results['season_ratio']} times those of the trough (95 of 100 random shifts: below "
        f"{results['season_chance']}){f'; {alone}' if alone else ''}. {detail}"
    )
