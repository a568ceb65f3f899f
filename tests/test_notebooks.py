"""The form every notebook has, and that nbval has something to compare."""

import json
import re

import nbformat
import pytest

from analysis import paths
from analysis.run import RECORDED, bind
from analysis.study import first_sentence

NOTEBOOKS = sorted(paths.NOTEBOOKS.glob("*.ipynb"))
COMMITTED = paths.ROOT / "figures"
# Words that claim a cause; findings here are descriptions of coincidence in time.
CAUSAL = re.compile(
    r"\b(caused|causing|led to|because of|triggered|resulted in|due to|brought about|"
    r"drove|fuell?ed|sparked)\b",
    re.IGNORECASE,
)
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)


def cells(path):
    return nbformat.read(path, as_version=4).cells


def code(path):
    return [c for c in cells(path) if c.cell_type == "code"]


@each
def test_a_notebook_has_a_number_and_a_plain_name(path):
    assert re.fullmatch(r"\d\d_[a-z0-9_]+", path.stem)


@each
def test_it_opens_with_question_and_computed_answer(path):
    first = cells(path)[0]
    assert first.cell_type == "markdown" and first.source.startswith("# ")
    assert "**Question.**" in first.source
    assert "**Answer.** <!--=answer-->" in first.source
    assert "parameters" in cells(path)[1].metadata.get("tags", [])


@each
def test_the_answer_is_one_short_sentence_with_a_number_in_it(path):
    results = json.loads((COMMITTED / f"results_{path.stem}.json").read_text(encoding="utf-8"))
    answer = results["answer"]
    assert answer == first_sentence(answer) and answer.endswith(".")
    assert any(letter.isdigit() for letter in answer)
    assert len(answer.split()) <= 60, answer
    assert results["detail"].endswith(".")


@each
def test_prose_quotes_exactly_what_the_committed_results_hold(path):
    results = json.loads((COMMITTED / f"results_{path.stem}.json").read_text(encoding="utf-8"))
    for cell in cells(path):
        if cell.cell_type == "markdown":
            assert bind(cell.source, results) == cell.source


@each
def test_numbers_in_prose_stand_between_markers(path):
    allowed = re.compile(r"\b(20[0-2]\d|19\d\d|F\d+|T\d+|[0-9]{2}_\w+|notebooks? \d\d)\b")
    for cell in cells(path):
        if cell.cell_type == "markdown":
            text = RECORDED.sub("", cell.source)
            text = allowed.sub("", re.sub(r"`[^`]*`|\]\([^)]*\)|95% (?=Wilson|interval)", "", text))
            loose = re.findall(r"\d[\d,.]*%|\b\d{3,}\b", text)
            assert not loose, f"{loose} in {cell.source[:80]!r}"


@each
def test_every_code_cell_was_executed_in_order_without_errors(path):
    assert [c.execution_count for c in code(path)] == list(range(1, len(code(path)) + 1))
    assert not [o for c in code(path) for o in c.outputs if o.output_type == "error"]


@each
def test_nbval_has_text_to_compare(path):
    """A stripped notebook would pass nbval silently: at least half the cells carry text."""
    texts = [o for c in code(path) for o in c.outputs if "text" in o or "text/plain" in
             o.get("data", {})]  # fmt: skip
    assert len(texts) >= len(code(path)) / 2
    assert any("rows drawn, data" in o.get("data", {}).get("text/plain", "") for o in texts)


@each
def test_each_figure_cell_carries_a_picture_with_alt_text(path):
    for cell in code(path):
        if "study.save(" in cell.source:
            output = cell.outputs[-1]
            assert "image/png" in output.data
            assert len(output.metadata["image/png"]["alt"]) > 60


@each
def test_it_ends_by_writing_outputs_and_asserting_what_must_hold(path):
    write, hold = code(path)[-2:]
    assert "study.finish()" in write.source
    assert hold.source.count("assert ") >= 2


@each
def test_it_says_what_would_change_the_answer(path):
    assert any(c.source.startswith("## What would change this") for c in cells(path))


@each
def test_no_word_claims_a_cause(path):
    results = json.loads((COMMITTED / f"results_{path.stem}.json").read_text(encoding="utf-8"))
    said = [c.source for c in cells(path) if c.cell_type == "markdown"]
    said += [v for v in results.values() if isinstance(v, str)]
    for slug in results["figures"]:
        about = json.loads((COMMITTED / f"{slug}.json").read_text(encoding="utf-8"))
        said += [about["title"], about["caption"], about["alt"]]
    for text in said:
        # A word set in quotation marks is somebody's claim and may stand.
        plain = re.sub(r"“[^”]*”|\"[^\"]*\"", "", text)
        assert not CAUSAL.search(plain), f"{CAUSAL.search(plain)[0]!r} in {text[:120]!r}"


@each
def test_cells_are_short_and_few(path):
    assert len(cells(path)) <= 40
    for cell in code(path):
        if not {"parameters", "setup"} & set(cell.metadata.get("tags", [])):
            assert len(cell.source.splitlines()) <= 16, cell.source[:60]


@each
def test_every_figure_it_names_is_stored_with_data_and_description(path):
    results = json.loads((COMMITTED / f"results_{path.stem}.json").read_text(encoding="utf-8"))
    assert results["figures"]
    for slug in results["figures"]:
        for ending in ("svg", "png", "csv", "json"):
            assert (COMMITTED / f"{slug}.{ending}").exists()


def test_every_stored_figure_belongs_to_a_notebook():
    named = set()
    for path in NOTEBOOKS:
        results = json.loads((COMMITTED / f"results_{path.stem}.json").read_text())
        named |= set(results["figures"])
    stored = {p.stem for p in COMMITTED.glob("f*.json")}
    assert stored == named
