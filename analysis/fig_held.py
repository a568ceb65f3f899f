"""F15: what became of offensives, and how long captured places stayed taken."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis import held
from analysis.style import ACCENT, GRID, INK, ORDER, PARTY, Drawing, canvas, finish

SLUG = "f15_held"
OUTCOMES = {
    "captured_held": "taken,\nheld", "captured_lost": "taken,\nlost again",
    "partial_entry": "entered\nin part", "cut_off": "cut off", "repelled": "repelled",
    "contested": "still\nfought over", "announced": "announced\nonly", "unknown": "not\nknown",
}  # fmt: skip
TARGETS = {
    "capital": "provincial capital", "district_centre": "district centre", "base": "base or post",
    "border_crossing": "border crossing", "highway": "highway",
    "multi_district": "several districts", "complex_attack": "complex attack",
    "campaign": "declared campaign",
}  # fmt: skip
COLOURS = {"before 2021": ACCENT, "2021": PARTY["taliban"]}
SHOWN_DAYS = 90


def data(matrix: pd.DataFrame, curves: pd.DataFrame, durations: pd.DataFrame) -> pd.DataFrame:
    """Matrix cells, curve points and censoring ticks in one table.

    Returns
    -------
    DataFrame
        ``mark`` (``cell``, ``curve``, ``censored``), ``target``, ``outcome``, ``period``,
        ``reading``, ``day``, ``value``, ``low``, ``high``, ``at_risk``, ``row_id``; sorted.
        Curves stop at 90 days.
    """
    cells = matrix.assign(mark="cell", value=matrix["events"].astype(float))
    lines = curves[curves["day"] <= SHOWN_DAYS].assign(mark="curve")
    lines = lines.rename(columns={"share": "value"})
    ticks = durations[~durations["lost"] & (durations["days"] <= SHOWN_DAYS)]
    ticks = ticks.rename(columns={"event_id": "row_id"}).assign(
        mark="censored", day=ticks["days"].astype(float)
    )
    columns = ["mark", "target", "outcome", "period", "reading", "day", "value", "low", "high",
               "at_risk", "row_id"]  # fmt: skip
    table = pd.concat([p.reindex(columns=columns) for p in (cells, lines, ticks) if len(p)])
    return table.sort_values(
        ["mark", "target", "outcome", "period", "reading", "day", "row_id"], ignore_index=True
    )


def draw(table: pd.DataFrame, title: str, level: float = 0.95) -> Drawing:
    """Above, outcomes by target; below, survival under the two readings of silence."""
    fig = canvas(160)
    top, below = fig.subfigures(2, 1, height_ratios=[1, 1.05])
    _draw_matrix(top.subplots(), table[table["mark"] == "cell"])
    axes = below.subplots(1, 2, sharey=True)
    for ax, reading in zip(axes, held.READINGS, strict=True):
        own = table[table["reading"] == reading]
        _draw_curves(ax, own, reading)
    axes[0].set_ylabel("% of captures still held")
    finish(
        fig,
        title,
        "Source: events and claims tables; captures of district centres and capitals. "
        f"Kaplan-Meier, {100 * level:.0f}% pointwise bands widened by doubt\nabout days; ticks: "
        "captures that leave the sample still held. Left: they leave at their last report. "
        "Right: at 15 August 2021. Drawn while 5 or more are followed.",
    )
    captures = table[(table["mark"] == "curve") & (table["day"] == 0)]
    counts = {p: int(own["at_risk"].max()) for p, own in captures.groupby("period") if len(own)}
    numbers = " and ".join(f"{counts[p]} from {p}" for p in held.PERIODS if p in counts)
    caption = (
        f"Above: {int(table.loc[table['mark'] == 'cell', 'value'].sum())} offensives by target "
        "and outcome, pale for before 2021 and black for 2021; area is the number, a campaign "
        "counts once, and what was lost only after the tables end counts as held. Below: share "
        f"of captured district centres and capitals still held after so many days, {numbers}. A "
        "place without a reported loss leaves the sample at the last account of it (left) or on "
        "15 August 2021 (right). Left tends to understate holding, for places are heard of again "
        "when they change hands; right tends to overstate it, for losses that no source in the "
        "table reports count as held. The two are readings and no bounds: early falls found only "
        "because they were undone would shorten both. Falls of one place count separately."
    )
    return Drawing(SLUG, fig, table, title, caption, _alt(table), ())


def title(table: pd.DataFrame) -> str:
    """Finding: share still held after 30 days, the periods side by side in each reading."""
    rows = table[(table["mark"] == "curve") & (table["day"] == 30) & (table["at_risk"] >= 5)]
    shares = {(r.period, r.reading): (r.value, r.low, r.high) for r in rows.itertuples()}
    lasted = held.lasted_words(shares, gap=";\n")
    if not lasted:
        return "Too few captures were followed for 30 days to say how long they lasted"
    return f"Recorded captures still held after 30 days:\n{lasted}"


def _draw_matrix(ax: Axes, cells: pd.DataFrame) -> None:
    targets = [t for t in TARGETS if t in set(cells["target"])]
    outcomes = [o for o in OUTCOMES if o in set(cells["outcome"])]
    biggest = max(cells["value"].max(), 1)
    for row in cells[cells["value"] > 0].itertuples():
        if row.target not in targets or row.outcome not in outcomes:
            continue
        early = row.period == held.PERIODS[0]
        x = outcomes.index(row.outcome) + (-0.21 if early else 0.21)
        y = len(targets) - 1 - targets.index(row.target)
        dot = ax.scatter(
            x, y, s=330 * row.value / biggest + 4, zorder=2, lw=0.6, ec=COLOURS[row.period],
            fc=COLOURS[row.period] if not early else ORDER[0],
        )  # fmt: skip
        dot.set_gid(f"cell-{row.target}-{row.outcome}-{row.period.replace(' ', '-')}")
        inside = row.value > 0.35 * biggest
        ax.annotate(
            f"{row.value:.0f}", (x, y), xytext=(0, 0) if inside else (0, 5.5 + 5 * np.sqrt(
                row.value / biggest)),
            textcoords="offset points", ha="center", va="center", fontsize=6.3,
            color="white" if inside and not early else INK, zorder=3,
        )  # fmt: skip
    ax.set_xticks(range(len(outcomes)), [OUTCOMES[o] for o in outcomes], fontsize=7)
    ax.xaxis.tick_top()
    ax.set_yticks(range(len(targets)), [TARGETS[t] for t in reversed(targets)])
    ax.set_xlim(-0.6, len(outcomes) - 0.4)
    ax.set_ylim(-0.6, len(targets) - 0.3)
    ax.tick_params(length=0)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    for y in range(len(targets)):
        ax.axhline(y, color=GRID, lw=0.5, zorder=0)
    for at, (period, fill) in enumerate(zip(held.PERIODS, (ORDER[0], PARTY["taliban"]),
                                            strict=True)):  # fmt: skip
        ax.plot(0.02 + 0.12 * at, 0.025, "o", ms=5, mfc=fill, mec=COLOURS[period], mew=0.6,
                transform=ax.transAxes)  # fmt: skip
        ax.text(0.032 + 0.12 * at, 0.025, period, transform=ax.transAxes, va="center", fontsize=6.8)


def _draw_curves(ax: Axes, rows: pd.DataFrame, reading: str) -> None:
    names = {
        "last report": "Followed to the last report",
        "end of tables": "Silence counts as held",
    }
    ax.set_title(names[reading], fontsize=8)
    for period in held.PERIODS:
        own = rows[(rows["period"] == period) & (rows["mark"] == "curve")]
        # A curve resting on fewer than five places is left undrawn, not extended.
        own = own[own["at_risk"] >= 5]
        if own.empty:
            continue
        colour = COLOURS[period]
        ax.fill_between(own["day"], 100 * own["low"], 100 * own["high"], step="post",
                        color=colour, alpha=0.15, lw=0)  # fmt: skip
        ax.step(own["day"], 100 * own["value"], where="post", color=colour, lw=1.5)
        last = own.iloc[-1]
        start = own.iloc[0]
        ax.annotate(
            f"{period}\n(n = {start['at_risk']:.0f})", (last["day"], 100 * last["value"]),
            xytext=(3, 0), textcoords="offset points", va="center", fontsize=7, color=colour,
        )  # fmt: skip
        ticks = rows[(rows["period"] == period) & (rows["mark"] == "censored")]
        ticks = ticks[ticks["day"] <= last["day"]]
        if len(ticks):
            heights = own.set_index("day")["value"].reindex(ticks["day"].astype(int)).to_numpy()
            ax.plot(ticks["day"], 100 * heights, "|", ms=4, mew=0.5, color=colour)
    ax.set_xlim(0, SHOWN_DAYS * 1.3)
    ax.set_xticks([0, 7, 14, 30, 60, 90])
    ax.set_ylim(0, 102)
    ax.set_xlabel("days since the place fell; below, captures still followed", fontsize=7)
    ax.grid(axis="y", color=GRID, lw=0.5)
    for line, period in enumerate(held.PERIODS):
        own = rows[(rows["period"] == period) & (rows["mark"] == "curve")].set_index("day")
        if len(own):
            ax.text(0.97, -0.3 - 0.075 * line, period, transform=ax.transAxes, ha="right",
                    va="top", fontsize=6.3, color=COLOURS[period])  # fmt: skip
        for day in (0, 7, 14, 30, 60, 90):
            if day in own.index:
                ax.text(day, -0.3 - 0.075 * line, f"{own.loc[day, 'at_risk']:.0f}",
                        transform=ax.get_xaxis_transform(), ha="center", va="top", fontsize=6.3,
                        color=COLOURS[period])  # fmt: skip


def _alt(table: pd.DataFrame) -> str:
    lines = table[(table["mark"] == "curve") & (table["day"] == 30)]
    parts = [
        f"{r.period}, {r.reading}: {100 * r.value:.0f} percent ({100 * r.low:.0f} to "
        f"{100 * r.high:.0f})"
        for r in lines.itertuples()
    ]
    cells = table[table["mark"] == "cell"]
    text = "Dots by target and outcome of offensives"
    if len(cells):
        most = cells.loc[cells["value"].idxmax()]
        text += (
            f", most {TARGETS.get(most['target'], most['target'])}, "
            f"{OUTCOMES.get(most['outcome'], most['outcome'])}".replace("\n", " ")
            + f", in the period {most['period']} ({most['value']:.0f})"
        )
    text += ". Below, survival curves of captured places"
    return text + ("; still held after 30 days, " + "; ".join(parts) if parts else "") + "."
