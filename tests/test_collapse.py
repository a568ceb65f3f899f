"""The collapse curve: what counts as held on a day, and what monitors are held against."""

import matplotlib.dates as mdates
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import collapse, fig_capitals, fig_collapse, tables

DAY = pd.Timestamp("2021-06-01")
START, STOP = pd.Timestamp("2021-05-01"), pd.Timestamp("2021-08-15")


def capture(event_id="E1", district="Balkh: Balkh", fell=(0, 0), lost=None):
    window = (DAY + pd.Timedelta(days=d) for d in fell)
    row = dict(zip(("fell_earliest", "fell_latest"), window, strict=True))
    back = [DAY + pd.Timedelta(days=d) for d in lost] if lost else [pd.NaT, pd.NaT]
    row |= {"lost_earliest": back[0], "lost_latest": back[1]}
    return {"event_id": event_id, "district": district, "lost": lost is not None} | row


def event(event_id, outcome="captured_held", target="district_centre", **changes):
    row = {
        "event_id": event_id, "outcome": outcome, "target": target, "adm1": "Balkh",
        "adm2": "Balkh", "place_canonical": "Balkh", "resistance": "fought",
        "parent_event_id": None, "retakes_event_id": None,
        "date_start_earliest": DAY, "date_start_latest": DAY,
        "date_end_earliest": pd.NaT, "date_end_latest": pd.NaT,
    }  # fmt: skip
    return row | changes


def claim(event_id="E1", field="outcome", value="captured", **changes):
    row = {
        "event_id": event_id, "field": field, "value": value, "stance": "affirms",
        "as_of": "2021-06-05", "used": True, "source_id": "S1", "independence_group": "g",
    }  # fmt: skip
    return row | changes


def band_on(rows, offset):
    band = collapse.held_band(pd.DataFrame(rows), START, STOP).set_index("date")
    return tuple(band.loc[DAY + pd.Timedelta(days=offset), ["low", "high"]])


def test_a_place_is_possibly_held_from_its_earliest_day_and_certainly_from_its_latest():
    rows = [capture(fell=(0, 5))]
    assert band_on(rows, -1) == (0, 0)
    assert band_on(rows, 0) == (0, 1)
    assert band_on(rows, 5) == (1, 1)


def test_a_place_lost_again_leaves_the_certain_line_before_the_possible_one():
    rows = [capture(lost=(3, 6))]
    assert band_on(rows, 2) == (1, 1)
    assert band_on(rows, 4) == (0, 1)
    assert band_on(rows, 6) == (0, 0)


def test_a_district_taken_twice_counts_once():
    rows = [capture(), capture("E2", fell=(1, 1))]
    assert band_on(rows, 10) == (1, 1)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(-20, 40), st.integers(0, 9), st.integers(0, 9)), max_size=8))
def test_the_certain_line_never_lies_above_the_possible_one(spans):
    rows = [
        capture(f"E{i}", f"district {i % 3}", (a, a + w), (a + w, a + w + v) if v % 2 else None)
        for i, (a, w, v) in enumerate(spans)
    ] or [capture()]
    band = collapse.held_band(pd.DataFrame(rows), START, STOP)
    assert (band["low"] <= band["high"]).all()
    assert band["high"].max() <= 3


def test_a_recapture_coded_as_an_event_ends_the_capture_it_names():
    events = pd.DataFrame([event("E1")])
    back = event("X1", outcome="unknown", target="government_recapture", retakes_event_id="E1",
                 date_start_earliest=DAY + pd.Timedelta(days=4),
                 date_start_latest=DAY + pd.Timedelta(days=4))  # fmt: skip
    taken = collapse.captures(events, pd.DataFrame([claim()]), pd.DataFrame([event("E1"), back]))
    assert taken.loc[0, "lost"]
    assert taken.loc[0, "lost_latest"] == DAY + pd.Timedelta(days=4)


def test_a_loss_without_a_day_lies_between_the_fall_and_the_first_account_of_it():
    events = pd.DataFrame([event("E1", outcome="captured_lost")])
    taken = collapse.captures(events, pd.DataFrame([claim(value="captured_lost")]), events)
    assert taken.loc[0, "lost_earliest"] == DAY
    assert taken.loc[0, "lost_latest"] == pd.Timestamp("2021-06-05")


