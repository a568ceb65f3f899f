"""Tests of the scanner: the same hits as Python's re, whatever the texts."""

import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis import scanner, schema
from analysis.matcher import default_matcher
from analysis.scanner import Scanner, Sieve, reference

TERMS = ("air strike", "airstrike", "air strikes", "close air support", "air support", "a.b", "é x")
SCANNER = Scanner(TERMS)
PIECES = ["air", "strike", "strikes", " ", "\n", "\u00a0", "close", "support", "a.b", "axb", "é",
          "x", "_", "-", "AIR", "Strike", "É", ".", "غ", "airstrike", "𝄞", "ſ", "7",
          "\u2009", "\x1f", "\u200b"]  # fmt: skip
texts = st.lists(st.lists(st.sampled_from(PIECES), max_size=9).map("".join), max_size=7)


def by_reference(batch):
    pattern = reference(TERMS)
    return [
        (number, len(text[: m.start()].encode()), len(text[: m.end()].encode()))
        for number, text in enumerate(batch)
        for m in pattern.finditer(text or "")
    ]


@settings(max_examples=400, deadline=None)
@given(texts)
@example(["an air", " strike"])
@example(["airstrike", "airstrike", "", "s"])
@example(["airstrikeé", "éairstrike", "غairstrike", "air\u00a0strike"])
def test_hits_are_those_of_python_re_for_any_batch_of_texts(batch):
    for kind in (pa.string(), pa.large_string()):
        hits = SCANNER.find(pa.array(batch, kind))
        found = list(zip(hits.text.tolist(), hits.start.tolist(), hits.end.tolist(), strict=True))
        assert found == by_reference(batch)


@settings(max_examples=60, deadline=None)
@given(texts, st.integers(0, 3), st.integers(0, 3))
def test_a_slice_of_an_array_is_scanned_like_a_fresh_array(batch, skip, drop):
    whole = pa.array([*batch, None, "airstrike"], pa.string())
    part = whole.slice(skip, max(0, len(whole) - skip - drop))
    fresh = pa.array(part.to_pylist(), pa.string())
    assert SCANNER.count(part).tolist() == SCANNER.count(fresh).tolist()


def test_each_hit_names_its_term_and_the_longest_of_two_wins():
    hits = SCANNER.find(pa.array(["Close  air\nsupport came; air strikes did not."]))
    assert [TERMS[t] for t in hits.term] == ["close air support", "air strikes"]


def test_a_batch_beyond_one_block_is_taken_in_slices(monkeypatch):
    batch = pa.array(["air strike here", "nothing", "airstrike", "the air", "strike"] * 20)
    expected = SCANNER.count(batch)
    monkeypatch.setattr(scanner, "LARGEST_BLOCK", 17)
    assert np.array_equal(SCANNER.count(batch), expected)
    assert expected.sum() == 40


def test_chunked_arrays_are_counted_as_one():
    chunked = pa.chunked_array([["airstrike"], [], ["x", "an air strike"]])
    assert SCANNER.count(chunked).tolist() == [1, 0, 1]


@pytest.mark.parametrize("terms", [[], ["air strike", " "]])
def test_an_empty_word_list_is_refused(terms):
    with pytest.raises(ValueError, match="empty"):
        Scanner(terms)


# --- the sieve ------------------------------------------------------------------------

MATCHER = default_matcher()
SIEVE = Sieve(MATCHER.signs())
LEXICON = schema.read_raw("lexicon")
JOINTS = (" ", " ", " ", "-", "", "\n", "\n\n", ". ", ", ", " “", "’ ", "\u00a0", "  ", " (")
FILLERS = ("the", "village", "near", "Kunduz", "nine", "it", "é", "they", "NATO", "U.S.", "by")


def written(pattern, choice):
    """One way to write a pattern of the lexicon."""
    text = re.sub(r"\(([^)]*)\)", r"\1" if choice & 1 else "", pattern)
    text = text.replace("~", ("", " ", "-", "\u2010")[choice % 4]).replace(
        "*", ("", "ed")[choice & 1]
    )
    return text.upper() if choice % 7 == 0 else text.capitalize() if choice % 5 == 0 else text


words = st.one_of(
    st.builds(written, st.sampled_from(sorted(LEXICON["pattern"])), st.integers(0, 99)),
    st.builds(
        written,
        st.sampled_from(sorted(LEXICON.loc[LEXICON["role"].isin(
            ["bare_strike", "carry_verb", "munition", "drop_verb", "fall_verb", "ground_bomber",
             "aircraft"]), "pattern"])),
        st.integers(0, 99),
    ),
    st.sampled_from(FILLERS),
)  # fmt: skip
news = st.lists(st.tuples(words, st.sampled_from(JOINTS)), max_size=8).map(
    lambda pairs: "".join(word + joint for word, joint in pairs)
)


@settings(max_examples=300, deadline=None)
@given(st.lists(news, min_size=1, max_size=4))
@example(["He saw a car ", "bomber over the town."])
@example(["the suicide. Bomber", "suicide\n\nbomber", "a suicide bomber"])
@example(["launched the “ three ” strikes on", "bombs, and then, fell", "éthe bomber"])
def test_the_sieve_never_drops_a_text_with_a_mention(batch):
    picked = set(SIEVE.pick(pa.array(batch)).tolist())
    missed = [text for n, text in enumerate(batch) if n not in picked and MATCHER.find(text)]
    assert not missed


def test_the_sieve_keeps_every_release_and_article_that_holds_a_mention(seed_texts):
    batch = [p.read_text(encoding="utf-8") for p in sorted(seed_texts.glob("*.txt"))]
    releases = seed_texts.parent / "leads" / "isaf_press_releases_dev.csv"
    if releases.exists():
        batch += pd.read_csv(releases)["text"].tolist()
    picked = set(SIEVE.pick(pa.array(batch)).tolist())
    assert {n for n, text in enumerate(batch) if MATCHER.find(text)} <= picked


def test_the_sieve_spares_texts_that_only_come_near():
    batch = ["On Monday the teachers' strike went on; then, in the heat of the long day in town, "
             "a suicide bomber hit a shop. A bomb was found.",
             "Leaves fell, prices fell.", "US airstrikes hit the town.", None, ""]  # fmt: skip
    assert [SIEVE.pick(pa.array([t], pa.string())).tolist() for t in batch] == [[], [], [0], [], []]
