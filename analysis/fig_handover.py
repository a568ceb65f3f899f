"""F4: the five tranches, before and after, under four estimators."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from analysis import handover
from analysis.fig_tiles import COLUMNS, ROWS, TRANCHES, short
from analysis.style import FAINT, GRID, INK, PARTY, Drawing, canvas, finish

SLUG = "f04_handover"
LOOKS = {
    "Callaway-Sant'Anna": (PARTY["taliban"], "o", 0.0),
    "Sun-Abraham": (PARTY["government"], "s", 0.17),
    "imputation": (PARTY["air"], "D", 0.34),
    "two-way fixed effects": (PARTY["unknown"], "^", -0.17),
}


def data(
    study: pd.DataFrame,
    tranches: pd.DataFrame,
    treated: pd.DataFrame,
    provinces: pd.DataFrame,
    found: handover.Finding,
) -> pd.DataFrame:
    """Marks of the three panels.

    Parameters
    ----------
    study, tranches
        `analysis.handover.event_study` and `analysis.handover.by_tranche`.
    treated
        `analysis.handover.cohorts`.
    provinces
        The provinces table, for the tiles.
    found
        `analysis.handover.assess`; its summary is the row ``overall``.

    Returns
    -------
    DataFrame
        ``mark`` (``effect``, ``tranche``, ``tile``, ``overall``), ``label``, ``quarter``,
        ``value``, ``low``, ``high``, ``band_low``, ``band_high``, ``tranche``,
        ``tile_row``, ``tile_col``, ``count``, ``p``, ``smallest``, ``breakdown``; sorted.
    """
    effects = study.rename(columns={"estimator": "label", "effect": "value"}).assign(mark="effect")
    groups = tranches.rename(columns={"effect": "value", "provinces": "count"}).assign(
        mark="tranche", label=tranches["interpreted"].map({True: "", False: "not interpreted"})
    )
    tiles = treated.merge(provinces[["adm1", "tile_row", "tile_col"]], on="adm1").rename(
        columns={"adm1": "label"}
    )
    tiles = tiles.assign(mark="tile").drop(columns="quarter")
    overall = pd.DataFrame([{
        "mark": "overall", "label": handover.words(found), "value": found.estimate,
        "low": found.low, "high": found.high, "p": found.p, "smallest": found.smallest,
        "breakdown": found.breakdown, "count": found.events,
    }])  # fmt: skip
    columns = ["mark", "label", "quarter", "value", "low", "high", "band_low", "band_high",
               "tranche", "tile_row", "tile_col", "count", "p", "smallest",
               "breakdown"]  # fmt: skip
    table = pd.concat([p.reindex(columns=columns) for p in (effects, groups, tiles, overall)])
    return table.sort_values(["mark", "tranche", "label", "quarter"], ignore_index=True)


def title(found: handover.Finding) -> str:
    """Finding: what the panel can and cannot tell about the transfer."""
    if found.p > 0.05:
        return (
            f"Transfer of provinces: no change that stands out (permutation p {found.p:.2f});\n"
            f"the smallest detectable one is {handover.percent(found)}"
        )
    way = "fewer" if found.estimate < 0 else "more"
    return (
        f"After transfer {way} events than in provinces transferred later "
        f"({found.estimate:+.2f} a quarter, permutation p {found.p:.2f})"
    )


def draw(table: pd.DataFrame, title: str, outcome: str, level: float = 0.95) -> Drawing:
    """Event study on the left; tile map of tranches and size of each on the right."""
    fig = canvas(118)
    left, right = fig.subfigures(1, 2, width_ratios=[2.1, 1])
    overall = table[table["mark"] == "overall"].iloc[0]
    _draw_study(left.subplots(), table[table["mark"] == "effect"], overall)
    tiles_ax, bars = right.subplots(2, 1, gridspec_kw={"height_ratios": [1.5, 1]})
    _draw_tiles(tiles_ax, table[table["mark"] == "tile"])
    _draw_tranches(bars, table[table["mark"] == "tranche"])
    finish(
        fig,
        title,
        f"Sources: {outcome}; NATO announcements (transition table). Effects against provinces "
        "transferred later; quarter −1 is the reference.\nDark bars: pointwise "
        f"{100 * level:.0f}% intervals; pale band: simultaneous (Callaway-Sant'Anna). Grey: "
        "changes too small to be found. Fetzer et al.: AER 2021.",
    )
    breakdown = overall["breakdown"]
    honest = (
        "cannot be computed" if pd.isna(breakdown) else f"is {breakdown:.2f} (Rambachan and Roth)"
    )
    caption = (
        f"Events a province and quarter around the announced transfer, {int(overall['count'])} "
        f"events in the panel. Overall: {overall['label']}. The breakdown value {honest}: the "
        "violation of common trends, as a multiple of the largest seen before, that takes the "
        "sign away. Tranches were chosen on security grounds, so common trends are doubtful. "
        "Two-way fixed effects are shown for comparison only. A tranche of two provinces is shown "
        "and not interpreted; the last tranche is the comparison. The arrow is the direction "
        "that Fetzer and others report from military records by district, not a result of ours."
    )
    return Drawing(SLUG, fig, table, title, caption, _alt(table, overall), ())


def _draw_study(ax: Axes, effects: pd.DataFrame, overall: pd.Series) -> None:
    ax.axhspan(-overall["smallest"], overall["smallest"], color=GRID, alpha=0.6, lw=0, zorder=0)
    ax.axhline(0, color=INK, lw=0.7)
    ax.axvline(-0.5, color=FAINT, lw=0.7, ls=(0, (3, 2)))
    main = effects[(effects["label"] == handover.ESTIMATORS[0]) & effects["band_low"].notna()]
    ax.fill_between(main["quarter"], main["band_low"], main["band_high"], color=PARTY["taliban"],
                    alpha=0.12, lw=0)  # fmt: skip
    for name, (colour, marker, shift) in LOOKS.items():
        own = effects[effects["label"] == name]
        x = own["quarter"] + shift
        has = own["low"].notna() & (own["low"] < own["high"])
        thin = 1.1 if name == handover.ESTIMATORS[0] else 0.5
        ax.vlines(x[has], own["low"][has], own["high"][has], color=colour, lw=thin, zorder=2)
        dots = ax.plot(x, own["value"], marker, ms=3.4, color=colour, zorder=3, label=name)
        dots[0].set_gid(f"effects-{name.replace(' ', '-')}")
    span = np.nanmax(np.abs([effects["low"].quantile(0.02), effects["high"].quantile(0.98),
                             overall["smallest"] * 1.25]))  # fmt: skip
    ax.set_ylim(-span * 1.3, span * 1.25)
    ax.annotate("", (6.2, -span * 0.95), (6.2, -span * 0.45),
                arrowprops={"arrowstyle": "->", "color": PARTY["civilian"], "lw": 1.6})  # fmt: skip
    ax.text(6.0, -span * 0.72, "direction reported by\nFetzer et al. (theirs)", fontsize=6.5,
            ha="right", va="center", color=PARTY["civilian"])  # fmt: skip
    ax.text(-8.4, overall["smallest"], " smallest detectable overall effect", fontsize=6.3,
            va="bottom", color=FAINT)  # fmt: skip
    ax.legend(loc="lower left", fontsize=7, handletextpad=0.1, borderaxespad=0.2)
    ax.set_xlim(-8.6, 8.6)
    ax.set_xticks(range(-8, 9, 2))
    ax.set_xlabel("quarters since the announced transfer")
    ax.set_ylabel("difference, events a province and quarter")


def _draw_tiles(ax: Axes, tiles: pd.DataFrame) -> None:
    for row in tiles.itertuples():
        colour = TRANCHES[int(row.tranche)]
        ax.add_patch(Rectangle((row.tile_col, -row.tile_row), 0.94, 0.94, fc=colour, alpha=0.85))
        words = f"{short(row.label)}\n{int(row.tranche)}"
        ax.text(row.tile_col + 0.47, -row.tile_row + 0.47, words,
                ha="center", va="center", fontsize=4.4, linespacing=0.95,
                color="white" if int(row.tranche) in (2, 5) else INK)  # fmt: skip
    ax.set_xlim(0.9, COLUMNS + 1.05)
    ax.set_ylim(-ROWS - 0.1, 0.05)
    ax.set_aspect("equal")
    ax.axis("off")
    ax.set_title("Tranche of each province", fontsize=7.5, fontweight="normal")


def _draw_tranches(ax: Axes, groups: pd.DataFrame) -> None:
    for row in groups.itertuples():
        faded = row.label != "" and not pd.isna(row.value)
        size = groups.loc[row.Index, "count"]
        bar = ax.barh(row.tranche, size, height=0.7, color=TRANCHES[int(row.tranche)],
                      alpha=0.35 if faded else 0.85)  # fmt: skip
        bar.patches[0].set_gid(f"tranche-{int(row.tranche)}")
        effect = "comparison" if pd.isna(row.value) else f"{row.value:+.2f}"
        note = " (not interpreted)" if faded else ""
        ax.text(size + 0.3, row.tranche, f"{effect}{note}", va="center",
                fontsize=6.6)  # fmt: skip
    ax.set_yticks(groups["tranche"], [f"T{int(t)}" for t in groups["tranche"]])
    ax.invert_yaxis()
    ax.set_xlim(0, groups["count"].max() * 1.9)
    ax.set_xticks([0, 5, 10])
    ax.set_xlabel("provinces (effect of the tranche alone)", fontsize=7, loc="left")


def _alt(table: pd.DataFrame, overall: pd.Series) -> str:
    groups = table[table["mark"] == "tranche"]
    sizes = ", ".join(f"tranche {int(r.tranche)} {int(groups.loc[r.Index, 'count'])}"
                      for r in groups.itertuples())  # fmt: skip
    main = table[(table["mark"] == "effect") & (table["label"] == handover.ESTIMATORS[0])]
    after = main[main["quarter"] >= 0]["value"]
    before = main[main["quarter"] < -1]["value"]
    return (
        f"Event study of four estimators. Overall {overall['label']}. Callaway-Sant'Anna effects "
        f"lie between {before.min():.2f} and {before.max():.2f} before the transfer and between "
        f"{after.min():.2f} and {after.max():.2f} after it. Provinces: {sizes}."
    )
