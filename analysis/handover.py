"""Handing over: offensives by province around the five tranches of the security transition.

The tranches give a staggered design: provinces whose transfer was announced later serve as
comparison for those announced earlier. Estimators come from the diff-diff library
(Callaway and Sant'Anna 2021; Sun and Abraham 2021; Borusyak, Jaravel and Spiess 2024; the
sensitivity analysis of Rambachan and Roth 2023); p-values come from permuting the tranche
labels, because the library's errors lean on many clusters and there are 34.

Tranches were chosen on security grounds, by and large safer provinces before the last, so
that common trends are doubtful by construction. Whatever is found is set beside the sign
that Fetzer and others (2021) report from far richer data; it replicates nothing. Read
`panel`, then `assess`.
"""

import math
import warnings
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats

from analysis import series
from analysis.errors import EmptySelectionError
from analysis.study import Study

FIRST = pd.Period("2009Q1", "Q")
LAST_MONTH = pd.Period("2021-08", "M")
# Quarter of the last announcement: from then on nobody is left to compare with.
LAST_TRANCHE = pd.Period("2013Q3", "Q")
CLOCKS = {"full": "whole province in", "first": "first district in"}
PERMUTATIONS = 1999
SEED = 20210815
REACH = 8
POWER = 0.8
# The library's intervals lean on many provinces; the mean of a few is shown, not interpreted.
SMALLEST_COHORT = 5
# Share of the smallest detectable change that would be found every second time.
HALF_POWER = 1.96 / (1.96 + 0.84)
# Below the smallest detectable effect a real one is found too seldom, not never.
MISSED = "would be missed more than one time in five"
ESTIMATORS = ("Callaway-Sant'Anna", "Sun-Abraham", "imputation", "two-way fixed effects")


# --- outcome ---------------------------------------------------------------------------


def ged_events(records: pd.DataFrame) -> pd.DataFrame:
    """State-based events of a reader's own GED file, by province and quarter.

    Parameters
    ----------
    records
        As `connectors.read_ged` gives them.

    Returns
    -------
    DataFrame
        ``adm1``, ``quarter``, one row an event dated to a month and placed in a province;
        ``attrs["dropped"]`` says how many state-based events were not.

    Raises
    ------
    EmptySelectionError
        If there is no such event.
    """
    own = records[records["violence"] == "state_based"]
    good = own["adm1"].notna() & (own["date_prec"] <= 4)
    if not good.any():
        raise EmptySelectionError(
            f"ged_file: none of its {len(records):,} records is a state-based event with a "
            "province and a month. Use a release of GED with all its columns."
        )
    kept = own[good]
    middle = kept["date_earliest"] + (kept["date_latest"] - kept["date_earliest"]) / 2
    quarter = middle.dt.to_period("Q")
    events = pd.DataFrame({"adm1": kept["adm1"].astype(object), "quarter": quarter})
    events = events.sort_values(["quarter", "adm1"], ignore_index=True)
    events.attrs["dropped"] = int((~good).sum())
    return events


def own_events(events: pd.DataFrame) -> pd.DataFrame:
    """Curated offensives as ``adm1`` and ``quarter``; those without either are left out."""
    months = series.event_months(events)
    rows = pd.DataFrame({"adm1": events["adm1"], "quarter": months.dt.asfreq("Q")})
    return rows.dropna().sort_values(["quarter", "adm1"], ignore_index=True)


def month_counts(events: pd.DataFrame) -> pd.DataFrame:
    """Province-months with an event: ``adm1``, ``month`` (first day), ``events``."""
    rows = pd.DataFrame(
        {"adm1": events["adm1"], "month": series.event_months(events).dt.start_time}
    ).dropna()
    return rows.groupby(["adm1", "month"]).size().rename("events").reset_index()


