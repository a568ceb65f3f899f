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


def test_a_verdict_that_a_few_rows_could_turn_is_called_unsettled(table):
    edge = table.copy()
    edge.loc[edge["pair"] == "Weapons and deaths", "p_joint"] = 0.05
    assert "weapons and deaths lie at the edge" in fig_leadlag.finding(edge).lower()
