"""The five tranches: the panel, the estimator against its library, and what can be found."""

import math
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import connectors, fig_handover, fig_tiles, handover, paths, tables
from analysis.errors import EmptySelectionError

MOVES = "Of 4 comparisons the intervals part in none"
TREATED = handover.cohorts(tables.load("transition"), "full")


def simulate(rng, mean=8.0, factor=1.0):
    return handover.simulate_panel(rng, TREATED, mean, factor)


def test_the_fast_estimate_is_the_one_of_the_library():
    pytest.importorskip("diff_diff", reason="diff-diff is not installed")
    rng = np.random.default_rng(1)
    for factor in (1.0, 0.6):
        table = simulate(rng, factor=factor)
        fast = handover.group_time(*handover._wide(table))
        assert fast == pytest.approx(handover._fit(table).overall_att, abs=1e-9)


def test_a_known_effect_is_recovered_and_none_is_not_found():
    rng = np.random.default_rng(2)
    found = rejected = 0
    estimates = []
    for _ in range(40):
        real, null = (handover._wide(simulate(rng, factor=f)) for f in (0.5, 1.0))
        effect = handover.group_time(*real)
        estimates.append(effect)
        spread = handover.permute(*real, draws=99)
        found += (np.abs(spread) >= abs(effect)).sum() + 1 <= 5
        effect = handover.group_time(*null)
        rejected += (np.abs(handover.permute(*null, draws=99)) >= abs(effect)).sum() + 1 <= 5
    assert found >= 34
    assert rejected <= 6
    assert np.mean(estimates) < -2.5


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_adding_a_common_quarter_effect_or_a_province_level_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    outcome, first = (
        rng.poisson(3, (12, 10)).astype(float),
        rng.permutation([0] * 5 + [4] * 4 + [7] * 3),
    )
    moved = outcome + rng.normal(0, 5, 10)[None, :] + rng.normal(0, 5, 12)[:, None]
    assert handover.group_time(moved, first) == pytest.approx(
        handover.group_time(outcome, first), abs=1e-9
    )


def test_a_province_already_transferred_is_never_a_comparison():
    outcome = np.zeros((3, 6))
    outcome[0, 2:] = -9.0
    first = np.array([2, 4, 0])
    # The first province's fall must not make the second one's transfer look like a rise.
    assert handover.group_time(outcome, first) == pytest.approx(-9 * 4 / 6)


def test_the_panel_is_complete_and_ends_before_the_last_tranche():
    rows = pd.DataFrame({"adm1": ["Helmand"], "quarter": [pd.Period("2010Q2", "Q")]})
    table = handover.panel(rows, TREATED)
    assert table["events"].sum() == 1
    assert len(table) == table["adm1"].nunique() * table["quarter"].nunique()
    assert table["quarter"].max() < handover.LAST_TRANCHE
    last = TREATED.loc[TREATED["quarter"] == TREATED["quarter"].max(), "adm1"]
    assert set(table.loc[table["first"] == 0, "adm1"]) == set(last)


def test_a_tranche_announced_within_a_quarter_counts_from_the_next():
    first = TREATED[TREATED["tranche"] == 1]
    assert set(first["quarter"].astype(str)) == {"2011Q2"}


def test_one_announcement_leaves_nobody_to_compare_with():
    rows = pd.DataFrame({"adm1": ["Helmand"], "quarter": [pd.Period("2010Q2", "Q")]})
    with pytest.raises(EmptySelectionError, match="two announcements"):
        handover.panel(rows, TREATED[TREATED["tranche"] == 5])


def test_a_null_is_reported_with_the_smallest_effect_it_could_have_shown():
    pytest.importorskip("diff_diff", reason="diff-diff is not installed")
    found = handover.assess(simulate(np.random.default_rng(4)), draws=199)
    assert found.smallest > 0
    assert f"{found.smallest_percent:.0f}%" in handover.words(found)
    if found.p > 0.05:
        assert "missed more than one time in five" in handover.verdict(found)


def test_a_clear_fall_is_consistent_in_sign_and_never_called_a_replication():
    pytest.importorskip("diff_diff", reason="diff-diff is not installed")
    found = handover.assess(simulate(np.random.default_rng(5), factor=0.2), draws=199)
    assert found.estimate < 0 and found.p < 0.05
    assert handover.verdict(found).startswith("consistent in sign")
    assert "replic" not in handover.verdict(found)


