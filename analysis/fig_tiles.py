"""F5 and F6: 34 provinces as tiles, over time and by era."""

import matplotlib as mpl
import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from analysis.collapse import END
from analysis.style import FAINT, GRID, INK, ORDER, PARTY, Drawing, canvas, finish

SLUG_TIME = "f05_tiles"
SLUG_ERAS = "f06_tile_eras"
ROWS, COLUMNS = 6, 7
# Early transfer light, late transfer dark, the printed number says it too.
TRANCHES = dict(enumerate(ORDER, start=1))
# Ratio of the ends of an interval up to which a rate keeps its full, then its half colour.
SURE, HALF_SURE = 3.0, 8.0
FEW = 5
# Changes named in each era, the largest by ratio of those whose intervals part.
NAMED = 3

# Names too long for a tile, broken by hand at a syllable.
BROKEN = {
    name.replace("-", ""): name.replace("-", "-\n")
    for name in (
        "Bada-khshan", "Bad-ghis", "Bagh-lan", "Bam-yan", "Day-kundi", "Hel-mand", "Jowz-jan",
        "Kanda-har", "Kun-duz", "Lagh-man", "Nan-garhar", "Nim-ruz", "Nuri-stan", "Pak-tika",
        "Panj-shir", "Par-wan", "Saman-gan", "Uruz-gan", "War-dak",
    )
} | {"Sar-e Pol": "Sar-e\nPol"}  # fmt: skip


def in_tile(name: str) -> str:
    """Full name, on two lines where one would not fit the tile."""
    return BROKEN.get(name, name)


# --- F5 --------------------------------------------------------------------------------


def time_data(
    rates: pd.DataFrame, tranches: pd.DataFrame, taken: pd.DataFrame, monthly: pd.DataFrame
) -> pd.DataFrame:
    """Marks of the small multiples.

    Parameters
    ----------
    rates
        `analysis.handover.province_rates` by half-year.
    tranches
        ``adm1`` and ``tranche``.
    taken
        Captures of capitals (`analysis.collapse.captures`).
    monthly
        ``adm1``, ``month`` (first day) and ``events``, months with an event.

    Returns
    -------
    DataFrame
        ``mark`` (``rate``, ``month``, ``capital``), ``adm1``, ``tile_row``, ``tile_col``,
        ``tranche``, ``date``, ``date_end``, ``value``, ``low``, ``high``, ``events``,
        ``row_id``; sorted.
    """
    about = rates.drop_duplicates("adm1").set_index("adm1")
    last = np.ceil(rates["months"].to_numpy(float)).astype(int) - 1
    ends = pd.PeriodIndex(rates["from"], freq="M") + last
    lines = rates.assign(mark="rate", date=rates["from"], value=rates["rate"],
                         date_end=ends.end_time.normalize().to_numpy())  # fmt: skip
    bars = monthly.assign(
        mark="month", date=monthly["month"], value=monthly["events"].astype(float)
    )
    falls = taken[(taken["target"] == "capital") & taken["adm1"].isin(about.index)]
    ticks = pd.DataFrame({"mark": "capital", "adm1": falls["adm1"], "date": falls["fell_latest"],
                          "row_id": falls["event_id"]})  # fmt: skip
    columns = ["mark", "adm1", "tile_row", "tile_col", "tranche", "date", "date_end", "value",
               "low", "high", "events", "row_id"]  # fmt: skip
    table = pd.concat([p.reindex(columns=columns) for p in (lines, bars, ticks) if len(p)])
    for column in ("tile_row", "tile_col"):
        table[column] = table["adm1"].map(about[column]).astype(int)
    table["tranche"] = table["adm1"].map(tranches.set_index("adm1")["tranche"])
    return table.sort_values(["mark", "tile_row", "tile_col", "date", "row_id"], ignore_index=True)


def few_words(totals: pd.Series) -> str:
    """Sentence on how many provinces have fewer than ten of the offensives that are drawn."""
    drawn = "recorded offensives that can be drawn"
    if len(totals) == 1:
        return f"{totals.index[0]} has {int(totals.iloc[0])} {drawn}"
    return f"Of {int(totals.sum())} {drawn}, {_few(totals)}"


