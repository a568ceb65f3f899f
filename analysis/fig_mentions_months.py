"""F11b: share of reports with a strike mention, month by month, and how little that is known.

Months with few reports swing between none and all. A cell is therefore coloured by the
share that its interval leaves at least, so that one mention in one report stays pale.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.patches import Rectangle

from analysis import mentions
from analysis.errors import EmptySelectionError
from analysis.style import FAINT, GRID, INK, PARTY, Drawing, canvas, finish

SLUG = "f11b_mention_months"
PANELS = {"months": ("M", 12), "quarters": ("Q", 4)}
NAMES = {
    "months": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    "quarters": ["Q1", "Q2", "Q3", "Q4"],
}
# Width of an interval, in points of a hundred, below which a share counts as known.
KNOWN = 20
# Colour of cells whose interval begins near nought and ends anywhere.
UNKNOWN, BLANK = "#e4e4e4", 0.01
SHADES = LinearSegmentedColormap.from_list("mentions", ["#ffffff", PARTY["air"]])


def data(
    claims: pd.DataFrame, events: pd.DataFrame, months: pd.PeriodIndex, level: float = 0.95
) -> pd.DataFrame:
    """One row a month and one a quarter of the study.

    Returns
    -------
    DataFrame
        ``panel`` (``months``, ``quarters``), ``year``, ``part`` (1 to 12, 1 to 4),
        ``mentions``, ``reports``, ``share``, ``low``, ``high`` (beta, reports on one
        event or by one source counted as alike as they are; missing where no report was
        seen), ``known`` (interval narrower than `KNOWN` points); sorted.

    Raises
    ------
    EmptySelectionError
        If no report of the selected events was seen.
    """
    parts = []
    for panel, (freq, _) in PANELS.items():
        shares = mentions.mention_shares(claims, events, freq, level)
        shares = shares[shares["actor"] == "any"].set_index("period")
        wanted = pd.PeriodIndex(months.asfreq(freq).unique(), freq=freq)
        table = shares.reindex(wanted)
        ends = [
            mentions.exact(s, n, level) if n > 0 else (np.nan, np.nan)
            for s, n in zip(table["share"], table["effective"], strict=True)
        ]
        part = wanted.month if freq == "M" else wanted.quarter
        parts.append(
            pd.DataFrame(
                {
                    "panel": panel, "year": wanted.year, "part": part,
                    "mentions": table["mentions"].fillna(0).astype(int).to_numpy(),
                    "reports": table["reports"].fillna(0).astype(int).to_numpy(),
                    "share": table["share"].to_numpy(dtype=float),
                    "low": [e[0] for e in ends],
                    "high": [e[1] for e in ends],
                }
            )
        )  # fmt: skip
    whole = pd.concat(parts, ignore_index=True)
    if not whole["reports"].sum():
        raise EmptySelectionError(
            f"None of the {len(events)} selected offensives has a report whose text was seen and "
            "whose month is known. Widen start and end, provinces or min_confidence."
        )
    whole["known"] = (whole["high"] - whole["low"]) < KNOWN / 100
    return whole


def totals(table: pd.DataFrame) -> dict[str, int]:
    """Recorded numbers: months and quarters, with reports, and known."""
    found = {}
    for panel in PANELS:
        rows = table[table["panel"] == panel]
        found[f"{panel}_all"] = len(rows)
        found[f"{panel}_seen"] = int((rows["reports"] > 0).sum())
        found[f"{panel}_known"] = int(rows["known"].sum())
        found[f"{panel}_mentioned"] = int((rows["mentions"] > 0).sum())
    return found


def by_actor(claims: pd.DataFrame, events: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """Quarters as text: reports, and for each actor mentions, share and interval in percent.

    Returns
    -------
    DataFrame
        ``quarter``, ``reports`` and a text column for ``any`` and each actor. None of few
        reports is no share of zero, so a none has its interval too.
    """
    shares = mentions.mention_shares(claims, events, "Q", level)
    said = []
    for row in shares.itertuples():
        low, high = (100 * end for end in mentions.exact(row.share, row.effective, level))
        said.append(f"{row.mentions}: {100 * row.share:.0f}% ({low:.0f}-{high:.0f})")
    wide = shares.assign(said=said).pivot(index="period", columns="actor", values="said")
    reports = shares.groupby("period")["reports"].first()
    wide.insert(0, "reports", reports)
    wide = wide[["reports", "any", *mentions.ACTORS]].rename_axis(columns=None)
    return wide.rename_axis("quarter").reset_index()


def title(table: pd.DataFrame) -> str:
    """How much of the monthly measure is known."""
    found = totals(table)
    return (
        "The share of reports with a strike mention has an interval narrower than "
        f"{KNOWN} points in {found['months_known']} of {found['months_seen']} months with a "
        f"report, and in {found['quarters_known']} of {found['quarters_seen']} quarters"
    )


def draw(table: pd.DataFrame, level: float = 0.95) -> Drawing:
    """Two heat tables: months and quarters, one row a year."""
    years = sorted(table["year"].unique())
    fig = canvas(40 + 5.6 * len(years))
    left, right = fig.subplots(1, 2, sharey=True, width_ratios=[12, 4.6])
    top = max(0.2, float(table["low"].max()))
    for ax, panel in ((left, "months"), (right, "quarters")):
        _draw_cells(ax, table[table["panel"] == panel], years, panel, Normalize(0, top))
    left.set_title("By month: mentions/reports seen")
    right.set_title("By quarter")
    colours = fig.colorbar(
        _shades(top), ax=[left, right], location="bottom", shrink=0.5, aspect=45, pad=0.01
    )
    colours.ax.tick_params(labelsize=6.5, length=2)
    colours.ax.xaxis.set_major_formatter(lambda v, _: f"{100 * v:g}%")
    colours.set_label("share, lower end of the interval", fontsize=7)
    colours.outline.set_visible(False)
    head = title(table)
    finish(
        fig,
        head,
        "Sources: claims and sources tables of this project. A mention is a statement in a text, "
        f"not a strike.\nColour: lower end of the {100 * level:.0f}% beta interval, reports on one "
        "event or by one source counted as alike as they are. "
        f"Black edge: narrower than {KNOWN} points."
        "\nWhite with black edge: lower end near none, interval narrow. Grey: may be low or not. "
        "Hatched: no report seen, not a share of zero. Blank: outside the period.",
    )
    found = totals(table)
    caption = (
        f"{found['months_seen']} of {found['months_all']} months have a report whose text was "
        f"seen; {found['months_mentioned']} have one that mentions a strike. Numbers are "
        "reports with a mention over reports seen (one source on one event, placed in the month "
        "of the event). Where none or all mention a strike, how alike reports are cannot be "
        "measured; each event or source then counts as one report, whichever are fewer, so none of "
        "many can be grey beside one of fewer. Outlets and lengths of what was seen differ "
        "between cells and are not in the intervals."
    )
    return Drawing(SLUG, fig, table, head, caption, _alt(table))


def _shades(top: float) -> ScalarMappable:
    """Colour scale of the cells, for the bar below them."""
    return ScalarMappable(Normalize(0, top), SHADES)


def _draw_cells(
    ax: Axes, rows: pd.DataFrame, years: list[int], panel: str, norm: Normalize
) -> None:
    _, columns = PANELS[panel]
    at = {year: i for i, year in enumerate(years)}
    seen = {(r.year, r.part): r for r in rows.itertuples()}
    for year in years:
        for part in range(1, columns + 1):
            row = seen.get((year, part))
            corner = (part - 1, at[year])
            if row is None or not row.reports:
                hatch = {"hatch": "////", "ec": PARTY["unknown"]} if row is not None else {}
                ax.add_patch(Rectangle(corner, 1, 1, fc="white", lw=0, **({"ec": "white"} | hatch)))
                continue
            # White is kept for a narrow interval near nought: a wide one must not look like it.
            unknown = not row.known and row.low < BLANK
            face = UNKNOWN if unknown else SHADES(norm(row.low))
            ax.add_patch(Rectangle(corner, 1, 1, fc=face, ec=GRID, lw=0.4))
            ax.annotate(f"{row.mentions}/{row.reports}", (part - 0.5, at[year] + 0.52), ha="center",
                        va="center", fontsize=6, color=INK if row.mentions else FAINT)  # fmt: skip
    for row in rows[rows["known"]].itertuples():
        ax.add_patch(Rectangle((row.part - 1, at[row.year]), 1, 1, fc="none", ec=INK, lw=0.9,
                               zorder=3))  # fmt: skip
    ax.set_xlim(0, columns)
    ax.set_ylim(len(years), 0)
    ax.set_xticks(np.arange(columns) + 0.5, NAMES[panel])
    ax.set_yticks(np.arange(len(years)) + 0.5, [str(y) for y in years])
    ax.tick_params(length=0)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)


def _alt(table: pd.DataFrame) -> str:
    found = totals(table)
    text = (
        f"Two heat tables, a row a year. {found['months_seen']} of {found['months_all']} months "
        f"and {found['quarters_seen']} of {found['quarters_all']} quarters have a report; "
        f"{found['months_mentioned']} months have one that mentions a strike."
    )
    best = table.loc[table[table["panel"] == "quarters"]["low"].idxmax()]
    if best["low"] > 0:
        text += (
            f" Of all lower ends the highest is that of quarter {best['part']} of "
            f"{best['year']}: {100 * best['low']:.0f}%, from {best['mentions']} of "
            f"{best['reports']} reports."
        )
    return text
