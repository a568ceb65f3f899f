"""F7: the collapse curve, four counts and their own denominators."""

import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes

from analysis import collapse
from analysis.style import ACCENT, FAINT, GRID, INK, PARTY, Drawing, canvas, finish

SLUG = "f07_collapse"
CURATED = "places taken in the period (this table)"
# What "held" means differs by monitor; the words stand beside the points.
LOOKS = {
    "LWJ": (FAINT, "o", "Long War Journal: districts controlled"),
    "AAN": (FAINT, "s", "Afghanistan Analysts Network: district centres held"),
    "US_JCS": (PARTY["us"], "D", "US Joint Chiefs: district centres held"),
    "SIGAR": (PARTY["us"], "^", "SIGAR: districts under insurgent control or influence"),
}
SPARE = (FAINT, "v", "")
NAMES = {"LWJ": "Long War Journal", "AAN": "Afghanistan Analysts Network",
         "US_JCS": "US Joint Chiefs", "press": "a press report"}  # fmt: skip


def data(
    taken: pd.DataFrame,
    control: pd.DataFrame,
    district_list: int,
    start: pd.Timestamp,
    end: pd.Timestamp,
) -> pd.DataFrame:
    """Readings and the curated band in one table.

    Returns
    -------
    DataFrame
        ``series``, ``date``, ``held``, ``low``, ``high`` (districts), ``denominator``,
        ``unit``, ``row_id``, ``source_ids``; sorted.
    """
    found = collapse.readings(control, start, end)
    dots = pd.DataFrame(
        {
            "series": found["monitor"],
            "date": found["date"],
            "held": found["held"],
            "denominator": found["denominator"].astype(float),
            "unit": found["unit"],
            "source_ids": found["source_id"],
        }
    )
    band = collapse.held_band(taken, start, end)
    lines = pd.DataFrame(
        {
            "series": CURATED,
            "date": band["date"],
            "low": band["low"],
            "high": band["high"],
            "denominator": float(district_list),
            "unit": "districts with a centre taken",
        }
    )
    columns = ["series", "date", "held", "low", "high", "denominator", "unit", "source_ids"]
    both = pd.concat([p.reindex(columns=columns) for p in (dots, lines) if len(p)])
    return both.sort_values(["series", "date"], ignore_index=True)


def draw(table: pd.DataFrame, title: str) -> Drawing:
    """Share of each count's own list against days; raw curated counts on the right."""
    fig = canvas(112)
    ax = fig.subplots()
    band = table[table["series"] == CURATED]
    dots = table[table["series"] != CURATED]
    whole = band["denominator"].iloc[0]
    # A count holds for its whole day, the last one too.
    last = band.iloc[-1]
    drawn = pd.concat([band, last.to_frame().T.assign(date=last["date"] + pd.Timedelta(days=1))])
    days = pd.to_datetime(drawn["date"])
    low, high = (100 * drawn[edge].astype(float) / whole for edge in ("low", "high"))
    ax.fill_between(days, low, high, step="post", color=PARTY["taliban"], alpha=0.3, lw=0)
    for edge in (low, high):
        ax.step(days, edge, where="post", color=INK, lw=0.8)
    ax.text(
        last["date"] - pd.Timedelta(days=2), 100 * last["low"] / whole - 13,
        "Taken in the period, by this table,\nearliest to latest dates: "
        f"{_span(last)} of {whole:.0f}",
        ha="right", va="top", fontsize=7,
    )  # fmt: skip
    _draw_pace(ax, band, whole)
    undenominated = _draw_readings(ax, dots)
    first, final = band["date"].iloc[0], band["date"].iloc[-1]
    ax.set_xlim(first - (final - first) * 0.012, final + pd.Timedelta(days=1))
    top = max(60.0, *(100 * dots["held"] / dots["denominator"]).fillna(0),
              100 * band["high"].max() / whole)  # fmt: skip
    ax.set_ylim(0, min(100, top * 1.2))
    ax.set_ylabel(
        "% of each count's own list\n(points: held by the Taliban; band: taken in the period)"
    )
    right = ax.secondary_yaxis(
        "right", functions=(lambda y: y * whole / 100, lambda n: 100 * n / whole)
    )
    right.set_ylabel(f"districts, for the band (list of {whole:.0f})")
    ax.grid(axis="y", color=GRID, lw=0.5)
    locator = mdates.AutoDateLocator(minticks=4, maxticks=9)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(mdates.DateFormatter("%-d %b %Y"))
    listed = dots.loc[dots["denominator"].notna(), "series"]
    names = [NAMES.get(m, m) for m in sorted(listed.unique())]
    sources = ", ".join(names) or "no monitor's reading in the period"
    finish(
        fig,
        title,
        f"Sources: {sources}; band: captures of district\ncentres and provincial capitals in the "
        "events table. Points are not joined: lists and meanings differ. Monitors also count\nwhat "
        "was held before the period; the band starts at nothing.",
    )
    caption = (
        "Points: each monitor's count over its own number of districts, with the reading's day. "
        "Band: districts whose centre or whose provincial capital the events table has as taken "
        "in the period, by the doubt about days alone: from the latest day of each fall with any "
        "possible loss counted to the earliest day with no loss before it is certain; "
        f"{_span(last)} on {last['date']:%-d %B %Y}. The band leaves out what was held before "
        f"{first:%-d %B %Y} and falls that no source in the table reports; false reports "
        "and losses that nobody told would make it too high: it is no estimate of control."
        f"{_other_lists(dots)}{undenominated}"
    )
    return Drawing(SLUG, fig, table, title, caption, _alt(table), sorted(set(
        dots["source_ids"].dropna())))  # fmt: skip