def _few(totals: pd.Series) -> str:
    few, all_ = int((totals < 10).sum()), len(totals)
    if few == 0:
        return f"every one of {all_} provinces has ten or more"
    return f"{few} of {all_} provinces {'has' if few == 1 else 'have'} fewer than ten"


def borrowed_words(table: pd.DataFrame) -> str:
    """Sentence on tiles that rise without an event, by what they take from the others.

    Parameters
    ----------
    table
        Output of `time_data`.

    Returns
    -------
    str
        Names the tile and year of the largest such rise; empty where there is none.
    """
    lines = table[table["mark"] == "rate"].sort_values(["adm1", "date"])
    rise = lines["value"] - lines.groupby("adm1")["value"].shift(1)
    alone = rise[(lines["events"] == 0) & (rise > 0)]
    if alone.empty:
        return ""
    most = lines.loc[alone.idxmax()]
    return (
        "A tile without events in a half-year can rise with the mean of the others, most of all "
        f"{most['adm1']} in {most['date'].year}."
    )


def time_title(table: pd.DataFrame) -> str:
    """Finding: where most events lie, and in how many provinces there are too few."""
    counts = table[table["mark"] == "rate"].groupby("adm1")["events"].sum().sort_values()
    top = counts.iloc[::-1].head(3)
    share = 100 * top.sum() / max(counts.sum(), 1)
    if len(counts) <= len(top):
        return "; ".join(f"{n}: {int(c)} recorded offensives" for n, c in top.items())
    return (
        f"{', '.join(top.index)} hold {share:.0f}% of {int(counts.sum())} recorded offensives "
        f"that can\nbe drawn; {_few(counts)}"
    )


def time_draw(table: pd.DataFrame, title: str, level: float = 0.95) -> Drawing:
    """One tile a province at its place in the grid, each with its own maximum."""
    fig = canvas(190)
    # Constrained layout gives up on 34 small axes with empty cells between them.
    fig.set_layout_engine("none")
    grid = fig.add_gridspec(ROWS, COLUMNS, left=0.012, right=0.988, bottom=0.08, top=0.905,
                            hspace=0.42, wspace=0.07)  # fmt: skip
    rates = table[table["mark"] == "rate"]
    start, stop = rates["date"].min(), min(rates["date_end"].max(), END)
    for (row, col, name), own in rates.groupby(["tile_row", "tile_col", "adm1"], sort=True):
        ax = fig.add_subplot(grid[row - 1, col - 1])
        rest = table[table["adm1"] == name]
        _time_tile(ax, own, rest[rest["mark"] == "month"], rest[rest["mark"] == "capital"])
        # Past the last day, so that the frame does not cover the last half-year.
        ax.set_xlim(start, stop + 0.035 * (stop - start))
        ax.set_title(name, fontsize=7, pad=2)
    finish(
        fig,
        title,
        "Source: events and transition tables. Line: recorded offensives a month by half-year, "
        "shrunk towards the mean of all provinces,\nwith which it can rise without an event; "
        f"ribbon: {100 * level:.0f}% interval. Scale log(1 + y), to the end printed small: tiles "
        "differ, compare their n\nand not their heights. Sticks: months with an event. Frame, T: "
        "tranche. ▼ capital taken.",
    )
    counts = rates.groupby("adm1")["events"].sum()
    caption = (
        f"Recorded offensives a month in {len(counts)} provinces, {int(counts.sum())} in all; n is "
        "the number of each. Every tile has its own scale, whose end is printed small in events a "
        "month, so that heights cannot be compared; the faint line marks half an event a month "
        "everywhere. Rates of half-years are pulled towards the mean of all provinces, the "
        f"more the fewer events there are. {borrowed_words(table)} Events known only to the "
        "country are not in it."
    ).replace("  ", " ")
    peak = rates.loc[rates["value"].idxmax()]
    alt = (
        f"Small multiples of {len(counts)} provinces in a tile grid. Highest half-year rate: "
        f"{peak['adm1']}, {peak['value']:.1f} a month from {peak['date']:%B %Y}. Most events: "
        + ", ".join(f"{n} {int(c)}" for n, c in counts.sort_values(ascending=False).head(4).items())
        + f". {int((table['mark'] == 'capital').sum())} captures of capitals are marked."
    )
    return Drawing(SLUG_TIME, fig, table, title, caption, alt, ())


