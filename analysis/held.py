"""How long places stayed taken, before 2021 and in 2021.

A capture is followed until the place was lost again. Where no loss is reported, the place
was still held when last heard of; how long that silence counts is a choice, and both ends
of it are shown: the capture leaves the sample at the last account of it (``last report``),
or silence is taken as still held until the tables end (``end of tables``).

Kaplan-Meier, log-rank and Cox come from statsmodels. The lifelines package was tried and
set aside: release 0.30 needs a pandas older than 3.
"""

import math
from collections.abc import Collection

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

from analysis import collapse
from analysis.dates import parse_window

READINGS = ("last report", "end of tables")
SPLIT = pd.Timestamp("2021-01-01")
PERIODS = ("before 2021", "2021")


def durations(taken: pd.DataFrame, claims: pd.DataFrame) -> pd.DataFrame:
    """Days from fall to loss of every capture, with bounds, under both readings.

    Parameters
    ----------
    taken
        Output of `analysis.collapse.captures`.
    claims
        Claims with ``event_id``, ``field``, ``value``, ``stance`` and ``as_of``.

    Returns
    -------
    DataFrame
        One row a capture and reading: ``event_id``, ``place``, ``period``, ``reading``,
        ``lost`` (True: seen to be lost; False: censored), ``days_min``, ``days``,
        ``days_max``. For a censored capture the three agree.

    Notes
    -----
    ``captured_held`` is censored at the last day spoken of by an account that has the
    place in Taliban hands, or at 15 August 2021. The middle of the bounds is ``days``;
    the bounds widen the bands of `curves`.
    """
    last = _last_heard(claims)
    table = []
    for row in taken.itertuples():
        period = PERIODS[int(row.fell_latest >= SPLIT)]
        for reading in READINGS:
            if row.lost:
                low = max(0, (row.lost_earliest - row.fell_latest).days)
                high = max(low, (row.lost_latest - row.fell_earliest).days)
            else:
                until = last.get(row.event_id, row.fell_latest)
                stop = until if reading == READINGS[0] else collapse.END
                low = high = max(0, (stop - row.fell_latest).days)
            table.append((row.event_id, row.place, period, reading, bool(row.lost), low,
                          (low + high) / 2, high))  # fmt: skip
    columns = ["event_id", "place", "period", "reading", "lost", "days_min", "days", "days_max"]
    return pd.DataFrame(table, columns=columns)


def _last_heard(claims: pd.DataFrame) -> dict[str, pd.Timestamp]:
    says = claims[
        (claims["field"] == "outcome")
        & (claims["value"] == "captured")
        & (claims["stance"] == "affirms")
        & claims["as_of"].notna()
    ]
    days = pd.Series([pd.Timestamp(parse_window(v).latest) for v in says["as_of"]], dtype=object)
    last = days.groupby(says["event_id"].to_numpy()).max()
    return {key: min(day, collapse.END) for key, day in last.items()}


def survival(days: np.ndarray, lost: np.ndarray, level: float = 0.95) -> pd.DataFrame:
    """Kaplan-Meier estimate with pointwise log-log interval, one row a step.

    Parameters
    ----------
    days
        Days until loss or censoring, shape (n,).
    lost
        True where the loss was seen.
    level
        Coverage of the pointwise interval.

    Returns
    -------
    DataFrame
        ``day`` (0 first), ``at_risk``, ``lost``, ``share`` (held longer than that day),
        ``low``, ``high``. Empty sample: no row.

    Notes
    -----
    Greenwood's variance on the log-log scale (Kalbfleisch and Prentice 1980), which
    stays within 0 and 1. Where nothing has been lost yet the lower end is the exact
    binomial one, and where everything has been the upper end is.
    """
    columns = ["day", "at_risk", "lost", "share", "low", "high"]
    if len(days) == 0:
        return pd.DataFrame(columns=columns, dtype=float)
    tail = (1 - level) / 2
    n = len(days)
    rows = [(0.0, n, 0, 1.0, tail ** (1 / n), 1.0)]
    if np.any(lost):
        # Half a day keeps a place lost on the day it fell at risk for a moment.
        model = SurvfuncRight(np.asarray(days, dtype=float) + 0.5, np.asarray(lost, dtype=int))
        z = stats.norm.ppf(1 - tail)
        for time, risk, events, share, error in zip(
            model.surv_times, model.n_risk, model.n_events, model.surv_prob,
            model.surv_prob_se, strict=True,
        ):  # fmt: skip
            if 0 < share < 1:
                spread = z * error / (share * abs(math.log(share)))
                low, high = share ** math.exp(spread), share ** math.exp(-spread)
            else:
                low, high = 0.0, 1 - tail ** (1 / risk)
            rows.append((time - 0.5, risk, events, share, low, high))
    return pd.DataFrame(rows, columns=columns)


