"""F2: the fighting season as a cycle plot.

Twelve columns, one a calendar month, with the years inside each: the season is read across
columns, its change over the years within them.
"""

import calendar

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator

from analysis import compare
from analysis.errors import EmptySelectionError
from analysis.style import FAINT, GRID, INK, ORDER, Drawing, canvas, finish

SLUG = "f02_fighting_season"
MONTHS = [calendar.month_abbr[m] for m in range(1, 13)]
# Eras are ordered, so one hue from light to dark; no party has this hue.
ERA_COLOURS = dict(zip(compare.ERAS, ORDER[1:], strict=True))
PANELS = {
    "deaths": "Deaths a month (UCDP, state-based)",
    "offensives": "Taliban offensives begun a month",
}


def data(
    deaths: pd.Series, offensives: pd.Series, decisions: pd.DataFrame, level: float = 0.95
) -> pd.DataFrame:
    """Values, era medians and peak-to-trough ratios.

    Parameters
    ----------
    deaths, offensives
        Monthly values on a PeriodIndex; months not covered are missing.
    decisions
        Decisions table; the announced spring offensives are marked.
    level
        Coverage of the ratio's intervals.

    Returns
    -------
    DataFrame
        ``panel``, ``series`` (``month``, ``era median``, ``ratio``, ``announced``), ``era``,
        ``calendar_month``, ``year`` (first year for medians), ``year_end``, ``value``,
        ``low``, ``high``, ``chance``, ``months``, ``source_ids``; sorted.

    Raises
    ------
    EmptySelectionError
        If no month has a value.
    """
    parts = []
    for panel, values in (("deaths", deaths), ("offensives", offensives)):
        seen = values.dropna().astype(float)
        if seen.empty:
            raise EmptySelectionError(f"No month of {panel} lies in the period. Widen start, end.")
        table = pd.DataFrame(
            {
                "series": "month",
                "era": [compare.era(y) for y in seen.index.year],
                "calendar_month": seen.index.month,
                "year": seen.index.year,
                "year_end": seen.index.year,
                "value": seen.to_numpy(),
            }
        )
        medians = table.groupby(["era", "calendar_month"], as_index=False).agg(
            year=("year", "min"),
            year_end=("year", "max"),
            value=("value", "median"),
            months=("value", "size"),
        )
        ratios = compare.peak_to_trough(values, counts=panel == "offensives", level=level)
        ratios = ratios.rename(columns={"ratio": "value"})[
            ["era", "months", "value", "low", "high", "chance"]
        ]
        parts += [
            part.assign(panel=panel)
            for part in (
                table,
                medians.assign(series="era median"),
                ratios.assign(series="ratio"),
            )
        ]
    spring = decisions[decisions["kind"] == "spring_offensive"]
    spring = spring[spring["date_kabul"].dt.to_period("M").isin(deaths.dropna().index)]
    parts.append(
        pd.DataFrame(
            {
                "panel": "deaths",
                "series": "announced",
                "era": [compare.era(y) for y in spring["date_kabul"].dt.year],
                "calendar_month": spring["date_kabul"].dt.month,
                "year": spring["date_kabul"].dt.year,
                "source_ids": spring["source_id"],
            }
        )
    )
    columns = ["panel", "series", "era", "calendar_month", "year", "year_end", "value", "low",
               "high", "chance", "months", "source_ids"]  # fmt: skip
    table = pd.concat([p.reindex(columns=columns) for p in parts], ignore_index=True)
    for column in ("calendar_month", "year", "year_end", "months"):
        table[column] = table[column].astype("Int64")
    for column in ("value", "low", "high", "chance"):
        table[column] = table[column].astype(float)
    return table.sort_values(
        ["panel", "series", "calendar_month", "year", "era"], ignore_index=True
    )


