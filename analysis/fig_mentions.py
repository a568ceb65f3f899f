"""How often accounts of an offensive mention an air strike, by year, actor and event.

A mention is a statement in a text. What was not mentioned in what was seen may still have
happened, and a strike may be mentioned by many.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis import mentions
from analysis.errors import EmptySelectionError
from analysis.intervals import share_interval
from analysis.series import event_months
from analysis.style import FAINT, INK, PARTY, Drawing, canvas, finish

SLUG = "f11a_mention_shares"
ACTORS = {
    "us": ("United States", PARTY["us"]),
    "international": ("NATO or coalition", PARTY["international"]),
    "afghan": ("Afghan air force", PARTY["government"]),
    "unspecified": ("owner not named", PARTY["unknown"]),
}
SEEN = {"full": "whole text", "abstract": "summary", "excerpt": "excerpt"}


def event_shares(claims: pd.DataFrame, events: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """Share of events of which at least one report mentions an air strike, by year.

    Returns
    -------
    DataFrame
        ``period``, ``mentions`` (events with a mention), ``reports`` (events with a report
        whose text was seen), ``share``, ``low``, ``high`` (Wilson).

    Notes
    -----
    One vote an event, so an event told fifty times weighs no more than one told once. But
    the more reports an event has, the likelier one of them mentions a strike.
    """
    month = pd.Series(event_months(events).to_numpy(), index=events["event_id"])
    told = mentions.reports(claims).groupby("event_id")["mentions"].any().reset_index()
    told["period"] = pd.PeriodIndex(told["event_id"].map(month), freq="M").asfreq("Y")
    told = told.dropna(subset=["period"])
    return _shares(told, "period", level)


def seen_shares(claims: pd.DataFrame, events: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """Share of reports with a mention, by how much of the text was seen.

    Returns
    -------
    DataFrame
        ``text_seen``, ``mentions``, ``reports``, ``share``, ``low``, ``high``.
    """
    seen = claims.drop_duplicates("source_id").set_index("source_id")["text_seen"]
    table = mentions.reports(claims)
    table["text_seen"] = table["source_id"].map(seen)
    # The same reports as in the other panels: those on events with a month.
    dated = events.loc[event_months(events).notna(), "event_id"]
    table = table[table["event_id"].isin(dated)]
    return _shares(table, "text_seen", level, clustered=True)


def _shares(table: pd.DataFrame, by: str, level: float, clustered: bool = False) -> pd.DataFrame:
    rows = []
    for key, group in table.groupby(by):
        yes, n = int(group["mentions"].sum()), len(group)
        low, high = share_interval(yes, n, level)
        if clustered:
            said, event, source = (
                group[c].to_numpy() for c in ("mentions", "event_id", "source_id")
            )
            low, high = mentions.clustered_interval(said, event, source, level)
        rows.append({by: key, "mentions": yes, "reports": n, "share": yes / n, "low": low,
                     "high": high})  # fmt: skip
    return pd.DataFrame(rows, columns=[by, "mentions", "reports", "share", "low", "high"])


def data(claims: pd.DataFrame, events: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """Shares by year and actor, by event, and by how much was seen.

    Returns
    -------
    DataFrame
        ``panel`` (``reports``, ``events``, ``seen``), ``series`` (``any`` or an actor; kind
        of text), ``year``, ``mentions``, ``n`` (reports or events), ``share``, ``low``,
        ``high`` (Wilson; for reports clustered by event and source); sorted.

    Raises
    ------
    EmptySelectionError
        If no report of the selected events was seen.
    """
    by_report = mentions.mention_shares(claims, events, "Y", level)
    if by_report.empty:
        raise EmptySelectionError(
            f"None of the {len(events)} selected offensives has a report whose text was seen and "
            "whose month is known. Widen start and end, provinces or min_confidence."
        )
    # Reports on one event, or in one list, repeat each other: their intervals are the wider.
    by_report = by_report.assign(low=by_report["low_clustered"], high=by_report["high_clustered"])
    parts = [
        by_report.assign(
            panel="reports", series=by_report["actor"], year=[p.year for p in by_report["period"]]
        ),
        (by_event := event_shares(claims, events, level)).assign(
            panel="events", series="any", year=[p.year for p in by_event["period"]]
        ),
        (by_seen := seen_shares(claims, events, level)).assign(
            panel="seen", series=by_seen["text_seen"]
        ),
    ]
    columns = ["panel", "series", "year", "mentions", "n", "share", "low", "high"]
    table = pd.concat(
        [p.rename(columns={"reports": "n"}).reindex(columns=columns) for p in parts],
        ignore_index=True,
    )
    table["year"] = table["year"].astype("Int64")
    return table.sort_values(["panel", "series", "year"], ignore_index=True)


def totals(table: pd.DataFrame) -> dict[str, int | str | float]:
    """Recorded numbers: reports, events, extremes of the yearly share and the years like them."""
    years = _any(table, "reports")
    events = _any(table, "events")
    seen = table[table["panel"] == "seen"].set_index("series")
    top, bottom = years.loc[years["share"].idxmax()], years.loc[years["share"].idxmin()]
    n = int(years["n"].sum())
    found: dict[str, int | str | float] = {
        "n_reports": n,
        "n_mentions": int(years["mentions"].sum()),
        "n_told": int(events["n"].sum()),
        "n_events_mentioned": int(events["mentions"].sum()),
        "excerpt_percent": f"{100 * seen['n'].get('excerpt', 0) / seen['n'].sum():.1f}%",
        "highest_year": str(top["year"]),
        "highest_share": _percent(top),
        "lowest_year": str(bottom["year"]),
        "lowest_share": _percent(bottom),
        "like_highest": _like(years, top),
        "n_like_highest": len(_alike(years, top)),
        "like_lowest": _like(years, bottom),
        "n_like_lowest": len(_alike(years, bottom)),
        "one_year": bool(top["year"] == bottom["year"]),
    }
    for kind in ("full", "excerpt"):
        known = kind in seen.index
        found[f"{kind}_share"] = _percent(seen.loc[kind]) if known else "not known"
        found[f"{kind}_n"] = int(seen.loc[kind, "n"]) if known else 0
    return found


def _alike(years: pd.DataFrame, one: pd.Series) -> pd.DataFrame:
    """Other years whose share cannot be told from that of `one`, by `mentions.apart`."""
    names = {"low": "low_clustered", "high": "high_clustered"}
    others = years[years["year"] != one["year"]]
    told = [mentions.apart(one.rename(names), row.rename(names)) for _, row in others.iterrows()]
    return others[~np.array(told, dtype=bool)]


def _like(years: pd.DataFrame, one: pd.Series) -> str:
    """Other years whose share cannot be told from that of `one`, the nearest of them named."""
    if len(years) == 1:
        return "no other year has a report"
    alike = _alike(years, one)
    if alike.empty:
        return "every other year can be told from it"
    best = alike.loc[(alike["share"] - one["share"]).abs().idxmin()]
    if len(alike) == 1:
        return f"{best['year']}, at {_percent(best)}, cannot be told from it"
    return (
        f"{len(alike)} other years, the nearest {best['year']} at {_percent(best)}, cannot be "
        "told from it"
    )


def _percent(row: pd.Series) -> str:
    return f"{100 * row['share']:.0f}% ({100 * row['low']:.0f} to {100 * row['high']:.0f})"


def _any(table: pd.DataFrame, panel: str) -> pd.DataFrame:
    return table[(table["panel"] == panel) & (table["series"] == "any")]


def title(table: pd.DataFrame) -> str:
    """Highest and lowest yearly share."""
    found = totals(table)
    if found["one_year"]:
        return f"{found['highest_share']} of reports mention an air strike"
    years = _any(table, "reports").nlargest(2, "share")
    shown = {str(r["year"]): _percent(r) for _, r in years.iterrows()}
    shown[found["lowest_year"]] = found["lowest_share"]
    said = ", ".join(f"{share} in {year}" for year, share in shown.items())
    return (
        f"Reports that mention an air strike: {said}; {found['excerpt_percent']} of reports were "
        "seen only in excerpt"
    )


def draw(table: pd.DataFrame, level: float = 0.95) -> Drawing:
    """Reports, events and actors by year, and the share by how much was seen."""
    fig = canvas(168)
    # Rows have columns of their own, so they are placed by hand: nested constrained layouts
    # end in the last bits of a float, which differ from run to run and so do the bytes.
    fig.set_layout_engine("none")
    frame = {"left": 0.075, "right": 0.992}
    years = table["year"].dropna().astype(int)
    span = (years.min() - 0.6, years.max() + 0.6)
    top = fig.add_gridspec(1, 1, top=0.885, bottom=0.675, **frame).subplots()
    _draw_years(top, _any(table, "reports"), PARTY["air"], span)
    top.set_title("Share of reports with a strike mention, any actor (mentions/reports seen)")
    top.set_ylabel("% of reports")
    middle, right = fig.add_gridspec(
        1, 2, top=0.595, bottom=0.365, width_ratios=[3.2, 1], wspace=0.16, **frame
    ).subplots()
    _draw_years(middle, _any(table, "events"), PARTY["air"], span)
    middle.set_title("Share of events with at least one such report (events/events told)")
    middle.set_ylabel("% of events")
    _draw_seen(right, table[table["panel"] == "seen"])
    small = fig.add_gridspec(1, len(ACTORS), top=0.27, bottom=0.08, wspace=0.09, **frame).subplots(
        sharey=True
    )
    for ax, (actor, (name, colour)) in zip(small, ACTORS.items(), strict=True):
        rows = table[(table["panel"] == "reports") & (table["series"] == actor)]
        _draw_years(ax, rows, colour, span, labels=False)
        ax.set_title(name, fontsize=8)
        ax.set_xticks([y for y in (2008, 2012, 2016, 2020) if span[0] < y < span[1]])
    own = table[(table["panel"] == "reports") & (table["series"] != "any")]
    small[0].set_ylabel("% naming this actor")
    small[0].set_ylim(0, min(100, 108 * own["high"].max()))
    head = title(table)
    finish(
        fig,
        head,
        "Sources: claims and sources tables of this project. A mention is a statement in a text, "
        f"not a strike. Bars: {100 * level:.0f}% intervals,\nwith reports on one event or by one "
        "source counted as alike as they are.",
    )
    found = totals(table)
    caption = (
        f"{found['n_mentions']} of {found['n_reports']:,} reports (one source on one event) "
        f"mention an air strike, on {found['n_events_mentioned']} of {found['n_told']} events "
        f"that have a report whose text was seen. Of the reports, {found['excerpt_percent']} were "
        "seen only in excerpt: not mentioned in what was seen does not mean no strike. A report "
        "can name several actors. Years differ in outlets and in how many reports each event "
        "has, and both move these shares; a page that lists thirty falls is thirty reports. "
        "Excerpts and reports were found by searching, which can favour or miss those that speak "
        "of a strike."
    )
    return Drawing(SLUG, fig, table, head, caption, _alt(table))


def _draw_years(
    ax: Axes,
    rows: pd.DataFrame,
    colour: str,
    span: tuple[float, float],
    labels: bool = True,
) -> None:
    share, low, high = (100 * rows[c].to_numpy(dtype=float) for c in ("share", "low", "high"))
    year = rows["year"].to_numpy(dtype=int)
    ax.vlines(year, low, high, color=colour, lw=1)
    ax.plot(year, share, "o", ms=4 if labels else 2.8, color=colour, clip_on=False)
    ax.set_xlim(*span)
    ax.set_ylim(0, 1)
    if labels:
        ax.set_ylim(0, min(112, 1.18 * high.max()))
        ax.set_xticks(range(round(span[0] + 0.6), round(span[1])))
        for x, y, row in zip(year, high, rows.itertuples(), strict=True):
            ax.annotate(f"{row.mentions}/{row.n}", (x, y), xytext=(0, 2), fontsize=6,
                        textcoords="offset points", ha="center", color=FAINT)  # fmt: skip


def _draw_seen(ax: Axes, rows: pd.DataFrame) -> None:
    rows = rows.set_index("series")
    order = [k for k in SEEN if k in rows.index]
    for x, kind in enumerate(order):
        row = rows.loc[kind]
        ax.vlines(x, 100 * row["low"], 100 * row["high"], color=INK, lw=1)
        ax.plot([x], [100 * row["share"]], "o", ms=4, color=INK, clip_on=False)
        ax.annotate(f"{row['mentions']}/{row['n']:,}", (x, 100 * row["high"]), xytext=(0, 2),
                    textcoords="offset points", ha="center", fontsize=6, color=FAINT)  # fmt: skip
    ax.set_xticks(range(len(order)), [SEEN[k].replace(" ", "\n") for k in order])
    ax.set_xlim(-0.6, len(order) - 0.4)
    ax.set_ylim(0, 108)
    ax.set_ylabel("% of reports")
    ax.set_title("By text seen")
    ax.tick_params(axis="x", labelsize=6.5, length=0)


def _alt(table: pd.DataFrame) -> str:
    found = totals(table)
    text = (
        f"Shares by year with intervals. By report the highest is {found['highest_share']} in "
        f"{found['highest_year']}; {found['like_highest']}. The lowest is {found['lowest_share']} "
        f"in {found['lowest_year']}; {found['like_lowest']}. Of texts seen whole "
        f"({found['full_n']}) {found['full_share']} mention a strike, of excerpts "
        f"({found['excerpt_n']}) {found['excerpt_share']}."
    )
    for actor, (name, _) in ACTORS.items():
        rows = table[(table["panel"] == "reports") & (table["series"] == actor)]
        if rows["mentions"].sum():
            top = rows.loc[rows["share"].idxmax()]
            # The interval keeps a small year's high share from reading as a finding.
            text += (
                f" {name}: {int(rows['mentions'].sum())} reports, the highest share "
                f"{_percent(top)} in {top['year']}."
            )
    return text
