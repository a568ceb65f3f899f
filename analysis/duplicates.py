"""Copies of one report, found by what they share.

A wire story printed by five sites is one source, not five: events are graded by
*independence groups*. Where two texts are at hand, shared runs of words decide. Where
only the titles are, titles that are nearly alike within a few days are put before a
person, and the judgement is a row of ``seeds/title_matches.csv``.

The measure is the Jaccard index of word shingles (Broder 1997). Containment is given
beside it, because a site that prints the first half of a story shares little of the
union and all of the smaller text.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from analysis.errors import Problem, SeedError

ALIKE = 0.6
WORDS = 4
DAYS = 3
# Fewer words than this are a heading such as "Afghanistan news", not a title.
SHORTEST_TITLE = 4


def words(text: str) -> list[str]:
    """Lower-case words of a text, accents and punctuation dropped."""
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return re.findall(r"\w+", plain.casefold())


def shingles(text: str, length: int = WORDS) -> frozenset[tuple[str, ...]]:
    """Every run of ``length`` words of a text; the whole text if it is shorter."""
    own = words(text)
    if len(own) < length:
        return frozenset([tuple(own)] if own else [])
    return frozenset(zip(*(own[start:] for start in range(length)), strict=False))


def alike(sets: Mapping[str, frozenset]) -> pd.DataFrame:
    """How much every two sets share, for those that share anything.

    Parameters
    ----------
    sets
        Features by name, such as the `shingles` of each text.

    Returns
    -------
    DataFrame
        ``first``, ``second`` (in the order of ``sets``), ``jaccard`` (shared over all,
        0 to 1), ``containment`` (shared over the smaller set), most alike first.
    """
    names = list(sets)
    numbers: dict[object, int] = {}
    rows, columns = [], []
    for row, name in enumerate(names):
        for feature in sets[name]:
            rows.append(row)
            columns.append(numbers.setdefault(feature, len(numbers)))
    shape = (len(names), max(len(numbers), 1))
    held = sparse.csr_array((np.ones(len(rows), dtype=np.int64), (rows, columns)), shape=shape)
    # One sparse product counts what all pairs share; pairs that share nothing never appear.
    shared = sparse.triu(held @ held.T, k=1).tocoo()
    size = np.array([len(sets[name]) for name in names], dtype=np.int64)
    first, second, both = shared.row, shared.col, shared.data
    pairs = pd.DataFrame(
        {
            "first": [names[i] for i in first],
            "second": [names[i] for i in second],
            "jaccard": both / (size[first] + size[second] - both),
            "containment": both / np.minimum(size[first], size[second]),
        }
    )
    return pairs.sort_values(
        ["jaccard", "containment", "first", "second"],
        ascending=[False, False, True, True],
        ignore_index=True,
    )


def near_duplicates(texts: Mapping[str, str], at_least: float = ALIKE) -> pd.DataFrame:
    """Pairs of texts that are one report, as `alike` gives them.

    A pair counts where the Jaccard index, or the containment of a text of at least
    fifty runs, reaches ``at_least``: short texts are contained by chance.
    """
    sets = {name: shingles(text) for name, text in texts.items()}
    pairs = alike(sets)
    smaller = np.minimum(
        pairs["first"].map(lambda n: len(sets[n])), pairs["second"].map(lambda n: len(sets[n]))
    )
    same = (pairs["jaccard"] >= at_least) | ((pairs["containment"] >= at_least) & (smaller >= 50))
    return pairs[same].reset_index(drop=True)


def grouped(names: Sequence[str], pairs: pd.DataFrame) -> dict[str, str]:
    """Name of the group of each text: the first, in sorted order, of those it is linked to."""
    ordered = sorted(names)
    place = {name: i for i, name in enumerate(ordered)}
    links = sparse.coo_array(
        (
            np.ones(len(pairs), dtype=np.int8),
            (pairs["first"].map(place).to_numpy(int), pairs["second"].map(place).to_numpy(int)),
        ),
        shape=(len(ordered), len(ordered)),
    )
    _, label = connected_components(links, directed=False)
    leader: dict[int, str] = {}
    for name, number in zip(ordered, label, strict=True):
        leader.setdefault(int(number), name)
    return {name: leader[int(label[place[name]])] for name in names}


def same_titles(sources: pd.DataFrame, at_least: float = ALIKE, days: int = DAYS) -> pd.DataFrame:
    """Sources whose titles are nearly alike and whose days of publication are close.

    Parameters
    ----------
    sources
        ``source_id``, ``title``, ``date_published`` (text) and ``independence_group``.
        Sources that are not dated to the day are left out: alike titles of other months
        are other news.

    Returns
    -------
    DataFrame
        ``first``, ``second`` (``source_id``, ascending), ``jaccard`` of the words of the
        titles, ``same_group``.
    """
    dated = sources[sources["date_published"].str.len() == 10].sort_values("source_id")
    titles = {row.source_id: frozenset(words(row.title)) for row in dated.itertuples()}
    titles = {name: own for name, own in titles.items() if len(own) >= SHORTEST_TITLE}
    day = {row.source_id: date.fromisoformat(row.date_published) for row in dated.itertuples()}
    group = dict(zip(dated["source_id"], dated["independence_group"], strict=True))
    pairs = alike(titles).drop(columns="containment")
    pairs = pairs[pairs["jaccard"] >= at_least]
    near = [
        abs((day[a] - day[b]).days) <= days
        for a, b in zip(pairs["first"], pairs["second"], strict=True)
    ]
    pairs = pairs[near]
    pairs = pairs.assign(
        same_group=pairs["first"].map(group).to_numpy() == pairs["second"].map(group).to_numpy()
    )
    return pairs.sort_values(["first", "second"], ignore_index=True)


def read_texts(folder: Path) -> dict[str, str]:
    """Texts of a folder by file name without ``.txt``.

    Raises
    ------
    SeedError
        If the folder holds no text, or one that is not UTF-8.
    """
    files = sorted(folder.glob("*.txt"))
    if not files:
        raise SeedError(
            [Problem(str(folder), 0, "", "no texts", "", "Put texts named <source_id>.txt there.")]
        )
    texts, problems = {}, []
    for file in files:
        try:
            texts[file.stem] = file.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            problems.append(
                Problem(file.name, 0, "", "not UTF-8", str(error), "Save the text as UTF-8.")
            )
    if problems:
        raise SeedError(problems)
    return texts


def report(texts: Mapping[str, str], sources: pd.DataFrame) -> str:
    """Near-duplicates among the texts, and whether the table of sources groups them so."""
    known = dict(zip(sources["source_id"], sources["independence_group"], strict=True))
    known |= {Path(row.text_file).stem: row.independence_group
              for row in sources.itertuples() if row.text_file}  # fmt: skip
    found = near_duplicates(texts)
    lines = [f"{len(texts)} texts, {len(set(grouped(list(texts), found).values()))} reports"]
    for row in found.itertuples():
        groups = known.get(row.first), known.get(row.second)
        verdict = (
            "not in sources.csv" if None in groups
            else "one group" if groups[0] == groups[1]
            else f"two groups: {groups[0]} and {groups[1]}; give both one"
        )  # fmt: skip
        lines.append(
            f"  {row.first}  {row.second}  jaccard {row.jaccard:.2f}  "
            f"containment {row.containment:.2f}  {verdict}"
        )
    return "\n".join(lines)