def _time_tile(ax: Axes, rates: pd.DataFrame, months: pd.DataFrame, capitals: pd.DataFrame) -> None:
    top = float(rates["high"].max())
    ax.axhline(min(0.5, top), color=GRID, lw=0.5, zorder=0)
    edges = [*rates["date"], rates["date_end"].iloc[-1]]
    low, high, value = (np.append(rates[c], rates[c].iloc[-1]) for c in ("low", "high", "value"))
    ax.fill_between(edges, low, high, step="post", color="#c4c4c4", lw=0)
    ax.step(edges, value, where="post", color=PARTY["taliban"], lw=0.9)
    if len(months):
        share = np.sqrt(months["value"] / max(months["value"].max(), 1))
        heights = np.expm1(0.2 * share * np.log1p(top))
        sticks = ax.vlines(months["date"] + pd.Timedelta(days=14), 0, heights, color=FAINT, lw=0.5)
        sticks.set_gid(f"months-{rates['adm1'].iloc[0]}")
    ax.set_yscale("function", functions=(np.log1p, np.expm1))
    ax.set_ylim(0, np.expm1(np.log1p(top) * 1.25))
    if len(capitals):
        at = capitals["date"]
        ax.plot(at, np.full(len(at), np.expm1(np.log1p(top) * 1.15)), "v", ms=3,
                color=PARTY["taliban"])  # fmt: skip
    tranche = rates["tranche"].iloc[0]
    colour = TRANCHES.get(int(tranche), FAINT) if pd.notna(tranche) else FAINT
    for spine in ax.spines.values():
        spine.set_visible(True)
        spine.set_edgecolor(colour)
        spine.set_linewidth(1.6)
    ax.text(0.03, 0.97, f"n = {int(rates['events'].sum())}", transform=ax.transAxes, va="top",
            fontsize=6.2, color=INK)  # fmt: skip
    ax.text(0.03, 0.6, f"to {top:.1f}", transform=ax.transAxes, va="top", fontsize=5.2,
            color=FAINT)  # fmt: skip
    if pd.notna(tranche):
        ax.text(0.03, 0.79, f"T{int(tranche)}", transform=ax.transAxes, va="top", fontsize=5.8,
                color=INK, fontweight="bold")  # fmt: skip
    ax.set_yticks([])
    years = (rates["date_end"].max() - rates["date"].min()).days / 365
    step = 5 if years > 8 else 1
    ax.xaxis.set_major_locator(mdates.YearLocator(step))
    ax.xaxis.set_major_formatter(mdates.DateFormatter("’%y"))
    ax.tick_params(axis="x", labelsize=5.8, length=2, pad=1)


# --- F6 --------------------------------------------------------------------------------


def era_data(rates: pd.DataFrame) -> pd.DataFrame:
    """Rates by era with colour class, certainty and change since the era before.

    Returns
    -------
    DataFrame
        Columns of `analysis.handover.province_rates` and ``level`` (1 to 4, quarters of
        all rates), ``certainty`` (3 sure, 2 half, 1 hardly), ``change`` (ratio to the era
        before), ``before`` (rate of the era before), ``apart`` (whether the intervals of
        both do not overlap) and ``named`` (whether it is among the three largest such
        changes of its era).
    """
    cuts = rates["rate"].quantile([0.25, 0.5, 0.75]).to_numpy()
    width = rates["high"] / rates["low"].clip(lower=1e-9)
    table = rates.assign(
        level=np.searchsorted(cuts, rates["rate"], side="right") + 1,
        certainty=np.select([width <= SURE, width <= HALF_SURE], [3, 2], 1),
    )
    order = {p: i for i, p in enumerate(dict.fromkeys(rates["period"]))}
    table["_at"] = table["period"].map(order)
    table = table.sort_values(["adm1", "_at"])
    before = table.groupby("adm1")[["rate", "low", "high"]].shift(1)
    table["before"] = before["rate"]
    table["change"] = table["rate"] / before["rate"]
    table["apart"] = (table["low"] > before["high"]) | (table["high"] < before["low"])
    size = np.log(table["change"]).abs().where(table["apart"])
    table["named"] = size.groupby(table["_at"]).rank(ascending=False, method="first") <= NAMED
    return table.sort_values(["_at", "adm1"]).drop(columns="_at").reset_index(drop=True)