def _counts(same: pd.DataFrame) -> str:
    """Label of one monitor's readings of a day; one count over two lists is named once."""
    parts = []
    for held, own in same.groupby("held", sort=True):
        lists = " or ".join(f"{d:.0f}" for d in sorted(set(own["denominator"])))
        parts.append(f"{held:.0f} of {lists}")
    return ", ".join(parts)


def _other_lists(dots: pd.DataFrame) -> str:
    """Sentence on monitors that print a reading over another list than they mostly use."""
    parts = []
    for monitor, own in dots.dropna(subset="denominator").groupby("series", sort=True):
        usual = own["denominator"].mode().iloc[0]
        days = own.loc[own["denominator"] == usual, "date"]
        # A count printed over two lists on one day is labelled with both.
        for row in own[(own["denominator"] != usual) & ~own["date"].isin(days)].itertuples():
            parts.append(
                f"{NAMES.get(monitor, monitor)} prints its reading of {row.date:%-d %B} over "
                f"{row.denominator:.0f} districts, most others over {usual:.0f}"
            )
    return f" {'; '.join(parts)}." if parts else ""


def _draw_pace(ax: Axes, band: pd.DataFrame, whole: float) -> None:
    """Mark the week in which the band rises most, with its slope."""
    week = collapse.fastest_week(band)
    if not week["a_day"] > 0:
        return
    ends = band.set_index("date").loc[[week["from"], week["to"]]]
    heights = 50 * (ends["low"] + ends["high"]) / whole
    ax.plot(ends.index, heights, color=ACCENT, lw=2.4, zorder=3)
    # Below the line, where no monitor's point lies, as long as the words find room there.
    days = band["date"]
    early = week["to"] < days.iloc[0] + 0.6 * (days.iloc[-1] - days.iloc[0])
    ax.annotate(
        f"steepest week of this table, picked\nafter the fact, from {week['from']:%-d %B}: "
        f"{week['a_day']:.1f}\ndistricts a day{collapse.week_doubt(week)}",
        (ends.index[1] if early else ends.index[0], heights.iloc[0]),
        xytext=(8, 8) if early else (-8, 18), textcoords="offset points",
        ha="left" if early else "right", va="center" if early else "bottom", fontsize=7, color=INK,
    )  # fmt: skip


def title(table: pd.DataFrame, cuts: dict[str, tuple[int, int]]) -> str:
    """Finding: the last value of the band, and its range over confidence cuts.

    Parameters
    ----------
    table
        Output of `data`.
    cuts
        Output of `analysis.collapse.over_cuts`.
    """
    band = table[table["series"] == CURATED]
    last = band.iloc[-1]
    doubt = collapse.cut_words(cuts)
    return (
        f"{_span(last)} of {last['denominator']:.0f} districts are recorded as taken from "
        f"{band['date'].iloc[0]:%-d %B} to {last['date']:%-d %B %Y}\nand not as lost again"
        + (f" ({doubt})" if doubt else "")
    )


def _span(row: pd.Series) -> str:
    low, high = int(row["low"]), int(row["high"])
    return f"{low}" if low == high else f"{low} to {high}"


def _between(row: pd.Series) -> str:
    low, high = int(row["low"]), int(row["high"])
    return f"{low}" if low == high else f"between {low} and {high}"


