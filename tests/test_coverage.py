"""Tests of what a reader's GED file adds to the notebooks."""

import numpy as np
import pandas as pd
import pytest

from analysis import connectors, coverage, paths, tables
from analysis.connectors import ConnectorError
from analysis.errors import EmptySelectionError, ParameterError
from analysis.params import check

MONTHS = pd.period_range("2010-01", "2010-12", freq="M")


def records(rows):
    """Records of (day, province, violence, deaths[, last day])."""
    return pd.DataFrame(
        {
            "record_id": pd.array([str(i) for i in range(len(rows))], "string"),
            "date_earliest": pd.to_datetime([r[0] for r in rows]),
            "date_latest": pd.to_datetime([r[4] if len(r) > 4 else r[0] for r in rows]),
            "date_prec": pd.array([1] * len(rows), "Int64"),
            "adm1": pd.array([r[1] for r in rows], "string"),
            "violence": pd.array([r[2] for r in rows], "string"),
            "taliban": True,
            **{
                f"deaths_{k}": pd.array([r[3] for r in rows], "Int64")
                for k in ("low", "best", "high")
            },
        }
    )


def events(rows):
    """Our events of (day, province, dead)."""
    days = pd.to_datetime([r[0] for r in rows])
    return pd.DataFrame(
        {
            "event_id": [f"E{i}" for i in range(len(rows))], "in_scope": True,
            "adm1": pd.array([r[1] for r in rows], "string"),
            "date_start_earliest": days, "date_start_latest": days,
            "date_end_latest": pd.NaT, "date_prec": pd.array([1] * len(rows), "Int64"),
            "gov_killed_high": pd.array([r[2] for r in rows], "Int64"),
            "tb_killed_high": pd.array([None] * len(rows), "Int64"),
            "civ_killed_high": pd.array([None] * len(rows), "Int64"),
        }
    )  # fmt: skip


def many(n):
    """Days and provinces of `n` true offensives, in places that never meet by chance."""
    days = pd.date_range("2010-01-01", "2010-12-31", periods=n).normalize()
    return [(day, "Helmand" if i % 2 else "Kunduz") for i, day in enumerate(days)]


def test_without_a_file_there_are_no_records_and_the_notebooks_say_so():
    assert coverage.load("") is None
    said = coverage.words(None)["coverage"] + coverage.deaths_words(None, [])["deaths_scope"]
    said += coverage.events_words(None)
    assert said.count("No GED file was given (parameter `ged_file`)") == 3
    assert "4 without a province" in coverage.events_words((None, None), 4)


