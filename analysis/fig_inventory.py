"""F14: what is known of each month, and how precisely the events are placed."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import SubFigure
from matplotlib.patches import Rectangle

from analysis import inventory, series
from analysis.style import FAINT, INK, ORDER, Drawing, canvas, finish

SLUG = "f14_inventory"
SHADES = {
    "printed": INK,
    "recorded": "#7d7d7d",
    "first release": ORDER[2],
    "implied": ORDER[0],
    "sum only": "#cfcfcf",
    "withheld": "white",
    "missing": "white",
}
MEANING = {
    "printed": "printed",
    "recorded": "found by us, not complete",
    "first release": "first release only",
    "implied": "implied by sums",
    "sum only": "only in a sum of months",
    "withheld": "withheld, no value since",
    "missing": "not found",
}
DATE_WORDS = ("1 day", "to 6 d", "to 2 wk", "month", "longer")
PLACE_WORDS = {1: "point", 2: "near", 3: "district", 4: "province", 5: "region", 6: "country"}
PER_ROW = 5


def data(
    events: pd.DataFrame,
    claims: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    months: pd.PeriodIndex,
) -> pd.DataFrame:
    """Cells of both halves in one tidy table.

    Returns
    -------
    DataFrame
        ``panel`` (``months`` or ``precision``); for months ``order``, ``series``,
        ``month``, ``state``, ``withheld``; for precision ``year``, ``date_prec``, ``where_prec``,
        ``events``. One row a cell, in the order shown.
    """
    cells = inventory.calendar(events, claims, tables, months)
    cells["order"] = pd.factorize(cells["series"])[0]
    stopped = series.withheld_from(tables["decisions"])
    states = inventory.airpower_states(tables["airpower"], months, stopped)
    kept = set(states.loc[states["withheld"], "month"])
    names = inventory.names(tables["codes"])
    afcent = cells["series"] == names("airpower", "measure", series.AFCENT)
    cells["withheld"] = afcent & cells["month"].isin(kept)
    cells["month"] = cells["month"].astype(str)
    precise = inventory.precision_by_year(events)
    columns = ["panel", "order", "topic", "series", "month", "state", "withheld", "year",
               "date_prec", "where_prec", "events"]  # fmt: skip
    parts = [cells.assign(panel="months"), precise.assign(panel="precision")]
    table = pd.concat([p.reindex(columns=columns) for p in parts], ignore_index=True)
    for column in ("order", "year", "date_prec", "where_prec", "events"):
        table[column] = table[column].astype("Int64")
    return table


def draw(table: pd.DataFrame) -> Drawing:
    """Calendar heat above, one small heat table a year below."""
    cells = table[table["panel"] == "months"]
    precise = table[table["panel"] == "precision"]
    years = sorted(precise["year"].unique())
    rows = -(-len(years) // PER_ROW)
    fig = canvas(108 + 27 * rows)
    upper, lower = fig.subfigures(2, 1, height_ratios=[98, 26 * rows])
    _draw_months(upper.subplots(), cells)
    _draw_precision(lower, precise, years, rows)
    title = _title(cells)
    finish(
        fig,
        title,
        "Sources: all tables of this project; each reading names its own source. AFCENT = US Air "
        "Forces Central.",
    )
    n, lines = int(precise["events"].sum()), cells["series"].nunique()
    caption = (
        f"Above: {lines} series by month. Dark: a figure for exactly that month is in the tables. "
        "Grey in the first rows: this project found an offensive or a report there, which is never "
        "complete; white there means that none was found, not that there was none. "
        "Olive: only a first release. Pale yellow: implied by published sums. Pale grey: the "
        "month is part of a published sum only. Hatched: AFCENT's summary was withheld when due "
        "and the month has no value since; on pale grey a sum covers it. "
        "White: not found in print. "
        f"Below: {n} offensives with a dated start by how exact the day is "
        "(rows) and the place (columns: a point, near a place, district, province; country "
        "means a campaign or no closer place), after UCDP's scales."
    )
    return Drawing(SLUG, fig, table, title, caption, _alt(cells, precise), ())


def _title(cells: pd.DataFrame) -> str:
    published = cells[cells["topic"] != inventory.OWN]
    known = published["state"].eq("printed").groupby(published["series"], sort=False).mean()
    full = int((known == 1).sum())
    thin = int((known < 0.25).sum())
    return (
        f"{full} of {len(known)} published series {'is' if full == 1 else 'are'} printed for "
        f"every month, {thin} for less than a quarter"
    )


def _draw_months(ax: Axes, cells: pd.DataFrame) -> None:
    states = list(SHADES)
    wide = cells.assign(code=cells["state"].map(states.index)).pivot(
        index="order", columns="month", values="code"
    )
    names = cells.drop_duplicates("order").set_index("order")
    sns.heatmap(
        wide.astype(int), ax=ax, cmap=ListedColormap(list(SHADES.values())), vmin=-0.5,
        vmax=len(states) - 0.5, cbar=False, rasterized=True,
    )  # fmt: skip
    hatched = cells[cells["withheld"].astype(bool)]
    columns = {month: i for i, month in enumerate(wide.columns)}
    for order, run in hatched.groupby("order"):
        places = sorted(columns[m] for m in run["month"])
        for first, last in _runs(places):
            ax.add_patch(
                Rectangle((first, order), last - first + 1, 1, fc="none", ec="#777777",
                          hatch="//////", lw=0.4)
            )  # fmt: skip
    for y in range(1, len(wide)):
        topic_changes = names.loc[y, "topic"] != names.loc[y - 1, "topic"]
        ax.axhline(y, color=FAINT if topic_changes else "white", lw=0.7)
    ax.add_patch(Rectangle((0, 0), len(columns), len(wide), fc="none", ec=FAINT, lw=0.7))
    januaries = [(i, m[:4]) for m, i in columns.items() if m.endswith("-01")] or [
        (0, next(iter(columns)))
    ]
    for x, _ in januaries[1:]:
        ax.axvline(x, color="#e4e4e4", lw=0.4)
    ax.set_xticks([x for x, _ in januaries], [t for _, t in januaries], rotation=0, ha="left")
    ax.set_yticks([y + 0.5 for y in range(len(wide))], names["series"], rotation=0, fontsize=6.8)
    ax.tick_params(length=0)
    ax.set(xlabel="", ylabel="")
    handles = [
        Rectangle((0, 0), 1, 1, fc=SHADES[s], ec=FAINT, lw=0.5,
                  hatch="//////" if s == "withheld" else None)
        for s in states
    ]  # fmt: skip
    ax.legend(
        handles, [MEANING[s] for s in states], ncol=len(states), loc="lower right",
        bbox_to_anchor=(1, 1.005), fontsize=6, handlelength=1.1, columnspacing=0.8,
        handletextpad=0.5,
        borderaxespad=0,
    )  # fmt: skip


def _runs(places: list[int]) -> list[tuple[int, int]]:
    """First and last of each unbroken run of whole numbers."""
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and runs[-1][1] == place - 1:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs


def _draw_precision(fig: SubFigure, precise: pd.DataFrame, years: list[int], rows: int) -> None:
    fig.suptitle(
        "Offensives by how exact the day (rows) and the place (columns) is, one table per year",
        x=0.012, ha="left", fontsize=8,
    )  # fmt: skip
    axes = fig.subplots(rows, PER_ROW, squeeze=False).ravel()
    # One scale for all years; the square root keeps the ones and twos visible beside 2021.
    top = float(precise["events"].max()) ** 0.5
    for ax, year in zip(axes, years, strict=False):
        wide = precise[precise["year"] == year].pivot(
            index="date_prec", columns="where_prec", values="events"
        )
        text = wide.astype(str).where(wide > 0, "")
        sns.heatmap(
            wide.astype(float) ** 0.5, ax=ax, annot=text, fmt="", cmap=plt.get_cmap("Greys"),
            vmin=0, vmax=1.15 * top, cbar=False, annot_kws={"fontsize": 6.8}, linewidths=0.4,
            linecolor="#e4e4e4", xticklabels=[], yticklabels=[],
        )  # fmt: skip
        ax.set_title(f"{year}   n={int(wide.to_numpy().sum())}", fontsize=6.8, fontweight="normal")
        ax.tick_params(length=0, labelsize=6.8, rotation=0)
        ax.set(xlabel="", ylabel="")
    for ax in axes[len(years) :]:
        ax.axis("off")
    if len(years):
        for ax in axes[: len(years) : PER_ROW]:
            ax.set_yticks([i + 0.5 for i in range(len(DATE_WORDS))], DATE_WORDS, rotation=0)
        places = sorted(precise["where_prec"].unique())
        for ax in axes[PER_ROW * (rows - 1) : len(years)]:
            words = [PLACE_WORDS[int(p)] for p in places]
            ax.set_xticks([i + 0.5 for i in range(len(places))], words, rotation=90)


def _alt(cells: pd.DataFrame, precise: pd.DataFrame) -> str:
    printed = cells["state"].eq("printed").groupby(cells["series"], sort=False).agg(["sum", "size"])
    own = set(cells.loc[cells["topic"] == inventory.OWN, "series"])
    found = cells["state"].eq("recorded").groupby(cells["series"], sort=False).sum()
    text = "Heat table of months by series. Months with a printed figure: " + "; ".join(
        f'"{name}" {line["sum"]} of {line["size"]}'
        for name, line in printed.iterrows() if name not in own
    )  # fmt: skip
    text += ". Months in which this project found any: " + "; ".join(
        f'"{name}" {found[name]}' for name in printed.index if name in own
    )
    hatched = int(cells["withheld"].astype(bool).sum())
    text += f". {hatched} months are hatched as withheld" if hatched else ""
    total = int(precise["events"].sum())
    if total:
        sharp = precise[(precise["date_prec"] == 1) & (precise["where_prec"] <= 2)]["events"].sum()
        text += (
            f". Below, small tables by year: {int(sharp)} of {total} offensives are dated to the "
            "day and placed at or near a point"
        )
    return text + "."