def cohorts(transition: pd.DataFrame, clock: str = "full") -> pd.DataFrame:
    """Tranche and first whole quarter after its announcement, by province.

    Parameters
    ----------
    transition
        The transition table.
    clock
        ``full``: the announcement that put the whole province in; ``first``: the first
        that put any district in.

    Returns
    -------
    DataFrame
        ``adm1``, ``tranche``, ``quarter``; sorted by province. A tranche announced in the
        middle of a quarter counts from the next one.
    """
    return pd.DataFrame(
        {
            "adm1": transition["adm1"],
            "tranche": transition[f"tranche_{clock}"].astype(int),
            "quarter": transition[f"date_{clock}_announced"].dt.to_period("Q") + 1,
        }
    ).sort_values("adm1", ignore_index=True)


def transfer_events(study: Study) -> pd.DataFrame:
    """Events of the years of the transfer in all provinces, by the study's other choices.

    The comparison needs every province and the quarters from 2009 to the last tranche, so
    ``start``, ``end`` and ``provinces`` do not apply to it.
    """
    last = LAST_TRANCHE - 1
    wide = {"provinces": [], "start": f"{FIRST.start_time:%Y-%m-%d}",
            "end": f"{last.end_time:%Y-%m-%d}"}  # fmt: skip
    return replace(study, parameters=study.parameters | wide, results={}).events


def panel(rows: pd.DataFrame, treated: pd.DataFrame, start: pd.Period = FIRST) -> pd.DataFrame:
    """Complete province-quarter panel, ended before the last tranche leaves no comparison.

    Parameters
    ----------
    rows
        Events with ``adm1`` and ``quarter``.
    treated
        Output of `cohorts`; its provinces are the panel's.
    start
        First quarter.

    Returns
    -------
    DataFrame
        ``adm1``, ``unit`` (0..), ``quarter``, ``time`` (0..), ``events``, ``tranche``,
        ``first`` (time of treatment; 0 for the last tranche, which is the comparison).

    Raises
    ------
    EmptySelectionError
        If fewer than two tranches, four quarters or one event are left.
    """
    last = treated["quarter"].max()
    quarters = pd.period_range(start, last - 1, freq="Q")
    names = sorted(treated["adm1"])
    if treated["quarter"].nunique() < 2 or len(quarters) < 4:
        raise EmptySelectionError(
            "The tranches need provinces of at least two announcements and four quarters before "
            "the last. Widen provinces, start or end."
        )
    full = pd.MultiIndex.from_product([names, quarters], names=["adm1", "quarter"])
    counts = rows.groupby(["adm1", "quarter"]).size().reindex(full, fill_value=0)
    table = counts.rename("events").reset_index()
    if table["events"].sum() == 0:
        raise EmptySelectionError(
            f"No event falls in {quarters[0]} to {quarters[-1]} in the chosen provinces. Widen the "
            "selection."
        )
    table["unit"] = table["adm1"].map({n: i for i, n in enumerate(names)})
    table["time"] = table["quarter"].map({q: i for i, q in enumerate(quarters)})
    about = treated.set_index("adm1")
    table["tranche"] = table["adm1"].map(about["tranche"])
    when = table["adm1"].map(about["quarter"])
    # Treated in or before the first quarter: no period before to compare with.
    steps = [0 if q == last else (q - quarters[0]).n for q in when]
    table["first"] = steps
    return table[(table["first"] > 0) | (when == last)].reset_index(drop=True)


# --- estimates -------------------------------------------------------------------------


def group_time(outcome: np.ndarray, first: np.ndarray) -> float:
    """Mean effect over treated group-quarters, not-yet-treated provinces as comparison.

    Parameters
    ----------
    outcome
        Events, shape (provinces, quarters).
    first
        Column of each province's first treated quarter; 0 for never.

    Returns
    -------
    float
        Events a province and quarter.

    Notes
    -----
    Callaway and Sant'Anna (2021) without covariates: the change since the quarter before
    treatment, less the same change of provinces not treated by then, weighted by size of
    cohort. Written out because 1,999 permutations need it fast; a test holds it to the
    library's estimate.
    """
    total = weight = 0.0
    for g in np.unique(first[first > 0]):
        own = first == g
        for t in range(g, outcome.shape[1]):
            control = (first == 0) | (first > t)
            control &= ~own
            if not control.any():
                continue
            rise = outcome[:, t] - outcome[:, g - 1]
            total += own.sum() * (rise[own].mean() - rise[control].mean())
            weight += own.sum()
    return total / weight if weight else math.nan


