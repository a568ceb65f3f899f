"""Offensives a quarter against the American troop level of that quarter.

Only quarters with an official or press reading are drawn. The two are set side by side because
they are often named together; troop levels follow about ten decisions, so there is no line
through them.
"""

import numpy as np
import pandas as pd
from matplotlib.ticker import FixedLocator

from analysis import compare, series
from analysis.errors import EmptySelectionError
from analysis.fig_season import ERA_COLOURS
from analysis.intervals import poisson_interval
from analysis.style import FAINT, GRID, INK, Drawing, canvas, finish

SLUG = "f02b_offensives_by_troop_level"
MARKERS = dict(zip(compare.ERAS, "os^D", strict=True))
# In a gap between the readings of the large and of the small force: see `force_words`.
SMALL_FORCE = 20_000


def data(
    events: pd.DataFrame,
    troops: pd.DataFrame,
    start: pd.Timestamp,
    end: pd.Timestamp,
    level: float = 0.95,
) -> pd.DataFrame:
    """One row a quarter of the study.

    Returns
    -------
    DataFrame
        ``quarter``, ``era``, ``offensives`` with exact Poisson ``low`` and ``high``,
        ``persons_low``, ``persons_high``, ``readings``, ``read_in`` (months of the readings),
        ``top_month`` and ``top_count`` (month with most offensives), ``days`` of the quarter
        inside the study, ``source_ids``; quarters without a reading have no persons and are
        not drawn.

    Raises
    ------
    EmptySelectionError
        If no quarter has a troop reading.
    """
    # A reading after the last day of the study says nothing of the force on the days in it.
    troops = troops[troops["date"].between(start, end)]
    first, last = start.to_period("Q"), end.to_period("Q")
    table = series.quarterly_troops(troops, first, last)
    if not table["readings"].any():
        raise EmptySelectionError(
            f"No quarter from {first} to {last} has a US troop reading. Widen start and end."
        )
    table = table.rename(columns={"low": "persons_low", "high": "persons_high"})
    months = series.monthly_events(events, series.study_months(start, end))
    counts = months.groupby(months.index.asfreq("Q")).sum()
    table["offensives"] = table["quarter"].map(counts).fillna(0).astype(int)
    by_quarter = months.groupby(months.index.asfreq("Q"))
    table["top_month"] = table["quarter"].map(by_quarter.idxmax())
    table["top_count"] = table["quarter"].map(by_quarter.max()).fillna(0).astype(int)
    bounds = [poisson_interval(n, level=level) for n in table["offensives"]]
    table["low"], table["high"] = (np.array(side) for side in zip(*bounds, strict=True))
    table["era"] = [compare.era(q.year) for q in table["quarter"]]
    table["days"] = [
        (min(q.end_time.normalize(), end) - max(q.start_time, start)).days + 1
        for q in table["quarter"]
    ]
    rows = series.troop_steps(troops)
    rows = rows[rows["series"].isin(["official_statement", "press_estimate"])]
    rows = rows[rows["date_prec"] <= 4]
    by = rows.groupby(rows["date"].dt.to_period("Q"))
    table["source_ids"] = table["quarter"].map(
        by["source_id"].agg(lambda column: ";".join(sorted(set(column))))
    )
    # A reading of April says nothing of June: the months are kept, so that prose can say so.
    table["read_in"] = table["quarter"].map(
        by["date"].agg(lambda column: ";".join(sorted(set(column.dt.strftime("%Y-%m")))))
    )
    columns = ["quarter", "era", "offensives", "low", "high", "top_month", "top_count",
               "persons_low", "persons_high", "readings", "read_in", "days",
               "source_ids"]  # fmt: skip
    return table[columns]


def small_and_large(table: pd.DataFrame) -> pd.DataFrame:
    """Offensives a quarter below and above 20,000 US troops, from quarters with a reading.

    Parameters
    ----------
    table
        From `data`, or a part of it such as the years before 2021.

    Returns
    -------
    DataFrame
        ``force`` (``small``, ``large``), ``quarters``, ``lowest``, ``median``, ``highest``.
        No test and no interval: the level changed by about ten decisions, so quarters are
        not independent readings of its effect.
    """
    seen = table[table["readings"] > 0]
    force = np.where(seen["persons_high"].astype(float) < SMALL_FORCE, "small", "large")
    by = seen["offensives"].groupby(force)
    found = pd.DataFrame(
        {"quarters": by.size(), "lowest": by.min(), "median": by.median(), "highest": by.max()}
    )
    return found.rename_axis("force").reset_index().sort_values("force", ascending=False)


