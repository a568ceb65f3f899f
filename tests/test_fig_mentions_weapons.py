"""Mentions of air strikes against weapons released."""

import pandas as pd
import pytest

from analysis import fig_mentions_weapons, series, tables
from analysis.errors import EmptySelectionError

MONTHS = pd.period_range("2007-01", "2021-08", freq="M")


@pytest.fixture(scope="module")
def inputs():
    events = tables.load("events")
    events = series.count_level(events[events["in_scope"]], "child")
    claims = tables.statements()
    claims = claims[claims["event_id"].isin(events["event_id"])]
    withheld = series.withheld_from(tables.load("decisions"))
    return claims, events, tables.load("airpower"), withheld, MONTHS


@pytest.fixture(scope="module")
def table(inputs):
    return fig_mentions_weapons.data(*inputs)


def test_weapons_are_the_published_totals_of_the_current_vintage(table):
    weapons = table.set_index("year")["weapons"]
    for year, total in ((2011, 5411), (2015, 947), (2018, 7362), (2019, 7423)):
        assert weapons[year] == total


def test_years_without_a_published_total_are_left_out(table):
    assert 2012 not in set(table["year"]) and 2021 not in set(table["year"])
    assert table["year"].is_monotonic_increasing and table["year"].is_unique


def test_a_year_only_partly_in_the_study_is_left_out(inputs):
    short = pd.period_range("2007-01", "2018-06", freq="M")
    found = fig_mentions_weapons.data(*inputs[:4], short)
    assert found["year"].max() == 2017


def test_two_current_totals_of_one_year_are_settled_by_no_plot(inputs):
    claims, events, airpower, *rest = inputs
    full = airpower[
        (airpower["measure"] == series.AFCENT)
        & (airpower["from_month"] == pd.Period("2015-01", "M"))
        & (airpower["to_month"] == pd.Period("2015-12", "M"))
    ].head(1)
    doubled = pd.concat([airpower, full.assign(reading_id="A9999", value=1000)])
    found = fig_mentions_weapons.data(claims, events, doubled, *rest)
    assert 2015 not in set(found["year"]) and 2016 in set(found["year"])


def test_the_publication_break_marks_2020_only(table):
    assert table.loc[table["after_break"], "year"].tolist() == [2020]


def test_mentions_did_not_grow_as_weapons_did_from_2015_to_2019(table):
    found = fig_mentions_weapons.findings(table)
    assert (found["fewest"], found["most"]) == ("2015", "2019")
    assert float(found["weapons_ratio"]) == pytest.approx(7423 / 947, abs=0.05)
    assert float(found["mentions_high"]) < float(found["weapons_ratio"])


def test_reports_that_repeat_each_other_widen_the_interval_of_the_ratio(table):
    alike = fig_mentions_weapons.findings(table)
    free = fig_mentions_weapons.findings(table.assign(effective=table["reports"]))
    assert float(free["mentions_low"]) > float(alike["mentions_low"])
    assert float(free["mentions_detectable"]) < float(alike["mentions_detectable"])


def test_the_verdict_turns_only_when_the_interval_lies_above_nought():
    assert fig_mentions_weapons.verdict({"rho_low": "\u22120.50"}).startswith("Nothing here shows")
    assert fig_mentions_weapons.verdict({"rho_low": "not known"}).startswith("Nothing here shows")
    assert fig_mentions_weapons.verdict({"rho_low": "0.20"}).startswith("Years with more weapons")


def test_a_rounded_zero_has_no_sign_and_a_minus_is_a_true_one():
    assert fig_mentions_weapons._rounded(-0.001) == "0.00"
    assert fig_mentions_weapons._rounded(-0.5) == "\u22120.50"


def test_the_correlation_comes_with_what_so_few_years_could_show(table):
    found = fig_mentions_weapons.findings(table)
    low, mid, high = (
        float(found[k].replace("\u2212", "-")) for k in ("rho_low", "rho", "rho_high")
    )
    assert low < mid < high
    assert float(found["rho_detectable"]) > 0.6
    assert found["rho_detectable"] in fig_mentions_weapons.draw(table).caption


