"""Tests of the readers of UCDP GED, ACLED and GTD, and of the overlap of two lists."""

import csv
import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import connectors, paths
from analysis.connectors import (
    ConnectorError,
    chapman,
    overlap,
    province_months,
    read_acled,
    read_ged,
    read_gtd,
    save,
    unplaced,
)
from analysis.errors import EmptySelectionError

# The columns of a GED download, in order.
GED = tuple(
    """id relid year active_year code_status type_of_violence conflict_dset_id
conflict_new_id conflict_name dyad_dset_id dyad_new_id dyad_name side_a_dset_id
side_a_new_id side_a side_b_dset_id side_b_new_id side_b number_of_sources
source_article source_office source_date source_headline source_original where_prec
where_coordinates where_description adm_1 adm_2 latitude longitude geom_wkt
priogrid_gid country country_id region event_clarity date_prec date_start date_end
deaths_a deaths_b deaths_civilians deaths_unknown best high low gwnoa gwnob"""
    .replace("\n", " ")
    .split(" ")
)  # fmt: skip
ACLED = tuple(
    """event_id_cnty event_date year time_precision disorder_type event_type sub_event_type
actor1 assoc_actor_1 inter1 actor2 assoc_actor_2 inter2 interaction
civilian_targeting iso region country admin1 admin2 admin3 location latitude
longitude geo_precision source source_scale notes fatalities tags timestamp"""
    .replace("\n", " ")
    .split(" ")
)  # fmt: skip
GTD = tuple(
    """eventid iyear imonth iday approxdate country country_txt region provstate city
latitude longitude specificity doubtterr attacktype1_txt targtype1_txt gname nkill
nkillter nwound"""
    .replace("\n", " ")
    .split(" ")
)  # fmt: skip


def write(path, columns, rows, delimiter=",", encoding="utf-8"):
    with path.open("w", encoding=encoding, newline="") as file:
        table = csv.DictWriter(file, columns, restval="", delimiter=delimiter)
        table.writeheader()
        table.writerows(rows)
    return path


def ged_row(number, **cells):
    return {
        "id": f"{number}.0", "type_of_violence": "1", "side_a": "Government of Afghanistan",
        "side_b": "Taleban", "where_prec": "3", "adm_1": "Hilmand province",
        "country": "Afghanistan", "adm_2": "Sangin district", "latitude": "32.1",
        "longitude": "64.8", "event_clarity": "1",
        "date_prec": "1", "date_start": "2012-05-03", "date_end": "2012-05-03", "deaths_a": "3",
        "deaths_b": "5.0", "deaths_civilians": "1", "deaths_unknown": "0", "best": "9",
        "high": "12", "low": "8",
    } | cells  # fmt: skip


def ged(tmp_path, *rows):
    return read_ged(write(tmp_path / "ged.csv", GED, rows))


def acled_row(number, **cells):
    return {
        "event_id_cnty": f"AFG{number}", "event_date": "2021-07-07", "time_precision": "1",
        "event_type": "Battles", "sub_event_type": "Armed clash", "actor1": "Taliban",
        "actor2": "Military Forces of Afghanistan", "country": "Afghanistan", "admin1": "Badghis",
        "geo_precision": "1", "fatalities": "4",
    } | cells  # fmt: skip


def gtd_row(number, **cells):
    return {
        "eventid": f"2015{number:08d}", "iyear": "2015", "imonth": "9", "iday": "28",
        "country_txt": "Afghanistan", "provstate": "Kunduz", "city": "Kunduz", "specificity": "1",
        "doubtterr": "1", "attacktype1_txt": "Armed Assault", "targtype1_txt": "Military",
        "gname": "Taliban", "nkill": "7", "nkillter": "2", "nwound": "",
    } | cells  # fmt: skip


# --- UCDP GED -------------------------------------------------------------------------


