"""Count and place terms in many texts at the speed of memory.

All texts of a batch lie end to end in one Arrow buffer; the buffer is scanned once, by
Vectorscan (package ``hyperscan``), for all terms together. What it reports is then made
exact: no hit may reach over the seam of two texts, a term is a whole word by the rules of
Python's ``re``, and of overlapping hits the leftmost, then longest, stays.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import hyperscan
import numpy as np
import pyarrow as pa

from analysis.matcher import Sign

# One block is scanned with 32-bit positions; a batch beyond this is taken in slices.
LARGEST_BLOCK = 1 << 29
# Hyphens of the lexicon's patterns, as in `analysis.matcher`.
HYPHENS = r"\x{2010}\x{2011}\x{2013}\-"
# Every character that Python's ``\s`` takes for space.
SPACES = r"\s\x1c-\x1f\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"
SPACE = f"[{SPACES}]+"
# What may stand between two words of one phrase there.
GAP = f"[{SPACES}\"'(\\[\\x{{2018}}\\x{{2019}}\\x{{201c}}\\x{{201d}}]+"


@dataclass(frozen=True)
class Hits:
    """Where terms stand; parallel arrays, in order of text and place.

    Attributes
    ----------
    text
        Number of the text in the batch, from 0.
    start, end
        Bytes of the text's UTF-8 form, end excluded.
    term
        Number of the term in `Scanner.terms`.
    """

    text: np.ndarray
    start: np.ndarray
    end: np.ndarray
    term: np.ndarray


class Scanner:
    """All terms of a word list, compiled once.

    Parameters
    ----------
    terms
        Plain words or phrases. Case is ignored, as is the kind and amount of space
        between words; a term never matches inside a longer word.

    Raises
    ------
    ValueError
        If there is no term, or one is empty.

    Notes
    -----
    Gives what `reference` gives, the alternation of all terms in Python's ``re``.
    """

    def __init__(self, terms: Sequence[str]):
        if not terms or not all(term.strip() for term in terms):
            raise ValueError("the word list is empty or holds an empty term")
        self.terms = tuple(terms)
        flags = hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_UTF8 | hyperscan.HS_FLAG_SOM_LEFTMOST
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(
            expressions=[_expression(term).encode() for term in self.terms],
            ids=list(range(len(self.terms))),
            elements=len(self.terms),
            flags=[flags] * len(self.terms),
        )

    def find(self, texts: pa.Array) -> Hits:
        """Return every hit in an Arrow array of strings; a null text has none."""
        parts, first = [], 0
        for block in _blocks(texts):
            text, start, end, term = self._find_block(block)
            parts.append((text + first, start, end, term))
            first += len(block)
        if not parts:
            parts = [(np.empty(0, np.int64),) * 4]
        return Hits(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def count(self, texts: pa.Array) -> np.ndarray:
        """Return hits in each text, shape ``(len(texts),)``."""
        return np.bincount(self.find(texts).text, minlength=len(texts))

    def _find_block(self, texts: pa.Array) -> tuple[np.ndarray, ...]:
        data, edges = _buffer(texts)
        origin = int(edges[0])
        rows = self._scan(memoryview(data)[origin : int(edges[-1])], origin)
        glued = _glued_texts(data, edges)
        if len(rows):
            text = np.searchsorted(edges, rows[:, 0], side="right") - 1
            keep = (rows[:, 1] <= edges[text + 1]) & ~glued[text]
            rows, text = rows[keep], text[keep]
        else:
            text = np.empty(0, np.int64)
        if glued.any():
            # Without a gap between two texts the words at the seam cannot be told apart
            # in the joined buffer; those texts are few and are scanned one by one.
            extra = [
                (number, self._scan(memoryview(data)[edges[number] : edges[number + 1]],
                                    int(edges[number])))
                for number in np.flatnonzero(glued)
            ]  # fmt: skip
            rows = np.concatenate([rows, *(found for _, found in extra)])
            text = np.concatenate([text, *(np.full(len(found), n) for n, found in extra)])
        keep = _whole_words(data, rows, edges[text], edges[text + 1])
        rows, text = rows[keep], text[keep]
        rows, text = _leftmost_longest(rows, text)
        origin = edges[text]
        return text, rows[:, 0] - origin, rows[:, 1] - origin, rows[:, 2]

    def _scan(self, block: memoryview, origin: int) -> np.ndarray:
        """Return raw hits of one block, shape (hits, 3): start, end, term."""
        found: list[tuple[int, int, int]] = []
        add = found.append
        if len(block):
            self._database.scan(
                block, match_event_handler=lambda term, start, end, *_: add((start, end, term))
            )
        rows = np.fromiter(chain.from_iterable(found), np.int64, 3 * len(found)).reshape(-1, 3)
        rows[:, :2] += origin
        return rows


class Sieve:
    """Tell which texts are worth reading in full.

    Parameters
    ----------
    signs
        As `analysis.matcher.Matcher.signs` returns them.

    Notes
    -----
    Errs on one side only: case, word edges outside ASCII and what follows a ``*`` are not
    looked at, so a text may pass that holds no mention, never the other way round.
    """

    def __init__(self, signs: Sequence[Sign]):
        expressions, excusable, excuses = [], [], []
        # Bytes for a word that rules a head out and for the head, in any script.
        self._longest_excuse = max(
            (
                4 * (len(word) + len(head) + 2)
                for s in signs
                for head in s.heads
                for word in s.unless
            ),
            default=0,
        )
        for sign in signs:
            between = f"(?:{GAP}[^{SPACES}]+){{0,{sign.words}}}(?:{GAP}|\\-)"
            for head in map(_pattern, sign.heads):
                if not sign.before and not sign.after:
                    excusable.append(bool(sign.unless))
                    expressions.append(head)
                if sign.before:
                    cues = "|".join(map(_pattern, sign.before))
                    expressions.append(f"(?:{cues}){between}{head}")
                if sign.after:
                    cues = "|".join(map(_pattern, sign.after))
                    expressions.append(f"{head}{between}(?:{cues})")
                excusable += [False] * (len(expressions) - len(excusable))
                # One plain space on either side, so that no sentence ends between them.
                excuses += [f" {''.join(map(_escape, word))} {head}" for word in sign.unless]
        self._excuse = len(expressions)
        self._excusable = np.array(excusable, bool)
        expressions += excuses
        flags = hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_UTF8
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(
            expressions=[e.encode() for e in expressions],
            ids=list(range(len(expressions))),
            elements=len(expressions),
            flags=[flags] * len(expressions),
        )

    def pick(self, texts: pa.Array) -> np.ndarray:
        """Return numbers of the texts to read, in order."""
        picked, first = [], 0
        for block in _blocks(texts):
            picked.append(self._pick_block(block) + first)
            first += len(block)
        return np.concatenate(picked) if picked else np.empty(0, np.int64)

    def _pick_block(self, texts: pa.Array) -> np.ndarray:
        data, edges = _buffer(texts)
        found: list[tuple[int, int]] = []
        add = found.append
        block = memoryview(data)[int(edges[0]) : int(edges[-1])]
        if len(block):
            self._database.scan(block, match_event_handler=lambda n, _, end, *__: add((n, end)))
        # The seam of two words hides what stands there: such texts are always read.
        pick = _glued_texts(data, edges)
        if found:
            number, ends = np.array(found, np.int64).T
            ends += edges[0]
            text = np.searchsorted(edges, ends, side="left") - 1
            heads = number < self._excuse
            excused = np.zeros(len(ends), bool)
            excused[heads] = self._excusable[number[heads]] & np.isin(ends[heads], ends[~heads])
            # What rules a head out must stand in the same text.
            excused &= ends - edges[text] >= self._longest_excuse
            pick[text[heads & ~excused]] = True
        return np.flatnonzero(pick)


def _pattern(pattern: str) -> str:
    """Expression that finds all a lexicon pattern finds, and little more."""
    opening, star, _ = pattern.partition("*")
    if opening.count("(") != opening.count(")"):
        opening = opening[: opening.rindex("(")]
    parts = {" ": SPACE, "~": f"[{SPACES}{HYPHENS}]{{0,2}}", "-": f"[{HYPHENS}]", "(": "(?:",
             ")": ")?", "'": r"(?:'|\x{2019})"}  # fmt: skip
    body = "".join(parts.get(c, _escape(c)) for c in opening)
    before = r"\b" if _is_ascii_word(opening[0]) else ""
    last = opening.rstrip(")")[-1]
    after = r"\b" if not star and _is_ascii_word(last) and _ascii_ends(opening) else ""
    return before + body + after


def _ascii_ends(opening: str) -> bool:
    """Whether the pattern ends in an ASCII letter with and without its bracket."""
    return not opening.endswith(")") or _is_ascii_word(opening[opening.rindex("(") - 1])


def _is_ascii_word(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character == "_")


def reference(terms: Sequence[str]) -> re.Pattern[str]:
    """Return the pattern that defines what a hit is, for checks and for comparison."""
    words = (r"\s+".join(map(re.escape, t.split())) for t in sorted(terms, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)


def _expression(term: str) -> str:
    inside = SPACE.join(_escape(word) for word in term.split())
    first, last = term.strip()[0], term.strip()[-1]
    # ASCII word edges are tested in the scan; they let through all true edges.
    before = r"\b" if _is_ascii_word(first) else ""
    after = r"\b" if _is_ascii_word(last) else ""
    return before + inside + after


def _escape(word: str) -> str:
    return "".join(c if c.isalnum() or not c.isascii() else f"\\x{ord(c):02x}" for c in word)


def _blocks(texts: pa.Array | pa.ChunkedArray) -> Iterator[pa.Array]:
    chunks = texts.chunks if isinstance(texts, pa.ChunkedArray) else [texts]
    for chunk in chunks:
        if chunk.type not in (pa.string(), pa.large_string()):
            chunk = chunk.cast(pa.large_string())
        _, edges = _buffer(chunk)
        first = 0
        while first < len(chunk):
            fits = int(np.searchsorted(edges, edges[first] + LARGEST_BLOCK, side="right")) - 1
            last = max(first + 1, fits)
            yield chunk.slice(first, last - first)
            first = last


def _buffer(texts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Return all bytes behind the array, and the edges of its texts, shape (texts + 1,)."""
    _, offsets, data = texts.buffers()
    kind = np.int64 if texts.type == pa.large_string() else np.int32
    if len(texts) == 0 or offsets is None:
        return np.empty(0, np.uint8), np.zeros(len(texts) + 1, np.int64)
    edges = np.frombuffer(offsets, kind)[texts.offset : texts.offset + len(texts) + 1]
    held = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
    return held, edges.astype(np.int64)