def title(table: pd.DataFrame) -> str:
    """How far the peak month exceeds the trough month, beside what chance reaches."""
    ratios = table[(table["panel"] == "deaths") & (table["series"] == "ratio")]
    return compare.season_numbers(ratios.rename(columns={"value": "ratio"}))["season_heading"]


def draw(table: pd.DataFrame) -> Drawing:
    """Two cycle plots, deaths above offensives, with the ratio by era beside each."""
    fig = canvas(142)
    axes = fig.subplots(2, 2, gridspec_kw={"width_ratios": [5.2, 1]})
    years = table.loc[table["series"] == "month", "year"]
    first, last = int(years.min()), int(years.max())
    for row, panel in enumerate(PANELS):
        own = table[table["panel"] == panel]
        _draw_cycle(axes[row, 0], own, first, last, panel)
        _draw_ratios(axes[row, 1], own[own["series"] == "ratio"])
    axes[0, 1].set_title("Peak/trough")
    months = table[table["series"] == "month"]
    n = {p: int(months.loc[months["panel"] == p, "value"].sum()) for p in PANELS}
    head = title(table)
    finish(
        fig,
        head,
        "Sources: UCDP GED (CC BY 4.0); events table of this project. August 2021 counts "
        "offensives to the 15th, deaths of the whole month.\n▲ spring offensive in the decisions "
        "table; a year without one is not known to have had none. Grey tick: 95% of years shifted "
        "at random stay below it.",
    )
    caption = (
        f"Each column is a calendar month with the years {first} to {last} inside it, from left "
        f"to right; bars are era medians. {n['deaths']:,} deaths and {n['offensives']:,} "
        "offensives. Right: mean peak month over mean trough month, with 95% intervals from "
        "resampled blocks of twelve months where an era has three full years, and a grey tick "
        "for what random shifts of the years would reach. Deaths on a logarithmic scale, "
        "offensives on a square-root scale. For offensives 0.5 is added to each calendar "
        "month's total. A ratio of highest to lowest is never below one and its interval leans "
        "upward, so it is the grey tick, not the number one, that a season has to pass. Deaths "
        "are all state-based ones of the country, on every side and in every war of the state, "
        "air strikes included. An era of fewer than three full years has no interval, and one that "
        "does not pass its tick is not shown to lack a season."
    )
    sources = sorted(table["source_ids"].dropna().unique())
    return Drawing(SLUG, fig, table, head, caption, _alt(table), sources)


def _x(month: pd.Series, year: pd.Series, first: int, last: int) -> np.ndarray:
    width = max(last - first, 1)
    return (month + 0.84 * (year - first) / width - 0.42).to_numpy(dtype=float)


def _draw_cycle(ax: Axes, rows: pd.DataFrame, first: int, last: int, panel: str) -> None:
    months = rows[rows["series"] == "month"]
    for number in range(1, 13):
        part = months[months["calendar_month"] == number]
        x = _x(part["calendar_month"], part["year"], first, last)
        ax.plot(x, part["value"], color=FAINT, lw=0.6, zorder=1)
        for era, colour in ERA_COLOURS.items():
            own = (part["era"] == era).to_numpy()
            ax.scatter(x[own], part["value"][own], s=7, color=colour, ec=INK, lw=0.25, zorder=2)
    for row in rows[rows["series"] == "era median"].itertuples():
        ends = _x(
            pd.Series([row.calendar_month] * 2), pd.Series([row.year, row.year_end]), first, last
        )
        ax.plot(
            [ends[0] - 0.03, ends[1] + 0.03], [row.value] * 2, lw=2.2, alpha=0.75,
            color=ERA_COLOURS[row.era], solid_capstyle="butt", zorder=3,
        )  # fmt: skip
    for edge in np.arange(0.5, 13):
        ax.axvline(edge, color=GRID, lw=0.5, zorder=0)
    ax.set_xlim(0.48, 12.52)
    ax.set_xticks(range(1, 13), MONTHS)
    ax.tick_params(axis="x", length=0)
    ax.set_title(PANELS[panel])
    if panel == "deaths":
        ax.set_yscale("log")
        ax.yaxis.set_major_locator(FixedLocator([100, 200, 500, 1000, 2000, 5000, 10000]))
        ax.yaxis.set_major_formatter(lambda v, _: f"{v:,.0f}")
        ax.minorticks_off()
        ax.set_ylabel("deaths (log scale)")
        spring = rows[rows["series"] == "announced"]
        low = months["value"].min() / 1.35
        ax.plot(
            _x(spring["calendar_month"], spring["year"], first, last),
            np.full(len(spring), low), "^", ms=3.5, color=INK,
        )  # fmt: skip
        ax.set_ylim(bottom=low / 1.15)
    else:
        ax.set_yscale("function", functions=(_root, np.square))
        top = months["value"].max()
        ax.set_ylim(0, max(4.0, 1.1 * top))
        ax.yaxis.set_major_locator(FixedLocator([0, 2, 5, 10, 20, 50, 100, 200, 500]))
        ax.set_ylabel("offensives (square-root scale)")


