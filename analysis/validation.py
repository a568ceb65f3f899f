"""How often the matcher is right: against hand-coded seed articles and labelled releases.

Two yardsticks. The seeds have every mention coded by hand: position, kind, owner, time.
The ISAF releases have one flag a text, set by others, wrong in a few rows; those are
listed with our reading in ``seeds/label_errors.csv``. The lexicon was worked out on a
random half of the releases; the other half is scored apart. Texts are read where the
reader keeps them and are never written anywhere.

``python -m analysis mentions-score`` prints and stores the table that `score` returns.
"""

import hashlib
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis import paths, schema
from analysis.errors import EmptySelectionError, Problem, SeedError
from analysis.intervals import share_interval
from analysis.matcher import CARRIED_OUT, Matcher, Mention, default_matcher
from analysis.mentions import Accuracy
from analysis.tables import write_text

KINDS = tuple(
    str(k) for k in schema.fields("air_mentions")["kind"]["constraints"]["enum"]
)  # fmt: skip
HALVES = ("developed_on", "held_out")
SPLIT_SEED = 20210815
MEASURES = ("precision", "recall", "specificity", "f1", "kappa")


class Confusion(NamedTuple):
    """Answers against labels: both yes, only the answer, only the label, both no."""

    tp: int
    fp: int
    fn: int
    tn: int

    @classmethod
    def of(cls, answers: Sequence[bool], labels: Sequence[bool]) -> "Confusion":
        """Count the four cells of two sequences of equal length."""
        a, b = np.asarray(answers, dtype=bool), np.asarray(labels, dtype=bool)
        if a.shape != b.shape:
            raise ValueError(f"{a.size} answers for {b.size} labels.")
        cells = (a & b, a & ~b, ~a & b, ~a & ~b)
        return cls(*(int(c.sum()) for c in cells))


# --- measures ----------------------------------------------------------------------------


def measures(cells: np.ndarray) -> np.ndarray:
    """Precision, recall, specificity, F1 and Cohen's kappa.

    Parameters
    ----------
    cells
        Shape (..., 4): counts in the order of `Confusion`.

    Returns
    -------
    array of shape (..., 5)
        In the order of `MEASURES`; nan where a measure has nothing to divide by.
    """
    tp, fp, fn, tn = np.moveaxis(np.asarray(cells, dtype=float), -1, 0)
    n = tp + fp + fn + tn
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = ((tp + fp) * (tp + fn) + (fn + tn) * (fp + tn)) / n**2
        values = (
            tp / (tp + fp),
            tp / (tp + fn),
            tn / (tn + fp),
            2 * tp / (2 * tp + fp + fn),
            ((tp + tn) / n - chance) / (1 - chance),
        )
    return np.stack(values, axis=-1)


def bootstrap(
    cells: Confusion, level: float = 0.95, draws: int = 4000, seed: int = SPLIT_SEED
) -> np.ndarray:
    """Percentile intervals of all measures from resampled texts.

    Returns
    -------
    array of shape (2, 5)
        Lows and highs. Where the sample holds no error at all the interval is a point,
        which says little: see `exact`.

    Notes
    -----
    Drawing texts with replacement is drawing the four cells from a multinomial.
    """
    n = sum(cells)
    if n == 0:
        return np.full((2, len(MEASURES)), math.nan)
    drawn = np.random.default_rng(seed).multinomial(n, np.array(cells) / n, size=draws)
    tail = (1 - level) / 2
    values = measures(drawn)
    # A draw without a yes has no precision; the interval is over those that have one.
    return np.array([_quantiles(column, tail) for column in values.T]).T


def _quantiles(values: np.ndarray, tail: float) -> tuple[float, float]:
    known = values[~np.isnan(values)]
    if not known.size:
        return math.nan, math.nan
    low, high = np.quantile(known, [tail, 1 - tail])
    return float(low), float(high)


def exact(cells: Confusion, level: float = 0.95) -> list[tuple[float, float]]:
    """Wilson intervals of the measures that are shares, in the order of `MEASURES`.

    Notes
    -----
    F1 is no share, but F1 / (2 - F1) is: hits among all texts where answer or label says
    yes. Its interval is carried over. Kappa has none.
    """
    tp, fp, fn, tn = cells
    low, high = share_interval(tp, tp + fp + fn, level)
    none = (math.nan, math.nan)
    return [
        share_interval(tp, tp + fp, level),
        share_interval(tp, tp + fn, level),
        share_interval(tn, tn + fp, level),
        (2 * low / (1 + low), 2 * high / (1 + high)),
        none,
    ]


def rows(name: str, unit: str, kind: str, cells: Confusion, level: float = 0.95) -> pd.DataFrame:
    """One row per measure of one comparison; ``tn`` is -1 where no is not countable."""
    values, (lows, highs), wilson = measures(cells), bootstrap(cells, level), exact(cells, level)
    table = pd.DataFrame(
        {
            "set": name, "unit": unit, "kind": kind, "measure": MEASURES,
            "n": sum(cells), **cells._asdict(), "value": values, "low": lows, "high": highs,
            "wilson_low": [w[0] for w in wilson], "wilson_high": [w[1] for w in wilson],
        }
    )  # fmt: skip
    if unit == "mention":
        # Places without a mention cannot be counted, so nothing can be said about them.
        table = table[~table["measure"].isin(["specificity", "kappa"])].assign(tn=-1)
    return table