def test_a_link_too_weak_to_show_is_often_missed_and_never_said_to_be_like_none(table):
    found = fig_mentions_weapons.findings(table)
    said = fig_mentions_weapons.limits(found)
    assert f"below {found['rho_detectable']} would be missed more than one time in five" in said
    assert said in fig_mentions_weapons.draw(table).caption
    assert "from none" not in said
    rise = fig_mentions_weapons.ratio_limits(found)
    assert f"a rise below {found['mentions_detectable']} times would be missed more" in rise


def test_strong_links_are_in_the_interval_only_where_they_are(table):
    found = fig_mentions_weapons.findings(table)
    strong = found | {"rho_low": "\u22120.60", "rho_high": "0.20"}
    assert "strong links" in fig_mentions_weapons.limits(strong)
    weak = found | {"rho_low": "\u22120.20", "rho_high": "0.30"}
    assert "strong links" not in fig_mentions_weapons.limits(weak)


def test_what_cannot_be_computed_is_said_and_no_limit_is_named(table):
    few = fig_mentions_weapons.findings(table.head(3))
    assert fig_mentions_weapons.limits(few) == "With 3 years no rank correlation can be computed."
    none = fig_mentions_weapons.ratio_limits(few | {"mentions_detectable": "not known"})
    assert "not known" not in none and none.startswith("no rise can be named")


def test_the_title_rests_on_all_years_and_never_calls_a_mention_a_strike(table):
    found = fig_mentions_weapons.findings(table)
    drawing = fig_mentions_weapons.draw(table)
    assert f"{found['rho']} ({found['rho_low']} to {found['rho_high']})" in drawing.title
    assert f"below {found['rho_detectable']} would often be missed" in drawing.title
    for said in (drawing.title, drawing.caption, drawing.alt):
        assert "with a strike" not in said
    few = fig_mentions_weapons.title(table.head(3))
    assert "3 years: no rank correlation" in few and "not known" not in few


def test_the_answer_counts_the_years_like_the_lowest_and_the_highest(table):
    said = fig_mentions_weapons.answer(
        {"n_mentions": 1, "n_reports": 10, "lowest_share": "3% (2 to 6)", "lowest_year": "2021",
         "highest_share": "24% (12 to 42)", "highest_year": "2020", "excerpt_percent": "99%",
         "one_year": False, "n_like_highest": 10, "n_like_lowest": 1, "coder_yes": 16,
         "coder_hit": 10, **fig_mentions_weapons.findings(table)}
    )  # fmt: skip
    assert "1 other year cannot be told from the lowest and 10 not from the highest" in said


def test_mentions_in_step_with_weapons_give_a_full_correlation(table):
    in_step = table.assign(per_hundred=table["weapons"] / 1000)
    assert fig_mentions_weapons.findings(in_step)["rho"] == "1.00"


def test_three_years_are_too_few_for_a_correlation(table):
    found = fig_mentions_weapons.findings(table.head(3))
    assert found["rho"] == found["rho_detectable"] == "not known"
    said = fig_mentions_weapons.answer(
        {"n_mentions": 1, "n_reports": 10, "lowest_share": "", "lowest_year": "",
         "highest_share": "", "highest_year": "", "excerpt_percent": "", "one_year": False,
         "n_like_highest": 1, "n_like_lowest": 1, "coder_yes": 16, "coder_hit": 10, **found}
    )  # fmt: skip
    assert "Too few years" in said and "the first had 10" in said


def test_a_year_without_a_mention_is_drawn_hollow_and_kept_at_zero(table):
    empty = table.copy()
    empty.loc[0, ["mentions", "per_hundred", "low"]] = 0
    drawing = fig_mentions_weapons.draw(empty)
    assert drawing.data.loc[0, "per_hundred"] == 0
    hollow = [line for line in drawing.fig.axes[0].lines if line.get_mfc() == "white"]
    assert len(hollow[0].get_xdata()) == 2


def test_a_period_without_totals_names_the_years_that_have_them(inputs):
    claims, events, airpower, *rest = inputs
    early = events[events["date_start_latest"] < "2008-01-01"]
    with pytest.raises(EmptySelectionError, match="2009"):
        fig_mentions_weapons.data(claims, early, airpower, *rest)