def era_title(table: pd.DataFrame) -> str:
    """Finding: in how many tiles the interval is narrow enough to say much."""
    sure = int((table["certainty"] == 3).sum())
    # Of recorded offensives and by chance alone: what was never reported is in no interval.
    within = f"an interval within a factor of {SURE:.0f} (chance alone)"
    if sure == 0:
        return f"None of {len(table)} rates of recorded offensives has {within}"
    only = "Only " if sure < len(table) / 2 else ""
    return (
        f"{only}{sure} of {len(table)} rates of recorded offensives "
        f"{'has' if sure == 1 else 'have'}\n{within}"
    )


def era_moves(table: pd.DataFrame) -> str:
    """Clause: how many pairs of eras were compared, and how many part, with its doubt."""
    looked, apart = int(table["change"].notna().sum()), int(table["apart"].sum())
    if looked == 0:
        return "There is one era only, so no change between eras can be looked at"
    doubt = ", perhaps by luck or changed reporting" if apart == 1 else \
        ", some perhaps by luck or changed reporting" if apart else ""  # fmt: skip
    return (
        f"Of {looked} comparison{'s' * (looked != 1)} of recorded offensives in one era with the "
        f"one before, the intervals part in {apart or 'none'}{doubt}"
    )


def era_changes(table: pd.DataFrame) -> str:
    """Sentence: how many pairs of eras were compared, how many part, and the named ones."""
    text = era_moves(table)
    named = table[table["named"]]
    parts = [
        f"{r.adm1} from {r.before:.2f} to {r.rate:.2f} in {r.period}" for r in named.itertuples()
    ]
    if not parts:
        return text + "."
    return (
        f"{text}. Marked are the largest by ratio, at most {NAMED} an era, in shrunken recorded "
        f"offensives a month: {'; '.join(parts)}. A tile without a mark may have changed too."
    )


def _colour(level: int, certainty: int) -> tuple[float, float, float]:
    """Four colours when sure, two when half sure, one when hardly: value-suppressing."""
    merged = {3: level, 2: 1.5 if level <= 2 else 3.5, 1: 2.5}[certainty]
    base = np.array(mpl.colormaps["Greys"]((merged + 0.6) / 4.6)[:3])
    wash = {3: 0.0, 2: 0.68, 1: 0.95}[certainty]
    return tuple(base * (1 - wash) + np.array(to_rgb("#ececec")) * wash)


def era_draw(table: pd.DataFrame, title: str, level: float = 0.95) -> Drawing:
    """One tile map an era; colour washes out as the interval widens."""
    fig = canvas(140)
    axes = fig.subplots(2, 3).ravel()
    eras = list(dict.fromkeys(table["period"]))
    for ax, era in zip(axes, eras, strict=False):
        _era_map(ax, table[table["period"] == era], era)
    _key(axes[len(eras)] if len(eras) < len(axes) else axes[-1], table)
    for ax in axes[len(eras) + 1 :]:
        ax.axis("off")
    finish(
        fig,
        title,
        "Source: events table. Recorded offensives a month, shrunk towards the mean of all "
        f"provinces of the era; printed where the interval is within a factor of {SURE:.0f}.\n"
        f"Colour washes out as the {100 * level:.0f}% interval widens. Dot: fewer than five "
        "events. ▲▼: rise or fall since the era before, intervals apart:\nthe largest by ratio, at "
        f"most {NAMED} an era, so a tile without a mark may have changed too.",
    )
    caption = (
        f"{len(table)} rates of {table['adm1'].nunique()} provinces in {len(eras)} eras. A colour "
        f"says in which quarter of all rates a rate lies where its interval is within a factor of "
        f"{SURE:.0f}, in which half where it is within {HALF_SURE:.0f}, and nothing beyond; the "
        f"key holds the colours that occur. {era_changes(table)} A tile is a province whatever "
        "its area; eras differ in how densely events were reported."
    )
    alt = "Tile maps by era. " + "; ".join(
        f"{era}: highest {own.nlargest(1, 'rate')['adm1'].iloc[0]} "
        f"({own['rate'].max():.2f} a month), {int((own['events'] < FEW).sum())} provinces with "
        "fewer than five events"
        for era, own in table.groupby("period", sort=False)
    )  # fmt: skip
    return Drawing(SLUG_ERAS, fig, table, title, caption, alt + ".", ())


