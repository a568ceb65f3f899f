"""What a notebook may be asked for: names, types, ranges, units.

papermill passes a misspelt parameter over with a warning and runs on defaults. Here a
name that no notebook has, a value of the wrong type or out of range stops the run before
any kernel starts, with the nearest name and what would be right.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import nbformat

from analysis import paths, schema
from analysis.dates import FIRST_DAY, LAST_DAY
from analysis.errors import ParameterError, nearest


@dataclass(frozen=True)
class Parameter:
    """One parameter: its kind, what it may be, and what it means.

    Attributes
    ----------
    kind
        ``day``, ``word``, ``words``, ``integer``, ``share``, ``folder`` or ``file``.
    meaning
        Sentence with unit and choices; repeated beside the parameter in the notebook.
    choices
        Allowed words for ``word`` and ``words``.
    low, high
        Allowed range for days, integers and shares, both ends included.
    """

    kind: str
    meaning: str
    choices: tuple[str, ...] = ()
    low: Any = None
    high: Any = None


def _codes(table: str, column: str) -> tuple[str, ...]:
    return tuple(str(c) for c in schema.fields(table)[column]["constraints"]["enum"])


def in_scope_classes() -> tuple[str, ...]:
    """Return the event classes that a Taliban offensive can have."""
    classes = _codes("events", "event_class")
    return classes[: classes.index("declared_campaign") + 1]


def registry() -> dict[str, Parameter]:
    """Every parameter of the suite, by name."""
    provinces = tuple(schema.read_raw("provinces")["adm1"])
    return {
        "start": Parameter("day", "first Kabul day", low=FIRST_DAY, high=LAST_DAY),
        "end": Parameter("day", "last Kabul day", low=FIRST_DAY, high=LAST_DAY),
        "provinces": Parameter("words", "provinces by canonical name; [] for all 34", provinces),
        "event_classes": Parameter(
            "words", "event classes; [] for all in scope", in_scope_classes()
        ),
        "min_confidence": Parameter(
            "word", "lowest conf_event kept: A three sources .. E inferred", tuple("ABCDE")
        ),
        "count_level": Parameter(
            "word", "child: single actions, parent: campaigns and sieges", ("child", "parent")
        ),
        "out_dir": Parameter("folder", "output folder; '' for figures/"),
        "formats": Parameter("words", "picture formats", ("svg", "png", "pdf")),
        "window_months": Parameter(
            "integer", "months compared before and after a decision", low=1, high=6
        ),
        "worlds": Parameter("integer", "possible worlds that are drawn", low=20, high=2000),
        "as_of": Parameter(
            "day", "Kabul day whose knowledge is rebuilt", low=FIRST_DAY, high=LAST_DAY
        ),
        "ged_file": Parameter("file", "path of a UCDP GED csv file of your own; empty for none"),
        "level": Parameter("share", "coverage of intervals", low=0.5, high=0.99),
    }


def declared(notebook: Path) -> dict[str, Any]:
    """Names and default values in a notebook's ``parameters`` cell, in order.

    Raises
    ------
    ParameterError
        If there is no such cell, or it holds anything but literal assignments.
    """
    cells = nbformat.read(notebook, as_version=4).cells
    tagged = [c for c in cells if "parameters" in c.metadata.get("tags", [])]
    if len(tagged) != 1:
        raise ParameterError(f"{paths.shown(notebook)}: needs one cell tagged 'parameters'.")
    values = {}
    for node in ast.parse(tagged[0].source).body:
        try:
            values[node.targets[0].id] = ast.literal_eval(node.value)
        except (AttributeError, ValueError) as error:
            raise ParameterError(
                f"{paths.shown(notebook)}: the parameters cell may hold only NAME = literal."
            ) from error
    return values


def from_text(name: str, text: str) -> Any:
    """Value of ``-p name=text`` on the command line, typed by the registry."""
    known = registry()
    kind = known[name].kind if name in known else "word"
    if kind == "words":
        return [word.strip() for word in text.split(",") if word.strip()]
    if kind in ("integer", "share"):
        try:
            return int(text) if kind == "integer" else float(text)
        except ValueError:
            return text
    return text


def check(values: Mapping[str, Any], allowed: list[str] | None = None) -> dict[str, Any]:
    """Check values against the registry; return them unchanged.

    Parameters
    ----------
    values
        Parameter values by name.
    allowed
        Names that the notebooks at hand declare; all of the registry if None.

    Raises
    ------
    ParameterError
        With one line per problem: the value, what is allowed, the nearest name.
    """
    known = registry()
    names = list(known) if allowed is None else allowed
    problems = []
    for name, value in values.items():
        if name not in names or name not in known:
            close = get_close_matches(name, names, n=1, cutoff=0.5)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            problems.append(f"no parameter {name!r}.{hint} There are: {', '.join(names)}.")
        elif fault := _fault(known[name], value):
            problems.append(f"{name} = {value!r}: {fault}")
    if not problems and {"start", "end"} <= set(values) and values["start"] > values["end"]:
        problems.append(f"start {values['start']!r} lies after end {values['end']!r}.")
    if problems:
        raise ParameterError("\n".join(problems))
    return dict(values)


def _fault(parameter: Parameter, value: Any) -> str:
    """Say what is wrong with a value, or return an empty string."""
    kind, low, high = parameter.kind, parameter.low, parameter.high
    if kind == "day":
        try:
            day = date.fromisoformat(value)
        except (TypeError, ValueError):
            return "write a day as 'YYYY-MM-DD'."
        return "" if low <= day <= high else f"must lie between {low} and {high}."
    if kind in ("integer", "share"):
        right = isinstance(value, int if kind == "integer" else float) and value is not True
        if not right:
            return f"must be {'a whole number' if kind == 'integer' else 'a number like 0.95'}."
        return "" if low <= value <= high else f"must lie between {low} and {high}."
    if kind == "file":
        if not isinstance(value, str):
            return "must be the path of a file in quotes."
        return "" if not value or Path(value).is_file() else "there is no such file."
    if kind == "folder":
        return "" if isinstance(value, str) else "must be a folder name in quotes."
    words = [value] if kind == "word" else value
    if not isinstance(words, list) or not all(isinstance(w, str) for w in words):
        return "must be a list of words." if kind == "words" else "must be a word."
    for word in words:
        if word not in parameter.choices:
            hint = nearest(word, parameter.choices)
            return f"{word!r} is not allowed.{hint} Choices: {', '.join(parameter.choices)}."
    return ""
