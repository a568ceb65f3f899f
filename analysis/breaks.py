"""When a monthly level changed, told apart from a series that merely remembers.

A series that wanders looks broken: the usual penalty finds four to nine breaks where there
are none. Here the penalty is scaled by the long-run variance of the deseasonalised rate,
which prewhitening gives, and the place of a break is a distribution, not a line. Read
`find_breaks` first, then `break_locations` and `memory_share`.
"""

import math
import warnings
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
import ruptures
import statsmodels.api as sm
from scipy.signal import lfilter
from statsmodels.tsa.ar_model import AutoReg

from analysis.errors import EmptySelectionError
from analysis.rates import BLOCK, SEED

MIN_SEGMENT = 6
MIN_MONTHS = 36
DRAWS = 499
NEAR = 6
MEMORY_ORDER = 3
Z80 = 0.8416  # a normal value lies below its mean plus this with probability 0.8


@dataclass(frozen=True)
class Breaks:
    """Change points of one series, by four searches that differ only in strictness.

    Attributes
    ----------
    level
        Deseasonalised series, PeriodIndex[M], no missing months.
    found
        First month of each new level; penalty scaled by the long-run variance of the whole
        series, shifts included.
    refined
        The same with the long-run variance around the breaks found so far, repeated until
        none is added: what follows if the first ones are granted.
    whitened
        The same as `found`, searched on the prewhitened series itself.
    naive
        With the usual penalty, which takes months for independent.
    memory
        First-order autocorrelation, robust to level shifts.
    short_variance, long_variance
        Variance behind the naive penalty and behind `found`.
    detectable
        Smallest shift that `found` would show with probability 0.8 a third of the way in,
        in the units of the series: the penalty of `found`, and the noise around the refined
        breaks.
    """

    level: pd.Series
    found: tuple[pd.Period, ...]
    refined: tuple[pd.Period, ...]
    whitened: tuple[pd.Period, ...]
    naive: tuple[pd.Period, ...]
    memory: float
    short_variance: float
    long_variance: float
    detectable: float


def shift_robust_memory(values: np.ndarray) -> float:
    """First-order autocorrelation from differences, which a few level shifts barely move.

    Notes
    -----
    For an AR(1) the mean squared difference two months apart over the one a month apart
    is 1 + rho. Chakar, Lebarbier, Lévy-Leduc and Robin 2017 take medians for robustness
    to outliers; with means, false breaks were several times rarer at this length.
    """
    one = np.mean(np.diff(values) ** 2)
    two = np.mean((values[2:] - values[:-2]) ** 2)
    return float(np.clip(two / one - 1, 0.0, 0.95)) if one > 0 else 0.0


def prewhiten_level(values: np.ndarray, memory: float) -> np.ndarray:
    """Series less its remembered share; a level shift of d becomes one of d (1 - memory)."""
    return np.r_[(1 - memory) * values[:1], values[1:] - memory * values[:-1]]


def long_run_variance(values: np.ndarray, memory: float | None = None) -> float:
    """Long-run variance, prewhitened and recoloured (Andrews and Monahan 1992).

    Parameters
    ----------
    values
        Complete series in time order, shape (n,).
    memory
        Autocorrelation used to whiten; `shift_robust_memory` of the series if None.

    Notes
    -----
    The HAC sum over the whitened series runs to 4 (n / 100)^(2/9) lags (Newey and West
    1994). Without it, taking out a season leaves too little memory to see and one series
    in eight without a break shows one. Level shifts in `values` stay in the variance, so
    a penalty built on it errs towards too few breaks.
    """
    memory = shift_robust_memory(values) if memory is None else memory
    rest = prewhiten_level(values, memory)[1:]
    lags = int(4 * (len(values) / 100) ** (2 / 9))
    fit = sm.OLS(rest, np.ones(len(rest))).fit(cov_type="HAC", cov_kwds={"maxlags": lags})
    hac = float(fit.cov_params()[0, 0]) * len(rest)
    return max(float(rest.var()), hac) / (1 - memory) ** 2


