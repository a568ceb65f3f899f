"""The specification curve: what is computed, and that a known jump is found again."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import fig_specification, handover, specification, tables
from analysis.study import begin

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
    assert math.isnan(found["ratio"]) and found["n_dates"] == 2


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
    assert "offensives, captures or deaths" in title and "clearly" not in title
    for way in ("above", "below"):
        for suffix in ("", "_season"):
            assert f"{100 * found[f'clear_{way}{suffix}']:.0f}%" in title
    # Intervals that overlap are no yardstick: the rate of luck is in the caption, with its doubt.
    assert "2.5%" not in title
    drawing = fig_specification.draw(fig_specification.data(curve), title)
    assert specification.chance_words() in drawing.caption
    assert (
        "about 2.5%" in specification.chance_words() and "erratic" in specification.chance_words()
    )
    assert "about 5.0%" in specification.chance_words(0.9)
    said = specification.answer_words(curve)
    assert "cannot be said" in said and "5 dates" in said and "decision" not in said
    assert "cannot be said" in specification.answer_words(curve.iloc[:0])
    clear = curve.assign(low=np.where(curve["headline"], 1.2, curve["low"]))
    assert "cannot be said" not in specification.answer_words(clear)


def test_the_answer_on_offensives_counts_no_ratio_of_captures_or_deaths(curve):
    own = curve[(curve["outcome"] == "offensives") & (curve["season"] != "ignored")]
    said = specification.answer_words(curve)
    assert f"of the {len(own)} ways for offensives that allow for the season" in said
    assert "clearly" not in said and "(about 2.5% a side would by luck)" in said
    assert said.endswith(specification.own_words(curve))
    assert "about 5.0% a side" in specification.answer_words(curve, 0.9)
    # Captures and deaths moved above one leave the sentence as it is.
    moved = curve.assign(low=np.where(curve["outcome"] == "offensives", curve["low"], 1.5))
    assert specification.answer_words(moved) == said
    rest = curve[curve["outcome"] != "offensives"]
    assert "allow for the season" not in specification.answer_words(rest)


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


# --- the transfer of provinces ---------------------------------------------------------

TRANSITION = tables.load("transition")


def study(**changed):
    wanted = {"start": "2007-01-01", "end": "2021-08-15", "provinces": [], "event_classes": [],
              "min_confidence": "E", "count_level": "parent"}  # fmt: skip
    return begin("09_all_the_choices", **wanted | changed)


@pytest.fixture(scope="module")
def tranches():
    pytest.importorskip("diff_diff", reason="diff-diff is not installed")
    return specification.tranche_curve(specification.tranche_events(study()), TRANSITION)


def test_every_tranche_combination_appears_once_and_the_headline_is_that_of_notebook_07(tranches):
    names = list(specification.TRANCHE_CHOICES)
    assert not tranches.duplicated(names).any()
    assert len(tranches) == math.prod(map(len, specification.TRANCHE_CHOICES.values()))
    assert tranches["headline"].sum() == 1
    row = tranches[tranches["headline"]].iloc[0]
    events = handover.own_events(handover.transfer_events(study(count_level="child")))
    panel = handover.panel(events, handover.cohorts(TRANSITION, "full"))
    assert row["estimate"] == pytest.approx(handover.group_time(*handover._wide(panel)), abs=1e-6)
    assert row["events"] == len(events) == panel["events"].sum()


def test_a_known_fall_is_found_by_each_estimator_and_none_is_not():
    pytest.importorskip("diff_diff", reason="diff-diff is not installed")
    rng = np.random.default_rng(3)
    treated = handover.cohorts(TRANSITION, "full")
    fallen = handover.overall(handover.simulate_panel(rng, treated, 8.0, 0.4))
    assert tuple(fallen["estimator"]) == handover.ESTIMATORS[:3]
    assert (fallen["high"] < 0).all()
    holds = [handover.overall(handover.simulate_panel(rng, treated, 8.0))
             .eval("low <= 0 <= high") for _ in range(10)]  # fmt: skip
    assert np.mean(holds) > 0.75


def test_an_estimate_without_an_interval_is_missing_and_not_zero():
    pytest.importorskip("diff_diff", reason="diff-diff is not installed")
    treated = handover.cohorts(TRANSITION, "full")
    last = treated.loc[treated["tranche"] == treated["tranche"].max(), "adm1"].iloc[0]
    rows = pd.DataFrame({"adm1": [last], "quarter": [handover.FIRST]})
    found = handover.overall(handover.panel(rows, treated))
    assert (found["low"] < found["high"])[found["estimate"].notna()].all()


def test_the_provinces_left_out_are_those_of_tranches_too_small_to_read(tranches):
    names = specification.small_tranches(TRANSITION)
    size = handover.cohorts(TRANSITION, "full").set_index("adm1")["tranche"]
    assert 0 < len(names) < len(TRANSITION) / 4
    counts = size.value_counts()
    assert all(counts[size[n]] < handover.SMALLEST_COHORT for n in names)
    both = tranches.groupby("small tranches")["events"].max()
    assert both["left out"] < both["kept"]


def test_a_cut_that_drops_nothing_is_not_counted_twice():
    pytest.importorskip("diff_diff", reason="diff-diff is not installed")
    events = specification.tranche_events(study(min_confidence="A"))
    found = specification.tranche_curve(events, TRANSITION)
    assert set(found["confidence"]) == {"E"}


def test_the_study_period_and_provinces_do_not_cut_the_tranche_contrast():
    whole = specification.tranche_events(study())
    short = specification.tranche_events(study(start="2015-01-01", end="2019-12-31",
                                               provinces=["Helmand"]))  # fmt: skip
    assert whole["event_id"].tolist() == short["event_id"].tolist()


def test_tranche_sentences_count_both_sides_and_name_what_the_clear_ones_share(tranches):
    words = specification.tranche_words(tranches)
    above, below = (tranches["low"] > 0).sum(), (tranches["high"] < 0).sum()
    assert f"Of {len(tranches)} intervals {above or 'none'} (" in words
    hold = len(tranches) - above - below
    assert f"{hold} of {len(tranches)} intervals cannot tell" in specification.tranche_answer(
        tranches
    )
    heading = specification.tranche_heading(tranches)
    verb = "have" if above > 1 else "has"
    assert f"{above or 'none'} {verb} an interval above zero" in heading
    assert heading.endswith("(intervals may be too narrow)") and "clearly" not in heading
    only = tranches.assign(low=-1.0, high=1.0)
    strict = only["confidence"].eq("A") & only["outcome"].eq("offensives")
    only.loc[strict, "low"] = 0.1
    said = specification.tranche_words(only)
    assert "All that leave out zero share: all offensives, three sources (A)." in said
    assert "share:" not in specification.tranche_words(only.assign(low=-1.0))
    last = tranches.index[-1]
    missing = tranches.copy()
    missing.loc[last, ["estimate", "low", "high"]] = np.nan
    assert "1 more cannot be computed" in specification.tranche_words(missing)
    groups = specification.tranche_groups(tranches)
    assert groups["specifications"].sum() == len(tranches)
    assert groups["above"].sum() == above and groups["below"].sum() == below


def test_the_tranche_figure_draws_every_estimate_and_says_so_when_there_is_none(tranches):
    table = fig_specification.tranche_data(tranches)
    drawing = fig_specification.draw_tranches(table, fig_specification.tranche_title(table))
    assert drawing.data["estimate"].is_monotonic_increasing and len(drawing.data) == len(tranches)
    assert "no test" in drawing.caption and "\n" not in drawing.alt
    nothing = specification.tranche_curve(
        specification.tranche_events(study()).iloc[:0], TRANSITION
    )
    assert nothing["estimate"].isna().all()
    empty = fig_specification.tranche_data(nothing)
    drawing = fig_specification.draw_tranches(empty, fig_specification.tranche_title(empty))
    assert "nothing to draw" in drawing.alt
    assert specification.tranche_answer(nothing) == ""
    assert "No specification" in specification.tranche_words(nothing)
    assert "no event" in specification.tranche_limits(nothing)
