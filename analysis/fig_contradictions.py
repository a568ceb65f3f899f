"""F12: the same fact, different numbers."""

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from analysis.contradictions import KINDS, ONE_QUANTITY, spread_words
from analysis.style import FAINT, GRID, INK, PARTY, Drawing, canvas, finish

SLUG = "f12_contradictions"
MARKS = {
    "taliban": ("v", PARTY["taliban"], "Taliban"),
    "government": ("s", PARTY["government"], "Afghan government"),
    "us": ("D", PARTY["us"], "US"),
    "nato": ("p", PARTY["international"], "NATO"),
    "un": ("P", PARTY["un"], "UN"),
    "civilian": ("^", PARTY["civilian"], "residents"),
    "independent": ("o", PARTY["unknown"], "press, researchers"),
}
PLAIN = ("o", PARTY["unknown"], "")
SHOWN, SHOWN_SERIES = 11, 4
# Dots of a row that stand closer than this share of the panel's width are set apart upright.
NEAR, APART = 0.022, 0.24
# A bar within this log ratio of the outermost dot would be covered by the dot's number.
BESIDE = 0.2
NAME_LENGTH = 78
AXES = {
    "start date": "days from the middle of the event row's start window (bar: account's window)",
    "killed": "count over the lowest count of the row (bar: figure of the event row)",
    "published": "figure over the current or latest figure; colour is not used here",
    "definitions": "figure over the latest figure; colour is not used here",
}
# Words that the panel or the row says anyway, and longer ways to say something.
SHORT = (
    (r" \((\w+) provincial capital\)", ""),
    (r"Civil Order Police", "police"),
    (r"headquarters", "HQ"),
    (r"district centre(?! \()", "centre"),
    (r"district ", ""),
    (r"governor compound", "governor's seat"),
    (r" (?:stormed|attacked|raided) by (?:a )?[\w-]+ squad", " attacked"),
    (r" and police HQ", ""),
    (r" with four Humvee bombs", ""),
    (r"Sources? give ", ""),
)


def data(
    accounts: pd.DataFrame, shown: int = SHOWN, shown_series: int = SHOWN_SERIES
) -> pd.DataFrame:
    """Accounts of the widest contradictions.

    Parameters
    ----------
    accounts
        From `analysis.contradictions.find`, widest first within a kind.
    shown, shown_series
        Quantities shown of a kind that has its own panel, and of a kind of series.

    Returns
    -------
    DataFrame
        Rows of `analysis.contradictions.find` with ``panel`` and ``rank`` (1 = widest
        within the panel). Published series share a panel,
        and those that only share a name have another.
    """
    own_panel = accounts["kind"].isin(["start date", "killed"])
    series = accounts["kind"].isin(ONE_QUANTITY).map({True: "published", False: "definitions"})
    table = accounts.assign(panel=accounts["kind"].where(own_panel, series))
    keys = table[["panel", "kind", "item"]].drop_duplicates()
    place = keys.groupby("kind").cumcount()
    many = keys["panel"].isin(["start date", "killed"])
    keys = keys[place < many.map({True: shown, False: shown_series})]
    keys = keys.assign(rank=keys.groupby("panel").cumcount() + 1)
    table = table.merge(keys, on=["panel", "kind", "item"], validate="many_to_one")
    first = ["panel", "rank"]
    table = table[first + [c for c in table.columns if c not in first]]
    return table.sort_values(["panel", "rank", "value", "party"], ignore_index=True)


