"""Published numbers, each a test with its tolerance and address."""

import pytest

from analysis.facts import CHECKS, agrees, capitals, inexact, inexact_words, scoreboard
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