def test_a_child_that_repeats_its_parent_is_one_capture():
    events = pd.DataFrame([event("E1"), event("E2", parent_event_id="E1"),
                           event("E3", adm2="Kaldar", parent_event_id="E1")])  # fmt: skip
    taken = collapse.captures(events, pd.DataFrame([claim()]), events)
    assert sorted(taken["event_id"]) == ["E1", "E3"]


def test_a_reading_without_a_stated_list_has_no_share():
    control = pd.DataFrame(
        {
            "monitor": ["LWJ", "LWJ"], "unit": "districts", "date": [DAY, STOP], "date_prec": 1,
            "taliban": [100, 200], "denominator": pd.array([400, None], dtype="Int64"),
            "source_id": "S1",
        }
    )  # fmt: skip
    found = collapse.readings(control, START, STOP)
    assert found["share"].iloc[0] == pytest.approx(0.25)
    assert found["share"].isna().iloc[1]
    assert collapse.paces(found).empty


def test_a_pace_needs_two_readings_over_one_list():
    control = pd.DataFrame(
        {
            "monitor": "LWJ", "unit": "districts", "date": [START, DAY, STOP], "date_prec": 1,
            "taliban": [50, 90, 112], "denominator": [407, 421, 407], "source_id": "S1",
        }
    )  # fmt: skip
    pace = collapse.paces(collapse.readings(control, START, STOP))
    assert len(pace) == 1
    assert pace["a_day"].iloc[0] == pytest.approx(62 / (STOP - START).days)


def test_each_monitor_keeps_its_own_denominator_in_the_figure():
    control = tables.load("district_control")
    table = fig_collapse.data(pd.DataFrame([capture()]), control, 399, START, STOP)
    for monitor, own in table.dropna(subset=["held", "denominator"]).groupby("series"):
        seen = control[(control["monitor"] == monitor) & control["date"].isin(own["date"])]
        assert set(own["denominator"]) == set(seen["denominator"].dropna().astype(float)), monitor


def test_the_steepest_week_is_found_where_the_falls_are():
    rows = [capture(f"E{i}", f"d{i}", (20, 20)) for i in range(14)]
    week = collapse.fastest_week(collapse.held_band(pd.DataFrame(rows), START, STOP))
    assert week["a_day"] == pytest.approx(2)
    assert week["from"] < DAY + pd.Timedelta(days=20) <= week["to"]


def test_the_last_summer_starts_on_the_first_of_may():
    assert collapse.last_summer(pd.Timestamp("2007-01-01"), STOP) == START
    winter = pd.Timestamp("2020-02-01")
    assert collapse.last_summer(pd.Timestamp("2007-01-01"), winter) == pd.Timestamp("2019-05-01")
    assert collapse.last_summer(DAY, STOP) == DAY


def test_capitals_are_ordered_by_fall_and_disputes_need_windows_that_share_no_day():
    events = pd.DataFrame(
        [
            event(
                "E2", target="capital", adm1="Kunduz", date_end_earliest=DAY, date_end_latest=DAY
            ),
            event("E1", target="capital", date_start_earliest=START, date_start_latest=START),
        ]
    )
    claims = pd.DataFrame(
        [
            claim("E1", "date_start", "2021-05-01"),
            claim("E1", "date_start", "2021-05-01/2021-05-03", source_id="S2"),
            claim("E2", "date_end", "2021-06-01"),
            claim("E2", "date_end", "2021-06-02", source_id="S2"),
            claim("E2", "date_end", "2021-06-09", source_id="S3", stance="denies"),
        ]
    )
    table = fig_capitals.data(collapse.capital_claims(events, claims))
    capitals = table[table["mark"] == "capital"]
    assert list(capitals["adm1"]) == ["Balkh", "Kunduz"]
    assert list(capitals["value"]) == [2, 2]
    assert fig_capitals.disputed(table) == 1


def test_a_figure_without_capitals_says_so():
    table = fig_capitals.data(collapse.capital_claims(pd.DataFrame([event("E1")]),
                                                      pd.DataFrame([claim()])))  # fmt: skip
    drawing = fig_capitals.draw(table, fig_capitals.title(table))
    assert "No provincial capital" in drawing.alt


def test_all_but_one_capital_has_fallen_by_the_last_day_in_the_real_table():
    events = tables.load("events")
    lately = events[events["in_scope"] & (events["date_start_latest"] >= START)]
    assert collapse.fallen_by(lately, pd.Timestamp("2021-08-05").date()) == 0
    assert 30 <= collapse.fallen_by(lately, pd.Timestamp("2021-08-15").date()) <= 33


