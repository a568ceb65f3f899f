"""Contradictions are found by comparing rows, and vanish when the rows agree."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import contradictions, fig_contradictions, tables

START, END = pd.Timestamp("2007-01-01"), pd.Timestamp("2021-08-15")
NAMES = ("airpower", "troop_levels", "district_control", "un_casualties", "codes", "sources")


@pytest.fixture(scope="module")
def published():
    return {name: tables.load(name) for name in NAMES}


@pytest.fixture(scope="module")
def claims(events, published):
    every = tables.statements()
    about = published["sources"][["source_id", "independence_group", "date_published"]]
    return every[every["event_id"].isin(events["event_id"])].merge(about, on="source_id")


@pytest.fixture(scope="module")
def found(events, claims, published):
    return contradictions.find(events, claims, published, START, END)


def rows(found, kind):
    return found[0][found[0]["kind"] == kind]


def test_every_contradiction_has_at_least_two_accounts_with_sources(found):
    accounts, _ = found
    assert (accounts.groupby(["kind", "item"]).size() >= 2).all()
    assert accounts["source_ids"].str.fullmatch(r"S\d{4}(;S\d{4})*").all()


def test_widest_contradictions_come_first_within_a_kind(found):
    accounts, comparisons = found
    for kind, own in accounts.groupby("kind"):
        assert own["spread"].is_monotonic_decreasing
        widest = comparisons.set_index("kind").loc[kind, "widest"]
        assert own["spread"].iloc[0] == widest


def test_start_dates_that_contradict_share_no_day(found):
    own = rows(found, "start date")
    assert len(own) > 0
    for _, accounts in own.groupby("item"):
        assert accounts["low"].max() > accounts["high"].min()
        assert accounts["low"].max() - accounts["high"].min() == accounts["spread"].iloc[0]


def test_no_event_resolved_by_shared_days_is_called_a_contradiction(found, claims):
    clashing = set(rows(found, "start date")["item"])
    dated = claims[claims["field"] == "date_start"]
    by_shared_days = set(dated.loc[dated["rule"] == "D1", "event_id"])
    assert clashing and not clashing & by_shared_days


def test_an_account_that_agrees_after_correction_ends_the_contradiction(
    found, events, claims, published
):
    item = rows(found, "start date")["item"].iloc[0]
    mine = (claims["event_id"] == item) & (claims["field"] == "date_start")
    corrected = claims.copy()
    corrected.loc[mine, "value"] = claims.loc[mine, "value"].iloc[0]
    again, _ = contradictions.find(events, corrected, published, START, END)
    assert item not in set(again["item"])


def test_death_counts_are_compared_only_within_one_day(found, events, claims, published):
    own = rows(found, "killed")
    item = own["item"].iloc[0]
    event, field, day = item.split(":", 2)
    mine = (claims["event_id"] == event) & (claims["field"] == field) & (claims["as_of"] == day)
    assert claims[mine]["value"].nunique() >= 2
    spread_out = claims.copy()
    spread_out.loc[mine, "as_of"] = [f"2030-01-{i + 1:02d}" for i in range(mine.sum())]
    again, _ = contradictions.find(events, spread_out, published, START, END)
    assert not again["item"].str.startswith(f"{event}:{field}:{day}").any()
    assert not again["item"].str.contains("2030-").any()


def test_the_first_figure_for_september_2017_is_shown_against_the_current_one(found):
    own = rows(found, "air power")
    september = own[own["quantity"].str.endswith("Sep 2017") & ~own["quantity"].str.contains("to")]
    assert sorted(september["value"]) == [414, 751]
    assert september["spread"].iloc[0] == pytest.approx(751 / 414)


def test_a_current_figure_can_follow_from_a_longer_sum_less_printed_months(published):
    airpower = published["airpower"]
    current = airpower[
        (airpower["measure"] == "afcent_weapons_released") & (airpower["vintage"] == "current")
    ]
    value, sources = contradictions.current_total(
        current, pd.Period("2017-01"), pd.Period("2017-09")
    )
    printed = current.set_index(["from_month", "to_month"])["value"]
    ten = printed[pd.Period("2017-01"), pd.Period("2017-10")]
    october = printed[pd.Period("2017-10"), pd.Period("2017-10")]
    assert value == ten - october
    assert len(sources) == 2
    assert contradictions.current_total(current, pd.Period("2013-01"), pd.Period("2013-06")) is None


def test_troop_readings_within_a_tenth_are_not_a_contradiction(found):
    own = rows(found, "troops")
    assert len(own) > 0
    assert (own["spread"] > 1 + contradictions.TOLERANCE).all()


def test_plans_are_never_set_against_counts(found, published):
    planned = published["troop_levels"]["kind"].isin(["authorised", "announced"])
    plans = set(published["troop_levels"].loc[planned, "persons"].astype(int))
    shown = rows(found, "troops")
    labels = shown["account"].str.contains("ceiling|target|plan")
    assert plans and not labels.any()


def test_district_counts_of_one_day_keep_their_own_denominators(found, published):
    own = rows(found, "district control")
    first_of_may = own[own["quantity"].str.contains(" 1 May 2021")]
    control = published["district_control"]
    day = control[(control["date"] == "2021-05-01") & control["denominator"].notna()]
    assert day["denominator"].nunique() > 1
    expected = sorted((day["taliban"] / day["denominator"]).astype(float))
    assert sorted(first_of_may["value"]) == pytest.approx(expected)


def test_swapped_digits_in_a_un_figure_show_against_its_parts(events, claims, published):
    casualties = published["un_casualties"].copy()
    half_year = "all_causes:total:2021-01:2021-06"
    before, _ = contradictions.find(events, claims, published, START, END)
    assert half_year not in set(before["item"])
    whole = (casualties["from_month"] == "2021-01") & (casualties["to_month"] == "2021-06")
    casualties.loc[whole & casualties["total"].notna(), "total"] = 5138
    broken = published | {"un_casualties": casualties}
    after, _ = contradictions.find(events, claims, broken, START, END)
    swapped = after[after["item"] == half_year]
    assert set(swapped["value"]) == {5138, 5183}
    assert swapped["account"].str.contains("sum of its parts").any()


def test_un_figures_of_different_scope_are_never_set_against_each_other(found):
    own = rows(found, "UN casualties")
    assert len(own) > 0
    assert (own.groupby("item")["quantity"].nunique() == 1).all()
    assert not own["item"].str.contains("air_international:killed:2019").any()


def test_two_current_figures_of_one_month_are_a_contradiction(events, claims, published):
    airpower = published["airpower"]
    row = airpower[(airpower["vintage"] == "current") & (airpower["from_month"] == "2019-09")]
    rival = row.assign(reading_id="A9999", value=row["value"] + 5)
    both = published | {"airpower": pd.concat([airpower, rival], ignore_index=True)}
    item = "afcent_weapons_released:2019-09:2019-09"
    before, _ = contradictions.find(events, claims, published, START, END)
    after, _ = contradictions.find(events, claims, both, START, END)
    assert item not in set(rows((before, None), "air power")["item"])
    assert item in set(rows((after, None), "air power")["item"])


@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=8))
def test_a_ratio_is_at_least_one_and_one_only_for_equal_numbers(numbers):
    ratio = contradictions._ratio(numbers)
    assert ratio >= 1
    assert (ratio == 1) == (len(set(numbers)) == 1)


def test_the_figure_draws_one_dot_an_account(found):
    accounts, comparisons = found
    table = fig_contradictions.data(accounts)
    drawing = fig_contradictions.draw(table, comparisons)
    dots = [
        line for ax in drawing.fig.axes for line in ax.lines if line.get_gid() is not None
    ]  # fmt: skip
    assert len(dots) == len(table)
    assert (table.groupby("kind")["item"].nunique() <= fig_contradictions.SHOWN).all()
    assert set(table["kind"]) == set(accounts["kind"])
    cited = {i for ids in table["source_ids"] for i in ids.split(";")}
    assert set(drawing.sources) == cited


def test_counts_with_different_definitions_stand_in_a_panel_of_their_own(found):
    table = fig_contradictions.data(found[0])
    panels = table.groupby("panel")["kind"].agg(set)
    assert panels["definitions"] == {"troops", "district control"}
    assert panels["published"] == {"air power", "UN casualties"}
    drawing = fig_contradictions.draw(table, found[1])
    words = [t.get_text() for ax in drawing.fig.axes for t in ax.texts]
    assert any(w.startswith("Different things under one name: troops") for w in words)


def test_intervals_stand_only_where_many_comparisons_were_made_by_rule(found):
    with_interval = found[1].dropna(subset=["low", "high"])["kind"]
    assert set(with_interval) == set(contradictions.SAMPLED)


def test_every_row_of_deaths_starts_at_one_and_marks_the_settled_figure(found, events):
    own = rows(found, "killed")
    assert (own.groupby("item")["relative"].min() == 1).all()
    best = events.set_index("event_id")
    settled = own.drop_duplicates("item").set_index("item")["best"]
    assert settled.notna().any() and settled.isna().any()
    for item, value in settled.items():
        event, field, _ = item.split(":", 2)
        expected = best.loc[event, f"{field}_best"]
        assert pd.isna(expected) if pd.isna(value) else expected == value


def test_the_figure_fits_a_page_and_no_row_name_is_cut(found):
    accounts, comparisons = found
    drawing = fig_contradictions.draw(fig_contradictions.data(accounts), comparisons)
    assert drawing.fig.get_size_inches()[1] * 25.4 <= 240
    names = [t.get_text() for ax in drawing.fig.axes for t in ax.get_yticklabels()]
    assert names and not any(n.endswith("…") for n in names)


def test_shortened_names_keep_place_and_date():
    name = "Gov. dead: Pul-i-Alam governor compound and police headquarters attacked, August 2009"
    short = fig_contradictions.shorten(name)
    assert len(short) < len(name)
    assert short.startswith("Gov. dead: Pul-i-Alam") and short.endswith("August 2009")
    assert fig_contradictions.shorten("Battle of Chora, June 2007") == "Battle of Chora, June 2007"


@pytest.mark.parametrize(
    ("spread", "dates", "said"),
    [(1.0, True, "1 day"), (51.0, True, "51 days"), (50.0, False, "50 times"),
     (1.448, False, "1.4 times"), (1.041, False, "4.1%"), (float("inf"), False, "from none")],
)  # fmt: skip
def test_distances_are_given_in_words(spread, dates, said):
    assert contradictions.spread_words(spread, dates) == said


def test_the_size_of_the_clashes_is_told_and_capitals_are_counted(found, events):
    accounts, comparisons = found
    words = contradictions.date_words(accounts, comparisons, events)
    spreads = rows(found, "start date").drop_duplicates("item").set_index("item")["spread"]
    assert words["clash_one_day"] == (spreads == 1).sum() > 0
    assert f"{words['clash_one_day']} of them by one day" in words["clash_size"]
    assert f"the widest by {spreads.max():.0f} days (least distance" in words["clash_size"]
    classes = events.set_index("event_id").loc[spreads.index, "event_class"]
    assert words["clash_capitals"] == (classes == "capital_capture").sum() > 0
    none = comparisons.assign(compared=0, contradicting=0)
    empty = contradictions.date_words(accounts.iloc[:0], none, events)
    assert empty["clash_pct"] == "none" and empty["clash_size"] == "none to measure"


def test_the_answer_is_three_sentences_and_tells_what_checks_found(found, events):
    words = contradictions.date_words(*found, events)
    base = {"n_events": 713, "n_claims": 14692, "n_sources": 1554, "one_group_pct": 23,
            "n_series": 24, "complete_series": 0,
            "claims_wrong": "10% (7% to 14%)", "claims_checked_events": 36}  # fmt: skip
    said = contradictions.answer(base | words)
    assert "on 36 events drawn at random 10% (7% to 14%) were still judged wrong" in said
    assert said.count(". ") == 2 and "about 23%" in said and "at least" not in said
    assert len(said.split()) <= 95
    assert "none have a figure" in said
    none = contradictions.answer(base | words | {"dates_compared": 0, "complete_series": 1})
    assert "None has two dated sources" in none and "1 has a figure" in none


def test_a_selection_without_contradictions_is_drawn_as_such(found):
    accounts, comparisons = found
    none = comparisons.assign(contradicting=0, share=0.0)
    drawing = fig_contradictions.draw(fig_contradictions.data(accounts.iloc[:0]), none)
    words = " ".join(t.get_text() for ax in drawing.fig.axes for t in ax.texts)
    assert "No two accounts" in words
    assert drawing.data.empty


def test_the_listing_has_one_row_a_contradiction(found):
    accounts, comparisons = found
    assert len(contradictions.listing(accounts)) == comparisons["contradicting"].sum()


def test_a_bar_outside_its_row_is_explained_and_stays_in_the_picture(found):
    table = fig_contradictions.data(found[0])
    inside = table.assign(best=table["reference"].where(table["kind"] == "killed").astype(float))
    assert "another day" not in fig_contradictions.draw(inside, found[1]).caption
    first = (inside["panel"] == "killed") & (inside["rank"] == 1)
    far = inside.assign(best=inside["best"].mask(first, 50 * inside.loc[first, "value"].max()))
    drawing = fig_contradictions.draw(far, found[1])
    assert "count of another day and lies outside the accounts drawn in 1 row." in drawing.caption
    bars = [(ax, line) for ax in drawing.fig.axes for line in ax.lines if line.get_marker() == "|"]
    assert bars
    for ax, line in bars:
        assert ax.get_xlim()[0] < line.get_xdata()[0] < ax.get_xlim()[1]


def test_rows_whose_zero_no_account_gives_are_counted_in_the_caption(found):
    table = fig_contradictions.data(found[0])
    dates = table["panel"] == "start date"
    inside = table.assign(low=table["low"].mask(dates, -1), high=table["high"].mask(dates, 1))
    assert "lies in no account" not in fig_contradictions.draw(inside, found[1]).caption
    first = dates & (table["rank"] == 1)
    apart = inside.assign(low=inside["low"].mask(first, 1))
    drawing = fig_contradictions.draw(apart, found[1])
    assert "(in 1 row that middle lies in no account;" in drawing.caption
    assert "resolved" not in " ".join(ax.get_xlabel() for ax in drawing.fig.axes)


def test_a_window_whose_middle_no_account_gives_holds_several_accounts(found, events):
    table = fig_contradictions.data(found[0])
    about = events.set_index("event_id")
    for item, own in table[table["panel"] == "start date"].groupby("item"):
        if not ((own["low"] <= 0) & (own["high"] >= 0)).any():
            event = about.loc[item]
            half = (event["date_start_latest"] - event["date_start_earliest"]).days / 2 + 1
            assert ((own["low"] <= half) & (own["high"] >= -half)).sum() > 1, item


def test_no_dot_of_a_row_hides_another(found):
    drawing = fig_contradictions.draw(fig_contradictions.data(found[0]), found[1])
    for ax in drawing.fig.axes:
        dots = [line for line in ax.lines if line.get_gid()]
        places = [(line.get_xdata()[0], line.get_ydata()[0]) for line in dots]
        assert len(set(places)) == len(places), ax.get_xlabel()


def test_dots_far_apart_stay_on_their_line_and_near_ones_stay_in_their_row():
    values = pd.Series([1.0, 1.0, 1.01, 50.0])
    heights = fig_contradictions._heights(values, (1.0, 50.0), np.log)
    assert heights[3] == 0
    assert len({heights[i] for i in range(3)}) == 3
    assert max(abs(h) for h in heights.values()) < 0.5
    many = fig_contradictions._heights(pd.Series([0.0] * 9), (-30.0, 30.0), np.arcsinh)
    assert len(set(many.values())) == 9 and max(many.values()) < 0.5


def test_the_number_of_a_dot_does_not_cover_the_bar_beside_it(found):
    table = fig_contradictions.data(found[0])
    first = (table["panel"] == "killed") & (table["rank"] == 1)
    near = table.assign(best=table["best"].mask(first, 0.95 * table["reference"]))
    drawing = fig_contradictions.draw(near, found[1])
    axes = next(ax for ax in drawing.fig.axes if ax.get_xlabel().startswith("count over"))
    numbers = [t.xy[0] for t in axes.texts if t.xy[1] == 1 and t.get_ha() == "right"]
    assert numbers == pytest.approx([0.95])


def test_months_with_a_far_first_release_are_counted_and_named(published):
    every = pd.period_range("2007-01", "2021-08", freq="M")
    said = contradictions.revision_words(published["airpower"], every)
    assert "1 differs by more than 10% (September 2017: 751 first, 414 now)" in said
    assert said.startswith("of 4 months with both")
    early = contradictions.revision_words(published["airpower"], every[every < "2011-01"])
    assert early == "of 2 months with both figures in the tables, none differ by more than 10%"
    none = contradictions.revision_words(published["airpower"], every[:1])
    assert none == "no month of this selection has both figures in the tables"