def _root(value: np.ndarray) -> np.ndarray:
    return np.sqrt(np.clip(value, 0, None))


def _draw_ratios(ax: Axes, rows: pd.DataFrame) -> None:
    order = [name for name in [*compare.ERAS, "all full years"] if name in set(rows["era"])]
    for y, name in enumerate(reversed(order)):
        row = rows[rows["era"] == name].iloc[0]
        colour = ERA_COLOURS.get(name, INK)
        if pd.notna(row["low"]):
            ax.plot([row["low"], row["high"]], [y, y], color=FAINT, lw=1.2)
            ax.plot([row["chance"]] * 2, [y - 0.25, y + 0.25], color="#999999", lw=1.6)
        ax.plot([row["value"]], [y], "o" if pd.notna(row["low"]) else "D", mec=INK, mew=0.4, ms=4,
                mfc=colour if pd.notna(row["low"]) else "white")  # fmt: skip
        # At the right edge, where neither the tick of chance nor the interval strikes it.
        ax.annotate(
            f"{row['value']:.1f}", (1.0, y), xycoords=("axes fraction", "data"), xytext=(3, 0),
            textcoords="offset points", ha="left", va="center", fontsize=6.5,
        )  # fmt: skip
    ax.set_xscale("log")
    ax.set_xlim(1, max(6.5, 1.25 * rows[["value", "high"]].max().max()) if len(rows) else 10)
    ax.xaxis.set_major_locator(FixedLocator([1, 2, 5, 10, 20, 50]))
    ax.xaxis.set_major_formatter(lambda v, _: f"{v:g}")
    ax.minorticks_off()
    ax.set_yticks(range(len(order)), [n.replace("all full", "all full\n") for n in reversed(order)])
    ax.set_ylim(-0.6, len(order) - 0.3)
    ax.tick_params(axis="y", length=0, labelsize=6.5)
    ax.set_xlabel("times (log scale)")


def _alt(table: pd.DataFrame) -> str:
    text = "Two cycle plots with a column for each calendar month and the years inside it."
    for panel in PANELS:
        rows = table[(table["panel"] == panel) & (table["series"] == "month")]
        worst = rows.loc[rows["value"].idxmax()]
        text += (
            f" {panel.capitalize()}: highest single month "
            f"{calendar.month_name[worst['calendar_month']]} {worst['year']} "
            f"({worst['value']:,.0f})"
        )
        ratios = table[(table["panel"] == panel) & (table["series"] == "ratio")]
        parts = [
            f"{r.value:.1f} in {r.era}"
            + (f" (95% of random shifts below {r.chance:.1f})" if pd.notna(r.chance) else "")
            for r in ratios.itertuples()
        ]
        text += f"; peak over trough of the mean month {', '.join(parts)}." if parts else "."
    return text