def _era_map(ax: Axes, own: pd.DataFrame, era: str) -> None:
    for row in own.itertuples():
        colour = _colour(row.level, row.certainty)
        patch = Rectangle((row.tile_col, -row.tile_row), 0.94, 0.94, fc=colour, ec="white", lw=0.5)
        patch.set_gid(f"tile-{era}-{row.adm1}")
        ax.add_patch(patch)
        dark = sum(colour) < 1.35
        ink = "white" if dark else INK
        ax.text(row.tile_col + 0.47, -row.tile_row + 0.62, in_tile(row.adm1), ha="center",
                va="center", fontsize=5.3, color=ink, linespacing=0.9)  # fmt: skip
        way = ("▲" if row.change > 1 else "▼") if row.named else ""
        rate = f"{row.rate:.2f}" if row.certainty == 3 else ""
        if way or rate:
            ax.text(row.tile_col + 0.47, -row.tile_row + 0.17, way + rate, ha="center",
                    va="center", fontsize=6, color=ink, fontweight="bold")  # fmt: skip
        elif row.events < FEW:
            ax.plot(row.tile_col + 0.47, -row.tile_row + 0.14, ".", ms=2.5, color=ink)
    ax.set_xlim(0.9, COLUMNS + 1.05)
    ax.set_ylim(-ROWS - 0.1, 0.05)
    ax.set_aspect("equal")
    ax.axis("off")
    count = int(own["events"].sum())
    ax.set_title(f"{era}: {count} event{'s' * (count != 1)}", fontsize=8)


def _key(ax: Axes, table: pd.DataFrame) -> None:
    """The colours that occur, each with the rates and the width it stands for."""
    cuts = table["rate"].quantile([0.25, 0.5, 0.75]).to_numpy()
    spans = {
        3: [(level, level) for level in range(4, 0, -1)],
        2: [(3, 4), (1, 2)],
        1: [(1, 4)],
    }
    line = 0.0
    ax.text(1, 1.4, "recorded offensives a month", fontsize=6.8)
    for certainty, groups in spans.items():
        for low, high in groups:
            own = table[(table["certainty"] == certainty) & table["level"].between(low, high)]
            if own.empty:
                continue
            ax.add_patch(Rectangle((1, -line), 0.96, 0.9, fc=_colour(high, certainty)))
            width = {3: f"interval within ×{SURE:.0f}", 2: f"within ×{HALF_SURE:.0f}",
                     1: "any rate, interval wider"}[certainty]  # fmt: skip
            ax.text(2.2, -line + 0.45, f"{_range(low, high, cuts)}{width}", va="center",
                    fontsize=6.5)  # fmt: skip
            line += 1
    ax.set_xlim(0.4, 7)
    ax.set_ylim(-4.5, 2.5)
    ax.set_aspect("equal")
    ax.axis("off")


def _range(low: int, high: int, cuts: np.ndarray) -> str:
    """Rates of a block of colour classes in words; none where it holds them all."""
    if (low, high) == (1, 4):
        return ""
    if high == 4:
        return f"{cuts[low - 2]:.2f} or more, "
    if low == 1:
        return f"below {cuts[high - 1]:.2f}, "
    return f"{cuts[low - 2]:.2f} to {cuts[high - 1]:.2f}, "