def test_a_loss_after_the_last_day_leaves_the_place_held_and_is_kept_apart():
    late = claim(field="retaken", value="2021-08-17")
    taken = collapse.captures(
        pd.DataFrame([event("E1", outcome="captured_lost", target="capital")]),
        pd.DataFrame([claim(), late]),
        pd.DataFrame([event("E1")]),
    )
    row = taken.iloc[0]
    assert not row["lost"] and pd.isna(row["lost_latest"])
    assert row["lost_later"] == pd.Timestamp("2021-08-17")
    early = collapse.captures(
        pd.DataFrame([event("E1", outcome="captured_lost")]),
        pd.DataFrame([claim(field="retaken", value="2021-06-03")]),
        pd.DataFrame([event("E1")]),
    )
    assert early.loc[0, "lost"] and pd.isna(early.loc[0, "lost_later"])


def test_charikar_is_held_on_the_last_day_and_drawn_as_lost_after_it():
    events, claims = tables.load("events"), tables.statements()
    sources = tables.load("sources")[["source_id", "independence_group"]]
    claims = claims.merge(sources, on="source_id", how="left")
    own = events[events["in_scope"] & (events["place_canonical"] == "Charikar")]
    own = own[(own["target"] == "capital") & (own["date_start_latest"] >= STOP)]
    taken = collapse.captures(own, claims, events)
    assert len(taken) == 1 and not taken["lost"].any()
    table = fig_capitals.data(collapse.capital_claims(own, claims), taken)
    drawing = fig_capitals.draw(table, fig_capitals.title(table))
    texts = [t.get_text() for ax in drawing.fig.get_axes() for t in ax.texts]
    assert any(t.endswith("; lost 17 Aug") for t in texts)
    for ax in drawing.fig.get_axes():
        for line in ax.lines:
            if line.get_marker() == "o":
                assert line.get_xdata()[0] < mdates.date2num(STOP) + 0.5, "a dot after the last day"


def test_the_band_on_the_last_day_shrinks_with_a_stricter_cut():
    rows = pd.DataFrame(
        [capture(), capture("E2", "Balkh: Chimtal"), capture("E3", "Balkh: Kaldar")]
    )
    grades = pd.DataFrame({"event_id": ["E1", "E2", "E3"], "conf_event": ["A", "C", "C"]})
    cuts = collapse.over_cuts(rows, grades, START, STOP)
    assert cuts == {"A": (1, 1), "C": (3, 3)}
    assert collapse.cut_words(cuts) == "1 to 3 by how sure an event must be"
    assert collapse.cut_words({"A": (2, 2)}) == "" == collapse.cut_words({})
    assert collapse.span_words(5, 5) == "Both edges of the band end at 5"
    assert "between 4 and 5" in collapse.span_words(4, 5)


def test_classes_that_do_not_add_up_to_the_list_are_named():
    control = pd.DataFrame(
        {
            "monitor": "LWJ", "date": [START, DAY], "denominator": pd.array([407, 407], "Int64"),
            "government": [115, 100], "contested": [210, 207], "taliban": [73, 100],
        }
    )  # fmt: skip
    said = collapse.class_words(control, START, STOP)
    assert "LWJ 1 May: 398 of 407" in said and "1 June" not in said
    assert collapse.class_words(control.iloc[1:], START, STOP) == ""


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2021-08-06", "2021-08-06", "on 6 August"),
        ("2021-08-06", "2021-08-15", "from 6 to 15 August"),
        ("2021-07-31", "2021-08-15", "from 31 July to 15 August"),
        ("2015-09-28", "2016-10-03", "from 28 September 2015 to 3 October 2016"),
    ],
)
def test_a_span_of_days_is_said_without_repeats(first, last, said):
    assert collapse.days_words(pd.Timestamp(first), pd.Timestamp(last)) == said


def test_the_answer_says_that_no_reading_is_a_bound_and_counts_capitals_among_the_districts():
    band = collapse.held_band(pd.DataFrame([capture()]), START, STOP)
    week = collapse.fastest_week(band)
    capitals = pd.DataFrame({"mark": "capital", "fell": [DAY, STOP]})
    lasted = "29% (16 to 45) before 2021, followed to the last report"
    said = collapse.answer(band, 399, week, {"A": (0, 0), "E": (1, 1)}, capitals, lasted)
    assert "1 of 399 districts taken and not reported lost, provincial capitals included" in said
    assert "(0 to 1 by how sure an event must be)" in said
    assert f"recorded captures still held after 30 days is {lasted}; neither reading is a" in said
    said = collapse.answer(band, 399, week, {}, capitals.iloc[:0], "")
    assert "30 days" not in said and "capitals fell" not in said and "()" not in said