def test_a_ged_row_becomes_a_record_in_our_words(tmp_path):
    assert len(GED) == 49
    records, losses = ged(tmp_path, ged_row(7))
    row = records.iloc[0]
    assert (row["record_id"], row["adm1"], row["adm2"]) == ("7", "Helmand", "Sangin")
    assert (row["gov_killed"], row["tb_killed"], row["civ_killed"]) == (3, 5, 1)
    assert (row["deaths_low"], row["deaths_best"], row["deaths_high"]) == (8, 9, 12)
    assert row["date_earliest"] == row["date_latest"] == pd.Timestamp("2012-05-03")
    assert row["taliban"] and row["violence"] == "state_based"
    assert tuple(records.columns) == connectors.COLUMNS
    assert losses.rows_read == losses.rows_mapped == 1 and losses.may_publish


def test_taliban_deaths_are_on_the_side_the_taliban_are_on(tmp_path):
    records, _ = ged(tmp_path, ged_row(1, side_a="Taleban", side_b="Civilians",
                                       type_of_violence="3", deaths_a="2", deaths_b="0"),
                     ged_row(2, side_b="IS"))  # fmt: skip
    assert records["tb_killed"].tolist() == [2, pd.NA]
    assert pd.isna(records["gov_killed"][0]) and records["gov_killed"][1] == 3
    assert records["taliban"].tolist() == [True, False]


def test_every_ged_row_is_mapped_or_listed_with_its_line_and_reason(tmp_path):
    rows = [
        ged_row(1), ged_row(2, country="Iraq"), ged_row(3, date_start="soon"),
        ged_row(1, adm_1="Kabul province"),
        ged_row(5, date_start="2022-01-01", date_end="2022-01-01"),
        ged_row(6, date_end="2012-05-01"), ged_row(7, adm_1="Atlantis province"),
        ged_row(8, adm_1=""),
        ged_row(9, where_prec="6", adm_1="Kabul province"),
    ]  # fmt: skip
    records, losses = ged(tmp_path, *rows)
    assert losses.rows_read == 9 and losses.rows_mapped == len(records) == 4
    assert list(zip(losses.left_out["line"], losses.left_out["reason"], strict=True)) == [
        (4, "unreadable date"), (5, "id seen before"), (6, "outside the study period"),
        (7, "ends before it starts"),
    ]  # fmt: skip
    assert list(zip(losses.blanked["line"], losses.blanked["reason"], strict=True)) == [
        (8, "no province of this spelling"), (9, "no province given"),
        (10, "place wider than a province"),
    ]  # fmt: skip
    assert any("1 rows on other countries" in note for note in losses.notes)
    assert "Atlantis province" in str(losses)


def test_the_break_of_the_source_fields_in_2014_is_counted_and_said(tmp_path):
    after = {"date_start": "2014-01-01", "date_end": "2014-01-01", "source_headline": "x"}
    _, losses = ged(tmp_path, ged_row(1), ged_row(2, **after), ged_row(3, **after))
    (note,) = [n for n in losses.notes if "January 2014" in n]
    assert "0 of 1 records before" in note and "2 of 2 from then on" in note


def test_date_precision_is_derived_where_the_file_has_none(tmp_path):
    columns = [c for c in GED if c not in ("date_prec", "adm_1", "best", "where_prec")]
    rows = [ged_row(1), ged_row(2, date_end="2012-05-08"), ged_row(3, date_end="2012-05-30")]
    kept = [{k: v for k, v in r.items() if k in columns} for r in rows]
    records, losses = read_ged(write(tmp_path / "old.csv", columns, kept))
    assert records["date_prec"].tolist() == [1, 2, 4]
    assert records["adm1"].isna().all() and records["deaths_best"].isna().all()
    assert "without adm_1, where_prec, date_prec, best" in losses.form


def test_times_behind_dates_are_read_as_days(tmp_path):
    records, _ = ged(tmp_path, ged_row(1, date_start="2012-05-03 00:00:00.000"))
    assert records["date_earliest"][0] == pd.Timestamp("2012-05-03")


@pytest.mark.parametrize("name", ["ged231_random_sample_afghanistan_2007_2021.csv",
                                  "ged191_afg_events_deaths_a_over_10_2001_2018.csv"])  # fmt: skip
def test_real_ged_rows_are_all_accounted_for(name, seed_texts):
    path = seed_texts.parent / "leads" / name
    if not path.exists():
        pytest.skip(f"{name} is not here")
    records, losses = read_ged(path)
    raw = pd.read_csv(path)
    assert losses.rows_read == len(raw) == len(records) + len(losses.left_out)
    assert not losses.blanked["reason"].eq("no province of this spelling").any()
    inside = raw[raw["id"].astype(int).astype(str).isin(records["record_id"])]
    both = inside[inside["side_a"].str.startswith("Government")]
    assert records["gov_killed"].sum() == both["deaths_a"].sum() > 0


