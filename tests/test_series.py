import pandas as pd
import pytest

from analysis import series
from analysis.tables import load

INDEX = pd.period_range("2007-01", "2021-08", freq="M")


@pytest.fixture(scope="module")
def months():
    table = series.airpower_months(load("airpower"), INDEX, series.withheld_from(load("decisions")))
    return table.set_index("month")


def test_every_month_is_there_and_a_missing_one_is_missing(months):
    assert list(months.index) == list(INDEX)
    assert months.loc["2007-03", "weapons"] != months.loc["2007-03", "weapons"]
    unknown = months["status"].isin(["block", "withheld", "unseen"])
    assert months.loc[unknown, "weapons"].isna().all()
    assert months.loc[~unknown, "weapons"].notna().all()


def test_an_implied_month_is_a_published_sum_less_published_months(months):
    # 7,362 in 2018 less 5,982 to October and 841 in November (Military.com, Task & Purpose).
    assert months.loc["2018-12", "weapons"] == 7362 - 5982 - 841
    assert months.loc["2018-12", "status"] in ("implied", "seen")


def test_known_months_never_exceed_a_published_sum_and_meet_it_when_complete(months):
    rows = load("airpower")
    sums = rows[
        (rows["measure"] == series.AFCENT)
        & (rows["vintage"] == "current")
        & (rows["from_month"] < rows["to_month"])
    ]
    complete = 0
    for row in sums.itertuples():
        own = months.loc[row.from_month : row.to_month]
        own = own[own["status"].isin(["seen", "implied"])]
        total = own["weapons"].sum()
        # One later reading of a month may differ from the vintage of the sum by a few.
        assert total <= row.value + 5, row
        if len(own) == (row.to_month - row.from_month).n + 1:
            complete += 1
            assert abs(total - row.value) <= 5, row
    assert complete >= 2


def test_a_superseded_first_release_never_stands_for_the_month(months):
    assert months.loc["2017-09", "weapons"] == 414


def test_months_without_offensives_are_zero_and_the_sum_is_the_table():
    events = load("events").query("in_scope")
    counts = series.monthly_events(events, INDEX)
    assert len(counts) == len(INDEX)
    dated = (events["date_prec"] <= 4).sum()
    assert counts.sum() == dated


def test_a_level_never_counts_a_campaign_with_its_actions():
    events = load("events").query("in_scope")
    child = series.count_level(events, "child")
    parents = set(events["parent_event_id"].dropna())
    aggregates = child[child["event_id"].isin(parents) & child["target"].isin(series.AGGREGATES)]
    assert aggregates.empty
    parent = series.count_level(events, "parent")
    assert not parent["parent_event_id"].isin(parent["event_id"]).any()
    assert len(parent) < len(child)


def test_measures_are_never_joined(months):
    usfora = load("airpower").query("measure == 'usfora_air_and_artillery_strikes'")
    values = set(usfora["value"])
    assert not values & set(months["weapons"].dropna())


def test_plans_are_not_counts():
    steps = series.troop_steps(load("troop_levels"))
    assert set(steps["kind"]) == {"reported", "approximate"}
    assert "cap_or_target" not in set(steps["series"])


def test_a_quarter_without_a_reading_is_missing():
    quarters = series.quarterly_troops(
        load("troop_levels"), pd.Period("2018Q1"), pd.Period("2018Q2")
    )
    assert quarters.loc[quarters["readings"] == 0, "low"].isna().all()


@pytest.mark.parametrize(
    ("readings", "exact"),
    [([8204, 8200, 8200], 8204), ([3500, 3495, 3500], 3495), ([4500], 4500), ([8024, 8204, 8204],
     8204), ([1000, 2037], 1000)],
)  # fmt: skip
def test_a_rounded_reading_gives_way_to_the_one_it_rounds(readings, exact):
    assert series.most_exact(pd.Series(readings, dtype="Float64")) == exact
