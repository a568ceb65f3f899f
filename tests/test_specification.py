"""The specification curve: what is computed, and that a known jump is found again."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import fig_specification, specification, tables

MONTHS = pd.period_range("2007-01", "2021-07", freq="M")


def seasonal(rng, jump=1.0, at=()):
    """Counts with a fighting season and a trend; months after `at` multiplied by `jump`."""
    month = MONTHS.month.to_numpy()
    rate = 12 * np.exp(0.9 * np.cos(2 * np.pi * (month - 7) / 12) + 0.004 * np.arange(len(MONTHS)))
    for when in at:
        place = MONTHS.get_loc(pd.Period(when))
        rate[place + 1 : place + 4] *= jump
    return pd.Series(rng.poisson(rate), index=MONTHS)


SPRING = [f"{year}-04" for year in (2009, 2011, 2013, 2016, 2018, 2020)]


# One decision a calendar month: others of the same month would be compared with each other.
SPREAD = ["2009-02", "2010-06", "2011-11", "2013-03", "2015-09", "2017-12"]


def pooled(values, season, at=SPRING):
    table = specification.changes(values, 3, counts=True)
    found = [specification.matched(table, pd.Period(m), season) for m in at]
    return specification.pool(np.array(found))


def test_a_known_jump_is_recovered_and_none_is_not_found_once_the_season_is_allowed_for():
    rng = np.random.default_rng(5)
    covered = rejected = fooled = 0
    runs = 100
    for _ in range(runs):
        real = pooled(seasonal(rng, 1.8, SPREAD), "other years", SPREAD)
        covered += real["low"] <= 1.8 <= real["high"]
        null = seasonal(rng)
        clear = pooled(null, "other years")
        rejected += not clear["low"] <= 1 <= clear["high"]
        fooled += pooled(null, "ignored")["low"] > 1
    assert covered >= 0.85 * runs
    assert rejected <= 0.12 * runs
    # The same null data, season ignored: every spring date looks like an effect.
    assert fooled >= 0.95 * runs


@given(st.floats(0.2, 5))
def test_scaling_a_series_of_deaths_does_not_move_the_contrast(factor):
    rng = np.random.default_rng(1)
    values = seasonal(rng) + 5.0
    first = specification.changes(values, 3, counts=False)
    second = specification.changes(values * factor, 3, counts=False)
    np.testing.assert_allclose(first, second, atol=1e-9)


def test_the_month_of_the_decision_belongs_to_neither_side():
    values = pd.Series(1.0, index=MONTHS)
    values[pd.Period("2015-06")] = 1000.0
    table = specification.changes(values, 2, counts=True)
    assert table.loc[2015, 6] == pytest.approx(0)
    assert table.loc[2015, 5] > 5


def test_a_missing_month_makes_its_neighbours_missing_not_zero():
    values = pd.Series(3.0, index=MONTHS)
    values[pd.Period("2015-06")] = np.nan
    table = specification.changes(values, 2, counts=True)
    assert np.isnan(table.loc[2015, [4, 5, 7, 8]].to_numpy(float)).all()
    assert table.loc[2015, 9] == pytest.approx(0)


def test_fewer_than_three_decisions_give_no_estimate():
    found = specification.pool(np.array([0.1, 0.2, np.nan]))
    assert math.isnan(found["ratio"]) and found["n_decisions"] == 2


def test_the_detectable_ratio_is_found_with_the_stated_power():
    rng = np.random.default_rng(6)
    spread, k, hits, runs = 0.5, 10, 0, 600
    smallest = np.median(
        [specification.pool(rng.normal(0, spread, k))["smallest"] for _ in range(400)]
    )
    for _ in range(runs):
        hits += specification.pool(rng.normal(math.log(smallest), spread, k))["low"] > 1
    assert 0.7 < hits / runs < 0.9


@pytest.fixture(scope="module")
def curve():
    events = tables.load("events")
    return specification.curve(events[events["in_scope"]], tables.load("violence_monthly"),
                               tables.load("decisions"), MONTHS)  # fmt: skip


def test_every_combination_appears_once_and_one_is_the_headline(curve):
    assert not curve.duplicated(list(specification.CHOICES)).any()
    assert curve["headline"].sum() == 1
    for choice, options in specification.CHOICES.items():
        assert set(options) <= set(curve[choice]), choice


def test_deaths_have_no_confidence_cut(curve):
    deaths = curve[curve["outcome"].isin(specification.DEATHS)]
    assert set(deaths["confidence"]) == {"any"} == set(deaths["level"])


def test_the_figure_keeps_every_specification_and_its_rank(curve):
    table = fig_specification.data(curve)
    drawing = fig_specification.draw(table, fig_specification.title(table))
    assert drawing.data["ratio"].is_monotonic_increasing
    assert str(len(curve)) in drawing.alt


def test_a_study_with_too_few_decisions_has_an_empty_curve_and_a_figure_that_says_so():
    events = tables.load("events")
    short = specification.curve(events[events["in_scope"]], tables.load("violence_monthly"),
                                tables.load("decisions"), MONTHS[:24])  # fmt: skip
    assert short.empty
    drawing = fig_specification.draw(short, fig_specification.title(short))
    assert "Fewer than 3" in drawing.alt
    assert specification.words(short) == "not estimable in this selection"


def test_both_sides_of_one_are_told_with_what_chance_gives(curve):
    found = specification.summary(curve)
    title = fig_specification.title(curve)
    for way in ("above", "below"):
        for suffix in ("", "_season"):
            assert f"{100 * found[f'clear_{way}{suffix}']:.0f}%" in title
    assert "about 2.5% each" in title
    said = specification.answer_words(curve)
    seasonal = int((curve["season"] != "ignored").sum())
    assert f"of {seasonal} ways to compute it that allow for the season" in said
    assert "cannot be said" in said and "5 decisions" in said
    assert "cannot be said" in specification.answer_words(curve.iloc[:0])
    clear = curve.assign(low=np.where(curve["headline"], 1.2, curve["low"]))
    assert "cannot be said" not in specification.answer_words(clear)


def test_the_last_year_and_the_decisions_left_out_are_told(curve):
    middle = curve.groupby("last year")["ratio"].median()
    assert f"{middle['to 2020']:.2f} without it" in specification.last_year_words(curve)
    assert specification.last_year_words(curve[curve["last year"] == "to 2020"]) == ""
    decisions = tables.load("decisions")
    own = decisions[decisions["headline"].fillna(False)]
    said = specification.kinds_words(decisions)
    assert f"Of {len(own)} headline dates" in said
    assert f" {own['kind'].isin(specification.DRAWDOWNS).sum()} are coded" in said


def test_intervals_cut_by_the_frame_are_marked(curve):
    drawing = fig_specification.draw(fig_specification.data(curve), "t")
    ax = drawing.fig.get_axes()[0]
    high = ax.get_ylim()[1]
    marks = {line.get_marker(): len(line.get_xdata()) for line in ax.lines}
    assert marks["^"] == int((curve["high"] > high).sum()) > 0
