import re

from analysis import paths, run


def test_every_number_quoted_in_the_readme_is_the_recorded_one():
    text = paths.README.read_text(encoding="utf-8")
    assert run.bind(text, run.readme_results()) == text, "run `make notebooks`"


def test_every_notebook_and_table_has_its_line():
    text = paths.README.read_text(encoding="utf-8")
    for name in run.notebook_names():
        assert f"(notebooks/{name}.ipynb)" in text
    for name in run.schema.table_names():
        assert f"| `{name}` |" in text


def test_every_link_to_a_file_leads_somewhere():
    text = paths.README.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", text):
        assert (paths.ROOT / target).exists(), target


def test_every_dependency_has_a_line_on_why():
    import tomllib

    project = tomllib.loads((paths.ROOT / "pyproject.toml").read_text())["project"]
    text = paths.README.read_text(encoding="utf-8")
    table = text.split("## Why each dependency")[1].split("\n## ")[0]
    for name in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        assert re.search(rf"\b{re.escape(name)}\b", table), name
