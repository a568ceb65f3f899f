"""Shares of reports and events that mention an air strike."""

import pandas as pd
import pytest

from analysis import fig_mentions, mentions, series, tables
from analysis.errors import EmptySelectionError


def made_up(values):
    """Claims and events from ``{event: [(source, value, text_seen), ...]}`` in 2015."""
    rows = [(e, s, v, t) for e, reports in values.items() for s, v, t in reports]
    claims = pd.DataFrame(rows, columns=["event_id", "source_id", "value", "text_seen"])
    day = pd.Timestamp("2015-09-28")
    events = pd.DataFrame(
        {"event_id": list(values), "date_start_earliest": day, "date_start_latest": day,
         "date_prec": 1}
    )  # fmt: skip
    return claims.assign(field="air", stance="affirms"), events


@pytest.fixture(scope="module")
def selection():
    events = tables.load("events")
    events = series.count_level(events[events["in_scope"]], "child")
    claims = tables.statements()
    claims = claims[claims["event_id"].isin(events["event_id"])]
    seen = tables.load("sources")[["source_id", "text_seen"]]
    return claims.merge(seen, on="source_id"), events


def test_an_event_counts_once_however_many_reports_mention_a_strike():
    claims, events = made_up(
        {
            "E1": [(f"S{i}", "reported_us", "excerpt") for i in range(9)],
            "E2": [("S9", "not_mentioned", "excerpt")],
        }
    )
    row = fig_mentions.event_shares(claims, events).iloc[0]
    assert (row["mentions"], row["reports"], row["share"]) == (1, 2, 0.5)
    by_report = mentions.mention_shares(claims, events).iloc[0]
    assert (by_report["mentions"], by_report["reports"]) == (9, 10)


def test_an_event_whose_reports_were_not_seen_is_not_told():
    claims, events = made_up(
        {"E1": [("S1", "text_not_seen", "abstract")], "E2": [("S2", "not_mentioned", "full")]}
    )
    assert fig_mentions.event_shares(claims, events)["reports"].tolist() == [1]


def test_every_panel_counts_the_same_reports(selection):
    table = fig_mentions.data(*selection)
    by_year = table[(table["panel"] == "reports") & (table["series"] == "any")]["n"].sum()
    assert table[table["panel"] == "seen"]["n"].sum() == by_year
    found = fig_mentions.totals(table)
    assert found["n_reports"] == by_year
    assert found["n_events_mentioned"] <= found["n_mentions"]


def test_shares_lie_inside_their_intervals_and_widen_with_the_level(selection):
    wide, narrow = (fig_mentions.data(*selection, level) for level in (0.99, 0.5))
    for table in (wide, narrow):
        assert (table["low"] <= table["share"] + 1e-9).all()
        assert (table["share"] <= table["high"] + 1e-9).all()
    assert ((wide["high"] - wide["low"]) > (narrow["high"] - narrow["low"])).all()


def test_the_drawing_says_that_mentions_are_not_strikes_and_what_was_seen(selection):
    table = fig_mentions.data(*selection)
    drawing = fig_mentions.draw(table)
    found = fig_mentions.totals(table)
    assert "does not mean no strike" in drawing.caption
    assert found["excerpt_percent"] in drawing.caption
    assert found["highest_year"] in drawing.title
    assert str(found["full_n"]) in drawing.alt


def test_no_report_at_all_is_refused_with_a_way_out():
    claims, events = made_up({"E1": [("S1", "text_not_seen", "abstract")]})
    with pytest.raises(EmptySelectionError, match="Widen start and end"):
        fig_mentions.data(claims, events)


def test_yearly_intervals_by_report_are_the_clustered_ones(selection):
    table = fig_mentions.data(*selection)
    shares = mentions.mention_shares(*selection).query("actor == 'any'")
    rows = table[(table["panel"] == "reports") & (table["series"] == "any")]
    assert rows["low"].tolist() == pytest.approx(shares["low_clustered"].tolist())
    assert (rows["low"].to_numpy() < shares["low"].to_numpy()).all()


def test_years_that_cannot_be_told_from_the_highest_are_named(selection):
    table = fig_mentions.data(*selection)
    found = fig_mentions.totals(table)
    pair = {"2008", "2020"}
    assert found["highest_year"] in pair
    assert (pair - {found["highest_year"]}).pop() in found["like_highest"]
    assert all(year in fig_mentions.title(table) for year in pair)
    sharp = table.assign(low=table["share"], high=table["share"])
    assert fig_mentions.totals(sharp)["like_highest"].startswith("every other year can be told")
    assert fig_mentions.totals(sharp)["n_like_highest"] == 0
    one = table[table["year"].isna() | (table["year"] == 2008)]
    assert fig_mentions.totals(one)["one_year"] and "in 2008" not in fig_mentions.title(one)
    assert fig_mentions.totals(one)["like_lowest"] == "no other year has a report"


def yearly(*rows):
    """Table of yearly shares of reports from ``(year, share, low, high)``."""
    table = pd.DataFrame(rows, columns=["year", "share", "low", "high"])
    return table.assign(panel="reports", series="any", mentions=1, n=10)


def test_the_lowest_year_has_its_like_as_the_highest_has():
    years = yearly(
        (2010, 0.5, 0.4, 0.6), (2011, 0.12, 0.02, 0.3), (2012, 0.1, 0.05, 0.2),
        (2013, 0.09, 0.01, 0.3), (2014, 0.45, 0.3, 0.6),
    )  # fmt: skip
    bottom, top = years.loc[3], years.loc[0]
    assert fig_mentions._alike(years, bottom)["year"].tolist() == [2011, 2012]
    assert fig_mentions._like(years, bottom) == (
        "2 other years, the nearest 2012 at 10% (5 to 20), cannot be told from it"
    )
    assert fig_mentions._like(years, top) == "2014, at 45% (30 to 60), cannot be told from it"


def test_the_title_and_the_alt_text_rank_no_share_without_its_interval(selection):
    table = fig_mentions.data(*selection)
    drawing = fig_mentions.draw(table)
    found = fig_mentions.totals(table)
    for end in ("highest", "lowest"):
        assert f"{found[f'{end}_share']} in {found[f'{end}_year']}" in drawing.title
        assert found[f"like_{end}"] in drawing.alt
    for actor, (name, _) in fig_mentions.ACTORS.items():
        rows = table[(table["panel"] == "reports") & (table["series"] == actor)]
        top = rows.loc[rows["share"].idxmax()]
        share = mentions.percent(top["share"], top["low"], top["high"])
        assert f"the highest share {share} in {top['year']}" in drawing.alt.split(f"{name}: ")[1]
