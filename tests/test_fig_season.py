"""The cycle plot, the quarters and the decisions: data behind the marks."""

import re
from itertools import pairwise

import pandas as pd
import pytest

from analysis import compare, fig_decisions, fig_quarters, fig_season, series, tables
from analysis.errors import EmptySelectionError
from analysis.intervals import poisson_interval

START, END = pd.Timestamp("2007-01-01"), pd.Timestamp("2021-08-15")
MONTHS = series.study_months(START, END)


@pytest.fixture(scope="module")
def events():
    rows = tables.load("events")
    return series.count_level(rows[rows["in_scope"]], "child")


@pytest.fixture(scope="module")
def measures(events):
    deaths = series.deaths(tables.load("violence_monthly"), "ged_state_based", MONTHS)
    return {"deaths": deaths, "offensives": series.monthly_events(events, MONTHS)}


@pytest.fixture(scope="module")
def season(measures):
    return fig_season.data(measures["deaths"], measures["offensives"], tables.load("decisions"))


@pytest.fixture(scope="module")
def quarters(events):
    return fig_quarters.data(events, tables.load("troop_levels"), START, END)


@pytest.fixture(scope="module")
def around(measures):
    decisions = tables.load("decisions")
    decisions = decisions[decisions["headline"]]
    found, epochs = {}, {}
    for measure, values in measures.items():
        counts = measure == "offensives"
        found[measure] = compare.season_matched_table(values, decisions, counts=counts)
        epochs[measure] = compare.epochs(values, found[measure], counts=counts, draws=50)
    return fig_decisions.data(found, epochs)


def test_the_cycle_plot_holds_every_month_once(season, measures):
    for panel, values in measures.items():
        rows = season[(season["panel"] == panel) & (season["series"] == "month")]
        assert len(rows) == 176
        assert not rows.duplicated(["calendar_month", "year"]).any()
        assert rows["value"].sum() == values.sum()


def test_era_medians_are_medians_of_the_months_drawn(season, measures):
    median = season[
        (season["panel"] == "deaths")
        & (season["series"] == "era median")
        & (season["era"] == "2015-19")
    ].set_index("calendar_month")["value"]
    julys = [measures["deaths"][pd.Period(f"{y}-07", "M")] for y in range(2015, 2020)]
    assert median[7] == sorted(julys)[2]
    assert len(median) == 12


def test_months_not_covered_are_absent_and_not_zero(measures):
    holed = measures["deaths"].copy()
    holed[pd.Period("2012-04", "M")] = pd.NA
    table = fig_season.data(holed, measures["offensives"], tables.load("decisions"))
    rows = table[(table["panel"] == "deaths") & (table["series"] == "month")]
    assert len(rows) == 175


def test_the_season_title_carries_its_doubt(season):
    title = fig_season.title(season)
    assert "one barely passes, 2007-09 (3.4 against 3.3), as one may by luck" in title
    assert "95 of 100 random shifts stay below" in title
    assert fig_season.draw(season).data is season


def test_the_season_title_names_no_era_that_stays_below_chance(season):
    flat = season.copy()
    flat.loc[flat["series"] == "ratio", "chance"] = 50.0
    assert "none of 3 single eras passes alone" in fig_season.title(flat)
    flat.loc[flat["series"] == "ratio", "chance"] = 1.0
    assert "each of 3 single eras passes alone" in fig_season.title(flat)
    assert "too few full years" in fig_season.title(season[season["series"] == "month"])


def test_a_season_without_any_month_is_refused(measures):
    nothing = measures["deaths"].head(0)
    with pytest.raises(EmptySelectionError, match="deaths"):
        fig_season.data(nothing, measures["offensives"], tables.load("decisions"))


def test_quarters_carry_counts_with_exact_intervals(quarters, measures):
    assert len(quarters) == 59
    assert quarters["offensives"].sum() == measures["offensives"].sum()
    for row in quarters.sample(5, random_state=1).itertuples():
        assert (row.low, row.high) == poisson_interval(row.offensives)


def test_quarters_without_a_reading_are_not_filled_in(quarters):
    blank = quarters[quarters["readings"] == 0]
    assert len(blank) and blank["persons_low"].isna().all() and blank["persons_high"].isna().all()


def test_the_last_quarter_says_how_short_it_is(quarters):
    assert quarters["days"].iloc[-1] == 46
    assert quarters["days"].iloc[:-1].between(90, 92).all()
    texts = [t.get_text() for t in fig_quarters.draw(quarters).fig.axes[0].texts]
    assert any("first 46 days" in t for t in texts)


def test_a_quarter_with_only_a_dmdc_count_is_said_to_be_left_out(quarters):
    troops = tables.load("troop_levels")
    counted = troops[(troops["force"] == "US") & (troops["series"] == "dmdc_quarterly")]
    have = set(counted["date"].dt.to_period("Q"))
    blank = quarters.loc[quarters["readings"] == 0, "quarter"]
    assert have & set(blank), "premise: some quarters left out have a DMDC count"
    drawing = fig_quarters.draw(quarters)
    assert "have an official or press reading" in drawing.caption
    assert "even where DMDC has a count" in drawing.caption
    assert "have a reading of the US force" not in drawing.caption


def test_a_reading_after_the_last_day_is_not_used(quarters):
    troops = tables.load("troop_levels")
    counted = troops[(troops["force"] == "US") & troops["kind"].isin(["reported", "approximate"])]
    inside = counted["date"].between("2021-07-01", "2021-08-15").sum()
    later = counted["date"].between("2021-08-16", "2021-09-30").sum()
    assert inside >= 1 and later >= 1
    assert quarters["readings"].iloc[-1] == inside


