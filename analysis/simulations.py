"""Invented series in which the truth is known, to see whether the methods recover it.

Season, memory and trend are those measured on the monthly deaths of this war; only the
effect is put in by hand. Used by the tests and by ``benchmarks/recovery_leadlag.py``.
"""

import math

import numpy as np
import pandas as pd
from scipy.signal import lfilter

# Of log deaths: half the log of 2.1 to 1, and memory and spread about year and season.
AMPLITUDE = 0.375
MEMORY = 0.4
SPREAD = 0.3
BURN = 100


def autoregression(
    rng: np.random.Generator, n: int, memory: float = MEMORY, spread: float = SPREAD
) -> np.ndarray:
    """AR(1) with standard deviation `spread`, shape (n,)."""
    shocks = rng.normal(0, spread * math.sqrt(1 - memory**2), n + BURN)
    return lfilter([1.0], [1.0, -memory], shocks)[BURN:]


def season(months: pd.PeriodIndex, amplitude: float = AMPLITUDE) -> np.ndarray:
    """Log seasonal course with its peak in late July."""
    return amplitude * np.cos(2 * np.pi * (months.month.to_numpy() - 0.5 - 7.3) / 12)


def pair(
    rng: np.random.Generator,
    months: pd.PeriodIndex,
    link: float = 0.0,
    lag: int = 0,
    memory: float = MEMORY,
    amplitude: float = AMPLITUDE,
    growth: float = 0.1,
    counts: float | None = None,
) -> tuple[pd.Series, pd.Series]:
    """Two monthly series that share season and trend, and nothing else unless linked.

    Parameters
    ----------
    link
        Correlation of the shocks of the first with those of the second `lag` months later.
    memory
        Autoregressive coefficient of both.
    growth
        Shared trend, log units a year.
    counts
        Mean a month of the first series if it is to be a Poisson count around its rate;
        None for a positive number like the second. Counting dilutes the link.

    Returns
    -------
    x, y : Series
        Named ``x`` and ``y``, on `months`.
    """
    n, width = len(months), abs(lag)
    shocks = rng.normal(size=n + BURN + width)
    other = rng.normal(size=n + BURN + width)
    late = np.roll(shocks, lag)
    scale = SPREAD * math.sqrt(1 - memory**2)

    def coloured(values: np.ndarray) -> np.ndarray:
        return lfilter([1.0], [1.0, -memory], scale * values)[-n - width :][:n]

    common = season(months, amplitude) + growth * np.arange(n) / 12
    first = common + coloured(shocks)
    second = common + coloured(link * late + math.sqrt(1 - link**2) * other)
    x = np.exp(first + math.log(500))
    if counts is not None:
        x = rng.poisson(np.exp(first - common.mean()) * counts).astype(float)
    return (
        pd.Series(x, index=months, name="x"),
        pd.Series(np.exp(second + math.log(500)), index=months, name="y"),
    )


def gaps(months: pd.PeriodIndex, known: int, rng: np.random.Generator) -> np.ndarray:
    """Mask of `known` months in random order of publication, shape (n,)."""
    mask = np.zeros(len(months), bool)
    mask[rng.choice(len(months), known, replace=False)] = True
    return mask


def monthly_counts(
    rng: np.random.Generator,
    months: pd.PeriodIndex,
    mean: float,
    peak_to_trough: float = 1.0,
    later: str | None = None,
    ratio: float = 1.0,
    memory: float = MEMORY,
    spread: float = SPREAD,
) -> pd.Series:
    """Overdispersed counts with a known season and a known change of rate.

    Parameters
    ----------
    mean
        Counts a month at the outset.
    peak_to_trough
        Rate of the highest over that of the lowest month.
    later
        First month of the new rate, such as ``2010-01``.
    ratio
        New rate over the old one.
    """
    wave = season(months, 1.0)
    wave = wave / (wave.max() - wave.min()) * math.log(peak_to_trough)
    rate = np.log(mean) + wave + autoregression(rng, len(months), memory, spread)
    if later is not None:
        rate = rate + math.log(ratio) * (months >= pd.Period(later, "M"))
    counts = rng.poisson(np.exp(rate - spread**2 / 2)).astype(float)
    return pd.Series(counts, index=months, name="counts")


def stepped_level(
    rng: np.random.Generator,
    months: pd.PeriodIndex,
    step: float = 0.0,
    at: str | None = None,
    memory: float = MEMORY,
    spread: float = SPREAD,
) -> pd.Series:
    """Log level with memory and, from month `at` on, a shift of `step`."""
    values = autoregression(rng, len(months), memory, spread)
    if at is not None:
        values = values + step * np.asarray(months >= pd.Period(at, "M"))
    return pd.Series(values, index=months, name="level")
