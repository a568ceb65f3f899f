"""What is known of each month, and how events are counted by precision and by source."""

import colorsys
import json
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

from analysis import fig_inventory, fig_sources, inventory, paths, series, tables

MONTHS = pd.period_range("2007-01", "2021-08", freq="M")
NAMES = ("airpower", "troop_levels", "violence_monthly", "un_casualties", "district_control",
         "decisions", "codes")  # fmt: skip


@pytest.fixture(scope="module")
def published():
    return {name: tables.load(name) for name in NAMES}


@pytest.fixture(scope="module")
def claims(events):
    every = tables.statements()
    return every[every["event_id"].isin(events["event_id"])]


@pytest.fixture(scope="module")
def calendar(events, claims, published):
    return inventory.calendar(events, claims, published, MONTHS)


def test_every_series_has_one_state_in_every_month(calendar):
    assert set(calendar["state"]) <= set(inventory.STATES)
    assert (calendar.groupby("series").size() == len(MONTHS)).all()
    assert not calendar.duplicated(["series", "month"]).any()


def test_air_power_is_called_known_exactly_where_a_value_is_known(calendar, published):
    stopped = series.withheld_from(published["decisions"])
    afcent = series.airpower_months(published["airpower"], MONTHS, stopped)
    afcent = afcent.set_index("month")["weapons"]
    states = calendar[calendar["series"] == "AFCENT weapons released"].set_index("month")["state"]
    known = states.isin(["printed", "first release", "implied"])
    assert known.equals(afcent.notna().rename("state"))
    assert known.any() and not known.all()


def test_withheld_months_lie_after_the_summaries_stopped(calendar, published):
    withheld = calendar[calendar["state"] == "withheld"]
    assert len(withheld) > 0
    assert withheld["month"].min() >= series.withheld_from(published["decisions"])


def test_a_total_of_several_months_is_a_value_for_none_of_them(events, claims, published):
    casualties = published["un_casualties"]
    assert (casualties["from_month"] < casualties["to_month"]).all(), "premise of this test"
    table = inventory.calendar(events, claims, published, MONTHS)
    civilians = table[table["topic"] == "civilians"]
    assert set(civilians["state"]) == {"sum only", "missing"}


def test_a_printed_month_outranks_the_sum_that_holds_it(events, claims, published):
    table = inventory.calendar(events, claims, published, MONTHS)
    bombs = table[table["series"] == "bombs only"].set_index("month")["state"]
    assert bombs[pd.Period("2007-08")] == "printed"
    assert bombs[pd.Period("2007-07")] == "sum only"
    assert bombs[pd.Period("2009-01")] == "missing"


def test_plans_and_readings_after_the_last_day_are_no_troop_figures(events, claims, published):
    troops = published["troop_levels"]
    planned = troops[troops["kind"].isin(["authorised", "announced"])]
    assert len(planned) > 0
    only_plans = published | {"troop_levels": planned}
    with_plans = inventory.calendar(events, claims, only_plans, MONTHS)
    assert (with_plans[with_plans["topic"] == "troops"]["state"] == "missing").all()
    late = troops[troops["date"] > "2021-08-15"]
    assert len(late) > 0
    after = inventory.calendar(events, claims, published | {"troop_levels": late}, MONTHS)
    assert (after[after["topic"] == "troops"]["state"] == "missing").all()


def test_months_without_an_event_are_missing_and_not_zero(calendar, events):
    begun = set(series.event_months(events).dropna())
    states = calendar[calendar["series"] == "Offensives begun"].set_index("month")["state"]
    for month, state in states.items():
        assert (state == "recorded") == (month in begun)


def test_precision_tables_count_every_dated_event_once(events):
    table = inventory.precision_by_year(events)
    assert table["events"].sum() == events["date_prec"].notna().sum()
    assert not table.duplicated(["year", "date_prec", "where_prec"]).any()