def test_a_reading_printed_twice_is_not_said_to_be_missing_from_the_figure():
    control = tables.load("district_control")
    table = fig_collapse.data(pd.DataFrame([capture()]), control, 399, START, STOP)
    drawing = fig_collapse.draw(table, fig_collapse.title(table, {"E": (1, 1)}))
    assert "73 on 1 May" not in drawing.caption and "106 on 15 June" in drawing.caption
    assert drawing.alt.count("18 percent on 1 May") == 1
    assert "LWJ" not in drawing.title and "US_JCS" not in drawing.caption + drawing.alt
    assert "picked\nafter the fact" in texts(drawing)
    assert "band: taken in the period" in drawing.fig.get_axes()[0].get_ylabel()
    source = drawing.fig._supxlabel.get_text()
    assert "a press report" in drawing.caption and "a press report" not in source, "not drawn"
    assert max(map(len, source.splitlines())) < 150, "a source line runs off the page"


def texts(drawing):
    return "\n".join(t.get_text() for ax in drawing.fig.get_axes() for t in ax.texts)


def paces(*rows):
    columns = ["monitor", "denominator", "from", "to", "days", "gain", "a_day"]
    days = [(m, 400, a, b, (b - a).days, gain, gain / (b - a).days) for m, a, b, gain in rows]
    return pd.DataFrame(days, columns=columns)


def test_a_monitor_is_named_in_the_heading_only_where_its_steepest_rise_shares_the_days():
    rows = [capture(f"E{i}", f"d{i}", (20, 20)) for i in range(14)]
    week = collapse.fastest_week(collapse.held_band(pd.DataFrame(rows), START, STOP))
    near, far = week["from"] - pd.Timedelta(days=1), week["from"] + pd.Timedelta(days=30)
    six = pd.Timedelta(days=6)
    said = collapse.pace_heading(week, paces(("A", near, near + six, 18), ("A", far, far + six, 6)))
    assert said.startswith("This table and A, which read the same press") and "2.0 and 3.0" in said
    late = paces(("A", near, near + six, 6), ("A", far, far + six, 18))
    wide = paces(("A", START, STOP, 200))
    for alone in (late, wide, late.iloc[:0]):
        said = collapse.pace_heading(week, alone)
        assert said.startswith("The steepest week of this table, picked after the fact, rose by 2")
        assert "A" not in said[1:] and said.endswith("the counts differ in list or in meaning")
    assert collapse.pace_heading(week | {"a_day": float("nan")}, late).startswith("Counts of what")


def test_the_steepest_week_is_told_as_picked_and_with_what_dates_and_cuts_make_of_it():
    rows = [capture(f"E{i}", f"d{i}", (20, 20)) for i in range(7)]
    rows += [capture(f"F{i}", f"e{i}", (15, 20)) for i in range(7)]
    taken = pd.DataFrame(rows)
    grades = pd.DataFrame({"event_id": taken["event_id"], "conf_event": ["A"] * 7 + ["C"] * 7})
    band = collapse.held_band(taken, START, STOP)
    week = collapse.week_over_cuts(collapse.fastest_week(band), taken, grades, START, STOP)
    edges = band.set_index("date").loc[[week["from"], week["to"]]]
    (low, before), (after, high) = edges[["low", "high"]].to_numpy()
    assert (week["low"], week["high"]) == pytest.approx(((after - before) / 7, (high - low) / 7))
    assert week["low"] <= week["a_day"] <= week["high"]
    assert week["cut_low"] == pytest.approx(1) and week["cut_high"] == week["a_day"]
    doubt = collapse.week_doubt(week | {"low": 1.0, "high": 3.0})
    assert doubt == " (1.0 to 3.0 by dates, 1.0 to 2.0 by how sure an event must be)"
    assert collapse.week_doubt({"low": 2.0, "high": 2.0}) == ""
    assert "picked after the fact" in collapse.week_words(week)
    assert collapse.week_words(week | {"a_day": float("nan")}) == ""
    said = collapse.answer(band, 399, week, {}, pd.DataFrame({"mark": [], "fell": []}), "")
    assert "picked after the fact, rose by 2.0 a day (" in said
    assert "1.0 to 2.0 by how sure" in said
    # The same doubt is not spelt out twice in one sentence.
    said = collapse.answer(band, 399, week, {"A": (7, 7), "C": (14, 14)},
                           pd.DataFrame({"mark": [], "fell": []}), "")  # fmt: skip
    assert "(7 to 14 by how sure an event must be)" in said and "1.0 to 2.0 by that test" in said


