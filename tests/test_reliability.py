import pandas as pd
import pytest

from analysis.dates import parse_window
from analysis.reliability import (
    WEAK,
    agreement,
    air_accuracy,
    field_agreement,
    field_words,
    gap,
    headline,
    kappa,
    pairs,
)
from analysis.tables import load


@pytest.fixture(scope="module")
def table():
    return agreement().set_index("measure")


def test_a_fifth_of_the_offensives_was_drawn_and_most_reports_were_seen_again():
    drawn, inside = load("second_coding"), load("events").query("in_scope")
    assert drawn["event_id"].nunique() >= 0.20 * len(inside)
    assert drawn["found"].mean() > 0.8
    assert pairs()["event_id"].nunique() >= 0.20 * len(inside), "a fifth was coded twice"
    assert len(pairs()) == drawn["found"].sum()


def test_kappa_is_one_for_equal_codings_and_about_zero_for_unrelated_ones():
    first = pd.Series(["a", "b", "a", "b"] * 25)
    assert kappa(first, first) == 1
    assert abs(kappa(first, first.sample(frac=1, random_state=1, ignore_index=True))) < 0.25


def test_kappa_matches_the_textbook_table():
    # Cohen's own arithmetic: 45 + 25 agree of 100, marginals 60/40 and 70/30.
    first = ["y"] * 45 + ["y"] * 15 + ["n"] * 15 + ["n"] * 25
    second = ["y"] * 45 + ["n"] * 15 + ["y"] * 15 + ["n"] * 25
    assert kappa(pd.Series(first), pd.Series(second)) == pytest.approx((0.70 - 0.52) / 0.48)


def test_class_outcome_and_air_agree_better_than_weakly():
    table = agreement()
    coded = table[table["measure"] == "Cohen's kappa"].set_index("field")
    for field in ("target", "outcome", "air"):
        assert coded.loc[field, "value"] >= WEAK, field
        assert coded.loc[field, "low"] <= coded.loc[field, "value"] <= coded.loc[field, "high"]


def test_the_verdict_goes_by_the_lower_end_and_every_weak_field_is_named():
    table = agreement()
    judged = table[table["verdict"] != ""]
    assert ((judged["low"] < WEAK) == (judged["verdict"] == "weak")).all()
    coded = table[table["measure"] == "Cohen's kappa"].set_index("field")
    found = headline(table)
    row = coded.loc["resistance"]
    said = field_words("resistance")
    assert said.startswith(f"kappa {row['value']:.2f} (") and "good enough" not in said
    assert f"over {row['reports']} reports on events of all kinds" in said
    assert ("reaches below" in said) == (row["verdict"] == "weak") != ("lies above" in said)
    assert said.endswith(f"the limit of {WEAK:.2f} that we set")
    assert (judged["measure"] == "Cohen's kappa").all(), "the alpha of dates is disowned"
    for field, row in coded.iterrows():
        assert (f"{field} (kappa" in found["weak_fields"]) == (row["low"] < WEAK), field
    assert found["weak_below"] == f"{WEAK:.2f}"
    strong = headline(table.assign(verdict="good enough"))
    assert strong["weak_fields"] == "no field is weak"
    assert (
        " is weak: treat tables by this field"
        in headline(
            table.assign(
                verdict=(table["field"] == "air").map({True: "weak", False: "good enough"})
            )
        )["weak_fields"]
    )
    assert found["air_both"] <= found["air_second"]
    assert found["reports_drawn"] == found["reports_coded_twice"] + found["reports_not_found"]


def test_start_dates_agree_within_a_week(table):
    assert table.loc["share within 7 days", "agree"] >= 0.95
    assert table.loc["share within 1 day", "agree"] <= table.loc["share within 7 days", "agree"]


def test_windows_that_share_a_day_have_no_gap():
    first, second = parse_window("2021-07-01/2021-07-05"), parse_window("2021-07-05/2021-07-09")
    assert gap(first, second) == 0
    assert gap(first, parse_window("2021-07-08")) == 3 == gap(parse_window("2021-07-08"), first)


def test_the_second_coder_measures_the_first_on_strike_mentions():
    table = pairs()
    first, second = (table[f"air_{w}"].str.startswith("reported_") for w in ("first", "second"))
    found = air_accuracy()
    assert found.n_sensitivity + found.n_specificity == len(table)
    assert found.sensitivity * found.n_sensitivity == pytest.approx((first & second).sum())
    assert found.specificity * found.n_specificity == pytest.approx((~first & ~second).sum())
    assert found.sensitivity + found.specificity > 1


def test_one_field_alone_agrees_as_it_does_among_all(table):
    one = field_agreement("resistance")
    row = table[table["field"] == "resistance"].iloc[0]
    assert one["value"] == row["value"] and one["verdict"] == row["verdict"]
    assert (one["low"], one["high"]) == (row["low"], row["high"])