@given(st.lists(st.tuples(st.integers(2007, 2021), st.integers(1, 9)), min_size=1, max_size=60))
def test_shares_of_a_year_add_to_one_and_lie_in_their_intervals(drawn):
    days = pd.to_datetime([f"{year}-06-15" for year, _ in drawn])
    rows = pd.DataFrame(
        {
            "date_start_earliest": days,
            "date_start_latest": days,
            "n_independent": pd.array([n for _, n in drawn], dtype="Int64"),
        }
    )
    table = inventory.groups_by_year(rows)
    assert table.groupby("year")["share"].sum().round(9).eq(1).all()
    assert (table["low"] <= table["share"] + 1e-9).all()
    assert (table["share"] <= table["high"] + 1e-9).all()
    singles = table[table["groups"] == "1"]["events"].sum()
    assert singles == sum(n == 1 for _, n in drawn)


def test_classes_provinces_and_letters_count_every_event(events):
    assert inventory.class_by_outcome(events)["all"].sum() == len(events)
    assert inventory.provinces(events)["offensives"].sum() == len(events)
    letters = inventory.confidence(events).set_index("letter")
    assert (letters.sum() == len(events)).all()


@pytest.fixture(scope="module")
def child(events):
    return series.count_level(events, "child")


@pytest.fixture(scope="module")
def totals(child):
    every = tables.load("events")
    return inventory.totals(
        every, tables.statements(), tables.load("sources"), child,
        pd.Timestamp("2007-01-01"), pd.Timestamp("2021-08-15"), ([], [], "E"),
    ).set_index("what")["count"]  # fmt: skip


def test_the_box_of_totals_leads_from_all_rows_to_those_shown_without_a_gap(totals, child):
    rows = totals["rows of the events table"]
    inside = rows - totals["out of scope: negative cases"]
    assert inside == totals["in scope: Taliban offensives"]
    asked = inside - totals["outside the parameters chosen"]
    single = asked - totals["campaigns and pushes told by rows of their own"]
    assert single == totals["single actions (count level child)"] == len(child)
    dated = totals["of these dated to a month or less"]
    assert dated + totals["of these dated to longer than a month"] == len(child)
    assert (
        dated
        == totals["of the dated ones in a province"]
        + (totals["of the dated ones without a province"])
    )
    assert totals["campaigns and pushes counted once (parent)"] < len(child)


def test_the_box_says_what_a_narrower_selection_leaves_out(child):
    helmand = child[child["adm1"] == "Helmand"]
    table = inventory.totals(
        tables.load("events"), tables.statements(), tables.load("sources"), helmand,
        pd.Timestamp("2007-01-01"), pd.Timestamp("2021-08-15"), (["Helmand"], [], "E"),
    ).set_index("what")["count"]  # fmt: skip
    assert table["offensives on this page"] == len(helmand)
    left = table["in scope: Taliban offensives"] - table["outside the parameters chosen"]
    assert left >= len(helmand)
    assert table["single actions (count level child)"] == len(helmand)


def test_own_counts_are_no_published_series(calendar):
    words = inventory.series_words(calendar)
    published = calendar[calendar["topic"] != "events"]
    assert words["n_series"] == published["series"].nunique() == calendar["series"].nunique() - 2
    assert not (published["state"] == "recorded").any()
    assert words["series_words"].endswith("published series have")
    one = calendar[calendar["series"] == "UCDP: state-based deaths"]
    assert inventory.series_words(one)["series_words"] == "1 of 1 published series has"


def test_the_province_heading_stands_with_none_one_and_all():
    def places(*names):
        return pd.DataFrame({"province": names, "offensives": range(len(names), 0, -1)})

    assert inventory.province_words(places("Kabul", "Farah"), 2)["with_rows"].startswith("every")
    assert inventory.province_words(places("Kabul"), 2)["with_rows"].endswith(
        "provinces has none here"
    )
    assert "have none" in inventory.province_words(places("Kabul"), 3)["with_rows"]
    assert inventory.province_words(places("(whole country)"), 3)["top_province"] == (
        "No single province"
    )
    tied = places("Kabul", "Farah").assign(offensives=4)
    assert inventory.province_words(tied, 2)["top_province"] == "Kabul and Farah"


def test_the_year_of_a_window_is_the_year_of_its_middle():
    rows = pd.DataFrame(
        {
            "date_start_earliest": pd.to_datetime(["2015-12-20", "2015-12-30", None]),
            "date_start_latest": pd.to_datetime(["2016-01-30", "2016-01-01", None]),
        }
    )
    assert inventory.start_year(rows).tolist()[:2] == [2016, 2015]
    assert pd.isna(inventory.start_year(rows)[2])