def _wide(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    outcome = table.pivot(index="unit", columns="time", values="events").to_numpy(float)
    return outcome, table.groupby("unit")["first"].first().to_numpy(int)


def permute(
    outcome: np.ndarray, first: np.ndarray, draws: int = PERMUTATIONS, seed: int = SEED
) -> np.ndarray:
    """Estimates after shuffling the tranche labels among the provinces.

    Returns
    -------
    array, shape (draws,)
        Numbers of provinces in each tranche stay what they are.
    """
    rng = np.random.default_rng(seed)
    return np.array([group_time(outcome, rng.permutation(first)) for _ in range(draws)])


@dataclass(frozen=True)
class Finding:
    """One outcome under one clock.

    Attributes
    ----------
    estimate, low, high
        Events a province and quarter, with the library's interval.
    p
        Two-sided, from permuted labels: ``(1 + as extreme) / (1 + draws)``.
    smallest
        Effect, either way, that the design finds with power 0.8 at the 5% level.
    base
        Mean of the treated provinces in the quarters before their transfer.
    breakdown
        Largest violation of common trends, as a multiple of the largest seen before
        treatment, under which the sign survives; 0 if it does not survive even none; nan
        if it cannot be computed (`why`).
    provinces, quarters, events, treated
        Size of the panel; `treated` counts treated province-quarters.
    """

    estimate: float
    low: float
    high: float
    p: float
    smallest: float
    base: float
    breakdown: float
    why: str
    provinces: int
    quarters: int
    events: int
    treated: int

    @property
    def smallest_percent(self) -> float:
        """Smallest detectable effect as a percentage of `base`."""
        return 100 * self.smallest / self.base if self.base > 0 else math.inf

    @property
    def fall_detectable(self) -> bool:
        """Whether any fall could be found: counts cannot fall by more than `base`."""
        return self.smallest < self.base

    @property
    def rise_detectable(self) -> float:
        """Smallest detectable rise, as a multiple of `base`."""
        return 1 + self.smallest / self.base if self.base > 0 else math.inf


def _fit(table: pd.DataFrame, **options: object):
    import diff_diff

    model = diff_diff.CallawaySantAnna(
        control_group="not_yet_treated", base_period="universal", **options
    )
    with warnings.catch_warnings():
        # Cohorts of two without an event have no variance; shown as missing, not hidden.
        warnings.simplefilter("ignore")
        return model.fit(table, outcome="events", unit="unit", time="time", first_treat="first")


def assess(table: pd.DataFrame, draws: int = PERMUTATIONS, seed: int = SEED) -> Finding:
    """Group-time estimate with permutation p, detectable effect and breakdown value.

    Parameters
    ----------
    table
        Output of `panel`.
    draws, seed
        Of the permutation of tranche labels.

    Notes
    -----
    The smallest detectable effect is 2.8 (1.96 + 0.84) standard deviations of the permuted
    estimates, so it holds for this panel as sparse as it is.
    """
    outcome, first = _wide(table)
    estimate = group_time(outcome, first)
    null = permute(outcome, first, draws, seed)
    fit = _fit(table)
    low, high = (float(v) for v in fit.overall_conf_int)
    extreme = int((np.abs(null) >= abs(estimate) - 1e-12).sum())
    after = (first[:, None] > 0) & (np.arange(outcome.shape[1])[None, :] >= first[:, None])
    before = (first[:, None] > 0) & ~after
    breakdown, why = _breakdown(fit)
    return Finding(
        estimate=float(estimate),
        low=low,
        high=high,
        p=(1 + extreme) / (1 + draws),
        smallest=float((stats.norm.ppf(0.975) + stats.norm.ppf(POWER)) * null.std(ddof=1)),
        base=float(outcome[before].mean()) if before.any() else math.nan,
        breakdown=breakdown,
        why=why,
        provinces=len(outcome),
        quarters=outcome.shape[1],
        events=int(outcome.sum()),
        treated=int(after.sum()),
    )


def _breakdown(fit: object) -> tuple[float, str]:
    import diff_diff

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = diff_diff.HonestDiD(method="relative_magnitude").breakdown_value(
                fit.aggregate("event_study")
            )
    except (ValueError, np.linalg.LinAlgError) as error:
        return math.nan, str(error).splitlines()[0][:120]
    # Below the tolerance of the search it is zero.
    return (math.inf if value is None else float(value) if value > 0.01 else 0.0), ""


def event_study(table: pd.DataFrame, level: float = 0.95, seed: int = SEED) -> pd.DataFrame:
    """Effects by quarter around the transfer under four estimators.

    Returns
    -------
    DataFrame
        ``estimator``, ``quarter`` (0 is the first treated one, -1 the reference),
        ``effect``, ``low``, ``high`` (pointwise), ``band_low``, ``band_high``
        (simultaneous; Callaway-Sant'Anna only), within eight quarters; sorted.
    """
    import diff_diff

    alpha = 1 - level
    table = table.reset_index(drop=True)
    columns = {"outcome": "events", "unit": "unit", "time": "time", "first_treat": "first"}
    parts = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        boot = _fit(table, n_bootstrap=999, seed=seed, alpha=alpha).aggregate("event_study")
        parts.append(boot.to_dataframe().assign(estimator=ESTIMATORS[0]))
        found = diff_diff.SunAbraham(
            control_group="not_yet_treated", alpha=alpha
        ).fit(table, **columns).event_study_effects  # fmt: skip
        sun = pd.DataFrame(
            [(k, v["effect"], *v["conf_int"]) for k, v in found.items()],
            columns=["event_time", "att", "conf_int_lower", "conf_int_upper"],
        )
        parts.append(sun.assign(estimator=ESTIMATORS[1]))
        imputed = diff_diff.ImputationDiD(pretrends=True, alpha=alpha).fit(table, **columns)
        parts.append(imputed.aggregate("event_study").to_dataframe().assign(
            estimator=ESTIMATORS[2]))  # fmt: skip
    parts.append(_two_way(table, alpha).assign(estimator=ESTIMATORS[3]))
    both = pd.concat(parts, ignore_index=True).rename(
        columns={"event_time": "quarter", "att": "effect", "conf_int_lower": "low",
                 "conf_int_upper": "high", "cband_lower": "band_low", "cband_upper": "band_high"}
    )  # fmt: skip
    columns = ["estimator", "quarter", "effect", "low", "high", "band_low", "band_high"]
    both = both.reindex(columns=columns).astype({c: float for c in columns[1:]})
    both = both[both["quarter"].abs() <= REACH].dropna(subset="effect")
    return both.sort_values(["estimator", "quarter"], ignore_index=True)


def _two_way(table: pd.DataFrame, alpha: float) -> pd.DataFrame:
    """Event-time dummies with province and quarter effects: for comparison, never headline."""
    gap = np.where(table["first"] > 0, table["time"] - table["first"], -1).clip(-REACH, REACH)
    times = [k for k in np.unique(gap) if k != -1]
    dummies = np.column_stack([(gap == k).astype(float) for k in times])
    fixed = pd.get_dummies(table[["unit", "time"]].astype("category"), drop_first=True).astype(
        float
    )
    x = sm.add_constant(np.column_stack([dummies, fixed.to_numpy()]))
    fit = sm.OLS(table["events"].to_numpy(float), x).fit(
        cov_type="cluster", cov_kwds={"groups": table["unit"].to_numpy()}
    )
    low, high = fit.conf_int(alpha).T
    ends = slice(1, len(times) + 1)
    return pd.DataFrame({"event_time": times, "att": fit.params[ends],
                         "conf_int_lower": low[ends], "conf_int_upper": high[ends]})  # fmt: skip


def overall(table: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """Mean difference after the transfer, under each estimator that gives one number.

    Parameters
    ----------
    table
        Output of `panel`.

    Returns
    -------
    DataFrame
        ``estimator``, ``estimate``, ``low``, ``high`` (the library's interval); nan where an
        estimator cannot be computed or has no spread to build an interval from.

    Notes
    -----
    Two-way fixed effects are not among them: they use provinces already transferred as
    comparison, which a group-time design is chosen to avoid.
    """
    import diff_diff

    alpha, table = 1 - level, table.reset_index(drop=True)
    columns = {"outcome": "events", "unit": "unit", "time": "time", "first_treat": "first"}
    fits = {
        ESTIMATORS[0]: lambda: _fit(table, alpha=alpha),
        ESTIMATORS[1]: lambda: diff_diff.SunAbraham(
            control_group="not_yet_treated", alpha=alpha
        ).fit(table, **columns),
        ESTIMATORS[2]: lambda: diff_diff.ImputationDiD(alpha=alpha).fit(table, **columns),
    }  # fmt: skip
    rows = []
    for name, run in fits.items():
        found = (math.nan, math.nan, math.nan)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                fit = run()
            low, high = map(float, fit.overall_conf_int)
            if low < high:
                found = (float(fit.overall_att), low, high)
        except (ValueError, np.linalg.LinAlgError):
            pass
        rows.append((name, *found))
    return pd.DataFrame(rows, columns=["estimator", "estimate", "low", "high"])


def by_tranche(table: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """Provinces, mean events a quarter before and after, and effect of each tranche alone.

    Returns
    -------
    DataFrame
        ``tranche``, ``provinces``, ``before``, ``after``, ``effect`` (nan for the last,
        which is the comparison), ``low``, ``high`` (the library's interval), ``reach``
        (last quarter since the transfer that the panel holds), ``interpreted`` (False
        below five provinces).
    """
    outcome, first = _wide(table)
    spans = _fit(table, alpha=1 - level).aggregate("group").to_dataframe()
    spans = spans.set_index(spans["label"].astype(int))
    spans = spans[["conf_int_lower", "conf_int_upper"]].astype(float)
    tranche = table.groupby("unit")["tranche"].first().to_numpy(int)
    rows = []
    for number in np.unique(tranche):
        own = tranche == number
        g = int(first[own][0])
        # The tranche alone against every province that is not treated while it is.
        kept = own | (first == 0) | (first > g)
        alone = np.where(own, first, np.where(first > g, first, 0))[kept]
        effect = _one_group(outcome[kept], alone, g) if g else math.nan
        low, high = spans.loc[g] if g in spans.index else (math.nan, math.nan)
        rows.append((number, int(own.sum()), outcome[own, :g].mean() if g else outcome[own].mean(),
                     outcome[own, g:].mean() if g else math.nan, effect, low, high,
                     outcome.shape[1] - 1 - g if g else math.nan,
                     bool(own.sum() >= SMALLEST_COHORT and g > 0)))  # fmt: skip
    return pd.DataFrame(rows, columns=["tranche", "provinces", "before", "after", "effect",
                                       "low", "high", "reach", "interpreted"])  # fmt: skip


def _one_group(outcome: np.ndarray, first: np.ndarray, g: int) -> float:
    own, effects = first == g, []
    for t in range(g, outcome.shape[1]):
        control = ((first == 0) | (first > t)) & ~own
        rise = outcome[:, t] - outcome[:, g - 1]
        effects.append(rise[own].mean() - rise[control].mean())
    return float(np.mean(effects))


def simulate_panel(
    rng: np.random.Generator, treated: pd.DataFrame, mean: float, factor: float = 1.0
) -> pd.DataFrame:
    """Panel with province levels, a season and a trend in common, and a known effect.

    Parameters
    ----------
    rng
        Generator; the caller fixes the seed.
    treated
        Output of `cohorts`.
    mean
        Events a province and quarter, on average over provinces, before trend.
    factor
        By which the rate is multiplied from the first treated quarter; 1 is no effect.

    Returns
    -------
    DataFrame
        As `panel` gives it. Season and trend are added and not multiplied, so that trends
        are common in numbers of events, which is what the estimators assume.
    """
    quarters = pd.period_range(FIRST, treated["quarter"].max() - 1, freq="Q")
    season = np.cos(2 * np.pi * (quarters.quarter.to_numpy() - 3) / 4)
    common = mean * (0.5 + 0.25 * season + 0.01 * np.arange(len(quarters)))
    level = rng.gamma(3, mean / 6, len(treated))
    rate = level[:, None] + common[None, :]
    late = quarters.asi8[None, :] >= pd.PeriodIndex(treated["quarter"]).asi8[:, None]
    counts = rng.poisson(np.where(late, rate * factor, rate))
    at = np.repeat(np.arange(counts.size), counts.ravel())
    names, columns = np.divmod(at, len(quarters))
    rows = pd.DataFrame({"adm1": treated["adm1"].to_numpy()[names], "quarter": quarters[columns]})
    return panel(rows, treated)


# --- words -----------------------------------------------------------------------------


def signed(value: float) -> str:
    """Two digits with sign, three where two would be a signed zero, and then words."""
    if value == 0:
        return "0.00"
    digits = 2 if round(value, 2) else 3
    if round(value, digits) == 0:
        return f"just {'above' if value > 0 else 'below'} 0"
    return f"{value:+.{digits}f}".replace("-", "−")


def percent(found: Finding) -> str:
    """Smallest detectable effect relative to the mean before the transfer."""
    if not math.isfinite(found.smallest_percent):
        return "not to be put in relation, for there was no event before"
    return f"{found.smallest_percent:.0f}% of the mean before the transfer"


def detectable(found: Finding) -> str:
    """What the panel could have shown; counts cannot fall below none.

    An end of all events is a fall by the mean before only if that mean would otherwise
    have stayed, which is said.
    """
    if not math.isfinite(found.smallest_percent):
        return (
            f"a rise below {found.smallest:.2f} {MISSED}, and no fall could show, for there was no "
            "event before"
        )
    if found.fall_detectable:
        return f"a change smaller than {percent(found)}, up or down, {MISSED}"
    return (
        f"a rise to less than {found.rise_detectable:.1f} times the earlier mean {MISSED}; "
        f"{_unseen(found)}"
    )


def _unseen(found: Finding) -> str:
    """How surely the end of all events would have been missed."""
    seldom = found.base < HALF_POWER * found.smallest
    missed = "likely have gone unseen" if seldom else "have been found less than four times in five"
    return (
        f"had the earlier mean of {found.base:.2f} otherwise stayed, even the end of all recorded "
        f"events would {missed}"
    )


def verdict(found: Finding) -> str:
    """Consistent in sign with Fetzer and others (2021), or not, or how much would be missed.

    Below the smallest detectable effect a real one is found less than four times in five,
    not never, so it is never said that it cannot be told from none.
    """
    if found.p > 0.05:
        if found.fall_detectable or not math.isfinite(found.smallest_percent):
            return f"here {detectable(found)}"
        return (
            f"here a rise smaller than {percent(found)} {MISSED}, and so would any fall had that "
            "mean otherwise stayed"
        )
    sign = "consistent" if found.estimate < 0 else "not consistent"
    return f"{sign} in sign with the fall that Fetzer and others report at the onset"


def words(found: Finding) -> str:
    """Estimate with interval, permutation p and smallest detectable effect."""
    # Both come from the dealing, so they need not go with the width of the interval.
    return (
        f"{signed(found.estimate)} events a province and quarter (interval {signed(found.low)} to "
        f"{signed(found.high)}; from tranches dealt at random, p {found.p:.2f} and smallest "
        f"detectable {found.smallest:.2f}, {percent(found)})"
    )


def breakdown_words(found: Finding) -> str:
    """Sentence on how large a violation of common trends the sign survives."""
    if math.isnan(found.breakdown):
        return "How far trends may differ before the sign goes cannot be computed for this panel."
    if found.breakdown == 0:
        return "Even with exactly common trends the interval holds zero (breakdown value 0)."
    return (
        f"The sign survives trends that differ by {found.breakdown:.2f} times the largest "
        "difference seen before the transfer."
    )


def placed_words(events: pd.DataFrame, placed: int) -> str:
    """Sentences on how many selected events have a month and a province, and how many not.

    Parameters
    ----------
    events
        Selected events.
    placed
        Those among them that are drawn.
    """
    undated = int(series.event_months(events).isna().sum())
    homeless = len(events) - undated - placed
    if undated == homeless == 0:
        return f"All {placed} selected offensives are drawn."
    return (
        f"{placed} of {len(events)} selected offensives {'is' if placed == 1 else 'are'} drawn; "
        f"not drawn: {undated} without a month, {homeless} without a province or outside the study."
    )


def comparison_words(groups: pd.DataFrame) -> str:
    """Sentence on how many provinces the first and the last drawn quarters rest on.

    Parameters
    ----------
    groups
        Output of `by_tranche`.
    """
    moved = groups.dropna(subset="reach")
    if moved.empty:
        return "No transferred tranche is in the panel."
    last = min(int(moved["reach"].max()), REACH)
    counts = [int(moved.loc[moved["reach"] >= q, "provinces"].sum()) for q in (0, last)]
    least = f"quarter {last} on {counts[1]}"
    few = f", tranche {int(moved['tranche'].min())} alone" if (moved["reach"] >= last).sum() == 1 \
        else ""  # fmt: skip
    return (
        f"The overall difference weights all {len(moved)} tranches with a later comparison by "
        f"their provinces; quarter 0 rests on {counts[0]} of these, {least}{few}."
    )


def alone_words(groups: pd.DataFrame) -> str:
    """Sentence on tranches looked at alone, and on those of too few provinces.

    Parameters
    ----------
    groups
        Output of `by_tranche`.
    """
    moved = groups.dropna(subset="reach")
    few = moved[~moved["interpreted"].astype(bool)]
    if few.empty:
        return ""
    named = " and ".join(f"T{int(r.tranche)} ({int(r.provinces)})" for r in few.itertuples())
    return (
        f"Of {len(moved)} tranches looked at alone, {named} {'has' if len(few) == 1 else 'have'} "
        f"fewer than {SMALLEST_COHORT} provinces, too few for the interval to be trusted: shown "
        "and not interpreted."
    )


def before_words(groups: pd.DataFrame) -> str:
    """Mean events a quarter before the transfer, by tranche.

    Parameters
    ----------
    groups
        Output of `by_tranche`.
    """
    return ", ".join(f"T{int(r.tranche)} {r.before:.2f}" for r in groups.itertuples())


def answer(found: dict[str, Finding], outcome: str, moves: str) -> str:
    """Sentences: what would be missed, both clocks with their doubt, and where.

    What would be missed stands in the first sentence, which is also the entry of the
    table of contents.

    Parameters
    ----------
    found
        `assess` by clock.
    outcome
        What the events are.
    moves
        `analysis.fig_tiles.era_moves`: in how many comparisons of eras the rates part.
    """
    main = found["full"] if "full" in found else next(iter(found.values()))
    others = {CLOCKS[k].removesuffix(" in"): one for k, one in found.items() if one is not main}
    if main.p > 0.05:
        start = "No change can be shown around the announced transfer of a province"
    else:
        way = "fewer" if main.estimate < 0 else "more"
        start = f"After the announced transfer of a province {way} {outcome} are recorded"
    rises = [one for one in (main, *others.values()) if math.isfinite(one.rise_detectable)]
    sparse = len(rises) == 1 + len(others) and not any(one.fall_detectable for one in rises)
    if sparse:
        beside = "".join(
            f"; {one.rise_detectable:.1f} from the {name}" for name, one in others.items()
        )
        text = (
            f"{start}, and a rise to less than {main.rise_detectable:.1f} times the earlier mean "
            f"would often be missed ({CLOCKS['full']}{beside})"
        )
    else:
        text = f"{start}; {detectable(main)} ({CLOCKS['full']})"
    text += (
        f". Against provinces transferred later, the change in {outcome} differs by "
        f"{signed(main.estimate)} a province and quarter ({signed(main.low)} to "
        f"{signed(main.high)}, p {main.p:.2f})"
    )
    for name, one in others.items():
        text += (
            f", from the {name} by {signed(one.estimate)} ({signed(one.low)} to "
            f"{signed(one.high)}, p {one.p:.2f})"
        )
    if sparse:
        text += f"; {_unseen(main)}"
    return f"{text}. {moves}."


# --- rates by province -----------------------------------------------------------------

ERAS = {
    "2007-09": ("2007-01", "2009-12"),
    "2010-12": ("2010-01", "2012-12"),
    "2013-14": ("2013-01", "2014-12"),
    "2015-19": ("2015-01", "2019-12"),
    "2020-21": ("2020-01", "2021-08"),
}


def shrink(counts: np.ndarray, months: float, level: float = 0.95) -> pd.DataFrame:
    """Rates pulled towards the mean of all provinces, as far as their counts are few.

    Parameters
    ----------
    counts
        Events of each province in one period, shape (n,).
    months
        Length of the period.

    Returns
    -------
    DataFrame
        ``rate`` (events a month, posterior mean), ``low``, ``high``, ``raw``.

    Notes
    -----
    Gamma prior fitted by moments to the provinces of the period, Poisson counts
    (Clayton and Kaldor 1987). Where provinces vary no more than chance would make them,
    the prior is tight around their mean.
    """
    counts = np.asarray(counts, dtype=float)
    mean = max(counts.mean() / months, 0.5 / (len(counts) * months))
    spread = counts.var(ddof=1) / months**2 - mean / months if len(counts) > 1 else 0.0
    spread = max(spread, mean**2 / 100)
    shape, rate = mean**2 / spread, mean / spread
    tail = (1 - level) / 2
    posterior = stats.gamma(shape + counts, scale=1 / (rate + months))
    return pd.DataFrame({"rate": posterior.mean(), "low": posterior.ppf(tail),
                         "high": posterior.ppf(1 - tail), "raw": counts / months})  # fmt: skip


def province_rates(
    events: pd.DataFrame,
    provinces: pd.DataFrame,
    periods: dict[str, tuple[str, str]],
    index: pd.PeriodIndex,
    level: float = 0.95,
) -> pd.DataFrame:
    """Shrunk monthly rates of every province in every period.

    Parameters
    ----------
    events
        Selected events.
    provinces
        Rows of the provinces table that are wanted.
    periods
        First and last month by name.
    index
        Months of the study; periods are cut to it and left out where nothing remains.

    Returns
    -------
    DataFrame
        ``adm1``, ``tile_row``, ``tile_col``, ``period``, ``from``, ``months``,
        ``events``, ``rate``, ``low``, ``high``, ``raw``; sorted by period and province.
    """
    months = series.event_months(events)
    places = provinces.sort_values("adm1")
    parts = []
    for name, (a, b) in periods.items():
        span = index[(index >= pd.Period(a, "M")) & (index <= pd.Period(b, "M"))]
        if len(span) == 0:
            continue
        own = events.loc[months.isin(span), "adm1"]
        counts = own.value_counts().reindex(places["adm1"], fill_value=0).to_numpy()
        # The war ends in the middle of its last month.
        length = len(span) - 0.5 * (span[-1] == LAST_MONTH)
        part = shrink(counts, length, level)
        part.insert(0, "adm1", places["adm1"].to_numpy())
        parts.append(part.assign(
            tile_row=places["tile_row"].to_numpy(), tile_col=places["tile_col"].to_numpy(),
            period=name, months=length, events=counts,
            **{"from": span[0].start_time}))  # fmt: skip
    if not parts:
        raise EmptySelectionError("No month of the study lies in any period. Widen start and end.")
    columns = ["adm1", "tile_row", "tile_col", "period", "from", "months", "events", "rate", "low",
               "high", "raw"]  # fmt: skip
    return pd.concat(parts, ignore_index=True)[columns]


def half_years(index: pd.PeriodIndex) -> dict[str, tuple[str, str]]:
    """Half-years of the study by name, such as ``2015 H1``."""
    found = {}
    for year in sorted(set(index.year)):
        found[f"{year} H1"] = (f"{year}-01", f"{year}-06")
        found[f"{year} H2"] = (f"{year}-07", f"{year}-12")
    return found