# --- ACLED and GTD --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("precision", "first", "last", "ours"),
    [("1", "2021-07-07", "2021-07-07", 1), ("2", "2021-07-04", "2021-07-10", 3),
     ("3", "2021-07-01", "2021-07-31", 4)],
)  # fmt: skip
@pytest.mark.parametrize("day", ["2021-07-07", "07 July 2021"])
def test_acled_precision_of_time_becomes_a_window(tmp_path, precision, first, last, ours, day):
    row = acled_row(1, time_precision=precision, event_date=day)
    records, _ = read_acled(write(tmp_path / "a.csv", ACLED, [row], delimiter=";"))
    found = records.iloc[0]
    assert (str(found["date_earliest"].date()), str(found["date_latest"].date())) == (first, last)
    assert found["date_prec"] == ours


def test_acled_gives_no_side_to_deaths_and_no_initiator(tmp_path):
    records, losses = read_acled(write(tmp_path / "a.csv", ACLED, [acled_row(1)]))
    row = records.iloc[0]
    assert row["deaths_best"] == 4 and row[["gov_killed", "tb_killed", "deaths_low"]].isna().all()
    assert row["taliban"] and row["adm1"] == "Badghis" and row["where_prec"] == 2
    assert {"fatalities by side", "initiator"} <= set(losses.not_expressed["field"])


@pytest.mark.parametrize(
    ("month", "day", "first", "last", "prec"),
    [("9", "28", "2015-09-28", "2015-09-28", 1), ("9", "0", "2015-09-01", "2015-09-30", 4),
     ("12", "0", "2015-12-01", "2015-12-31", 4), ("0", "0", "2015-01-01", "2015-12-31", 5)],
)  # fmt: skip
def test_an_unknown_day_of_gtd_widens_the_window(tmp_path, month, day, first, last, prec):
    row = gtd_row(1, imonth=month, iday=day)
    records, _ = read_gtd(write(tmp_path / "g.csv", GTD, [row]))
    found = records.iloc[0]
    assert (str(found["date_earliest"].date()), str(found["date_latest"].date())) == (first, last)
    assert found["date_prec"] == prec


def test_gtd_is_read_in_its_own_encoding_and_unknown_deaths_stay_missing(tmp_path):
    rows = [gtd_row(1, city="Qal\u00e9h"), gtd_row(2, nkill="", nkillter=""), gtd_row(3, iday="31")]
    records, losses = read_gtd(write(tmp_path / "g.csv", GTD, rows, encoding="latin-1"))
    assert len(records) == 2 and losses.left_out["reason"].tolist() == ["unreadable date"]
    assert records["deaths_best"].tolist() == [7, pd.NA] and records["tb_killed"][0] == 2


@pytest.mark.parametrize("folder", ["FIGURES", "SEEDS", "DOCS", "NOTEBOOKS"])
def test_rows_that_may_not_be_passed_on_are_never_written_where_others_get_them(
    tmp_path, monkeypatch, folder
):
    monkeypatch.setattr(paths, folder, tmp_path / "public")
    target = tmp_path / "public" / "deep" / "rows.csv"
    for reader, columns, row in ((read_acled, ACLED, acled_row(1)), (read_gtd, GTD, gtd_row(1))):
        records, losses = reader(write(tmp_path / "x.csv", columns, [row]))
        assert not losses.may_publish
        with pytest.raises(ConnectorError, match=r"may not be published.*build/"):
            save(records, losses, target)
        assert not target.exists()
        save(records, losses, tmp_path / "private" / "rows.csv")
        assert (tmp_path / "private" / "rows.csv").exists()
    records, losses = ged(tmp_path, ged_row(1))
    save(records, losses, target)
    assert pd.read_csv(target)["adm1"].tolist() == ["Helmand"]


# --- files that are something else ----------------------------------------------------


