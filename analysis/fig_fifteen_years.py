"""F1: fifteen years on one page.

Troops, air power, deaths, offensives and air-strike mentions on one time axis, with the
decisions that shaped the foreign presence. What was not published is drawn as such.
"""

from collections.abc import Sequence

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from analysis import mentions, series
from analysis.style import FAINT, INK, PARTY, Drawing, canvas, finish

SLUG = "f01_fifteen_years"
LANES = {
    "capital": "capitals",
    "district_centre": "district centres",
    "base": "bases",
    "complex_attack": "complex attacks",
    "other": "crossings, roads, pushes",
}
TROOP_LABELS = {
    "dmdc_quarterly": "US, quarterly count (DMDC)",
    "official_statement": "US, official statement",
    "press_estimate": "US, press figure",
    "nato_count": "ISAF / Resolute Support (includes most US troops)",
}


def data(
    events: pd.DataFrame,
    claims: pd.DataFrame,
    troops: pd.DataFrame,
    airpower: pd.DataFrame,
    violence: pd.DataFrame,
    decisions: pd.DataFrame,
    start: pd.Timestamp,
    end: pd.Timestamp,
) -> pd.DataFrame:
    """Marks of all panels in one tidy table.

    Returns
    -------
    DataFrame
        ``panel``, ``series``, ``date`` (first day of the mark), ``date_end``, ``value``,
        ``low``, ``high``, ``label``, ``row_id``, ``source_ids``; sorted.
    """
    index = series.study_months(start, end)
    parts = [
        _troops(troops, start, end),
        _airpower(airpower, index, series.withheld_from(decisions)),
        _deaths(violence, index),
        _offensives(events),
        _mentions(claims, events),
        _decisions(decisions, start, end),
    ]
    columns = ["panel", "series", "date", "date_end", "value", "low", "high", "label", "row_id",
               "source_ids"]  # fmt: skip
    table = pd.concat([p.reindex(columns=columns) for p in parts], ignore_index=True)
    for column in ("date", "date_end"):
        table[column] = pd.to_datetime(table[column]).dt.normalize()
    for column in ("value", "low", "high"):
        table[column] = table[column].astype(float)
    return table.sort_values(["panel", "series", "date", "row_id"], ignore_index=True)


def _within(dates: pd.Series, start: pd.Timestamp, end: pd.Timestamp) -> pd.Series:
    return (dates >= start) & (dates <= end)


