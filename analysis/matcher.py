"""Find what a text says about air strikes: stand-off mentions, from a lexicon in a table.

The lexicon (``seeds/lexicon.csv``) holds every word; this module holds only how roles of
words combine, so that another language is another set of rows. One automaton looks for
the few words that can start a mention; texts without any, which is most news, cost one
pass over their characters. Only around a find are its sentence and its cues read.

Read `Matcher.find` first, then `Matcher._strike`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import product
from typing import NamedTuple

import ahocorasick_rs
import pandas as pd

from analysis import paths, schema
from analysis.errors import Problem, SeedError, nearest

CARRIED_OUT = "strike_carried_out"
REQUESTED = "strike_requested_or_threatened"
SUPPORT = "air_support_or_absence"
AVIATION = "aviation_not_strike"
NEGATED = "negated"

# Roles whose words can start a mention; all others are read only around such a word.
HEADS = (
    "not_a_term", "strike", "strike_in_context", "gun_run", "bare_strike", "armed_team",
    "aircraft", "support", "air_munition", "munition", "force_verb",
)  # fmt: skip
BEFORE = (
    "negation", "request", "called_in", "general", "background", "ground_exclusion",
    "recipient", "agent", "pronoun", "ground_bomber", "wanting",
    "threat",
)  # fmt: skip
AFTER = ("negation", "request", "background", "fall_verb", "result", "result_next")
WORDS = (
    "bombing_verb", "fire_verb", "passive", "not_fire", "drop_verb", "launch_verb",
    "carry_verb", "number", "negation_stop", "request_stop", "general_stop", "actor",
    "modifier", "abbreviation",
)  # fmt: skip
ROLES = tuple(dict.fromkeys(HEADS + BEFORE + AFTER + WORDS))

# Between two words of one phrase: white space and quotation marks, never a comma or a stop.
GAP = r"[\s\"“”'‘’(\[]+"
WORD = r"[\w$%.,]*\w(?:[-'’]\w+)*"
HYPHENS = "\u2010\u2011\u2013-"
# What may stand where a pattern has "~", written out for the automaton.
JOINTS = ("", " ", "-", "\n", "  ", "\r\n", " \n", "\u00a0", "\u2010", "\u2011", "\u2013")
# How far from a mention its cues are looked for, in characters.
CLAUSE = 200
# How far a sentence can reach from a mention, in characters.
SENTENCE = 600
# Shorter texts under a heading are no body: a headline and its source, say.
BODY = 200


class Mention(NamedTuple):
    """What one stretch of a text says about aircraft in the war.

    Attributes
    ----------
    start, end
        Characters, counted from 0; ``text[start:end] == term``.
    kind
        A code of ``air_mentions.kind``.
    actor
        Whose aircraft, where the sentence says so: a code of ``air_mentions.actor``.
    background
        Whether it is about another time than the report.
    by_name
        Whether the text calls it a strike or says that bombs fell; False for gunfire
        from aircraft and for close air support.
    """

    start: int
    end: int
    term: str
    kind: str
    actor: str
    background: bool
    by_name: bool

    @property
    def counts(self) -> bool:
        """Whether this is the report's own air strike, carried out and called one."""
        return self.kind == CARRIED_OUT and self.by_name and not self.background


class Sign(NamedTuple):
    """Words that a mention cannot do without, for a quick look at many texts.

    Attributes
    ----------
    heads
        Patterns that a mention starts from.
    before, after
        If any, one of them must stand ahead of or behind the head, with at most `words`
        words between.
    unless
        Plain words that, right before a head, rule it out.
    """

    heads: Sequence[str]
    before: Sequence[str] = ()
    after: Sequence[str] = ()
    words: int = 0
    unless: Sequence[str] = ()


class _Hit(NamedTuple):
    start: int
    end: int
    role: str