@pytest.mark.parametrize("reader", [read_ged, read_acled, read_gtd])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"), (b"\n<!DOCTYPE html><html>login", "a web page"),
        (b'{"error": "key"}', "an error message"), (b"PK\x03\x04...", "zip or Excel"),
        (b"a,b,c\n1,2,3\n", r"x\.csv:1: not a .* table: no column .*Columns found: a, b, c"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_such_table_gives_one_clear_error(tmp_path, reader, content, message):
    (tmp_path / "x.csv").write_bytes(content)
    with pytest.raises(ConnectorError, match=message) as caught:
        reader(tmp_path / "x.csv")
    assert "\n" not in str(caught.value)


def test_a_table_of_another_dataset_is_recognised(tmp_path):
    path = write(tmp_path / "x.csv", ACLED, [acled_row(1)])
    with pytest.raises(ConnectorError, match="It looks like ACLED: use its reader"):
        read_ged(path)
    with pytest.raises(ConnectorError, match="It looks like UCDP GED"):
        read_gtd(write(tmp_path / "y.csv", GED, [ged_row(1)]))


def test_a_file_cut_off_in_a_row_names_the_line(tmp_path):
    path = write(tmp_path / "x.csv", GED, [ged_row(1, source_article="two\nlines"), ged_row(2)])
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(ConnectorError, match=r"x\.csv:4: \d+ cells where the header has 49"):
        read_ged(path)
    with pytest.raises(ConnectorError, match="cannot be read"):
        read_ged(tmp_path / "nothing.csv")


# --- province-months ------------------------------------------------------------------


def test_province_months_hold_every_death_that_has_a_province_and_a_month(tmp_path):
    records, _ = ged(
        tmp_path, ged_row(1), ged_row(2, best="4"), ged_row(3, adm_1="Kabul province"),
        ged_row(4, date_start="2012-05-30", date_end="2012-06-02", best="1000"),
        ged_row(5, date_prec="5"), ged_row(6, adm_1=""),
        ged_row(7, date_start="2012-07-01", date_end="2012-07-01"),
    )  # fmt: skip
    table = province_months(records)
    assert len(table) == 3 * 34 and table["month"].astype(str).unique().tolist() == [
        "2012-05", "2012-06", "2012-07",
    ]  # fmt: skip
    cell = table.set_index(["month", "adm1"]).loc[(pd.Period("2012-05"), "Helmand")]
    assert (cell["events"], cell["deaths_best"]) == (2, 13)
    left = unplaced(records)
    assert left["reason"].tolist() == ["spans several months", "date known to the year only",
                                       "no province"]  # fmt: skip
    assert table["deaths_best"].sum() + left["deaths_best"].sum() == records["deaths_best"].sum()


def test_province_months_of_nothing_are_refused(tmp_path):
    records, _ = ged(tmp_path, ged_row(1, adm_1=""))
    with pytest.raises(EmptySelectionError, match="province and a month"):
        province_months(records)


# --- overlap --------------------------------------------------------------------------


def event(number, first, last=None, prec=1, adm1="Helmand", in_scope=True, end=None):
    return {
        "event_id": f"E{number}", "in_scope": in_scope, "adm1": adm1, "date_prec": prec,
        "date_start_earliest": pd.Timestamp(first),
        "date_start_latest": pd.Timestamp(last or first),
        "date_end_latest": pd.Timestamp(end) if end else pd.NaT,
    }  # fmt: skip


@pytest.mark.parametrize(("prec", "pad"), [(1, 0), (2, 3), (3, 7), (4, 31), (5, 366)])
def test_windows_are_widened_by_the_precision_of_each_side(tmp_path, prec, pad):
    day = pd.Timestamp("2012-05-03")
    records, _ = ged(tmp_path, ged_row(1))
    for gap, meets in ((pad, 1), (pad + 1, 0)):
        events = pd.DataFrame([event(1, day + pd.Timedelta(days=gap), prec=prec)])
        found = overlap(events, records)
        assert found.matched == meets
        assert found.pairs["days"].tolist() == [gap] * meets


def test_only_events_in_scope_and_records_of_the_taliban_are_compared(tmp_path):
    records, _ = ged(tmp_path, ged_row(1), ged_row(2, side_b="IS"), ged_row(3, best="2"))
    events = pd.DataFrame([event(1, "2012-05-03"), event(2, "2012-05-03", in_scope=False),
                           event(3, "2012-05-03", adm1="Kabul")])  # fmt: skip
    found = overlap(events, records)
    assert (found.events, found.records, found.matched) == (2, 2, 1)
    assert len(found.pairs) == 2 and found.pairs["kept"].sum() == 1
    assert overlap(events, records, min_deaths=5).records == 1
    with pytest.raises(EmptySelectionError, match="at least 99 deaths"):
        overlap(events, records, min_deaths=99)


def test_a_siege_meets_records_until_its_end(tmp_path):
    records, _ = ged(tmp_path, ged_row(1))
    assert overlap(pd.DataFrame([event(1, "2012-04-01", end="2012-05-10")]), records).matched == 1
    assert overlap(pd.DataFrame([event(1, "2012-04-01")]), records).matched == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 3)), min_size=1, max_size=5),
       st.lists(st.integers(0, 9), min_size=1, max_size=5))  # fmt: skip
