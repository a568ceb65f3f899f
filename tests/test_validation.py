"""Tests of the scores of the matcher."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa

from analysis import paths, validation
from analysis.errors import EmptySelectionError, SeedError
from analysis.matcher import default_matcher
from analysis.validation import Confusion

NO_RELEASES = "the labelled releases are not here: set ISAF_RELEASES to the file"
COUNTS = st.integers(0, 200)
CELLS = st.builds(Confusion, COUNTS, COUNTS, COUNTS, COUNTS)


@pytest.fixture
def releases_file(tmp_path):
    """Twenty releases of our own; the last is labelled wrongly."""
    texts = [f"Patrol {i} found a cache." for i in range(14)]
    texts += [f"Coalition forces conducted air strike {i} and killed two." for i in range(6)]
    labels = [False] * 14 + [True] * 5 + [False]
    path = tmp_path / "releases.csv"
    pd.DataFrame({"name": [f"r{i}" for i in range(20)], "text": texts, "airstrike": labels}).to_csv(
        path, index=False
    )
    return path


def test_the_four_cells_count_answers_against_labels():
    assert Confusion.of([1, 1, 0, 0, 1], [1, 0, 1, 0, 1]) == (2, 1, 1, 1)


def test_sequences_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="3 answers for 2 labels"):
        Confusion.of([1, 0, 1], [1, 0])


def test_measures_agree_with_a_worked_example():
    precision, recall, specificity, f1, kappa = validation.measures((18, 2, 1, 341))
    assert precision == pytest.approx(18 / 20)
    assert recall == pytest.approx(18 / 19)
    assert specificity == pytest.approx(341 / 343)
    assert f1 == pytest.approx(2 * 0.9 * (18 / 19) / (0.9 + 18 / 19))
    assert kappa == pytest.approx(0.9187, abs=1e-4)


@given(CELLS)
def test_kappa_agrees_with_the_library(cells):
    table = np.array([[cells.tp, cells.fp], [cells.fn, cells.tn]], dtype=float)
    ours = validation.measures(cells)[4]
    if not math.isnan(ours) and table.sum() > 0:
        assert ours == pytest.approx(cohens_kappa(table, return_results=False), abs=1e-9)


@given(CELLS)
def test_intervals_hold_their_value_and_lie_within_the_range(cells):
    values = validation.measures(cells)
    low, high = validation.bootstrap(cells, draws=200)
    wilson = validation.exact(cells)
    for k, name in enumerate(validation.MEASURES):
        if math.isnan(values[k]) or name == "kappa":
            continue
        assert 0 <= low[k] <= high[k] <= 1
        assert wilson[k][0] - 1e-12 <= values[k] <= wilson[k][1] + 1e-12


def test_the_bootstrap_interval_narrows_as_texts_are_added():
    few = np.diff(validation.bootstrap(Confusion(18, 2, 2, 300)), axis=0)[0]
    many = np.diff(validation.bootstrap(Confusion(1800, 200, 200, 30000)), axis=0)[0]
    assert (many < few / 5).all()


def test_without_an_error_the_wilson_interval_still_leaves_room_for_one():
    cells = Confusion(20, 0, 0, 342)
    assert validation.bootstrap(cells)[0][3] == 1.0
    assert 0.85 < validation.exact(cells)[3][0] < 0.95


def test_halves_are_the_same_at_each_reading_and_share_no_release(releases_file):
    first = validation.read_releases(releases_file)
    second = validation.read_releases(releases_file)
    assert first["half"].tolist() == second["half"].tolist()
    assert first["half"].value_counts().tolist() == [10, 10]


def test_a_wrong_label_lowers_the_score_and_is_reported_by_name(releases_file):
    releases = validation.read_releases(releases_file)
    matcher = default_matcher()
    scores = validation.score_releases(releases, matcher)
    cells = scores[scores["set"] == "releases"].iloc[0]
    assert (cells["tp"], cells["fp"], cells["fn"], cells["tn"]) == (5, 1, 0, 14)
    differ = validation.disagreements(releases, matcher)
    assert differ["name"].tolist() == ["r19"]
    assert not differ["listed"].any()
    assert "text" not in differ


def test_the_two_halves_add_up_to_the_whole(releases_file):
    scores = validation.score_releases(validation.read_releases(releases_file), default_matcher())
    counts = scores[scores["measure"] == "f1"].set_index("set")[["tp", "fp", "fn", "tn"]]
    halves = counts.loc["releases_developed_on"] + counts.loc["releases_held_out"]
    assert halves.tolist() == counts.loc["releases"].tolist()


def test_accuracy_carries_the_number_of_labelled_texts(releases_file):
    scores = validation.score_releases(validation.read_releases(releases_file), default_matcher())
    found = validation.accuracy(scores, "releases")
    assert (found.n_sensitivity, found.n_specificity) == (5, 15)
    assert (found.sensitivity, found.specificity) == (1.0, 14 / 15)
    with pytest.raises(EmptySelectionError, match="no_such_set"):
        validation.accuracy(scores, "no_such_set")


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [("airstrike", "maybe", "Write True or False"), (None, None, "missing column")],
)
def test_a_release_file_that_cannot_be_read_is_named(tmp_path, column, value, message):
    table = pd.DataFrame({"name": ["a"], "text": ["b"], "airstrike": [value or "True"]})
    path = tmp_path / "bad.csv"
    (table if column else table.drop(columns="airstrike")).to_csv(path, index=False)
    with pytest.raises(SeedError, match=message) as caught:
        validation.read_releases(path)
    assert "bad.csv" in str(caught.value)


def test_nothing_to_score_against_is_said_and_not_scored(tmp_path, monkeypatch):
    monkeypatch.setenv("SEED_TEXTS", str(tmp_path))
    monkeypatch.setenv("ISAF_RELEASES", str(tmp_path / "none.csv"))
    with pytest.raises(EmptySelectionError, match="SEED_TEXTS"):
        validation.score()


def test_a_seed_text_that_is_not_the_coded_one_is_refused(tmp_path):
    texts = validation.schema.read_raw("sources")["text_file"]
    (tmp_path / texts[texts != ""].iloc[0]).write_text("another text", encoding="utf-8")
    with pytest.raises(SeedError, match="not the text that was coded"):
        validation.read_seed_texts(tmp_path)


def test_a_mention_counts_as_right_only_if_all_its_fields_are(monkeypatch):
    coded = pd.DataFrame(
        [["S1", "3", "12", "airstrike", "strike_carried_out", "us", "0"]],
        columns=["source_id", "start", "end", "term", "kind", "actor", "background"],
    )
    monkeypatch.setattr(validation.schema, "read_raw", lambda _: coded)
    compared = validation.compare_seeds({"S1": "An airstrike hit."}, default_matcher())
    assert sorted(compared["by"]) == ["hand", "matcher"]


def test_the_stored_table_holds_scores_and_no_text(releases_file, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("ISAF_RELEASES", str(releases_file))
    monkeypatch.setattr(validation.paths, "ROOT", tmp_path)
    validation.main()
    stored = (tmp_path / "benchmarks" / "mentions_score.csv").read_text(encoding="utf-8")
    assert stored.startswith("set,unit,kind,measure,n,tp,fp,fn,tn,value,low,high")
    assert "cache" not in stored + capsys.readouterr().out


# --- against the releases themselves -------------------------------------------------------


@pytest.fixture(scope="module")
def real():
    if not validation.releases_path().exists():
        pytest.skip(NO_RELEASES)
    return validation.read_releases()


def test_the_flag_reaches_nine_tenths_on_the_releases(real):
    scores = validation.score_releases(real, default_matcher())
    f1 = scores[scores["measure"] == "f1"].set_index("set")["value"]
    assert f1["releases"] >= 0.90
    assert f1["releases_held_out"] >= 0.90


def test_every_disagreement_was_read_and_is_listed(real):
    differ = validation.disagreements(real, default_matcher())
    assert differ[~differ["listed"]].empty


def test_every_listed_label_error_is_a_release_with_the_label_it_names(real):
    errors = validation.label_errors()
    found = errors.merge(real, left_on="text_sha256", right_on="sha256", suffixes=("", "_real"))
    assert len(found) == len(errors)
    assert (found["label"] == found["label_real"].map({True: "1", False: "0"})).all()
    assert (found["reading"] != found["label"]).all()
    assert (found["release"] == found["name"]).all()


def test_the_stored_scores_are_what_the_texts_give():
    if not (paths.seed_texts().exists() and validation.releases_path().exists()):
        pytest.skip("needs the seed texts and the labelled releases")
    stored = paths.ROOT / "benchmarks" / "mentions_score.csv"
    fresh = validation.score().round(4).to_csv(index=False, lineterminator="\n")
    assert stored.read_text(encoding="utf-8") == fresh, "run `make score`"


def test_the_stored_counts_of_the_releases_are_what_the_texts_give(real):
    stored = (paths.ROOT / validation.RELEASE_COUNTS).read_text(encoding="utf-8")
    fresh = validation.release_counts(real, default_matcher())
    assert stored == fresh.to_csv(index=False, lineterminator="\n"), "run `make score`"


# --- what is stored ------------------------------------------------------------------------


def test_stored_scores_need_no_text_and_take_another_level(tmp_path, monkeypatch):
    monkeypatch.setenv("SEED_TEXTS", str(tmp_path / "none"))
    monkeypatch.setenv("ISAF_RELEASES", str(tmp_path / "none.csv"))
    stored = pd.read_csv(paths.ROOT / validation.SCORES)
    pd.testing.assert_frame_equal(validation.committed().round(4), stored)
    narrow, wide = (validation.committed(level)["wilson_low"] for level in (0.5, 0.99))
    known = narrow.notna() & (narrow < 1)
    assert (wide[known] <= narrow[known]).all() and (wide[known] < narrow[known]).any()


def test_every_disagreement_counted_in_the_stored_scores_is_listed_by_name():
    numbers = validation.headline(validation.committed())
    listed = validation.label_errors()
    assert numbers["releases_differ"] == len(listed) > 0
    assert listed["release"].str.len().gt(5).all() and listed["reason"].str.len().gt(20).all()


def test_stored_counts_and_stored_scores_speak_of_the_same_releases():
    counts = validation.committed_counts()
    total = counts[counts["actor"] == "any"].groupby("half").sum(numeric_only=True)
    scores = validation.committed().drop_duplicates("set").set_index("set")
    for half in validation.HALVES:
        own = scores.loc[f"releases_{half}"]
        assert total.loc[half, "documents"] == own["n"]
        assert total.loc[half, "with_strike"] == own["tp"] + own["fp"]
        assert total.loc[half, "labelled"] == own["tp"] + own["fn"]


def test_a_release_counts_under_each_actor_it_names_and_once_under_any(releases_file):
    releases = validation.read_releases(releases_file)
    counts = validation.release_counts(releases, default_matcher())
    sums = counts.groupby("actor").sum(numeric_only=True)
    assert sums.loc["any", ["documents", "labelled", "with_strike"]].tolist() == [20, 5, 6]
    assert sums.loc["international", "with_strike"] == 6
    assert set(counts["month"]) == {"undated"}


def test_measured_releases_carry_a_corrected_share_that_holds_the_labels():
    scores = validation.committed()
    for by, periods in (("all", 1), ("year", 5), ("quarter", 14), ("month", 39)):
        table = validation.measure_releases(scores, by)
        assert len(table) == periods and table["reports"].sum() == 362
        assert (table["corrected_low"] <= table["corrected"]).all()
    whole = validation.measure_releases(scores, "all").iloc[0]
    assert whole["corrected_low"] < whole["labelled"] < whole["corrected_high"]
    assert whole["labelled"] == pytest.approx(19 / 362)
    assert "corrected" not in validation.measure_releases(scores, "all", actor="us")


def test_lines_leave_out_what_there_was_nothing_to_score_of():
    table = validation.lines(validation.committed())
    assert "negated" not in set(table["kind"]) and "strike_carried_out" in set(table["kind"])
    row = table[table["set"] == "releases_held_out"].iloc[0]
    assert row["f1"] == "0.90 (0.69 to 0.97)" and row["fn"] == "1"


def test_a_sentence_counts_once_and_the_others_are_rightly_left_alone(monkeypatch):
    text = "Rain fell. US airstrikes and air strikes hit. Nobody spoke. Markets were open."
    found = default_matcher().find(text)
    coded = pd.DataFrame(
        [["S1", str(m.start), str(m.end), m.term, m.kind, m.actor, str(int(m.background))]
         for m in found] + [["S1", "0", "4", "Rain", "negated", "us", "0"]],
        columns=["source_id", "start", "end", "term", "kind", "actor", "background"],
    )  # fmt: skip
    monkeypatch.setattr(validation.schema, "read_raw", lambda _: coded)
    scores = validation.score_seeds({"S1": text}, default_matcher())
    cells = scores[scores["unit"] == "sentence"].drop_duplicates("kind").set_index("kind")
    names = ["tp", "fp", "fn", "tn"]
    assert len(found) == 2
    assert cells.loc["strike_carried_out", names].tolist() == [1, 0, 0, 3]
    assert cells.loc["negated", names].tolist() == [0, 0, 1, 3]
    assert cells.loc["any", names].tolist() == [1, 0, 1, 2]


def test_a_score_without_an_error_never_has_an_interval_without_width():
    table = validation.lines(validation.committed())
    perfect = table[(table["fp"] == "0") & (table["fn"] == "0")]
    assert len(perfect) and not perfect.apply(
        lambda column: column.str.contains("1.00 (1.00 to 1.00)", regex=False)
    ).any(axis=None)  # fmt: skip
    assert set(table.loc[table["kept_apart"] == "yes", "set"]) == {"releases_held_out"}
