"""Season-matched comparisons: published facts, exactness of ranks, and refusals."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import compare, series, tables
from analysis.errors import EmptySelectionError

MONTHS = pd.period_range("2007-01", "2021-08", freq="M")


@pytest.fixture(scope="module")
def deaths() -> pd.Series:
    return series.deaths(tables.load("violence_monthly"), "ged_state_based", MONTHS)


@pytest.fixture(scope="module")
def decisions() -> pd.DataFrame:
    rows = tables.load("decisions")
    return rows[rows["headline"]]


@pytest.fixture(scope="module")
def matched(deaths: pd.Series, decisions: pd.DataFrame) -> pd.DataFrame:
    return compare.season_matched_table(deaths, decisions).set_index("decision_id")


@pytest.mark.parametrize(
    ("month", "percent"),
    [(4, 73), (5, 66), (3, 70), (6, 41), (10, -40), (11, -42), (12, -27)],
)
def test_the_season_alone_moves_deaths_as_measured_before(deaths, month, percent):
    # Measured with 2006 at hand, which gives March a fourteenth year: hence 10 points.
    found = math.exp(compare.same_month_changes(deaths, month).drop(2021, errors="ignore").median())
    assert 100 * (found - 1) == pytest.approx(percent, abs=10)


@pytest.mark.parametrize(
    ("decision", "raw", "percent"),
    [
        ("D008", 40, -2),
        ("D018", 42, 2),
        ("D019", 115, 30),
        ("D020", -43, -24),
        ("D030", None, -54),
        ("D035", None, 117),
        ("D037", None, 84),
    ],
)
def test_decisions_shrink_to_what_is_left_beyond_the_season(matched, decision, raw, percent):
    row = matched.loc[decision]
    assert 100 * (row["matched"] - 1) == pytest.approx(percent, abs=3)
    if raw is not None:
        assert 100 * (row["raw"] - 1) == pytest.approx(raw, abs=3)


def test_only_three_decisions_rank_most_extreme_and_none_survives_all_looks(matched):
    assert list(compare.extremes(matched).index) == ["D030", "D035", "D037"]
    assert (matched["q"] > 0.10).all()
    assert compare.ranks_needed(matched) == 9


def test_rank_p_stops_at_its_floor(matched):
    assert matched["years"].between(13, 14).all()
    np.testing.assert_allclose(matched["floor"], 1 / (matched["years"] + 1))
    assert (matched["p"] >= matched["floor"] - 1e-12).all()


def test_a_decision_without_months_after_it_is_left_out(matched, decisions):
    assert "D040" in set(decisions["decision_id"])
    assert "D040" not in matched.index


def test_the_decision_month_belongs_to_neither_side():
    values = pd.Series(10.0, index=pd.period_range("2010-01", "2010-12", freq="M"))
    month = pd.Period("2010-06", "M")
    values[month] = 1e6
    assert compare.change(values, month) == 0.0
    values[month + 1] = 80.0
    assert compare.change(values, month, 1) == pytest.approx(math.log(8))


def test_a_missing_month_makes_the_change_missing():
    values = pd.Series(10.0, index=pd.period_range("2010-01", "2010-12", freq="M"))
    values[pd.Period("2010-08", "M")] = np.nan
    assert math.isnan(compare.change(values, pd.Period("2010-06", "M")))
    assert math.isnan(compare.change(values, pd.Period("2010-11", "M")))


def test_counts_get_half_an_event_on_each_side():
    values = pd.Series(0.0, index=pd.period_range("2010-01", "2010-12", freq="M"))
    month = pd.Period("2010-06", "M")
    assert compare.change(values, month, counts=True) == 0.0
    values[month + 2] = 4
    assert compare.change(values, month, counts=True) == pytest.approx(math.log(4.5 / 0.5))


def test_zeros_are_refused_where_logarithms_are_taken():
    values = pd.Series(0.0, index=pd.period_range("2010-01", "2010-12", freq="M"))
    with pytest.raises(ValueError, match="counts=True"):
        compare.change(values, pd.Period("2010-06", "M"))


def _yearly(sizes: list[float]) -> pd.Series:
    """Series in which the change at June is the logarithm of the given size, year by year."""
    index = pd.period_range("2001-01", periods=12 * len(sizes), freq="M")
    factor = np.repeat(sizes, 12)
    return pd.Series(np.where(index.month > 6, factor, 1.0), index=index)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0.2, 5.0), min_size=6, max_size=14, unique=True))
def test_the_smallest_extreme_ratio_is_the_edge_of_the_most_extreme_rank(sizes):
    at = pd.Period("2001-06", "M")
    limits = compare.season_matched(_yearly(sizes), at)
    others = math.exp(np.median(np.log(sizes[1:])))
    for edge, beyond, within in ((limits["rise"], 1.001, 0.99), (limits["fall"], 0.999, 1.01)):
        out = compare.season_matched(_yearly([others * edge * beyond, *sizes[1:]]), at)
        assert out["p"] == pytest.approx(out["floor"])
        inside = compare.season_matched(_yearly([others * edge * within, *sizes[1:]]), at)
        assert inside["p"] > inside["floor"] + 1e-9 or math.isclose(edge, 1, abs_tol=0.02)


def test_ranks_are_uniform_when_nothing_happens():
    rng = np.random.default_rng(1)
    at = pd.Period("2001-06", "M")
    p = [compare.season_matched(_yearly(np.exp(rng.normal(size=15))), at)["p"] for _ in range(400)]
    assert np.mean(np.array(p) <= 1 / 15 + 1e-9) == pytest.approx(1 / 15, abs=0.035)
    assert np.mean(np.array(p) <= 0.5) == pytest.approx(7 / 15, abs=0.07)


def test_a_change_shared_by_all_years_is_taken_out(decisions):
    index = pd.period_range("2007-01", "2021-08", freq="M")
    season = pd.Series(100.0 * (1 + np.isin(index.month, [5, 6, 7])), index=index)
    table = compare.season_matched_table(season, decisions)
    assert table["raw"].max() > 1.5
    np.testing.assert_allclose(table["matched"], 1)
    paths, fan = compare.epochs(season, table)
    np.testing.assert_allclose(paths["value"], 0, atol=1e-12)
    np.testing.assert_allclose(fan["median"], 0, atol=1e-12)


def test_an_empty_set_of_decisions_says_what_to_widen(deaths, decisions):
    early = decisions[decisions["date_kabul"] < "2007-03-01"]
    with pytest.raises(EmptySelectionError, match="Widen start and end"):
        compare.season_matched_table(deaths, early)


def test_epochs_keep_every_decision_and_drop_months_after_the_end(deaths, decisions):
    table = compare.season_matched_table(deaths, decisions)
    paths, fan = compare.epochs(deaths, table, draws=99)
    assert set(paths["decision_id"]) == set(table["decision_id"])
    last = paths[paths["decision_id"] == "D037"]["lag"].max()
    assert last == 4, "April 2021 has four months to the end of the study"
    assert fan.set_index("lag")["n"].loc[[4, 5, 6]].tolist() == [12, 11, 11]
    assert (fan["low"] <= fan["median_low"]).all()
    assert (fan["median_high"] <= fan["high"]).all()


def test_epochs_are_the_same_on_each_run(deaths, decisions):
    table = compare.season_matched_table(deaths, decisions)
    first, second = (compare.epochs(deaths, table, draws=50)[1] for _ in range(2))
    pd.testing.assert_frame_equal(first, second)


def test_leaving_one_out_moves_the_median_only_a_little(deaths, decisions):
    table = compare.season_matched_table(deaths, decisions)
    left = compare.leave_one_out(compare.epochs(deaths, table, draws=9)[0])
    assert left["left_out"].tolist() == ["", *sorted(table["decision_id"])]
    assert left["ratio"].between(0.9, 1.25).all()
    assert left["ratio"].nunique() > 1


def test_offensives_are_compared_although_months_are_empty(decisions):
    events = tables.load("events")
    events = series.count_level(events[events["in_scope"]], "child")
    counts = series.monthly_events(events, MONTHS)
    assert (counts == 0).any()
    table = compare.season_matched_table(counts, decisions, counts=True)
    assert list(compare.extremes(table)["decision_id"]) == ["D037"]


@pytest.mark.parametrize(
    ("era", "ratio"), [("2007-09", 3.36), ("2010-14", 2.46), ("2015-19", 1.85)]
)
def test_the_season_flattens_as_published(deaths, era, ratio):
    row = compare.peak_to_trough(deaths, draws=99).set_index("era").loc[era]
    assert row["ratio"] == pytest.approx(ratio, abs=0.05)
    assert row["low"] <= row["ratio"] <= row["high"]


def test_an_era_too_short_for_an_interval_has_none(deaths):
    row = compare.peak_to_trough(deaths, draws=9).set_index("era").loc["2020-21"]
    assert row["months"] == 20
    assert math.isnan(row["low"]) and math.isnan(row["chance"])


def test_a_season_is_told_from_shifted_years():
    index = pd.period_range("2007-01", "2020-12", freq="M")
    rng = np.random.default_rng(3)
    noise = np.exp(rng.normal(0, 0.3, len(index)))
    wave = 1 + 0.6 * np.sin(2 * np.pi * index.month / 12)
    for values, real in ((noise * wave, True), (noise, False)):
        whole = compare.peak_to_trough(pd.Series(values, index=index), draws=199)
        row = whole.set_index("era").loc["all full years"]
        assert (row["ratio"] > row["chance"]) == real


def test_rank_correlation_has_an_interval_and_a_smallest_detectable_value():
    x = np.arange(10)
    found = compare.rank_correlation(x, x**3)
    assert found["rho"] == pytest.approx(1) and found["n"] == 10
    assert found["detectable"] == pytest.approx(0.785, abs=0.01)
    weak = compare.rank_correlation(x, np.array([3, 1, 4, 1.5, 9, 2.6, 5, 3.5, 8, 7]))
    assert weak["low"] < weak["rho"] < weak["high"]
    assert math.isnan(compare.rank_correlation(x[:3], x[:3])["rho"])


def test_every_study_year_has_an_era():
    assert [compare.era(y) for y in (2007, 2009, 2010, 2014, 2015, 2019, 2020, 2021)] == [
        "2007-09", "2007-09", "2010-14", "2010-14", "2015-19", "2015-19", "2020-21", "2020-21",
    ]  # fmt: skip


def test_changes_in_words_have_true_signs_and_no_signed_zero():
    words = {0.46: "−54%", 1.25: "+25%", 8.02: "×8.0", 1.001: "0%", 0.999: "0%", 3.18: "+218%"}
    assert {ratio: compare.percent(ratio) for ratio in words} == words
    assert compare.percent(math.nan) == "not known"


def test_a_single_decision_leaves_no_range_and_no_verdict_against_it():
    left = pd.DataFrame({"left_out": ["", "D1"], "ratio": [1.2, math.nan]})
    fan = pd.DataFrame({"lag": [1], "median_low": [math.nan], "median_high": [math.nan]})
    found = compare.spread(left, fan)
    assert found["left_out_range"] == "not known"
    assert found["median_verdict"] == "cannot be told from none"
    far = fan.assign(median_low=-0.05, median_high=0.05)
    assert "outside" in compare.spread(left, far)["median_verdict"]


def test_what_could_have_passed_follows_from_the_floors():
    assert "could have reached q 0.10: 9 of 12" in compare.ranks_words(9, 12)
    assert "not even all" in compare.ranks_words(5, 4)
    assert "single one that ranks first could" in compare.ranks_words(1, 12)
    few = compare.ranks_limit(9, 12)
    assert few.startswith("9 of the 12 dates would have to rank first") and "fewer could not" in few
    assert "not even all 4 dates" in compare.ranks_limit(5, 4)
    assert "not even a first rank" in compare.ranks_limit(2, 1)
    assert "fixed" not in compare.ranks_limit(1, 12)


def test_the_fewest_first_ranks_that_can_pass_are_those_with_most_other_years():
    floors = pd.DataFrame({"floor": [0.05, 0.05, 0.5, 0.5]})
    assert compare.ranks_needed(floors) == 2, "two at 0.05 of four looks give q 0.10"
    assert compare.ranks_needed(floors.assign(floor=0.5)) == 5, "more than there are"
    assert compare.ranks_needed(floors.assign(floor=0.02)) == 1


def test_headline_dates_left_out_are_named_with_the_reason(deaths, decisions):
    table = compare.season_matched_table(deaths, decisions)
    said = compare.left_out_words(decisions, table, deaths)
    missing = len(decisions) - len(table)
    assert said.startswith(f"{len(table)} of the {len(decisions)} headline dates can be compared")
    assert missing == 1 and "left out: Taliban enter Kabul, August 2021 (no months after" in said
    assert "left out" not in compare.left_out_words(
        decisions[decisions["decision_id"].isin(table["decision_id"])], table, deaths
    )
    short = deaths[:"2021-06"]
    late = compare.season_matched_table(short, decisions)
    said = compare.left_out_words(decisions, late, short)
    assert "April 2021 (2 of 3 months after it)" in said and "1 outside the period" in said


def test_dates_a_few_months_apart_are_said_to_share_months(decisions, deaths):
    table = compare.season_matched_table(deaths, decisions)
    assert "November 2020 and April 2021 share" in compare.headline(table)["shared_months"]
    assert compare.headline(table)["n_sharing"] == 2
    assert compare.headline(table, window_months=1)["n_sharing"] == 0
    assert "share no month" in compare.headline(table, window_months=1)["shared_months"]


def test_each_matched_change_has_the_raw_one_beside_it(decisions, deaths):
    found = compare.headline(compare.season_matched_table(deaths, decisions))
    assert found["extreme"].count("raw") == found["n_extreme"] == 3
    assert "November 2020 +117% (raw +25%)" in found["extreme"]


def test_the_kinds_of_the_dates_are_counted_in_words(decisions, deaths):
    table = compare.season_matched_table(deaths, decisions)
    words = compare.kinds_words(decisions, table)
    assert "2 announcements of areas handed over" in words and "1 agreement" in words
    one = compare.kinds_words(decisions, table[table["decision_id"] == "D003"])
    assert one == "1 announcement of more troops"


def test_looks_at_both_measures_are_counted_together(decisions, deaths):
    table = compare.season_matched_table(deaths, decisions)
    looks, lowest = compare.lowest_q({"a": table, "b": table.assign(p=1.0)})
    assert looks == 2 * len(table) and lowest > table["q"].min()


def test_the_season_answer_says_what_chance_reaches(deaths):
    found = compare.season_numbers(compare.peak_to_trough(deaths))
    assert found["eras_beyond_chance"] == "1 of 3 (2007-09)"
    assert "of 3 single eras one barely passes, 2007-09" in found["eras_alone"]
    assert "(3.4 against 3.3), as one may by luck" in found["season_heading"]
    assert found["season_heading"].startswith("Over all full years")
    short = compare.season_numbers(compare.peak_to_trough(deaths["2020-01":]))
    assert short["season_chance"] == "not known" and short["eras_alone"] == ""
    assert "too few full years" in short["season_heading"]


def _eras(*ratios):
    names = list(compare.ERAS)[: len(ratios)]
    return pd.DataFrame({"era": names, "ratio": ratios, "low": 1.1, "chance": 2.0})


def test_single_eras_that_pass_are_set_beside_what_luck_gives():
    words = {
        (3.0, 1.5, 1.5): "of 3 single eras one passes, 2007-09 (3.0 against 2.0), as one may",
        (2.02, 1.5, 1.5): "one barely passes, 2007-09 (2.02 against 2.00), as one may by luck",
        (1.5, 1.5, 1.5): "none of 3 single eras passes alone",
        (3.0, 3.0, 3.0): "each of 3 single eras passes alone",
        (3.0,): "",
    }
    for ratios, said in words.items():
        assert said in compare.beyond_chance(_eras(*ratios))
    two = compare.beyond_chance(_eras(3.0, 2.5, 1.5))
    assert "2 pass, 2007-09 (3.0 against 2.0) and 2010-14" in two and "luck" not in two
    assert compare.by_luck(1, 3) == pytest.approx(1 - 0.95**3)
    assert compare.by_luck(0, 1) == pytest.approx(0.05)


def test_luck_is_counted_over_the_eras_of_both_measures():
    said = compare.luck_words(_eras(3.0, 1.5, 1.5), _eras(1.5, 1.5, 1.5))
    assert "no era had a season and the looks were independent" in said
    assert "one or more of 3 would pass 14 times in 100" in said
    assert "one or more of all 6 looks, offensives included, 26 times" in said
    assert "the 1 would pass 5 times" in compare.luck_words(_eras(3.0), _eras(1.5))
    assert "long enough" in compare.luck_words(_eras(), _eras())


def test_the_answer_speaks_of_deaths_and_leaves_out_the_interval_that_leans(deaths, decisions):
    numbers = compare.season_numbers(compare.peak_to_trough(deaths, draws=199))
    table = compare.season_matched_table(deaths, decisions)
    said = compare.answer(numbers | compare.headline(table))
    assert said.startswith(
        "Recorded deaths have a season, and after 3 of 12 steps of troop policy they lay"
    )
    assert numbers["season_all"] not in said and "(95 of 100 random shifts: below" in said
    assert "the others are not shown to lack one" in said
    assert "(luck gives about 0.8; 2 of the 3 share months). Only rises" in said
    none = compare.answer(numbers | compare.headline(table) | {"eras_alone": "none of 3 passes"})
    assert "does not show that they lack one" in none


def test_the_numbers_of_the_answer_name_the_steps_and_not_the_eras_before_them(deaths, decisions):
    numbers = compare.season_numbers(compare.peak_to_trough(deaths, draws=99))
    table = compare.season_matched_table(deaths, decisions)
    said = compare.answer(numbers | compare.headline(table))
    assert "lack one. The 3 steps are February 2020" in said and "These are" not in said
    quiet = compare.headline(table.assign(p=1.0))
    assert "No step ranks first (luck gives" in compare.answer(numbers | quiet)
    one = compare.headline(table[table["decision_id"] == "D030"])
    assert "The step is February 2020" in compare.answer(numbers | one)


def test_the_example_of_the_season_counts_the_years_in_which_deaths_rose(deaths):
    alone = compare.season_alone(deaths).set_index("month")
    said = compare.season_example(deaths)
    name, rises, years = re.match(r"Around (\w+), .* in (\d+) of (\d+) years", said).groups()
    row = alone.loc[name[:3]]
    assert (int(rises), int(years)) == (row["rises"], row["years"])
    assert f"(median {row['change']})" in said
    found = [math.exp(compare.same_month_changes(deaths, n).median()) for n in range(1, 13)]
    assert compare.percent(max(found)) == row["change"]
    flat = pd.Series(5.0, index=MONTHS)
    assert "in 0 of" in compare.season_example(flat), "a level series rises in no year"
    assert "No year" in compare.season_example(deaths.iloc[:3])


def test_an_extreme_count_stands_beside_the_reports_of_its_year_and_of_the_others():
    reports = pd.Series({2019: 100, 2020: 150, 2021: 1000})
    dates = pd.DataFrame({"date": pd.to_datetime(["2021-04-14", "2021-07-02"])})
    said = compare.reporting_words(dates, reports)
    assert said == "2021 has 1,000 reports, the other years 100 to 150 each"
    both = pd.DataFrame({"date": pd.to_datetime(["2020-02-29", "2021-04-14"])})
    words = compare.reporting_words(both, reports)
    assert words.startswith("2020 has 150 reports and 2021 has 1,000 reports, the other years 100")
    assert compare.reporting_words(dates.head(0), reports) == "100 to 1,000 reports a year"


def test_an_answer_on_one_decision_speaks_of_one(deaths, decisions):
    one = compare.season_matched_table(
        deaths["2015-01":"2019-12"], decisions[decisions["decision_id"] == "D025"]
    )
    numbers = compare.season_numbers(compare.peak_to_trough(deaths["2015-01":"2019-12"], draws=99))
    said = compare.answer(numbers | compare.headline(one))
    assert "of 1 step of troop policy" in said and "could not have reached q 0.10" in said
    assert "single eras" not in said
