"""Share of reports that mention an air strike, and how much of it to believe.

A mention is what a report says, never a strike. Every share comes with the number of
reports it was counted in (the attention offset), because fewer reports find fewer
mentions. The unit is one report on one event whose text was seen; most were seen in
excerpt, so that a share is a lower bound on what the full texts say.

Read `reports` first, then `mention_shares`.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable

from analysis.dates import middle_day, parse_window
from analysis.errors import EmptySelectionError
from analysis.intervals import poisson_interval, share_interval
from analysis.series import event_months

FREQUENCIES = {"year": "Y", "quarter": "Q", "month": "M"}
# A statement about a span longer than the period says nothing about which period.
LONGEST = {"Y": 366, "Q": 92, "M": 31}
ACTORS = ("us", "international", "afghan", "unspecified")


def reports(
    claims: pd.DataFrame,
    events: pd.DataFrame | None = None,
    by: str = "M",
    unit: str = "report",
) -> pd.DataFrame:
    """One row a report (event and source), with the actors it names for strikes.

    Parameters
    ----------
    claims
        Rows of the claims table, or ``Study.claims``; other fields than ``air`` are
        passed over.
    events
        Rows of the events table: a report then belongs to the period of its event.
        Without it a report is placed by the middle of the days that it speaks of
        (``as_of``), unless they span more than the period.
    by
        ``Y``, ``Q`` or ``M``, or ``year``, ``quarter``, ``month``.
    unit
        ``report`` counts each event and source once; ``group`` counts each event and
        ``independence_group`` once, so that copies of one wire story are one report.

    Returns
    -------
    DataFrame
        ``event_id``; ``source_id`` or ``independence_group``; ``mentions`` (some claim of
        it reports a strike); one bool column an actor: ``us``, ``international``,
        ``afghan``, ``unspecified``; ``denied``; ``period`` (missing where unplaced);
        ``groups``: independent groups that report the event, missing without an
        ``independence_group`` column. Sorted by event and report. Reports whose text was
        not seen are left out.
    """
    freq = _frequency(by)
    key = {"report": "source_id", "group": "independence_group"}.get(unit)
    if key is None:
        raise ValueError(f"unit = {unit!r}: choose report or group.")
    air = claims[(claims["field"] == "air") & (claims["value"] != "text_not_seen")]
    affirmed = air["value"].astype(str).where(air["stance"].astype(str) != "denies", "denied")
    flags = pd.DataFrame({a: affirmed.eq(f"reported_{a}") for a in ACTORS}, index=air.index)
    # Some claims name several owners at once; they mention a strike all the same.
    flags.insert(0, "mentions", affirmed.str.startswith("reported_").astype(bool))
    flags["denied"] = affirmed.eq("denied")
    keys = [air["event_id"].astype(str), air[key].astype(str)]
    table = flags.groupby(keys).any().reset_index()
    table["denied"] &= ~table["mentions"]
    periods = pd.Series(_periods(air, events, freq), index=air.index).groupby(keys).first()
    where = pd.MultiIndex.from_frame(table[["event_id", key]])
    table["period"] = pd.PeriodIndex(periods.reindex(where).to_numpy(), freq=freq)
    if "independence_group" in air:
        groups = air.groupby(keys[0])["independence_group"].nunique()
        table["groups"] = table["event_id"].map(groups).astype("Int64")
    else:
        table["groups"] = pd.array([pd.NA] * len(table), dtype="Int64")
    return table


def _frequency(by: str) -> str:
    freq = FREQUENCIES.get(by, by)
    if freq not in LONGEST:
        raise ValueError(f"by = {by!r}: choose one of {', '.join(FREQUENCIES)}.")
    return freq


def _periods(air: pd.DataFrame, events: pd.DataFrame | None, freq: str) -> pd.PeriodIndex:
    if events is not None:
        month = pd.Series(event_months(events).to_numpy(), index=events["event_id"].astype(str))
        return pd.PeriodIndex(air["event_id"].astype(str).map(month), freq="M").asfreq(freq)
    days = []
    for text in air.get("as_of", [None] * len(air)):
        window = parse_window(text) if isinstance(text, str) and text else None
        short = window is not None and window.days <= LONGEST[freq]
        days.append(pd.Period(middle_day(window), freq) if short else pd.NaT)
    return pd.PeriodIndex(days, freq=freq)


def _placed(
    claims: pd.DataFrame, events: pd.DataFrame | None, by: str, unit: str = "report"
) -> pd.DataFrame:
    return reports(claims, events, by, unit).dropna(subset=["period"])


def mention_shares(
    claims: pd.DataFrame,
    events: pd.DataFrame | None = None,
    by: str = "Y",
    level: float = 0.95,
    unit: str = "report",
) -> pd.DataFrame:
    """Share of reports that mention an air strike, by period and owner of the aircraft.

    Parameters
    ----------
    claims, events, by, unit
        As for `reports`.
    level
        Coverage of the intervals.

    Returns
    -------
    DataFrame
        One row a period and actor (``any`` first): ``period``, ``actor``, ``mentions``,
        ``reports`` (the attention offset), ``share``, ``low``, ``high`` (Wilson, reports
        independent), ``low_clustered``, ``high_clustered`` (the same with reports on one
        event, or by one source, counted as alike as they are), ``effective`` (number of
        independent reports that would tell as much), ``denied``, ``events``. A report that
        names two owners counts under both. Periods without a report are missing rows, not zeros.
    """
    rows = []
    key = "source_id" if unit == "report" else "independence_group"
    for period, part in _placed(claims, events, by, unit).groupby("period"):
        for actor in ("any", *ACTORS):
            said = part["mentions" if actor == "any" else actor]
            rows.append(
                {
                    "period": period,
                    "actor": actor,
                    "mentions": int(said.sum()),
                    "reports": len(part),
                    **_share(
                        said.to_numpy(), part["event_id"].to_numpy(), level, part[key].to_numpy()
                    ),
                    "denied": int(part["denied"].sum()),
                    "events": part["event_id"].nunique(),
                }
            )
    columns = [
        "period", "actor", "mentions", "reports", "share", "low", "high", "low_clustered",
        "high_clustered", "effective", "denied", "events",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def event_shares(
    claims: pd.DataFrame,
    events: pd.DataFrame | None = None,
    by: str = "Y",
    level: float = 0.95,
) -> pd.DataFrame:
    """Share of events in each period for which any report mentions a strike.

    Returns
    -------
    DataFrame
        ``period``, ``events``, ``mentioned``, ``share``, ``low``, ``high`` (Wilson), and
        ``reports_per_event``. The share rises with the reports per event even if no
        report says more, so read the two columns together. Periods without a report are
        missing rows.
    """
    seen = _placed(claims, events, by)
    each = seen.groupby("event_id").agg(
        period=("period", "first"), mentions=("mentions", "any"), reports=("mentions", "size")
    )
    rows = []
    for period, part in each.groupby("period"):
        yes, total = int(part["mentions"].sum()), len(part)
        low, high = share_interval(yes, total, level)
        rows.append(
            {
                "period": period,
                "events": total,
                "mentioned": yes,
                "share": yes / total,
                "low": low,
                "high": high,
                "reports_per_event": float(part["reports"].mean()),
            }
        )
    columns = ["period", "events", "mentioned", "share", "low", "high", "reports_per_event"]
    return pd.DataFrame(rows, columns=columns)


def corpus_shares(counts: pd.DataFrame, by: str = "month", level: float = 0.95) -> pd.DataFrame:
    """Shares and mentions per report from a corpus already counted by month.

    Parameters
    ----------
    counts
        One row a month (or finer): ``month`` (Period or ``YYYY-MM``), ``documents``,
        ``with_strike`` (documents that mention a strike) and, where counted,
        ``strike_mentions``.

    Returns
    -------
    DataFrame
        One row a period with documents: ``period``, ``mentions`` (documents that
        mention a strike), ``reports`` (all documents), ``share``, ``low``, ``high``
        (Wilson), and, where mentions were counted, ``strike_mentions``, ``per_report``,
        ``per_report_low``, ``per_report_high`` (Garwood; mentions come in clusters of one
        document, so the interval of the share is the safer one).
    """
    months = pd.PeriodIndex(counts["month"].astype(str), freq="M").asfreq(_frequency(by))
    sums = counts.drop(columns="month").groupby(months).sum(numeric_only=True)
    rows = []
    for period, row in sums[sums["documents"] > 0].iterrows():
        total, yes = int(row["documents"]), int(row["with_strike"])
        low, high = share_interval(yes, total, level)
        entry = {
            "period": period, "mentions": yes, "reports": total,
            "share": yes / total, "low": low, "high": high,
        }  # fmt: skip
        if "strike_mentions" in sums:
            said = int(row["strike_mentions"])
            ends = poisson_interval(said, total, level)
            entry |= {"strike_mentions": said, "per_report": said / total,
                      "per_report_low": ends[0], "per_report_high": ends[1]}  # fmt: skip
        rows.append(entry)
    return pd.DataFrame(rows)


def _share(
    said: np.ndarray, events: np.ndarray, level: float, sources: np.ndarray | None = None
) -> dict[str, float]:
    """Share with two Wilson intervals: reports independent, and clustered."""
    n, yes = len(said), int(said.sum())
    low, high = share_interval(yes, n, level)
    clusters = len(set(events))
    if sources is not None:
        clusters = min(clusters, len(set(sources)))
    # Where all reports say the same, or are of one event or source, how alike they are cannot
    # be told: then each of those counts as one report, the fewest there can be.
    told = clusters > 1 and 0 < yes < n
    effective = n / design_effect(said, events, sources) if told else clusters
    wide = wilson(yes / n, effective, level)
    return {
        "share": yes / n,
        "low": low,
        "high": high,
        "low_clustered": wide[0],
        "high_clustered": wide[1],
        "effective": float(effective),
    }


def clustered_interval(
    said: np.ndarray, events: np.ndarray, sources: np.ndarray, level: float = 0.95
) -> tuple[float, float]:
    """Wilson interval of a share of reports, clustered by event and by source."""
    row = _share(said, events, level, sources)
    return row["low_clustered"], row["high_clustered"]


def wilson(share: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Wilson interval of a share; `n` may be an effective, broken sample size."""
    z = stats.norm.isf((1 - level) / 2)
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    # Exact ends at 0 and 1, where rounding would leave a trace.
    return 0.0 if share == 0 else centre - half, 1.0 if share == 1 else centre + half


