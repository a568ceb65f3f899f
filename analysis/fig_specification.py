"""F13: the drawdown contrast under all choices, and which choices move it."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from analysis import specification
from analysis.style import FAINT, GRID, INK, ORDER, Drawing, canvas, finish

SLUG = "f13_specification"
COLOURS = {"other years": ORDER[4], "years nearby": ORDER[2], "ignored": "#b5b5b5"}
# What the codes of the choices mean.
WORDS = {
    "E": "all events", "B": "two sources (B)", "A": "three sources (A)",
    "parent": "campaign once", "child": "each action", "all": "all drawdowns",
}  # fmt: skip


def data(curve: pd.DataFrame) -> pd.DataFrame:
    """Output of `analysis.specification.curve` with its rank from the left."""
    return curve.assign(rank=np.arange(1, len(curve) + 1))


def title(table: pd.DataFrame, level: float = 0.95) -> str:
    """Finding: how many specifications lie clearly on either side of one."""
    if table.empty:
        return "Too few drawdown decisions in this selection for a contrast"
    found = specification.summary(table)
    each = {
        f"{way}{suffix}": f"{100 * found[f'clear_{way}{suffix}']:.0f}%"
        for way in ("above", "below")
        for suffix in ("", "_season")
    }
    return (
        f"Of {found['specifications']} ways to compare months after and before drawdowns, "
        f"{each['above']} show clearly more\nand {each['below']} clearly less (season allowed for: "
        f"{each['above_season']} and {each['below_season']}; chance: about "
        f"{50 * (1 - level):.1f}% each)"
    )


def draw(table: pd.DataFrame, title: str, level: float = 0.95) -> Drawing:
    """Ratios with intervals in order of size; below, which choice each one made."""
    if table.empty:
        fig = canvas(40)
        ax = fig.subplots()
        ax.axis("off")
        text = (
            f"Fewer than {specification.FEWEST} drawdown decisions have whole months on both sides "
            "in this selection, so there is nothing to draw."
        )
        ax.text(0.5, 0.5, text, ha="center", fontsize=7.5)
        finish(fig, title, "Source: decisions table.")
        return Drawing(SLUG, fig, table, title, text, text, ())
    fig = canvas(190)
    ax, board = fig.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": [1, 1.25]})
    _draw_ratios(ax, table)
    _draw_board(board, table)
    finish(
        fig,
        title,
        "Sources: events and decisions tables; UCDP GED (CC BY 4.0). Ratio of the months after a "
        "drawdown decision to the months before it,\nmean over decisions on the log scale; bars: "
        f"{100 * level:.0f}% t intervals over decisions, cut at the frame where marked. Diamond: "
        "headline choice.",
    )
    found = specification.summary(table)
    chosen = table[table["headline"]]
    caption = (
        f"{found['specifications']} specifications in order of size. A ratio above one means more "
        f"after decisions than before. {100 * found['above']:.0f}% lie above one, the interval of "
        f"{100 * found['clear_above']:.0f}% does, and of {100 * found['clear_below']:.0f}% lies "
        f"below; {100 * found['above_season']:.0f}%, {100 * found['clear_above_season']:.0f}% and "
        f"{100 * found['clear_below_season']:.0f}% where the season is allowed for. Each rests on "
        f"{int(table['n_decisions'].min())} to {int(table['n_decisions'].max())} decisions, some a "
        "few months apart, so intervals are too narrow where windows overlap. Specifications share "
        "data: their share is not a probability."
    )
    caption += f" Chance alone would put about {50 * (1 - level):.1f}% on each side."
    if len(chosen):
        caption += f" The headline choice: {specification.words(chosen)}."
    return Drawing(SLUG, fig, table, title, caption, _alt(table), ())


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


def _draw_board(ax: Axes, table: pd.DataFrame) -> None:
    y, ticks, labels = 0.0, [], []
    for choice, options in specification.CHOICES.items():
        y -= 1.25
        ax.text(-0.215, y, choice, transform=ax.get_yaxis_transform(), fontsize=6.5,
                color=FAINT, va="center", fontweight="bold")  # fmt: skip
        for option in options:
            own = table[table[choice] == option]
            y -= 1
            marks = ax.vlines(own["rank"], y - 0.36, y + 0.36, lw=0.55,
                              color=[COLOURS[s] for s in own["season"]])  # fmt: skip
            marks.set_gid(f"choice-{choice}-{option}".replace(" ", "-"))
            ticks.append(y)
            middle = f" ({own['ratio'].median():.2f})" if len(own) else ""
            labels.append(WORDS.get(option, option) + middle)
    ax.set_yticks(ticks, labels, fontsize=6.6)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(y - 0.8, 0.2)
    ax.set_xlim(-1, len(table) + 2)
    ax.set_xlabel("specifications in order of ratio; in brackets: median ratio of each choice")
    ax.spines["left"].set_visible(False)


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