def curves(held: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """Kaplan-Meier curves by period and reading, bands widened by doubt about days.

    Returns
    -------
    DataFrame
        ``period``, ``reading``, ``day`` (whole days from 0), ``share``, ``low``,
        ``high``, ``at_risk``; the band is the envelope of the intervals of the shortest
        and the longest durations that the dates allow.
    """
    parts = []
    for (period, reading), own in held.groupby(["period", "reading"], sort=True):
        lost = own["lost"].to_numpy(bool)
        grid = np.arange(0, int(own["days_max"].max()) + 1)
        fits = [survival(own[c].to_numpy(float), lost, level)
                for c in ("days", "days_min", "days_max")]  # fmt: skip
        middle, shortest, longest = (_on(fit, grid) for fit in fits)
        parts.append(
            pd.DataFrame(
                {
                    "period": period,
                    "reading": reading,
                    "day": grid,
                    "share": middle["share"],
                    "low": np.minimum(shortest["low"], middle["low"]),
                    "high": np.maximum(longest["high"], middle["high"]),
                    "at_risk": [(own["days"] >= day).sum() for day in grid],
                }
            )
        )
    columns = ["period", "reading", "day", "share", "low", "high", "at_risk"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _on(fit: pd.DataFrame, grid: np.ndarray) -> dict[str, np.ndarray]:
    """Steps read off at each grid day: the last step at or before it."""
    at = np.searchsorted(fit["day"].to_numpy(), grid, side="right") - 1
    # Row 0 is the start; a step at day 0 comes after it and is found by "right".
    return {name: fit[name].to_numpy()[at] for name in ("share", "low", "high")}


def at_day(table: pd.DataFrame, period: str, reading: str, day: int) -> tuple[float, float, float]:
    """Share held longer than `day` with its band; nan where the curve does not reach."""
    own = table[(table["period"] == period) & (table["reading"] == reading)
                & (table["day"] == day)]  # fmt: skip
    if own.empty:
        return math.nan, math.nan, math.nan
    return tuple(float(own[c].iloc[0]) for c in ("share", "low", "high"))


def compare(held: pd.DataFrame, reading: str, level: float = 0.95) -> dict[str, float]:
    """Rate of loss in 2021 over the rate before: Cox ratio, log-rank, smallest seen.

    Returns
    -------
    dict
        ``ratio``, ``low``, ``high`` (hazard ratio, Efron ties, robust to several falls of
        one place only by assumption of independence), ``p_logrank``, ``losses``,
        ``captures``, ``smallest`` (hazard ratio below one found with power 0.8; Schoenfeld
        1981). nan where a period is missing or has no loss.
    """
    own = held[held["reading"] == reading]
    late = (own["period"] == PERIODS[1]).to_numpy(int)
    lost = own["lost"].to_numpy(int)
    empty = {k: math.nan for k in ("ratio", "low", "high", "p_logrank", "smallest")}
    empty |= {"losses": int(lost.sum()), "captures": len(own)}
    if min(lost[late == 1].sum(), lost[late == 0].sum()) == 0:
        return empty
    days = own["days"].to_numpy(float) + 0.5
    fit = PHReg(days, late.reshape(-1, 1), status=lost, ties="efron").fit()
    low, high = np.exp(fit.conf_int(alpha=1 - level)[0])
    share = late.mean()
    z = stats.norm.ppf(1 - (1 - level) / 2) + stats.norm.ppf(0.8)
    smallest = math.exp(-z / math.sqrt(lost.sum() * share * (1 - share)))
    return empty | {
        "ratio": float(np.exp(fit.params[0])),
        "low": float(low),
        "high": float(high),
        "p_logrank": float(survdiff(days, lost, late)[1]),
        "smallest": float(smallest),
    }


def outcome_matrix(events: pd.DataFrame, later: Collection[str] = ()) -> pd.DataFrame:
    """Offensives by target, outcome and period.

    Parameters
    ----------
    events
        Selected events.
    later
        Those lost only after the last day of the tables; until then they were held.

    Returns
    -------
    DataFrame
        ``target``, ``outcome``, ``period``, ``events``; every combination of what occurs,
        zeros included.
    """
    period = np.where(events["date_start_latest"] >= SPLIT, PERIODS[1], PERIODS[0])
    outcome = events["outcome"]
    if len(later):
        outcome = outcome.mask(events["event_id"].isin(set(later)), "captured_held")
    counts = events.groupby([events["target"], outcome, period]).size()
    full = pd.MultiIndex.from_product(
        [sorted(events["target"].dropna().unique()), sorted(outcome.dropna().unique()),
         PERIODS], names=["target", "outcome", "period"],
    )  # fmt: skip
    return counts.reindex(full, fill_value=0).rename("events").reset_index()


def words(ratios: dict[str, dict[str, float]]) -> str:
    """Hazard ratios of both readings as words with interval and smallest one detectable."""
    parts = []
    for reading, found in ratios.items():
        if math.isnan(found["ratio"]):
            parts.append(f"{reading}: not estimable, a period has no loss")
        else:
            parts.append(
                f"{reading}: {found['ratio']:.2f} ({found['low']:.2f} to {found['high']:.2f}; "
                f"only ratios below {found['smallest']:.2f} were likely to show)"
            )
    return "; ".join(parts)


def heading(ratios: dict[str, dict[str, float]]) -> str:
    """Finding on the rate of loss in 2021 against before, under both readings of silence."""
    known = [r for r in ratios.values() if not math.isnan(r["ratio"])]
    if not known:
        return "Whether places taken in 2021 were lost again at another rate cannot be said"
    if len(known) == len(ratios) and all(r["high"] < 1 for r in known):
        return (
            "Places taken in 2021 were reported lost again at a lower rate than places taken before"
        )
    if len(known) == len(ratios) and all(r["low"] > 1 for r in known):
        return (
            "Places taken in 2021 were reported lost again at a higher rate than places taken "
            "before"
        )
    return "No difference in the rate of reported losses holds under both readings of silence"


def followed_words(lines: pd.DataFrame, day: int = 30) -> str:
    """How many captures are still followed on a day, by period, to the last report of each."""
    rows = lines[(lines["reading"] == READINGS[0]) & (lines["day"].isin((0, day)))]
    parts = []
    for period in PERIODS:
        own = rows[rows["period"] == period].set_index("day")["at_risk"]
        if 0 in own.index:
            parts.append(f"{int(own.get(day, 0))} of {int(own[0])} taken {taken_when(period)}")
    return " and ".join(parts) if parts else "none"


# What a reading of silence assumes, as it follows a share.
WAYS = dict(
    zip(READINGS, ("followed to the last report", "if silence counts as held"), strict=True)
)


def lasted_words(shares: dict[tuple[str, str], tuple[float, float, float]], gap: str = "; ") -> str:
    """Shares still held with their intervals, the periods side by side in each reading.

    Parameters
    ----------
    shares
        Share and the ends of its interval by period and reading; nan where not reached.
    gap
        What parts the readings.
    """
    parts = []
    for reading, way in WAYS.items():
        told = [
            f"{percent(shares[period, reading])} {taken_when(period)}"
            for period in PERIODS
            if (period, reading) in shares and not math.isnan(shares[period, reading][0])
        ]
        if told:
            parts.append(f"{' and '.join(told)}, {way}")
    return gap.join(parts)


def taken_when(period: str) -> str:
    """Period as it follows the word taken."""
    return period if period.startswith("before") else f"in {period}"


def late_words(taken: pd.DataFrame, day: int = 30) -> str:
    """Sentence on captures too late to be followed for so many days, and on later losses."""
    late = int((taken["fell_latest"] > collapse.END - pd.Timedelta(days=day)).sum())
    text = (
        f"{late or 'None'} of {len(taken)} captures fell too late to be followed for {day} days, "
        f"for the tables end on {collapse.END:%-d %B %Y}"
    )
    rows = taken[taken["lost_later"].notna()]
    if rows.empty:
        return text + "."
    listed = ", ".join(f"{r.place} ({r.lost_later:%-d %B})" for r in rows.itertuples())
    return f"{text}; places told as lost after that day count as held on it: {listed}."


def board_words(matrix: pd.DataFrame, taken: pd.DataFrame) -> str:
    """Sentence that reconciles captures on the board with those that are followed."""
    own = matrix[matrix["target"].isin(collapse.CENTRES)]
    shown = own[own["outcome"].str.startswith("captured")]
    lost = shown.loc[shown["outcome"] == "captured_lost", "events"].sum()
    return (
        f"The board above has {int(shown['events'].sum())} captures of such places, {int(lost)} of "
        f"them lost again, for it counts a campaign once; the curves follow {len(taken)}, falls "
        "within a campaign included, and know of a loss also from the event that retook the place. "
        "All declared campaigns are on the board; where single actions are counted, as in notebook "
        "02, one whose actions are recorded is not."
    )


def percent(share: tuple[float, float, float]) -> str:
    """Share with its band in percent, or the word that the curve does not reach."""
    if math.isnan(share[0]):
        return "not reached"
    return "{:.0f}% ({:.0f} to {:.0f})".format(*(100 * v for v in share))
