"""How often the matcher is right: against hand-coded seed articles and labelled releases.

Two yardsticks. The seeds have every mention coded by hand: position, kind, owner, time.
The ISAF releases have one flag a text, set by others, wrong in a few rows; those are
listed with our reading in ``seeds/label_errors.csv``. The lexicon was worked out on a
random half of the releases; the other half is scored apart. Texts are read where the
reader keeps them and are never written anywhere.

``python -m analysis mentions-score`` prints and stores the table that `score` returns, and
the monthly counts of `release_counts`. Notebooks read only what is stored (`committed`,
`committed_counts`), so that they say the same with and without the texts.
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
from analysis.mentions import Accuracy, corpus_shares, correct, percent
from analysis.tables import write_text

KINDS = tuple(
    str(k) for k in schema.fields("air_mentions")["kind"]["constraints"]["enum"]
)  # fmt: skip
HALVES = ("developed_on", "held_out")
ACTORS = ("us", "international", "afghan", "unspecified")
SPLIT_SEED = 20210815
SCORES = "benchmarks/mentions_score.csv"
RELEASE_COUNTS = "benchmarks/mentions_releases.csv"
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


def release_counts(releases: pd.DataFrame, matcher: Matcher) -> pd.DataFrame:
    """What the matcher counts in the releases, by month and actor: numbers, no text.

    Returns
    -------
    DataFrame
        ``month``, ``half``, ``actor`` (``any`` and one row an actor), ``documents``,
        ``labelled`` (documents with a label; with ``any`` only, labels name no actor),
        ``with_strike``, ``strike_mentions``: what `mentions.corpus_shares` reads. Sorted.
        Releases without a day have the month ``undated``.
    """
    months = releases["start_date"].str[:7].where(releases["start_date"].str.len() >= 7, "undated")
    entries = []
    for place, label, text in zip(
        zip(months, releases["half"], strict=True), releases["label"], releases["text"], strict=True
    ):
        strikes = [m.actor for m in matcher.find(text) if m.counts]
        for actor in ("any", *ACTORS):
            own = strikes if actor == "any" else [a for a in strikes if a == actor]
            flagged = int(label) if actor == "any" else 0
            entries.append((*place, actor, 1, flagged, int(bool(own)), len(own)))
    names = ["month", "half", "actor", "documents", "labelled", "with_strike", "strike_mentions"]
    table = pd.DataFrame(entries, columns=names)
    return table.groupby(names[:3], sort=True).sum().reset_index()


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
    """Scores by kind and over all, of whole mentions and of sentences.

    Notes
    -----
    A mention is right only if all its fields are. Kappa needs a count of places rightly
    left alone; sentences give one: does this sentence hold a mention of this kind?
    """
    compared = compare_seeds(texts, matcher)
    sentences = [(key, span) for key, text in texts.items() for span in matcher.sentences(text)]
    parts = []
    for kind in ("any", *KINDS):
        chosen = compared if kind == "any" else compared[compared["kind"] == kind]
        by = chosen["by"].value_counts()
        cells = Confusion(by.get("both", 0), by.get("matcher", 0), by.get("hand", 0), 0)
        parts.append(rows("seeds", "mention", kind, Confusion(*map(int, cells))))
        said = [
            {
                (row.source_id, span)
                for row in chosen[chosen["by"] != other].itertuples()
                for key, span in sentences
                if key == row.source_id and span[0] <= row.start < span[1]
            }
            for other in ("hand", "matcher")
        ]
        answers, labels = ([place in yes for place in sentences] for yes in said)
        parts.append(rows("seeds", "sentence", kind, Confusion.of(answers, labels)))
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


# --- what is stored --------------------------------------------------------------------------


def committed(level: float = 0.95) -> pd.DataFrame:
    """Stored scores, with intervals computed anew from the stored counts.

    Returns
    -------
    DataFrame
        As `score`: the texts are not needed.
    """
    stored = pd.read_csv(paths.ROOT / SCORES)
    counts = stored.drop_duplicates(["set", "unit", "kind"])
    parts = [
        rows(r.set, r.unit, r.kind, Confusion(r.tp, r.fp, r.fn, max(r.tn, 0)), level)
        for r in counts.itertuples()
    ]
    return pd.concat(parts, ignore_index=True)


def committed_counts() -> pd.DataFrame:
    """Stored monthly counts of the releases, as `release_counts` gives them."""
    return pd.read_csv(paths.ROOT / RELEASE_COUNTS)


def measure_releases(
    scores: pd.DataFrame, by: str = "year", level: float = 0.95, actor: str = "any"
) -> pd.DataFrame:
    """What the matcher measures in the releases, from the stored counts, beside the labels.

    Parameters
    ----------
    scores
        As `committed` gives them; the error is that on the half the lexicon never saw.
    by
        ``month``, ``quarter``, ``year`` or ``all``.

    Returns
    -------
    DataFrame
        Columns of `mentions.corpus_shares`; for ``any``, also ``corrected``,
        ``corrected_low``, ``corrected_high`` (labels name no actor, so that an actor's
        error is not known) and ``labelled`` (share with a label).
    """
    counts = committed_counts()
    counts = counts[(counts["actor"] == actor) & (counts["month"] != "undated")]
    counts = counts.drop(columns=["half", "actor"])
    if by == "all":
        counts = counts.assign(month=counts["month"].min())
    table = corpus_shares(counts, "month" if by == "all" else by, level)
    if actor != "any":
        return table
    labels = corpus_shares(
        counts.assign(with_strike=counts["labelled"]), "month" if by == "all" else by, level
    )
    return correct(table, accuracy(scores), level).assign(labelled=labels["share"])


def release_lines(scores: pd.DataFrame, by: str = "year", level: float = 0.95) -> pd.DataFrame:
    """Table of `measure_releases` as text, one row a period, intervals in brackets."""
    table = measure_releases(scores, by, level)
    per = [f"{r.per_report:.2f} ({r.per_report_low:.2f} to {r.per_report_high:.2f})"
           for r in table.itertuples()]  # fmt: skip
    return pd.DataFrame(
        {
            by: "all" if by == "all" else table["period"].astype(str),
            "reports": table["reports"],
            "with_strike": table["mentions"],
            "share": [percent(r.share, r.low, r.high) for r in table.itertuples()],
            "mentions_per_report": per,
            "corrected": [
                percent(r.corrected, r.corrected_low, r.corrected_high) for r in table.itertuples()
            ],
            "labelled": [f"{100 * share:.0f}%" for share in table["labelled"]],
        }
    )


# Only these texts were not looked at while the matcher was made.
KEPT_APART = ("releases_held_out",)


def lines(scores: pd.DataFrame) -> pd.DataFrame:
    """Scores as a reader wants them: one row a comparison, measures with interval.

    Returns
    -------
    DataFrame
        ``set``, ``unit``, ``kind``, ``kept_apart`` (``no`` where the matcher was made with
        these texts or labels in view, so that a score is a check of the code), ``tp``,
        ``fp``, ``fn``, ``tn`` and one text column a measure (`interval_words`). Comparisons without
        a single yes are left out: there is nothing to score.
    """
    table = []
    for (name, unit, kind), part in scores.groupby(["set", "unit", "kind"], sort=False):
        first = part.iloc[0]
        if not first[["tp", "fp", "fn"]].sum():
            continue
        own = part.set_index("measure")
        entry = {"set": name, "unit": unit, "kind": kind}
        entry["kept_apart"] = "yes" if name in KEPT_APART else "no"
        entry |= {c: str(first[c]) if first[c] >= 0 else "" for c in Confusion._fields}
        for measure in MEASURES:
            known = measure in own.index and not math.isnan(own.loc[measure, "value"])
            entry[measure] = interval_words(own.loc[measure]) if known else ""
        table.append(entry)
    return pd.DataFrame(table)


def interval_words(row: pd.Series) -> str:
    """Value and interval of one score: the exact kind where there is one.

    A bootstrap of a sample without errors has no width, which says nothing of the next text.
    """
    low, high = (
        row[c] if math.isfinite(row[c]) else math.nan for c in ("wilson_low", "wilson_high")
    )
    if math.isnan(low):
        low, high = row["low"], row["high"]
        if low == high:
            return f"{row['value']:.2f} (no error seen)"
    return f"{row['value']:.2f} ({low:.2f} to {high:.2f})"


def headline(scores: pd.DataFrame) -> dict[str, int | str]:
    """Numbers that prose quotes about the matcher."""
    own = scores.set_index(["set", "unit", "kind", "measure"]).sort_index()
    held = own.loc["releases_held_out", "text", "airstrike"]
    every = own.loc["releases", "text", "airstrike"].iloc[0]
    seeds = own.loc["seeds", "mention", "any"].loc["f1"]
    return {
        **{f"held_{m}": interval_words(held.loc[m]) for m in MEASURES},
        "held_yes": int(held.iloc[0][["tp", "fn"]].sum()),
        "held_n": int(held.iloc[0]["n"]),
        "releases_n": int(every["n"]),
        "all_f1": interval_words(own.loc["releases", "text", "airstrike"].loc["f1"]),
        "releases_differ": int(every["fp"] + every["fn"]),
        "wide_precision": interval_words(
            own.loc["releases_wide", "text", "airstrike"].loc["precision"]
        ),
        "seed_mentions": int(seeds[["tp", "fn"]].sum()),
        "seed_right": int(seeds["tp"]),
        "seed_f1_wilson": f"{seeds['wilson_low']:.2f} to {seeds['wilson_high']:.2f}",
    }  # fmt: skip


def main() -> None:
    """Print the scores and store them, and the monthly counts, in ``benchmarks/``."""
    scores = score()
    stored = scores.round(4).to_csv(index=False, lineterminator="\n")
    write_text(paths.ROOT / SCORES, stored)
    shown = scores[["set", "unit", "kind", "measure", "tp", "fp", "fn", "value", "low", "high"]]
    print(shown.round(3).dropna(subset=["value"]).to_string(index=False))
    if releases_path().exists():
        releases = read_releases()
        counts = release_counts(releases, default_matcher())
        write_text(paths.ROOT / RELEASE_COUNTS, counts.to_csv(index=False, lineterminator="\n"))
        print("\nreleases on which matcher and label differ:")
        differ = disagreements(releases, default_matcher())
        print(differ.drop(columns="text_sha256").to_string(index=False))