def force_words(table: pd.DataFrame) -> str:
    """Why the tables part where they do: the readings on either side of the cut."""
    seen = table[table["readings"] > 0]
    high, low = (seen[c].astype(float) for c in ("persons_high", "persons_low"))
    below, above = high[high < SMALL_FORCE], low[high >= SMALL_FORCE]
    cut = f"{SMALL_FORCE:,} US troops"
    if below.empty or above.empty:
        return f"all readings lie on one side of {cut}"
    if above.min() < SMALL_FORCE:
        return f"quarters are parted at {cut}; some have readings on both sides"
    return (
        f"quarters are parted at {cut}, since no reading lies between {below.max():,.0f} and "
        f"{above.min():,.0f}"
    )


def title(table: pd.DataFrame) -> str:
    """Offensives a quarter in the busiest year and outside it, and that no line is fitted."""
    seen = table[table["readings"] > 0]
    year = seen.loc[seen["offensives"].idxmax(), "quarter"].year
    inside = seen["quarter"].map(lambda quarter: quarter.year == year).astype(bool)
    head = f"{len(seen)} quarter{'' if len(seen) == 1 else 's'} with a stated US troop level"
    own = f"{_span(seen.loc[inside, 'offensives'])} in {year}"
    if inside.all():
        return f"{head}: {_span(seen['offensives'])} recorded offensives each; no line is fitted"
    rest = f"{_span(seen.loc[~inside, 'offensives'])} recorded offensives each outside {year}"
    return f"{head}: {rest}, {own}; no line is fitted"


def _span(counts: pd.Series) -> str:
    low, high = int(counts.min()), int(counts.max())
    return f"{low}" if low == high else f"{low} to {high}"


def busiest(table: pd.DataFrame) -> dict[str, str | int]:
    """Recorded numbers: the quarter with most offensives among those with a reading."""
    seen = table[table["readings"] > 0]
    top = seen.loc[seen["offensives"].idxmax()]
    low, high = int(top["persons_low"]), int(top["persons_high"])
    force = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    read = [pd.Period(m, "M") for m in top["read_in"].split(";")]
    when = " and ".join(f"{m:%B}" for m in read)
    n = int(top["offensives"])
    words = f"{n} recorded offensive{'' if n == 1 else 's'}"
    if n > 1:
        part = "all" if top["top_count"] == n else f"{int(top['top_count'])} of them"
        words += f", {part} in {top['top_month']:%B}"
    words += f"; US readings are of {when}{' only' if len(read) < 3 else ''} ({force})"
    return {
        "busiest_quarter": _name(top["quarter"]),
        "busiest_quarter_count": n,
        "busiest_force": force,
        "busiest_words": words,
        "quarters_heading": title(table),
        "force_words": force_words(table),
        "quarters_seen": len(seen),
        "quarters_total": len(table),
    }


def _months(read_in: str) -> str:
    return ", ".join(f"{pd.Period(m, 'M'):%b}" for m in read_in.split(";"))


def _name(quarter: pd.Period) -> str:
    return f"{quarter.year} Q{quarter.quarter}"


