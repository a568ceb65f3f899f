import pytest

from analysis.places import find_province, fold, suggest_province
from analysis.tables import load


@pytest.mark.parametrize("name", ["Qala-e-Naw", "Qala-e Naw", "Qala e Naw", "QALA-I-NAW"])
def test_spellings_of_qala_i_naw_fold_to_one_key(name):
    assert fold(name) == fold("Qala-i-Naw")


def test_different_places_keep_different_keys():
    assert fold("Baghlan") != fold("Balkh")
    assert fold("Paktia") != fold("Paktika")


def test_every_listed_spelling_finds_its_province():
    provinces = load("provinces")
    for row in provinces.itertuples():
        spellings = row.spellings.split(";") if isinstance(row.spellings, str) else []
        for name in (row.adm1, *spellings):
            assert find_province(name, provinces) == row.adm1


def test_an_unknown_province_is_refused_with_the_nearest():
    with pytest.raises(KeyError, match="Helmand"):
        find_province("Helmnad", load("provinces"))
    assert "'Helmand'" in suggest_province("Hilmand", load("provinces"))


def test_there_are_34_provinces_on_34_tiles():
    provinces = load("provinces")
    assert len(provinces) == 34
    assert len(provinces[["tile_row", "tile_col"]].drop_duplicates()) == 34