class Matcher:
    """A compiled lexicon of one language.

    Parameters
    ----------
    rows
        ``(role, pattern, side, gap, actor)`` of the lexicon.

    Notes
    -----
    Patterns: a space is any white space; ``~`` is nothing, a space or a hyphen;
    ``(x)`` is x or nothing; ``*`` is any run of letters. A pattern with a capital is
    case-sensitive, all others are not (``US`` is a country, ``us`` is not).
    """

    def __init__(self, rows: Iterable[tuple[str, str, str, int, str]]):
        self._rows = list(rows)
        self._compile_heads()
        words = {role: self._any(role) for role in WORDS if role not in ("actor", "modifier")}
        stops = {r: words[f"{r}_stop"] for r in ("negation", "request", "general")}
        stops["threat"] = stops["request"]
        self._before = {r: self._left(r, stops.get(r, "")) for r in BEFORE}
        self._after = {r: self._right(r) for r in AFTER}
        self._result = re.compile(_bounded(self._any("result", "after")))
        self._result_next = re.compile(rf"\s*[\"“‘']*{_bounded(self._any('result_next', 'after'))}")
        step = rf"(?:{GAP}(?!{_bounded(words['passive'])}){WORD})"
        not_fire = f"(?!{_bounded(words['not_fire'])})"

        def reach(verbs: str) -> re.Pattern[str]:
            return re.compile(rf"{step}{{0,4}}?{GAP}{not_fire}{_bounded(verbs)}")

        self._bombs, self._fires = reach(words["bombing_verb"]), reach(words["fire_verb"])
        agent = self._any("agent", "before")
        self._bombed_by, self._fired_by = (
            re.compile(
                rf"{_bounded(verbs)}{GAP}(?:on{GAP})?{_bounded(agent)}(?:{GAP}{WORD}){{0,3}}?{GAP}$"
            )
            for verbs in (words["bombing_verb"], words["fire_verb"])
        )
        self._drops = re.compile(
            rf"{_bounded(words['drop_verb'])}(?:{GAP}{WORD}){{0,4}}?(?:{GAP}|-)$"
        )
        use = f"{words['drop_verb']}|{words['launch_verb']}"
        self._uses = re.compile(rf"{_bounded(use)}(?:{GAP}{WORD}){{0,6}}?(?:{GAP}|-)$")
        self._modal = re.compile(_bounded(self._any("request", "after")))
        self._number = re.compile(rf"{_bounded(words['number'])}{GAP}$")
        self._carried = re.compile(rf"{_bounded(words['carry_verb'])}(?:{GAP}{WORD}){{0,3}}?{GAP}$")
        named = ("strike", "strike_in_context", "bare_strike")
        strike = "|".join(self._any(r) for r in named)
        load = "|".join(self._any(r) for r in ("munition", "air_munition"))
        self._carries = re.compile(
            rf"{step}{{0,3}}?{GAP}(?:"
            rf"{_bounded(words['carry_verb'])}(?:{GAP}{WORD}){{0,3}}?{GAP}{_bounded(strike)}"
            rf"|{_bounded(use)}(?:{GAP}{WORD}){{0,4}}?(?:{GAP}|-){_bounded(load)})"
        )
        self._flown_by = re.compile(
            rf"{_bounded(strike)}{GAP}{_bounded(agent)}(?:{GAP}{WORD}){{0,3}}?{GAP}$"
        )
        self._abbreviation = re.compile(rf"(?:{_bounded(words['abbreviation'])}|(?<!\w)[A-Z])$")
        self._forces = re.compile(self._tagged("actor"))
        self._modifiers = re.compile(
            rf"(?:{self._tagged('modifier')})(?:{GAP}(?!(?i:and|or|to|in|of)\b){WORD}){{0,2}}?"
            rf"{GAP}$"
        )
        self._by_force = re.compile(
            rf"{GAP}(?i:{agent})(?:{GAP}(?i:the|a|an))?{GAP}(?:{self._tagged('modifier')})"
        )
        self._force_before = re.compile(
            rf"(?:{self._tagged('actor')})(?:{GAP}(?!{_bounded(words['passive'])}){WORD}){{0,3}}?"
            rf"{GAP}$"
        )

    @classmethod
    def from_table(cls, table: pd.DataFrame, language: str = "en") -> "Matcher":
        """Compile the rows of one language.

        Parameters
        ----------
        table
            The lexicon, as loaded or as text, or another with its columns.
        language
            ISO 639-1 code.

        Raises
        ------
        SeedError
            If a role is unknown, a pattern cannot be read, or a role that mentions
            start from has no row.
        """
        rows, problems = [], []
        shown = paths.shown(paths.SEEDS / "lexicon.csv")
        for line, row in enumerate(table.itertuples(), start=2):
            if row.language != language:
                continue
            side, gap, actor = (_text(getattr(row, c)) for c in ("side", "gap", "actor"))
            if row.role not in ROLES:
                remedy = f"Allowed: {', '.join(ROLES)}.{nearest(row.role, ROLES)}"
                problems.append(Problem(shown, line, "role", "unknown code", row.role, remedy))
            try:
                _expression(row.pattern)
            except ValueError as error:
                problems.append(
                    Problem(shown, line, "pattern", "wrong form", row.pattern, str(error))
                )
            rows.append((row.role, row.pattern, side, int(gap or 0), actor))
        for role in sorted({"strike", "abbreviation"} - {r[0] for r in rows}):
            remedy = f"Language {language!r} needs at least one row with it."
            problems.append(Problem(shown, 0, "role", "missing role", role, remedy))
        if problems:
            raise SeedError(problems)
        return cls(rows)

    # --- what callers use -----------------------------------------------------------------

    def find(self, text: str) -> list[Mention]:
        """Return every mention, in order; none overlaps another."""
        hits = self._hits(text)
        if not hits:
            return []
        reader = _Reader(text, self._abbreviation)
        context = any(h.role in ("strike", "aircraft", "armed_team") for h in hits)
        found: list[Mention] = []
        done = 0
        for hit in hits:
            if hit.start < done:
                continue
            mention = self._read(hit, reader, done, context)
            if mention is not None:
                found.append(mention)
                done = mention.end
        return _heading_checked(text, found)

    def count(self, text: str) -> int:
        """Return how many mentions are of the report's own strikes, carried out."""
        return sum(m.counts for m in self.find(text))

    def has_strike(self, text: str) -> bool:
        """Whether the text reports an air strike of its own time as carried out."""
        return any(m.counts for m in self.find(text))

    def sentences(self, text: str) -> list[tuple[int, int]]:
        """Start and end of every sentence, as the matcher sees them; none is empty."""
        reader = _Reader(text, self._abbreviation)
        ends = [*reader._boundaries(0, len(text)), len(text)]
        return [(a, b) for a, b in zip([0, *ends[:-1]], ends, strict=True) if text[a:b].strip()]

    def signs(self) -> list[Sign]:
        """Return the words without which a text holds no mention.

        `find` returns something only for a text that shows at least one of these signs.
        Most news shows none, so a quick look for them spares the reading.
        """
        ground = [
            p for p, gap, _ in self._patterns("ground_bomber", "before")
            if gap == 0 and p.islower() and not set("~(*") & set(p)
        ]  # fmt: skip
        strong: dict[bool, list[str]] = {True: [], False: []}
        for role in HEADS:
            if role not in ("not_a_term", "bare_strike", "munition"):
                for pattern, _, _ in self._patterns(role):
                    bomber = role == "aircraft" and pattern in ("bomber", "bomber(s)", "bombers")
                    strong[bomber].append(pattern)
        fall = self._patterns("fall_verb", "after")
        return [
            Sign(strong[False]),
            Sign(strong[True], unless=ground),
            Sign([p for p, _, _ in self._patterns("bare_strike")],
                 before=[p for p, _, _ in self._patterns("carry_verb")], words=3),
            Sign([p for p, _, _ in self._patterns("munition")],
                 before=[p for p, _, _ in self._patterns("drop_verb")],
                 after=[p for p, _, _ in fall], words=max([4, *(gap for _, gap, _ in fall)])),
        ]  # fmt: skip

    # --- words that can start a mention ---------------------------------------------------

    def _compile_heads(self) -> None:
        by_stem: dict[str, list[tuple[str, str]]] = {}
        for role, pattern, *_ in self._rows:
            if role in HEADS:
                for stem in _stems(pattern):
                    by_stem.setdefault(stem, []).append((role, pattern))
        stems = sorted(by_stem)
        self._automaton = ahocorasick_rs.AhoCorasick(
            stems,
            matchkind=ahocorasick_rs.MatchKind.LeftmostLongest,
            implementation=ahocorasick_rs.Implementation.DFA,
        )
        self._heads = []
        for stem in stems:
            # A longer word may fail where a shorter one that opens it holds.
            fits = {rp for n in range(len(stem)) for rp in by_stem.get(stem[: n + 1], ())}
            ranked = sorted(fits, key=lambda rp: (-len(rp[1]), HEADS.index(rp[0]), rp[1]))
            self._heads.append(
                [(role, re.compile(_bounded(_expression(p), "-"))) for role, p in ranked]
            )

    def _hits(self, text: str) -> list[_Hit]:
        folded = text.lower()
        if len(folded) != len(text):
            # Only the dotted capital I grows when made small; offsets must not move.
            folded = text.replace("\u0130", "i").lower()
        hits = []
        for index, start, _ in self._automaton.find_matches_as_indexes(folded):
            for role, expression in self._heads[index]:
                if match := expression.match(text, start):
                    if role != "not_a_term":
                        hits.append(_Hit(start, match.end(), role))
                    break
        return hits

    # --- what a find means -----------------------------------------------------------------

    def _read(self, hit: _Hit, reader: "_Reader", done: int, context: bool) -> Mention | None:
        low, high = reader.sentence(hit.start)
        left = reader.text[max(low, hit.start - CLAUSE) : hit.start]
        right = reader.text[hit.end : min(high, hit.end + CLAUSE)]
        if hit.role == "strike_in_context" and not context:
            context = bool(self._forces.search(reader.text, low, high))
        if hit.role == "strike" or (hit.role == "strike_in_context" and context):
            return self._strike(hit, reader, left, right)
        if hit.role == "strike_in_context":
            return None
        if hit.role == "bare_strike":
            told = self._carried.search(left) and not self._before["ground_exclusion"].search(left)
            known = told and self._last_force(reader.text[low : hit.start])
            return self._strike(hit, reader, left, right) if known else None
        if hit.role in ("aircraft", "armed_team"):
            return self._aircraft(hit, reader, left, right)
        if hit.role == "gun_run":
            return self._mention(hit, reader, self._kind(left, right), left, right, False)
        if hit.role == "support":
            return self._support(hit, reader, left, right)
        if hit.role == "force_verb":
            if not self._force_before.search(left):
                return None
            return self._mention(hit, reader, self._kind(left, right), left, right)
        return self._munition(hit, reader, left, right, done)

    def _strike(self, hit: _Hit, reader: "_Reader", left: str, right: str) -> Mention:
        kind = self._kind(left, right)
        if kind == REQUESTED and self._came(hit, reader, right):
            kind = CARRIED_OUT
        return self._mention(hit, reader, kind, left, right)

    def _kind(self, left: str, right: str) -> str:
        if self._before["negation"].search(left) or self._after["negation"].match(right):
            return NEGATED
        if self._before["general"].search(left):
            return SUPPORT
        ahead = self._before["request"].search(left) or self._before["threat"].search(left)
        if ahead or self._after["request"].match(right):
            return REQUESTED
        return CARRIED_OUT

    def _came(self, hit: _Hit, reader: "_Reader", right: str) -> bool:
        """Whether the text goes on to say what a strike that was asked for did."""
        if self._result.search(right):
            return True
        _, high = reader.sentence(hit.start)
        return bool(self._result_next.match(reader.text, high))

    def _aircraft(self, hit: _Hit, reader: "_Reader", left: str, right: str) -> Mention | None:
        if self._before["ground_bomber"].search(left) and hit.role == "aircraft":
            head = reader.text[hit.start : hit.end].lower()
            if head.startswith("bomber"):
                return None
        if self._carries.match(right) or self._flown_by.search(left):
            # The strike itself is the mention; these are its wings.
            return None
        # Teams of armed helicopters support troops with gunfire; nobody calls it a strike.
        by_name_too = hit.role != "armed_team"
        for expression, by_name in ((self._bombs, by_name_too), (self._fires, False)):
            if match := expression.match(right):
                whole = hit._replace(end=hit.end + match.end())
                rest = right[match.end() :]
                kind = NEGATED if self._before["negation"].search(left) else CARRIED_OUT
                if kind == CARRIED_OUT and self._modal.search(match.group()):
                    kind = REQUESTED
                return self._mention(whole, reader, kind, left, rest, by_name)
        for expression, by_name in ((self._bombed_by, by_name_too), (self._fired_by, False)):
            if expression.search(left):
                return self._mention(hit, reader, CARRIED_OUT, left, right, by_name)
        if hit.role == "armed_team" and self._result.search(right):
            return self._mention(hit, reader, CARRIED_OUT, left, right, False)
        return self._mention(hit, reader, AVIATION, left, right, False)

    def _support(self, hit: _Hit, reader: "_Reader", left: str, right: str) -> Mention:
        lacking = self._before["negation"].search(left) or self._before["general"].search(left)
        asked = self._before["request"].search(left) or self._before["called_in"].search(left)
        kind = SUPPORT
        if not lacking and (asked or self._fires.match(right)):
            kind = CARRIED_OUT if self._came(hit, reader, right) else REQUESTED
        return self._mention(hit, reader, kind, left, right, False)

    def _munition(
        self, hit: _Hit, reader: "_Reader", left: str, right: str, done: int
    ) -> Mention | None:
        if self._before["ground_exclusion"].search(left):
            return None
        if match := self._drops.search(left):
            start = hit.start - len(left) + match.start()
            left = left[: match.start()]
        elif hit.role == "air_munition" and (self._uses.search(left) or self._bombs.match(right)):
            start = hit.start
        elif self._after["fall_verb"].match(right):
            match = self._number.search(left)
            start = hit.start - len(left) + match.start() if match else hit.start
            left = left[: match.start()] if match else left
        else:
            return None
        if start < done:
            return None
        kind = NEGATED if self._before["negation"].search(left) else CARRIED_OUT
        return self._mention(hit._replace(start=start), reader, kind, left, right)

    def _mention(
        self, hit: _Hit, reader: "_Reader", kind: str, left: str, right: str, by_name: bool = True
    ) -> Mention:
        past = self._before["background"].search(left) or self._after["background"].match(right)
        return Mention(
            hit.start,
            hit.end,
            reader.text[hit.start : hit.end],
            kind,
            self._actor(hit, reader, kind, left, right),
            bool(past) and kind != SUPPORT,
            by_name and kind not in (SUPPORT, AVIATION),
        )

    # --- whose -------------------------------------------------------------------------------

    def _actor(self, hit: _Hit, reader: "_Reader", kind: str, left: str, right: str) -> str:
        """Owner of the aircraft: beside the term, behind by, or the last force before it."""
        # Who asks for a strike, or lacks support, is not who flies it; who threatens is.
        asked = self._before["request"].search(left) if kind == REQUESTED else None
        if asked:
            left = left[asked.start() :]
        if match := self._modifiers.search(left) or self._forces.match(reader.text, hit.start):
            return _tag(match)
        if match := self._by_force.match(right):
            return _tag(match)
        wanted = kind == SUPPORT and self._before["wanting"].search(left)
        if asked or wanted or kind == NEGATED:
            return "unspecified"
        low, _ = reader.sentence(hit.start)
        before = reader.text[low : hit.start]
        owner = self._last_force(before)
        if owner is None and self._before["pronoun"].search(left) and low > 0:
            previous, end = reader.sentence(low - 1)
            owner = self._last_force(reader.text[previous:end])
        return owner or "unspecified"

    def _last_force(self, text: str) -> str | None:
        """Last force named in `text` that is not the one helped, hit or spoken of."""
        owner = None
        for match in self._forces.finditer(text):
            near = text[max(0, match.start() - 40) : match.start()]
            if not self._before["recipient"].search(near):
                owner = _tag(match)
        return owner

    # --- building blocks ------------------------------------------------------------------------

    def _patterns(self, role: str, side: str | None = None) -> list[tuple[str, int, str]]:
        rows = [
            (p, gap, actor)
            for r, p, s, gap, actor in self._rows
            if r == role and (side is None or s == side)
        ]
        return sorted(rows, key=lambda row: (-len(row[0]), row[0]))

    def _any(self, role: str, side: str | None = None) -> str:
        return "|".join(_expression(p) for p, _, _ in self._patterns(role, side)) or r"(?!)"

    def _tagged(self, role: str) -> str:
        owners: dict[str, list[str]] = {}
        for pattern, _, actor in self._patterns(role):
            owners.setdefault(actor, []).append(_expression(pattern))
        parts = [f"(?P<{o}_>{_bounded('|'.join(ps))})" for o, ps in sorted(owners.items())]
        return "|".join(parts) or r"(?!)"

    def _left(self, role: str, stop: str) -> re.Pattern[str]:
        return _reaching(self._patterns(role, "before"), stop, before=True)

    def _right(self, role: str) -> re.Pattern[str]:
        return _reaching(self._patterns(role, "after"), "", before=False)


