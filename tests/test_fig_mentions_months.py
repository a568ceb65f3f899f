"""Tests of the monthly heat table of mentions."""

import pandas as pd
import pytest

from analysis import fig_mentions_months, mentions
from analysis.errors import EmptySelectionError
from analysis.study import begin


@pytest.fixture(scope="module")
def study():
    return begin("x", start="2010-01-01", end="2012-06-30", provinces=[], event_classes=[],
                 min_confidence="E", count_level="child")  # fmt: skip


@pytest.fixture(scope="module")
def table(study):
    return fig_mentions_months.data(study.claims, study.events, study.months)


def test_every_month_and_quarter_of_the_study_has_one_row(table):
    rows = table.groupby("panel").size()
    assert rows.to_dict() == {"months": 30, "quarters": 10}
    assert not table.duplicated(["panel", "year", "part"]).any()


def test_months_and_quarters_count_the_same_reports_as_the_years(table, study):
    years = mentions.mention_shares(study.claims, study.events, "Y")
    years = years[years["actor"] == "any"][["mentions", "reports"]].sum()
    inside = table.groupby("panel")[["mentions", "reports"]].sum()
    assert inside.loc["months"].tolist() == inside.loc["quarters"].tolist()
    assert (inside.loc["months"] <= years).all() and inside.loc["months", "mentions"] > 10


def test_a_month_without_a_report_has_no_share_and_is_not_known(table):
    empty = table[table["reports"] == 0]
    assert len(empty) and empty["share"].isna().all() and not empty["known"].any()
    told = table[table["reports"] > 0]
    assert (told["low"] <= told["share"]).all() and (told["share"] <= told["high"]).all()


def test_one_mention_in_one_report_is_pale_and_never_known(study):
    one = study.claims[(study.claims["field"] == "air")
                       & study.claims["value"].str.startswith("reported")].head(1)  # fmt: skip
    table = fig_mentions_months.data(one, study.events, study.months)
    cell = table[table["reports"] == 1].iloc[0]
    assert cell["share"] == 1 and cell["low"] < 0.05 and not cell["known"]


def test_the_title_counts_what_is_drawn(table):
    found = fig_mentions_months.totals(table)
    drawing = fig_mentions_months.draw(table)
    assert f"{found['months_known']} of {found['months_seen']} months" in drawing.title
    note = drawing.fig._supxlabel.get_text()
    assert len(drawing.data) == 40 and "not a share of zero" in note
    # No cell is known: most texts were seen in excerpt, and what was seen was coded by hand.
    assert "lower end near none, interval narrow" in note and "known to be low" not in note
    assert f"narrower than {fig_mentions_months.KNOWN} points" in drawing.title
    widths = (table["high"] - table["low"])[table["known"]]
    assert (100 * widths < fig_mentions_months.KNOWN).all()
    texts = [t.get_text() for ax in drawing.fig.axes for t in ax.texts]
    assert len(texts) == (table["reports"] > 0).sum()


def test_quarters_by_actor_add_up_to_the_reports_that_name_them(study):
    text = fig_mentions_months.by_actor(study.claims, study.events)
    shares = mentions.mention_shares(study.claims, study.events, "Q")
    for actor, rows in shares.groupby("actor"):
        named = text[actor].str.split(":").str[0].astype(int).sum()
        assert named == rows["mentions"].sum()


def test_a_quarter_in_which_no_report_names_an_actor_keeps_its_interval(study):
    text = fig_mentions_months.by_actor(study.claims, study.events)
    none = text["afghan"][text["afghan"].str.startswith("0:")]
    assert len(none) and none.str.fullmatch(r"0: 0% \(0-\d+\)").all()
    assert none.str.extract(r"-(\d+)\)")[0].astype(int).gt(0).all()


def test_no_report_is_refused_with_a_way_out(study):
    none = study.claims[study.claims["value"] == "text_not_seen"]
    with pytest.raises(EmptySelectionError, match="Widen"):
        fig_mentions_months.data(none, study.events, study.months)
    assert isinstance(study.months, pd.PeriodIndex)


def test_an_unknown_share_is_not_drawn_like_one_known_to_be_low(table):
    lone = table.copy()
    cell = lone[(lone["panel"] == "months") & (lone["reports"] > 0)].index
    lone.loc[cell[0], ["mentions", "reports", "share", "low", "high", "known"]] = [
        0, 32, 0.0, 0.0, 0.1, True]  # fmt: skip
    lone.loc[cell[1], ["mentions", "reports", "share", "low", "high", "known"]] = [
        0, 1, 0.0, 0.0, 0.97, False]  # fmt: skip
    ax = fig_mentions_months.draw(lone).fig.axes[0]
    years = sorted(lone["year"].unique())
    faces = {p.get_xy(): p.get_facecolor()[:3] for p in ax.patches if p.get_facecolor()[3]}
    low, unknown = (
        faces[lone.loc[i, "part"] - 1, years.index(lone.loc[i, "year"])] for i in cell[:2]
    )
    assert low == (1, 1, 1) and unknown != low
