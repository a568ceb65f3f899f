"""F11: mentions of air strikes against weapons released, year by year.

If reports mentioned strikes in step with their number, the years would lie along the
diagonal. How far they stray is a result about the measure, not about the war.
"""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.ticker import FixedLocator

from analysis import compare, mentions, series
from analysis.errors import EmptySelectionError
from analysis.intervals import detectable_ratio, rate_ratio
from analysis.style import FAINT, GRID, PARTY, Drawing, canvas, finish

SLUG = "f11_mentions_against_weapons"
# A rank correlation from here on is called a strong link.
STRONG = 0.5


def data(
    claims: pd.DataFrame,
    events: pd.DataFrame,
    airpower: pd.DataFrame,
    withheld: pd.Period,
    months: pd.PeriodIndex,
    level: float = 0.95,
) -> pd.DataFrame:
    """One row a year that has both a report and a published total of weapons released.

    Parameters
    ----------
    withheld
        First month of the publication break, from `series.withheld_from`.
    months
        Months of the study. A year only partly in it is left out, because the total is of
        the whole year.

    Returns
    -------
    DataFrame
        ``year``, ``weapons``, ``mentions``, ``reports``, ``per_hundred`` (mentions per 100
        reports), ``low``, ``high`` (Wilson, clustered by event and source), ``effective``
        (independent reports that would tell as much), ``after_break`` (part of the year lies after
        the publication break), ``source_ids``; in order of year.

    Raises
    ------
    EmptySelectionError
        If no year has both.
    """
    years = series.airpower_years(airpower)
    years = years[years["vintage"] == "current"]
    years = years.groupby("year").agg(
        weapons=("value", "max"), lowest=("value", "min"),
        source_ids=("source_id", lambda s: ";".join(sorted(set(s)))),
    )  # fmt: skip
    # Two current totals of one year would be a contradiction, which no plot may settle.
    years = years[years["weapons"] == years["lowest"]].drop(columns="lowest")
    shares = mentions.mention_shares(claims, events, "Y", level)
    shares = shares[shares["actor"] == "any"]
    shares.index = pd.Index([p.year for p in shares["period"]], name="year")
    whole = [year for year in months.year.unique() if (months.year == year).sum() == 12]
    table = years.join(shares, how="inner").loc[lambda t: t.index.isin(whole)].reset_index()
    if table.empty:
        raise EmptySelectionError(
            "No whole year has both a report and a published total of weapons released. The totals "
            f"cover {', '.join(str(y) for y in years.index)}: widen start and end."
        )
    table["weapons"] = table["weapons"].astype(int)
    for target, column in (
        ("per_hundred", "share"),
        ("low", "low_clustered"),
        ("high", "high_clustered"),
    ):
        table[target] = 100 * table[column]
    table["after_break"] = table["year"] >= withheld.year
    columns = ["year", "weapons", "mentions", "reports", "per_hundred", "low", "high",
               "effective", "after_break", "source_ids"]  # fmt: skip
    return table[columns]


def findings(table: pd.DataFrame, level: float = 0.95) -> dict[str, Any]:
    """Rank correlation, and what happened between the years of fewest and most weapons.

    Returns
    -------
    dict
        ``n_years``, ``rho``, ``rho_low``, ``rho_high``, ``rho_detectable``; ``fewest`` and
        ``most`` (years), ``weapons_ratio``, ``mentions_ratio`` with ``mentions_low`` and
        ``mentions_high`` (exact conditional) and ``mentions_detectable`` (smallest ratio of
        mentions per report that these numbers of reports could have shown).
    """
    link = compare.rank_correlation(table["weapons"], table["per_hundred"], level)
    low = table.loc[table["weapons"].idxmin()]
    top = table.loc[table["weapons"].idxmax()]
    ratio, _, _ = rate_ratio(
        int(top["mentions"]), int(low["mentions"]), int(top["reports"]), int(low["reports"]), level
    )
    # Interval and smallest detectable ratio from as many reports as are independent.
    counts = [
        (round(row["effective"] * row["mentions"] / row["reports"]), round(row["effective"]))
        for row in (top, low)
    ]
    (yes_top, n_top), (yes_low, n_low) = counts
    _, ratio_low, ratio_high = rate_ratio(yes_top, yes_low, n_top, n_low, level)
    total, share = yes_top + yes_low, n_top / (n_top + n_low)
    return {
        "n_years": link["n"],
        "rho": _rounded(link["rho"]),
        "rho_low": _rounded(link["low"]),
        "rho_high": _rounded(link["high"]),
        "rho_detectable": _rounded(link["detectable"]),
        "fewest": str(low["year"]),
        "most": str(top["year"]),
        "weapons_ratio": _rounded(top["weapons"] / low["weapons"], 1),
        "mentions_ratio": _rounded(ratio, 1),
        "mentions_low": _rounded(ratio_low, 1),
        "mentions_high": _rounded(ratio_high, 1),
        "mentions_detectable": _rounded(detectable_ratio(total, share, level), 1),
    }