class _Reader:
    """A text and, once asked, where its sentences begin."""

    # A full stop, perhaps within quotation marks, before something that opens a sentence;
    # an empty line; a dateline on a line of its own.
    ENDS = re.compile(r"[.!?؟۔][\"”’')\]]*\s+(?=[\"“‘'(\[]*(\S))|\n\s*\n|[)\]][ \t]*\n()")

    def __init__(self, text: str, abbreviation: re.Pattern[str]):
        self.text = text
        self._abbreviation = abbreviation
        self._last = (0, 0)

    def sentence(self, position: int) -> tuple[int, int]:
        """Start and end of the sentence that holds a character.

        A sentence that runs on is cut at `SENTENCE` characters to either side, so that
        the cost of a mention does not grow with its text.
        """
        low, high = self._last
        if not low <= position < high:
            low = max(0, position - SENTENCE)
            high = min(len(self.text), position + SENTENCE)
            for boundary in self._boundaries(low, high):
                if boundary > position:
                    high = boundary
                    break
                low = boundary
            self._last = (low, high)
        return low, high

    def _boundaries(self, low: int, high: int) -> Iterator[int]:
        for match in self.ENDS.finditer(self.text, low):
            if match.start() >= high:
                return
            opener = match.group(1)
            if opener is not None:
                if opener.islower():
                    continue
                near = self.text[max(0, match.start() - 12) : match.start()]
                if self.text[match.start()] == "." and self._abbreviation.search(near):
                    continue
            yield match.end()


