"""How many a month, by season and by era: models of monthly counts with honest intervals.

The fighting season flattened over the war, so season is estimated within eras. Intervals
are the wider of two: HAC errors with twelve lags, and a circular block bootstrap. Read
`fit_rates` first, then `peak_to_trough`. Only whole months are modelled; a month without a
value is left out, never filled.
"""

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal, get_args

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats

from analysis.errors import EmptySelectionError

Level = Literal["era", "trend"]
Family = Literal["quasi-poisson", "negative-binomial"]
Scale = Literal["log", "counts"]

# First month of each era: surge, drawdown, advice mission, from the Doha agreement on.
ERAS = {"2007-09": "2007-01", "2010-14": "2010-01", "2015-19": "2015-01", "2020-21": "2020-01"}
LAST_WHOLE_MONTH = pd.Period("2021-07", "M")

HAC_LAGS = 12
BLOCK = 9
DRAWS = 499
STEPS = 6
FAR = 10.0
SEED = 20210815
POWER = 0.8
# Two Fourier pairs and a level need two full cycles before a season means anything.
MIN_MONTHS = 24
# Below this a season cannot be told from chance: 2.1 to 1 needs about 80 (Poisson).
MIN_EVENTS = 24


def whole_months(index: pd.PeriodIndex) -> pd.PeriodIndex:
    """Months that lie wholly before the end of the war; August 2021 is half a month."""
    return index[index <= LAST_WHOLE_MONTH]


def label_eras(months: pd.PeriodIndex) -> np.ndarray:
    """Era of each month, as in `ERAS`.

    Returns
    -------
    array of str, shape (n,)
    """
    starts = pd.PeriodIndex(list(ERAS.values()), freq="M")
    place = np.searchsorted(starts.asi8, months.asi8, side="right") - 1
    return np.array(list(ERAS))[np.maximum(place, 0)]


def season_eras(months: pd.PeriodIndex) -> np.ndarray:
    """Era whose season each month is given.

    Returns
    -------
    array of str, shape (n,)
        An era with fewer than `MIN_MONTHS` months shares the season of the era before
        it, or after it where none is before: the last nineteen months hold one spring of
        collapse, which no model can tell from a season.

    Raises
    ------
    EmptySelectionError
        If no era is long enough.
    """
    own = label_eras(months)
    present = [era for era in ERAS if (own == era).any()]
    long = [era for era in present if (own == era).sum() >= MIN_MONTHS]
    if not long:
        raise EmptySelectionError(
            f"A season needs {MIN_MONTHS} months with a value within one era "
            f"({', '.join(ERAS)}); here there are {len(months)}. Widen start and end."
        )
    order = list(ERAS)
    lender = {}
    for era in present:
        before = [e for e in long if order.index(e) <= order.index(era)]
        lender[era] = before[-1] if before else long[0]
    return np.array([lender[era] for era in own])


def design(months: pd.PeriodIndex, level: Level = "trend", pairs: int = 2) -> pd.DataFrame:
    """Regressors: a level for each era and Fourier pairs interacted with the season era.

    Parameters
    ----------
    months
        Months with a value.
    level
        ``era``: one intercept an era; ``trend``: an intercept and a slope (per year).
    pairs
        Fourier pairs; two describe one peak of any width.

    Returns
    -------
    DataFrame, shape (n, k)
        Columns ``level:<era>``, ``trend:<era>``, ``cos1:<season era>`` and so on.
    """
    own, lent = label_eras(months), season_eras(months)
    columns = {}
    for era in dict.fromkeys(own):
        inside = own == era
        columns[f"level:{era}"] = inside.astype(float)
        if level == "trend":
            time = (months.asi8 - months.asi8[inside].mean()) / 12
            columns[f"trend:{era}"] = np.where(inside, time, 0.0)
    for era in dict.fromkeys(lent):
        for name, wave in _waves(months.month.to_numpy(), pairs).items():
            columns[f"{name}:{era}"] = np.where(lent == era, wave, 0.0)
    return pd.DataFrame(columns, index=months)


def _waves(month: np.ndarray, pairs: int) -> dict[str, np.ndarray]:
    """Cosine and sine of the month of year (1 to 12)."""
    turns = {k: 2 * np.pi * k * (np.asarray(month, float) - 0.5) / 12 for k in range(1, pairs + 1)}
    return {f"{f}{k}": getattr(np, f)(turns[k]) for k in turns for f in ("cos", "sin")}