def _rounded(value: float, digits: int = 2) -> str:
    """Number as prose shows it; a number that is not there says so."""
    if not np.isfinite(value):
        return "not known"
    text = f"{value:.{digits}f}"
    # A true minus, and none on a zero.
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "\u2212")


def limits(found: dict[str, Any]) -> str:
    """Sentence on the interval of the rank correlation and what so few years would miss.

    Parameters
    ----------
    found
        Output of `findings`.

    Notes
    -----
    A link below the smallest detectable one is found less than four times in five, not never.
    """
    years = f"{found['n_years']} year{'' if found['n_years'] == 1 else 's'}"
    if found["rho"] == "not known":
        return f"With {years} no rank correlation can be computed."
    ends = [float(found[key].replace("\u2212", "-")) for key in ("rho_low", "rho_high")]
    strong = ", which holds strong links too" if max(map(abs, ends)) >= STRONG else ""
    return (
        f"With {years} the rank correlation of {found['rho']} has an interval from "
        f"{found['rho_low']} to {found['rho_high']}{strong}. A link below "
        f"{found['rho_detectable']} would be missed more than one time in five."
    )


def ratio_limits(found: dict[str, Any]) -> str:
    """Clause on the rise of mentions that so many independent reports would miss."""
    if found["mentions_detectable"] == "not known":
        return "no rise can be named that so few independent reports would find four times in five"
    return (
        f"with so few independent reports a rise below {found['mentions_detectable']} times would "
        "be missed more than one time in five"
    )


def answer(results: dict[str, Any]) -> str:
    """Three sentences that answer notebook 04, with their doubt."""
    text = (
        f"{results['n_mentions']} of {results['n_reports']:,} reports mention an air strike in "
        "what was seen"
    )
    if not results["one_year"]:
        text += (
            f", by year from {results['lowest_share']} in {results['lowest_year']} to "
            f"{results['highest_share']} in {results['highest_year']}; "
            f"{results['n_like_lowest']} other "
            f"{'year' if results['n_like_lowest'] == 1 else 'years'} cannot be told from the "
            f"lowest and {results['n_like_highest']} not from the highest"
        )
    text += (
        f". {results['excerpt_percent']} of reports were seen only in excerpt, and of "
        f"{results['coder_yes']} reports in which a second coder saw a strike the first had "
        f"{results['coder_hit']}, so more of what was seen may speak of strikes. "
    )
    if results["n_years"] < 4:
        return text + "Too few years have a published total of weapons to set beside them."
    return text + (
        f"{verdict(results)}: over {results['n_years']} years the rank correlation with weapons "
        f"released is {results['rho']} ({results['rho_low']} to {results['rho_high']}), and a link "
        f"below {results['rho_detectable']} would often be missed."
    )


def in_step(results: dict[str, Any]) -> bool:
    """Whether the interval of the rank correlation lies above nought."""
    low = results["rho_low"].replace("\u2212", "-")
    return low != "not known" and float(low) > 0


def verdict(results: dict[str, Any]) -> str:
    """What the correlation says of mentions as a measure of strikes."""
    if in_step(results):
        return "Years with more weapons had more mentions, which makes no mention a strike"
    return "Nothing here shows that mentions can stand for strikes"


def title(table: pd.DataFrame, level: float = 0.95) -> str:
    """Rank correlation over all years drawn, with its interval and what it could show."""
    found = findings(table, level)
    head = (
        "Weapons released and the share of reports that mention a strike, "
        f"{found['n_years']} year{'s' if found['n_years'] > 1 else ''}: "
    )
    if found["rho"] == "not known":
        return head + "no rank correlation can be computed"
    return (
        f"{head}rank correlation {found['rho']} ({found['rho_low']} to {found['rho_high']}); a "
        f"link below {found['rho_detectable']} would often be missed"
    )