def test_the_match_is_the_largest_set_of_pairs_without_a_repeat(ours, theirs):
    base = pd.Timestamp("2012-05-01")
    events = pd.DataFrame([event(i, base + pd.Timedelta(days=4 * d), prec=p)
                           for i, (d, p) in enumerate(ours)])  # fmt: skip
    records = pd.DataFrame(
        {
            "record_id": [f"r{i}" for i in range(len(theirs))], "taliban": True, "adm1": "Helmand",
            "date_earliest": [base + pd.Timedelta(days=4 * d) for d in theirs],
            "date_latest": [base + pd.Timedelta(days=4 * d) for d in theirs],
            "date_prec": 1, "deaths_best": 1,
        }
    )  # fmt: skip
    found = overlap(events, records)
    allowed = {(i, j) for i, (d, p) in enumerate(ours) for j, e in enumerate(theirs)
               if abs(4 * d - 4 * e) <= connectors.PADDING[p]}  # fmt: skip
    best = 0
    for order in itertools.permutations(range(len(theirs))):
        best = max(best, sum((i, j) in allowed for i, j in enumerate(order) if i < len(ours)))
    if len(ours) > len(theirs):
        best = 0
        for order in itertools.permutations(range(len(ours)), len(theirs)):
            best = max(best, sum((i, j) in allowed for j, i in enumerate(order)))
    assert found.matched == best
    kept = found.pairs[found.pairs["kept"]]
    assert kept["event_id"].is_unique and kept["record_id"].is_unique and len(kept) == best
    assert len(found.pairs) == len(allowed)


def test_chapman_gives_the_textbook_value_and_covers_a_known_population():
    total, low, high = chapman(100, 80, 40)
    assert total == pytest.approx(101 * 81 / 41 - 1) and 140 <= low < total < high
    assert chapman(10, 10, 10) == (10.0, 10.0, 10.0)
    rng = np.random.default_rng(3)
    covered = 0
    for _ in range(600):
        a, b = rng.random((2, 500)) < [[0.4], [0.3]]
        _, low, high = chapman(a.sum(), b.sum(), (a & b).sum())
        covered += low <= 500 <= high
    assert 0.92 < covered / 600 < 0.98
    with pytest.raises(ValueError, match="cannot be"):
        chapman(3, 4, 5)


def test_lists_that_depend_on_each_other_make_the_estimate_too_small():
    rng = np.random.default_rng(5)
    known = rng.random(400) < 0.5  # one half is easy to find for both lists
    totals = []
    for _ in range(200):
        a, b = rng.random((2, 400)) < np.where(known, 0.7, 0.1)
        totals.append(chapman(a.sum(), b.sum(), (a & b).sum())[0])
    assert np.mean(totals) < 400


def test_the_sentence_about_the_overlap_gives_no_bound(tmp_path):
    records, _ = ged(tmp_path, ged_row(1), ged_row(2, adm_1="Kabul province"))
    events = pd.DataFrame([event(1, "2012-05-03"), event(2, "2015-05-03", adm1="Farah")])
    text = str(overlap(events, records))
    assert text.startswith("1 of 2 events match one of 2 records (50%, 95% interval 9% to 91%)")
    assert "or more are on neither list" in text and "at least" not in text
