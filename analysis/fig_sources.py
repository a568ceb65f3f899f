"""How many independent sources an event rests on, by year."""

import pandas as pd

from analysis import inventory
from analysis.style import FAINT, INK, Drawing, canvas, finish

SLUG = "f14b_sources_per_event"
SHADES = {"1": "#6f6f6f", "2": "#b5b5b5", "3+": "#e6e6e6"}
LABELS = {"1": "one", "2": "two", "3+": "three or more"}


def data(events: pd.DataFrame) -> pd.DataFrame:
    """Shares by year and number of independent groups (`inventory.groups_by_year`)."""
    return inventory.groups_by_year(events)


def draw(table: pd.DataFrame) -> Drawing:
    """Stacked shares with the interval of the share that rests on one group only."""
    years = sorted(table["year"].unique())
    fig = canvas(72)
    ax = fig.subplots()
    base = pd.Series(0.0, index=years)
    for groups, shade in SHADES.items():
        part = table[table["groups"] == groups].set_index("year")["share"].reindex(years)
        bars = ax.bar(years, 100 * part, bottom=100 * base, width=0.82, color=shade, ec="white",
                      lw=0.5)  # fmt: skip
        for bar, year in zip(bars, years, strict=True):
            bar.set_gid(f"groups-{groups}-{year}")
        base = base + part
    single = table[table["groups"] == "1"].set_index("year").reindex(years)
    for colour, width in (("white", 2.6), (INK, 1.0)):
        ax.vlines(years, 100 * single["low"], 100 * single["high"], color=colour, lw=width,
                  zorder=4)  # fmt: skip
    for year, n in single["n"].items():
        ax.text(year, 103, f"{int(n)}", ha="center", fontsize=7, color=FAINT)
    ax.annotate("n", (0, 103), xycoords=("axes fraction", "data"), xytext=(-6, 0),
                textcoords="offset points", ha="right", fontsize=7, color=FAINT)  # fmt: skip
    ax.spines["left"].set_bounds(0, 100)
    last, middle = years[-1], 0.0
    for groups in SHADES:
        share = 100 * table[(table["year"] == last) & (table["groups"] == groups)]["share"].iloc[0]
        if share > 0:
            ax.text(last + 0.5, middle + share / 2, LABELS[groups], va="center", fontsize=7.5)
        middle += share
    ax.set(ylim=(0, 108), ylabel="% of the year's offensives")
    ax.set_xlim(years[0] - 0.6, last + 0.45)
    ax.set_xticks(years, [str(y) for y in years])
    ax.tick_params(axis="x", length=0)
    ax.set_yticks(range(0, 101, 25))
    alone = int(single["events"].sum())
    total = int(single["n"].sum())
    verb = "rests" if alone == 1 else "rest"
    title = (
        f"Judged by the sources found, {alone} of {total} offensives "
        f"({alone / total:.0%}) {verb} on one independent source"
    )
    finish(
        fig,
        title,
        "Source: events and claims of this project. Copies of one agency report count as one.",
    )
    caption = (
        f"{total} offensives by year of their start. Shades give the number of independent groups "
        "that report an event: copies of one agency story count once. Lines are 95% Wilson "
        "intervals of the share that rests on a single group; n above each bar. "
        "Independence is judged from who reported first, most likely too generously, since "
        "outlets may share a source that none names."
    )
    worst = single["share"].astype(float).idxmax()
    alt = (
        f"Stacked bars for {years[0]} to {last}. Share of offensives known from one independent "
        f"source of those found: {alone / total:.0%} overall, highest observed in {worst} "
        f"({single.loc[worst, 'share']:.0%} of {int(single.loc[worst, 'n'])})."
    )
    return Drawing(SLUG, fig, table, title, caption, alt, ())