@cache
def default_matcher(language: str = "en") -> Matcher:
    """Return the matcher of the project's own lexicon."""
    return Matcher.from_table(schema.read_raw("lexicon"), language)


# --- patterns ----------------------------------------------------------------------------


def _expression(pattern: str) -> str:
    """Regular expression of a lexicon pattern.

    Raises
    ------
    ValueError
        If brackets do not match or nothing is left to look for.
    """
    if not re.search(r"\w", pattern):
        raise ValueError("Write at least one letter or digit.")
    if not re.fullmatch(r"[^()]*(?:\([^()]+\)[^()]*)*", pattern):
        raise ValueError("Brackets mark what may be left out, as in strike(s); close each one.")
    parts = {" ": r"\s+", "~": rf"[\s{HYPHENS}]{{0,2}}", "-": f"[{HYPHENS}]", "*": r"\w*",
             "(": "(?:", ")": ")?", "'": "['’]"}  # fmt: skip
    body = "".join(parts.get(c, re.escape(c)) for c in pattern)
    return f"(?:{body})" if any(c.isupper() for c in pattern) else f"(?i:{body})"


def _stems(pattern: str) -> list[str]:
    """Return the literal openings of a pattern, one for each way to join its words."""
    literal = re.split(r"[(*]", pattern, maxsplit=1)[0]
    if "~" not in literal and " " not in literal and "-" not in literal:
        return [literal.lower()]
    # Past two joints the automaton need not look: the expression decides.
    words = re.split(r"([ ~-])", literal)[:5]
    choices = [
        {"~": JOINTS, " ": [j for j in JOINTS if j.isspace()], "-": list(HYPHENS)}.get(w, [w])
        for w in words
    ]
    return sorted({"".join(c).lower() for c in product(*choices)})


