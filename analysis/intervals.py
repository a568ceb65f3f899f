"""How sure one can be of a count, a share or a ratio.

Every interval states its method; defaults are exact where an exact one exists.
"""

import math
from collections.abc import Callable

import numpy as np
from scipy import stats
from statsmodels.stats.proportion import proportion_confint


def poisson_interval(
    count: float, exposure: float = 1.0, level: float = 0.95
) -> tuple[float, float]:
    """Exact interval of a rate from a count (Garwood 1936).

    Parameters
    ----------
    count
        Events seen.
    exposure
        Months, or other units, in which they were seen.

    Returns
    -------
    low, high : float
        Events per unit of exposure.
    """
    tail = (1 - level) / 2
    low = stats.chi2.ppf(tail, 2 * count) / 2 if count > 0 else 0.0
    high = stats.chi2.ppf(1 - tail, 2 * (count + 1)) / 2
    return float(low / exposure), float(high / exposure)


def share_interval(yes: int, total: int, level: float = 0.95) -> tuple[float, float]:
    """Wilson interval of a share; (nan, nan) when nothing was counted."""
    if total == 0:
        return math.nan, math.nan
    low, high = proportion_confint(yes, total, alpha=1 - level, method="wilson")
    # The library misses the ends by a rounding error where none or all say yes.
    return (0.0 if yes == 0 else float(low)), (1.0 if yes == total else float(high))


def rate_ratio(
    after: float,
    before: float,
    exposure_after: float = 1.0,
    exposure_before: float = 1.0,
    level: float = 0.95,
) -> tuple[float, float, float]:
    """Ratio of two Poisson rates with an exact conditional interval.

    Returns
    -------
    ratio, low, high : float
        nan or inf where a count is zero.

    Notes
    -----
    Conditional on the total, the later count is binomial (Clopper and Pearson 1934),
    which gives the interval of the odds and so of the ratio.
    """
    total = after + before
    if total == 0:
        return math.nan, 0.0, math.inf
    tail = (1 - level) / 2
    low = stats.beta.ppf(tail, after, before + 1) if after else 0.0
    high = stats.beta.ppf(1 - tail, after + 1, before) if before else 1.0
    scale = exposure_before / exposure_after
    odds = [p / (1 - p) if p < 1 else math.inf for p in (low, high)]
    ratio = after / before * scale if before else math.inf
    return float(ratio), float(odds[0] * scale), float(odds[1] * scale)


def detectable_ratio(
    count: float, exposure_share: float = 0.5, level: float = 0.95, power: float = 0.8
) -> float:
    """Smallest rate ratio above one that a comparison of two periods would show.

    Parameters
    ----------
    count
        Events in both periods together.
    exposure_share
        Share of the time that falls in the later period.

    Returns
    -------
    float
        Ratio found with probability `power` by a two-sided exact test at ``1 - level``,
        if counts are Poisson; more for counts that cluster. inf if none below 50 is.
    """
    n = round(count)
    if n == 0:
        return math.inf
    critical = stats.binom.isf((1 - level) / 2, n, exposure_share) + 1
    for ratio in np.exp(np.linspace(0, math.log(50), 400)):
        share = exposure_share * ratio / (exposure_share * ratio + 1 - exposure_share)
        if stats.binom.sf(critical - 1, n, share) >= power:
            return float(ratio)
    return math.inf


def block_bootstrap(
    values: np.ndarray,
    statistic: Callable[[np.ndarray], float],
    block: int = 9,
    draws: int = 999,
    level: float = 0.95,
    seed: int = 20210815,
) -> tuple[float, float]:
    """Percentile interval from resampled blocks of rows (Kuensch 1989, circular).

    Parameters
    ----------
    values
        Array whose rows are in time order.
    statistic
        Function of an array of the same shape.
    block
        Rows a block; nine months match the memory of the monthly deaths.
    """
    rng = np.random.default_rng(seed)
    n = len(values)
    starts = rng.integers(0, n, size=(draws, math.ceil(n / block)))
    index = (starts[:, :, None] + np.arange(block)) % n
    results = [statistic(values[rows.ravel()[:n]]) for rows in index]
    tail = (1 - level) / 2
    low, high = np.nanquantile(results, [tail, 1 - tail])
    return float(low), float(high)
