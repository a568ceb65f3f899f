"""F3: around the dates of troop policy, with the season taken out.

Left, the months around all headline dates laid over each other; right, each date beside
what the same calendar months of other years did. Not every date is a decision: some are
agreements, or steps announced before.
"""

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator

from analysis import compare
from analysis.style import GRID, INK, PARTY, Drawing, canvas, finish

SLUG = "f03_around_decisions"
Q_LIMIT = 0.10
MEASURES = {"deaths": "UCDP state-based deaths", "offensives": "Taliban offensives begun"}


def data(
    tables: dict[str, pd.DataFrame],
    epochs: dict[str, tuple[pd.DataFrame, pd.DataFrame]],
    reports: pd.Series | None = None,
) -> pd.DataFrame:
    """Marks of both panels for each measure.

    Parameters
    ----------
    tables
        `compare.season_matched_table` by measure (``deaths``, ``offensives``).
    epochs
        `compare.epochs` by measure.
    reports
        Reports on the selected offensives by year: a ringed count may only be that of the
        year most written about, so the figure says how many there are.

    Returns
    -------
    DataFrame
        ``measure``, ``panel`` (``epochs``, ``dates``), ``series`` (``path``, ``median``,
        ``date``; ``reports``: reports of a year in ``n``), ``row_id``, ``label``, ``date``,
        ``lag`` (months), ``value`` (ratio, season matched), ``raw``, ``low``, ``high`` (placebo
        5-95%), ``median_low``, ``median_high``, ``p``, ``floor``, ``q``, ``rise``, ``fall``,
        ``n`` (other years, or dates behind a median), ``source_ids``; sorted.
    """
    parts = []
    for measure, table in tables.items():
        paths, fan = epochs[measure]
        parts += [
            pd.DataFrame(
                {
                    "panel": "epochs",
                    "series": "path",
                    "row_id": paths["decision_id"],
                    "lag": paths["lag"],
                    "value": np.exp(paths["value"]),
                    "n": paths["years"],
                }
            ).assign(measure=measure),
            pd.DataFrame(
                {
                    "panel": "epochs",
                    "series": "median",
                    "lag": fan["lag"],
                    "value": np.exp(fan["median"]),
                    **{c: np.exp(fan[c]) for c in ("low", "high", "median_low", "median_high")},
                    "n": fan["n"],
                }
            ).assign(measure=measure),
            table.rename(
                columns={
                    "decision_id": "row_id",
                    "matched": "value",
                    "years": "n",
                    "source_id": "source_ids",
                }
            ).assign(measure=measure, panel="dates", series="date"),
        ]
    if reports is not None:
        days = pd.to_datetime([f"{year}-01-01" for year in reports.index])
        own = pd.DataFrame({"series": "reports", "date": days, "n": reports.to_numpy()})
        parts.append(own.assign(measure="offensives", panel="reports"))
    columns = ["measure", "panel", "series", "row_id", "label", "date", "lag", "value", "raw",
               "low", "high", "median_low", "median_high", "p", "floor", "q", "rise", "fall", "n",
               "source_ids"]  # fmt: skip
    table = pd.concat([p.reindex(columns=columns) for p in parts], ignore_index=True)
    table["date"] = pd.to_datetime(table["date"])
    for column in ("lag", "n"):
        table[column] = table[column].astype("Int64")
    return table.sort_values(["measure", "panel", "series", "date", "row_id", "lag"],
                             ignore_index=True)  # fmt: skip


def title(table: pd.DataFrame) -> str:
    """How many dates rank first, which way, and whether any could have reached the limit of q."""
    rows = table[(table["series"] == "date") & (table["measure"] == "deaths")]
    top = compare.extremes(rows)
    up = int((top["value"] > 1).sum())
    passed = int((rows["q"] <= Q_LIMIT).sum())
    needed = compare.ranks_needed(rows, Q_LIMIT)
    ways = f" ({up} up, {len(top) - up} down)" if len(top) else ""
    counted = f"once all {len(rows)} looks are counted"
    if passed:
        end = f"{passed} reach{'' if passed > 1 else 'es'} {compare.GOAL} {counted}"
    elif needed > 1:
        end = f"no single one could have reached {compare.GOAL} {counted}"
    else:
        end = f"none reaches {compare.GOAL} {counted}"
    return (
        f"After {len(top)} of {len(rows)} steps of troop policy deaths lay further from the usual "
        f"course of those months than in any other year{ways}; {end}"
    )


