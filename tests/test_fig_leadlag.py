"""The figure of lead and lag says what its table holds."""

import numpy as np
import pandas as pd
import pytest

from analysis import fig_leadlag, leadlag, simulations
from analysis.errors import EmptySelectionError

WAR = pd.period_range("2007-01", "2021-07", freq="M")


@pytest.fixture(scope="module")
def monthly():
    rng = np.random.default_rng(1)
    weapons, deaths = simulations.pair(rng, WAR, link=0.7)
    offensives = simulations.monthly_counts(rng, WAR, 4, 2.5)
    known = (pd.Period("2015-01") <= WAR) & (pd.Period("2019-12") >= WAR)
    return pd.DataFrame({"offensives": offensives, "deaths": deaths,
                         "weapons": weapons.where(known)})  # fmt: skip


@pytest.fixture(scope="module")
def table(monthly):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(leadlag, "PERMUTATIONS", 199)
        return fig_leadlag.data(monthly)


def test_each_pair_has_thirteen_lags_and_no_more_pairs_than_known_months(table, monthly):
    assert (table.groupby("pair").size() == 13).all()
    weapons = table[table["x"] == "weapons"]
    assert (weapons["n"] <= monthly["weapons"].notna().sum()).all()


def test_a_link_put_in_is_named_in_the_title(table):
    assert "weapons and deaths move in the same month" in fig_leadlag.finding(table).lower()


def test_a_pair_too_thin_is_named_with_its_reason_and_the_others_are_shown(monthly, monkeypatch):
    monkeypatch.setattr(leadlag, "PERMUTATIONS", 99)
    table = fig_leadlag.data(monthly.assign(offensives=0.0))
    notes = table.loc[table["r"].isna(), "note"]
    assert len(notes) == 2 and notes.str.contains("offensives").all()
    drawing = fig_leadlag.draw(table)
    assert "cannot be compared" in drawing.title


def test_nothing_to_show_is_an_error_with_what_to_do(monthly):
    with pytest.raises(EmptySelectionError, match="Widen"):
        fig_leadlag.data(monthly.iloc[:18])


def test_the_stems_drawn_are_the_rows_of_the_table(table):
    fig = fig_leadlag.draw(table).fig
    for ax, (_, rows) in zip(fig.axes, table.groupby("pair", sort=False), strict=True):
        drawn = ax.lines[-1].get_ydata()
        assert np.allclose(drawn, rows["r"])


def test_looks_are_counted_over_the_pairs_shown(table):
    edge = table.copy()
    own = edge["pair"] == "Weapons and deaths"
    edge.loc[own, "p_joint"] = 0.04
    row = fig_leadlag.verdicts(edge).set_index("pair").loc["Weapons and deaths"]
    assert row["p_pairs"] == pytest.approx(0.12) and not row["passes"]
    assert "weapons and deaths move" not in fig_leadlag.finding(edge).lower()
    assert "weapons and deaths nothing can be told" in fig_leadlag.finding(edge).lower() or (
        "for weapons nothing can be told" in fig_leadlag.finding(edge)
    )
    alone = fig_leadlag.verdicts(edge[own]).iloc[0]
    assert alone["p_pairs"] == pytest.approx(0.04) and alone["passes"]


def test_the_looks_with_weapons_are_counted_in_words(table):
    words = fig_leadlag.looks(table)
    assert words.startswith("of 26 lags with weapons") and "over 3 pairs" in words
    none = table.assign(joint=1.0)
    assert "none lies outside" in fig_leadlag.looks(none)
    assert "no pair" in fig_leadlag.looks(table[table["x"] != "weapons"])


def test_shared_coverage_is_named_beside_offensives_and_deaths(table):
    linked = table.copy()
    rows = (linked["pair"] == "Offensives and deaths") & (linked["lag"] == 0)
    linked.loc[rows, "r"] = 0.9
    linked.loc[linked["pair"] == "Offensives and deaths", "p_joint"] = 0.001
    turns = pd.DataFrame({"pair": ["Offensives and deaths"], "directed": [False]})
    assert "shared coverage" in fig_leadlag.finding(linked)
    said = fig_leadlag.answer(linked, turns)
    assert "which shared coverage would also give" in said
    assert "the one pair that can be compared" in said