@dataclass(frozen=True)
class RateModel:
    """A fitted model of monthly counts.

    Attributes
    ----------
    counts
        Modelled months with their counts.
    design
        Regressors, same rows.
    result
        statsmodels GLM result with HAC covariance.
    family
        As asked of `fit_rates`.
    phi
        Pearson dispersion; 1 for a Poisson count, more when counts cluster.
    alpha
        Moment estimate of the NB2 parameter: variance = mean + alpha * mean squared.
    left_out
        Eras with too few events to be modelled.
    """

    counts: pd.Series
    design: pd.DataFrame
    result: object
    phi: float
    alpha: float
    pairs: int
    family: str
    left_out: tuple[str, ...]

    @cached_property
    def draws(self) -> np.ndarray:
        """Coefficients on resampled blocks of months, shape (DRAWS, k).

        Blocks are circular and stay within an era, so each era keeps its months (Politis
        and Romano 1992). Each resample is refitted by Fisher scoring from the estimate;
        coefficients further than `FAR` from it have run away and are missing.
        """
        rng = np.random.default_rng(SEED)
        y, x = self.counts.to_numpy(float), self.design.to_numpy()
        strata = _strata(label_eras(pd.PeriodIndex(self.counts.index)))
        rows = np.array(
            [np.concatenate([_circular_rows(s, rng) for s in strata]) for _ in range(DRAWS)]
        )
        weights = np.apply_along_axis(np.bincount, 1, rows, minlength=len(y))
        alpha = getattr(self.result.model.family, "alpha", 0.0)
        alpha = alpha if self.family == "negative-binomial" else 0.0
        products = (x[:, :, None] * x[:, None, :]).reshape(len(y), -1)
        k = x.shape[1]
        centre = self.result.params.to_numpy()
        found = np.tile(centre, (DRAWS, 1))
        for _ in range(STEPS):
            mean = np.exp(np.clip(found @ x.T, -25, 25))
            damp = weights / (1 + alpha * mean)
            score = (damp * (y - mean)) @ x
            information = ((damp * mean) @ products).reshape(-1, k, k) + 1e-9 * np.eye(k)
            step = np.linalg.solve(information, score[:, :, None])[:, :, 0]
            found = found + np.clip(step, -1, 1)
        found[np.abs(found - centre).max(axis=1) > FAR] = np.nan
        return found

    def interval(
        self,
        contrast: np.ndarray,
        months: int,
        level: float = 0.95,
        among: np.ndarray | None = None,
    ) -> dict[str, float | str]:
        """Ratio exp(contrast @ coefficients) with the wider of the two intervals.

        Parameters
        ----------
        contrast
            Weights of the coefficients, shape (k,).
        months
            Months that the contrast rests on: those of its shortest era.
        among
            All contrasts from which this one was picked, shape (m, k). The interval then
            holds for all of them at once, so that picking is paid for.

        Returns
        -------
        dict
            ``ratio``, ``low``, ``high``, ``interval`` (which of the two is shown) and
            ``detectable``: the smallest ratio above one found with probability 0.8.

        Notes
        -----
        With twelve lags in a few dozen months the normal critical value is too small; the
        one used is that of the same statistic under independence (fixed-b asymptotics,
        Kiefer and Vogelsang 2005).
        """
        among = contrast[None] if among is None else among
        covariance = self.result.cov_params().to_numpy()
        estimate = float(contrast @ self.result.params.to_numpy())
        own = float(np.sqrt(contrast @ covariance @ contrast))
        rng = np.random.default_rng(SEED)
        shocks = rng.standard_normal((4000, len(covariance))) @ _root(covariance).T
        reach = _reach(shocks, among, level) / stats.norm.ppf((1 + level) / 2)
        hac = own * reach * hac_critical(months, level)
        moved = self.draws[~np.isnan(self.draws).any(axis=1)] - self.result.params.to_numpy()
        spread = float((moved @ contrast).std())
        block = spread * _reach(moved, among, level)
        wide, name = max((hac, f"HAC({HAC_LAGS})"), (block, "block bootstrap"))
        # Power is reckoned at the spread that goes with the wider interval.
        noise = own if name.startswith("HAC") else spread
        return {
            "ratio": math.exp(estimate),
            "low": math.exp(estimate - wide),
            "high": math.exp(estimate + wide),
            "interval": name,
            "detectable": math.exp(wide + stats.norm.ppf(POWER) * noise),
        }


