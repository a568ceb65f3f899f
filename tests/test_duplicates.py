"""Copies of one report share words; reports on the same news do not."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import duplicates, paths, schema
from analysis.errors import SeedError

words = st.lists(st.sampled_from([f"w{i}" for i in range(400)]), min_size=30, max_size=120)


def sources(*rows):
    columns = ["source_id", "title", "date_published", "independence_group"]
    return pd.DataFrame(rows, columns=columns).assign(text_file="")


def test_case_accents_and_punctuation_do_not_make_a_text_different():
    assert duplicates.shingles("Ghazní fell -- at dawn, they said") == duplicates.shingles(
        "GHAZNI fell at dawn they said"
    )


def test_a_text_shorter_than_a_run_is_its_own_run():
    assert duplicates.shingles("Kunduz falls") == frozenset({("kunduz", "falls")})
    assert duplicates.shingles(" ... ") == frozenset()


@given(words, words)
def test_the_measure_is_that_of_the_definition(first, second):
    sets = {n: duplicates.shingles(" ".join(t)) for n, t in (("a", first), ("b", second))}
    shared = len(sets["a"] & sets["b"])
    pairs = duplicates.alike(sets)
    if shared == 0:
        assert pairs.empty
    else:
        row = pairs.iloc[0]
        assert row["jaccard"] == pytest.approx(shared / len(sets["a"] | sets["b"]))
        assert row["containment"] == pytest.approx(shared / min(map(len, sets.values())))


@given(words)
def test_a_text_is_its_own_copy_and_the_first_half_of_a_long_one_is_contained(text):
    whole = " ".join(text * 4)
    assert duplicates.near_duplicates({"a": whole, "b": whole})["jaccard"].tolist() == [1.0]
    # Not repeated words: runs of the half are among those of the whole.
    distinct = " ".join(f"{word}{i}" for i, word in enumerate(text * 4))
    half = " ".join(distinct.split()[: len(text) * 2 + 3])
    assert len(duplicates.near_duplicates({"a": distinct, "b": half})) == 1


def test_short_texts_are_not_copies_because_one_holds_the_other():
    long = " ".join(f"w{i}" for i in range(200))
    short = " ".join(f"w{i}" for i in range(40))
    assert duplicates.near_duplicates({"a": long, "b": short}).empty


def test_copies_of_copies_are_one_group():
    pairs = pd.DataFrame({"first": ["a", "b"], "second": ["b", "c"]})
    assert duplicates.grouped(["d", "c", "b", "a"], pairs) == {
        "a": "a", "b": "a", "c": "a", "d": "d"}  # fmt: skip


def test_alike_titles_of_near_days_are_found_and_others_are_not():
    table = sources(
        ("S0001", "Taliban take Sangin district centre", "2017-03-23", "afp"),
        ("S0002", "Taliban take the Sangin district centre", "2017-03-24", "reuters"),
        ("S0003", "Taliban take Sangin district centre", "2017-04-23", "bbc"),
        ("S0004", "Taliban take Sangin district centre", "2017-03", "lwj"),
        ("S0005", "Afghan news", "2017-03-23", "x"),
        ("S0006", "Afghan news", "2017-03-23", "y"),
    )
    found = duplicates.same_titles(table)
    assert found[["first", "second"]].to_numpy().tolist() == [["S0001", "S0002"]]
    assert not found["same_group"].iloc[0]


def test_the_report_says_which_copies_the_table_counts_twice(tmp_path):
    text = " ".join(f"w{i}" for i in range(100))
    for name in ("S0001", "S0002", "other"):
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    table = sources(("S0001", "t", "", "afp"), ("S0002", "u", "", "khaama"))
    said = duplicates.report(duplicates.read_texts(tmp_path), table)
    assert said.startswith("3 texts, 1 reports")
    assert "two groups: afp and khaama" in said
    assert "not in sources.csv" in said


def test_an_empty_folder_and_a_text_that_is_not_utf8_are_named(tmp_path):
    with pytest.raises(SeedError, match="no texts"):
        duplicates.read_texts(tmp_path)
    (tmp_path / "S0001.txt").write_bytes("Kunduz \xe9".encode("latin-1"))
    with pytest.raises(SeedError, match=r"S0001\.txt: not UTF-8"):
        duplicates.read_texts(tmp_path)


def test_the_two_articles_on_qala_i_naw_are_two_reports(seed_texts):
    texts = duplicates.read_texts(seed_texts)
    assert len(texts) == 5
    assert duplicates.near_duplicates(texts).empty


def corrected():
    return {name: schema.read_corrected(name) for name in schema.table_names()}


def test_every_pair_of_alike_titles_is_judged_and_every_judgement_has_a_pair():
    tables = corrected()
    assert schema._copies_are_grouped(tables, paths.SEEDS, True) == []
    judged = tables["title_matches"]
    separate = judged[judged["verdict"] == "separate_reports"]
    without = dict(tables, title_matches=judged.drop(separate.index[0]))
    problems = schema._copies_are_grouped(without, paths.SEEDS, True)
    assert [p.kind for p in problems] == ["copy or not"]
    without = dict(tables, title_matches=judged.drop(separate.index))
    assert len(schema._copies_are_grouped(without, paths.SEEDS, True)) == len(separate)


def test_a_copy_in_two_groups_is_named():
    tables = corrected()
    pair = tables["title_matches"].query("verdict == 'same_report'").iloc[0]
    moved = tables["sources"].copy()
    moved.loc[moved["source_id"] == pair["source_id"], "independence_group"] = "elsewhere"
    kinds = {p.kind for p in schema._copies_are_grouped(
        dict(tables, sources=moved), paths.SEEDS, True)}  # fmt: skip
    assert "one report in two groups" in kinds


def test_two_spellings_of_one_group_are_refused():
    tables = corrected()
    moved = tables["sources"].copy()
    row = moved.index[moved["independence_group"] == "lwj"][0]
    moved.loc[row, "independence_group"] = "l-w-j"
    kinds = [p.kind for p in schema._copies_are_grouped(
        dict(tables, sources=moved), paths.SEEDS, True)]  # fmt: skip
    assert "two slugs of one group" in kinds
