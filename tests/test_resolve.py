from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import schema
from analysis.dates import parse_window
from analysis.resolve import (
    RULES,
    Claim,
    event_class,
    letter,
    resolve,
    resolve_air,
    resolve_date,
    resolve_event,
    resolve_number,
    resolve_outcome,
    resolve_resistance,
)


def claim(field, value, party="independent", group="a", as_of="2021-07-08", **more):
    given = {
        "line": 0,
        "source_id": f"S-{group}",
        "group": group,
        "source_party": "independent",
        "rewritten": False,
        "read_in_full": False,
        "field": field,
        "value": value,
        "party": party,
        "as_of": parse_window(as_of) if as_of else None,
        "basis": "stated",
        "stance": "affirms",
    }
    return Claim(**(given | more))


def outcome(*claims, retaken=()):
    return resolve_outcome(list(claims), list(retaken))


# --- the tables -----------------------------------------------------------------------


def test_every_event_row_is_what_its_claims_give():
    raw = {n: schema.read_raw(n) for n in ("events", "claims", "sources", "provinces")}
    events, claims = resolve(*raw.values())
    for name, table in (("events", events), ("claims", claims)):
        for column in schema.derived_columns(name):
            assert (table[column] == raw[name][column]).all(), f"{name}.{column}"


def test_the_order_of_the_rows_does_not_matter():
    raw = {n: schema.read_raw(n) for n in ("events", "claims", "sources", "provinces")}
    events, claims = resolve(*raw.values())
    shuffled = raw | {
        "claims": raw["claims"].sample(frac=1, random_state=3),
        "sources": raw["sources"].sample(frac=1, random_state=4),
    }
    again, marked = resolve(*shuffled.values())
    assert again.equals(events)
    assert marked.sort_index()[["used", "rule"]].equals(claims[["used", "rule"]])


def test_every_rule_in_the_table_is_explained():
    assert set(schema.read_raw("claims")["rule"]) <= set(RULES)


# --- dates ----------------------------------------------------------------------------


def test_windows_that_share_days_give_the_shared_days():
    window, grade, _ = resolve_date(
        [
            claim("date_start", "2021-07-11/2021-07-18", basis="relative"),
            claim("date_start", "2021-07-14", group="b"),
        ]
    )
    assert str(window) == "2021-07-14"
    assert grade == "C", "only one group names the day"


def test_a_lone_day_against_twice_as_many_groups_is_outvoted():
    claims = [
        claim("date_start", "2021-08-10", group="a"),
        claim("date_start", "2021-08-11", group="b"),
        claim("date_start", "2021-08-11", group="c"),
    ]
    window, grade, _ = resolve_date(claims)
    assert str(window) == "2021-08-11"
    assert [c.used for c in claims] == [False, True, True]
    assert grade == "B"


def test_without_a_majority_the_window_holds_all_and_confidence_falls():
    window, grade, _ = resolve_date(
        [claim("date_start", "2021-08-10"), claim("date_start", "2021-08-11", group="b")]
    )
    assert str(window) == "2021-08-10/2021-08-11"
    assert grade == "C"


def test_two_windows_that_both_pass_and_are_even_decide_nothing():
    wide = claim("date_start", "2021-06-07/2021-06-10", group="c")
    days = [claim("date_start", "2021-06-07"), claim("date_start", "2021-06-08", group="b")]
    window, _, _ = resolve_date([wide, *days])
    assert window == parse_window("2021-06-07/2021-06-08")
    assert all(c.rule == "D3" for c in [wide, *days])
    third = claim("date_start", "2021-06-08", group="d")
    window, _, _ = resolve_date([wide, *days, third])
    assert window == parse_window("2021-06-08"), "with more groups for it one of the two is taken"


def test_an_inferred_day_raises_no_letter():
    day = "2021-06-08"
    firm = [claim("date_start", day)]
    guesses = [claim("date_start", day, group=g, basis="inferred") for g in "bcd"]
    assert resolve_date(firm + guesses)[1] == resolve_date(firm)[1] == "C"
    assert resolve_date(guesses)[1] == "E"


