import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.intervals import (
    block_bootstrap,
    detectable_ratio,
    poisson_interval,
    rate_ratio,
    share_interval,
)


def test_eight_events_have_the_textbook_interval():
    low, high = poisson_interval(8)
    assert (round(low, 1), round(high, 1)) == (3.5, 15.8)


def test_no_events_still_allow_for_some():
    low, high = poisson_interval(0)
    assert low == 0 and 3.6 < high < 3.8


@given(st.integers(0, 400), st.integers(1, 400))
def test_a_share_lies_in_its_interval(yes, more):
    total = yes + more
    low, high = share_interval(yes, total)
    assert 0 <= low <= yes / total <= high <= 1


def test_the_share_of_nothing_is_unknown():
    assert all(math.isnan(x) for x in share_interval(0, 0))


@given(st.integers(1, 200), st.integers(1, 200))
def test_a_ratio_lies_in_its_interval_and_turns_over_with_its_counts(after, before):
    ratio, low, high = rate_ratio(after, before)
    assert low <= ratio <= high
    back = rate_ratio(before, after)
    assert back[1] == pytest.approx(1 / high) and back[2] == pytest.approx(1 / low)


@pytest.mark.parametrize(("events", "ratio"), [(80, 1.95), (160, 1.60), (320, 1.40)])
def test_the_smallest_ratio_that_would_show_matches_the_simulated_ones(events, ratio):
    # Simulated rate ratios for 80% power over two equal periods; exact test here.
    assert detectable_ratio(events) == pytest.approx(ratio, abs=0.12)


def test_nothing_seen_can_show_nothing():
    assert detectable_ratio(0) == math.inf


def test_the_block_bootstrap_covers_the_mean_of_a_series_with_memory():
    rng = np.random.default_rng(5)
    hits = 0
    for trial in range(60):
        noise = rng.normal(size=260)
        values = np.zeros(260)
        for t in range(1, 260):
            values[t] = 0.4 * values[t - 1] + noise[t]
        low, high = block_bootstrap(values[60:], np.mean, draws=199, seed=trial)
        hits += low <= 0 <= high
    assert hits >= 48, "95% intervals should cover about 57 of 60"
