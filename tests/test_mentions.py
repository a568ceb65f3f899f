"""Tests of the share of reports that mention a strike."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import mentions
from analysis.errors import EmptySelectionError
from analysis.intervals import share_interval
from analysis.mentions import Accuracy


def claims(*rows):
    """Claims on air from (event, source, value, as_of[, stance[, group]])."""
    table = pd.DataFrame(
        [
            {
                "event_id": r[0],
                "source_id": r[1],
                "field": "air",
                "value": r[2],
                "as_of": r[3],
                "stance": r[4] if len(r) > 4 else "affirms",
                "independence_group": r[5] if len(r) > 5 else r[1],
            }
            for r in rows
        ]
    )
    return table


MIXED = claims(
    ("E1", "S1", "reported_us", "2015-03-01"),
    ("E1", "S1", "not_mentioned", "2015-03-01"),
    ("E1", "S2", "not_mentioned", "2015-03-02"),
    ("E1", "S3", "text_not_seen", "2015-03-02"),
    ("E2", "S1", "denied", "2017-03-02"),
    ("E2", "S4", "reported_afghan", "2017-03-02"),
    ("E2", "S4", "reported_unspecified", "2017-03-02"),
    ("E2", "S5", "reported_us", "2017-03-02", "denies"),
)


def test_a_report_is_one_event_and_source_whose_text_was_seen():
    table = mentions.reports(MIXED)
    assert list(zip(table["event_id"], table["source_id"], strict=True)) == [
        ("E1", "S1"), ("E1", "S2"), ("E2", "S1"), ("E2", "S4"), ("E2", "S5"),
    ]  # fmt: skip
    assert table["mentions"].tolist() == [True, False, False, True, False]


def test_a_text_that_was_not_seen_is_no_report():
    assert mentions.reports(claims(("E1", "S1", "text_not_seen", "2015-03-01"))).empty


def test_claims_without_a_day_or_a_group_still_give_reports():
    bare = MIXED.drop(columns=["as_of", "independence_group"])
    table = mentions.reports(bare)
    assert len(table) == 5
    assert table["period"].isna().all() and table["groups"].isna().all()


def test_a_denial_never_counts_as_a_mention_of_a_strike():
    table = mentions.reports(MIXED).set_index(["event_id", "source_id"])
    assert table["denied"].tolist() == [False, False, True, False, True]
    assert not (table["denied"] & table["mentions"]).any()


def test_a_report_that_names_an_owner_in_one_voice_only_keeps_both():
    table = mentions.reports(MIXED).set_index(["event_id", "source_id"])
    assert table.loc[("E2", "S4"), ["afghan", "unspecified"]].all()


def test_copies_of_one_story_are_one_report_when_groups_are_counted():
    rows = claims(
        ("E1", "S1", "reported_us", "2015-03-01", "affirms", "afp"),
        ("E1", "S2", "reported_us", "2015-03-01", "affirms", "afp"),
        ("E1", "S3", "not_mentioned", "2015-03-01", "affirms", "ap"),
    )
    assert mentions.mention_shares(rows, unit="group")["share"][0] == 0.5
    assert mentions.mention_shares(rows)["share"][0] == 2 / 3


def overall(table):
    """Rows for any owner, by period."""
    table = table[table["actor"] == "any"]
    return table.set_index(table["period"].astype(str).rename("of"))


def test_years_without_a_report_are_missing_rows_and_not_zeros():
    table = overall(mentions.mention_shares(MIXED, by="year"))
    assert table["reports"].to_dict() == {"2015": 2, "2017": 3}


def test_a_statement_about_a_span_longer_than_the_period_is_left_unplaced():
    rows = claims(
        ("E1", "S1", "reported_us", "2015-03-01/2015-06-30"),
        ("E1", "S2", "not_mentioned", "2015-03-01"),
    )
    assert overall(mentions.mention_shares(rows, by="M"))["reports"].to_dict() == {"2015-03": 1}
    assert overall(mentions.mention_shares(rows, by="Y"))["reports"].to_dict() == {"2015": 2}


def test_the_period_is_that_of_the_event_where_events_are_given():
    day = pd.Timestamp("2009-08-20")
    events = pd.DataFrame(
        {"event_id": ["E1"], "date_start_earliest": [day], "date_start_latest": [day],
         "date_prec": [1]}
    )  # fmt: skip
    table = overall(mentions.mention_shares(MIXED, events, "quarter"))
    assert table["reports"].to_dict() == {"2009Q3": 2}


def test_shares_by_actor_count_a_report_under_each_owner_it_names():
    rows = claims(
        ("E1", "S1", "reported_us", "2015-03-01"), ("E1", "S1", "reported_afghan", "2015-03-01")
    )
    table = mentions.mention_shares(rows, by="Y").set_index("actor")
    assert table["mentions"].to_dict() == {
        "any": 1, "us": 1, "international": 0, "afghan": 1, "unspecified": 0,
    }  # fmt: skip


def test_no_report_gives_an_empty_table_with_its_columns():
    for rows in (MIXED.iloc[:0], claims(("E1", "S1", "not_mentioned", None))):
        table = mentions.mention_shares(rows)
        assert table.empty and "share" in table
        assert mentions.event_shares(rows).empty


@pytest.mark.parametrize(("name", "value"), [("by", "week"), ("unit", "page")])
def test_an_unknown_choice_is_refused_with_what_there_is(name, value):
    with pytest.raises(ValueError, match=f"{value!r}: choose"):
        mentions.reports(MIXED, **{name: value})


def test_event_shares_carry_the_reports_per_event():
    table = mentions.event_shares(MIXED)
    assert table["mentioned"].tolist() == [1, 1]
    assert table["reports_per_event"].tolist() == [2.0, 3.0]


def test_reports_that_repeat_each_other_widen_the_interval():
    rows = [(f"E{e}", f"S{s}", "reported_us" if e < 5 else "not_mentioned", "2015-03-01")
            for e in range(20) for s in range(5)]  # fmt: skip
    row = mentions.mention_shares(claims(*rows)).iloc[0]
    # Five equal reports an event tell as much as one: about sqrt(5) times the width.
    ratio = (row["high_clustered"] - row["low_clustered"]) / (row["high"] - row["low"])
    assert 1.9 < ratio < 2.4


@given(st.integers(0, 80), st.integers(1, 80), st.sampled_from([0.8, 0.95, 0.99]))
def test_the_wilson_interval_agrees_with_the_library(yes, more, level):
    n = yes + more
    assert mentions.wilson(yes / n, n, level) == pytest.approx(share_interval(yes, n, level))


@given(
    st.lists(
        st.tuples(
            st.integers(0, 6),
            st.integers(0, 6),
            st.sampled_from(["reported_us", "reported_afghan", "not_mentioned", "denied"]),
            st.integers(2007, 2012),
        ),
        min_size=1,
        max_size=60,
    )
)
@settings(max_examples=50, deadline=None)
def test_shares_add_up_over_years_whatever_the_claims(rows):
    table = claims(*[(f"E{e}", f"S{s}", value, f"{y}-05-05") for e, s, value, y in rows])
    shares = overall(mentions.mention_shares(table))
    seen = mentions.reports(table, by="year")
    assert shares["reports"].sum() == len(seen) == len({(e, s) for e, s, _, _ in rows})
    assert shares["mentions"].sum() == seen["mentions"].sum()
    full = shares
    # The library's Wilson ends miss 0 and 1 by a rounding error.
    slack = 1e-12
    assert (full["low"] <= full["share"] + slack).all()
    assert (full["share"] <= full["high"] + slack).all()
    assert (full["low_clustered"] <= full["low"] + 1e-12).all()
    assert (full["high_clustered"] >= full["high"] - 1e-12).all()


# --- corpora ------------------------------------------------------------------------------


def test_corpus_counts_sum_into_quarters():
    counts = pd.DataFrame(
        {
            "month": ["2015-01", "2015-03", "2015-10"],
            "documents": [10, 30, 0],
            "with_strike": [1, 3, 0],
            "strike_mentions": [2, 6, 0],
        }
    )
    table = mentions.corpus_shares(counts, by="quarter")
    assert table["reports"].tolist() == [40]
    assert table["share"].tolist() == [0.1]
    assert table["per_report"].tolist() == [0.2]


# --- correction ---------------------------------------------------------------------------


def test_a_perfect_instrument_needs_no_correction():
    perfect = Accuracy(1.0, 1.0, 10**6, 10**6)
    point, low, high = mentions.rogan_gladen(30, 100, perfect)
    assert point == pytest.approx(0.3)
    assert (low, high) == pytest.approx(share_interval(30, 100), abs=0.01)


def test_the_correction_undoes_the_error_it_knows():
    truth = 0.2
    measured = truth * 0.9 + (1 - truth) * 0.05
    point, low, high = mentions.rogan_gladen(
        round(measured * 10**5), 10**5, Accuracy(0.9, 0.95, 500, 500)
    )
    assert point == pytest.approx(truth, abs=1e-4)
    assert low < truth < high


def test_an_instrument_no_better_than_chance_is_refused():
    with pytest.raises(ValueError, match="tells nothing"):
        mentions.rogan_gladen(3, 10, Accuracy(0.4, 0.6, 10, 10))


def test_fewer_labelled_texts_give_a_wider_corrected_interval():
    widths = []
    for labelled in (10, 100, 1000):
        _, low, high = mentions.rogan_gladen(300, 1000, Accuracy(0.9, 0.9, labelled, labelled))
        widths.append(high - low)
    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize("truth", [0.05, 0.2, 0.5])
def test_the_corrected_interval_covers_the_truth_about_as_often_as_it_says(truth):
    rng = np.random.default_rng(7)
    sensitivity, specificity, positives, negatives, n = 0.9, 0.97, 40, 300, 500
    hits, rounds = 0, 800
    for _ in range(rounds):
        accuracy = Accuracy(
            rng.binomial(positives, sensitivity) / positives,
            rng.binomial(negatives, specificity) / negatives,
            positives,
            negatives,
        )
        share = truth * sensitivity + (1 - truth) * (1 - specificity)
        _, low, high = mentions.rogan_gladen(rng.binomial(n, share), n, accuracy)
        hits += low <= truth <= high
    assert 0.925 <= hits / rounds <= 0.99


def test_correct_adds_three_columns_and_keeps_empty_periods_empty():
    shares = pd.DataFrame({"mentions": [5, 0], "reports": [50, 0]})
    table = mentions.correct(shares, Accuracy(0.9, 0.99, 30, 300))
    assert table["corrected"][0] == pytest.approx((0.1 - 0.01) / 0.89)
    assert table["corrected_low"].isna().tolist() == [False, True]


def test_reports_that_repeat_each_other_widen_the_corrected_interval_too():
    accuracy = Accuracy(0.625, 0.99, 16, 150)
    free = pd.DataFrame({"mentions": [18], "reports": [76]})
    alike = mentions.correct(free.assign(effective=27.8), accuracy).iloc[0]
    independent = mentions.correct(free, accuracy).iloc[0]
    assert alike["corrected"] == pytest.approx(independent["corrected"])
    assert alike["corrected_low"] < independent["corrected_low"]
    assert alike["corrected_high"] > independent["corrected_high"]
    low, high = mentions.wilson(18 / 76, 27.8)
    # A correction adds doubt and takes none away.
    assert alike["corrected_high"] - alike["corrected_low"] > high - low


# --- severity -----------------------------------------------------------------------------


def world(rng, wide_share, narrow_share, events=120):
    rows = []
    for e in range(events):
        groups = 1 + e % 4
        share = wide_share if groups >= 3 else narrow_share
        for g in range(groups):
            value = "reported_us" if rng.random() < share else "not_mentioned"
            rows.append((f"E{e}", f"S{e}_{g}", value, f"{2010 + e % 3}-05-05", "affirms", f"g{g}"))
    return claims(*rows)


def test_the_severity_contrast_finds_a_difference_that_is_there():
    found = mentions.severity_contrast(world(np.random.default_rng(1), 0.5, 0.1))
    assert found["low"] > 0
    assert found["odds_low"] > 1
    assert found["low"] <= found["difference"] <= found["high"]


def test_the_severity_contrast_rarely_finds_a_difference_that_is_not_there():
    found = [
        mentions.severity_contrast(world(np.random.default_rng(k), 0.2, 0.2), draws=199)
        for k in range(40)
    ]
    false = sum(not f["low"] <= 0 <= f["high"] for f in found)
    assert false <= 6


def test_severity_is_refused_where_all_events_fall_on_one_side():
    with pytest.raises(EmptySelectionError, match="nothing to compare"):
        mentions.severity_contrast(MIXED[MIXED["event_id"] == "E1"])


def test_severity_shares_count_groups_and_not_pages():
    rows = claims(
        *[("E1", f"S{k}", "not_mentioned", "2015-03-01", "affirms", "afp") for k in range(4)]
    )
    table = mentions.severity_shares(rows)
    assert table[["groups", "reports"]].to_numpy().tolist() == [["1", 1]]


def changing(rng, before, last, events=160):
    """Events of 2010 to 2013, every other one told by three groups; shares of (wide, narrow)."""
    rows = []
    for e in range(events):
        year, wide = 2010 + e % 4, e // 4 % 2 == 0
        share = (last if year == 2013 else before)[0 if wide else 1]
        for g in range(3 if wide else 1):
            value = "reported_us" if rng.random() < share else "not_mentioned"
            rows.append((f"E{e}", f"S{e}_{g}", value, f"{year}-05-05", "affirms", f"g{g}"))
    return claims(*rows)


def test_a_change_that_is_everywhere_does_not_fade():
    world = changing(np.random.default_rng(2), (0.6, 0.6), (0.1, 0.1))
    fade = mentions.severity_fade(world).set_index("group")
    assert fade.attrs["year"] == 2013
    assert fade.loc["wide", "high"] < 0 and fade.loc["narrow", "high"] < 0
    assert fade.loc["wide - narrow", "low"] <= 0 <= fade.loc["wide - narrow", "high"]
    words = mentions.severity_words(world, None)
    assert "points among widely reported events" in words["fade_verdict"]
    assert "former" not in words["fade_verdict"]
    # The words carry the difference, and a doubt that no interval holds.
    difference = words["fade_gap"].replace(" points (", ", ").removesuffix(")")
    assert f"(difference {difference})" in words["fade_verdict"]
    assert words["fade_verdict"].endswith("pages that list many events can make such a change")


@pytest.mark.parametrize(
    ("seed", "shares", "events", "power"),
    [(2, ((0.6, 0.6), (0.1, 0.1)), 400, "at least as often"),
     (5, ((0.5, 0.5), (0.45, 0.45)), 40, "less often")],
)  # fmt: skip
def test_power_is_said_as_how_often_and_not_as_a_limit(seed, shares, events, power):
    world = changing(np.random.default_rng(seed), *shares, events=events)
    fade = mentions.severity_fade(world).set_index("group")
    found = fade.loc["wide - narrow", "detectable"] <= abs(fade.loc["narrow", "change"])
    assert found == (power == "at least as often"), "the world must be the one that is meant"
    assert mentions.severity_words(world, None)["fade_power"].endswith(power)


def test_a_change_that_only_poor_reporting_makes_fades():
    world = changing(np.random.default_rng(3), (0.4, 0.9), (0.4, 0.05), events=400)
    fade = mentions.severity_fade(world).set_index("group")
    assert fade.loc["wide", "low"] <= 0 <= fade.loc["wide", "high"]
    assert fade.loc["wide - narrow", "low"] > 0
    words = mentions.severity_words(world, None)
    assert "among the former it cannot be told from none" in words["fade_verdict"]
    partly = changing(np.random.default_rng(4), (0.7, 0.95), (0.4, 0.05), events=600)
    assert "smaller among the former" in mentions.severity_words(partly, None)["fade_verdict"]


def test_severity_words_say_so_where_one_year_leaves_nothing_to_compare():
    with pytest.raises(EmptySelectionError, match="Widen start and end"):
        mentions.severity_fade(MIXED[MIXED["event_id"] == "E1"])
    words = mentions.severity_words(MIXED[MIXED["event_id"] == "E1"], None)
    assert words["fade_gap"] == words["severity_gap"] == "not known"


def test_reports_of_one_event_that_all_agree_count_as_one():
    alike = claims(*[("E1", f"S{k}", "reported_us", "2015-03-01") for k in range(9)])
    row = mentions.mention_shares(alike).iloc[0]
    assert row["effective"] == 1 and row["low_clustered"] < row["low"]
    apart = claims(*[(f"E{k}", f"S{k}", "reported_us", "2015-03-01") for k in range(9)])
    assert mentions.mention_shares(apart).iloc[0]["effective"] == 9


@given(st.integers(0, 40), st.integers(1, 40))
def test_the_beta_interval_agrees_with_the_library(yes, more):
    from statsmodels.stats.proportion import proportion_confint

    n = yes + more
    found = mentions.exact(yes / n, n)
    assert found == pytest.approx(proportion_confint(yes, n, method="beta"), abs=1e-9)


def test_mentions_per_report_come_with_their_interval():
    counts = pd.DataFrame(
        {"month": ["2010-01", "2010-02"], "documents": [10, 30], "with_strike": [2, 3],
         "strike_mentions": [4, 6]}
    )  # fmt: skip
    row = mentions.corpus_shares(counts, "year").iloc[0]
    assert row["per_report"] == 10 / 40
    assert row["per_report_low"] == pytest.approx(4.795 / 40, abs=1e-4)
    assert row["per_report_high"] == pytest.approx(18.390 / 40, abs=1e-4)


def test_a_list_that_tells_of_many_events_is_one_source():
    listed = [(f"E{k}", "S1", "not_mentioned", "2015-03-01") for k in range(30)]
    own = [(f"F{k}", f"T{k}", "reported_us", "2015-03-01") for k in range(10)]
    row = mentions.mention_shares(claims(*listed, *own)).iloc[0]
    assert row["reports"] == 40 and row["effective"] < 15
    spread = [(f"E{k}", f"S{k}", "not_mentioned", "2015-03-01") for k in range(30)]
    assert mentions.mention_shares(claims(*spread, *own)).iloc[0]["effective"] > 35


def test_a_year_is_also_counted_without_its_lists():
    day = pd.Timestamp("2015-03-01")
    listed = [(f"E{k}", "S1", "not_mentioned", "2015-03-01") for k in range(30)]
    own = [(f"E{k}", f"T{k}", "reported_us", "2015-03-01") for k in range(10)]
    events = pd.DataFrame({"event_id": [f"E{k}" for k in range(30)], "date_start_earliest": day,
                           "date_start_latest": day, "date_prec": 1})  # fmt: skip
    found = mentions.without_lists(claims(*listed, *own), events)
    assert (found["list_sources"], found["list_reports"]) == ("1", "30")
    assert found["list_with"].startswith("25%") and found["list_without"].startswith("100%")
    assert mentions.without_lists(claims(*listed), events)["list_without"] == "not known"


def test_two_shares_are_apart_only_beyond_the_doubt_of_both():
    def share(p, low, high):
        return pd.Series({"share": p, "low_clustered": low, "high_clustered": high})

    assert mentions.apart(share(0.25, 0.12, 0.44), share(0.03, 0.02, 0.06))
    assert not mentions.apart(share(0.25, 0.12, 0.44), share(0.24, 0.13, 0.40))
    assert not mentions.apart(share(0.24, 0.13, 0.40), share(0.25, 0.12, 0.44))


def test_points_have_true_signs_and_none_on_a_zero():
    assert mentions._points(-0.001, -0.06, 0.06) == "0 points (\u22126 to +6)"