def naive_variance(values: np.ndarray) -> float:
    """Variance of one month from neighbouring months, right only for independent ones."""
    return float(np.mean(np.diff(values) ** 2) / 2)


def penalised_breaks(values: np.ndarray, variance: float) -> list[int]:
    """Positions of level shifts by penalised least squares (PELT; Killick et al. 2012).

    Parameters
    ----------
    values
        Series, shape (n,).
    variance
        Noise variance that scales the penalty ``2 log(n) variance``.

    Returns
    -------
    list of int
        Position of the first month of each new level; segments of at least six months.
    """
    penalty = max(2 * math.log(len(values)) * variance, 1e-12)
    return _finder(values).predict(pen=penalty)[:-1]


def _finder(values: np.ndarray) -> ruptures.KernelCPD:
    # The linear kernel is least squares in compiled code: the same breaks, sooner.
    return ruptures.KernelCPD(kernel="linear", min_size=MIN_SEGMENT).fit(values.reshape(-1, 1))


def refined_breaks(values: np.ndarray, breaks: list[int], passes: int = 5) -> list[int]:
    """Positions when the noise is measured around the breaks found so far."""
    for _ in range(passes):
        rest = values - segment_means(values, breaks)
        more = penalised_breaks(values, long_run_variance(rest))
        if len(more) <= len(breaks):
            return breaks
        breaks = more
    return breaks


def segment_means(values: np.ndarray, breaks: list[int]) -> np.ndarray:
    """Mean of the segment each month lies in, shape of `values`."""
    edges = [0, *breaks, len(values)]
    return np.concatenate([np.full(b - a, values[a:b].mean()) for a, b in pairwise(edges)])


def find_breaks(level: pd.Series) -> Breaks:
    """Search one deseasonalised series for level shifts.

    Parameters
    ----------
    level
        From `analysis.rates.deseasonalise` with ``keep_level=True``; missing months at
        either end are cut off.

    Raises
    ------
    EmptySelectionError
        If fewer than `MIN_MONTHS` months are left, or months are missing in between: a
        level shift inside a gap has no date.
    """
    first, last = level.first_valid_index(), level.last_valid_index()
    series = level.loc[first:last] if first is not None else level.dropna()
    if len(series) < MIN_MONTHS or series.isna().any():
        raise EmptySelectionError(
            f"{level.name}: change points need {MIN_MONTHS} months in a row with a value; "
            f"there are {len(series)}, {int(series.isna().sum())} of them missing. "
            "Widen start and end."
        )
    values = series.to_numpy(float)
    memory = shift_robust_memory(values)
    long = long_run_variance(values)
    white = prewhiten_level(values, memory)
    found = penalised_breaks(values, long)
    refined = refined_breaks(values, found)
    rest = values - segment_means(values, refined)
    noise = math.sqrt(long_run_variance(rest))
    third = 2 / 9 * (len(values) - 2 * math.log(len(values)))

    def dates(places: list[int]) -> tuple[pd.Period, ...]:
        return tuple(series.index[p] for p in places)

    return Breaks(
        level=series,
        found=dates(found),
        refined=dates(refined),
        whitened=dates(penalised_breaks(white, long * (1 - memory) ** 2)),
        naive=dates(penalised_breaks(values, naive_variance(values))),
        memory=memory,
        short_variance=naive_variance(values),
        long_variance=long,
        # The penalty is built on the whole series' variance, shifts included, and the chance
        # around a shift on the noise between the refined breaks.
        detectable=(math.sqrt(2 * math.log(len(values)) * max(long, noise**2)) + Z80 * noise)
        / math.sqrt(third),
    )