def test_the_committed_notebooks_state_that_no_file_was_given():
    for name in ("02_events_and_sources", "03_fighting_season_and_drawdowns",
                 "07_handover_by_province"):  # fmt: skip
        text = (paths.NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8")
        assert 'ged_file = \\"\\"' in text
        assert text.count("No GED file was given") >= 2, "in prose and in the output"


def test_a_path_that_leads_nowhere_stops_before_any_notebook_runs(tmp_path):
    with pytest.raises(ParameterError, match="there is no such file"):
        check({"ged_file": str(tmp_path / "none.csv")})
    with pytest.raises(ParameterError, match="path of a file in quotes"):
        check({"ged_file": 5})
    (tmp_path / "page.csv").write_text("<html>", encoding="utf-8")
    assert check({"ged_file": str(tmp_path / "page.csv")})
    with pytest.raises(ConnectorError, match="web page"):
        coverage.load(str(tmp_path / "page.csv"))


def test_deaths_are_those_of_the_chosen_provinces_and_zero_is_not_missing():
    table = records([
        ("2010-02-03", "Helmand", "state_based", 5), ("2010-02-20", "Helmand", "state_based", 7),
        ("2010-02-20", "Kunduz", "state_based", 100), ("2010-02-20", "Helmand", "one_sided", 50),
        ("2010-05-01", "Helmand", "state_based", 3),
        ("2010-03-30", "Helmand", "state_based", 900, "2010-04-02"),
    ])  # fmt: skip
    deaths = coverage.deaths_by_month(table, ["Helmand"], MONTHS)
    assert deaths["2010-02"] == 12 and deaths["2010-03"] == 0 and deaths["2010-05"] == 3
    assert deaths[["2010-01", "2010-06"]].isna().all(), "the file says nothing of these months"
    assert coverage.deaths_by_month(table, [], MONTHS)["2010-02"] == 112


def test_half_of_august_2021_is_no_month():
    table = records([(f"2021-{m:02d}-03", "Helmand", "state_based", 5) for m in range(1, 9)])
    deaths = coverage.deaths_by_month(table, [], pd.period_range("2021-01", "2021-08", freq="M"))
    assert deaths["2021-07"] == 5 and pd.isna(deaths["2021-08"])


def test_the_sentence_on_deaths_counts_what_is_left_out(tmp_path):
    losses = connectors.LossReport("ucdp_ged", "49 columns", 9, 3, *[pd.DataFrame()] * 3, (), "",
                                   True)  # fmt: skip
    table = records([
        ("2010-02-03", "Helmand", "state_based", 5), ("2010-02-03", None, "state_based", 8),
        ("2010-03-30", "Helmand", "state_based", 900, "2010-04-02"),
    ])  # fmt: skip
    said = coverage.deaths_words((table, losses), ["Helmand"])["deaths_scope"]
    assert "2 of 3 state-based events with 908 deaths" in said and "3 of 9 rows" in said


def test_two_independent_lists_bound_the_truth():
    rng = np.random.default_rng(5)
    truth = many(365)
    ours = events([(*place, 3) for place in truth if rng.random() < 0.5])
    theirs = records([(day, where, "state_based", 30) for day, where in truth
                      if rng.random() < 0.6])  # fmt: skip
    table = coverage.two_lists(ours, theirs)
    row = table[(table["ours"] == "all") & (table["min_deaths"] == 25)].iloc[0]
    assert row["total_low"] < 365 < row["total_high"]
    assert len(table) == 6 and set(table["ours"]) == {"all", "deaths reported"}


def test_events_outside_the_span_of_the_file_are_not_held_against_it():
    ours = events([("2010-05-01", "Helmand", 3), ("2020-05-01", "Helmand", 3)])
    theirs = records([("2010-05-01", "Helmand", "state_based", 2),
                      ("2010-06-01", "Kunduz", "state_based", 2)])  # fmt: skip
    row = coverage.two_lists(ours, theirs).iloc[0]
    assert (row["events"], row["matched"], row["share"]) == (1, 1, 1.0)


def test_a_bloodless_capture_is_left_out_where_deaths_must_be_reported():
    ours = events([("2010-05-01", "Helmand", 3), ("2010-05-09", "Helmand", 0),
                   ("2010-05-20", "Helmand", None)])  # fmt: skip
    theirs = records([("2010-05-01", "Helmand", "state_based", 2),
                      ("2010-06-01", "Helmand", "state_based", 2)])  # fmt: skip
    table = coverage.two_lists(ours, theirs).set_index("ours")["events"]
    assert table.to_dict() == {"all": 3, "deaths reported": 1}


def test_chosen_provinces_restrict_both_lists():
    ours = events([("2010-05-01", "Helmand", 3)])
    theirs = records([("2010-05-01", "Helmand", "state_based", 2),
                      ("2010-05-01", "Kunduz", "state_based", 2)])  # fmt: skip
    assert coverage.two_lists(ours, theirs, ["Helmand"]).iloc[0]["records"] == 1
    with pytest.raises(EmptySelectionError, match="Widen start, end or provinces"):
        coverage.two_lists(ours, theirs, ["Nuristan"])


def test_the_title_takes_the_lowest_floor_of_all_rows():
    table = coverage.two_lists(
        events([(f"2010-05-{d:02d}", "Helmand", 3) for d in range(1, 29, 3)]),
        records([(f"2010-05-{d:02d}", "Helmand", "state_based", 2 * d) for d in range(1, 29, 5)]),
    )
    floor = table["missing_low"].min()
    title = coverage.words(table)["coverage_title"]
    assert f"{floor:,.0f} or more offensives" in title and "At least" not in title


def test_the_real_sample_gives_an_estimate_and_province_months(seed_texts):
    path = seed_texts.parent / "leads" / "ged231_random_sample_afghanistan_2007_2021.csv"
    if not path.exists():
        pytest.skip("the GED sample is not beside the seed texts")
    table, losses = coverage.load(str(path))
    lists = coverage.two_lists(tables.load("events"), table)
    assert (lists["total_low"] <= lists["total"]).all() and lists["matched"].max() >= 5
    assert (lists["missing_low"] >= 0).all()
    months = pd.period_range("2007-01", "2021-08", freq="M")
    deaths = coverage.deaths_by_month(table, [], months)
    lost = connectors.unplaced(table[table["violence"] == "state_based"])
    raw = table.loc[table["violence"] == "state_based", "deaths_best"].sum()
    assert deaths.sum() == raw - lost["deaths_best"].sum() > 100
    assert "118 of 119 rows" in coverage.deaths_words((table, losses), [])["deaths_scope"]
