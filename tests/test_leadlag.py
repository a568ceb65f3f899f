"""Lead and lag in simulated series, whose truth is known."""

import numpy as np
import pandas as pd
import pytest

from analysis import leadlag, simulations
from analysis.errors import EmptySelectionError

WAR = pd.period_range("2007-01", "2021-07", freq="M")
MISSION = pd.period_range("2015-01", "2019-12", freq="M")


@pytest.fixture(autouse=True)
def fewer_shuffles(monkeypatch):
    """Quick versions; full rates are measured in benchmarks/."""
    monkeypatch.setattr(leadlag, "PERMUTATIONS", 199)


def test_series_that_share_only_a_season_correlate_raw_and_seldom_afterwards():
    rng = np.random.default_rng(1)
    raw = joint = 0
    for _ in range(30):
        x, y = simulations.pair(rng, WAR, counts=3)
        table = leadlag.lead_lag(x, y, "counts", "log")
        now = table[table["lag"] == 0].iloc[0]
        raw += abs(now["raw_r"]) * np.sqrt(now["raw_n"]) > 1.96
        joint += (table["r"].abs() > table["joint"]).any()
    assert raw >= 29
    assert joint <= 5


@pytest.mark.parametrize("lag", [-3, 0, 2])
def test_a_link_is_found_at_its_lag_and_its_size_lies_in_the_interval(lag):
    rng = np.random.default_rng(2)
    right = covered = 0
    for _ in range(12):
        x, y = simulations.pair(rng, WAR, link=0.6, lag=lag)
        table = leadlag.lead_lag(x, y, "log", "log").set_index("lag")
        right += table["r"].abs().idxmax() == lag and table["r"][lag] > table["joint"][lag]
        covered += table["low"][lag] <= 0.6 <= table["high"][lag]
    assert right >= 11
    assert covered >= 9


def test_gaps_reduce_the_pairs_and_are_not_filled():
    rng = np.random.default_rng(3)
    x, y = simulations.pair(rng, MISSION)
    known = simulations.gaps(MISSION, 30, rng)
    table = leadlag.lead_lag(x.where(known), y, "log", "log").set_index("lag")
    assert table.loc[0, "n"] == 30
    for lag in (-6, 1, 5):
        inside = np.flatnonzero(known) + lag
        assert table.loc[lag, "n"] == ((inside >= 0) & (inside < 60)).sum()


def test_innovations_are_missing_exactly_where_the_series_is():
    rng = np.random.default_rng(4)
    x, _ = simulations.pair(rng, MISSION, amplitude=0.0)
    x = x.where(simulations.gaps(MISSION, 40, rng))
    white = leadlag.prewhiten(np.log(x))
    assert white.innovations.isna().equals(x.isna())


def test_prewhitening_takes_the_memory_out():
    rng = np.random.default_rng(5)
    values = pd.Series(simulations.autoregression(rng, 600, 0.7),
                       index=pd.period_range("1960-01", periods=600, freq="M"))  # fmt: skip
    white = leadlag.prewhiten(values).innovations
    assert values.autocorr(1) > 0.6
    assert abs(white.autocorr(1)) < 0.1


def test_the_joint_band_is_wider_than_the_pointwise_one_and_wider_for_fewer_months():
    rng = np.random.default_rng(6)
    x, y = simulations.pair(rng, MISSION)
    full = leadlag.lead_lag(x, y, "log", "log")
    thin = leadlag.lead_lag(x.where(simulations.gaps(MISSION, 28, rng)), y, "log", "log")
    for table in (full, thin):
        assert (table["joint"] > table["pointwise"]).all()
        assert (table["detectable"] > table["joint"]).all()
    assert thin["joint"].min() > full["joint"].max()


def test_swapping_the_series_mirrors_the_lags():
    x, y = simulations.pair(np.random.default_rng(7), WAR, link=0.5, lag=2)
    there = leadlag.lead_lag(x, y, "log", "log")["r"].to_numpy()
    back = leadlag.lead_lag(y, x, "log", "log")["r"].to_numpy()
    assert np.allclose(there, back[::-1])


def test_the_first_series_leads_at_lags_above_zero():
    months = pd.period_range("2000-01", periods=200, freq="M")
    x = pd.Series(np.random.default_rng(8).normal(size=200), index=months)
    table = leadlag.cross_correlation(x, x.shift(3), 4).set_index("lag")
    assert table["r"].idxmax() == 3


def test_an_order_is_read_when_there_is_one_and_seldom_otherwise():
    rng = np.random.default_rng(9)
    first = same = 0
    for _ in range(12):
        verdict = leadlag.falsify(*simulations.pair(rng, WAR, 0.6, 1), "log", "log")
        first += verdict["directed"] and verdict["difference"] > 0
        same += leadlag.falsify(*simulations.pair(rng, WAR, 0.6, 0), "log", "log")["directed"]
    assert first >= 9
    assert same <= 4


def test_strikes_that_follow_offensives_fail_the_falsification():
    rng = np.random.default_rng(10)
    verdicts = [leadlag.falsify(*simulations.pair(rng, WAR, 0.6, -1), "log", "log")
                for _ in range(8)]  # fmt: skip
    assert sum(not v["lead_is_noise"] for v in verdicts) >= 7
    assert not any(v["directed"] and v["difference"] > 0 for v in verdicts)


def test_series_that_share_too_few_months_are_refused():
    x, y = simulations.pair(np.random.default_rng(11), WAR)
    x, y = x.where(pd.Period("2010-01") > WAR), y.where(pd.Period("2015-01") <= WAR)
    with pytest.raises(EmptySelectionError, match="share 0 months"):
        leadlag.lead_lag(x, y, "log", "log")