def _reach(moved: np.ndarray, among: np.ndarray, level: float) -> float:
    """Standard errors within which all contrasts stay in `level` of the draws (sup-t)."""
    away = moved @ among.T
    spread = away.std(axis=0)
    kept = spread > 1e-12
    return float(np.quantile(np.abs(away[:, kept] / spread[kept]).max(axis=1), level))


def _root(covariance: np.ndarray) -> np.ndarray:
    """Matrix square root; HAC covariances may be singular."""
    values, vectors = np.linalg.eigh(covariance)
    return vectors * np.sqrt(np.clip(values, 0, None))


@cache
def hac_critical(months: int, level: float = 0.95, lags: int = HAC_LAGS) -> float:
    """Two-sided critical value of a mean over its HAC error when months are independent.

    Parameters
    ----------
    months
        Months in the mean.

    Returns
    -------
    float
        1.96 for endless series at level 0.95, about 2.3 for 96 months with twelve lags.
    """
    rng = np.random.default_rng(SEED)
    values = rng.standard_normal((20_000, months))
    mean = values.mean(axis=1)
    rest = values - mean[:, None]
    long = (rest**2).sum(axis=1)
    for lag in range(1, min(lags, months - 1) + 1):
        weight = 1 - lag / (lags + 1)
        long += 2 * weight * (rest[:, lag:] * rest[:, :-lag]).sum(axis=1)
    return float(np.quantile(np.abs(mean) * months / np.sqrt(long), level))


def _strata(labels: np.ndarray) -> list[np.ndarray]:
    return [np.flatnonzero(labels == label) for label in dict.fromkeys(labels)]


