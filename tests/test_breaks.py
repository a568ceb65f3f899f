"""Change points of simulated levels, whose truth is known."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import breaks, simulations
from analysis.errors import EmptySelectionError

WAR = pd.period_range("2007-01", "2021-07", freq="M")


def test_a_series_with_memory_and_no_break_looks_broken_to_the_usual_search_only():
    rng = np.random.default_rng(1)
    found = [breaks.find_breaks(simulations.stepped_level(rng, WAR)) for _ in range(40)]
    assert sum(bool(b.naive) for b in found) >= 30
    assert sum(bool(b.found) for b in found) <= 6


def test_a_level_that_doubles_is_found_near_its_month():
    rng = np.random.default_rng(2)
    true = pd.Period("2014-09", "M")
    near = covered = 0
    for _ in range(15):
        result = breaks.find_breaks(simulations.stepped_level(rng, WAR, 0.9, "2014-09"))
        near += any(abs((m - true).n) <= 6 for m in result.found)
        rows = breaks.break_locations(result, draws=99).drop_duplicates("break")
        covered += any(r.low <= true <= r.high for r in rows.itertuples())
    assert near >= 13
    assert covered >= 11


def test_granting_one_break_lets_a_second_be_seen():
    rng = np.random.default_rng(3)
    more = 0
    for _ in range(15):
        level = simulations.stepped_level(rng, WAR, 0.9, "2012-01")
        level = level + 0.6 * (pd.Period("2017-01") <= WAR)
        result = breaks.find_breaks(level)
        assert len(result.refined) >= len(result.found)
        more += len(result.refined) == 2
    assert more >= 10


def test_the_places_of_each_break_add_up_to_one():
    level = simulations.stepped_level(np.random.default_rng(4), WAR, 0.9, "2014-09")
    places = breaks.break_locations(breaks.find_breaks(level), draws=99)
    assert np.allclose(places.groupby("break")["share"].sum(), 1)
    assert places["again"].between(0, 1).all()


def test_no_break_has_no_place():
    level = pd.Series(np.random.default_rng(5).normal(size=len(WAR)), index=WAR, name="x")
    result = breaks.find_breaks(level)
    assert result.refined == ()
    assert breaks.break_locations(result).empty


def test_a_smaller_step_than_the_detectable_one_is_mostly_missed():
    rng = np.random.default_rng(6)
    quiet = breaks.find_breaks(simulations.stepped_level(rng, WAR))
    tiny = quiet.detectable / 4
    seen = [breaks.find_breaks(simulations.stepped_level(rng, WAR, tiny, "2012-01")).found
            for _ in range(15)]  # fmt: skip
    large = [breaks.find_breaks(simulations.stepped_level(rng, WAR, 2 * quiet.detectable,
             "2012-01")).found for _ in range(15)]  # fmt: skip
    assert sum(map(bool, seen)) <= 4
    assert sum(map(bool, large)) >= 12


def test_memory_is_estimated_in_spite_of_level_shifts():
    rng = np.random.default_rng(7)
    values = simulations.autoregression(rng, 2000, 0.5)
    values[1000:] += 1.0
    assert abs(breaks.shift_robust_memory(values) - 0.5) < 0.1
    assert np.corrcoef(values[1:], values[:-1])[0, 1] > 0.7


def test_the_long_run_variance_is_that_of_the_process():
    values = simulations.autoregression(np.random.default_rng(8), 20_000, 0.5, 1.0)
    assert breaks.long_run_variance(values) == pytest.approx(3.0, rel=0.15)


def test_a_wandering_series_is_said_to_look_broken_more_often_than_a_steady_one():
    rng = np.random.default_rng(9)
    walk = pd.Series(simulations.autoregression(rng, len(WAR), 0.95, 1.0), index=WAR, name="x")
    calm = pd.Series(rng.normal(size=len(WAR)), index=WAR, name="x")
    shares = [breaks.memory_share(breaks.find_breaks(s), draws=99)["share"] for s in (walk, calm)]
    assert shares[0] > shares[1]
    assert shares[1] < 0.2


def test_a_missing_month_inside_is_refused_and_at_the_ends_cut_off():
    level = simulations.stepped_level(np.random.default_rng(10), WAR)
    ends = level.copy()
    ends.iloc[[0, -1]] = np.nan
    assert len(breaks.find_breaks(ends).level) == len(level) - 2
    level.iloc[50] = np.nan
    with pytest.raises(EmptySelectionError, match="1 of them missing"):
        breaks.find_breaks(level)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 100), st.floats(-50, 50))
def test_units_and_origin_do_not_move_a_break(seed, scale, origin):
    level = simulations.stepped_level(np.random.default_rng(seed), WAR, 0.9, "2014-09")
    moved = breaks.find_breaks(level * scale + origin)
    assert moved.found == breaks.find_breaks(level).found


def test_the_detectable_shift_is_no_smaller_than_the_penalty_lets_through():
    level = simulations.stepped_level(np.random.default_rng(11), WAR, 2.0, "2014-09")
    found = breaks.find_breaks(level)
    third = 2 / 9 * (len(level) - 2 * np.log(len(level)))
    least = np.sqrt(2 * np.log(len(level)) * found.long_variance / third)
    assert found.detectable > least
