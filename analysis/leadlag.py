"""Which of two monthly series moves first, if either does.

Two series that share a fighting season correlate whatever else is true. So each is
stripped of season and trend (`analysis.rates.deseasonalise`), then of its own memory
(`prewhiten`), and only what is left is correlated (Haugh 1976). Gaps stay gaps: the filter
steps over them and the number of pairs is stated at each lag. What comes out is
description: months with more of one tended to follow months with more of the other.
"""

import math
import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.tsa.statespace.sarimax import SARIMAX

from analysis.errors import EmptySelectionError
from analysis.rates import POWER, SEED, Scale, deseasonalise, design

LAGS = 6
MAX_ORDER = 3
PERMUTATIONS = 1999
MIN_PAIRS = 10
BLOCK_PAIRS = 6


@dataclass(frozen=True)
class Whitened:
    """What is left of a series once its own past is known.

    Attributes
    ----------
    innovations
        Standardised one-step forecast errors, missing where the series is.
    order
        Autoregressive order, chosen by BIC.
    coefficients
        Autoregressive coefficients, shape (order,).
    """

    innovations: pd.Series
    order: int
    coefficients: np.ndarray


def prewhiten(values: pd.Series, max_order: int = MAX_ORDER) -> Whitened:
    """Standardised innovations of an autoregression fitted around the gaps.

    Parameters
    ----------
    values
        Month by month without holes in the index; missing values allowed.
    max_order
        Highest order tried, and at most one for every 25 known months; the order with the
        lowest BIC is taken.

    Notes
    -----
    The likelihood comes from the Kalman filter (Jones 1980), which carries the forecast
    across missing months with the wider error that belongs to it. Nothing is filled in.
    """
    known = values.dropna()
    scale = float(known.std()) or 1.0
    y = ((values - known.mean()) / scale).to_numpy(float)
    known_places = ~np.isnan(y)
    best = None
    for order in range(min(max_order, len(known) // 25) + 1):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fit = SARIMAX(y, order=(order, 0, 0)).fit(disp=0)
        errors = fit.filter_results.standardized_forecasts_error[0]
        # One fit in a few hundred stops at a variance without meaning; standardised errors
        # have a spread near one or the fit is not one.
        sound = 0.5 < errors[known_places].std() < 2
        if best is None or (sound and fit.bic < best[0]):
            best = (fit.bic if sound else math.inf, errors if sound else y, fit.arparams)
    _, errors, coefficients = best
    innovations = pd.Series(np.where(known_places, errors, np.nan), index=values.index)
    return Whitened(innovations.rename(values.name), len(coefficients), np.array(coefficients))


def cross_correlation(x: pd.Series, y: pd.Series, lags: int = LAGS) -> pd.DataFrame:
    """Correlation of x with y `lag` months later, pair by pair, without filling gaps.

    Returns
    -------
    DataFrame
        ``lag`` from -lags to lags (above zero: x comes first), ``n`` pairs in which both
        months are known, ``r`` (missing below `MIN_PAIRS` pairs or without variation).
    """
    a, b = x.to_numpy(float), y.reindex(x.index).to_numpy(float)
    rows = []
    for lag in range(-lags, lags + 1):
        left, right = _shifted(a, b, lag)
        both = ~np.isnan(left) & ~np.isnan(right)
        rows.append({"lag": lag, "n": int(both.sum()), "r": _pearson(left[both], right[both])})
    return pd.DataFrame(rows)


def _shifted(a: np.ndarray, b: np.ndarray, lag: int) -> tuple[np.ndarray, np.ndarray]:
    n = len(a)
    if lag >= 0:
        return a[: n - lag], b[lag:]
    return a[-lag:], b[: n + lag]


def _pearson(a: np.ndarray, b: np.ndarray) -> float:
    if len(a) < MIN_PAIRS or a.std() == 0 or b.std() == 0:
        return math.nan
    return float(np.corrcoef(a, b)[0, 1])


def lead_lag(
    x: pd.Series,
    y: pd.Series,
    x_scale: Scale = "counts",
    y_scale: Scale = "counts",
    lags: int = LAGS,
    level: float = 0.95,
) -> pd.DataFrame:
    """Prewhitened cross-correlation with pointwise and joint bands, and the raw one.

    Parameters
    ----------
    x, y
        Monthly series on the same PeriodIndex[M]; missing values allowed.
    x_scale, y_scale
        See `analysis.rates.deseasonalise`.
    lags
        Months either way.
    level
        Coverage of both bands.

    Returns
    -------
    DataFrame
        One row a lag: ``lag`` (above zero: x first), ``n``, ``r``, ``low``, ``high``
        (Fisher interval of r), ``pointwise`` and ``joint`` (half-widths of the bands
        around zero), ``p_joint``, ``detectable`` (smallest correlation found with
        probability 0.8 at the joint band), ``raw_r``, ``raw_n``.

    Raises
    ------
    EmptySelectionError
        If the two share too few months.

    Notes
    -----
    The joint band is the maximum over lags of ``|r| sqrt(n)`` when the innovations of x
    are shuffled among its known months. It covers all lags at once: the best of thirteen
    prewhitened lags passes the pointwise band in half of all unrelated pairs.
    """
    y = y.reindex(x.index)
    shared = int((x.notna() & y.notna()).sum())
    left = prewhiten(deseasonalise(x, x_scale)).innovations
    right = prewhiten(deseasonalise(y, y_scale)).innovations
    table = cross_correlation(left, right, lags)
    if not table["r"].notna().any():
        raise EmptySelectionError(
            f"{x.name} and {y.name} share {shared} months with a value; a correlation needs "
            f"{MIN_PAIRS} after season and trend. Widen start and end."
        )
    raw = cross_correlation(x, y, lags)
    null = shuffled_correlations(left, right, lags)
    pairs = table["n"].to_numpy(float)
    used = table["r"].notna().to_numpy()
    highest = np.nanmax(np.abs(null[:, used]) * np.sqrt(pairs[used]), axis=1)
    reach = np.quantile(highest, level) / np.sqrt(pairs, where=used, out=np.full(len(used), np.nan))
    z = float(stats.norm.ppf((1 + level) / 2))
    around = np.full(len(used), np.nan)
    around[used] = np.quantile(np.abs(null[:, used]), level, axis=0)
    # The shuffles know how many degrees of freedom season and trend used up; Fisher's
    # formula does not, so it is given the spread that the shuffles show.
    spread = np.arctanh(np.minimum(around, 0.999)) / z
    height = np.abs(table["r"].to_numpy()) * np.sqrt(pairs)
    table["low"] = np.tanh(np.arctanh(table["r"]) - z * spread)
    table["high"] = np.tanh(np.arctanh(table["r"]) + z * spread)
    table["pointwise"] = around
    table["joint"] = np.minimum(reach, 1.0)
    table["p_joint"] = [
        float((1 + (highest >= h - 1e-12).sum()) / (1 + len(highest))) if h == h else math.nan
        for h in height
    ]
    table["detectable"] = np.tanh(
        np.arctanh(np.minimum(reach, 0.999)) + stats.norm.ppf(POWER) * spread
    )
    table["raw_r"], table["raw_n"] = raw["r"], raw["n"]
    return table


def shuffled_correlations(left: pd.Series, right: pd.Series, lags: int = LAGS) -> np.ndarray:
    """Correlations at each lag when the first series is shuffled among its known months.

    Returns
    -------
    array, shape (PERMUTATIONS, 2 * lags + 1)
        Missing where a lag has fewer than `MIN_PAIRS` pairs.

    Notes
    -----
    Gaps stay where they are, so each lag keeps its pairs. Each shuffle is stripped of
    season and trend again: two residuals of the same regressors share fewer dimensions
    than months, and without this the joint band let twice its rate pass.
    """
    a, b = left.to_numpy(float), right.to_numpy(float)
    rng = np.random.default_rng(SEED)
    known = np.flatnonzero(~np.isnan(a))
    drawn = rng.permuted(np.tile(a[known], (PERMUTATIONS, 1)), axis=1)
    basis, _ = np.linalg.qr(design(pd.PeriodIndex(left.index[known])).to_numpy())
    shuffled = np.full((PERMUTATIONS, len(a)), np.nan)
    shuffled[:, known] = drawn - (drawn @ basis) @ basis.T
    found = np.full((PERMUTATIONS, 2 * lags + 1), np.nan)
    for column, lag in enumerate(range(-lags, lags + 1)):
        rows, _ = _shifted(np.arange(len(a)), b, lag)
        _, partner = _shifted(a, b, lag)
        both = ~np.isnan(a[rows]) & ~np.isnan(partner)
        if both.sum() < MIN_PAIRS:
            continue
        moved, fixed = shuffled[:, rows[both]], partner[both]
        moved = moved - moved.mean(axis=1, keepdims=True)
        fixed = fixed - fixed.mean()
        norm = np.sqrt((moved**2).sum(axis=1) * (fixed**2).sum())
        found[:, column] = np.divide(moved @ fixed, norm, where=norm > 0, out=np.zeros(len(norm)))
    return found


def falsify(
    x: pd.Series,
    y: pd.Series,
    x_scale: Scale = "counts",
    y_scale: Scale = "counts",
    lag: int = 1,
    level: float = 0.95,
) -> dict[str, float | int | bool]:
    """Compare "x before y" with "x after y": next month's x cannot act on this month's y.

    Parameters
    ----------
    x
        The supposed forerunner, such as weapons released.
    y
        What it is supposed to come before, such as offensives.
    lag
        Months apart.

    Returns
    -------
    dict
        ``lag_r``, ``lag_n``: x `lag` months earlier; ``lead_r``, ``lead_n``: x `lag` months
        later; ``difference`` (lag less lead) with ``low``, ``high`` from a circular block
        bootstrap; ``lead_band``: half-width of the pointwise band of the lead;
        ``lead_is_noise``: the lead lies within it; ``directed``: the difference excludes
        zero and the lead is noise. Only then may an order of events be read at all.
    """
    left = prewhiten(deseasonalise(x, x_scale)).innovations.to_numpy(float)
    right = prewhiten(deseasonalise(y.reindex(x.index), y_scale)).innovations.to_numpy(float)
    earlier, later = np.full(len(left), np.nan), np.full(len(left), np.nan)
    earlier[lag:], later[:-lag] = left[:-lag], left[lag:]
    rows = np.column_stack([right, earlier, later])

    def both(part: np.ndarray) -> tuple[float, int, float, int]:
        found = []
        for column in (1, 2):
            known = ~np.isnan(part[:, 0]) & ~np.isnan(part[:, column])
            found += [_pearson(part[known, 0], part[known, column]), int(known.sum())]
        return tuple(found)

    lag_r, lag_n, lead_r, lead_n = both(rows)
    rng = np.random.default_rng(SEED)
    n = len(rows)
    differences = []
    for _ in range(499):
        starts = rng.integers(0, n, size=-(-n // BLOCK_PAIRS))
        index = ((starts[:, None] + np.arange(BLOCK_PAIRS)) % n).ravel()[:n]
        a, _, b, _ = both(rows[index])
        differences.append(a - b)
    tail = (1 - level) / 2
    kept = np.array(differences)[~np.isnan(differences)]
    low, high = np.quantile(kept, [tail, 1 - tail]) if len(kept) > 99 else (math.nan, math.nan)
    band = float(stats.norm.ppf((1 + level) / 2) / math.sqrt(max(lead_n, 1)))
    noise = bool(abs(lead_r) <= band)
    return {
        "lag_r": lag_r,
        "lag_n": lag_n,
        "lead_r": lead_r,
        "lead_n": lead_n,
        "difference": lag_r - lead_r,
        "low": float(low),
        "high": float(high),
        "lead_band": band,
        "lead_is_noise": noise,
        "directed": bool(noise and (low > 0 or high < 0)),
    }
