"""Possible worlds: what is drawn, with which weight, and what was known on a day."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import fig_worlds, schema, tables, worlds
from analysis.errors import EmptySelectionError
from analysis.places import fold


def event(event_id="E1", start=("2021-06-01", "2021-06-01"), **changes):
    row = {
        "event_id": event_id, "event_name": event_id, "target": "capital", "adm1": "Balkh",
        "outcome": "captured_held", "resistance": "fought", "conf_event": "A", "where_prec": 1,
        "date_start_earliest": pd.Timestamp(start[0]), "date_start_latest": pd.Timestamp(start[1]),
        "date_end_earliest": pd.NaT, "date_end_latest": pd.NaT, "n_sources": 1,
    }  # fmt: skip
    return row | changes


def claim(field, value, group, party="independent", rule="K0", event_id="E1", **changes):
    row = {
        "event_id": event_id, "field": field, "value": value, "independence_group": group,
        "claimant_party": party, "rule": rule, "stance": "affirms", "machine_rewritten": False,
        "as_of": "2021-06-02", "source_id": group,
    }  # fmt: skip
    return row | changes


def drawn(events, claims=(), n=400):
    claims = pd.DataFrame(claims or [claim("place", "Balkh", "g")])
    return worlds.draw(pd.DataFrame(events), claims, n, seed=7)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 200), st.integers(0, 30))
def test_every_drawn_day_lies_in_its_window(offset, width):
    low = pd.Timestamp("2020-01-01") + pd.Timedelta(days=offset)
    high = low + pd.Timedelta(days=width)
    days = drawn([event(start=(low, high))], n=50).start[:, 0]
    assert (days >= low.to_datetime64()).all() and (days <= high.to_datetime64()).all()


def test_days_of_a_window_are_drawn_equally_often():
    days = drawn([event(start=("2021-06-01", "2021-06-04"))], n=4000).start[:, 0]
    _, counts = np.unique(days, return_counts=True)
    assert len(counts) == 4
    assert counts.min() > 880


def test_rival_dates_are_picked_before_a_day_is_drawn():
    rivals = [claim("date_start", "2021-06-01", "a", rule="D3"),
              claim("date_start", "2021-06-09", "b", rule="D3")]  # fmt: skip
    days = drawn([event(start=("2021-06-01", "2021-06-09"))], rivals).start[:, 0]
    assert set(days.astype("datetime64[D]").astype(str)) == {"2021-06-01", "2021-06-09"}


def test_a_party_in_its_own_favour_counts_a_quarter_of_a_neutral_account():
    rivals = [
        claim("outcome", "partial_entry", "a", rule="O1"),
        claim("outcome", "captured", "b", party="taliban", rule="O3"),
    ]
    found = drawn([event(outcome="partial_entry")], rivals, n=4000).outcome[:, 0]
    assert (found == "captured_held").mean() == pytest.approx(0.2, abs=0.03)


def test_an_admission_against_interest_counts_in_full():
    rows = pd.DataFrame(
        [claim("outcome", "captured", "a", party="government"),
         claim("outcome", "repelled", "b", party="government"),
         claim("outcome", "captured", "c", machine_rewritten=True)]
    )  # fmt: skip
    assert worlds.weigh(rows).tolist() == [1, worlds.DOUBTED, worlds.DOUBTED]


def test_an_earlier_state_does_not_compete_with_a_later_capture():
    rivals = [claim("outcome", "captured", "a", rule="O1"),
              claim("outcome", "contested", "b", rule="O2")]  # fmt: skip
    assert set(drawn([event()], rivals).outcome[:, 0]) == {"captured_held"}


def test_the_confidence_cut_keeps_events_at_or_above_it():
    found = drawn([event("E1"), event("E2", conf_event="D")])
    assert found.kept[:, 0].all()
    assert (found.kept[:, 1] == (found.cuts >= "D")).all()
    assert 0.2 < found.kept[:, 1].mean() < 0.6


def test_an_event_known_to_the_country_only_gets_a_province_of_its_year():
    rows = [event("E1"), event("E2", adm1="Herat"), event("E3", adm1=None, where_prec=6),
            event("E4", start=("2019-01-01", "2019-01-01"), adm1="Kabul")]  # fmt: skip
    assert set(drawn(rows).adm1[:, 2]) == {"Balkh", "Herat"}


def test_a_place_never_falls_before_the_attack_on_it():
    row = event(start=("2021-06-01", "2021-06-05"), date_end_earliest=pd.Timestamp("2021-06-02"),
                date_end_latest=pd.Timestamp("2021-06-05"))  # fmt: skip
    assert all((w["fell"] >= w["start"]).all() for w in drawn([row]))


def test_the_same_seed_gives_the_same_worlds():
    rows = [event(start=("2021-06-01", "2021-06-30")), event("E2", conf_event="C")]
    first, second = drawn(rows, n=30), drawn(rows, n=30)
    assert (first.start == second.start).all() and (first.kept == second.kept).all()


def test_a_share_counts_only_worlds_in_which_the_statement_can_be_said():
    found = drawn([event(start=("2021-06-01", "2021-06-02"))], n=300)
    said = worlds.share_true(lambda w: None if w["start"].iloc[0].day == 1 else bool(len(w)), found)
    assert 0 < said.worlds < 300 and said.share == 1
    silent = worlds.share_true(lambda w: None, found)
    assert math.isnan(silent.share) and "cannot be said" in str(silent)


def test_the_band_holds_the_truth_at_about_its_stated_rate():
    # Truth: each event on a uniform day of its window; the count of June is then known.
    rng = np.random.default_rng(11)
    inside, runs = 0, 60
    for _ in range(runs):
        low = pd.Timestamp("2021-05-15") + pd.to_timedelta(rng.integers(0, 40, 40), unit="D")
        width = rng.integers(0, 30, 40)
        truth = low + pd.to_timedelta(np.floor(rng.random(40) * (width + 1)), unit="D")
        rows = [event(f"E{i:02}", (a, a + pd.Timedelta(days=int(w))))
                for i, (a, w) in enumerate(zip(low, width, strict=True))]  # fmt: skip
        found = drawn(rows, n=100)
        ends = worlds.band(lambda w: (w["start"].dt.month == 6).sum(), found)
        inside += ends[0] <= (truth.month == 6).sum() <= ends[2]
    assert inside >= 0.88 * runs


def test_no_start_window_is_an_error_that_says_so():
    with pytest.raises(EmptySelectionError, match="start date"):
        drawn([event(start=(None, None))])


# --- what was known on a day ----------------------------------------------------------


def test_a_source_without_a_day_enters_on_the_day_it_speaks_of():
    sources = pd.DataFrame(
        {"source_id": list("abc"), "date_published": ["2021-07-09", "2021-07", ""]}
    )
    claims = pd.DataFrame(
        {"source_id": list("abbc"), "as_of": ["2021-07-07", "2021-07-07", "", ""]}
    )
    found = worlds.known_on(claims, sources)
    assert found.iloc[:3].dt.strftime("%m-%d").tolist() == ["07-09", "07-07", "07-31"]
    assert pd.isna(found.iloc[3])


def qala_i_naw(events):
    rows = events[events["adm1"].eq("Badghis") & events["in_scope"]]
    rows = rows[rows["date_start_latest"] >= "2021-06-01"]
    return rows[[fold(p).startswith(fold("Qala-i-Naw")) for p in rows["place_canonical"]]]


def test_on_8_july_2021_qala_i_naw_was_entered_and_not_taken():
    then, claims = worlds.as_of("2021-07-08")
    place = qala_i_naw(then)
    assert len(place) == 1
    row = place.iloc[0]
    assert row["outcome"] in ("partial_entry", "contested")
    assert row["resistance"] == "fought"
    assert row["date_start"] == pd.Timestamp("2021-07-07")
    assert pd.isna(row["held_days_max"])
    last = claims.loc[claims["event_id"] == row["event_id"], "source_id"].map(
        tables.load("sources").set_index("source_id")["date_published"]
    )
    assert last.dropna().max() <= "2021-07-08"


def test_the_fall_of_qala_i_naw_is_unknown_before_it_and_known_after():
    days = {
        day: qala_i_naw(worlds.as_of(day)[0]) for day in ("2021-07-05", "2021-07-08", "2021-08-14")
    }
    assert days["2021-07-05"].empty
    assert not days["2021-07-08"]["outcome"].str.startswith("captured").any()
    assert days["2021-08-14"]["outcome"].eq("captured_held").sum() == 1


def test_the_day_before_gives_no_more_than_the_day_itself():
    earlier, later = (worlds.as_of(d)[1]["claim_id"] for d in ("2021-07-07", "2021-07-08"))
    assert set(earlier) < set(later)


def test_with_every_claim_known_the_view_is_the_table():
    seeds = {n: schema.read_raw(n) for n in ("events", "claims", "sources", "provinces")}
    known = worlds.known_on(seeds["claims"], seeds["sources"])
    whole = seeds["claims"].assign(known=known).groupby("event_id")["known"].agg(
        lambda k: k.notna().all()
    )  # fmt: skip
    then, _ = worlds.as_of("2199-12-31", seeds)
    now = tables.load("events")
    sure = [e for e in then["event_id"] if whole[e]][:400]
    assert len(sure) > 100
    columns = ["outcome", "resistance", "conf_event", "date_start_earliest", "date_start_latest"]
    left = then.set_index("event_id").loc[sure, columns]
    pd.testing.assert_frame_equal(left, now.set_index("event_id").loc[sure, columns],
                                  check_dtype=False)  # fmt: skip


def test_nothing_known_is_an_error_that_names_the_day():
    with pytest.raises(EmptySelectionError, match="1999-01-01"):
        worlds.as_of("1999-01-01")


def test_the_figure_shows_every_statement_that_can_be_said():
    found = drawn([event(), event("E2", start=("2015-05-01", "2015-05-01"), adm1="Helmand")], n=30)
    table = fig_worlds.data(worlds.headlines(found), worlds.statements(found))
    drawing = fig_worlds.draw(table, fig_worlds.title(table))
    assert len(drawing.data) == len(worlds.HEADLINES) + len(worlds.STATEMENTS)
    assert "Helmand" in drawing.alt


def said(**true):
    rows = [(name, True, n, 200, n / 200 if n is not None else math.nan)
            for name, n in zip(worlds.STATEMENTS, true.values(), strict=True)]  # fmt: skip
    return pd.DataFrame(rows, columns=["statement", "resolved", "true", "worlds", "share"])


def test_the_answer_names_every_statement_and_counts_the_worlds():
    words = worlds.statement_words(said(a=138, b=200, c=199, d=200, e=0))
    for name in worlds.SHORT.values():
        assert name in words
    assert words.startswith("Of 5 statements looked at 3 hold in nearly all worlds (2021")
    assert "1 in none (Helmand" in words and "1 in 138 of 200 (Zaranj" in words
    words = worlds.statement_words(said(a=100, b=100, c=100, d=100, e=100))
    assert words.startswith("Of 5 statements looked at none holds in nearly all")
    nothing = said(a=0, b=0, c=0, d=0, e=0).assign(share=math.nan)
    assert "No statement" in worlds.statement_words(nothing)


def test_a_share_of_worlds_is_printed_as_a_count():
    assert str(worlds.Share(199, 200, 0.97, 1.0)) == "true in 199 of 200 worlds"
    table = said(a=138, b=200, c=199, d=200, e=0).assign(low=0.0, high=1.0, words="")
    numbers = worlds.headlines(drawn([event()], n=20))
    title = fig_worlds.title(fig_worlds.data(numbers, table))
    assert "138 of 200 worlds" in title
    # One of the four comes out false: it is not told as if it were true.
    assert title.endswith("of 4 others 3 hold in nearly all worlds (199 of 200 or more), "
                          "1 in none")  # fmt: skip
    sure = fig_worlds.data(numbers, table.assign(share=1.0))
    assert fig_worlds.title(sure).startswith("Of 5 statements 5 hold in all 200 worlds")
    drawing = fig_worlds.draw(sure, "t")
    texts = [t.get_text() for ax in drawing.fig.get_axes() for t in ax.texts]
    assert "199 of 200" in texts and not any("% of 2" in t for t in texts)


def test_no_headline_is_a_ratio_of_two_floors():
    assert not any("ratio" in name for name in worlds.HEADLINES)
    assert {"begun May to July 2020", "begun May to July 2021"} <= set(worlds.HEADLINES)
    rows = [event("E1", ("2020-06-01", "2020-06-01")), event("E2"), event("E3")]
    found = worlds.headlines(drawn(rows, n=20)).set_index("headline")["resolved"]
    assert found["begun May to July 2020"] == 1 and found["begun May to July 2021"] == 2


def test_the_answer_calls_the_share_of_captures_no_success_rate():
    numbers = worlds.headlines(drawn([event()], n=20))
    table = said(a=138, b=200, c=199, d=200, e=0)
    words = worlds.answer(numbers, table, "Nothing", "all 124 testable figures")
    assert "no success rate" in words and "Nothing; all 124 testable figures, as" in words
    assert "as the tests require: a check of copying" in words
    assert "when doubtful events are dropped" in words and "probably reported less" in words
    assert "coders" not in words
    assert "three days), 1" in worlds.answer(numbers, table, "Nothing", "all 3",
                                             "though two coders agree weakly there")  # fmt: skip


def test_the_headings_are_computed():
    numbers = worlds.headlines(drawn([event("E1"), event("E2", conf_event="D")]))
    table = said(a=138, b=200, c=199, d=200, e=0)
    assert worlds.heading(numbers, table).endswith(
        "by up to 50%; of 5 statements 3 hold in nearly all worlds (199 of 200 or more), 1 in none"
    )
    doubtful = said(a=100, b=100, c=100, d=100, e=100)
    assert worlds.heading(numbers, doubtful).endswith("none holds or fails in nearly all worlds")
    unsaid = doubtful.assign(share=math.nan)
    assert worlds.heading(numbers, unsaid).endswith("no statement can be said")
    one = said(a=100, b=100, c=200, d=100, e=100)
    assert "1 holds in all 200 worlds" in worlds.firm_words(one)
    rare = said(a=100, b=100, c=100, d=4, e=0)
    assert "2 holds" not in worlds.firm_words(rare)
    assert worlds.firm_words(rare) == "2 hold in hardly any (4 of 200 or fewer)"
    fewer = said(a=100, b=200, c=200, d=100, e=100)
    fewer.loc[1, ["true", "worlds"]] = 150
    assert worlds.firm_words(fewer) == "2 hold in all worlds that can say"
    alone = worlds.headlines(drawn([event()], n=20))
    assert "does not hang" in worlds.heading(alone, table)
    words = worlds.asof_heading("2021-07-08", 613, 675, 1)
    assert "613 of the 675 selected events begun by then had been reported" in words
    assert words.endswith("; 1 reads differently now")
    assert "none read" in worlds.asof_heading("2021-07-08", 613, 675, 0)


def test_an_event_that_had_not_begun_is_not_among_those_a_day_could_know():
    events = pd.DataFrame([event("E1"), event("E2"), event("E3", ("2021-08-01", "2021-08-01")),
                           event("E4", ("2021-08-02", "2021-08-02"))])  # fmt: skip
    known = pd.DataFrame({"event_id": ["E1", "E4"]})
    # E4 is dated later now, but had been reported: it counts as begun, so no share exceeds one.
    assert worlds.begun_by("2021-07-08", events, known) == 3
    assert worlds.begun_by("2021-07-08", events, known.iloc[:1]) == 2


def test_events_without_a_province_are_told_beside_the_counts_of_provinces():
    events = pd.DataFrame([event("E1"), event("E2", where_prec=6), event("E3", adm1=None)])
    assert worlds.loose_words(events).startswith("2 events are known only to the country")
    assert worlds.loose_words(events.iloc[:2]).startswith("1 event is known")
    assert worlds.loose_words(events.iloc[:1]) == ""


def test_outcomes_are_said_in_words():
    rows = schema.read_raw("events")["outcome"]
    assert not [o for o in rows.unique() if o and "_" in worlds.outcome_words(o)]


def test_the_statement_on_how_capitals_fell_says_of_which():
    assert worlds.MORE_GIVEN_UP.endswith("where that is known")


def test_a_superlative_over_counts_says_that_they_are_recorded():
    most = [s for s in worlds.STATEMENTS if "any other" in s]
    assert len(most) == 2
    assert all("recorded offensives" in s for s in most)


def test_the_weak_agreement_on_how_capitals_fell_is_told_and_goes_when_it_is_good():
    weak = pd.Series({"verdict": "weak", "value": 0.68, "low": 0.58, "high": 0.77})
    table = said(a=138, b=200, c=199, d=200, e=0)
    words = worlds.statement_words(table, worlds.resistance_doubt(weak))
    assert "fought over where that is known, though two coders agree weakly there;" in words
    assert "kappa 0.68, 0.58 to 0.77" in worlds.resistance_words(weak)
    assert "only weakly, below the limit that we set" in worlds.resistance_words(weak)
    good = weak.copy()
    good["verdict"] = "good enough"
    assert worlds.resistance_doubt(good) == ""
    assert "weak" not in worlds.resistance_words(good)
    assert "above the limit that we set" in worlds.resistance_words(good)
    assert "does not say that the accounts are right" in worlds.resistance_words(good)
    assert worlds.statement_words(table, "") == worlds.statement_words(table)
