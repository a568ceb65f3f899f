from analysis import paths, schema
from analysis.codebook import codebook


def test_the_codebook_page_is_in_step_with_the_schema():
    page = (paths.DOCS / "codebook.md").read_text(encoding="utf-8")
    assert page == codebook(), "run `make codebook`"


def test_every_column_and_code_is_explained():
    page = codebook()
    for table in schema.table_names():
        for column in schema.fields(table):
            assert f"| `{column}` |" in page
    for row in schema.read_raw("codes").itertuples():
        assert f"| `{row.code}` |" in page
