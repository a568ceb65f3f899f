"""Headline counts of fifteen years, and the sentences that carry them."""

from itertools import pairwise

import pandas as pd
import pytest

from analysis import fig_fifteen_years, inventory, mentions, series, summary, tables

START, END = pd.Timestamp("2007-01-01"), pd.Timestamp("2021-08-15")
MONTHS = series.study_months(START, END)
NAMES = ("troop_levels", "airpower", "violence_monthly", "decisions")


@pytest.fixture(scope="module")
def published():
    return {name: tables.load(name) for name in NAMES}


@pytest.fixture(scope="module")
def claims(events):
    every = tables.statements()
    about = tables.load("sources")[["source_id", "text_seen"]]
    return every[every["event_id"].isin(events["event_id"])].merge(about, on="source_id")


@pytest.fixture(scope="module")
def marks(events, claims, published):
    return fig_fifteen_years.data(events, claims, *published.values(), START, END)


@pytest.fixture(scope="module")
def states(published):
    stopped = series.withheld_from(published["decisions"])
    return inventory.airpower_states(published["airpower"], MONTHS, stopped)


def years(captures, reports):
    return pd.DataFrame(
        {"year": range(2010, 2010 + len(captures)), "captures": captures, "reports": reports,
         "offensives": [c + 5 for c in captures]}
    )  # fmt: skip


def test_a_total_of_all_allies_is_not_drawn_as_an_american_reading(marks, published):
    troops = published["troop_levels"].set_index("reading_id")
    drawn = marks[marks["panel"] == "1 troops"]
    for row in drawn.itertuples():
        assert row.series.startswith(troops.loc[row.row_id, "force"] + " "), row.row_id
    assert set(drawn["series"]) <= set(fig_fifteen_years.TROOPS)
    allied = drawn[drawn["series"] == "ISAF_RS press_estimate"]
    assert len(allied), "premise: a press total of all allies is in the table"
    for name, (label, _) in fig_fifteen_years.TROOPS.items():
        assert name.startswith("US") == label.startswith("US,")


def test_troop_readings_are_drawn_as_dots_without_a_line(marks):
    drawing = fig_fifteen_years.draw(marks, "A finding", START, END)
    lines = [line for ax in drawing.fig.axes for line in ax.lines if line.get_gid()]
    troops = [line for line in lines if line.get_gid().startswith("troops-")]
    assert troops and all(line.get_linestyle() == "None" for line in troops)
    points = sum(len(line.get_xdata()) for line in troops)
    assert points == (marks["panel"] == "1 troops").sum()


def test_a_reading_known_only_to_its_year_is_drawn_over_the_whole_year(marks):
    rough = marks[(marks["panel"] == "1 troops") & marks["date_end"].notna()]
    assert len(rough), "premise: there is such a reading"
    assert (rough["date"].dt.strftime("%m-%d") == "01-01").all()
    assert (rough["date_end"].dt.strftime("%m-%d") == "12-31").all()
    assert (rough["date"].dt.year == rough["date_end"].dt.year).all()
    axes = fig_fifteen_years.draw(marks, "A finding", START, END).fig.axes[1]
    assert sum(len(c.get_segments()) for c in axes.collections) == len(rough)


def test_a_year_of_which_only_a_part_is_in_the_period_gives_no_rough_reading(published):
    early = fig_fifteen_years._troops(published["troop_levels"], pd.Timestamp("2010-06-01"), END)
    assert 2010 not in set(early.loc[early["date_end"].notna(), "date"].dt.year)
    months = series.study_months(pd.Timestamp("2010-06-01"), END)
    found = summary.peaks(published["violence_monthly"], published["troop_levels"], months, END)
    assert found["us_peak_also"] == "" and found["us_peak_when"] == found["us_peak_month"]


def test_a_highest_reading_that_two_sources_date_differently_is_named_with_both(published):
    found = summary.peaks(published["violence_monthly"], published["troop_levels"], MONTHS, END)
    us = series.troop_steps(published["troop_levels"], "US")
    tied = us[us["persons"] == us["persons"].max()]
    assert found["us_peak"] == us["persons"].max() and tied["date"].dt.year.nunique() > 1, "premise"
    for year in tied["date"].dt.year:
        assert str(year) in found["us_peak_when"]
        assert str(year) in found["us_peak_month"] + found["us_peak_also"]
    assert " or " in found["us_peak_when"]


def test_the_numbers_above_neighbouring_years_stand_on_two_levels(marks):
    drawing = fig_fifteen_years.draw(marks, "A finding", START, END)
    axes = drawing.fig.axes[4]
    heights = [t.xy[1] for t in axes.texts if "/" in t.get_text()]
    assert len(heights) > 8
    assert all(a != b for a, b in pairwise(heights))