def test_the_inventory_figure_hatches_withheld_months_and_says_so(events, claims, published):
    drawing = fig_inventory.draw(fig_inventory.data(events, claims, published, MONTHS))
    hatched = [p for ax in drawing.fig.get_axes() for p in ax.patches if p.get_hatch()]
    assert sum(p.get_width() for p in hatched if p.get_height() == 1) >= 1
    months = drawing.data[drawing.data["panel"] == "months"]
    kept = months["withheld"].astype(bool)
    assert f"{kept.sum()} months are hatched" in drawing.alt
    assert set(months.loc[kept, "state"]) == {"withheld", "sum only"}
    assert "Hatched" in drawing.caption
    # The hatch also stands on months that a sum covers, so its word must fit these too.
    assert "no sum" not in fig_inventory.MEANING["withheld"]
    legend = next(ax.get_legend() for ax in drawing.fig.get_axes() if ax.get_legend())
    assert "withheld, no value since" in [t.get_text() for t in legend.get_texts()]


@pytest.mark.parametrize(("state", "word"), [("first release", "Olive: only a first release"),
                                             ("implied", "Pale yellow: implied by")])  # fmt: skip
def test_the_caption_names_the_colours_that_are_drawn(events, claims, published, state, word):
    drawing = fig_inventory.draw(fig_inventory.data(events, claims, published, MONTHS))
    assert word in drawing.caption and "Blue" not in drawing.caption
    hue, light, _ = colorsys.rgb_to_hls(*to_rgb(fig_inventory.SHADES[state]))
    assert 45 <= 360 * hue <= 70
    assert (light > 0.75) == word.startswith("Pale")
    shown = drawing.data[drawing.data["panel"] == "months"]["series"].unique()
    assert all(name in drawing.alt for name in shown)


def test_letters_and_raids_have_one_wording_on_every_page():
    notebook = json.loads((paths.NOTEBOOKS / "02_events_and_sources.ipynb").read_text("utf-8"))
    prose = " ".join("".join(c["source"]) for c in notebook["cells"])
    for text in (prose, (paths.ROOT / "docs" / "GLOSSARY.md").read_text("utf-8")):
        plain = " ".join(text.split())
        for letter, meaning in inventory.LETTERS.items():
            assert f"{letter}: {meaning}." in plain, letter
        assert "entered or tried to enter a building or compound" in plain
        assert "with entry by fighters" not in plain


def test_no_bound_is_claimed_for_independence_and_no_power_taken_for_a_proof_of_absence():
    notebook = json.loads((paths.NOTEBOOKS / "02_events_and_sources.ipynb").read_text("utf-8"))
    prose = " ".join("".join(c["source"]) for c in notebook["cells"] if c["cell_type"] != "code")
    glossary = " ".join((paths.ROOT / "docs" / "GLOSSARY.md").read_text("utf-8").split())
    for text in (prose, glossary):
        assert not re.search(r"(lower|upper) (limit|bound)|generously if at all", text)
    assert "most likely judged too generously" in prose
    assert "nor are larger ones that lie inside the interval" in glossary


def test_the_title_counts_printed_figures_and_calls_none_final(calendar):
    one = calendar[calendar["series"] == "AFCENT weapons released"]
    valued = one["state"].isin(["printed", "first release", "implied"]).mean()
    assert (one["state"] == "printed").mean() < 0.25 < valued, "premise"
    title = fig_inventory._title(one)
    assert "printed for every month, 1 for less than a quarter" in title
    assert "final" not in title


def test_the_sources_figure_draws_one_bar_a_year_and_number_of_groups(events):
    table = fig_sources.data(events)
    drawing = fig_sources.draw(table)
    bars = {p.get_gid(): p.get_height() for p in drawing.fig.axes[0].patches if p.get_gid()}
    assert len(bars) == len(table)
    for row in table.itertuples():
        assert bars[f"groups-{row.groups}-{row.year}"] == pytest.approx(100 * row.share)
    assert drawing.title.startswith("Judged by the sources found, ")
    assert "source of those found" in drawing.alt
    # Independence can be judged wrongly either way, so no share of it is a bound.
    for text in (drawing.title, drawing.caption, drawing.alt):
        assert "at least" not in text and "bound" not in text
