"""The figure of change points says what its table holds."""

import numpy as np
import pandas as pd
import pytest

from analysis import breaks, fig_breaks, simulations
from analysis.errors import EmptySelectionError

WAR = pd.period_range("2007-01", "2021-07", freq="M")


@pytest.fixture(scope="module")
def monthly():
    rng = np.random.default_rng(1)
    level = simulations.stepped_level(rng, WAR, 1.0, "2013-04")
    deaths = np.exp(6 + level + simulations.season(WAR))
    offensives = simulations.monthly_counts(rng, WAR, 5, 2.0)
    return pd.DataFrame({"deaths": deaths, "offensives": offensives})


@pytest.fixture(scope="module")
def table(monthly):
    return fig_breaks.data(fig_breaks.search(monthly))


def test_a_step_put_in_is_named_in_the_title(table):
    found = table[(table["series"] == "deaths") & (table["kind"] == "found")]["month"]
    assert any(abs((m - pd.Timestamp("2013-04-01")).days) < 200 for m in found)
    assert f"in deaths ({found.iloc[0]:%B %Y}" in fig_breaks.finding(table)


def test_the_table_holds_a_level_for_every_month(table):
    assert (table[table["kind"] == "level"].groupby("series").size() == len(WAR)).all()


def test_the_levels_drawn_are_the_rows_of_the_table(table):
    fig = fig_breaks.draw(table).fig
    drawn = fig.axes[0].lines[0].get_ydata()
    rows = table[(table["series"] == "deaths") & (table["kind"] == "level")]
    assert np.allclose(drawn, rows["value"])


def test_the_last_month_a_search_can_name_stands_for_all_after_it():
    last = WAR[-1].to_timestamp()
    edge = WAR[-breaks.MIN_SEGMENT].to_timestamp()
    assert fig_breaks.date_words(edge, last).endswith("or later")
    assert "later" not in fig_breaks.date_words(WAR[-20].to_timestamp(), last)


def test_a_rise_after_the_last_place_for_a_step_is_said_to_be_dated_to_it(table):
    place = WAR[-breaks.MIN_SEGMENT]
    assert f"{place:%B %Y}, so a later rise is dated to it" in fig_breaks.last_place_words(table)
    caption = fig_breaks.draw(table).caption
    assert f"last month in which a step can be placed is {place:%B %Y}" in caption
    short = table[table["month"] < pd.Timestamp("2020-01-01")]
    assert "is July 2019, so" in fig_breaks.last_place_words(short)


def test_decisions_near_a_break_come_with_the_share_a_random_month_would_meet():
    decisions = pd.DataFrame({"headline": [True, True, False], "label": ["a", "b", "c"],
        "date_kabul": pd.to_datetime(["2010-02-10", "2015-01-01", "2010-01-01"])})  # fmt: skip
    near, share = fig_breaks.nearby([pd.Timestamp("2010-01-01")], decisions, WAR)
    assert list(near["decision"]) == ["a"] and list(near["months_after"]) == [1]
    assert share == pytest.approx(14 / len(WAR))


def test_a_selection_too_thin_is_refused_with_what_to_do(monthly):
    with pytest.raises(EmptySelectionError, match="Widen"):
        fig_breaks.search(monthly.iloc[:20])


def test_the_percentages_and_the_unit_of_the_figure_say_what_they_are(table):
    axes = fig_breaks.draw(table).fig.axes
    said = [ax.get_title(loc="left") for ax in axes]
    assert any("share of draws that find a shift there again" in text for text in said)
    assert "deviance residuals" in axes[2].get_ylabel()


def test_only_shifts_that_survive_are_drawn_thick(table):
    rows = table[(table["series"] == "deaths") & (table["kind"] == "mean")]
    found = table[(table["series"] == "deaths") & (table["kind"] == "found")]
    assert rows["value"].round(9).nunique() == len(found) + 1


def test_the_answer_says_no_date_where_a_wandering_level_looks_as_broken(monthly):
    found = fig_breaks.search(monthly)
    for share, start in ((0.9, "No date of change is established"), (0.01, "A search places")):
        wander = pd.DataFrame({"series": list(found), "share": share})
        marks = fig_breaks.data(found, None, wander)
        said = fig_breaks.answer(marks, found, wander)
        assert said.startswith(start) and f"{100 * share:.0f}% of simulated" in said
        assert f"{100 * share:.0f}% of simulated" in fig_breaks.finding(marks)


def test_no_step_is_said_in_words_with_what_would_have_been_missed(table, monthly):
    found = fig_breaks.search(monthly)
    quiet = table[table["kind"] != "found"]
    wander = pd.DataFrame({"series": list(found), "share": 0.5})
    assert "no steps in deaths" in fig_breaks.finding(quiet)
    assert "would often be missed" in fig_breaks.answer(quiet, found, wander)