def _choices(*passes):
    names = ["as shown", "two independent sources"][: len(passes)]
    return pd.DataFrame({"pair": "Weapons and offensives", "choice": names, "n": 37, "r": 0.58,
                         "low": 0.28, "high": 0.77, "passes": passes})  # fmt: skip


def test_a_choice_that_lets_weapons_pass_is_named_with_what_it_carries():
    one = fig_leadlag.weapons_verdict(_choices(False, True))
    assert "Of 2 choices of rows for weapons and offensives one passes" in one
    assert "two independent sources, r 0.58, 0.28 to 0.77" in one and "do not carry" in one
    assert "as shown" not in one
    assert fig_leadlag.weapons_verdict(_choices(False, False)).endswith("none passes.")
    assert "thin ground" in fig_leadlag.weapons_verdict(_choices(True, True))
    assert "cannot be compared" in fig_leadlag.weapons_verdict(_choices())


def test_the_answer_names_a_choice_that_passes_where_the_figure_does_not(table):
    quiet = table.copy()
    quiet.loc[quiet["x"] == "weapons", ["p_joint", "joint"]] = [0.5, 1.0]
    turns = pd.DataFrame({"pair": ["Weapons and deaths"], "directed": [False]})
    said = fig_leadlag.answer(quiet, turns, _choices(False, True))
    words = "offensives one of 2 choices of rows passes in the same month (r 0.58)"
    assert f", for weapons and {words}" in said
    linked = quiet["pair"] == "Offensives and deaths"
    quiet.loc[linked, "p_joint"] = 0.001
    quiet.loc[linked & (quiet["lag"] == 0), "r"] = 0.9
    assert f", with {words}" in fig_leadlag.answer(quiet, turns, _choices(False, True))
    assert "choices" not in fig_leadlag.answer(quiet, turns, _choices(False, False))
    assert "choices" not in fig_leadlag.answer(quiet, turns)


def test_a_fitted_season_is_set_beside_the_plain_ratio_era_by_era(monthly):
    rng = np.random.default_rng(4)
    strong = monthly.assign(deaths=simulations.monthly_counts(rng, WAR, 500, 4.0, spread=0.1))
    fitted = fig_leadlag.seasons(strong)
    fitted = fitted[fitted["series"] == "deaths"]
    assert "passes in 3 of 3 cases, 3 of which the ratio of notebook 03 passes too" in (
        fig_leadlag.seasons_words(fitted, strong)
    )
    flat = strong.assign(deaths=100.0 + np.arange(len(WAR)) % 5)
    assert "none of which the ratio" in fig_leadlag.seasons_words(fitted, flat)
    none = fig_leadlag.seasons_words(fitted.assign(low=0.5), strong)
    assert none.endswith("passes in 0 of 3 cases")
    assert "in 1 of 1 case, " in fig_leadlag.seasons_words(fitted.tail(1), strong)
    assert "No series" in fig_leadlag.seasons_words(fitted.head(0), strong)


def test_choices_that_share_their_months_are_said_to():
    own = pd.DataFrame({"pair": "Offensives and deaths", "n": [175, 175, 156]})
    assert fig_leadlag.overlap_words(own) == "each rests on 156 or more of the same 175 months"
    assert "all rest on the same 175" in fig_leadlag.overlap_words(own.head(2))
    assert "cannot be run" in fig_leadlag.overlap_words(own.head(0))


def test_the_number_of_orders_read_is_put_in_words():
    assert fig_leadlag.orders_words(0, 3).endswith("none of the 3 pairs")
    assert fig_leadlag.orders_words(1, 3).endswith("1 of 3 pairs")
    assert "cannot be read in the one pair" in fig_leadlag.orders_words(0, 1)


def test_months_that_could_have_been_published_are_counted_inside_the_study(monthly):
    assert fig_leadlag.months_published(monthly) == 60
    assert fig_leadlag.months_published(monthly[monthly.index < pd.Period("2015-07")]) == 6