def break_locations(breaks: Breaks, draws: int = DRAWS, level: float = 0.9) -> pd.DataFrame:
    """Where each break lies when the noise around the levels is drawn again.

    Parameters
    ----------
    breaks
        From `find_breaks`; the breaks of `refined` are located.
    draws
        Bootstrap samples: levels held, whitened residuals resampled in circular blocks
        and given their memory back.
    level
        Share of draws between ``low`` and ``high``.

    Returns
    -------
    DataFrame
        One row a break and month: ``break`` (its estimated month), ``month``, ``share`` of
        draws that place it there when the number of breaks is held, ``low``, ``high``
        (months), ``found`` (also among `Breaks.found`), ``again`` (share of draws in which
        the refined search, done afresh, finds a break within six months). Empty if there
        are no breaks.
    """
    values, index = breaks.level.to_numpy(float), breaks.level.index
    places = [index.get_loc(m) for m in breaks.refined]
    columns = ["break", "month", "share", "low", "high", "found", "again"]
    if not places:
        return pd.DataFrame(columns=columns)
    fitted = segment_means(values, places)
    memory = shift_robust_memory(values - fitted)
    rest = prewhiten_level(values - fitted, memory)[1:]
    rest = rest - rest.mean()
    rng = np.random.default_rng(SEED)
    held = np.empty((draws, len(places)), int)
    again = np.zeros(len(places))
    for i in range(draws):
        sample = fitted + recolour(_blocks(rest, len(values), rng), memory)
        held[i] = _finder(sample).predict(n_bkps=len(places))[:-1]
        once = penalised_breaks(sample, long_run_variance(sample))
        free = np.array(refined_breaks(sample, once))
        again += [bool(len(free)) and np.abs(free - p).min() <= NEAR for p in places]
    rows = []
    for k, place in enumerate(places):
        low, high = np.quantile(held[:, k], [(1 - level) / 2, (1 + level) / 2])
        near = any(abs((index[place] - m).n) <= NEAR for m in breaks.found)
        for month, count in zip(*np.unique(held[:, k], return_counts=True), strict=True):
            rows.append(
                {
                    "break": index[place],
                    "month": index[month],
                    "share": count / draws,
                    "low": index[math.floor(low)],
                    "high": index[math.ceil(high)],
                    "found": near,
                    "again": again[k] / draws,
                }
            )
    return pd.DataFrame(rows, columns=columns)


def _blocks(rest: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    starts = rng.integers(0, len(rest), size=-(-n // BLOCK))
    return rest[((starts[:, None] + np.arange(BLOCK)) % len(rest)).ravel()[:n]]


def recolour(shocks: np.ndarray, memory: float) -> np.ndarray:
    """AR(1) with the given shocks, started at its own spread."""
    first = shocks[:1] / math.sqrt(1 - memory**2)
    return lfilter([1.0], [1.0, -memory], np.r_[first, shocks[1:]])


def memory_share(breaks: Breaks, draws: int = DRAWS) -> dict[str, float | int]:
    """How often a series without any break, only with long memory, looks as broken.

    Returns
    -------
    dict
        ``order`` and ``memory`` (sum of coefficients) of the autoregression fitted to the
        whole series as if it had no break; ``share``: of series simulated from it, those
        in which the same search finds at least as many breaks as `Breaks.found` (at least
        one); ``naive_share``: the same for the naive search.

    Notes
    -----
    A level that shifts rarely and a level that wanders slowly can leave the same trace.
    A high share says that the data cannot tell the two apart.
    """
    values = breaks.level.to_numpy(float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fits = [AutoReg(values, p, hold_back=MEMORY_ORDER).fit() for p in range(1, 4)]
    fit = min(fits, key=lambda f: f.bic)
    constant, phi = fit.params[0], np.asarray(fit.params[1:])
    rng = np.random.default_rng(SEED)
    rest = fit.resid - fit.resid.mean()
    total = float(phi.sum())
    burn = 200
    more = naive_more = 0
    for _ in range(draws):
        shocks = rng.choice(rest, len(values) + burn)
        sample = lfilter([1.0], np.r_[1.0, -phi], shocks)[burn:]
        if total < 1:
            sample = sample + constant / (1 - total)
        more += len(penalised_breaks(sample, long_run_variance(sample))) >= max(
            1, len(breaks.found)
        )
        naive_more += len(penalised_breaks(sample, naive_variance(sample))) >= max(
            1, len(breaks.naive)
        )
    return {
        "order": len(phi),
        "memory": total,
        "share": more / draws,
        "naive_share": naive_more / draws,
    }