def draw(table: pd.DataFrame) -> Drawing:
    """Counts with Poisson intervals over troop readings, coloured by era, no line."""
    fig = canvas(112)
    ax = fig.subplots()
    seen = table[table["readings"] > 0]
    for era, part in seen.groupby("era", sort=False):
        low = part["persons_low"].to_numpy(dtype=float)
        high = part["persons_high"].to_numpy(dtype=float)
        middle = (low + high) / 2
        look = {"color": FAINT, "lw": 0.8}
        ax.hlines(part["offensives"], low, high, **look | {"lw": 2.2}, alpha=0.5)
        ax.vlines(middle, part["low"], part["high"], **look)
        ax.plot(middle, part["offensives"], MARKERS[era], ms=4.5, ls="", color=ERA_COLOURS[era],
                mec=INK, mew=0.4, label=era, clip_on=False, zorder=3)  # fmt: skip
    ax.set_xscale("function", functions=(_root, np.square))
    ax.set_yscale("function", functions=(_root, np.square))
    ax.set_xlim(0, 1.06 * float(seen["persons_high"].max()))
    ax.set_ylim(0, 1.06 * float(seen["high"].max()))
    ax.xaxis.set_major_locator(
        FixedLocator([0, 2500, 5000, 10_000, 20_000, 40_000, 60_000, 80_000, 100_000])
    )
    ax.xaxis.set_major_formatter(lambda v, _: f"{v:,.0f}")
    ax.yaxis.set_major_locator(FixedLocator([0, 1, 5, 10, 20, 50, 100, 150, 200]))
    ax.grid(color=GRID, lw=0.4)
    ax.set_axisbelow(True)
    ax.set_xlabel("US troops in Afghanistan, statements and press figures (square-root scale)")
    ax.set_ylabel("offensives begun in the quarter\n(square-root scale)")
    most = seen["offensives"].idxmax()
    for index, row in _labelled(seen).iterrows():
        text = _name(row["quarter"])
        x = (float(row["persons_low"]) + float(row["persons_high"])) / 2
        # Above the interval; below it for the first and last, whose neighbours stand above;
        # the busiest beside its dot, with the months that its two numbers belong to.
        y, shift, side, up = row["high"], (0, 2), "center", "bottom"
        if index == most:
            text += f"\n(troops read in {_months(row['read_in'])},"
            text += f"\n{row['top_count']} begun in {row['top_month']:%b})"
            y, shift, side, up = row["offensives"], (10, 0), "left", "center"
        elif index in (seen.index[0], seen.index[-1]):
            y, shift, up = row["low"], (0, -3), "top"
        if row["days"] < 85:
            text += f"\n(first {row['days']} days)"
        ax.annotate(text, (x, y), xytext=shift, va=up, ha=side, textcoords="offset points",
                    fontsize=6.5, color=FAINT, zorder=4)  # fmt: skip
    ax.legend(title="era", loc="upper right", title_fontsize=7)
    head = title(table)
    finish(
        fig,
        head,
        "Sources: events and troop tables of this project. Bars: exact 95% Poisson interval of "
        "the count; lowest to highest troop reading of the quarter.\nCoincidence in time. About "
        "ten decisions set the level, so the points are not independent and no line is fitted.",
    )
    caption = (
        f"{len(seen)} of {len(table)} quarters have an official or press reading of the US force "
        "and are drawn; the others are left out, not carried forward, even where DMDC has a count, "
        "which includes other personnel. Counts are floors that follow reporting as "
        "well as fighting, and the interval covers chance in the count only. "
        "Contractors and other nations are not here."
    )
    sources = sorted({i for ids in table["source_ids"].dropna() for i in ids.split(";")})
    return Drawing(SLUG, fig, table, head, caption, _alt(table), sources)


def _root(value: np.ndarray) -> np.ndarray:
    return np.sqrt(np.clip(value, 0, None))


def _labelled(seen: pd.DataFrame) -> pd.DataFrame:
    """First, last, busiest and largest-force quarters: enough to find one's way."""
    chosen = {
        seen.index[0],
        seen.index[-1],
        *seen["offensives"].nlargest(3).index,
        seen["persons_high"].astype(float).idxmax(),
    }
    return seen.loc[sorted(chosen)]


def _alt(table: pd.DataFrame) -> str:
    seen = table[table["readings"] > 0]
    text = (
        f"Scatter of {len(seen)} quarters: offensives begun against US troops, coloured by era, "
        f"no line fitted. {title(table)}."
    )
    for row in small_and_large(table).itertuples():
        side = "under" if row.force == "small" else "at or above"
        text += (
            f" Quarters {side} {SMALL_FORCE:,} troops: {row.quarters}, with {row.lowest} to "
            f"{row.highest} offensives, median {row.median:g}."
        )
    return text
