"""Rates of simulated counts, whose truth is known."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import rates, simulations
from analysis.errors import EmptySelectionError

MISSION = pd.period_range("2015-01", "2019-12", freq="M")
WAR = pd.period_range("2007-01", "2021-08", freq="M")


def test_a_season_of_known_size_lies_in_its_interval_nine_times_in_ten():
    rng = np.random.default_rng(1)
    inside = []
    for _ in range(20):
        counts = simulations.monthly_counts(rng, MISSION, 500, 2.5)
        row = rates.peak_to_trough(rates.fit_rates(counts)).iloc[0]
        inside.append(row["low"] <= 2.5 <= row["high"])
    assert sum(inside) >= 18


def test_a_series_without_a_season_is_seldom_given_one():
    rng = np.random.default_rng(2)
    given_one = []
    for _ in range(20):
        counts = simulations.monthly_counts(rng, MISSION, 3, 1.0)
        given_one.append(rates.peak_to_trough(rates.fit_rates(counts))["low"].iloc[0] > 1)
    assert sum(given_one) <= 4


def test_the_ratio_of_two_eras_is_recovered_and_none_is_made_up():
    rng = np.random.default_rng(3)
    months = pd.period_range("2007-01", "2014-12", freq="M")
    for truth, most in ((1.0, 4), (1.5, 20)):
        inside = excluded = 0
        for _ in range(20):
            counts = simulations.monthly_counts(rng, months, 500, 2.5, "2010-01", truth)
            row = rates.era_rates(rates.fit_rates(counts, "era")).iloc[1]
            inside += row["low"] <= truth <= row["high"]
            excluded += row["low"] > 1 or row["high"] < 1
        assert inside >= 16
        assert excluded <= most
    assert excluded >= 12


def test_the_peak_of_the_fitted_season_is_where_it_was_put():
    rng = np.random.default_rng(4)
    counts = simulations.monthly_counts(rng, MISSION, 500, 3.0, spread=0.05)
    assert rates.peak_to_trough(rates.fit_rates(counts))["peak_month"].iloc[0] in (7, 8)


def test_dispersion_is_near_one_for_poisson_counts_and_above_it_for_clustered_ones():
    rng = np.random.default_rng(5)
    plain = simulations.monthly_counts(rng, MISSION, 50, 2.0, spread=0.0)
    clustered = simulations.monthly_counts(rng, MISSION, 50, 2.0, spread=0.5)
    assert 0.5 < rates.fit_rates(plain).phi < 1.6
    assert rates.fit_rates(clustered).phi > 3


def test_the_interval_is_never_narrower_than_either_method():
    counts = simulations.monthly_counts(np.random.default_rng(6), MISSION, 20, 2.0)
    model = rates.fit_rates(counts, "era")
    contrast = np.zeros(model.design.shape[1])
    contrast[1] = 1.0
    shown = model.interval(contrast, len(counts))
    spread = (model.draws @ contrast).std()
    hac = np.sqrt(model.result.cov_params().to_numpy()[1, 1]) * rates.hac_critical(len(counts))
    width = np.log(shown["high"] / shown["low"]) / 2
    assert width >= hac - 1e-6
    assert width >= 1.8 * spread
    assert shown["detectable"] > np.exp(width)


def test_hac_errors_of_a_short_era_get_a_larger_critical_value_than_of_a_long_one():
    assert rates.hac_critical(24) > rates.hac_critical(96) > rates.hac_critical(600) > 1.9


def test_a_short_last_era_borrows_the_season_of_the_one_before():
    lent = rates.season_eras(WAR[WAR <= rates.LAST_WHOLE_MONTH])
    assert lent[-1] == "2015-19"
    assert rates.label_eras(WAR)[-1] == "2020-21"


def test_the_season_a_short_era_is_given_is_said_with_its_months():
    counts = simulations.monthly_counts(np.random.default_rng(7), WAR, 20, 2.0)
    said = rates.season_words({"deaths": counts})
    assert said.endswith("2020-21 (19 months, to July 2021) is given that of 2015-19")
    mission = counts[counts.index.isin(MISSION)]
    assert "is given" not in rates.season_words({"deaths": mission})
    assert rates.season_words({"deaths": mission[:12]}) == "no era is long enough for a season"
    few = counts.where(counts.index < pd.Period("2015-01"), 0)
    few["2020-01":] = 20
    both = rates.season_words({"deaths": counts, "offensives": few})
    assert "that of 2015-19 in deaths" in both and "that of 2010-14 in offensives" in both


def test_half_a_month_at_the_end_is_not_modelled():
    counts = simulations.monthly_counts(np.random.default_rng(7), WAR, 20, 2.0)
    assert rates.fit_rates(counts).counts.index.max() == rates.LAST_WHOLE_MONTH


def test_too_few_months_or_events_are_refused_with_what_to_do():
    counts = pd.Series(1.0, index=MISSION[:12], name="offensives")
    with pytest.raises(EmptySelectionError, match=r"offensives.*Widen"):
        rates.fit_rates(counts)


def test_rates_by_era_of_both_families_hold_the_ratio_that_was_put_in():
    rng = np.random.default_rng(11)
    counts = simulations.monthly_counts(rng, WAR, 300, 2.0, "2010-01", 3.0)
    table = rates.by_era({"deaths": counts, "few": counts * 0})
    assert set(table["series"]) == {"deaths"}
    second = table[table["era"] == "2010-14"]
    assert set(second["family"]) == {"quasi-poisson", "negative-binomial"}
    assert ((second["low"] < 3.0) & (second["high"] > 3.0) & (second["low"] > 1)).all()
    said = rates.era_words(table)
    assert "2020-21" in said and "times those of 2007-09" in said


def test_one_era_alone_is_compared_with_nothing():
    counts = simulations.monthly_counts(np.random.default_rng(12), MISSION, 300, 2.0)
    table = rates.by_era({"deaths": counts})
    assert table["low"].isna().all()
    assert rates.era_words(table) == "deaths by era cannot be compared in this selection"
    assert rates.era_words(rates.by_era({})) == rates.era_words(table)


def test_missing_months_stay_missing_when_the_season_is_taken_out():
    rng = np.random.default_rng(8)
    counts = simulations.monthly_counts(rng, MISSION, 100, 2.0)
    counts[::4] = np.nan
    rest = rates.deseasonalise(counts, "log")
    assert rest.isna().equals(counts.isna())


def test_a_log_of_zero_is_refused():
    counts = simulations.monthly_counts(np.random.default_rng(9), MISSION, 3)
    counts.iloc[3] = 0.0
    with pytest.raises(ValueError, match="scale='counts'"):
        rates.deseasonalise(counts, "log")


@settings(max_examples=8, deadline=None)
@given(st.floats(0.3, 3.0), st.integers(0, 1000))
def test_season_and_level_leave_nothing_behind_in_a_series_made_of_them(amplitude, seed):
    months = MISSION
    values = np.exp(5 + simulations.season(months, amplitude) + 0.001 * seed)
    rest = rates.deseasonalise(pd.Series(values, index=months, name="x"), "log")
    assert np.abs(rest).max() < 1e-6
    kept = rates.deseasonalise(pd.Series(values, index=months, name="x"), "log", keep_level=True)
    assert np.allclose(kept, 5 + 0.001 * seed, atol=1e-6)
