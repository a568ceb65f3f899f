"""Deliberate damage: each fault must be caught by name, with file, line and remedy."""

import csv

import pytest

from analysis import schema
from analysis.errors import SeedError


def edit(path, change):
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def problems(seeds):
    with pytest.raises(SeedError) as caught:
        schema.validate(seeds)
    return caught.value.problems


def set_cell(seeds, table, row, column, value):
    edit(seeds / f"{table}.csv", lambda rows: rows[row].update({column: value}))


def test_the_tables_as_committed_are_right():
    schema.validate()


@pytest.mark.parametrize(
    ("table", "column", "value", "kind", "hint"),
    [
        ("events", "adm1", "Hilmand", "orphan key", "Helmand"),
        ("events", "adm1", "Kandahr", "orphan key", "Kandahar"),
        ("events", "target", "district_center", "unknown code", "district_centre"),
        ("events", "where_prec", "9", "unknown code", "1, 2, 3"),
        ("events", "coded_on", "21.11.2026", "wrong type", "YYYY-MM-DD"),
        ("events", "lat", "134.5", "out of range", "At most 39"),
        ("events", "event_id", "AFTO-07-1", "wrong form", "AFTO"),
        ("claims", "source_id", "S9999", "orphan key", "sources.csv"),
        ("claims", "claimant_party", "gov", "unknown code", "government"),
        ("troop_levels", "persons", "68,000", "wrong type", "whole number"),
        ("airpower", "from_month", "2019-9-1", "wrong type", "YYYY-MM"),
        ("decisions", "label", "", "empty cell", "Short label"),
        ("sources", "language", "English", "wrong form", "ISO 639-1"),
    ],
)
def test_a_bad_cell_is_named_with_its_place_and_remedy(seeds, table, column, value, kind, hint):
    set_cell(seeds, table, 4, column, value)
    found = [p for p in problems(seeds) if p.kind == kind]
    assert found, f"{kind} was not reported"
    assert found[0].line == 6
    assert found[0].file.endswith(f"{table}.csv")
    assert hint in str(found[0])


def test_a_duplicate_id_is_caught(seeds):
    def repeat(rows):
        rows[3]["event_id"] = rows[2]["event_id"]

    edit(seeds / "events.csv", repeat)
    assert any(p.kind == "duplicate id" and p.line == 5 for p in problems(seeds))


def test_a_csv_that_is_an_html_page_is_caught_before_it_is_read(seeds):
    (seeds / "events.csv").write_text("<!DOCTYPE html><html><body>404</body></html>")
    found = problems(seeds)
    assert [p.kind for p in found] == ["not a table"]
    assert "HTML" in found[0].remedy


def test_a_latin_1_file_is_caught_with_its_line(seeds):
    path = seeds / "decisions.csv"
    lines = path.read_bytes().split(b"\n")
    lines[3] += b"\xe9"
    path.write_bytes(b"\n".join(lines))
    assert [(p.kind, p.line) for p in problems(seeds)] == [("not UTF-8", 4)]


def test_a_missing_file_and_an_unknown_column_are_reported_together(seeds):
    (seeds / "transition.csv").unlink()
    path = seeds / "decisions.csv"
    path.write_text(path.read_text().replace("date_kabul", "kabul_date", 1))
    kinds = {p.kind for p in problems(seeds)}
    assert {"missing file", "unknown column", "missing column"} <= kinds


def test_a_comma_without_quotes_is_reported_as_a_ragged_row(seeds):
    path = seeds / "decisions.csv"
    lines = path.read_text().split("\n")
    lines[1] += ",and more"
    path.write_text("\n".join(lines))
    assert any(p.kind == "ragged row" and p.line == 2 for p in problems(seeds))


def test_all_problems_are_reported_at_once(seeds):
    for row in range(3):
        set_cell(seeds, "events", row, "target", "castle")
    set_cell(seeds, "claims", 7, "field", "colour")
    assert len([p for p in problems(seeds) if p.kind == "unknown code"]) == 4


def test_in_scope_needs_the_taliban_as_initiator(seeds):
    def swap(rows):
        row = next(r for r in rows if r["in_scope"] == "1")
        row["initiator"] = "government"

    edit(seeds / "events.csv", swap)
    assert any("without the Taliban" in p.kind for p in problems(seeds))


def test_a_source_without_address_or_hash_is_refused(seeds):
    set_cell(seeds, "sources", 0, "url", "")
    assert any(p.kind == "no address" for p in problems(seeds))


def test_an_event_without_a_claim_is_refused(seeds):
    def orphan(rows):
        first = rows[0]["event_id"]
        rows[:] = [r for r in rows if r["event_id"] != first]

    edit(seeds / "claims.csv", orphan)
    assert any(p.kind == "event without a claim" for p in problems(seeds))


def test_killed_and_injured_must_add_up(seeds):
    def transpose(rows):
        row = next(r for r in rows if r["killed"] and r["injured"] and r["total"])
        row["injured"] = row["injured"][::-1]

    edit(seeds / "un_casualties.csv", transpose)
    assert any(p.kind == "sum does not hold" for p in problems(seeds))


def test_a_derived_cell_edited_by_hand_is_caught(seeds):
    def meddle(rows):
        row = next(r for r in rows if r["outcome"] == "repelled")
        row["outcome"] = "captured_held"

    edit(seeds / "events.csv", meddle)
    found = [p for p in problems(seeds) if p.kind == "derived cell out of step"]
    assert found and "make seeds" in found[0].remedy


def test_a_code_without_a_definition_is_caught(seeds):
    edit(seeds / "codes.csv", lambda rows: rows.pop(0))
    assert any(p.kind == "undefined code" for p in problems(seeds))


def first_row(rows, **wanted):
    return next(r for r in rows if all(r[k] == v for k, v in wanted.items()))


def test_silence_put_in_a_mouth_is_refused(seeds):
    def speak(rows):
        first_row(rows, field="air", value="not_mentioned")["claimant"] = "provincial governor"
        first_row(rows, field="place")["claimant"] = "Ministry of Defence"

    edit(seeds / "claims.csv", speak)
    found = [p for p in problems(seeds) if p.kind == "not said by anybody"]
    assert {p.value for p in found} == {"provincial governor", "Ministry of Defence"}
    assert all("write page" in p.remedy for p in found)


def test_a_page_cannot_mention_a_strike_and_be_silent_on_it(seeds):
    def double(rows):
        told = next(r for r in rows if r["field"] == "air" and r["value"].startswith("reported"))
        quiet = first_row(rows, field="air", value="not_mentioned")
        rows.append(
            quiet | {k: told[k] for k in ("event_id", "source_id")} | {"claim_id": "C99999"}
        )

    edit(seeds / "claims.csv", double)
    assert [p.kind for p in problems(seeds)] == ["stated and not stated"]


def test_a_weekday_of_a_page_without_a_day_is_refused(seeds):
    with (seeds / "sources.csv").open(encoding="utf-8", newline="") as file:
        undated = {r["source_id"] for r in csv.DictReader(file) if r["date_basis"] == "unknown"}

    def resolve_weekday(rows):
        row = next(r for r in rows if r["source_id"] in undated and r["basis"])
        row["basis"] = "weekday_resolved"

    edit(seeds / "claims.csv", resolve_weekday)
    found = problems(seeds)
    assert [p.kind for p in found] == ["weekday of an undated page"]
    assert "write inferred" in found[0].remedy
