"""Province names: one canonical spelling, many that were printed.

A name is matched on a folded key (case, accents, hyphens and the Persian connector
``-i-``/``-e`` ignored). Nothing is guessed: an unknown name is an error with the nearest
candidate, because a join by name alone is how districts get lost.
"""

import re
import unicodedata

import pandas as pd

from analysis.errors import nearest

_CONNECTOR = re.compile(r"(?<=[a-z])[\s-]+(?:i|e|ye|y)[\s-]+(?=[a-z])")
_SUFFIX = re.compile(r"\s+(?:province|city|district)$")


def fold(name: str) -> str:
    """Key under which spellings of one place meet.

    >>> fold("Qala-i-Naw") == fold("Qala-e Naw") == fold("Qala e Naw")
    True
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    plain = _SUFFIX.sub("", plain.strip())
    plain = _CONNECTOR.sub(" ", plain)
    return re.sub(r"[^a-z0-9]", "", plain)


def province_keys(provinces: pd.DataFrame) -> dict[str, str]:
    """Folded spelling to canonical name, for every spelling in the provinces table."""
    keys = {}
    for row in provinces.itertuples():
        extra = row.spellings if isinstance(row.spellings, str) else ""
        for name in (row.adm1, *filter(None, extra.split(";"))):
            keys[fold(name)] = row.adm1
    return keys


def find_province(name: str, provinces: pd.DataFrame) -> str:
    """Canonical name of a province, from any known spelling.

    Raises
    ------
    KeyError
        If no province has that spelling; the message names the nearest.
    """
    keys = province_keys(provinces)
    if fold(name) not in keys:
        raise KeyError(f"no province is spelt {name!r}.{nearest(name, provinces['adm1'])}")
    return keys[fold(name)]


def suggest_province(name: str, provinces: pd.DataFrame) -> str:
    """Hint for a message: the canonical name of a known variant, or the nearest name."""
    try:
        return f" The canonical spelling is {find_province(name, provinces)!r}."
    except KeyError:
        return nearest(name, provinces["adm1"])