def exact(share: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Beta interval of a share (Clopper and Pearson 1934); `n` may be broken.

    Wider than Wilson's, and by much where reports are few: one of one is 3 to 100%.
    """
    tail, yes = (1 - level) / 2, share * n
    low = 0.0 if share == 0 else float(stats.beta.ppf(tail, yes, n - yes + 1))
    return low, 1.0 if share == 1 else float(stats.beta.isf(tail, yes + 1, n - yes))


def design_effect(said: np.ndarray, events: np.ndarray, sources: np.ndarray | None = None) -> float:
    """How many times larger the variance is because reports share events, or sources too.

    Returns
    -------
    float
        At least 1; 1 where it cannot be told (one event, or a share of 0 or 1).

    Notes
    -----
    Linearised variance of a ratio of cluster totals over the binomial one (Kish 1965). With
    sources the variances by event and by source are added and the one by report taken off
    (Cameron, Gelbach and Miller 2011), and the largest of the three is kept: a list that
    names thirty falls is one source, whatever the number of its events.
    """
    n = len(said)
    p = float(np.mean(said)) if n else 0.0
    if len(set(events)) < 2 or p in (0.0, 1.0):
        return 1.0
    by_event = _cluster_variance(said, events, p)
    variance = by_event
    if sources is not None:
        by_source = _cluster_variance(said, sources, p)
        by_report = _cluster_variance(said, np.arange(n), p)
        variance = max(by_event, by_source, by_event + by_source - by_report)
    return max(1.0, variance / (p * (1 - p) / n))


def _cluster_variance(said: np.ndarray, keys: np.ndarray, p: float) -> float:
    clusters = pd.DataFrame({"yes": said.astype(float), "key": keys}).groupby("key")["yes"]
    k = clusters.ngroups
    if k < 2:
        return 0.0
    residuals = clusters.sum().to_numpy() - p * clusters.size().to_numpy()
    return k / (k - 1) * float((residuals**2).sum()) / len(said) ** 2


def apart(one: pd.Series, other: pd.Series) -> bool:
    """Whether two shares differ, by their clustered intervals.

    Notes
    -----
    Square-and-add interval of a difference of shares (Newcombe 1998, method 10), with the
    clustered limits in place of those of independent reports.
    """
    top, low = (one, other) if one["share"] >= other["share"] else (other, one)
    gap = top["share"] - low["share"]
    reach = math.hypot(top["share"] - top["low_clustered"], low["high_clustered"] - low["share"])
    return bool(gap > reach)


# A source that tells of more events than this in one year is taken for a list.
LIST_LENGTH = 4


def without_lists(
    claims: pd.DataFrame, events: pd.DataFrame, level: float = 0.95
) -> dict[str, str | int]:
    """Share of the last year with and without sources that list many events.

    Returns
    -------
    dict
        ``list_year``, ``list_length``; ``list_reports``, ``list_sources`` (of that year, by
        sources that tell of more than `LIST_LENGTH` of its events); ``list_with`` and
        ``list_without`` (shares with clustered interval), ``not known`` where nothing is left.
    """
    seen = _placed(claims, events, "Y")
    year = seen["period"].max()
    seen = seen[seen["period"] == year]
    many = seen.groupby("source_id")["event_id"].transform("nunique") > LIST_LENGTH
    words = []
    for part in (seen, seen[~many]):
        if part.empty:
            words.append("not known")
            continue
        keys = (part[c].to_numpy() for c in ("mentions", "event_id", "source_id"))
        said, on, by = keys
        row = _share(said, on, level, by)
        words.append(percent(row["share"], row["low_clustered"], row["high_clustered"]))
    return {
        "list_year": str(year),
        "list_length": LIST_LENGTH,
        "list_reports": str(int(many.sum())),
        "list_sources": str(seen.loc[many, "source_id"].nunique()),
        "list_with": words[0],
        "list_without": words[1],
    }


# --- correction for what the instrument misses -------------------------------------------


@dataclass(frozen=True)
class Accuracy:
    """Measured error of an instrument.

    Attributes
    ----------
    sensitivity, specificity
        Shares of true yes and of true no that it gets right.
    n_sensitivity, n_specificity
        Labelled texts, with and without, in which they were measured.
    """

    sensitivity: float
    specificity: float
    n_sensitivity: int
    n_specificity: int


def rogan_gladen(
    yes: float, total: float, accuracy: Accuracy, level: float = 0.95
) -> tuple[float, float, float]:
    """True share behind a measured one, with an interval that carries both doubts.

    Parameters
    ----------
    yes, total
        Texts with a yes, and all; broken where `total` is an effective number.

    Returns
    -------
    share, low, high : float
        Within 0 and 1; nan when nothing was counted.

    Raises
    ------
    ValueError
        If the instrument is no better than chance, so that nothing can be corrected.

    Notes
    -----
    Point: Rogan and Gladen 1978. Interval: Lang and Reiczigel 2014, which adds
    pseudo-counts to all three shares and stays near its level in small samples. The
    correction carries over only to texts like those on which the error was measured.
    """
    se, sp = accuracy.sensitivity, accuracy.specificity
    if se + sp <= 1:
        raise ValueError(
            f"sensitivity {se:.3f} and specificity {sp:.3f} add up to 1 or less: "
            "the instrument tells nothing, so no share can be corrected."
        )
    if total == 0:
        return math.nan, math.nan, math.nan
    point = (yes / total + sp - 1) / (se + sp - 1)
    z = stats.norm.isf((1 - level) / 2)
    n = total + z**2
    p = (yes + z**2 / 2) / n
    n_se, n_sp = accuracy.n_sensitivity + 2, accuracy.n_specificity + 2
    se = (accuracy.n_sensitivity * se + 1) / n_se
    sp = (accuracy.n_specificity * sp + 1) / n_sp
    youden = se + sp - 1
    if youden <= 0:
        return min(1.0, max(0.0, point)), 0.0, 1.0
    q = (p + sp - 1) / youden
    v_se, v_sp = se * (1 - se) / n_se, sp * (1 - sp) / n_sp
    error = math.sqrt(p * (1 - p) / n + q**2 * v_se + (1 - q) ** 2 * v_sp) / youden
    shift = 2 * z**2 * (q * v_se - (1 - q) * v_sp)
    ends = (q + shift - z * error, q + shift + z * error)
    low, high = (min(1.0, max(0.0, end)) for end in ends)
    point = min(1.0, max(0.0, point))
    return point, min(low, point), max(high, point)


def percent(share: float, low: float, high: float) -> str:
    """Share and interval in percent, as prose shows them."""
    if not math.isfinite(share):
        return "not known"
    return f"{100 * share:.0f}% ({100 * low:.0f} to {100 * high:.0f})"


def correct(shares: pd.DataFrame, accuracy: Accuracy, level: float = 0.95) -> pd.DataFrame:
    """Add ``corrected``, ``corrected_low`` and ``corrected_high`` to a table of shares.

    Parameters
    ----------
    shares
        With ``mentions`` and ``reports``, as `corpus_shares` and `mention_shares` give.
        With ``effective`` the interval is that of so many independent reports.
    accuracy
        Error of whatever made the yes and no: the matcher's for a corpus it read. Claims
        are coded by reading, and the matcher's error is not that of a reading.
    """
    worth = shares.get("effective", shares["reports"])
    # One number of reports for share and interval: else the correction would narrow the doubt.
    triples = [
        rogan_gladen(r.mentions * n / r.reports if r.reports else 0, n, accuracy, level)
        for r, n in zip(shares.itertuples(), worth, strict=True)
    ]
    names = ["corrected", "corrected_low", "corrected_high"]
    return shares.assign(**dict(zip(names, zip(*triples, strict=True), strict=True)))


# --- does it hold where everyone looked? -------------------------------------------------


def severity_shares(
    claims: pd.DataFrame,
    events: pd.DataFrame | None = None,
    by: str = "Y",
    level: float = 0.95,
) -> pd.DataFrame:
    """Share of reports that mention a strike, by how widely the event was reported.

    Returns
    -------
    DataFrame
        One row per period and ``groups`` (``1``, ``2``, ``3+`` independent groups):
        ``mentions``, ``reports``, ``events``, ``share``, ``low``, ``high`` and the
        clustered interval.

    Notes
    -----
    The diagnostic of Weidmann 2016: a pattern that reporting makes should fade among
    events that everyone reported.
    """
    seen = _binned(claims, events, by)
    rows = []
    for (period, bin_), part in seen.groupby(["period", "bin"], sort=True):
        share = _share(part["mentions"].to_numpy(), part["event_id"].to_numpy(), level)
        rows.append(
            {
                "period": period, "groups": bin_, "mentions": int(part["mentions"].sum()),
                "reports": len(part),
                "events": part["event_id"].nunique(), **share,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def severity_contrast(
    claims: pd.DataFrame,
    events: pd.DataFrame | None = None,
    by: str = "Y",
    level: float = 0.95,
    draws: int = 999,
    seed: int = 20210815,
) -> dict[str, float]:
    """Widely reported events (three groups or more) against all others.

    Returns
    -------
    dict
        ``wide``, ``narrow``: shares; ``difference`` with ``low``, ``high`` from
        resampling whole events; ``detectable``: smallest difference that would be found
        four times in five; ``odds_ratio`` with ``odds_low``, ``odds_high``: within
        periods (Mantel and Haenszel 1959), for a change of mix over time; ``reports_wide``,
        ``reports_narrow``, ``events_wide``, ``events_narrow``.

    Raises
    ------
    EmptySelectionError
        If all events fall on one side.
    """
    seen = _binned(claims, events, by)
    wide = (seen["bin"] == "3+").to_numpy()
    if wide.all() or not wide.any():
        raise EmptySelectionError(
            "Every event left is reported by three groups or more, or none is: nothing to compare."
        )
    totals = seen.assign(wide=wide).groupby(["wide", "event_id"])["mentions"].agg(["sum", "size"])
    rng = np.random.default_rng(seed)
    drawn = {}
    for side in (True, False):
        yes, n = (totals.loc[side, c].to_numpy(dtype=float) for c in ("sum", "size"))
        index = rng.integers(0, len(n), size=(draws, len(n)))
        drawn[side] = yes[index].sum(axis=1) / n[index].sum(axis=1)
    gap = drawn[True] - drawn[False]
    tail = (1 - level) / 2
    low, high = np.quantile(gap, [tail, 1 - tail])
    share = {side: float(seen["mentions"][wide == side].mean()) for side in (True, False)}
    odds = _pooled_odds(seen, wide, level)
    return {
        "wide": share[True],
        "narrow": share[False],
        "difference": share[True] - share[False],
        "low": float(low),
        "high": float(high),
        "detectable": float((stats.norm.isf(tail) + stats.norm.ppf(0.8)) * gap.std(ddof=1)),
        **odds,
        "reports_wide": int(wide.sum()),
        "reports_narrow": int((~wide).sum()),
        "events_wide": len(totals.loc[True]),
        "events_narrow": len(totals.loc[False]),
    }


def severity_fade(
    claims: pd.DataFrame,
    events: pd.DataFrame | None = None,
    level: float = 0.95,
    draws: int = 999,
    seed: int = 20210815,
) -> pd.DataFrame:
    """Change of the share from the years before to the last year, by how widely reported.

    Returns
    -------
    DataFrame
        Rows ``wide`` (three groups or more), ``narrow`` and ``wide - narrow``: ``before``,
        ``last`` (shares; missing in the third row), ``change`` with ``low``, ``high`` from
        resampling whole events, ``detectable`` (smallest change found four times in five).
        ``attrs["year"]`` is the last year.

    Raises
    ------
    EmptySelectionError
        If one of the four groups has no report.

    Notes
    -----
    Weidmann 2016: a change that reporting makes fades among events that everyone reported,
    so that ``wide - narrow`` has the other sign than the change. A change of the mix of
    events within the groups is not taken out.
    """
    seen = _binned(claims, events, "Y")
    late = seen["period"] == seen["period"].max()
    wide = seen["bin"] == "3+"
    rng = np.random.default_rng(seed)
    share, drawn = {}, {}
    for side in (True, False):
        for after in (False, True):
            part = seen[(wide == side) & (late == after)]
            if part.empty:
                raise EmptySelectionError(
                    "The last year, or the years before it, have no report on events told by "
                    f"{'three groups or more' if side else 'fewer than three groups'}: nothing "
                    "to compare. Widen start and end."
                )
            share[side, after] = float(part["mentions"].mean())
            totals = part.groupby("event_id")["mentions"].agg(["sum", "size"]).to_numpy(float)
            index = rng.integers(0, len(totals), size=(draws, len(totals)))
            sums = totals[index].sum(axis=1)
            drawn[side, after] = sums[:, 0] / sums[:, 1]
    change = {side: share[side, True] - share[side, False] for side in (True, False)}
    moved = {side: drawn[side, True] - drawn[side, False] for side in (True, False)}
    rows = [
        ("wide", share[True, False], share[True, True], change[True], moved[True]),
        ("narrow", share[False, False], share[False, True], change[False], moved[False]),
        ("wide - narrow", np.nan, np.nan, change[True] - change[False], moved[True] - moved[False]),
    ]
    tail = (1 - level) / 2
    table = pd.DataFrame(
        [
            (name, before, last, value, *np.quantile(sample, [tail, 1 - tail]),
             (stats.norm.isf(tail) + stats.norm.ppf(0.8)) * sample.std(ddof=1))
            for name, before, last, value, sample in rows
        ],
        columns=["group", "before", "last", "change", "low", "high", "detectable"],
    )  # fmt: skip
    table.attrs["year"] = int(seen["period"].max().year)
    return table


def severity_words(
    claims: pd.DataFrame, events: pd.DataFrame, level: float = 0.95
) -> dict[str, str]:
    """Both severity diagnostics as prose shows them.

    Returns
    -------
    dict
        ``severity_gap``, ``severity_odds`` (of `severity_contrast`), ``fade_wide``,
        ``fade_narrow``, ``fade_gap``, ``fade_detectable``, ``fade_verdict``, ``fade_power``
        (of `severity_fade`); ``not known`` where there is nothing to compare.
    """
    unknown = "not known"
    words = dict.fromkeys(
        ("severity_gap", "severity_odds", "fade_year", "fade_wide", "fade_narrow", "fade_gap",
         "fade_detectable", "fade_power"), unknown,
    ) | {"fade_verdict": "nothing can be said of it in this selection"}  # fmt: skip
    try:
        gap = severity_contrast(claims, events, "Y", level)
        words["severity_gap"] = _points(gap["difference"], gap["low"], gap["high"])
        if math.isfinite(gap["odds_ratio"]):
            words["severity_odds"] = (
                f"{gap['odds_ratio']:.1f} ({gap['odds_low']:.1f} to {gap['odds_high']:.1f})"
            )
        fade = severity_fade(claims, events, level).set_index("group")
    except EmptySelectionError:
        return words
    for key, group in (("wide", "wide"), ("narrow", "narrow"), ("gap", "wide - narrow")):
        row = fade.loc[group]
        words[f"fade_{key}"] = _points(row["change"], row["low"], row["high"])
    wide, narrow, both = (fade.loc[name] for name in ("wide", "narrow", "wide - narrow"))
    words["fade_year"] = str(fade.attrs["year"])
    words["fade_detectable"] = f"{100 * both['detectable']:.0f} points"
    words["fade_verdict"] = (
        f"{_signed(wide['change'])} points among widely reported events, "
        f"{_signed(narrow['change'])} among others (difference {_signed(both['change'])}, "
        f"{_signed(both['low'])} to {_signed(both['high'])}); "
    )
    if wide["low"] <= 0 <= wide["high"]:
        words["fade_verdict"] += "among the former it cannot be told from none; "
    elif both["change"] * wide["change"] < 0 and not both["low"] <= 0 <= both["high"]:
        words["fade_verdict"] += "it is smaller among the former; "
    # The intervals do not hold this doubt, so the verdict has to say it.
    words["fade_verdict"] += "pages that list many events can make such a change"
    # Power is a share of studies: a smaller change is found less often, not never.
    if both["detectable"] <= abs(narrow["change"]):
        words["fade_power"] = "a whole fading of the change at least as often"
    else:
        words["fade_power"] = "a whole fading of the change less often"
    return words


def _points(value: float, low: float, high: float) -> str:
    return f"{_signed(value)} points ({_signed(low)} to {_signed(high)})"


def _signed(share: float) -> str:
    """Points with a true sign, and none on a zero."""
    points = round(100 * share)
    return f"{points:+d}".replace("-", "\u2212") if points else "0"


def _pooled_odds(seen: pd.DataFrame, wide: np.ndarray, level: float) -> dict[str, float]:
    names = ("odds_ratio", "odds_low", "odds_high")
    tables = [t for t in _strata(seen, wide) if t.sum(axis=0).all() and t.sum(axis=1).all()]
    # Without a yes and a no on crossing sides the ratio is 0 or infinite: not an estimate.
    if not tables or not sum(t[0, 0] * t[1, 1] for t in tables) * sum(
        t[0, 1] * t[1, 0] for t in tables
    ):
        return dict.fromkeys(names, math.nan)
    pooled = StratifiedTable(tables)
    low, high = pooled.oddsratio_pooled_confint(alpha=1 - level)
    values = (pooled.oddsratio_pooled, low, high)
    return dict(zip(names, map(float, values), strict=True))


def _strata(seen: pd.DataFrame, wide: np.ndarray) -> Iterator[np.ndarray]:
    for _, part in seen.assign(wide=wide).groupby("period"):
        cells = [
            [((part["wide"] == side) & (part["mentions"] == said)).sum() for said in (True, False)]
            for side in (True, False)
        ]
        yield np.array(cells, dtype=float)


def _binned(claims: pd.DataFrame, events: pd.DataFrame | None, by: str) -> pd.DataFrame:
    if "independence_group" not in claims:
        raise ValueError("claims need the column independence_group: use Study.claims.")
    # Copies of one story would make an event look the more alike the wider it spread.
    seen = _placed(claims, events, by, unit="group")
    return seen.assign(bin=np.select([seen["groups"] >= 3, seen["groups"] == 2], ["3+", "2"], "1"))