def test_a_text_read_in_full_is_not_outvoted_by_excerpts():
    window, _, _ = resolve_date(
        [
            claim("date_start", "2020-10-09", read_in_full=True),
            claim("date_start", "2020-10-11", group="b"),
            claim("date_start", "2020-10-11", group="c"),
        ]
    )
    assert str(window) == "2020-10-09/2020-10-11"


def test_the_narrative_of_a_rewritten_copy_does_not_outrank_a_sound_source():
    copy = claim("date_start", "2021-07-01", rewritten=True)
    window, _, _ = resolve_date([copy, claim("date_start", "2021-07-07", group="b")])
    assert str(window) == "2021-07-07"
    assert copy.rule == "M1"


@st.composite
def date_claims(draw):
    claims = []
    for i in range(draw(st.integers(1, 5))):
        first = date(2021, 7, 1) + timedelta(days=draw(st.integers(0, 20)))
        last = first + timedelta(days=draw(st.integers(0, 10)))
        party = draw(st.sampled_from(["independent", "government", "taliban"]))
        claims.append(
            claim(
                "date_start",
                f"{first}/{last}",
                party=party,
                group=draw(st.sampled_from("abc")),
                line=i,
            )
        )
    return claims


@settings(max_examples=200)
@given(date_claims(), st.randoms())
def test_a_resolved_date_stays_within_the_accounts_and_ignores_their_order(claims, random):
    window, grade, basis = resolve_date(claims)
    spans = [parse_window(c.value) for c in claims]
    assert min(w.earliest for w in spans) <= window.earliest
    assert window.latest <= max(w.latest for w in spans)
    mixed = list(claims)
    random.shuffle(mixed)
    assert resolve_date(mixed) == (window, grade, basis)


# --- outcome --------------------------------------------------------------------------


def test_a_capture_claimed_by_the_taliban_alone_is_not_used():
    lone = claim("outcome", "captured", party="taliban")
    assert outcome(lone) == ("unknown", "E")
    assert lone.rule == "O3" and not lone.used


def test_a_capture_admitted_by_officials_counts():
    assert outcome(claim("outcome", "captured", party="government"))[0] == "captured_held"


def test_a_denial_does_not_undo_a_capture_that_neutral_sources_affirm():
    denial = claim("outcome", "captured", party="government", group="b", stance="denies")
    assert outcome(claim("outcome", "captured"), denial)[0] == "captured_held"
    assert denial.rule == "O7" and not denial.used


def test_a_denial_that_nobody_contradicts_rules_a_capture_out():
    denial = claim("outcome", "captured", party="government", stance="denies")
    fighting = claim("outcome", "contested", group="b")
    assert outcome(denial, fighting)[0] == "contested"
    assert denial.rule == "O8" and denial.used


def test_one_quoted_officer_does_not_outweigh_several_neutral_accounts():
    claims = [
        claim("outcome", "captured", party="government", group="a"),
        claim("outcome", "partial_entry", group="b"),
        claim("outcome", "partial_entry", group="c"),
    ]
    assert outcome(*claims)[0] == "partial_entry"
    assert claims[0].rule == "O4"


def test_an_earlier_lesser_state_does_not_refute_a_later_capture():
    earlier = [
        claim("outcome", "partial_entry", group=g, as_of="2021-07-01") for g in ("b", "c", "d")
    ]
    assert outcome(claim("outcome", "captured", as_of="2021-07-09"), *earlier)[0] == "captured_held"


def test_full_success_claimed_by_the_defender_falls_to_a_later_account_of_fighting():
    cleared = claim("outcome", "repelled", party="government", as_of="2021-07-07")
    fighting = claim("outcome", "contested", group="b", as_of="2021-07-08")
    assert outcome(cleared, fighting)[0] == "contested"
    assert cleared.rule == "O5" and not cleared.used


def test_a_recapture_by_the_governments_word_alone_gives_the_lowest_confidence():
    back = claim("retaken", "2021-07-10", party="government", group="b", as_of="2021-07-10")
    assert outcome(claim("outcome", "captured"), retaken=[back]) == ("captured_lost", "D")


