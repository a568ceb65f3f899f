"""F10: when did it change.

The level of deaths and of offensives once the season is out, the shifts that a search with
an honest penalty finds, where each could lie as well, and what the usual search would say.
"""

import math
from collections.abc import Sequence

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.breaks import (
    MIN_SEGMENT,
    Breaks,
    break_locations,
    find_breaks,
    memory_share,
    segment_means,
)
from analysis.errors import EmptySelectionError
from analysis.fig_leadlag import SCALES
from analysis.rates import deseasonalise
from analysis.style import FAINT, INK, PARTY, Drawing, canvas, finish

SLUG = "f10_when_it_changed"
SHOWN = ("deaths", "offensives")
NAMES = {
    "deaths": "Deaths in fighting, national",
    "offensives": "Offensives in the table, which follow reporting too",
}
UNITS = {
    "deaths": "deaths a month,\nseason removed",
    "offensives": "deviance residuals\n(about standard\ndeviations)",
}
COLUMNS = ["series", "kind", "month", "value", "low", "high", "break", "note", "source_ids"]


def search(monthly: pd.DataFrame) -> dict[str, Breaks]:
    """Change points of deaths and offensives; a series too thin for it is left out.

    Parameters
    ----------
    monthly
        From `analysis.fig_leadlag.monthly_series`.

    Raises
    ------
    EmptySelectionError
        If neither can be searched.
    """
    found, reasons = {}, []
    for name in SHOWN:
        try:
            found[name] = find_breaks(deseasonalise(monthly[name], SCALES[name], keep_level=True))
        except EmptySelectionError as error:
            reasons.append(str(error))
    if not found:
        raise EmptySelectionError(" ".join(reasons))
    return found