def _draw_readings(ax: Axes, dots: pd.DataFrame) -> str:
    """Points with their counts; returns a sentence on readings that have no list."""
    drawn = dots[dots["denominator"].notna()]
    bare = dots[dots["denominator"].isna()]
    ordered = sorted(drawn["series"].unique(), key=lambda m: list(LOOKS).index(m)
                     if m in LOOKS else len(LOOKS))  # fmt: skip
    places: list[tuple[pd.Timestamp, float, str, int, str]] = []
    for line, monitor in enumerate(ordered):
        colour, marker, words = LOOKS.get(monitor, SPARE)
        own = drawn[drawn["series"] == monitor]
        share = 100 * own["held"] / own["denominator"]
        dots_drawn = ax.scatter(own["date"], share, color=colour, marker=marker, s=26, zorder=4)
        dots_drawn.set_gid(f"readings-{monitor}")
        for at, (day, same) in enumerate(own.assign(share=share).groupby("date", sort=True)):
            places.append((day, float(same["share"].max()), _counts(same), at, monitor))
        ax.scatter([0.015], [0.96 - 0.05 * line], transform=ax.transAxes, color=colour,
                   marker=marker, s=22)  # fmt: skip
        ax.text(0.03, 0.96 - 0.05 * line, words or monitor, transform=ax.transAxes,
                va="center", fontsize=7)  # fmt: skip
    _label(ax, places)
    # The same count printed elsewhere without its list says nothing new.
    known = set(zip(drawn["series"], drawn["date"], drawn["held"], strict=True))
    listed = [
        f"{NAMES.get(r.series, r.series)} {r.held:.0f} on {r.date:%-d %B %Y}"
        for r in bare.itertuples()
        if (r.series, r.date, r.held) not in known
    ]
    if not listed:
        return ""
    return f" Not drawn, because the list is not stated: {'; '.join(listed)}."


# Where a label may stand beside its point, in points: shift and alignment, best first.
SPOTS = ((7, 0, "left"), (-7, 0, "right"), (0, 9, "center"), (0, -9, "center"), (6, 9, "left"),
         (-6, 9, "right"), (6, -9, "left"), (-6, -9, "right"))  # fmt: skip


def _label(ax: Axes, places: list[tuple[pd.Timestamp, float, str, int, str]]) -> None:
    """Counts beside their points, each where it meets no other point or label."""
    if not places:
        return
    size = ax.get_figure().get_size_inches() * 72 * (0.86, 0.75)  # of the axes, about
    days, shares = [mdates.date2num(p[0]) for p in places], [p[1] for p in places]
    wide = size[0] / max(max(days) - min(days), 1.0)
    tall = size[1] / (1.2 * max(60.0, *shares))
    dots = [(wide * mdates.date2num(day), tall * share) for day, share, *_ in places]
    taken = [(x - 4, y - 4, x + 4, y + 4) for x, y in dots]
    ends = {p[4]: max(q[3] for q in places if q[4] == p[4]) for p in places}
    for (day, share, words, at, monitor), (x, y) in zip(places, dots, strict=True):
        if ends[monitor] > 7 and at not in (0, ends[monitor]):
            continue
        boxes = []
        for right, up, side in SPOTS:
            long = 4.0 * len(words)
            left = x + right - {"left": 0, "center": long / 2, "right": long}[side]
            boxes.append((left, y + up - 4, left + long, y + up + 4))
        outside = wide * max(days) + 10
        clashes = [sum(_meet(box, other) for other in taken) + 9 * (box[2] > outside)
                   for box in boxes]  # fmt: skip
        best = clashes.index(min(clashes))
        taken.append(boxes[best])
        right, up, side = SPOTS[best]
        ax.annotate(words, (day, share), xytext=(right, up), textcoords="offset points",
                    ha=side, va="center", fontsize=6.8, color=INK)  # fmt: skip


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _alt(table: pd.DataFrame) -> str:
    band = table[table["series"] == CURATED]
    dots = table[(table["series"] != CURATED) & table["denominator"].notna()]
    peak = band.loc[band["high"].idxmax()]
    text = (
        f"Shares of each count's own list from {band['date'].iloc[0]:%-d %B %Y} to "
        f"{band['date'].iloc[-1]:%-d %B %Y}. A band of districts taken in the period rises from "
        f"{_between(band.iloc[0])} to {_between(peak)} of {band['denominator'].iloc[0]:.0f}"
    )
    if len(dots):
        parts = [
            f"{NAMES.get(r.series, r.series)} {100 * r.held / r.denominator:.0f} percent on "
            f"{r.date:%-d %B}"
            for r in dots.drop_duplicates(["series", "date", "held", "denominator"]).itertuples()
        ]
        if len(parts) > 12:
            parts = [*parts[:3], "and others", *parts[-2:]]
        text += "; points, what monitors count as held: " + ", ".join(parts)
    return text + "."