def _bounded(expression: str, after: str = "") -> str:
    """Expression that neither starts nor ends within a word."""
    tail = rf"(?!\w|[{HYPHENS}]\w)" if after else r"(?!\w)"
    return rf"(?<!\w)(?:{expression}){tail}"


def _reaching(patterns: list[tuple[str, int, str]], stop: str, before: bool) -> re.Pattern[str]:
    """Cue words within reach of a mention: at the end of its left side or start of its right."""
    word = rf"(?!{_bounded(stop)}){WORD}" if stop else WORD
    by_gap: dict[int, list[str]] = {}
    for pattern, gap, _ in patterns:
        by_gap.setdefault(gap, []).append(_expression(pattern))
    parts = []
    for gap, expressions in sorted(by_gap.items()):
        cue = _bounded("|".join(expressions))
        parts.append(
            rf"{cue}(?:{GAP}{word}){{0,{gap}}}?(?:{GAP}|-)$"
            if before
            else rf"(?:{GAP}{word}){{0,{gap}}}?{GAP}{cue}"
        )
    return re.compile("|".join(parts) or r"(?!)")


def _heading_checked(text: str, found: list[Mention]) -> list[Mention]:
    """Set aside what only the heading says: it belongs to another item of a bundle.

    The heading is a first line without a full stop over a body of its own.
    """
    top = text[: len(text) - len(text.lstrip())].count("\n")
    heading = re.match(rf"(?:[^\n]*\n){{{top}}}[^\n]*[^\n.!?\"”]\s*\n", text)
    if not heading or len(text) - heading.end() < BODY:
        return found
    end = heading.end()
    if any(m.kind == CARRIED_OUT for m in found if m.start >= end):
        return found
    return [
        m._replace(background=True) if m.start < end and m.kind == CARRIED_OUT else m for m in found
    ]


def _tag(match: re.Match[str]) -> str:
    return str(match.lastgroup).removesuffix("_")


def _text(value: object) -> str:
    return "" if pd.isna(value) else str(value)