def data(
    found: dict[str, Breaks],
    source_ids: dict[str, str] | None = None,
    wander: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Marks of the figure.

    Parameters
    ----------
    found
        From `search`.
    source_ids
        Sources of each series, joined by semicolons.
    wander
        From `wandering`: the title says how often a series without a break looks as broken.

    Returns
    -------
    DataFrame
        ``series``; ``kind``: ``level`` (value of a month), ``mean`` (mean between the
        breaks that survive), ``granted`` (mean between refined breaks), ``wander`` (share of
        simulated series without a break that look as broken), ``naive``, ``refined`` and
        ``found`` (a break; for the latter two with the share of draws that find it again in
        ``value`` and 90% of its places from ``low`` to ``high``) or ``place`` (share of
        draws that put ``break`` in ``month``).
        Months as first day. Deaths are in deaths a month, offensives in deviance
        residuals, which are about standard deviations.
    """
    parts = []
    for name, breaks in found.items():
        level = breaks.level
        means, granted = (
            segment_means(level.to_numpy(float), [level.index.get_loc(m) for m in months])
            for months in (breaks.found, breaks.refined)
        )
        shown = np.exp if SCALES[name] == "log" else np.asarray
        rows = [
            pd.DataFrame({"kind": "level", "month": level.index, "value": shown(level)}),
            pd.DataFrame({"kind": "mean", "month": level.index, "value": shown(means)}),
            pd.DataFrame({"kind": "granted", "month": level.index, "value": shown(granted)}),
            pd.DataFrame({"kind": "naive", "month": list(breaks.naive)}),
        ]
        if wander is not None:
            share = float(wander.set_index("series").loc[name, "share"])
            rows.append(pd.DataFrame({"kind": ["wander"], "month": [pd.NaT], "value": [share]}))
        spots = break_locations(breaks)
        if len(spots):
            heads = spots.drop_duplicates("break")
            rows.append(
                pd.DataFrame(
                    {
                        "kind": np.where(heads["found"].astype(bool), "found", "refined"),
                        "month": heads["break"],
                        "value": heads["again"],
                        "low": [m.to_timestamp() for m in heads["low"]],
                        "high": [m.to_timestamp() for m in heads["high"]],
                        "break": heads["break"],
                    }
                )
            )
            rows.append(
                spots[["month", "share", "break"]]
                .rename(columns={"share": "value"})
                .assign(kind="place")
            )
        part = pd.concat([r for r in rows if len(r)], ignore_index=True)
        part["source_ids"] = (source_ids or {}).get(name, "")
        parts.append(part.assign(series=name))
    table = pd.concat(parts, ignore_index=True).reindex(columns=COLUMNS)
    for column in ("month", "break"):
        table[column] = [m.to_timestamp() if pd.notna(m) else pd.NaT for m in table[column]]
    for column in ("low", "high"):
        table[column] = pd.to_datetime(table[column])
    table["value"] = table["value"].astype(float)
    return table.sort_values(["series", "kind", "break", "month"], ignore_index=True)


def wandering(found: dict[str, Breaks]) -> pd.DataFrame:
    """How often a series with memory and no break looks as broken, one row a series."""
    return pd.DataFrame([{"series": name, **memory_share(b)} for name, b in found.items()])


def nearby(
    months: Sequence[pd.Timestamp], decisions: pd.DataFrame, index: pd.PeriodIndex, within: int = 3
) -> tuple[pd.DataFrame, float]:
    """Headline dates near each break, and the share of all months that have one near.

    Returns
    -------
    near : DataFrame
        ``break``, ``decision``, ``months_after`` (below zero: decided before the break).
    share : float
        Share of the months of the study within `within` months of some headline date:
        what a break placed at random would meet.
    """
    headline = decisions[decisions["headline"]]
    when = pd.PeriodIndex(headline["date_kabul"], freq="M")
    near = [
        {"break": pd.Period(b, "M"), "decision": label, "months_after": (d - pd.Period(b, "M")).n}
        for b in months
        for d, label in zip(when, headline["label"], strict=True)
        if abs((d - pd.Period(b, "M")).n) <= within
    ]
    close = [any(abs((d - m).n) <= within for d in when) for m in index]
    return pd.DataFrame(near, columns=["break", "decision", "months_after"]), float(np.mean(close))


def date_words(month: pd.Timestamp, last: pd.Timestamp) -> str:
    """Month of a break in words; the last month a search can name stands for all after it.

    Parameters
    ----------
    month
        First month of the new level.
    last
        Last month of the series.
    """
    placed = (pd.Period(last, "M") - pd.Period(month, "M")).n
    return f"{month:%B %Y}" + (" or later" if placed < MIN_SEGMENT else "")


def last_place_words(table: pd.DataFrame) -> str:
    """Where a rise of the last months is dated to, since a level must last.

    Parameters
    ----------
    table
        From `data`.
    """
    place = _last(table) - pd.DateOffset(months=MIN_SEGMENT - 1)
    return (
        f"the last month in which a step can be placed is {place:%B %Y}, so a later rise is dated "
        "to it as well"
    )


def _last(rows: pd.DataFrame) -> pd.Timestamp:
    return rows.loc[rows["kind"] == "level", "month"].max()


def _at_edge(month: pd.Timestamp, last: pd.Timestamp) -> bool:
    return (pd.Period(last, "M") - pd.Period(month, "M")).n < MIN_SEGMENT


def _steps(number: int, noun: str = "step") -> str:
    words = {0: "no", 1: "one", 2: "two", 3: "three"}
    return f"{words.get(number, str(number))} {noun}{'' if number == 1 else 's'}"


def _placed(rows: pd.DataFrame, name: str) -> str:
    """Steps of one series that survive the penalty, and what a wandering level would do."""
    last = _last(rows)
    stand = [date_words(m, last) for m in rows.loc[rows["kind"] == "found", "month"]]
    text = f"{_steps(len(stand))} in {name}"
    share = rows.loc[rows["kind"] == "wander", "value"]
    about = [" and ".join(stand)] if stand else []
    if len(share) and stand:
        about.append(
            f"{100 * share.iloc[0]:.0f}% of simulated series without a break look as broken"
        )
    return text + (f" ({'; '.join(about)})" if about else "")


def finding(table: pd.DataFrame) -> str:
    """Title: which steps a search with a penalty for memory places, and what chance does."""
    said = []
    for name in SHOWN:
        rows = table[table["series"] == name]
        if len(rows):
            said.append(_placed(rows, name))
    return "A search with a penalty for memory places " + ", ".join(said)


# Above this share of simulated series that look as broken, no date is called established.
DOUBTFUL = 0.05


def answer(table: pd.DataFrame, found: dict[str, Breaks], wander: pd.DataFrame) -> str:
    """Sentence on the change points of the surer series, with its doubt.

    Deaths where they can be searched: the number of offensives follows coverage.
    """
    name = next(n for n in SHOWN if n in found)
    rows = table[table["series"] == name]
    share = float(wander.set_index("series").loc[name, "share"])
    stand = [date_words(m, _last(rows)) for m in rows.loc[rows["kind"] == "found", "month"]]
    size = smallest(found[name], name)
    if not stand:
        return f"No change of level of {name} is found; shifts below {size} would often be missed."
    places = f"a search places {_steps(len(stand))} in {name}, in "
    places += " and ".join(stand)
    looks = f"{100 * share:.0f}% of simulated series without a step look as broken"
    if share > DOUBTFUL:
        return f"No date of change is established: {places}, but {looks}."
    return f"{places[0].upper()}{places[1:]}; {looks}."


def smallest(breaks: Breaks, name: str) -> str:
    """Smallest shift that would often be found, in words."""
    if SCALES[name] == "log":
        return f"a factor of {math.exp(breaks.detectable):.2f}"
    return f"{breaks.detectable:.1f} standard deviations"


def draw(table: pd.DataFrame) -> Drawing:
    """Level above, places of its breaks below, for each series; one time axis."""
    names = [n for n in SHOWN if (table["series"] == n).any()]
    fig = canvas(30 + 66 * len(names))
    axes = fig.subplots(
        2 * len(names), 1, sharex=True, gridspec_kw={"height_ratios": [1.6, 1.0] * len(names)}
    )
    for i, name in enumerate(names):
        rows = table[table["series"] == name]
        _draw_level(axes[2 * i], rows, name)
        _draw_places(axes[2 * i + 1], rows)
    months = table.loc[table["kind"] == "level", "month"]
    axes[-1].set_xlim(months.min(), min(months.max() + pd.Timedelta(days=31),
                                        pd.Timestamp("2021-08-15")))  # fmt: skip
    years = (months.max() - months.min()).days / 365
    axes[-1].xaxis.set_major_locator(mdates.YearLocator(1 if years < 20 else 2))
    axes[-1].xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
    title = finding(table)
    finish(
        fig,
        title,
        "Sources: UCDP GED state-based deaths, national (CC BY 4.0); events table of this project "
        "(selected offensives).\nSeason by era removed; August 2021 left out as half a month.",
    )
    counts = table.groupby(["series", "kind"]).size()
    shown = "; ".join(
        f"{n}: {counts.get((n, 'level'), 0)} months, "
        f"{_steps(counts.get((n, 'found'), 0), 'shift')} by the search with a penalty for memory, "
        f"{_steps(counts.get((n, 'refined'), 0), 'further shift')} once those are taken for real, "
        f"{_steps(counts.get((n, 'naive'), 0), 'shift')} by the simple search"
        for n in names
    )
    caption = (
        "Thin line: monthly level without its season (deaths on a log scale; offensives as "
        "deviance residuals of a negative-binomial model, about standard deviations). Thick "
        "line: mean between the shifts that survive a penalty scaled by the long-run variance; "
        "dashed: between the further ones that appear once these are taken for real. Below: in "
        "what share of 499 bootstrap draws a break falls in each month, with the number of breaks "
        "held; the percentage beside a month is the share of draws in which the search, done "
        "afresh, finds the shift again. Open triangles: the simple search, which takes months for "
        "independent. A level must last "
        f"{MIN_SEGMENT} months: {last_place_words(table)}. {shown}."
    )
    return Drawing(SLUG, fig, table, title, caption, _alt(table, names), _cited(table))


def _draw_level(ax: Axes, rows: pd.DataFrame, name: str) -> None:
    level, mean = rows[rows["kind"] == "level"], rows[rows["kind"] == "mean"]
    middle = pd.Timedelta(days=14)
    ax.plot(level["month"] + middle, level["value"], color="#8c8c8c", lw=0.8)
    granted = rows[rows["kind"] == "granted"]
    ax.step(granted["month"], granted["value"], where="post", color=FAINT, lw=0.8,
            ls=(0, (3, 2)))  # fmt: skip
    ax.step(mean["month"], mean["value"], where="post", color=PARTY["taliban"], lw=1.6)
    if SCALES[name] == "log":
        ax.set_yscale("log")
        ticks = [t for t in (50, 100, 200, 500, 1000, 2000, 5000, 10000)
                 if 0.8 * level["value"].min() <= t <= 1.3 * level["value"].max()]  # fmt: skip
        ax.set_yticks(ticks, [f"{t:,}" for t in ticks])
        ax.minorticks_off()
    ax.set_ylabel(UNITS[name])
    ax.set_title(NAMES[name])
    for row in rows[rows["kind"] == "found"].itertuples():
        ax.axvline(row.month, color=INK, lw=0.6, ls=(0, (3, 2)), zorder=0)


def _draw_places(ax: Axes, rows: pd.DataFrame) -> None:
    places, heads = rows[rows["kind"] == "place"], rows[rows["kind"].isin(["found", "refined"])]
    heads = heads.sort_values("month")
    naive = rows[rows["kind"] == "naive"]
    for row in heads.itertuples():
        own = places[places["break"] == row.month]
        colour = PARTY["taliban"] if row.kind == "found" else "#a6a6a6"
        ax.bar(own["month"] + pd.Timedelta(days=14), own["value"], width=27, color=colour, lw=0,
               zorder=2 if row.kind == "found" else 1)  # fmt: skip
        ax.plot([row.low, row.high + pd.Timedelta(days=30)], [-0.09, -0.09], color=colour, lw=2,
                solid_capstyle="butt", clip_on=False)  # fmt: skip
    # Labels stand above the bars, and step up where breaks lie less than two years apart.
    before, height = pd.Timestamp("1900-01-01"), 1.32
    for row in heads.itertuples():
        close = (row.month - before).days < 730
        height = 1.6 if close and height < 1.5 else 1.32
        before = row.month
        label = f"{row.month:%b %Y}, {100 * row.value:.0f}%"
        if _at_edge(row.month, _last(rows)):
            label = f"{row.month:%b %Y}: last month for a step; the rise may be later"
        ax.annotate(label, (row.month, height),
                    xytext=(9, 0), textcoords="offset points", ha="right", va="center",
                    fontsize=6.5, color=INK if row.kind == "found" else FAINT)  # fmt: skip
    ax.plot(naive["month"] + pd.Timedelta(days=14), np.full(len(naive), 1.12), "v", ms=5,
            mfc="white", mec=FAINT, mew=0.8, clip_on=False)  # fmt: skip
    about = f"▽ simple search: {_steps(len(naive), 'shift')}"
    if any(not _at_edge(row.month, _last(rows)) for row in heads.itertuples()):
        about += "; beside a month: share of draws that find a shift there again"
    ax.set_title(about, fontsize=6.5, fontweight="normal", color=FAINT, loc="left")
    if heads.empty:
        ax.text(0.5, 0.4, "no shift survives the penalty", transform=ax.transAxes, ha="center",
                color=FAINT)  # fmt: skip
    ax.set_ylim(-0.16, 1.75)
    ax.set_yticks([0, 0.5, 1], ["0", "50", "100"])
    ax.set_ylabel("% of\ndraws")


def _alt(table: pd.DataFrame, names: Sequence[str]) -> str:
    said = []
    for name in names:
        rows = table[table["series"] == name]
        heads = rows[rows["kind"].isin(["found", "refined"])].sort_values("month")
        last = _last(rows)
        spots = ", ".join(
            f"{date_words(r.month, last)} ("
            + (
                f"a place set by the rule that a level lasts {MIN_SEGMENT} months"
                if _at_edge(r.month, last)
                else f"90% from {r.low:%b %Y} to {r.high:%b %Y}"
            )
            + f", {'survives' if r.kind == 'found' else 'only once others are granted'})"
            for r in heads.itertuples()
        )
        naive = int((rows["kind"] == "naive").sum())
        said.append(f"{NAMES[name]}: {spots or 'no break'}; the simple search marks {naive}")
    return "Level by month and the places of its breaks. " + ". ".join(said) + "."


def _cited(table: pd.DataFrame) -> list[str]:
    return sorted({i for ids in table["source_ids"].dropna() for i in str(ids).split(";") if i})