def draw(table: pd.DataFrame, comparisons: pd.DataFrame) -> Drawing:
    """One row a quantity, one dot an account, by the side that gives it."""
    panels = [p for p in AXES if (table["panel"] == p).any()]
    rows = [table.loc[table["panel"] == p, "rank"].nunique() for p in panels]
    # A page has room for 240 mm.
    fig = canvas(min(240.0, 30 + sum(14 + 4.2 * n for n in rows)))
    heights = [0.9, *(n + 1.2 for n in rows)]
    axes = fig.subplots(len(heights), 1, squeeze=False, gridspec_kw={"height_ratios": heights})[
        :, 0
    ]
    _key(axes[0], table)
    if not panels:
        axes[0].text(0, 0.5, "No two accounts of the selection contradict each other.")
    for ax, panel in zip(axes[1:], panels, strict=True):
        _draw_panel(ax, table[table["panel"] == panel], panel)
        # The blank title keeps the room; the words start at the figure's edge.
        ax.set_title(" ", fontsize=8.5)
        ax.annotate(
            _panel_title(panel, comparisons), (0.012, 1), xytext=(0, 5),
            xycoords=("figure fraction", "axes fraction"), textcoords="offset points",
            fontsize=8.5, fontweight="bold", annotation_clip=False,
        ).set_in_layout(False)  # fmt: skip
    title = _title(comparisons)
    finish(
        fig,
        title,
        "Sources: claims, airpower, troop and district tables of this project; the CSV names the "
        "source of every dot.",
    )
    return Drawing(
        SLUG, fig, table, title, _caption(table, comparisons), _alt(table, comparisons),
        sorted({i for ids in table["source_ids"] for i in ids.split(";")}),
    )  # fmt: skip


def _draw_panel(ax: Axes, rows: pd.DataFrame, panel: str) -> None:
    dates, own_colour = panel == "start date", panel in ("start date", "killed")
    ax.axvline(0 if dates else 1, color=FAINT, lw=0.8, zorder=1)
    ends = rows[["low", "high", "relative"]] if dates else rows[["relative"]]
    span = (float(ends.min().min()), float(ends.max().max()))
    for rank, own in rows.groupby("rank"):
        values = own["relative"].astype(float)
        ax.plot([values.min(), values.max()], [rank] * 2, color="#bbbbbb", lw=1.1, zorder=2)
        settled = (own["best"] / own["reference"]).astype(float).iloc[0]
        heights = _heights(values, span, np.arcsinh if dates else np.log)
        if panel == "killed" and settled > 0:
            ax.plot(settled, rank, "|", ms=8, color=INK, mew=1.2, zorder=3)
        for row in own.itertuples():
            mark, colour, _ = MARKS[row.party] if own_colour else PLAIN
            y = rank + heights[row.Index]
            if dates and row.high > row.low:
                ax.plot([row.low, row.high], [y] * 2, color=colour, lw=2.2, alpha=0.45, zorder=2)
            dot = ax.plot(
                row.relative, y, mark, ms=4.0, color=colour, mec="white", mew=0.4, zorder=4
            )
            dot[0].set_gid(f"{panel}-{rank}-{row.Index}".replace(" ", "-"))
    names = rows.drop_duplicates("rank").sort_values("rank")
    ax.set_yticks(
        names["rank"], [clip(shorten(q), NAME_LENGTH) for q in names["quantity"]], fontsize=6.3
    )
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(names["rank"].max() + 0.7, 0.3)
    for rank in names["rank"]:
        ax.axhline(rank, color=GRID, lw=0.4, zorder=0)
    ax.set_xlabel(AXES[panel], fontsize=7)
    if dates:
        ax.set_xscale("symlog", linthresh=7, linscale=1)
        reach = float(rows[["low", "high"]].abs().max().max())
        ticks = [t for t in (3, 7, 14, 30, 90, 365) if t <= 1.3 * reach]
        ticks = sorted([-t for t in ticks] + [0, *ticks])
        low, high = float(rows["low"].min()), float(rows["high"].max())
        ticks = [t for t in ticks if min(low, 0) - 1 <= t <= max(high, 0) + 1]
        ax.set_xlim(1.3 * min(low, -1), 1.3 * max(high, 1))
        label = "{:+.0f}"
    else:
        ax.set_xscale("log")
        drawn = rows["relative"].astype(float)
        if panel == "killed":
            bars = (rows["best"] / rows["reference"]).astype(float)
            drawn = pd.concat([drawn, bars[bars > 0]])
        low, high = float(drawn.min()), float(drawn.max())
        # Room for the numbers that stand outside the outermost dots.
        pad = (high / low) ** 0.16
        _numbers(ax, rows)
        ax.set_xlim(low / pad, high * pad)
        steps = np.array([1, 2, 5]) if high / low > 6 else np.array([1, 1.25, 1.5, 2, 3, 4, 5, 8])
        ladder = sorted({s * 10.0**e for e in range(-3, 4) for s in steps})
        ticks = [t for t in ladder if low / pad <= t <= high * pad]
        label = "{:g}"
    ax.xaxis.set_major_locator(FixedLocator(ticks))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(
        FuncFormatter(
            lambda v, _: (
                "0" if v == 0 else ("" if dates else "×") + label.format(v).replace("-", "\u2212")
            )
        )
    )
    for row in names.itertuples():
        ax.annotate(
            spread_words(row.spread, dates), (1, row.rank), xycoords=("axes fraction", "data"),
            xytext=(3, 0), textcoords="offset points", va="center", fontsize=6.3, color=FAINT,
        )  # fmt: skip