_IS_WORD = np.array([chr(b).isalnum() or b == 95 for b in range(128)] + [False] * 128)


def _glued_texts(data: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Texts that touch a neighbour word against word, shape (texts,)."""
    glued = np.zeros(len(edges) - 1, bool)
    # An empty text touches nothing; its neighbours then touch each other at one edge.
    inner = edges[1:-1]
    inside = (inner > edges[0]) & (inner < edges[-1])
    at = inner[inside]
    touching = _IS_WORD[data[at - 1]] & _IS_WORD[data[at]]
    for edge in np.unique(at[touching]):
        glued[np.searchsorted(edges, edge, side="left") - 1] = True
        glued[np.searchsorted(edges, edge, side="right") - 1] = True
    return glued


def _whole_words(
    data: np.ndarray, rows: np.ndarray, first: np.ndarray, last: np.ndarray
) -> np.ndarray:
    """Which hits have no letter, digit or underscore of any script next to them."""
    keep = np.ones(len(rows), bool)
    if not len(rows):
        return keep
    start, end = rows[:, 0], rows[:, 1]
    # At the edge of a text there is no neighbour; any byte will do, it is not looked at.
    before, after = data[np.maximum(start, first + 1) - 1], data[np.minimum(end, last - 1)]
    # The scan has settled ASCII neighbours of ASCII terms; what is left is rare.
    for number in np.flatnonzero((start > first) & ((before >= 128) | _IS_WORD[before])):
        keep[number] = not _is_word(_character_before(data, start[number]))
    for number in np.flatnonzero((end < last) & ((after >= 128) | _IS_WORD[after])):
        keep[number] &= not _is_word(_character_at(data, end[number]))
    return keep


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _character_before(data: np.ndarray, at: int) -> str:
    first = at - 1
    while data[first] & 0xC0 == 0x80:
        first -= 1
    return data[first:at].tobytes().decode()


def _character_at(data: np.ndarray, at: int) -> str:
    end = at + 1
    while end < len(data) and data[end] & 0xC0 == 0x80:
        end += 1
    return data[at:end].tobytes().decode()


def _leftmost_longest(rows: np.ndarray, text: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    order = np.lexsort((rows[:, 2], -rows[:, 1], rows[:, 0]))
    rows, text = rows[order], text[order]
    keep = np.ones(len(rows), bool)
    if len(rows) < 2:
        return rows, text
    # Only where hits overlap is there anything to choose.
    meets = rows[1:, 0] < np.maximum.accumulate(rows[:, 1])[:-1]
    free = -1
    for number in np.flatnonzero(np.append(meets, False) | np.append(False, meets)):
        start, end = rows[number, 0], rows[number, 1]
        keep[number] = start >= free
        if keep[number]:
            free = end
    return rows[keep], text[keep]
