"""F4: the five tranches, before and after, under four estimators."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from analysis import handover
from analysis.fig_tiles import COLUMNS, ROWS, TRANCHES, in_tile
from analysis.style import FAINT, INK, PARTY, Drawing, canvas, finish

SLUG = "f04_handover"
# Shapes and greys only: colour means tranches in this figure.
LOOKS = {
    "Callaway-Sant'Anna": ("#000000", "o", 0.0),
    "Sun-Abraham": ("#555555", "s", 0.17),
    "imputation": ("#777777", "D", 0.34),
    "two-way fixed effects": ("#aaaaaa", "^", -0.17),
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
        ``mark`` (``difference``, ``tranche``, ``tile``, ``overall``), ``label``, ``quarter``,
        ``value``, ``low``, ``high``, ``band_low``, ``band_high``, ``tranche``,
        ``tile_row``, ``tile_col``, ``count``, ``p``, ``smallest``, ``base``,
        ``breakdown``, ``reach``; sorted.
    """
    effects = study.rename(columns={"estimator": "label", "effect": "value"})
    effects = effects.assign(mark="difference")
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
        "base": found.base,
        "breakdown": found.breakdown, "count": found.events,
    }])  # fmt: skip
    columns = ["mark", "label", "quarter", "value", "low", "high", "band_low", "band_high",
               "tranche", "tile_row", "tile_col", "count", "p", "smallest", "base",
               "breakdown", "reach"]  # fmt: skip
    table = pd.concat([p.reindex(columns=columns) for p in (effects, groups, tiles, overall)])
    # Sums over threads differ in the last digit from run to run; the picture must not.
    numbers = ["value", "low", "high", "band_low", "band_high", "smallest", "base"]
    table[numbers] = table[numbers].astype(float).round(6)
    return table.sort_values(["mark", "tranche", "label", "quarter"], ignore_index=True)


def title(found: handover.Finding) -> str:
    """Finding: what the panel can and cannot tell about the transfer."""
    size = f"{handover.signed(found.estimate)} events a province and quarter, p {found.p:.2f}"
    if found.p > 0.05:
        start = "No change can be shown at transfer"
        if found.fall_detectable or found.base <= 0:
            return f"{start} ({size}):\n{handover.detectable(found)}"
        return (
            f"{start}: {size};\na rise to less than {found.rise_detectable:.1f} times the earlier "
            "mean, or any fall from it, would often be missed"
        )
    way = "fewer" if found.estimate < 0 else "more"
    return f"After transfer {way} events than in provinces transferred later ({size})"


def draw(table: pd.DataFrame, title: str, outcome: str, level: float = 0.95) -> Drawing:
    """Event study on the left; tile map of tranches and size of each on the right."""
    fig = canvas(126)
    left, right = fig.subfigures(1, 2, width_ratios=[1.4, 1])
    overall = table[table["mark"] == "overall"].iloc[0]
    _draw_study(left.subplots(), table[table["mark"] == "difference"], overall)
    upper, lower = right.subfigures(2, 1, height_ratios=[1.7, 1])
    _draw_tiles(upper.subplots(), table[table["mark"] == "tile"])
    _draw_tranches(lower.subplots(), table[table["mark"] == "tranche"])
    finish(
        fig,
        title,
        f"Sources: {outcome}; NATO announcements (transition table). Differences against provinces "
        "transferred later; quarter −1 is the reference.\nBars: pointwise "
        f"{100 * level:.0f}% intervals; grey band: simultaneous (Callaway-Sant'Anna).",
    )
    breakdown = overall["breakdown"]
    honest = (
        "cannot be computed" if pd.isna(breakdown) else f"is {breakdown:.2f} (Rambachan and Roth)"
    )
    groups = table[table["mark"] == "tranche"].rename(columns={"count": "provinces"})
    moved = groups.assign(interpreted=groups["label"] == "")
    caption = (
        f"Events a province and quarter around the announced transfer, {int(overall['count'])} "
        f"events in the panel. Overall: {overall['label']}. The breakdown value {honest}: the "
        "violation of common trends, as a multiple of the largest seen before, that takes the "
        "sign away. Tranches were chosen on security grounds, so common trends are doubtful. "
        "Two-way fixed effects are shown for comparison only. The last tranche is only ever "
        "comparison; the others also serve until their own turn. "
        f"{handover.comparison_words(groups)} {handover.alone_words(moved)} Counts cannot fall "
        "below none, so the lower dotted line, where the mean before is smaller than what can be "
        "found, stands where no event would be left had that mean otherwise stayed."
    )
    return Drawing(SLUG, fig, table, title, caption, _alt(table, overall), ())