def _reporting(table: pd.DataFrame) -> str:
    """Reports of the years in which offensives rank first; empty if the table has none."""
    rows = table[table["series"] == "reports"]
    own = table[(table["series"] == "date") & (table["measure"] == "offensives")]
    if rows.empty or own.empty:
        return ""
    reports = rows.set_index(rows["date"].dt.year)["n"]
    return f"Offensives follow reporting: {compare.reporting_words(compare.extremes(own), reports)}"


def draw(table: pd.DataFrame, window_months: int = 3) -> Drawing:
    """Superposed epochs left, a dot a date right; deaths above offensives."""
    # Rows stand further apart than the lines of their labels, so that each label reads as one.
    fig = canvas(216)
    axes = fig.subplots(2, 2, gridspec_kw={"width_ratios": [1, 1.22]})
    for row, measure in enumerate(MEASURES):
        own = table[table["measure"] == measure]
        _draw_epochs(axes[row, 0], own[own["panel"] == "epochs"], measure)
        _draw_decisions(axes[row, 1], own[own["panel"] == "dates"])
    for ax, measure in zip(axes[:, 1], MEASURES, strict=True):
        ax.set_title(f"{measure.capitalize()}, after ÷ before")
    for ax in axes[:, 0]:
        ax.set_xlabel("months from the date")
    for ax in axes[:, 1]:
        ax.set_xlabel(
            f"{_months(window_months)} after ÷ {_months(window_months)} before (log scale)"
        )
    head, reporting = title(table), _reporting(table)
    finish(
        fig,
        head,
        "Sources: UCDP GED (CC BY 4.0); events and decisions tables of this project. Coincidence "
        "in time only; other years hold dates of their own.\n+ raw ratio, with the season. Bar: "
        f"5-95% of other years. Ring: most extreme of all years. Grey dot: q above {Q_LIMIT:.2f}."
        + (f"\n{reporting}." if reporting else ""),
    )
    rows = table[(table["series"] == "date") & (table["measure"] == "deaths")]
    caption = (
        f"Left: each thin line is one date, as a ratio to the {window_months} months before "
        "it and to the median of the same calendar months in other years; pale band: 5-95% of "
        "single placebo years; darker band: 5-95% of the median over one placebo year for each "
        f"date. Right: the {len(rows)} headline dates that can be compared, in order; not all are "
        "decisions, and some were announced before. Deaths are compared as "
        "geometric means, offensives as totals with 0.5 added to each side. With "
        f"{int(rows['n'].min())} to {int(rows['n'].max())} other years, no rank p can be below "
        f"about {rows['floor'].min():.2f}; the smallest rise in deaths that would rank most "
        f"extreme is ×{rows['rise'].min():.1f} to ×{rows['rise'].max():.1f}, by date."
        + (f" {reporting}." if reporting else "")
    )
    sources = sorted(table["source_ids"].dropna().unique())
    return Drawing(SLUG, fig, table, head, caption, _alt(table), sources)


def _months(number: int) -> str:
    return f"{number} month{'' if number == 1 else 's'}"


def _ratio_axis(axis, low: float, high: float) -> None:
    steps = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 10, 20)
    if high / low < 4:
        steps = (0.5, 0.6, 0.8, 1, 1.25, 1.6, 2)
    ticks = [t for t in steps if low <= t <= high]
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_major_formatter(lambda v, _: f"×{v:g}")


