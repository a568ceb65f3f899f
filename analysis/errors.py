"""What the suite says when something is wrong.

One base class; each problem names the place (file:line:column), the value found, and
what would be right. All problems of a run are reported together.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

PER_KIND = 20


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong, and where.

    Attributes
    ----------
    file, line, column
        Place, the way an editor opens it; line 0 or an empty column mean the whole
        file or row.
    kind
        Short name under which problems are counted, such as ``unknown code``.
    value
        The offending cell, as written.
    remedy
        What would be right, and what to do.
    """

    file: str
    line: int
    column: str
    kind: str
    value: str
    remedy: str

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        found = f" {self.value!r}" if self.value != "" else ""
        return f"{place}: {self.kind}{found}. {self.remedy}"


class SuiteError(Exception):
    """Base of every error the suite raises on purpose."""


class SeedError(SuiteError):
    """One or more cells of the curated tables are wrong."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = sorted(problems)
        super().__init__(report(self.problems))


class ParameterError(SuiteError):
    """A notebook was asked for with a parameter it does not have or cannot take."""


class EmptySelectionError(SuiteError):
    """The parameters leave nothing to show."""


class RunError(SuiteError):
    """A notebook, a figure or a comparison failed."""


def report(problems: Sequence[Problem]) -> str:
    """All problems, sorted by place, at most twenty of a kind, with the totals."""
    counts = Counter(p.kind for p in problems)
    shown: Counter[str] = Counter()
    lines = [f"{len(problems)} problem{'s' if len(problems) != 1 else ''} found:"]
    for problem in problems:
        shown[problem.kind] += 1
        if shown[problem.kind] <= PER_KIND:
            lines.append(f"  {problem}")
    lines += [
        f"  ... and {n - PER_KIND} more of: {kind}" for kind, n in counts.items() if n > PER_KIND
    ]
    return "\n".join(lines)


def nearest(value: str, allowed: Iterable[str]) -> str:
    """`` Did you mean 'x'?`` for the allowed word closest to `value`, else nothing."""
    choices = {str(a).casefold(): str(a) for a in allowed}
    match = get_close_matches(value.casefold(), choices, n=1, cutoff=0.6)
    return f" Did you mean {choices[match[0]]!r}?" if match else ""