def _heights(
    values: pd.Series, span: tuple[float, float], scale: Callable[[float], float]
) -> dict[int, float]:
    """Set dots of one row apart that would hide each other.

    Parameters
    ----------
    values
        Places of the dots along the axis.
    span
        Lowest and highest place of the panel.
    scale
        Brings places to about the axis' own scale.

    Returns
    -------
    dict
        Distance of each dot from the middle of its row, in rows, by index.
    """
    places = values.map(scale).sort_values(kind="stable")
    near = NEAR * max(float(scale(span[1]) - scale(span[0])), 1e-9)
    run = (places.diff() > near).cumsum()
    heights = {}
    for _, own in places.groupby(run):
        step = min(APART, 0.72 / max(len(own) - 1, 1))
        for i, index in enumerate(own.index):
            heights[index] = step * (i - (len(own) - 1) / 2)
    return heights


def _numbers(ax: Axes, rows: pd.DataFrame) -> None:
    """Write the lowest and highest number of each row outside its dots."""
    for rank, own in rows.groupby("rank"):
        # A number stands outside of the bar too, where that is just beside the outermost dot.
        bar = float((own["best"] / own["reference"]).astype(float).iloc[0])
        share = own["kind"].eq("district control").any()
        for place, side, ha in ((own["value"].idxmin(), -4.5, "right"),
                                (own["value"].idxmax(), 4.5, "left")):  # fmt: skip
            value, at = own.loc[place, "value"], float(own.loc[place, "relative"])
            if abs(np.log(bar / at) if bar > 0 else np.inf) < BESIDE:
                at = min(at, bar) if ha == "right" else max(at, bar)
            ax.annotate(
                f"{value:.0%}" if share else f"{value:,.0f}", (at, rank),
                xytext=(side, 0), textcoords="offset points", ha=ha, va="center", fontsize=6,
                bbox={"fc": "white", "ec": "none", "pad": 0.6}, zorder=3,
            )  # fmt: skip


def clip(text: str, length: int = 110) -> str:
    """Text cut to `length` characters, with an ellipsis where something is missing."""
    return text if len(text) <= length else text[: length - 1].rstrip(" ,:|") + "…"


def shorten(name: str) -> str:
    """Name of a quantity without the words that its row can spare; place and date stay."""
    for pattern, words in SHORT:
        name = re.sub(pattern, words, name)
    return name


def party_key(parties: pd.Series) -> list[Line2D]:
    """Handles for the sides present, in the order of `MARKS`; equal marks share one."""
    merged: dict[tuple[str, str], list[str]] = {}
    for party, (mark, colour, label) in MARKS.items():
        if parties.eq(party).any():
            merged.setdefault((mark, colour), []).append(label)
    return [
        Line2D([], [], ls="", marker=mark, ms=4.5, color=colour, mec="white", mew=0.4,
               label=", ".join(labels))
        for (mark, colour), labels in merged.items()
    ]  # fmt: skip


def _key(ax: Axes, table: pd.DataFrame) -> None:
    coloured = table["panel"].isin(["start date", "killed"])
    handles = party_key(table.loc[coloured, "party"])
    ax.axis("off")
    if not handles:
        return
    ax.legend(
        handles=handles, loc="center right", ncol=len(handles), fontsize=7, handletextpad=0.1,
        columnspacing=1.2, borderaxespad=0,
    )  # fmt: skip


def _counts(comparisons: pd.DataFrame) -> dict[str, tuple[int, int]]:
    return {r.kind: (int(r.contradicting), int(r.compared)) for r in comparisons.itertuples()}