def test_the_alt_text_says_more_than_in_any_other_year_and_never_most(marks):
    said = fig_fifteen_years._alt(marks)
    assert "most begin" not in said and "more begin in 2021 than in any other year" in said
    assert fig_fifteen_years._undrawn(*fig_fifteen_years._split(marks)) in said
    totals = marks["series"] == "year total"
    tied = marks.assign(high=marks["high"].mask(totals, 300.0))
    assert "as many begin in 2007 as in any other year" in fig_fifteen_years._alt(tied)
    one = marks[~totals | (marks["date"].dt.year == 2021)]
    assert "drawn; all in 2021" in fig_fifteen_years._alt(one)


def test_yearly_totals_add_up_to_all_offensives_and_the_caption_counts_the_undrawn(marks, events):
    drawing = fig_fifteen_years.draw(marks, "A finding", START, END)
    panel = marks[marks["panel"] == "4 offensives"]
    totals = panel[panel["series"] == "year total"]
    assert totals["high"].sum() == len(events)
    assert totals["value"].sum() == events["outcome"].str.startswith("captured").sum()
    undrawn = len(events) - (len(panel) - len(totals))
    assert undrawn > 0
    said = f"{undrawn} of all {len(events)} {'is' if undrawn == 1 else 'are'} too roughly dated"
    assert said in drawing.caption


def test_no_line_of_a_sum_runs_through_withheld_months(marks):
    power = marks[marks["panel"] == "2 air power"]
    hatched = power[power["series"] == "withheld"]
    drawing = fig_fifteen_years.draw(marks, "A finding", START, END)
    axes = next(ax for ax in drawing.fig.axes if ax.get_title(loc="left").startswith("Air power"))
    for line in axes.lines:
        first, last = line.get_xdata()[0], line.get_xdata()[-1]
        if line.get_linestyle() == "-" and first != last:
            assert pd.Timestamp(last) < hatched["date"].min()


def test_intervals_of_mentions_are_those_clustered_by_event(marks, claims, events):
    shares = mentions.mention_shares(claims, events, "Y")
    shares = shares[shares["actor"] == "any"]
    drawn = marks[marks["panel"] == "5 mentions"]
    assert drawn["high"].tolist() == pytest.approx(shares["high_clustered"].tolist())
    assert drawn["high"].tolist() != pytest.approx(shares["high"].tolist())


def test_withheld_is_one_set_of_months_in_figure_and_words(marks, states, published):
    hatched = marks[(marks["panel"] == "2 air power") & (marks["series"] == "withheld")]
    kept = states[states["withheld"]]
    assert [m.start_time for m in kept["month"]] == hatched["date"].tolist()
    words = inventory.airpower_words(states, published["decisions"])
    assert f"for {len(kept)} months" in words["released"]
    assert "17 December 2021" in words["released"]
    parts = [int(w.split()[0]) for w in (words["known_how"] + ", " + words["unknown_how"])
             .split(", ")]  # fmt: skip
    assert sum(parts) == words["months_total"] == len(MONTHS)
    known = sum(int(w.split()[0]) for w in words["known_how"].split(", "))
    assert known == words["months_known"]


def test_a_month_inside_a_printed_sum_is_not_called_missing(states, published):
    year = pd.period_range("2013-01", "2013-12", freq="M")
    own = states[states["month"].isin(year)]
    assert not (own["state"] == "missing").any(), "2013 has a printed total"


def test_a_period_without_withheld_months_says_so(published):
    months = pd.period_range("2015-01", "2019-12", freq="M")
    stopped = series.withheld_from(published["decisions"])
    states = inventory.airpower_states(published["airpower"], months, stopped)
    words = inventory.airpower_words(states, published["decisions"])
    assert words["released"] == "No month of this selection was withheld."


@pytest.mark.parametrize(
    ("captures", "reports", "said"),
    [
        ([0, 0], [3, 4], "10 Taliban offensives, none recorded as taking its target"),
        (
            [1, 9],
            [3, 40],
            "9 of 10 recorded captures are dated to 2011, the year with most reports",
        ),
        ([1, 9], [30, 4], "9 of 10 recorded captures are dated to 2011"),
        ([1], [30], "1 of 1 recorded captures is dated to 2010"),
    ],
)
def test_the_title_dates_the_captures_and_says_where_reports_are_thick(captures, reports, said):
    assert summary.headline_title(years(captures, reports)) == said


def test_the_heading_stands_without_a_troop_reading():
    table = years([0, 3], [1, 1])
    assert summary.headline_heading(table, {}).startswith("100% of the recorded captures")
    assert "June 2011; 100%" in summary.headline_heading(table, {"us_peak_when": "June 2011",
                                                                 "us_peak": 5})  # fmt: skip
    assert "no offensive is recorded" in summary.headline_heading(years([0], [1]), {"us_peak": 1,
                                                               "us_peak_when": "May"})  # fmt: skip


