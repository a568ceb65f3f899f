"""F1: fifteen years on one page.

Troops, air power, deaths, offensives and air-strike mentions on one time axis, with the
decisions that shaped the foreign presence. What was not published is drawn as such.
"""

from collections.abc import Sequence

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from analysis import inventory, mentions, series, summary
from analysis.style import FAINT, INK, PARTY, Drawing, canvas, finish

SLUG = "f01_fifteen_years"
LANES = {
    "capital": "capitals",
    "district_centre": "district centres",
    "base": "bases",
    "complex_attack": "complex attacks",
    "other": "crossings, roads, pushes",
}
# Force and series of a reading: one measure has one mark, and only US readings are called US.
TROOPS = {
    "ISAF_RS nato_count": (
        "ISAF / Resolute Support (includes most US troops)",
        {"marker": "s", "color": PARTY["international"]},
    ),
    "ISAF_RS press_estimate": (
        "all allies together, press figure",
        {"marker": "s", "color": PARTY["international"], "mfc": "white"},
    ),
    "US dmdc_quarterly": ("US, quarterly count (DMDC)", {"marker": "o", "color": PARTY["us"]}),
    "US official_statement": ("US, official statement", {"marker": "D", "color": PARTY["us"]}),
    "US press_estimate": (
        "US, press figure",
        {"marker": "o", "color": PARTY["us"], "mfc": "white"},
    ),
}
# Days of room to the right, so that marks of the last days are not cut.
ROOM = 20
# A white ground keeps the dotted lines out of the words of a key.
PLAIN = {
    "frameon": True,
    "facecolor": "white",
    "edgecolor": "none",
    "framealpha": 1,
    "borderpad": 0.1,
}
# The same for a number that stands in a panel.
GROUND = {"fc": "white", "ec": "none", "pad": 0.6}


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
        _years(events, index),
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
    # A reading known only to its year is drawn over that year, if all of it is in the period.
    rough = rows["date_prec"] > 4
    first = rows["date"].where(~rough, rows["date"].dt.to_period("Y").dt.start_time)
    last = rows["date"].where(~rough, rows["date"] + pd.offsets.YearEnd(0))
    rows = rows.assign(date=first, date_end=last.where(rough))
    rows = rows[(first >= start) & (last <= end)]
    return pd.DataFrame(
        {
            "panel": "1 troops",
            "series": rows["force"] + " " + rows["series"],
            "date": rows["date"],
            "date_end": rows["date_end"],
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
    # A year's sum says something new only where a month is open that no shorter sum tells.
    open_years = months.loc[months["status"] == "unseen", "month"].dt.year
    years = years[years["year"].isin(open_years)]
    yearly = pd.DataFrame(
        {
            "series": "year",
            "date": pd.to_datetime(years["year"].astype(str) + "-01-01"),
            "date_end": pd.to_datetime(years["year"].astype(str) + "-12-31"),
            "value": years["value"].astype(float) / 12,
            "label": "sum of 12 months " + years["value"].astype(str),
            "source_ids": years["source_id"],
        }
    )
    # Months whose summary was withheld stay marked, even where a later sum covers them.
    states = inventory.airpower_states(airpower, index, withheld_from)
    gap = states[states["withheld"]]
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


def _years(events: pd.DataFrame, index: pd.PeriodIndex) -> pd.DataFrame:
    """Captures and offensives of each year, with those too roughly dated for a mark."""
    years = summary.by_year(events, index)
    first = pd.to_datetime(years["year"].astype(str) + "-01-01")
    return pd.DataFrame(
        {
            "panel": "4 offensives",
            "series": "year total",
            "date": first,
            "date_end": first + pd.offsets.YearEnd(0),
            "value": years["captures"].astype(float),
            "high": years["offensives"].astype(float),
            "label": years["captures"].astype(str) + "/" + years["offensives"].astype(str),
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
            "low": shares["low_clustered"],
            "high": shares["high_clustered"],
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
    axes[-1].set_xlim(start, end + pd.Timedelta(days=ROOM))
    axes[-1].xaxis.set_major_locator(mdates.YearLocator())
    axes[-1].xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
    if (end - start).days < 900:
        axes[-1].xaxis.set_major_locator(mdates.MonthLocator(bymonth=(1, 4, 7, 10)))
        axes[-1].xaxis.set_major_formatter(mdates.DateFormatter("%b %Y"))
    offensives, years = _split(table)
    finish(
        fig,
        title,
        "Sources: events, claims and troop tables of this project; DMDC; AFCENT as published; UCDP "
        "GED (CC BY 4.0).\nWhite in the air power panel: no figure found. ▲ spring offensive "
        "announced, as far as the decisions table has it; other years are not coded.",
    )
    caption = (
        f"Each mark is one of {len(offensives)} Taliban offensives, filled where it is recorded "
        "as taking the place, at the first day on which it can have begun. Numbers above them are "
        f"captures / offensives of the year{_undrawn(offensives, years)}. Troop readings are dots "
        "and are not carried forward; one known only to its year has a line over that year. "
        "Air power: "
        "a grey line is a printed sum spread evenly over its months, and gives none of them a "
        "value; hatched months were withheld when due and have no value of their own since. "
        "Deaths are best estimates of fighting with any armed group, the Islamic State among "
        "them, and contain those killed from the air; their last month is the whole of the month "
        "in which the offensives end. The share in the last panel counts reports, not strikes, "
        "with 95% intervals that count reports on one event, or by one source, as alike as they "
        "are. Numbers in circles are dated steps: "
        + "; ".join(f"{i} {r.label}" for i, r in enumerate(flags.itertuples(), 1))
        + "."
    )
    return Drawing(SLUG, fig, table, title, caption, _alt(table), _cited(table))


def _cited(table: pd.DataFrame) -> Sequence[str]:
    return sorted({i for ids in table["source_ids"].dropna() for i in str(ids).split(";") if i})


def _split(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Marks and yearly totals of the panel of offensives."""
    rows = table[table["panel"] == "4 offensives"]
    return rows[rows["series"] != "year total"], rows[rows["series"] == "year total"]


def _undrawn(offensives: pd.DataFrame, years: pd.DataFrame) -> str:
    total = int(years["high"].sum())
    left = total - len(offensives)
    verb = "is" if left == 1 else "are"
    return f"; {left} of all {total} {verb} too roughly dated for a mark" if left > 0 else ""


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
    ax.set_title("Dated steps (numbers: see caption)", fontweight="normal", fontsize=8)


def _draw_troops(ax: Axes, rows: pd.DataFrame) -> None:
    for name, (label, look) in TROOPS.items():
        part = rows[rows["series"] == name]
        if part.empty:
            continue
        rough = part[part["date_end"].notna()]
        ax.hlines(
            rough["value"] / 1000, rough["date"], rough["date_end"], color=look["color"], lw=0.7,
            zorder=1.5,
        )  # fmt: skip
        middle = part["date"] + (part["date_end"] - part["date"]).fillna(pd.Timedelta(0)) / 2
        # Readings are not joined: between two of them the level is not known.
        dots = ax.plot(middle, part["value"] / 1000, ls="", ms=2.9, mew=0.7, label=label, **look)
        dots[0].set_gid(f"troops-{name.replace(' ', '-')}")
    ax.set_ylim(bottom=0)
    ax.set_ylabel("thousand\npersons")
    ax.set_title("Foreign troops: single readings, not joined")
    if len(rows):
        ax.legend(loc="upper right", fontsize=6.5, handlelength=1.4, borderaxespad=0.1, **PLAIN)


def _draw_airpower(ax: Axes, rows: pd.DataFrame) -> None:
    shades = {
        "seen": {"color": PARTY["air"]},
        "first": {"color": PARTY["air"], "alpha": 0.4},
        "implied": {"fc": "#fbe3d3", "ec": PARTY["air"], "lw": 0.5},
    }
    names = {"seen": "printed", "first": "first release only", "implied": "implied by sums"}
    withheld = rows[rows["series"] == "withheld"]
    for row in withheld.itertuples():
        ax.axvspan(row.date, row.date_end, fc="none", ec="#bbbbbb", hatch="////", lw=0, zorder=0)
    sums = rows[rows["series"].isin(["block", "year"])]
    for row in sums.itertuples():
        covered = (withheld["date"] >= row.date) & (withheld["date_end"] <= row.date_end)
        if covered.any():
            # A line at the mean level would fill in months that the hatching calls unknown.
            ax.annotate(
                row.label.replace(" months ", "\nmonths:\n"),
                (row.date + (row.date_end - row.date) / 2, 0.62),
                xycoords=("data", "axes fraction"), ha="center", va="center", fontsize=6,
                bbox={"fc": "white", "ec": "none", "pad": 0.8},
            )  # fmt: skip
        else:
            ax.plot([row.date, row.date_end], [row.value] * 2, color=PARTY["unknown"], lw=1.4)
    handles = [
        Rectangle((0, 0), 1, 1, **look, label=names[name])
        for name, look in shades.items() if (rows["series"] == name).any()
    ]  # fmt: skip
    if len(sums):
        handles.append(Line2D([], [], color=PARTY["unknown"], lw=1.4, label="sum, spread evenly"))
    if len(withheld):
        handles.append(
            Rectangle((0, 0), 1, 1, fc="none", ec="#999999", hatch="////", lw=0, label="withheld")
        )
    if handles:
        ax.legend(
            handles=handles, loc="upper left", bbox_to_anchor=(0.29, 1.02), fontsize=6.2, ncol=2,
            handlelength=1.2, columnspacing=1.0, borderaxespad=0.1, **PLAIN,
        )  # fmt: skip
    for name, look in shades.items():
        for row in rows[rows["series"] == name].itertuples():
            width = row.date_end - row.date
            ax.add_patch(Rectangle((mdates.date2num(row.date), 0), width.days, row.value, **look))
    top = rows["value"].max()
    ax.set_ylim(0, 1.12 * top if pd.notna(top) else 1)
    ax.set_ylabel("weapons released\nper month")
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
    ax.set_ylabel("deaths\nper month")
    ax.set_title("Deaths in fighting (UCDP, best estimates, two definitions)")
    if len(rows):
        ax.legend(loc="upper left", fontsize=6.5, handlelength=1.4, borderaxespad=0.1, **PLAIN)


def _draw_offensives(ax: Axes, rows: pd.DataFrame) -> None:
    order = list(LANES)
    years = rows[rows["series"] == "year total"]
    crowded = len(years) > 8
    for back, row in enumerate(years.iloc[::-1].itertuples()):
        # The last year is cut short, and in a long period its numbers are the longest.
        at_edge = crowded and back == 0
        middle = row.date + (row.date_end - row.date) / 2
        # In a long period the numbers of neighbours stand on two levels, lest they touch.
        level = len(order) - 0.28 + (0.6 if crowded and back % 2 == 0 else 0)
        ax.annotate(
            row.label, (1, level) if at_edge else (middle, level),
            xycoords=("axes fraction", "data") if at_edge else "data", xytext=(0, 0),
            textcoords="offset points", ha="right" if at_edge else "center", va="center",
            fontsize=6, color=FAINT,
            annotation_clip=False, bbox=GROUND,
        )  # fmt: skip
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
    ax.set_ylim(-0.9, len(order) + (0.7 if crowded else 0.1))
    ax.tick_params(axis="y", length=0)
    ax.set_title("Taliban offensives in the table (● recorded as taken, ○ not; numbers: ●/all)")


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
            ha="right" if at_edge else "center", fontsize=6, color=FAINT, bbox=GROUND,
        )  # fmt: skip
    top = rows["high"].max()
    ax.set_ylim(0, min(100, 118 * top) if pd.notna(top) else 100)
    ax.set_ylabel("% of reports")
    ax.set_title("Reports of offensives that mention an air strike (mentions/reports seen)")


def _alt(table: pd.DataFrame) -> str:
    events, years = _split(table)
    weapons = table[(table["panel"] == "2 air power") & (table["series"] == "seen")]
    text = f"Five aligned time series. {len(events)} Taliban offensives"
    if len(years) and years["high"].max() > 0:
        top = years.loc[years["high"].idxmax()]
        rivals = int((years["high"] == top["high"]).sum()) - 1
        more = "as many begin in" if rivals else "more begin in"
        other = "than in any other year" if not rivals else "as in any other year"
        place = f"{more} {top['date']:%Y} {other}" if len(years) > 1 else f"all in {top['date']:%Y}"
        text += (
            f" drawn; {place} ({int(top['high'])} of {int(years['high'].sum())}, of which "
            f"{int(top['value'])} are recorded as taking the place{_undrawn(events, years)})"
        )
    if len(weapons):
        peak = weapons.loc[weapons["value"].idxmax()]
        text += f". Highest printed month of weapons released: {peak['date']:%B %Y}, " + (
            f"{peak['value']:.0f}"
        )
    gap = table[table["series"] == "withheld"]
    if len(gap):
        text += f". {len(gap)} months of air power are hatched: withheld when due, no value since"
    return text + "."
