import pytest

from analysis import corrections, schema
from analysis.errors import SeedError
from analysis.tables import load


def change(seeds, old, new):
    path = seeds / "corrections.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_an_applied_correction_changes_the_load_and_not_the_file():
    entry = next(c for c in corrections.read() if c["status"] == "applied")
    raw = schema.read_raw(entry["table"]).set_index("reading_id")
    typed = load(entry["table"]).set_index("reading_id")
    assert raw.loc[entry["row"], entry["field"]] == entry["expected"]
    assert str(typed.loc[entry["row"], entry["field"]]) == entry["value"]


def test_an_open_correction_changes_nothing():
    entry = next(c for c in corrections.read() if c["status"] == "open")
    typed = load(entry["table"]).set_index("reading_id")
    assert float(typed.loc[entry["row"], entry["field"]]) == float(entry["expected"])


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("row: U", "row: U9", "matches no row"),
        ('expected: "3254"', 'expected: "3255"', "no longer fits"),
        ("field: injured", "field: wounded", "unknown cell"),
        ("table: un_casualties", "table: casualties", "unknown cell"),
        ("status: applied\n\n", "status: done\n\n", "unknown status"),
        ("  reason: Two digits", "  because: Two digits", "incomplete correction"),
    ],
)
def test_a_correction_that_does_not_fit_stops_the_load(seeds, old, new, kind):
    change(seeds, old, new)
    with pytest.raises(SeedError) as caught:
        schema.validate(seeds)
    assert kind in {p.kind for p in caught.value.problems}


def test_a_correction_is_refused_once_the_table_was_mended(seeds):
    path = seeds / "un_casualties.csv"
    path.write_text(path.read_text().replace(",3254,", ",3524,", 1))
    with pytest.raises(SeedError, match="remove the correction"):
        schema.validate(seeds)