def test_every_estimator_draws_its_effects_and_only_ours_are_drawn():
    pytest.importorskip("diff_diff", reason="diff-diff is not installed")
    table = simulate(np.random.default_rng(6), factor=0.5)
    study = handover.event_study(table)
    assert set(study["estimator"]) == set(handover.ESTIMATORS)
    assert study["quarter"].abs().max() <= handover.REACH
    found = handover.assess(table, draws=99)
    data = fig_handover.data(study, handover.by_tranche(table), TREATED, tables.load("provinces"),
                             found)  # fmt: skip
    drawing = fig_handover.draw(data, fig_handover.title(found), "simulated events")
    texts = [t.get_text() for ax in drawing.fig.get_axes() for t in ax.texts]
    assert not any("Fetzer" in t for t in texts)
    assert (drawing.data["mark"] == "tile").sum() == len(TREATED)


def test_a_tranche_of_fewer_than_five_provinces_is_not_interpreted_and_is_named():
    table = handover.by_tranche(simulate(np.random.default_rng(7))).set_index("tranche")
    for number, row in table.iterrows():
        expected = row["provinces"] >= handover.SMALLEST_COHORT and number != 5
        assert row["interpreted"] == expected
    assert set(table.index[table["provinces"] < 5]) == {1, 3}
    said = handover.alone_words(table.reset_index())
    assert said.startswith("Of 4 tranches looked at alone, T1 (2) and T3 (3) have fewer than 5")
    assert handover.alone_words(table.reset_index().query("provinces > 5")) == ""
    assert handover.before_words(table.reset_index()).startswith("T1 ")


# --- a reader's own GED file -----------------------------------------------------------


def ged(*rows):
    """Records of (first day, last day, province, date_prec, violence)."""
    names = ["date_earliest", "date_latest", "adm1", "date_prec", "violence"]
    table = pd.DataFrame(rows, columns=names)
    for column in names[:2]:
        table[column] = pd.to_datetime(table[column])
    return table.astype({"adm1": "string", "date_prec": "Int64", "violence": "string"})


ROW = ("2010-06-25", "2010-07-15", "Helmand", 2, "state_based")


def test_ged_events_are_placed_and_what_is_not_is_counted():
    vague, lost = (*ROW[:3], 5, ROW[4]), (*ROW[:2], None, *ROW[3:])
    other = (*ROW[:4], "one_sided")
    events = handover.ged_events(ged(ROW, vague, lost, other))
    assert events["adm1"].tolist() == ["Helmand"]
    assert str(events["quarter"].iloc[0]) == "2010Q3", "by the middle of the event"
    assert events.attrs["dropped"] == 2


def test_a_file_without_a_placed_event_is_refused_with_the_reason():
    with pytest.raises(EmptySelectionError, match="none of its 1 records is a state-based event"):
        handover.ged_events(ged((*ROW[:4], "one_sided")))


def test_a_ged_file_gives_a_panel_that_can_be_assessed(seed_texts):
    path = seed_texts.parent / "leads" / "ged231_random_sample_afghanistan_2007_2021.csv"
    if not path.exists():
        pytest.skip("the GED sample is not beside the seed texts")
    events = handover.ged_events(connectors.read_ged(path)[0])
    table = handover.panel(events, handover.cohorts(tables.load("transition")))
    assert table["events"].sum() > 5 and table["adm1"].nunique() == 34


# --- rates -----------------------------------------------------------------------------


def test_shrunk_intervals_hold_the_true_rates_at_about_their_level():
    rng = np.random.default_rng(8)
    inside = total = 0
    for _ in range(60):
        rates = rng.gamma(1.5, 0.2, 34)
        found = handover.shrink(rng.poisson(rates * 24), 24)
        inside += ((found["low"] <= rates) & (rates <= found["high"])).sum()
        total += 34
    assert 0.92 <= inside / total <= 0.975


def test_equal_counts_are_all_pulled_to_one_rate():
    found = handover.shrink(np.full(34, 6), 12)
    assert found["rate"].nunique() == 1
    assert found["rate"].iloc[0] == pytest.approx(0.5, rel=0.01)