def test_a_recapture_that_a_later_account_contradicts_is_not_used():
    back = claim("retaken", "2021-07-10", party="government", group="b", as_of="2021-07-10")
    held = claim("outcome", "captured", as_of="2021-07-20")
    assert outcome(held, retaken=[back])[0] == "captured_held"
    assert back.rule == "T2"


def test_two_as_of_states_of_one_assault_give_one_event_with_an_open_end():
    claims = [
        claim("date_start", "2021-07-07", as_of="2021-07-07"),
        claim("date_end", "2021-07-07", as_of="2021-07-07"),
        claim("outcome", "partial_entry", as_of="2021-07-07"),
        claim("outcome", "contested", group="b", as_of="2021-07-08"),
    ]
    row = resolve_event({"target": "capital"}, claims)
    assert row["outcome"] == "partial_entry"
    assert row["date_end_latest"] == "", "fighting went on after the end one account gives"


# --- the rest -------------------------------------------------------------------------


def test_a_named_actor_is_kept_and_several_are_said_to_be_several():
    us, afghan = claim("air", "reported_us"), claim("air", "reported_afghan", group="b")
    vague = claim("air", "reported_unspecified", group="c")
    assert resolve_air([us, vague]) == ("reported_us", 2)
    assert resolve_air([us, afghan]) == ("reported_several", 2)


def test_not_mentioned_denied_and_not_seen_are_three_things():
    assert resolve_air([claim("air", "not_mentioned")]) == ("none_mentioned", 0)
    assert resolve_air([claim("air", "denied"), claim("air", "not_mentioned")])[0] == "denied"
    assert resolve_air([claim("air", "text_not_seen")])[0] == "text_not_seen"


def test_a_party_never_sets_the_best_figure_of_the_other_sides_dead():
    row = resolve_number("tb_killed", [claim("tb_killed", "120", party="government")])
    assert row == {"tb_killed_low": "120", "tb_killed_best": "", "tb_killed_high": "120"}
    row = resolve_number("tb_killed", [claim("tb_killed", "40")])
    assert row["tb_killed_best"] == "40"


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=1, max_size=6))
def test_low_best_and_high_are_in_order(pairs):
    claims = [
        claim("civ_killed", f"{min(p)}/{max(p)}", group=str(i), line=i) for i, p in enumerate(pairs)
    ]
    row = resolve_number("civ_killed", claims)
    low, high = int(row["civ_killed_low"]), int(row["civ_killed_high"])
    assert low <= high
    if row["civ_killed_best"]:
        assert low <= int(row["civ_killed_best"]) <= high


def test_a_tie_on_how_a_place_fell_is_unknown():
    assert resolve_resistance(
        [claim("resistance", "deal"), claim("resistance", "fought", group="b")]
    ) == ("unknown")


@pytest.mark.parametrize(
    ("groups", "parties", "grade"),
    [("abc", ["independent"], "A"), ("abc", ["government"], "B"), ("ab", ["taliban"], "B"),
     ("a", ["un"], "C"), ("a", ["government"], "D")],
)  # fmt: skip
def test_letters_count_independent_groups_and_ask_for_a_neutral_one(groups, parties, grade):
    assert letter(groups, parties) == grade


def test_a_class_joins_target_and_outcome():
    assert event_class("capital", "captured_lost") == "capital_capture"
    assert event_class("district_centre", "repelled") == "district_centre_assault"
    assert event_class("highway", "cut_off") == "highway_cut"


def test_silence_on_strikes_is_silent_and_a_lone_denial_decides():
    quiet, denial = claim("air", "not_mentioned"), claim("air", "denied", group="b")
    assert resolve_air([quiet, denial]) == ("denied", 0)
    assert (quiet.rule, quiet.used) == ("S1", False)
    assert (denial.rule, denial.used) == ("P3", True)
    report = claim("air", "reported_us", group="c")
    assert resolve_air([quiet, denial, report]) == ("reported_us", 1)
    assert (denial.rule, denial.used, report.rule) == ("P2", False, "P1")