def draw(table: pd.DataFrame, level: float = 0.95) -> Drawing:
    """Connected scatter of years, both axes logarithmic."""
    fig = canvas(118)
    ax = fig.subplots()
    x = table["weapons"].to_numpy(dtype=float)
    # A year without a mention has no logarithm: it is drawn hollow at half a mention.
    y = np.where(table["mentions"] > 0, table["per_hundred"], 50 / table["reports"])
    low = np.maximum(table["low"].to_numpy(dtype=float), 0.1 * y.min())
    reach = np.array([0.82 * x.min(), 1.3 * x.max()])
    centre = np.exp(np.log(y / x).mean())
    ax.plot(reach, centre * reach, color=FAINT, lw=0.8, ls=(0, (4, 3)), zorder=1)
    # Only years that follow each other are joined: a year without a total is a gap.
    for i in np.flatnonzero(np.diff(table["year"]) == 1):
        ax.plot(x[i : i + 2], y[i : i + 2], color=PARTY["unknown"], lw=0.7, zorder=1)
    ax.vlines(x, low, table["high"], color=PARTY["air"], lw=0.9, zorder=2)
    full = (~table["after_break"]).to_numpy() & (table["mentions"] > 0).to_numpy()
    ax.plot(x[full], y[full], "o", ms=5, color=PARTY["air"], zorder=3)
    ax.plot(x[~full], y[~full], "o", ms=5, mfc="white", mec=PARTY["air"], zorder=3)
    for row, height in zip(table.itertuples(), y, strict=True):
        note = f"{row.year}" + (" (publication break)" if row.after_break else "")
        ax.annotate(f"{note}\n{row.mentions}/{row.reports}", (row.weapons, height), xytext=(5, -2),
                    textcoords="offset points", fontsize=6.5, va="center", zorder=4,
                    bbox={"fc": "white", "ec": "none", "pad": 0.3, "alpha": 0.9})  # fmt: skip
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(*reach)
    bottom, top = 0.9 * low.min(), 1.15 * float(table["high"].max())
    ax.set_ylim(bottom, top)
    ax.xaxis.set_major_locator(FixedLocator([500, 1000, 2000, 3000, 5000, 8000]))
    ax.xaxis.set_major_formatter(lambda v, _: f"{v:,.0f}")
    ax.yaxis.set_major_locator(FixedLocator([0.5, 1, 2, 5, 10, 20, 50, 100]))
    ax.yaxis.set_major_formatter(lambda v, _: f"{v:g}")
    ax.minorticks_off()
    ax.grid(color=GRID, lw=0.4)
    ax.set_axisbelow(True)
    ax.set_xlabel("AFCENT weapons released in the year (log scale)")
    ax.set_ylabel("reports with a strike mention, per 100 seen (log scale)")
    ax.annotate("if mentions rose in step\nwith weapons",
                (reach[1], min(centre * reach[1], 0.9 * top)), xytext=(-8, 5), ha="right",
                textcoords="offset points", fontsize=6.5, color=FAINT)  # fmt: skip
    found = findings(table, level)
    head = title(table, level)
    finish(
        fig,
        head,
        "Sources: claims table of this project; AFCENT yearly totals of weapons released, current "
        f"vintage. Bars: {100 * level:.0f}% clustered intervals. Labels: mentions/reports.\n"
        "Hollow: monthly summaries stopped in March 2020, year's total printed elsewhere"
        + ("" if (table["mentions"] > 0).all() else "; or no mention, drawn at half a one")
        + ". A year without a total breaks the line. Mentions are never strikes.",
    )
    caption = (
        f"{found['n_years']} years with a published full-year total; the others are left out, "
        "none is filled in. Vertical bars count reports on one event or by one source as alike as "
        "they are. The dashed line has slope one through the middle of the points. "
        f"{limits(found)} "
        "Weapons are those of aircraft under the American air-force command, in the whole "
        "country; reports are those of the offensives in the table, most seen in excerpt."
    )
    sources = sorted({i for ids in table["source_ids"] for i in ids.split(";")})
    alt = (
        f"Connected scatter of {len(table)} years on logarithmic axes. {head}. "
        f"Weapons range from {int(x.min()):,} to {int(x.max()):,}; mentions per 100 reports from "
        f"{table['per_hundred'].min():.1f} to {table['per_hundred'].max():.1f}. The years do "
        f"{'' if in_step(found) else 'not '}line up along the dashed line of mentions in "
        "step with weapons."
    )
    return Drawing(SLUG, fig, table, head, caption, alt, sources)
