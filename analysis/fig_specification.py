"""F13: the drawdown and the tranche contrast under all listed choices, and what moves them."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from analysis import handover, specification
from analysis.style import FAINT, GRID, INK, ORDER, Drawing, canvas, finish

SLUG = "f13_specification"
SLUG_TRANCHES = "f13b_tranche_specification"
COLOURS = {"other years": ORDER[4], "years nearby": ORDER[2], "ignored": "#b5b5b5"}
OUTCOME_COLOURS = {"offensives": ORDER[4], "captures": ORDER[2]}
# What the codes of the choices mean.
WORDS = specification.OPTIONS | {
    "parent": "campaign once", "child": "each action", "all": "all drawdowns",
    "offensives": "offensives", "kept": "kept", "left out": "left out",
}  # fmt: skip


def data(curve: pd.DataFrame) -> pd.DataFrame:
    """Output of `analysis.specification.curve` with its rank from the left."""
    return curve.assign(rank=np.arange(1, len(curve) + 1))


def title(table: pd.DataFrame) -> str:
    """Finding: how many specifications have an interval on either side of one."""
    if table.empty:
        return "Too few dates of a drawdown in this selection for a contrast"
    found = specification.summary(table)
    each = {
        f"{way}{suffix}": f"{100 * found[f'clear_{way}{suffix}']:.0f}%"
        for way in ("above", "below")
        for suffix in ("", "_season")
    }
    return (
        f"Of {found['specifications']} ratios of offensives, captures or deaths after and before "
        f"drawdowns,\n{each['above']} have an interval above one and {each['below']} below "
        f"(season allowed for: {each['above_season']} and {each['below_season']})"
    )


def draw(table: pd.DataFrame, title: str, level: float = 0.95) -> Drawing:
    """Ratios with intervals in order of size; below, which choice each one made."""
    if table.empty:
        text = (
            f"Fewer than {specification.FEWEST} dates of a drawdown have whole months on both "
            "sides in this selection, so there is nothing to draw."
        )
        return _nothing(SLUG, table, title, text, "Source: decisions table.")
    fig = canvas(190)
    ax, board = fig.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": [1, 1.25]})
    _draw_ratios(ax, table)
    _draw_board(board, table, specification.CHOICES, ("season", COLOURS), "ratio")
    finish(
        fig,
        title,
        "Sources: events and decisions tables; UCDP GED (CC BY 4.0). Ratio of the months after a "
        "date of a drawdown to the months before it,\nmean over dates on the log scale; bars: "
        f"{100 * level:.0f}% t intervals over dates, cut at the frame where marked. Diamond: "
        "headline choice.",
    )
    found = specification.summary(table)
    chosen = table[table["headline"]]
    caption = (
        f"{found['specifications']} specifications, of offensives, captures or deaths, in order of "
        f"size. A ratio above one means more after a drawdown than before. "
        f"{100 * found['above']:.0f}% lie above one, the interval of "
        f"{100 * found['clear_above']:.0f}% does, and of {100 * found['clear_below']:.0f}% lies "
        f"below; {100 * found['above_season']:.0f}%, {100 * found['clear_above_season']:.0f}% and "
        f"{100 * found['clear_below_season']:.0f}% where the season is allowed for. Each rests on "
        f"{int(table['n_dates'].min())} to {int(table['n_dates'].max())} dates, some a few months "
        f"apart. {specification.chance_words(level)}"
    )
    if len(chosen):
        caption += f" The headline choice: {specification.words(chosen)}."
    return Drawing(SLUG, fig, table, title, caption, _alt(table), ())


def _nothing(slug: str, table: pd.DataFrame, title: str, text: str, source: str) -> Drawing:
    fig = canvas(40)
    ax = fig.subplots()
    ax.axis("off")
    ax.text(0.5, 0.5, text, ha="center", fontsize=7.5)
    finish(fig, title, source)
    return Drawing(slug, fig, table, title, text, text, ())


def tranche_data(curve: pd.DataFrame) -> pd.DataFrame:
    """Computed rows of `analysis.specification.tranche_curve` with their rank from the left."""
    known = curve.dropna(subset="estimate").reset_index(drop=True)
    return known.assign(rank=np.arange(1, len(known) + 1))


def tranche_title(table: pd.DataFrame) -> str:
    """Finding of `analysis.specification.tranche_heading`, on two lines."""
    return specification.tranche_heading(table).replace(" provinces ", " provinces\n", 1)


def draw_tranches(table: pd.DataFrame, title: str, level: float = 0.95) -> Drawing:
    """Differences around the transfer in order of size; below, which choice each one made."""
    if table.empty:
        text = (
            "No difference around the transfer of provinces can be computed in this selection, so "
            "there is nothing to draw."
        )
        return _nothing(SLUG_TRANCHES, table, title, text, "Source: events and transition tables.")
    fig = canvas(125)
    ax, board = fig.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": [1, 1]})
    for outcome, colour in OUTCOME_COLOURS.items():
        own = table[table["outcome"] == outcome]
        ax.vlines(own["rank"], own["low"], own["high"], color=GRID, lw=2.2, zorder=1).set_gid(
            f"intervals-{outcome}")  # fmt: skip
        ax.scatter(own["rank"], own["estimate"], s=11, color=colour, lw=0, zorder=3).set_gid(
            f"estimates-{outcome}")  # fmt: skip
    ax.axhline(0, color=INK, lw=0.7, zorder=2)
    # Room above the highest interval for the label.
    bottom, top = table["low"].min(), table["high"].max()
    top += 0.15 * (top - bottom)
    ax.set_ylim(bottom - 0.05 * (top - bottom), top)
    for row in table[table["headline"]].itertuples():
        ax.vlines(row.rank, row.low, row.high, color=INK, lw=1.4, zorder=4)
        ax.plot(row.rank, row.estimate, "D", ms=5, color=INK, zorder=5)
        right = row.rank > len(table) / 2
        ax.annotate(
            f"headline choice of notebook 07: {handover.signed(row.estimate)}",
            (row.rank, row.high), xytext=(row.rank + (-0.8 if right else 0.8), 0.99),
            textcoords=("data", "axes fraction"), ha="right" if right else "left", va="top",
            fontsize=7, color=INK,
        )  # fmt: skip
        ax.vlines(row.rank, row.high, top, color=INK, lw=0.5, ls=":", zorder=1)
    ax.set_ylabel("difference, events a\nprovince and quarter")
    ax.tick_params(axis="x", length=0)
    for line, (outcome, colour) in enumerate(OUTCOME_COLOURS.items()):
        ax.text(0.005 + 0.25 * line, 1.01, f"● {outcome}", color=colour, transform=ax.transAxes,
                va="bottom", fontsize=7.5)  # fmt: skip
    _draw_board(board, table, specification.TRANCHE_CHOICES, ("outcome", OUTCOME_COLOURS),
                "estimate")  # fmt: skip
    finish(
        fig,
        title,
        "Source: events and transition tables. Change around the announced transfer of a province, "
        "less that of provinces transferred later;\n"
        f"bars: {100 * level:.0f}% intervals of the library. Diamond: headline choice.",
    )
    caption = (
        f"{specification.tranche_words(table)} {specification.tranche_limits(table)} The intervals "
        "lean on many provinces with many events and may be too narrow here. Specifications share "
        "data: how many leave out zero is no test."
    )
    middle = ", ".join(
        f"{name} {handover.signed(own.median())}"
        for name, own in table.groupby("outcome", sort=True)["estimate"]
    )
    alt = (
        f"{len(table)} differences around the transfer of provinces in order of size, with "
        f"intervals. {title.replace(chr(10), ' ')}. Median by outcome: {middle}. A board below "
        "marks the choices behind each one."
    )
    return Drawing(SLUG_TRANCHES, fig, table, title, caption, alt, ())


def _draw_ratios(ax: Axes, table: pd.DataFrame) -> None:
    bars = ax.vlines(table["rank"], table["low"].clip(lower=0.05), table["high"].clip(upper=60),
                     color=GRID, lw=0.7, zorder=1)  # fmt: skip
    bars.set_gid("intervals")
    for season, colour in COLOURS.items():
        own = table[table["season"] == season]
        dots = ax.scatter(own["rank"], own["ratio"], s=5, color=colour, lw=0, zorder=3)
        dots.set_gid(f"ratios-{season.replace(' ', '-')}")
    ax.axhline(1, color=INK, lw=0.7)
    for row in table[table["headline"]].itertuples():
        ax.vlines(row.rank, row.low, row.high, color=INK, lw=1.2, zorder=4)
        ax.plot(row.rank, row.ratio, "D", ms=5, color=INK, zorder=5)
        ax.annotate(
            f"headline choice:\n{row.ratio:.2f} ({row.low:.2f} to {row.high:.2f})",
            (row.rank, row.high), xytext=(0, 4), textcoords="offset points", ha="center",
            va="bottom", fontsize=7, color=INK,
        )  # fmt: skip
    ax.set_yscale("log")
    low, high = max(0.05, table["low"].quantile(0.02)), min(60, table["high"].quantile(0.98))
    ax.set_ylim(low * 0.9, high * 1.1)
    for cut, edge, mark in ((table["high"] > high * 1.1, high * 1.07, "^"),
                            (table["low"] < low * 0.9, low * 0.93, "v")):  # fmt: skip
        ax.plot(table.loc[cut, "rank"], np.full(int(cut.sum()), edge), mark, ms=1.8, mew=0,
                color=FAINT, zorder=2)  # fmt: skip
    marks = [m for m in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50) if low * 0.9 <= m <= high * 1.1]
    ax.yaxis.set_major_locator(FixedLocator(marks))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    ax.set_ylabel("after / before (log scale)")
    ax.tick_params(axis="x", length=0)
    words = {"other years": "season: all other years", "years nearby": "season: years nearby",
             "ignored": "season ignored"}  # fmt: skip
    for line, (season, colour) in enumerate(COLOURS.items()):
        ax.text(0.005 + 0.25 * line, 1.01, f"● {words[season]}", color=colour,
                transform=ax.transAxes, va="bottom", fontsize=7.5)  # fmt: skip


def _draw_board(
    ax: Axes,
    table: pd.DataFrame,
    choices: dict[str, tuple[str, ...]],
    paint: tuple[str, dict[str, str]],
    value: str,
) -> None:
    y, ticks, labels = 0.0, [], []
    by, colours = paint
    for choice, options in choices.items():
        y -= 1.25
        ax.text(-0.215, y, choice, transform=ax.get_yaxis_transform(), fontsize=6.5,
                color=FAINT, va="center", fontweight="bold")  # fmt: skip
        for option in options:
            own = table[table[choice] == option]
            y -= 1
            marks = ax.vlines(own["rank"], y - 0.36, y + 0.36, lw=0.55 if len(table) > 200 else 1.6,
                              color=[colours[s] for s in own[by]])  # fmt: skip
            marks.set_gid(f"choice-{choice}-{option}".replace(" ", "-"))
            ticks.append(y)
            middle = f" ({_median(own[value], value)})" if len(own) else ""
            labels.append(WORDS.get(option, option) + middle)
    ax.set_yticks(ticks, labels, fontsize=6.6)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(y - 0.8, 0.2)
    ax.set_xlim(-1, len(table) + 2)
    ax.set_xlabel(f"specifications in order of {value}; in brackets: median of each choice")
    ax.spines["left"].set_visible(False)


def _median(values: pd.Series, value: str) -> str:
    middle = values.median()
    return f"{middle:.2f}" if value == "ratio" else handover.signed(middle)


def _alt(table: pd.DataFrame) -> str:
    found = specification.summary(table)
    by = table.groupby("season")["ratio"].median()
    parts = ", ".join(f"{s} {v:.2f}" for s, v in by.items())
    return (
        f"{found['specifications']} ratios in order of size, from {table['ratio'].min():.2f} to "
        f"{table['ratio'].max():.2f}, median {found['median']:.2f}; "
        f"{100 * found['above']:.0f} percent above one. Median by treatment of the season: "
        f"{parts}. A board below marks the choices behind each ratio."
    )