def test_the_last_half_month_counts_as_half():
    events = pd.DataFrame({"adm1": ["Kabul"] * 3, "date_prec": 1,
                           "date_start_earliest": pd.Timestamp("2021-07-10"),
                           "date_start_latest": pd.Timestamp("2021-07-10")})  # fmt: skip
    index = pd.period_range("2021-01", "2021-08", freq="M")
    found = handover.province_rates(events, tables.load("provinces"), handover.half_years(index),
                                    index)  # fmt: skip
    assert set(found["months"]) == {6.0, 1.5}
    assert found.set_index(["adm1", "period"]).loc[("Kabul", "2021 H2"), "raw"] == pytest.approx(2)


def test_tile_names_tell_all_provinces_apart():
    names = tables.load("provinces")["adm1"]
    assert names.map(fig_tiles.in_tile).nunique() == len(names)
    for name in names:
        lines = fig_tiles.in_tile(name).split("\n")
        assert "".join(lines).replace("-", "") == name.replace(" ", "").replace("-", "")
        assert max(map(len, lines)) <= 6, "wider than a tile at six points"
    assert set(fig_tiles.BROKEN) <= set(names), "a name that no province has"


def test_colour_says_less_the_less_is_known():
    distinct = {c: len({fig_tiles._colour(v, c) for v in range(1, 5)}) for c in (3, 2, 1)}
    assert distinct == {3: 4, 2: 2, 1: 1}


def test_a_change_is_named_only_where_intervals_part():
    rows = [("A", "one", 1.0, 0.9, 1.1), ("A", "two", 5.0, 4.0, 6.0), ("B", "one", 1.0, 0.1, 4.0),
            ("B", "two", 3.0, 0.5, 6.0)]  # fmt: skip
    rates = pd.DataFrame(rows, columns=["adm1", "period", "rate", "low", "high"])
    table = fig_tiles.era_data(rates).set_index(["adm1", "period"])
    assert table["named"].sum() == 1 and table.loc[("A", "two"), "named"]
    assert math.isclose(table.loc[("B", "two"), "change"], 3.0)


def test_rates_are_counted_looks_and_all_with_both_ends():
    rows = [("A", "one", 1.0, 0.9, 1.1), ("A", "two", 5.0, 4.0, 6.0), ("B", "one", 1.0, 0.1, 4.0),
            ("B", "two", 3.0, 0.5, 6.0)]  # fmt: skip
    table = fig_tiles.era_data(
        pd.DataFrame(rows, columns=["adm1", "period", "rate", "low", "high"])
    )
    said = fig_tiles.era_changes(table)
    assert said.startswith("Of 2 comparisons") and "part in 1, perhaps by luck" in said
    assert "A tile without a mark may have changed too." in said
    assert said.startswith(fig_tiles.era_moves(table)), "heading, answer and caption say the same"
    none = fig_tiles.era_moves(table.assign(apart=False))
    assert none.endswith("the intervals part in none"), "nothing parts, so nothing by luck"
    assert "A from 1.00 to 5.00 in two" in said and "×" not in said
    assert f"at most {fig_tiles.NAMED} an era" in said, "as the figure's footnote has it"
    alone = fig_tiles.era_data(
        pd.DataFrame(rows[:1], columns=["adm1", "period", "rate", "low", "high"])
    )
    assert "one era only" in fig_tiles.era_changes(alone)


@pytest.mark.parametrize(("sure", "start"), [(0, "None of 4"), (1, "Only 1 of 4"), (3, "3 of 4")])
def test_a_rate_is_of_recorded_offensives_and_its_interval_of_chance_alone(sure, start):
    said = fig_tiles.era_title(pd.DataFrame({"certainty": [3] * sure + [1] * (4 - sure)}))
    assert said.startswith(f"{start} rates of recorded offensives {'have' if sure > 1 else 'has'}")
    assert said.endswith("(chance alone)") and "known" not in said


def test_a_tile_that_rises_without_an_event_is_named():
    start = pd.to_datetime(["2020-07-01", "2021-01-01"] * 3)
    table = pd.DataFrame({"mark": "rate", "adm1": [*"AABBCC"], "date": start,
                          "value": [0.1, 0.9, 0.1, 0.6, 0.1, 0.3],
                          "events": [0, 5, 1, 0, 0, 0]})  # fmt: skip
    assert "most of all B in 2021" in fig_tiles.borrowed_words(table), "A had events of its own"
    assert fig_tiles.borrowed_words(table[table["adm1"] == "A"]) == ""
    table = table.assign(tile_row=1, tile_col=table["adm1"].map({"A": 1, "B": 2, "C": 3}),
                         tranche=1, low=0.05, high=2.0, row_id=None,
                         date_end=start + pd.DateOffset(months=6))  # fmt: skip
    for own in (table, table[table["adm1"] == "A"]):
        said = fig_tiles.time_draw(own, "title").caption
        assert fig_tiles.borrowed_words(own) in said and "  " not in said