def _draw_study(ax: Axes, effects: pd.DataFrame, overall: pd.Series) -> None:
    floor = -min(overall["smallest"], overall["base"])
    # Lines without a fill: the one grey is the band of the estimator.
    for edge in (floor, overall["smallest"]):
        ax.axhline(edge, color=INK, lw=0.8, ls=(0, (1, 1.5)), zorder=1)
    ax.axhline(0, color=INK, lw=0.7)
    # Below the text of notes, which lie on white.
    ax.axvline(-0.5, color=FAINT, lw=0.7, ls=(0, (3, 2)), zorder=1)
    main = effects[(effects["label"] == handover.ESTIMATORS[0]) & effects["band_low"].notna()]
    ax.fill_between(main["quarter"], main["band_low"], main["band_high"], color=PARTY["taliban"],
                    alpha=0.12, lw=0)  # fmt: skip
    for name, (colour, marker, shift) in LOOKS.items():
        own = effects[effects["label"] == name]
        x = own["quarter"] + shift
        has = own["low"].notna() & (own["low"] < own["high"])
        thin = 1.1 if name == handover.ESTIMATORS[0] else 0.5
        ax.vlines(x[has], own["low"][has], own["high"][has], color=colour, lw=thin, zorder=2)
        fill = "white" if name == "imputation" else colour
        dots = ax.plot(x, own["value"], marker, ms=3.4, color=colour, mfc=fill, zorder=3,
                       label=name)  # fmt: skip
        dots[0].set_gid(f"effects-{name.replace(' ', '-')}")
    span = np.nanmax(np.abs([effects["low"].quantile(0.02), effects["high"].quantile(0.98),
                             overall["smallest"] * 1.25]))  # fmt: skip
    ax.set_ylim(-span * 1.2, span * 1.25)
    low = (
        "no event left, had the mean stayed"
        if overall["base"] <= overall["smallest"]
        else "smallest fall to show"
    )
    ends = handover.signed(floor), handover.signed(overall["smallest"])
    ax.text(-8.4, -span * 1.0, "Between dotted lines: overall differences found\nless than four "
            f"times in five, from {ends[0]}\n({low}) to {ends[1]}",
            fontsize=6.8, color=FAINT, va="center",
            bbox={"fc": "white", "ec": "none", "pad": 1.0})  # fmt: skip
    ax.legend(loc="upper left", fontsize=7, handletextpad=0.1, borderaxespad=0.2, ncols=2,
              columnspacing=0.8, frameon=True, framealpha=0.9, edgecolor="none")  # fmt: skip
    ax.set_xlim(-8.6, 8.6)
    ax.set_xticks(range(-8, 9, 2))
    ax.set_xlabel("quarters since the announced transfer")
    ax.set_ylabel("difference, events a province and quarter")


def _draw_tiles(ax: Axes, tiles: pd.DataFrame) -> None:
    for row in tiles.itertuples():
        colour = TRANCHES[int(row.tranche)]
        ax.add_patch(Rectangle((row.tile_col, -row.tile_row), 0.94, 0.94, fc=colour, alpha=0.85))
        words = f"{in_tile(row.label)}\n{int(row.tranche)}"
        ax.text(row.tile_col + 0.47, -row.tile_row + 0.45, words,
                ha="center", va="center", fontsize=5.8, linespacing=0.95,
                color="white" if int(row.tranche) >= 4 else INK)  # fmt: skip
    ax.set_xlim(0.9, COLUMNS + 1.05)
    ax.set_ylim(-ROWS - 0.1, 0.05)
    ax.set_aspect("equal")
    ax.axis("off")
    ax.set_title("Tranche of each province, colours as below", fontsize=7.5,
                 fontweight="normal")  # fmt: skip


def _draw_tranches(ax: Axes, groups: pd.DataFrame) -> None:
    ax.axvline(0, color=INK, lw=0.7)
    ends = groups[["low", "high", "value"]].abs().max().max()
    far = float(ends) if np.isfinite(ends) and ends > 0 else 1.0
    for row in groups.itertuples():
        colour, y = TRANCHES[int(row.tranche)], row.tranche
        if pd.isna(row.value):
            ax.text(0.03 * far, y, "only comparison", va="center", fontsize=6.6, color=FAINT)
            continue
        faded = row.label != ""
        ax.hlines(y, row.low, row.high, color=FAINT, lw=1.4)
        dot = ax.plot(row.value, y, "o", ms=5.5, mec=INK, mew=0.5, mfc="white" if faded else colour)
        dot[0].set_gid(f"tranche-{int(row.tranche)}")
        note = "\n(too few)" if faded else ""
        ax.text(far * 1.1, y, f"{handover.signed(row.value)}{note}", va="center", fontsize=6.6)
    counts = [int(groups.loc[i, "count"]) for i in groups.index]
    ax.set_yticks(groups["tranche"], [f"T{int(t)}: {n} province{'s' * (n != 1)}" for t, n in
                                      zip(groups["tranche"], counts, strict=True)],
                  fontsize=6.8)  # fmt: skip
    ax.set_ylim(groups["tranche"].max() + 0.6, groups["tranche"].min() - 0.6)
    low = groups[["low", "value"]].min().min()
    ax.set_xlim(min(float(low) if np.isfinite(low) else 0.0, 0.0) - 0.1 * far, far * 1.6)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("difference of the tranche alone", fontsize=7)


def _alt(table: pd.DataFrame, overall: pd.Series) -> str:
    groups = table[table["mark"] == "tranche"]
    sizes = ", ".join(
        f"tranche {int(r.tranche)} {int(groups.loc[r.Index, 'count'])}"
        + ("" if pd.isna(r.value) else f" ({handover.signed(r.value)}, {handover.signed(r.low)} to "
           f"{handover.signed(r.high)})")
        for r in groups.itertuples()
    )  # fmt: skip
    main = table[(table["mark"] == "difference") & (table["label"] == handover.ESTIMATORS[0])]
    after = main[main["quarter"] >= 0]["value"]
    before = main[main["quarter"] < -1]["value"]
    return (
        f"Event study of four estimators. Overall {overall['label']}. Callaway-Sant'Anna "
        f"differences lie between {handover.signed(before.min())} and "
        f"{handover.signed(before.max())} before the transfer and between "
        f"{handover.signed(after.min())} and {handover.signed(after.max())} after it. Provinces "
        f"and difference alone: {sizes}."
    )