def test_years_that_cannot_be_told_from_the_extremes_are_counted_beside_them():
    shares = pd.DataFrame(
        {
            "actor": "any", "period": [2008, 2012, 2020, 2021, 2013],
            "share": [0.25, 0.10, 0.24, 0.03, 1.0], "reports": [72, 80, 76, 900, 2],
            "mentions": [18, 8, 18, 27, 2], "low_clustered": [0.12, 0.05, 0.13, 0.02, 0.2],
            "high_clustered": [0.44, 0.2, 0.4, 0.06, 1.0],
        }
    )  # fmt: skip
    said = summary.mention_extremes(shares)
    assert "highest in 2008 (25%, 12 to 44%; 2 other years cannot be told from it)" in said
    low = "lowest in 2021 (3%, 2 to 6%; every other year can be told from it)"
    assert said.endswith(low), "two reports are too few"
    near = shares.assign(share=shares["share"].where(shares["period"] != 2012, 0.05))
    assert summary.mention_extremes(near).endswith("lowest in 2021 (3%, 2 to 6%; 1 cannot)")
    alone = summary.mention_extremes(shares[shares["period"].isin([2020, 2021])])
    assert alone.count("every other year can be told from it") == 2
    assert summary.mention_extremes(shares.iloc[:1]) == ""
    assert summary.mention_extremes(shares.assign(mentions=0)) == ""


def test_the_last_reading_has_its_day_and_kind_and_no_plan_counts(published):
    found = summary.peaks(published["violence_monthly"], published["troop_levels"], MONTHS, END)
    assert found["us_last_day"] == "15 August 2021"
    assert found["us_last_kind"] == "press figure, before the airlift"
    without = published["troop_levels"].query("force != 'US'")
    assert "us_peak" not in summary.peaks(published["violence_monthly"], without, MONTHS, END)


def test_the_answer_is_three_sentences_with_and_without_its_optional_parts():
    base = {"busiest_count": 5, "n_events": 9, "share_last_year": 56, "busiest_year": "2015",
            "deadliest_month": "May 2015", "deaths_that_month": 3300, "months_known": 1,
            "months_total": 60}  # fmt: skip
    plain = summary.answer_fifteen_years(base)
    full = summary.answer_fifteen_years(
        base | {"us_peak": 100, "us_peak_month": "May 2010", "us_peak_kind": "press figure",
                "us_peak_also": "; 2009, official statement", "us_last": "5",
                "us_last_day": "1 May 2015", "us_last_kind": "press figure",
                "mention_extremes": "the share that mention an air strike is highest in 2008"}
    )  # fmt: skip
    for said in (plain, full):
        assert said.count(". ") == 2 and said.endswith(".")
        assert len(said.split()) <= 95
    assert "troop" not in plain and "strike" not in plain
    assert "100 (May 2010, press figure; 2009, official statement)" in full
    # The count is a floor; a share of counts that follow reporting is none.
    assert "5 of the 9 recorded offensives, a floor, began in 2015" in plain
    assert "56%, a share that also follows reporting" in plain


def test_two_counts_of_reports_on_one_page_have_two_names_and_stand_in_the_box(events, claims):
    assert len(set(summary.REPORTS.values())) == 2
    every = tables.load("events")
    box = inventory.totals(
        every, tables.statements(), tables.load("sources"), events, START, END, ([], [], "E")
    ).set_index("what")["count"]  # fmt: skip
    shares = mentions.mention_shares(claims, events, "Y")
    seen = shares.loc[shares["actor"] == "any", "reports"].sum()
    assert box["of these, text seen, dated to a month or less"] == seen
    assert box["reports on them: one source on one event"] == (
        summary.by_year(events, MONTHS, claims)["reports"].sum()
    )  # fmt: skip
    assert seen < box["reports on them: one source on one event"], "premise: they differ"


def test_no_dashed_line_strikes_through_a_number_of_the_first_figure(marks):
    drawing = fig_fifteen_years.draw(marks, "A finding", START, END)
    numbers = [t for ax in drawing.fig.axes for t in ax.texts if "/" in t.get_text()]
    assert len(numbers) > 20
    for text in numbers:
        ground = text.get_bbox_patch()
        assert ground is not None and ground.get_facecolor()[:3] == (1, 1, 1), text.get_text()
        assert text.get_zorder() > 0


def test_what_is_not_recorded_as_taken_is_not_called_not_taken(marks):
    drawing = fig_fifteen_years.draw(marks, "A finding", START, END)
    titles = " ".join(ax.get_title(loc="left") for ax in drawing.fig.axes)
    assert "● recorded as taken, ○ not;" in titles
    assert "recorded as taking the place" in drawing.caption