def _draw_epochs(ax: Axes, rows: pd.DataFrame, measure: str) -> None:
    fan = rows[rows["series"] == "median"]
    lag = fan["lag"].to_numpy(dtype=float)
    ax.set_yscale("log")
    ax.fill_between(lag, fan["low"], fan["high"], color="#eeeeee", lw=0, zorder=0)
    ax.fill_between(lag, fan["median_low"], fan["median_high"], color="#cfcfcf", lw=0, zorder=1)
    for name, path in rows[rows["series"] == "path"].groupby("row_id"):
        (line,) = ax.plot(
            path["lag"].astype(float), path["value"], color="#8c8c8c", lw=0.5, zorder=2
        )
        line.set_gid(f"{measure}-{name}")
    ax.plot(lag, fan["value"], color=PARTY["taliban"], lw=1.8, zorder=3)
    ax.axvline(0, color=INK, lw=0.6, ls=(0, (2, 2)))
    ax.axhline(1, color=INK, lw=0.4)
    low, high = rows["value"].min() / 1.1, rows["value"].max() * 1.1
    ax.set_ylim(low, high)
    _ratio_axis(ax.yaxis, low, high)
    ax.minorticks_off()
    ax.xaxis.set_major_locator(FixedLocator([-6, -3, 0, 3, 6]))
    ax.set_xlim(lag.min() - 0.2, lag.max() + 0.2)
    ax.set_ylabel("ratio, season taken out (log scale)")
    ax.set_title(MEASURES[measure])
    ax.annotate("median", (lag[1], fan["value"].iloc[1]), xytext=(2, -9),
                textcoords="offset points", fontsize=6.5, fontweight="bold")  # fmt: skip


def _draw_decisions(ax: Axes, rows: pd.DataFrame) -> None:
    n = len(rows)
    top = set(compare.extremes(rows)["row_id"])
    ax.set_xscale("log")
    for y, row in zip(range(n - 1, -1, -1), rows.itertuples(), strict=True):
        ax.plot([row.low, row.high], [y, y], color="#bdbdbd", lw=4, solid_capstyle="butt", zorder=1)
        ax.plot([row.raw], [y], "+", color=INK, ms=5, mew=0.8, zorder=3)
        face = PARTY["taliban"] if row.q <= Q_LIMIT else "#8a8a8a"
        (dot,) = ax.plot([row.value], [y], "o", color=face, ms=4.5, zorder=4)
        dot.set_gid(f"date-{rows['measure'].iloc[0]}-{row.row_id}")
        if row.row_id in top:
            ax.plot([row.value], [y], "o", mfc="none", mec=INK, ms=9, mew=0.9, zorder=4)
    labels = [f"{r.label}, {r.date:%b %Y}" for r in rows.itertuples()]
    ax.set_yticks(range(n - 1, -1, -1), [_lines(text) for text in labels])
    ax.tick_params(axis="y", length=0, labelsize=6.3)
    for text in ax.get_yticklabels():
        text.set_linespacing(1.05)
    ax.axvline(1, color=INK, lw=0.4, zorder=0)
    ends = rows[["value", "raw", "low", "high"]]
    low, high = ends.min().min() / 1.2, ends.max().max() * 1.2
    ax.set_xlim(low, high)
    _ratio_axis(ax.xaxis, low, high)
    ax.minorticks_off()
    ax.tick_params(axis="x", labelsize=6.5)
    ax.set_ylim(-0.7, n - 0.3)
    ax.grid(axis="y", color=GRID, lw=0.4)
    ax.set_axisbelow(True)


def _lines(text: str, longest: int = 34) -> str:
    """Break a long label into lines."""
    # A no-break space keeps month and year on one line.
    head, year = text.rsplit(" ", 1)
    return "\n".join(textwrap.wrap(f"{head}\u00a0{year}", longest, break_long_words=False))


def _alt(table: pd.DataFrame) -> str:
    text = ""
    for measure, name in MEASURES.items():
        rows = table[(table["measure"] == measure) & (table["series"] == "date")]
        top = [f"{r.date:%B %Y} at {r.value:.2f}" for r in compare.extremes(rows).itertuples()]
        text += (
            f"{name}: {len(rows)} dates, season-matched ratios from {rows['value'].min():.2f} "
            f"to {rows['value'].max():.2f}; most extreme of all years compared: "
            f"{', '.join(top) or 'none'}. "
        )
    reporting = _reporting(table)
    text += f"{reporting}." if reporting else ""
    return (
        f"Left, lines for the months around each date with a median; right, a dot for "
        f"each date on a bar for other years. {text.strip()}"
    )