def test_no_line_is_fitted_through_the_quarters(quarters):
    drawing = fig_quarters.draw(quarters)
    assert {line.get_linestyle() for line in drawing.fig.axes[0].lines} == {"None"}
    assert "no line is fitted" in drawing.title


def test_the_title_of_the_quarters_gives_counts_in_the_busiest_year_and_outside_it(quarters):
    seen = quarters[quarters["readings"] > 0]
    inside = seen["quarter"].map(lambda q: q.year) == 2021
    low, high = seen.loc[~inside, "offensives"].min(), seen.loc[~inside, "offensives"].max()
    assert f"{low} to {high} recorded offensives each outside 2021" in fig_quarters.title(quarters)
    assert f"to {seen['offensives'].max()} in 2021" in fig_quarters.title(quarters)
    one = quarters[quarters["quarter"].map(lambda q: q.year) == 2021]
    assert "outside" not in fig_quarters.title(one)


def test_the_cut_between_small_and_large_forces_lies_where_no_reading_does(quarters):
    said = fig_quarters.force_words(quarters)
    low, high = (int(n.replace(",", "")) for n in said.split("between ")[1].split(" and "))
    assert low < fig_quarters.SMALL_FORCE <= high
    ends = pd.concat([quarters["persons_low"], quarters["persons_high"]]).dropna().astype(float)
    assert not ends[(ends > low) & (ends < high)].size
    small = quarters[quarters["persons_high"].astype(float) < fig_quarters.SMALL_FORCE]
    assert "one side" in fig_quarters.force_words(small)
    wide = quarters.assign(persons_low=1.0)
    assert "both sides" in fig_quarters.force_words(wide)


def test_small_and_large_forces_cover_all_quarters_with_a_reading(quarters):
    found = fig_quarters.small_and_large(quarters)
    assert found["quarters"].sum() == (quarters["readings"] > 0).sum()


def test_a_period_without_a_reading_is_refused(events):
    troops = tables.load("troop_levels").head(0)
    with pytest.raises(EmptySelectionError, match="2007Q1 to 2021Q3"):
        fig_quarters.data(events, troops, START, END)


def test_decisions_are_drawn_once_a_measure_in_order_of_date(around):
    rows = around[around["series"] == "date"]
    assert rows.groupby("measure").size().tolist() == [12, 12]
    for _, own in rows.groupby("measure"):
        assert own["date"].is_monotonic_increasing


def test_each_decision_prints_its_month_and_nothing_passes_unmarked(around):
    drawing = fig_decisions.draw(around)
    labels = " ".join(t.get_text() for t in drawing.fig.axes[1].get_yticklabels())
    assert "Feb\u00a02020" in labels and "Apr\u00a02021" in labels
    rings = [line for line in drawing.fig.axes[1].lines if line.get_markersize() == 9]
    deaths = around[(around["measure"] == "deaths") & (around["series"] == "date")]
    assert len(rings) == len(compare.extremes(deaths)) == 3
    assert (
        "no single one could have reached q 0.10" in drawing.title
        and "2 up, 1 down" in drawing.title
    )


def test_a_ringed_count_of_offensives_says_how_thickly_its_year_is_reported(measures):
    decisions = tables.load("decisions")
    table = compare.season_matched_table(
        measures["offensives"], decisions[decisions["headline"]], counts=True
    )
    epochs = compare.epochs(measures["offensives"], table, counts=True, draws=9)
    reports = pd.Series(80, index=range(2007, 2022))
    reports[2021] = 900
    both = {"deaths": table, "offensives": table}
    marks = fig_decisions.data(both, dict.fromkeys(both, epochs), reports)
    drawing = fig_decisions.draw(marks)
    said = "Offensives follow reporting: 2021 has 900 reports, the other years 80 to 80 each."
    assert said in drawing.caption and said in drawing.alt
    assert any(said in text.get_text() for text in drawing.fig.texts)
    assert (marks["series"] == "reports").sum() == 15
    assert (marks.loc[marks["series"] == "date", "measure"].value_counts() == len(table)).all()


def test_dates_that_are_no_decisions_are_not_called_so(around):
    drawing = fig_decisions.draw(around)
    assert "one decision" not in drawing.caption and "not all are decisions" in drawing.caption
    assert "decision" not in drawing.alt


def test_labels_of_neighbouring_dates_stand_apart(around):
    fig = fig_decisions.draw(around).fig
    fig.draw_without_rendering()
    for ax in (fig.axes[1], fig.axes[3]):
        boxes = [t.get_window_extent() for t in ax.get_yticklabels() if t.get_text()]
        lines = max(t.get_text().count("\n") + 1 for t in ax.get_yticklabels())
        line = max(b.height for b in boxes) / lines
        ordered = sorted(boxes, key=lambda b: b.y0)
        gaps = [above.y0 - below.y1 for below, above in pairwise(ordered)]
        assert min(gaps) > 0.3 * line
        assert ax.title.get_window_extent().x1 < fig.bbox.x1 - 20


def test_a_busiest_quarter_says_in_which_months_troops_were_read(quarters):
    words = fig_quarters.busiest(quarters)["busiest_words"]
    assert re.search(r"\b\d+ of them in June\b", words) and "readings are of April only" in words
    row = quarters.set_index("quarter").loc[pd.Period("2021Q2")]
    assert row["read_in"] == "2021-04" and row["top_month"] == pd.Period("2021-06", "M")
    whole = quarters.assign(top_count=quarters["offensives"])
    said = f"{row['offensives']} recorded offensives, all in June"
    assert said in fig_quarters.busiest(whole)["busiest_words"]
    lone = quarters.assign(offensives=1, top_count=1)
    assert "1 recorded offensive;" in fig_quarters.busiest(lone)["busiest_words"]
