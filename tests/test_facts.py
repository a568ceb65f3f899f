"""Reference numbers, each a test with its tolerance and address."""

import pandas as pd
import pytest

from analysis.facts import (
    CHECKS,
    agree_words,
    agrees,
    capitals,
    heading,
    inexact,
    inexact_words,
    other_readings,
    read_facts,
    reading_words,
    scoreboard,
)
from analysis.tables import load

BOARD = scoreboard().set_index("fact_id")
TESTABLE = BOARD[BOARD["verdict"] != "not testable"]


@pytest.mark.parametrize("fact_id", TESTABLE.index)
def test_a_published_number_is_reproduced(fact_id):
    fact = TESTABLE.loc[fact_id]
    assert fact["verdict"] == "pass", (
        f"{fact['statement']}: published {fact['expected']} (tolerance {fact['tolerance']:g} "
        f"{fact['unit']}), found {fact['found']}"
    )


def test_a_fact_that_no_table_answers_says_what_would_be_needed():
    open_facts = BOARD[BOARD["verdict"] == "not testable"]
    assert (open_facts["why_not"] != "").all()


def test_every_check_is_used_and_every_named_check_exists():
    named = set(load("facts")["check"].dropna())
    assert named == set(CHECKS)


def test_a_value_outside_the_tolerance_fails():
    assert agrees(7423.0, "7423", 0)
    assert not agrees(7422.0, "7423", 0)
    assert agrees("2021-08-07", "2021-08-06", 1) and not agrees("2021-08-08", "2021-08-06", 1)
    assert not agrees("2019-10", "2019-09", 0)
    assert not agrees(None, "5", 100)


def test_33_capitals_fell_in_ten_days():
    rows = capitals()
    assert len(rows) == 33
    assert rows["adm1"].is_unique and "Panjshir" not in set(rows["adm1"])
    assert (rows["fell_earliest"] <= rows["fell_latest"]).all()


def test_a_pass_that_needs_its_tolerance_is_named_and_rounding_is_not():
    board = scoreboard()
    rows = inexact(board).set_index("fact_id")
    assert "SEED-02" in rows.index and "AIR-16" not in rows.index
    for row in rows.itertuples():
        assert row.found != row.expected
        assert row.expected in inexact_words(board)
    assert "None of them" in inexact_words(board.drop(inexact(board).index))


def test_a_reading_of_the_force_is_looked_up_where_its_label_says():
    rows = load("facts").set_index("fact_id")
    troops = rows[rows["check"] == "troops_near"]
    for fact in troops.itertuples():
        day = fact.argument.split(";")[1]
        assert day[:4] in fact.statement, fact.Index
    found = {f: CHECKS[rows.at[f, "check"]](*rows.at[f, "argument"].split(";"))
             for f in ("TRP-01", "TRP-02", "TRP-09")}  # fmt: skip
    own = load("troop_levels").query("force == 'US'")
    for fact_id, value in found.items():
        printed = own[own["source_id"] == rows.at[fact_id, "source_id"]]
        assert value in set(printed["persons"]), fact_id
    # What AP printed of mid-2010 is not the highest reading of that year.
    assert found["TRP-01"] < found["TRP-02"]
    press = own[own["source_id"] == rows.at["TRP-09", "source_id"]]
    assert set(press["series"]) == {"press_estimate"} and "press" in rows.at["TRP-09", "statement"]
    assert "official" not in rows.at["TRP-09", "statement"]


def test_the_heading_says_that_agreement_is_required_and_counts_what_fails():
    board = scoreboard()
    board = board[board["verdict"] != "fail"]
    passed, loose = (board["verdict"] == "pass").sum(), inexact(board)
    said = heading(board)
    assert said.startswith(f"All {passed} testable reference figures lie within their tolerance")
    assert f", {len(loose)} of them not exactly" in said
    read = loose["fact_id"].isin(read_facts()).sum()
    assert f"({read} under a reading that we chose); the project's tests require it" in said
    exact = board.drop(loose.index)
    assert "exactly" not in heading(exact) and "chose" not in heading(exact)
    few = exact[exact["verdict"] == "pass"].head(4)
    few = few.assign(verdict=["pass"] * 3 + ["fail"])
    assert heading(few) == "3 of 4 testable reference figures lie within their tolerance"
    assert agree_words(few).startswith("3 of 4")


def test_one_inexact_pass_is_told_in_the_singular():
    board = scoreboard()
    few = inexact(board).head(1)
    rest = board[board["verdict"] == "pass"].drop(inexact(board).index)
    assert "one of them passes only within its" in inexact_words(pd.concat([rest, few]))


def test_a_count_of_falls_grows_with_what_was_learnt_and_shrinks_with_proof():
    rows = other_readings("CTL-15").set_index(["known", "groups"])["found"]
    assert rows["2021-06-22", 2] <= rows["2021-06-22", 1] <= rows["now", 1]
    assert rows["2021-06-22", 2] <= rows["now", 2] <= rows["now", 1]
    found = float(BOARD.loc["CTL-15", "found"])
    assert found == rows.iloc[0], "the scoreboard's own reading comes first"
    assert f"{rows['now', 1]:.0f} with hindsight" in reading_words("CTL-15")