def _panel_title(panel: str, comparisons: pd.DataFrame) -> str:
    counts = _counts(comparisons)
    if panel in counts:
        found, of = counts[panel]
        shown = f", the widest {SHOWN}" if found > SHOWN else ""
        return f"{KINDS[panel][0].upper()}{KINDS[panel][1:]}: {found} of {of} differ{shown}"
    one = panel == "published"
    rest = [
        f"{k} {counts[k][0]} of {counts[k][1]}"
        for k in counts
        if k not in AXES and (k in ONE_QUANTITY) == one
    ]
    what = "Figures for one published quantity that differ: "
    return (what if one else "Different things under one name: ") + ", ".join(rest)


def _title(comparisons: pd.DataFrame) -> str:
    counts = _counts(comparisons)
    found, of = counts["start date"]
    if not of:
        total = sum(f for f, _ in counts.values())
        return f"Sources give different numbers for {total} quantities"
    median = comparisons.set_index("kind").loc["start date", "median_spread"]
    size = f" (median {spread_words(median, True)})" if found else ""
    return f"Start dates clash in {found} of {of} offensives with two or more dated sources{size}"


def _caption(table: pd.DataFrame, comparisons: pd.DataFrame) -> str:
    parts = [
        f"{KINDS[r.kind]} {int(r.contradicting)} of {int(r.compared)} compared"
        for r in comparisons.itertuples()
    ]
    return (
        f"One row a quantity, one dot an account ({len(table)} accounts shown): "
        + "; ".join(parts)
        + ". Every row is found by comparing rows of the tables. Start dates: days from the middle "
        f"of the start window in the event row{_between(table)}, linear to 7 and then "
        "logarithmic; bars show how long a window the account gives, the figure at the right is "
        "the least number of days between accounts that exclude each other; one account may date "
        "the start of an assault and another the fall. Deaths: count over the row's "
        "lowest, only where exact counts speak of the same day; the upright bar is the figure of "
        f"the event row, where one is settled{_elsewhere(table)}. Published "
        "figures: over the current or latest one. A first release stands beside its current "
        "figure only where both are in the tables, so their number says nothing about how often "
        "figures are revised. The last panel sets counts with different definitions side by "
        "side, which is no clash; troop and district readings are in it where they differ by "
        "more than a tenth. At the right: highest over "
        "lowest. The rows are the widest, so they show how far apart sources can be, not how far "
        "apart they usually are."
    )


def _between(table: pd.DataFrame) -> str:
    """Say in how many rows of start dates zero is a day that no account gives."""
    rows = table[table["panel"] == "start date"]
    inside = ((rows["low"] <= 0) & (rows["high"] >= 0)).groupby(rows["rank"]).any()
    outside = int((~inside).sum())
    if not outside:
        return ""
    return (
        f" (in {outside} row{'' if outside == 1 else 's'} that middle lies in no account; the "
        "window spans several, and the event's name may follow one of them)"
    )


def _elsewhere(table: pd.DataFrame) -> str:
    """Say why some bars stand outside the accounts of their row."""
    rows = table[(table["panel"] == "killed") & table["best"].notna()].groupby("rank")
    best, values = rows["best"].first(), rows["value"].agg(["min", "max"])
    outside = int(((best < values["min"]) | (best > values["max"])).sum())
    if not outside:
        return ""
    return (
        ", which can be a count of another day and lies outside the accounts drawn in "
        f"{outside} row{'' if outside == 1 else 's'}"
    )


def _alt(table: pd.DataFrame, comparisons: pd.DataFrame) -> str:
    text = "Dumbbell chart of quantities on which sources disagree."
    for panel in AXES:
        rows = table[table["panel"] == panel]
        if rows.empty:
            continue
        top = rows[rows["rank"] == 1].iloc[0]
        spread = spread_words(top["spread"], panel == "start date")
        said = {"published": "one published quantity", "definitions": "different definitions"}
        text += (
            f" {rows['rank'].nunique()} rows of {said.get(panel, panel)}: "
            f'widest "{top["quantity"]}" ({spread}).'
        )
    return text
