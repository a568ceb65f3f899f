"""The page: what is on it comes from the notebooks, and a failure is shown, not hidden."""

import json
import re

import nbformat
import pytest

from analysis import paths, report, run
from analysis.run import Outcome


@pytest.fixture
def page(tmp_path, monkeypatch):
    """A report of one notebook that ran and one that failed, built in a scratch folder."""
    folder = run.executed_dir(tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    cells = [
        nbformat.v4.new_markdown_cell("# Invented\n**Answer.** <!--=answer-->Up.<!--/-->\n## Why\n"
                                      "**What it needs.** A table. It runs in about a minute."),
        nbformat.v4.new_code_cell("print(1)", outputs=[
            nbformat.v4.new_output("stream", name="stdout", text="<b>1</b>")]),
        nbformat.v4.new_code_cell("study.finish()", outputs=[
            nbformat.v4.new_output("stream", name="stdout",
                                   text="Down.\n24 results recorded for 91_invented\n")]),
    ]  # fmt: skip
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "91_invented.ipynb")
    (tmp_path / "results_91_invented.json").write_text(
        json.dumps({"answer": "Up.", "detail": "Or down."})
    )
    outcomes = [Outcome("91_invented", "ran", ""), Outcome("92_lost", "failed", "cell 3: Oops: x")]
    said = report.write(["91_invented", "92_lost"], outcomes, {"out_dir": str(tmp_path)})
    assert said.startswith("wrote")
    again = report.write(["91_invented", "92_lost"], outcomes, {"out_dir": str(tmp_path)})
    assert again.endswith("up to date")
    return (tmp_path / "report" / "index.html").read_text(encoding="utf-8")


def test_a_notebook_is_shown_with_its_answer_and_its_code_folded(page):
    assert "Invented" in page and "Up." in page
    assert '<span class="meta">Up.</span>' in page
    assert "<details><summary>code</summary><pre>print(1)</pre></details>" in page


def test_headings_and_contents_carry_the_numbers_that_notebooks_refer_to(page):
    assert '<a href="#91_invented">91 Invented</a>' in page
    assert "<h2>91 Invented</h2>" in page
    assert "<ol>" not in page


def test_what_a_run_says_of_itself_is_not_on_the_page(page):
    assert "results recorded" not in page and "It runs in" not in page
    assert "A table." in page and "<pre>Down.</pre>" in page


def test_parameters_are_told_in_words_and_without_the_machine():
    assert report.parameter_words({"out_dir": "/x"}) == (
        "Parameters: the notebooks' own, none was changed."
    )
    said = report.parameter_words({"provinces": ["Helmand", "Kunduz"], "start": "2015-01-01",
                                   "ged_file": "/x/ged.csv", "out_dir": "/x"})  # fmt: skip
    assert said == (
        "Parameters: provinces set to Helmand and Kunduz, start set to 2015-01-01, ged_file set to "
        "ged.csv; all others as the notebooks have them."
    )


def test_output_is_text_and_never_markup(page):
    assert "&lt;b&gt;1&lt;/b&gt;" in page and "<b>1</b>" not in page


def test_a_failed_notebook_is_named_with_its_error(page):
    assert "This notebook failed." in page and "cell 3: Oops: x" in page


def test_headings_of_a_notebook_stand_below_the_title_of_its_section(page):
    assert re.search(r"<h3[^>]*>Why", page)


def test_every_term_of_the_glossary_is_on_the_page(page):
    terms = re.findall(r"(?m)^\*\*([^*]+?)\.?\*\*", (paths.DOCS / "GLOSSARY.md").read_text("utf-8"))
    assert len(terms) > 15
    for term in terms:
        assert term in page, term