def _troops(troops: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    rows = pd.concat([series.troop_steps(troops, "US"), series.troop_steps(troops, "ISAF_RS")])
    rows = rows[_within(rows["date"], start, end) & (rows["date_prec"] <= 4)]
    return pd.DataFrame(
        {
            "panel": "1 troops",
            "series": rows["series"],
            "date": rows["date"],
            "value": rows["persons"].astype(float),
            "row_id": rows["reading_id"],
            "source_ids": rows["source_id"],
        }
    )


def _airpower(
    airpower: pd.DataFrame, index: pd.PeriodIndex, withheld_from: pd.Period
) -> pd.DataFrame:
    months = series.airpower_months(airpower, index, withheld_from)
    known = months[months["weapons"].notna()]
    bars = pd.DataFrame(
        {
            "series": known["status"],
            "date": known["month"].dt.start_time,
            "date_end": known["month"].dt.end_time.dt.normalize(),
            "value": known["weapons"],
            "source_ids": known["source_ids"],
        }
    )
    runs = months[months["status"] == "block"].drop_duplicates(["block_from", "block_to"])
    spans = [((t - f).n + 1) for f, t in zip(runs["block_from"], runs["block_to"], strict=True)]
    blocks = pd.DataFrame(
        {
            "series": "block",
            "date": [p.start_time for p in runs["block_from"]],
            "date_end": [p.end_time.normalize() for p in runs["block_to"]],
            "value": runs["block_weapons"].to_numpy() / np.array(spans, dtype=float),
            "label": [f"sum of {n} months {w:.0f}" for n, w in
                      zip(spans, runs["block_weapons"], strict=True)],
            "source_ids": runs["source_ids"].to_numpy(),
        }
    )  # fmt: skip
    years = series.airpower_years(airpower)
    years = years[(years["vintage"] == "current") & years["year"].isin(index.year.unique())]
    yearly = pd.DataFrame(
        {
            "series": "year mean",
            "date": pd.to_datetime(years["year"].astype(str) + "-01-01"),
            "date_end": pd.to_datetime(years["year"].astype(str) + "-12-31"),
            "value": years["value"].astype(float) / 12,
            "label": "year total " + years["value"].astype(str),
            "source_ids": years["source_id"],
        }
    )
    # Months whose summary was withheld stay marked, even where a later sum covers them.
    gap = months[(months["month"] >= withheld_from) & (months["status"] != "seen")]
    withheld = pd.DataFrame(
        {
            "series": "withheld",
            "date": gap["month"].dt.start_time,
            "date_end": gap["month"].dt.end_time.dt.normalize(),
        }
    )
    return pd.concat([bars, blocks, yearly, withheld]).assign(panel="2 air power")


def _deaths(violence: pd.DataFrame, index: pd.PeriodIndex) -> pd.DataFrame:
    rows = violence[violence["month"].isin(index)]
    return pd.DataFrame(
        {
            "panel": "3 deaths",
            "series": rows["series"],
            "date": rows["month"].dt.start_time,
            "date_end": rows["month"].dt.end_time.dt.normalize(),
            "value": rows["deaths"].astype(float),
            "source_ids": rows["source_id"],
        }
    )


def _offensives(events: pd.DataFrame) -> pd.DataFrame:
    rows = events[events["date_prec"].fillna(5) <= 4]
    lane = rows["target"].where(rows["target"].isin(LANES), "other")
    captured = rows["outcome"].str.startswith("captured").fillna(False)
    return pd.DataFrame(
        {
            "panel": "4 offensives",
            "series": lane,
            "date": rows["date_start_earliest"],
            "date_end": rows["date_start_latest"],
            "value": captured.astype(float),
            "label": rows["event_class"],
            "row_id": rows["event_id"],
        }
    )


def _mentions(claims: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    shares = mentions.mention_shares(claims, events, "Y")
    shares = shares[shares["actor"] == "any"]
    return pd.DataFrame(
        {
            "panel": "5 mentions",
            "series": "share of reports",
            "date": [p.start_time for p in shares["period"]],
            "date_end": [p.end_time.normalize() for p in shares["period"]],
            "value": shares["share"],
            "low": shares["low"],
            "high": shares["high"],
            "label": shares["mentions"].astype(str) + "/" + shares["reports"].astype(str),
        }
    )


def _decisions(decisions: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    rows = decisions[_within(decisions["date_kabul"], start, end)]
    flags = rows[rows["headline"]]
    spring = rows[rows["kind"] == "spring_offensive"]
    both = pd.concat([flags.assign(series="decision"), spring.assign(series="spring_offensive")])
    return pd.DataFrame(
        {
            "panel": "0 decisions",
            "series": both["series"],
            "date": both["date_kabul"],
            "label": both["label"],
            "row_id": both["decision_id"],
            "source_ids": both["source_id"],
        }
    )


def draw(table: pd.DataFrame, title: str, start: pd.Timestamp, end: pd.Timestamp) -> Drawing:
    """Five panels over one time axis, decisions as numbered lines through all of them."""
    fig = canvas(235)
    axes = fig.subplots(
        6, 1, sharex=True, gridspec_kw={"height_ratios": [0.62, 1.5, 1.25, 1.15, 1.5, 0.95]}
    )
    flags = table[(table["panel"] == "0 decisions") & (table["series"] == "decision")]
    _draw_flags(axes[0], flags)
    for ax, drawer, panel in zip(
        axes[1:],
        (_draw_troops, _draw_airpower, _draw_deaths, _draw_offensives, _draw_mentions),
        ("1 troops", "2 air power", "3 deaths", "4 offensives", "5 mentions"),
        strict=True,
    ):
        drawer(ax, table[table["panel"] == panel])
        for day in flags["date"]:
            ax.axvline(day, color=FAINT, lw=0.4, ls=(0, (2, 2)), zorder=0)
    spring = table[(table["panel"] == "0 decisions") & (table["series"] == "spring_offensive")]
    axes[4].plot(
        spring["date"], np.full(len(spring), -0.75), "^", ms=3.5, color=FAINT, clip_on=False
    )
    axes[-1].set_xlim(start, end)
    axes[-1].xaxis.set_major_locator(mdates.YearLocator())
    axes[-1].xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
    if (end - start).days < 900:
        axes[-1].xaxis.set_major_locator(mdates.MonthLocator(bymonth=(1, 4, 7, 10)))
        axes[-1].xaxis.set_major_formatter(mdates.DateFormatter("%b %Y"))
    offensives = table[table["panel"] == "4 offensives"]
    finish(
        fig,
        title,
        "Sources: events, claims and troop tables of this project; DMDC; AFCENT as published; UCDP "
        "GED (CC BY 4.0).\nHatched: withheld by AFCENT. White: not published or not collected. "
        "▲ announced spring offensive.",
    )
    caption = (
        f"Each tick is one of {len(offensives)} Taliban offensives, filled where the place was "
        "taken; ticks sit at the first day on which the event can have begun. Bars are AFCENT "
        "weapons released in a month: solid where printed, pale where only a first release is "
        "known, outlined where only the sum of several months is; the grey step is the year's "
        "total spread over twelve months. The share in the last panel counts reports, not "
        "strikes, with 95% Wilson intervals. Numbers mark decisions: "
        + "; ".join(f"{i} {r.label}" for i, r in enumerate(flags.itertuples(), 1))
        + "."
    )
    return Drawing(SLUG, fig, table, title, caption, _alt(table), _cited(table))


def _cited(table: pd.DataFrame) -> Sequence[str]:
    return sorted({i for ids in table["source_ids"].dropna() for i in str(ids).split(";") if i})


def _draw_flags(ax: Axes, flags: pd.DataFrame) -> None:
    ax.set_ylim(0, 1)
    ax.axis("off")
    last = [pd.Timestamp("1900-01-01")] * 3
    for number, row in enumerate(flags.itertuples(), 1):
        # Flags closer than ten months step down a row, so that numbers never overlap.
        level = next((i for i in range(3) if (row.date - last[i]).days > 300), 2)
        last[level] = row.date
        y = 0.82 - 0.34 * level
        ax.plot([row.date, row.date], [-0.1, y], color=FAINT, lw=0.4, ls=(0, (2, 2)))
        ax.text(
            row.date,
            y,
            str(number),
            ha="center",
            va="center",
            fontsize=6.5,
            bbox={"boxstyle": "circle,pad=0.18", "fc": "white", "ec": FAINT, "lw": 0.6},
        )
    ax.set_title("Decisions (numbers: see caption)", fontweight="normal", fontsize=8)


def _draw_troops(ax: Axes, rows: pd.DataFrame) -> None:
    looks = {
        "nato_count": {"color": FAINT, "marker": "s", "ls": "-", "lw": 0.8, "mfc": FAINT},
        "dmdc_quarterly": {"color": PARTY["us"], "marker": "o", "ls": "-", "mfc": PARTY["us"]},
        "official_statement": {"color": PARTY["us"], "marker": "D", "ls": "", "mfc": PARTY["us"]},
        "press_estimate": {"color": PARTY["us"], "marker": "o", "ls": "", "mfc": "white"},
    }
    for name, look in looks.items():
        part = rows[rows["series"] == name]
        if part.empty:
            continue
        step = {"drawstyle": "steps-post"} if look["ls"] else {}
        # No line over more than 400 days without a reading: the level is not known there.
        silent = part["date"].shift(-1) - part["date"] > pd.Timedelta(days=400)
        ends = part[silent].assign(date=part["date"][silent] + pd.Timedelta(days=1), value=np.nan)
        part = pd.concat([part, ends]).sort_values("date")
        ax.plot(
            part["date"], part["value"] / 1000, ms=2.8, mew=0.7, label=TROOP_LABELS[name],
            **look, **step,
        )  # fmt: skip
    ax.set_ylim(bottom=0)
    ax.set_ylabel("thousand\npersons")
    ax.set_title("Foreign troops")
    if len(rows):
        ax.legend(loc="upper right", fontsize=6.5, handlelength=1.4, borderaxespad=0.1)


def _draw_airpower(ax: Axes, rows: pd.DataFrame) -> None:
    shades = {
        "seen": {"color": PARTY["air"]},
        "first": {"color": PARTY["air"], "alpha": 0.4},
        "implied": {"fc": "white", "ec": PARTY["air"], "hatch": "////", "lw": 0.6},
        "block": {"fc": "none", "ec": PARTY["air"], "lw": 0.8, "ls": ":"},
    }
    for row in rows[rows["series"] == "withheld"].itertuples():
        ax.axvspan(row.date, row.date_end, fc="none", ec="#bbbbbb", hatch="////", lw=0, zorder=0)
    for row in rows[rows["series"] == "year mean"].itertuples():
        ax.plot([row.date, row.date_end], [row.value] * 2, color=PARTY["unknown"], lw=1.4)
    for name, look in shades.items():
        for row in rows[rows["series"] == name].itertuples():
            width = row.date_end - row.date
            ax.add_patch(Rectangle((mdates.date2num(row.date), 0), width.days, row.value, **look))
    top = rows["value"].max()
    ax.set_ylim(0, 1.12 * top if pd.notna(top) else 1)
    ax.set_ylabel("weapons\nreleased a month")
    ax.set_title("Air power: AFCENT weapons released (US aircraft under air-force command)")


def _draw_deaths(ax: Axes, rows: pd.DataFrame) -> None:
    names = {
        "ged_state_based": ("state-based, all events", INK, 1.2),
        "ged231_all_types_single_month": ("all types, events within a month", PARTY["unknown"], 1),
    }
    for name, (label, colour, width) in names.items():
        part = rows[rows["series"] == name]
        ax.plot(
            part["date"] + pd.Timedelta(days=14), part["value"], color=colour, lw=width, label=label
        )
    ax.set_ylim(bottom=0)
    ax.set_ylabel("deaths\na month")
    ax.set_title("Deaths in fighting (UCDP, best estimates, two definitions)")
    if len(rows):
        ax.legend(loc="upper left", fontsize=6.5, handlelength=1.4, borderaxespad=0.1)


def _draw_offensives(ax: Axes, rows: pd.DataFrame) -> None:
    order = list(LANES)
    for y, lane in enumerate(reversed(order)):
        part = rows[rows["series"] == lane]
        for taken, face in ((0.0, "white"), (1.0, PARTY["taliban"])):
            own = part[part["value"] == taken]
            artist = ax.scatter(
                own["date"],
                np.full(len(own), float(y)) + (0.13 if taken else -0.13),
                s=9, marker="o", fc=face, ec=PARTY["taliban"], lw=0.45, zorder=3,
            )  # fmt: skip
            artist.set_gid(f"offensives-{lane}-{'taken' if taken else 'not-taken'}")
    ax.set_yticks(range(len(order)), [LANES[k] for k in reversed(order)])
    ax.set_ylim(-0.9, len(order) - 0.4)
    ax.tick_params(axis="y", length=0)
    ax.set_title("Taliban offensives in the table (● taken, ○ not taken)")


def _draw_mentions(ax: Axes, rows: pd.DataFrame) -> None:
    middle = rows["date"] + (rows["date_end"] - rows["date"]) / 2
    ax.errorbar(
        middle,
        100 * rows["value"],
        yerr=[100 * (rows["value"] - rows["low"]), 100 * (rows["high"] - rows["value"])],
        fmt="o", ms=3.5, color=PARTY["air"], ecolor=PARTY["air"], elinewidth=0.9,
    )  # fmt: skip
    for x, row in zip(middle, rows.itertuples(), strict=True):
        at_edge = row.date_end > rows["date_end"].max() - pd.Timedelta(days=1) and len(rows) > 8
        ax.annotate(
            row.label, (x, 100 * row.high), xytext=(0, 2), textcoords="offset points",
            ha="right" if at_edge else "center", fontsize=6, color=FAINT,
        )  # fmt: skip
    top = rows["high"].max()
    ax.set_ylim(0, min(100, 118 * top) if pd.notna(top) else 100)
    ax.set_ylabel("% of reports")
    ax.set_title("Reports of offensives that mention an air strike (mentions/reports seen)")


def _alt(table: pd.DataFrame) -> str:
    events = table[table["panel"] == "4 offensives"]
    by_year = events["date"].dt.year.value_counts()
    weapons = table[(table["panel"] == "2 air power") & (table["series"] == "seen")]
    text = f"Five aligned time series. {len(events)} Taliban offensives"
    if len(by_year):
        text += f", most in {by_year.idxmax()} ({by_year.max()})"
    if len(weapons):
        peak = weapons.loc[weapons["value"].idxmax()]
        text += f". Highest printed month of weapons released: {peak['date']:%B %Y}, " + (
            f"{peak['value']:.0f}"
        )
    gap = table[table["series"] == "withheld"]
    if len(gap):
        text += f". {len(gap)} months of air power are hatched as withheld"
    return text + "."
