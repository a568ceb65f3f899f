"""The runner: fresh, failed, stored; on small notebooks made for the purpose."""

import nbformat
import pytest

from analysis import paths, run
from analysis.errors import ParameterError, RunError

CODE = {
    "good": "print('fine')",
    "bad": "raise ValueError('no such month')",
}


def make(folder, name, body):
    cells = [
        nbformat.v4.new_markdown_cell("**Answer.** <!--=answer-->old<!--/-->", id="question"),
        nbformat.v4.new_code_cell(
            'start = "2007-01-01"  # first day\nout_dir = ""  # folder\nformats = []  # formats',
            id="parameters",
            metadata={"tags": ["parameters"]},
        ),
        nbformat.v4.new_code_cell(
            "from analysis.study import begin\n"
            f"study = begin('{name}', start=start, out_dir=out_dir, formats=formats)",
            id="setup",
        ),
        nbformat.v4.new_code_cell(body, id="body"),
        nbformat.v4.new_code_cell(
            "study.say('answer', f'It starts on {start}.')\nstudy.finish()", id="write"
        ),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, folder / f"{name}.ipynb")


@pytest.fixture
def workshop(tmp_path, monkeypatch):
    """Two small notebooks, and a build folder of their own."""
    notebooks, out = tmp_path / "notebooks", tmp_path / "out"
    notebooks.mkdir()
    make(notebooks, "01_good", CODE["good"])
    make(notebooks, "02_bad", CODE["bad"])
    monkeypatch.setattr(paths, "NOTEBOOKS", notebooks)
    monkeypatch.setattr(run, "KEYS", tmp_path / "keys")
    return out


def test_a_failed_notebook_is_named_with_cell_and_error_and_costs_nobody_else(workshop):
    outcomes = run.run(["01_good", "02_bad"], {"out_dir": str(workshop)})
    assert [o.state for o in outcomes] == ["ran", "failed"]
    assert "cell 4: ValueError: no such month" in outcomes[1].message
    assert (workshop / "results_01_good.json").exists()
    assert (workshop / "notebooks" / "02_bad.failed.ipynb").exists()
    with pytest.raises(RunError, match="02_bad: FAILED in cell 4"):
        run.summary(outcomes)


def test_a_second_run_has_nothing_to_do_until_something_changes(workshop):
    given = {"out_dir": str(workshop)}
    assert [o.state for o in run.run(["01_good"], given)] == ["ran"]
    assert [o.state for o in run.run(["01_good"], given)] == ["fresh"]
    assert [o.state for o in run.run(["01_good"], given | {"start": "2008-01-01"})] == ["ran"]
    (workshop / "results_01_good.json").write_text("{}")
    assert [o.state for o in run.run(["01_good"], given)] == ["ran"], "an output was changed"


def test_the_answer_in_the_executed_copy_is_the_one_computed(workshop):
    run.run(["01_good"], {"out_dir": str(workshop), "start": "2015-06-01"})
    done = nbformat.read(workshop / "notebooks" / "01_good.ipynb", 4)
    assert "It starts on 2015-06-01." in done.cells[0].source


def test_prose_that_quotes_what_nobody_recorded_is_an_error():
    with pytest.raises(RunError, match="n_events"):
        run.bind("There are <!--=n_events-->12<!--/-->.", {})


def test_quoted_numbers_get_thousands_separators():
    text = run.bind("<!--=n-->x<!--/--> deaths", {"n": 8356})
    assert text == "<!--=n-->8,356<!--/--> deaths"


def test_a_notebook_that_does_not_exist_is_refused_with_the_list():
    with pytest.raises(ParameterError, match="01_fifteen_years"):
        run.choose(["99"])


def test_notebooks_can_be_chosen_by_number():
    assert run.choose(["01"]) == ["01_fifteen_years"]


def test_the_committed_form_has_no_timestamps_and_refuses_stderr():
    source = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", id="one")])
    done = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", id="one")])
    done.metadata["papermill"] = {"start_time": "now"}
    done.cells[0].metadata["papermill"] = {"duration": 1.0}
    done.cells[0].outputs = [nbformat.v4.new_output("stream", name="stdout", text="a")]
    form = run.committed_form(done, source)
    assert "papermill" not in nbformat.writes(form)
    done.cells[0].outputs = [nbformat.v4.new_output("stream", name="stderr", text="Warning")]
    with pytest.raises(RunError, match="stderr"):
        run.committed_form(done, source)


def test_verify_names_a_figure_that_differs(tmp_path, monkeypatch):
    committed = tmp_path / "figures"
    committed.mkdir()
    (committed / "f.csv").write_text("a\n1\n")
    (committed / "old.png").write_text("x")

    def fake(names, overrides, jobs, force):
        from pathlib import Path

        Path(overrides["out_dir"], "f.csv").write_text("a\n2\n")
        return [run.Outcome("01", "ran")]

    monkeypatch.setattr(run, "run", fake)
    with pytest.raises(RunError) as caught:
        run.verify(committed=committed)
    assert "f.csv: data differs" in str(caught.value)
    assert "old.png: no notebook makes it" in str(caught.value)