def test_the_key_and_caption_of_the_eras_explain_every_colour_that_occurs():
    rows = [("A", 1.0, 0.9, 1.1), ("B", 0.5, 0.2, 1.0), ("C", 0.01, 0.001, 1.0)]
    rates = pd.DataFrame(rows, columns=["adm1", "rate", "low", "high"]).assign(
        period="one", events=9, tile_row=1, tile_col=[1, 2, 3])  # fmt: skip
    drawing = fig_tiles.era_draw(fig_tiles.era_data(rates), "title")
    texts = " | ".join(t.get_text() for ax in drawing.fig.get_axes() for t in ax.texts)
    assert "interval within ×3" in texts and "any rate, interval wider" in texts
    assert "known" not in texts + drawing.caption
    assert "the key holds the colours that occur" in drawing.caption


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (
            {"A": 3, "B": 20},
            "Of 23 recorded offensives that can be drawn, 1 of 2 provinces has fewer than ten",
        ),
        (
            {"A": 3, "B": 4},
            "Of 7 recorded offensives that can be drawn, 2 of 2 provinces have fewer than ten",
        ),
        (
            {"A": 30, "B": 40},
            "Of 70 recorded offensives that can be drawn, every one of 2 provinces has ten or more",
        ),
        ({"Helmand": 53}, "Helmand has 53 recorded offensives that can be drawn"),
    ],
)
def test_few_offensives_are_said_in_the_right_number(counts, said):
    assert fig_tiles.few_words(pd.Series(counts)) == said


def finding(**changes):
    row = {
        "estimate": 0.26, "low": -0.004, "high": 0.53, "p": 0.08, "smallest": 0.42, "base": 0.1,
        "breakdown": 0.0, "why": "", "provinces": 34, "quarters": 18, "events": 109,
        "treated": 90,
    }  # fmt: skip
    return handover.Finding(**row | changes)


def test_no_fall_is_called_detectable_that_is_larger_than_what_there_was():
    sparse = finding()
    assert "the end of all recorded events would likely have gone unseen" in handover.detectable(
        sparse
    )
    assert "to less than 5.2 times the earlier mean would be missed" in handover.detectable(sparse)
    assert "had the earlier mean of 0.10 otherwise stayed, even the end" in handover.detectable(
        sparse
    )
    assert "so would any fall had that mean otherwise stayed" in handover.verdict(sparse)
    assert "found less than four times in five" in handover.detectable(finding(base=0.4))
    dense = finding(base=2.0)
    assert "up or down" in handover.detectable(dense)
    assert "any fall" not in handover.verdict(dense)
    assert "no fall" in handover.detectable(finding(base=0.0))


@pytest.mark.parametrize("base", [0.0, 0.1, 0.4, 2.0])
def test_what_is_too_small_is_often_missed_and_never_said_to_be_like_none(base):
    found = finding(base=base)
    first = handover.answer({"full": found}, "offensives", MOVES).split(". ")[0]
    for said in (handover.verdict(found), handover.detectable(found), fig_handover.title(found),
                 first):  # fmt: skip
        assert "missed" in said, said
        assert not re.search(r"cannot tell|from none|only a|put in relation", said), said


def test_p_and_smallest_detectable_are_said_to_come_from_the_dealing():
    said = handover.words(finding())
    assert "from tranches dealt at random, p 0.08 and smallest detectable 0.42" in said


def test_the_title_of_the_transfer_gives_the_unit_and_one_whole_sentence():
    said = fig_handover.title(finding())
    assert "+0.26 events a province and quarter, p 0.08" in said
    assert (
        "to less than 5.2 times the earlier mean, or any fall from it, would often be missed"
        in said
    )


def test_no_signed_zero_is_printed_and_minus_is_a_minus():
    assert handover.signed(-0.004) == "−0.004" and handover.signed(0.004) == "+0.004"
    assert handover.signed(-0.0004) == "just below 0"
    assert handover.signed(0.0004) == "just above 0"
    assert handover.signed(0.0) == "0.00"
    assert handover.signed(-0.4) == "−0.40" and handover.signed(0.4) == "+0.40"


