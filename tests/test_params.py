import nbformat
import pytest

from analysis import params, paths, run
from analysis.errors import ParameterError

NOTEBOOKS = sorted(paths.NOTEBOOKS.glob("[0-9]*.ipynb"))


@pytest.mark.parametrize(
    ("values", "hint"),
    [
        ({"strat": "2015-01-01"}, "Did you mean 'start'"),
        ({"start": "2015"}, "YYYY-MM-DD"),
        ({"start": "2001-01-01"}, "between 2007-01-01 and 2021-08-15"),
        ({"start": "2019-01-01", "end": "2018-01-01"}, "lies after end"),
        ({"provinces": ["Hilmand"]}, "Did you mean 'Helmand'"),
        ({"provinces": "Helmand"}, "list of words"),
        ({"min_confidence": "F"}, "Choices: A, B, C, D, E"),
        ({"count_level": "both"}, "child, parent"),
        ({"formats": ["jpg"]}, "svg, png, pdf"),
        ({"window_months": 12}, "between 1 and 6"),
        ({"window_months": "3"}, "whole number"),
        ({"level": 95}, "number like 0.95"),
        ({"event_classes": ["capital_taken"]}, "capital_"),
    ],
)
def test_a_wrong_parameter_is_refused_with_what_would_be_right(values, hint):
    with pytest.raises(ParameterError, match=hint):
        params.check(values)


def test_several_wrong_parameters_are_reported_together():
    with pytest.raises(ParameterError) as caught:
        params.check({"strat": "2015-01-01", "min_confidence": "F"})
    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_defaults_of_a_notebook_are_allowed_and_explained(path):
    values = params.declared(path)
    params.check(values)
    cell = next(
        c for c in nbformat.read(path, 4).cells if "parameters" in c.metadata.get("tags", [])
    )
    for line in cell.source.splitlines():
        assert "  # " in line, f"no comment: {line}"
        assert "=" not in line.split("  # ", 1)[1], "papermill misreads '=' in a comment"
    needed = ["start", "end", "provinces", "min_confidence", "out_dir", "formats"]
    assert [n for n in needed if n not in values] == []


def test_the_notebooks_that_count_events_take_class_and_level():
    # The worked cases of notebook 05 are fixed articles: class and level would be dead there.
    for path in NOTEBOOKS:
        if path.stem[:2] in ("01", "02", "03", "04"):
            assert {"event_classes", "count_level"} <= set(params.declared(path)), path.stem


def test_a_misspelt_parameter_stops_before_any_kernel(monkeypatch):
    monkeypatch.setattr(run, "_execute", lambda *_: pytest.fail("a kernel was started"))
    with pytest.raises(ParameterError, match="min_confidence"):
        run.run(run.notebook_names(), {"min_confidance": "A"})


def test_a_parameters_cell_with_code_in_it_is_refused(tmp_path):
    notebook = nbformat.v4.new_notebook()
    cell = nbformat.v4.new_code_cell("start = max(1, 2)", metadata={"tags": ["parameters"]})
    notebook.cells = [cell]
    path = tmp_path / "x.ipynb"
    nbformat.write(notebook, path)
    with pytest.raises(ParameterError, match="NAME = literal"):
        params.declared(path)


def test_text_from_the_command_line_is_typed():
    assert params.from_text("provinces", "Helmand, Kunduz") == ["Helmand", "Kunduz"]
    assert params.from_text("window_months", "4") == 4
    assert params.from_text("level", "0.9") == 0.9
    assert params.from_text("start", "2015-01-01") == "2015-01-01"