def _circular_rows(rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    n = len(rows)
    starts = rng.integers(0, n, size=-(-n // BLOCK))
    return rows[((starts[:, None] + np.arange(BLOCK)) % n).ravel()[:n]]


def fit_rates(
    counts: pd.Series, level: Level = "trend", family: Family = "quasi-poisson", pairs: int = 2
) -> RateModel:
    """Fit monthly counts on level by era and season by era, with a log link.

    Parameters
    ----------
    counts
        Count a month, PeriodIndex[M]; missing months stay out of the fit.
    level
        See `design`.
    family
        ``quasi-poisson``: Poisson mean, errors from HAC; ``negative-binomial``: NB2 with
        alpha by moments, less swayed by single large months.

    Raises
    ------
    EmptySelectionError
        If there are too few months or events for a season.

    Notes
    -----
    Quasi-likelihood gives consistent rates whatever the variance (Gourieroux, Monfort and
    Trognon 1984); HAC after Newey and West 1987. Rows either side of a gap count as
    neighbours in the HAC sum, which can only matter for series with missing months.
    """
    known, thin = _modelled(counts)
    if len(known) < MIN_MONTHS:
        raise EmptySelectionError(
            f"No era of {counts.name or 'the series'} has {MIN_EVENTS} events and "
            f"{MIN_MONTHS} months with a value ({int(counts.sum())} events in "
            f"{int(counts.notna().sum())} months). Widen start, end, provinces or classes."
        )
    x = design(pd.PeriodIndex(known.index), level, pairs)
    robust = {"cov_type": "HAC", "cov_kwds": {"maxlags": HAC_LAGS, "use_correction": True}}
    with warnings.catch_warnings():
        # A fit that is too good (invented series without noise) is no reason to speak up.
        warnings.simplefilter("ignore")
        first = sm.GLM(known, x, family=sm.families.Poisson()).fit()
    alpha = _moment_alpha(known.to_numpy(), first.mu)
    kind = sm.families.Poisson()
    if family == "negative-binomial":
        # Alpha above zero keeps one family for all; at 1e-6 it is a Poisson to six digits.
        kind = sm.families.NegativeBinomial(alpha=max(alpha, 1e-6))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = sm.GLM(known, x, family=kind).fit(**robust)
    phi = float(first.pearson_chi2 / first.df_resid)
    return RateModel(known, x, result, phi, alpha, pairs, family, tuple(thin))


def _modelled(counts: pd.Series) -> tuple[pd.Series, list[str]]:
    """Months that a model rests on, and the eras with too few events to be in it."""
    known = counts.dropna().astype(float)
    known = known[known.index.isin(whole_months(pd.PeriodIndex(known.index)))]
    labels = label_eras(pd.PeriodIndex(known.index))
    thin = [e for e in dict.fromkeys(labels) if known[labels == e].sum() < MIN_EVENTS]
    return known[~np.isin(labels, thin)], thin


def season_words(monthly: Mapping[str, pd.Series]) -> str:
    """Which eras are given a season of their own in a fit, and which that of another.

    Parameters
    ----------
    monthly
        Counts a month by name, each on a PeriodIndex[M].

    Returns
    -------
    str
        A sentence without its stop, the same for notebooks 03 and 06.
    """
    said: dict[str, list[str]] = {}
    for name, counts in monthly.items():
        months = pd.PeriodIndex(_modelled(counts)[0].index)
        try:
            lent = season_eras(months)
        except EmptySelectionError:
            continue
        own = label_eras(months)
        short = [
            f"{era} ({(own == era).sum()} months, to {months[own == era].max():%B %Y}) is given "
            f"that of {lent[own == era][0]}"
            for era in dict.fromkeys(own)
            if lent[own == era][0] != era
        ]
        said.setdefault("; ".join(short), []).append(name)
    if not said:
        return "no era is long enough for a season"
    rule = f"an era of {MIN_MONTHS} months or more has a season of its own"
    shared = [
        text + (f" in {' and '.join(names)}" if len(said) > 1 else "")
        for text, names in said.items()
        if text
    ]
    return "; ".join([rule, *shared])


def _moment_alpha(y: np.ndarray, mu: np.ndarray) -> float:
    """NB2 parameter from the regression of Cameron and Trivedi 1990; zero if negative."""
    excess = (y - mu) ** 2 - mu
    return max(0.0, float(excess @ mu**2 / (mu**2 @ mu**2)))


def peak_to_trough(model: RateModel, level: float = 0.95) -> pd.DataFrame:
    """Peak month over trough month of the season, by era.

    Returns
    -------
    DataFrame
        One row an era with a season of its own: ``era``, ``months``, ``events``,
        ``peak_month``, ``trough_month`` (1 to 12), ``ratio``, ``low``, ``high``,
        ``interval``, ``detectable``.

    Notes
    -----
    The two months are picked for being far apart, so the interval is one that holds for all
    66 pairs of months at once; with an interval for one pair, six in ten series without
    a season seemed to have one.
    """
    lent = season_eras(pd.PeriodIndex(model.counts.index))
    names = list(model.design.columns)
    params = model.result.params.to_numpy()
    rows = []
    for era in dict.fromkeys(lent):
        curve = np.zeros((12, len(names)))
        for name, wave in _waves(np.arange(1, 13), model.pairs).items():
            curve[:, names.index(f"{name}:{era}")] = wave
        height = curve @ params
        top, bottom = int(height.argmax()), int(height.argmin())
        own = label_eras(pd.PeriodIndex(model.counts.index)) == era
        pairs = np.array([curve[i] - curve[j] for i in range(12) for j in range(i)])
        rows.append(
            {
                "era": era,
                "months": int(own.sum()),
                "events": int(model.counts[own].sum()),
                "peak_month": top + 1,
                "trough_month": bottom + 1,
                **model.interval(curve[top] - curve[bottom], int(own.sum()), level, pairs),
            }
        )
    return pd.DataFrame(rows)


def era_rates(model: RateModel, reference: str | None = None, level: float = 0.95) -> pd.DataFrame:
    """Season-adjusted rate of each era as a ratio to one of them.

    Parameters
    ----------
    model
        Fitted with ``level="era"``.
    reference
        Era that the others are divided by; the first if None.

    Returns
    -------
    DataFrame
        ``era``, ``months``, ``events``, ``per_month`` (plain mean), ``ratio``, ``low``,
        ``high``, ``interval``, ``detectable``; 1 and missing for the reference itself.
    """
    labels = label_eras(pd.PeriodIndex(model.counts.index))
    names = list(model.design.columns)
    eras = list(dict.fromkeys(labels))
    base = reference or eras[0]
    rows = []
    for era in eras:
        inside = model.counts[labels == era]
        row = {"era": era, "months": len(inside), "events": int(inside.sum()),
               "per_month": float(inside.mean())}  # fmt: skip
        if era == base:
            row |= {"ratio": 1.0, "low": np.nan, "high": np.nan, "interval": "reference",
                    "detectable": np.nan}  # fmt: skip
        else:
            contrast = np.zeros(len(names))
            contrast[names.index(f"level:{era}")] = 1
            contrast[names.index(f"level:{base}")] = -1
            months = min(len(inside), int((labels == base).sum()))
            row |= model.interval(contrast, months, level)
        rows.append(row)
    return pd.DataFrame(rows)


def by_era(monthly: Mapping[str, pd.Series], level: float = 0.95) -> pd.DataFrame:
    """Season-adjusted rates by era of several series, quasi-Poisson and negative-binomial.

    Parameters
    ----------
    monthly
        Counts a month by name, each on a PeriodIndex[M].

    Returns
    -------
    DataFrame
        ``series``, ``family``, the columns of `era_rates` and ``phi``, the dispersion. A
        series too thin for a season is not in it.
    """
    parts = []
    for name, counts in monthly.items():
        for family in get_args(Family):
            try:
                model = fit_rates(counts, "era", family)
            except EmptySelectionError:
                continue
            parts.append(era_rates(model, level=level).assign(
                series=name, family=family, phi=model.phi))  # fmt: skip
    columns = ["series", "family", "era", "months", "events", "per_month", "ratio", "low", "high",
               "interval", "detectable", "phi"]  # fmt: skip
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def era_words(table: pd.DataFrame, series: str = "deaths") -> str:
    """Heading: the rate of the last era with an interval against the first one.

    Parameters
    ----------
    table
        From `by_era`.
    """
    own = table[(table["series"] == series) & (table["family"] == "quasi-poisson")]
    later = own.dropna(subset=["low"])
    if later.empty:
        return f"{series} by era cannot be compared in this selection"
    row, base = later.iloc[-1], own.iloc[0]["era"]
    told = "" if row["low"] > 1 or row["high"] < 1 else ", which cannot be told from as many"
    return (f"with the season allowed for, recorded {series} a month in {row['era']} were "
            f"{row['ratio']:.1f} ({row['low']:.1f} to {row['high']:.1f}, likely too narrow) times "
            f"those of {base}{told}")  # fmt: skip


def deseasonalise(values: pd.Series, scale: Scale, keep_level: bool = False) -> pd.Series:
    """Return a monthly series without its season, and without its level unless kept.

    Parameters
    ----------
    values
        Month by month, PeriodIndex[M] without holes; missing values allowed.
    scale
        ``log``: residuals of the natural log, for series without zeros (deaths, weapons);
        ``counts``: deviance residuals of a negative-binomial model in standard-deviation
        units, for small counts. log(1 + y) is not used: it is not scale-free.
    keep_level
        Whether eras and trends stay in (for change points) or go (for lead and lag).

    Returns
    -------
    Series of float, index as `values`
        Missing where `values` is missing, in half months at the end of the war, and in
        eras with too few events.

    Raises
    ------
    EmptySelectionError
        If too little is left for a season.
    ValueError
        If `scale` is ``log`` and a value is zero or less.
    """
    model = fit_rates(values, "trend", "negative-binomial")
    x, y = model.design, model.counts
    season = [c for c in x.columns if not c.startswith(("level:", "trend:"))]
    if scale == "log":
        if (y <= 0).any():
            raise ValueError(f"{values.name}: a log needs values above zero; use scale='counts'.")
        fitted = sm.OLS(np.log(y), x).fit()
        gone = x[season] @ fitted.params[season] if keep_level else fitted.fittedvalues
        rest = np.log(y) - gone
    elif keep_level:
        offset = x[season] @ model.result.params[season]
        constant = pd.DataFrame({"constant": 1.0}, index=x.index)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            flat = sm.GLM(y, constant, family=model.result.model.family, offset=offset).fit()
        rest = pd.Series(flat.resid_deviance, index=y.index)
    else:
        rest = pd.Series(model.result.resid_deviance, index=y.index)
    return rest.reindex(values.index).rename(values.name)