def test_the_answer_says_what_would_be_missed_and_how_many_comparisons_part():
    other = finding(estimate=0.18, smallest=0.35)
    said = handover.answer({"full": finding(), "first": other}, "offensives", MOVES)
    assert said.startswith("No change can be shown") and said.count(". ") == 2
    first = said.split(". ")[0]
    assert "a rise to less than 5.2 times the earlier mean" in first, (
        "the contents show this sentence alone"
    )
    assert "(whole province in; 4.5 from the first district)" in first
    assert said.endswith(f". {MOVES}.") and "-0.0" not in said
    mixed = handover.answer({"full": finding(), "first": finding(base=2.0)}, "offensives", MOVES)
    assert "; 4.5 from" not in mixed and "4.5 from" in said and "5.2 times" in mixed.split(". ")[0]
    clear = handover.answer({"full": finding(p=0.01, estimate=-0.3)}, "offensives", MOVES)
    assert "fewer offensives" in clear


def test_a_tranche_alone_has_the_interval_that_goes_with_its_effect():
    pytest.importorskip("diff_diff", reason="diff-diff is not installed")
    groups = handover.by_tranche(simulate(np.random.default_rng(9), factor=0.5))
    moved = groups.dropna(subset="effect")
    assert ((moved["low"] < moved["effect"]) & (moved["effect"] < moved["high"])).all()
    assert "tranche 1 alone" in handover.comparison_words(groups)
    assert "quarter 0 rests on 23 of these" in handover.comparison_words(groups)


def test_the_dotted_lines_end_where_no_event_would_be_left():
    pytest.importorskip("diff_diff", reason="diff-diff is not installed")
    table = simulate(np.random.default_rng(10))
    found = handover.assess(table, draws=99)
    sparse = replace(found, base=found.smallest / 5)
    data = fig_handover.data(handover.event_study(table), handover.by_tranche(table), TREATED,
                             tables.load("provinces"), sparse)  # fmt: skip
    drawing = fig_handover.draw(data, fig_handover.title(sparse), "simulated events")
    texts = [t.get_text() for ax in drawing.fig.get_axes() for t in ax.texts]
    fills = [
        p
        for p in drawing.fig.get_axes()[0].collections + drawing.fig.get_axes()[0].patches
        if type(p).__name__ in ("FillBetweenPolyCollection", "PolyCollection", "Rectangle")
    ]
    assert len(fills) == 1, "one grey: the band; what is seldom found lies between lines"
    floor = handover.signed(-sparse.base)
    assert any(f"from {floor}\n(no event left, had the mean stayed)" in t for t in texts)
    said = drawing.caption + drawing.alt + drawing.fig._supxlabel.get_text()
    assert "ffect" not in said.replace("two-way fixed effects", "").replace(
        "Two-way fixed effects", "")  # fmt: skip
    assert "only ever comparison" in drawing.caption and "T1 (2) and T3 (3)" in drawing.caption


def test_zero_in_the_interval_is_said_with_the_breakdown_value():
    said = handover.breakdown_words(finding())
    assert "interval holds zero" in said and "breakdown value 0" in said


def test_what_is_not_drawn_is_counted():
    day = pd.Timestamp("2021-07-10")
    rows = pd.DataFrame({"adm1": ["Kabul", None, "Herat"], "date_prec": [1, 1, 5],
                         "date_start_earliest": [day, day, pd.Timestamp("2021-01-01")],
                         "date_start_latest": [day, day, pd.Timestamp("2021-12-31")]})  # fmt: skip
    said = handover.placed_words(rows, 1)
    assert said.startswith("1 of 3 selected offensives") and "1 are" not in said
    assert handover.placed_words(rows.iloc[:1], 1).startswith("All 1")


def test_measured_false_alarms_of_the_permutation_are_near_their_level():
    rates = pd.read_csv(paths.ROOT / "benchmarks" / "recovery_handover.csv")
    null = rates[rates["method"].str.contains("permutation")
                 & rates["setting"].str.endswith("no effect")]  # fmt: skip
    assert len(null) == 3
    assert (null["low"] <= 0.05).all() and (null["rate"] <= 0.1).all()