# --- labelled releases -----------------------------------------------------------------------


def releases_path() -> Path:
    """File with the labelled ISAF releases; ``ISAF_RELEASES`` names another."""
    default = paths.seed_texts().parent / "leads" / "isaf_press_releases_dev.csv"
    return Path(os.environ.get("ISAF_RELEASES", default))


def read_releases(path: Path | None = None) -> pd.DataFrame:
    """Labelled releases, in file order.

    Returns
    -------
    DataFrame
        ``name``, ``start_date``, ``text``, ``label`` (bool), ``sha256`` of the text and
        ``half``: a random half, drawn once with a fixed seed, the lexicon was worked
        out on (``developed_on``), the other (``held_out``) only scored.

    Raises
    ------
    SeedError
        If a column is missing or a label is neither True nor False.
    """
    path = path or releases_path()
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    shown = path.name
    problems = [
        Problem(shown, 1, c, "missing column", "", "The file needs name, text and airstrike.")
        for c in ("name", "text", "airstrike")
        if c not in table
    ]
    if problems:
        raise SeedError(problems)
    words = table["airstrike"].str.strip().str.lower()
    flags = {"true": True, "1": True, "false": False, "0": False}
    wrong = table[~words.isin(flags)]
    if len(wrong):
        # Texts span lines, so a row is named by its number and not by its line.
        raise SeedError(
            Problem(shown, int(i) + 2, "airstrike", "wrong type", value, "Write True or False.")
            for i, value in wrong["airstrike"].items()
        )
    order = np.random.default_rng(SPLIT_SEED).permutation(len(table))
    half = np.full(len(table), HALVES[1], dtype=object)
    half[order[: len(table) // 2]] = HALVES[0]
    start = table.get("start_date", "")
    return pd.DataFrame(
        {
            "name": table["name"],
            "start_date": start,
            "text": table["text"],
            "label": words.map(flags).astype(bool),
            "sha256": [hashlib.sha256(t.encode()).hexdigest() for t in table["text"]],
            "half": half,
        }
    )


def label_errors() -> pd.DataFrame:
    """Releases whose label we read otherwise, with the reason."""
    return schema.read_raw("label_errors")


def score_releases(releases: pd.DataFrame, matcher: Matcher) -> pd.DataFrame:
    """Scores of the release flag: each half, all, all wide, all with label errors mended.

    Notes
    -----
    ``wide`` also counts gunfire from aircraft and close air support, which the labels
    leave out. Labels were mended after the matcher's answer was seen, so that the score
    against them is the best case.
    """
    found = [matcher.find(text) for text in releases["text"]]
    answers = np.array([any(m.counts for m in ms) for ms in found], dtype=bool)
    wide = np.array([any(_used(m) for m in ms) for ms in found], dtype=bool)
    labels = releases["label"].to_numpy(dtype=bool)
    errors = label_errors().set_index("text_sha256")["reading"]
    mended = releases["sha256"].map(errors)
    mended = np.where(mended.isna(), labels, mended == "1")
    parts = []
    for half in HALVES:
        chosen = (releases["half"] == half).to_numpy()
        cells = Confusion.of(answers[chosen], labels[chosen])
        parts.append(rows(f"releases_{half}", "text", "airstrike", cells))
    for name, said, truth in (
        ("releases", answers, labels),
        ("releases_wide", wide, labels),
        ("releases_labels_mended", answers, mended),
    ):
        parts.append(rows(name, "text", "airstrike", Confusion.of(said, truth)))
    return pd.concat(parts, ignore_index=True)


def _used(mention: Mention) -> bool:
    return mention.kind == CARRIED_OUT and not mention.background


def disagreements(releases: pd.DataFrame, matcher: Matcher) -> pd.DataFrame:
    """Releases where matcher and label differ, by name: never their text.

    Returns
    -------
    DataFrame
        ``name``, ``start_date``, ``half``, ``label``, ``answer``, ``listed`` (whether
        ``label_errors.csv`` has it), ``reason``, ``text_sha256``.
    """
    answers = np.array([matcher.has_strike(t) for t in releases["text"]], dtype=bool)
    differ = releases[answers != releases["label"].to_numpy(dtype=bool)]
    errors = label_errors().set_index("text_sha256")["reason"]
    return pd.DataFrame(
        {
            "name": differ["name"],
            "start_date": differ["start_date"],
            "half": differ["half"],
            "label": differ["label"],
            "answer": ~differ["label"].astype(bool),
            "listed": differ["sha256"].isin(errors.index),
            "reason": differ["sha256"].map(errors).fillna(""),
            "text_sha256": differ["sha256"],
        }
    ).reset_index(drop=True)


# --- seed articles --------------------------------------------------------------------------


def read_seed_texts(folder: Path | None = None) -> dict[str, str]:
    """Texts of the seed articles by ``source_id``, those that the reader has.

    Raises
    ------
    SeedError
        If a text is not the one that was coded: its offsets would point elsewhere.
    """
    folder = folder or paths.seed_texts()
    sources = schema.read_raw("sources")
    texts, problems = {}, []
    for line, row in sources[sources["text_file"] != ""].iterrows():
        path = folder / row["text_file"]
        if not path.exists():
            continue
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != row["sha256"]:
            remedy = "The file is not the text that was coded. Restore the original."
            problems.append(
                Problem("seeds/sources.csv", int(line), "sha256", "other text", path.name, remedy)
            )
        # Bytes first: reading as text would turn line ends and move offsets.
        texts[row["source_id"]] = content.decode("utf-8")
    if problems:
        raise SeedError(problems)
    return texts


def compare_seeds(texts: dict[str, str], matcher: Matcher) -> pd.DataFrame:
    """Every mention found by hand, by the matcher or by both.

    Returns
    -------
    DataFrame
        ``source_id``, ``start``, ``end``, ``term``, ``kind``, ``actor``, ``background``
        and ``by``: ``both`` only where all of them agree, else ``hand`` or ``matcher``.
    """
    coded = schema.read_raw("air_mentions")
    coded = coded[coded["source_id"].isin(texts)]
    hand = {
        (r.source_id, int(r.start), int(r.end), r.term, r.kind, r.actor, r.background == "1")
        for r in coded.itertuples()
    }
    machine = {
        (key, m.start, m.end, m.term, m.kind, m.actor, m.background)
        for key, text in texts.items()
        for m in matcher.find(text)
    }
    names = ["source_id", "start", "end", "term", "kind", "actor", "background"]
    table = pd.DataFrame(sorted(hand | machine), columns=names)
    keys = table.itertuples(index=False, name=None)
    table["by"] = [
        "both" if k in hand and k in machine else "hand" if k in hand else "matcher" for k in keys
    ]
    return table


def score_seeds(texts: dict[str, str], matcher: Matcher) -> pd.DataFrame:
    """Scores of whole mentions (all fields right), by kind and over all."""
    compared = compare_seeds(texts, matcher)
    parts = []
    for kind in ("any", *KINDS):
        chosen = compared if kind == "any" else compared[compared["kind"] == kind]
        by = chosen["by"].value_counts()
        cells = Confusion(by.get("both", 0), by.get("matcher", 0), by.get("hand", 0), 0)
        parts.append(rows("seeds", "mention", kind, Confusion(*map(int, cells))))
    return pd.concat(parts, ignore_index=True)


# --- all of it -------------------------------------------------------------------------------


def score(matcher: Matcher | None = None) -> pd.DataFrame:
    """Scores against whatever of the two yardsticks the reader has.

    Returns
    -------
    DataFrame
        One row per ``set``, ``kind`` and ``measure``: ``value``, bootstrap interval
        (``low``, ``high``), Wilson interval where the measure is a share, and the four
        counts it comes from.

    Raises
    ------
    EmptySelectionError
        If neither the seed texts nor the releases are there.
    """
    matcher = matcher or default_matcher()
    parts = []
    if texts := read_seed_texts():
        parts.append(score_seeds(texts, matcher))
    if releases_path().exists():
        parts.append(score_releases(read_releases(), matcher))
    if not parts:
        raise EmptySelectionError(
            "Neither seed texts nor labelled releases were found. Set SEED_TEXTS to the folder "
            "of the seed articles or ISAF_RELEASES to the file of releases."
        )
    return pd.concat(parts, ignore_index=True)


def accuracy(scores: pd.DataFrame, name: str = "releases_held_out") -> Accuracy:
    """Sensitivity and specificity of one set, for `mentions.rogan_gladen`."""
    chosen = scores[scores["set"] == name]
    if chosen.empty:
        raise EmptySelectionError(f"No scores for {name!r}: the labelled texts were not there.")
    cells = chosen.iloc[0]
    tp, fp, fn, tn = (int(cells[c]) for c in Confusion._fields)
    return Accuracy(tp / (tp + fn), tn / (tn + fp), tp + fn, tn + fp)


def main() -> None:
    """Print the scores and store them as ``benchmarks/mentions_score.csv``."""
    scores = score()
    stored = scores.round(4).to_csv(index=False, lineterminator="\n")
    write_text(paths.ROOT / "benchmarks" / "mentions_score.csv", stored)
    shown = scores[["set", "kind", "measure", "tp", "fp", "fn", "value", "low", "high"]]
    print(shown.round(3).dropna(subset=["value"]).to_string(index=False))
    if releases_path().exists():
        print("\nreleases on which matcher and label differ:")
        differ = disagreements(read_releases(), default_matcher())
        print(differ.drop(columns="text_sha256").to_string(index=False))