def test_the_heading_on_capitals_counts_days_and_capitals_in_dispute():
    table = pd.DataFrame({"mark": ["capital", "capital", "account", "account"],
                          "fell": [DAY, DAY + pd.Timedelta(days=9), pd.NaT, pd.NaT],
                          "row_id": ["a", "b", "a", "a"], "earliest": [DAY, DAY, DAY, STOP],
                          "latest": [DAY, DAY, DAY, STOP]})  # fmt: skip
    said = fig_capitals.heading(table)
    assert said == (
        "The 2 capitals fell within 10 days; for 1 of them sources give days that exclude each "
        "other"
    )
    assert fig_capitals.heading(table.iloc[1:2]).startswith("One capital fell; sources give no")
    assert fig_capitals.heading(table.iloc[2:]).startswith("No provincial capital")


def test_a_reading_over_another_list_than_the_usual_one_is_told_in_the_caption():
    control = tables.load("district_control")
    table = fig_collapse.data(pd.DataFrame([capture()]), control, 399, START, STOP)
    dots = table[table["series"] != fig_collapse.CURATED]
    said = fig_collapse._other_lists(dots)
    assert "Long War Journal prints its reading of 27 July over 421 districts" in said
    assert "over 407" in said and "1 May" not in said, "one count over two lists is labelled so"
    drawing = fig_collapse.draw(table, fig_collapse.title(table, {"E": (1, 1)}))
    assert said in drawing.caption
    usual = dots[dots["denominator"].isin((407, 419))]
    assert fig_collapse._other_lists(usual) == ""


def test_whose_counts_there_are_is_said_by_name_and_none_is_said_too():
    rows = pd.DataFrame({"monitor": ["LWJ", "AAN", "LWJ", "press"]})
    said = collapse.monitors_words(rows, fig_collapse.NAMES)
    assert said.endswith("Afghanistan Analysts Network, Long War Journal and a press report.")
    assert collapse.monitors_words(rows.iloc[:1], {}).endswith("1 publisher: LWJ.")
    assert collapse.monitors_words(rows.iloc[:0], {}).startswith("No monitor's count")


def test_the_title_on_capitals_counts_the_fought_over_among_the_known():
    table = pd.DataFrame({"mark": "capital", "fell": [DAY, DAY, STOP], "row_id": list("abc"),
                          "earliest": DAY, "latest": STOP,
                          "manner": ["fought", "unknown", "none"]})  # fmt: skip
    assert "1 of the 2 with a leading account fought over" in fig_capitals.title(table)
    assert ",\n1 fought over;" in fig_capitals.title(table[table["manner"] != "unknown"])
    assert "how is not known" in fig_capitals.title(table[table["manner"] == "unknown"])


def test_a_monitor_whose_count_did_not_grow_has_no_share_beside_it():
    rows = pd.DataFrame({"monitor": ["A"], "denominator": 400, "date": STOP, "gain": 0, "low": 3,
                         "high": 3})  # fmt: skip
    assert "%" not in collapse.beside_words(rows) and "this table 3" in collapse.beside_words(rows)


def test_a_monitor_is_set_beside_the_band_only_from_its_first_day_and_over_one_list():
    band = collapse.held_band(pd.DataFrame([capture(fell=(0, 5))]), START, STOP)
    rows = pd.DataFrame(
        [("A", START, 10, 400), ("A", DAY + pd.Timedelta(days=2), 14, 400),
         ("B", START, 20, 407), ("B", STOP, 60, 421), ("C", DAY, 5, 400), ("C", STOP, 9, 400)],
        columns=["monitor", "date", "held", "denominator"],
    )  # fmt: skip
    beside = collapse.beside_monitors(rows, band)
    assert beside["monitor"].tolist() == ["A"]
    assert beside.iloc[0][["gain", "low", "high"]].tolist() == [4, 0, 1]
    assert collapse.beside_words(beside) == (
        "A counts a net gain of 4 by 3 June on its list of 400, this table 0 to 1 (0 to 25%)"
    )
