"""Check every curated table against the one schema, and report all problems at once.

The schema is ``seeds/datapackage.json`` (Frictionless Table Schema). Types, codes, keys
and foreign keys are checked by the frictionless library; this module turns its findings
into messages a contributor can act on and adds the rules that span columns and tables.
It never repairs a table.

Read `validate` first, then `CROSS_CHECKS`.
"""

import csv
import hashlib
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from frictionless import Package, system

from analysis import corrections, paths
from analysis.dates import parse_window
from analysis.errors import Problem, SeedError, nearest
from analysis.resolve import NOT_STATED, SILENT

Tables = dict[str, pd.DataFrame]

# What is asked of every page on an event: a statement, or a row that says there is none.
PAIR_FIELDS = ("date_start", "outcome", "air")
# Claimant of what no one says: silence, and how the page spells a place.
PAGE = "page"
DATE_FIELDS = ("date_start", "date_end", "retaken")
NUMBER_FIELDS = (
    "air_count",
    "gov_killed",
    "tb_killed",
    "civ_killed",
    "civ_injured",
    "prisoners_freed",
    "families_displaced",
    "provinces_attacked",
)


@cache
def descriptor(seeds: Path = paths.SEEDS) -> dict[str, Any]:
    """Return the data package description as a dictionary."""
    return json.loads((seeds / "datapackage.json").read_text(encoding="utf-8"))


def fields(table: str, seeds: Path = paths.SEEDS) -> dict[str, dict[str, Any]]:
    """Return the columns of a table, by name, in order."""
    for resource in descriptor(seeds)["resources"]:
        if resource["name"] == table:
            return {f["name"]: f for f in resource["schema"]["fields"]}
    raise KeyError(table)


def table_names(seeds: Path = paths.SEEDS) -> list[str]:
    """Return the names of all tables, in the order of the schema."""
    return [r["name"] for r in descriptor(seeds)["resources"]]


def derived_columns(table: str, seeds: Path = paths.SEEDS) -> list[str]:
    """Return the columns that ``make seeds`` computes."""
    return [name for name, f in fields(table, seeds).items() if f.get("derived")]


def fingerprint(seeds: Path = paths.SEEDS) -> str:
    """Return the sha256 over all files of the seeds folder."""
    digest = hashlib.sha256()
    for path in sorted(seeds.glob("*.*")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def validate(seeds: Path = paths.SEEDS, derived: bool = True) -> None:
    """Check all tables; return nothing, or raise with every problem found.

    Parameters
    ----------
    seeds
        Folder with the tables and ``datapackage.json``.
    derived
        Whether derived columns must be filled and right in themselves; ``make seeds``
        checks the hand-edited columns first, with ``derived=False``.

    Raises
    ------
    SeedError
        With one `Problem` per wrong cell: file, line, column, value, remedy.
    """
    problems = list(_unreadable(seeds))
    if not problems:
        problems = list(_from_frictionless(seeds, derived))
    if not problems:
        tables = {name: read_raw(name, seeds) for name in table_names(seeds)}
        keys = {name: primary_key(name, seeds) for name in tables}
        problems += corrections.faults(tables, keys, seeds)
        if not problems:
            tables = {name: read_corrected(name, seeds) for name in tables}
        for check in CROSS_CHECKS:
            problems += check(tables, seeds, derived)
    if problems:
        raise SeedError(set(problems))


def read_raw(table: str, seeds: Path = paths.SEEDS) -> pd.DataFrame:
    """Return a table as text, empty cells as empty strings, file line as index."""
    raw = pd.read_csv(seeds / f"{table}.csv", dtype=str, keep_default_na=False, encoding="utf-8")
    raw.index = pd.RangeIndex(2, len(raw) + 2, name="line")
    return raw


def read_corrected(table: str, seeds: Path = paths.SEEDS) -> pd.DataFrame:
    """Return a table as text with its corrections applied."""
    return corrections.apply(table, read_raw(table, seeds), primary_key(table, seeds), seeds)


def primary_key(table: str, seeds: Path = paths.SEEDS) -> str | list[str]:
    """Return the name of a table's key column, or the list of them."""
    return _schema(table, seeds)["primaryKey"]


# --- what cannot even be read ---------------------------------------------------------


def _unreadable(seeds: Path) -> Iterator[Problem]:
    for name in table_names(seeds):
        path = seeds / f"{name}.csv"
        shown = paths.shown(path)
        if not path.exists():
            yield Problem(shown, 0, "", "missing file", "", "Restore it: the schema lists it.")
            continue
        content = path.read_bytes()
        start = content[:200].lstrip().lower()
        if start.startswith((b"<", b"{", b"pk\x03")):
            kind = "an HTML or XML page" if start.startswith(b"<") else "not CSV"
            first = start.splitlines()[0].decode("latin-1")[:40]
            remedy = f"The file is {kind}. Download the table itself, as comma-separated text."
            yield Problem(shown, 1, "", "not a table", first, remedy)
            continue
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            yield Problem(
                shown,
                line,
                "",
                "not UTF-8",
                repr(content[error.start : error.start + 1]),
                "Save the file as UTF-8.",
            )
            continue
        yield from _bad_lines(name, shown, text, seeds)


def _bad_lines(name: str, shown: str, text: str, seeds: Path) -> Iterator[Problem]:
    """Header, and cells with line breaks, which would shift every line number after."""
    rows = list(csv.reader(text.splitlines()))
    header, expected = (rows[0] if rows else []), list(fields(name, seeds))
    if header and header[0].startswith("\ufeff"):
        yield Problem(shown, 1, "", "byte-order mark", "", "Save as UTF-8 without BOM.")
        return
    for column in header:
        if column not in expected:
            remedy = f"Columns are: {', '.join(expected)}.{nearest(column, expected)}"
            yield Problem(shown, 1, column, "unknown column", column, remedy)
    for column in expected:
        if column not in header:
            yield Problem(shown, 1, column, "missing column", "", "Add it, empty if unknown.")
    if sorted(header) == sorted(expected) and header != expected:
        yield Problem(shown, 1, "", "column order", "", f"Expected: {', '.join(expected)}.")


# --- what the schema says -------------------------------------------------------------


def _from_frictionless(seeds: Path, derived: bool) -> Iterator[Problem]:
    skip = {t: set(derived_columns(t, seeds)) for t in table_names(seeds)}
    with system.use_context(trusted=True):
        report = Package(str(seeds / "datapackage.json")).validate()
    for task in report.tasks:
        shown = paths.shown(seeds / f"{task.name}.csv")
        columns = fields(task.name, seeds)
        for error in task.errors:
            column = getattr(error, "field_name", "") or ""
            if not derived and column in skip[task.name]:
                continue
            line = getattr(error, "row_number", 0) or 0
            cells = list(getattr(error, "cells", []) or [])
            yield _explain(error, shown, line, column, columns, cells, task.name, seeds)
    if report.errors:
        message = "; ".join(e.message for e in report.errors)
        yield Problem(paths.shown(seeds / "datapackage.json"), 0, "", "schema error", "", message)


def _explain(
    error: Any,
    shown: str,
    line: int,
    column: str,
    columns: dict[str, dict[str, Any]],
    cells: list[Any],
    table: str,
    seeds: Path,
) -> Problem:
    """One frictionless finding in the suite's own words."""
    value = str(getattr(error, "cell", "") or "")
    field = columns.get(column, {})
    limits = field.get("constraints", {})
    if error.type == "primary-key":
        key = _schema(table, seeds)["primaryKey"]
        key = [key] if isinstance(key, str) else key
        row = dict(zip(columns, cells, strict=False))
        value = ", ".join(str(row.get(k, "")) for k in key)
        return Problem(
            shown, line, "+".join(key), "duplicate id", value, "Ids are used once; take a new one."
        )
    if error.type == "foreign-key":
        return _orphan(error, shown, line, columns, cells, table, seeds)
    if error.type in ("missing-cell", "extra-cell", "blank-row"):
        remedy = (
            f"The row has {len(cells)} cells, the header {len(columns)}: a comma inside a "
            "text needs double quotes around the text."
        )
        return Problem(shown, line, "", "ragged row", ",".join(map(str, cells))[:60], remedy)
    if error.type == "type-error":
        return Problem(shown, line, column, "wrong type", value, _type_hint(field))
    if "enum" in error.note:
        allowed = [str(a) for a in limits["enum"]]
        remedy = f"Allowed: {', '.join(allowed)}.{nearest(value, allowed)}"
        return Problem(shown, line, column, "unknown code", value, remedy)
    if "required" in error.note:
        return Problem(shown, line, column, "empty cell", "", f"Needed: {field['description']}")
    if "pattern" in error.note:
        remedy = f"Expected the form {limits['pattern']}: {field['description']}"
        return Problem(shown, line, column, "wrong form", value, remedy)
    if "unique" in error.note or error.type == "unique-error":
        return Problem(shown, line, column, "duplicate value", value, "It may stand only once.")
    for bound, word in (("minimum", "least"), ("maximum", "most")):
        if bound in error.note:
            remedy = f"At {word} {limits[bound]} {field.get('unit', '')}".strip() + "."
            return Problem(shown, line, column, "out of range", value, remedy)
    return Problem(shown, line, column, error.type, value, error.note)


def _schema(table: str, seeds: Path) -> dict[str, Any]:
    return next(r["schema"] for r in descriptor(seeds)["resources"] if r["name"] == table)


def _orphan(
    error: Any,
    shown: str,
    line: int,
    columns: dict[str, dict[str, Any]],
    cells: list[Any],
    table: str,
    seeds: Path,
) -> Problem:
    row = dict(zip(columns, cells, strict=False))
    for key in _schema(table, seeds)["foreignKeys"]:
        column, target = key["fields"], key["reference"]
        if f'for "{column}"' not in error.note:
            continue
        value = str(row.get(column, ""))
        known = read_raw(target["resource"], seeds)[target["fields"]]
        if target["resource"] == "provinces":
            from analysis.places import suggest_province

            hint = suggest_province(value, read_raw("provinces", seeds))
        else:
            hint = nearest(value, known)
        remedy = f"No such {target['fields']} in {target['resource']}.csv.{hint}"
        return Problem(shown, line, column, "orphan key", value, remedy)
    return Problem(shown, line, "", "orphan key", "", error.note)


def _type_hint(field: dict[str, Any]) -> str:
    hints = {
        "date": "Write a calendar day as YYYY-MM-DD, such as 2021-07-08.",
        "yearmonth": "Write a month as YYYY-MM, such as 2019-09.",
        "integer": "Write a whole number without separators, such as 1043.",
        "number": "Write a number with a decimal point, such as 34.5.",
        "boolean": "Write 1 or 0.",
    }
    return hints.get(field.get("type", ""), f"Expected: {field.get('type')}.")


# --- what spans columns and tables ----------------------------------------------------


def _problems(
    table: str, rows: pd.DataFrame, column: str, kind: str, remedy: str, seeds: Path
) -> list[Problem]:
    shown = paths.shown(seeds / f"{table}.csv")
    return [
        Problem(shown, int(line), column, kind, str(row.get(column, "")), remedy)
        for line, row in rows.iterrows()
    ]


def _codes_are_defined(tables: Tables, seeds: Path, _: bool) -> list[Problem]:
    """Codes of the schema and rows of codes.csv name each other, both ways."""
    defined = {(r.table, r.field): set() for r in tables["codes"].itertuples()}
    for row in tables["codes"].itertuples():
        defined[row.table, row.field].add(row.code)
    problems = []
    used: dict[tuple[str, str], set[str]] = {}
    for table in table_names(seeds):
        for column, field in fields(table, seeds).items():
            allowed = {str(c) for c in field.get("constraints", {}).get("enum", [])}
            if allowed:
                used[table, column] = allowed
            for code in sorted(allowed - defined.get((table, column), set())):
                problems.append(
                    Problem(
                        paths.shown(seeds / "codes.csv"),
                        0,
                        "code",
                        "undefined code",
                        f"{table}.{column}.{code}",
                        "Add a row that says when it applies.",
                    )
                )
    for line, row in tables["codes"].iterrows():
        if row["code"] not in used.get((row["table"], row["field"]), set()):
            problems.append(
                Problem(
                    paths.shown(seeds / "codes.csv"),
                    int(line),
                    "code",
                    "code not in the schema",
                    f"{row['table']}.{row['field']}.{row['code']}",
                    "Add it to datapackage.json or remove the row.",
                )
            )
    return problems


def _sources_can_be_found(tables: Tables, seeds: Path, _: bool) -> list[Problem]:
    sources = tables["sources"]
    bare = sources[(sources["url"] == "") & (sources["sha256"] == "")]
    problems = _problems(
        "sources", bare, "url", "no address", "Give the address or the sha256 of the text.", seeds
    )
    twice = sources[sources["url"].ne("") & sources["url"].duplicated()]
    problems += _problems(
        "sources", twice, "url", "address listed twice", "Use the source_id it already has.", seeds
    )
    named = set()
    for table in table_names(seeds):
        for column in fields(table, seeds):
            if column.startswith("source_id") and table != "sources":
                named |= set(tables[table][column])
    idle = sources[~sources["source_id"].isin(named)]
    return problems + _problems(
        "sources", idle, "source_id", "unused source", "No row cites it: cite or remove it.", seeds
    )


def _copies_are_grouped(tables: Tables, seeds: Path, _: bool) -> list[Problem]:
    """Titles that are nearly alike are judged, and copies share an independence group."""
    from analysis.duplicates import same_titles

    slugs: dict[str, str] = {}
    for slug in tables["sources"]["independence_group"].drop_duplicates():
        slugs.setdefault(slug.replace("-", "").replace("_", ""), slug)
    doubled = tables["sources"]["independence_group"].map(
        lambda slug: slugs[slug.replace("-", "").replace("_", "")] != slug
    )
    judged = tables["title_matches"]
    alike = same_titles(tables["sources"])
    verdict = dict(zip(zip(judged["source_id"], judged["source_id_other"], strict=True),
                       judged["verdict"], strict=True))  # fmt: skip
    group = dict(zip(tables["sources"]["source_id"], tables["sources"]["independence_group"],
                     strict=True))  # fmt: skip
    title = dict(zip(tables["sources"]["source_id"], tables["sources"]["title"], strict=True))
    line = {source_id: int(i) for i, source_id in tables["sources"]["source_id"].items()}
    shown = paths.shown(seeds / "sources.csv")
    problems = [
        Problem(
            shown, line[row.second], "independence_group", "copy or not",
            f"{group[row.second]} ({row.first}: {group[row.first]})",
            f"{title[row.first]!r} and {title[row.second]!r} are alike and near in time: give "
            "both one group, or add the pair to title_matches.csv with the verdict "
            "separate_reports and why.",
        )
        for row in alike[~alike["same_group"]].itertuples()
        if verdict.get((row.first, row.second)) != "separate_reports"
    ]  # fmt: skip
    problems += _problems(
        "sources", tables["sources"][doubled], "independence_group", "two slugs of one group",
        "Another row writes it with other hyphens: use one form.", seeds,
    )  # fmt: skip
    apart = judged["source_id"].map(group) != judged["source_id_other"].map(group)
    split = judged[(judged["verdict"] == "same_report") & apart]
    problems += _problems(
        "title_matches", split, "verdict", "one report in two groups",
        "Give both sources the same independence_group.", seeds,
    )  # fmt: skip
    known = set(zip(alike["first"], alike["second"], strict=True))
    idle = judged[[pair not in known for pair in verdict]]
    return problems + _problems(
        "title_matches", idle, "source_id_other", "titles not alike",
        "Nothing is to be judged here (the lower id goes first): remove the row.", seeds,
    )  # fmt: skip


def _claims_read_well(tables: Tables, seeds: Path, _: bool) -> list[Problem]:
    """Each claim's value has the form that its field needs."""
    problems = []
    outcome = [
        "captured", "captured_lost", "partial_entry", "cut_off", "repelled", "contested",
        "announced", NOT_STATED,
    ]  # fmt: skip
    codes = {
        "outcome": outcome,
        "resistance": fields("events", seeds)["resistance"]["constraints"]["enum"],
        "air": [
            "not_mentioned" if c == "none_mentioned" else c
            for c in fields("events", seeds)["air_reported"]["constraints"]["enum"]
            if c != "reported_several"
        ],
    }
    shown = paths.shown(seeds / "claims.csv")
    pages = tables["sources"]
    undated = dict(
        zip(pages["source_id"], pages["date_basis"].isin(["inferred", "unknown"]), strict=True)
    )
    for line, row in tables["claims"].iterrows():
        field, value = row["field"], row["value"]
        if value == NOT_STATED and field == "date_start":
            continue
        if field in DATE_FIELDS and (hint := _window_problem(value)):
            problems.append(Problem(shown, int(line), "value", "bad date", value, hint))
        elif field in NUMBER_FIELDS and not _is_count(value):
            hint = "Write 12, or 10/20 for a range, or 10/ for at least ten."
            problems.append(Problem(shown, int(line), "value", "bad number", value, hint))
        elif field in codes and value not in codes[field]:
            hint = f"Allowed for {field}: {', '.join(codes[field])}.{nearest(value, codes[field])}"
            problems.append(Problem(shown, int(line), "value", "unknown code", value, hint))
        if field in DATE_FIELDS and not row["basis"]:
            hint = "Dates need a basis: stated, weekday_resolved, relative, caption, inferred."
            problems.append(Problem(shown, int(line), "basis", "no basis", "", hint))
        if row["basis"] == "weekday_resolved" and undated.get(row["source_id"], False):
            hint = (
                "The day of the page is not known (sources.date_basis), so its week is not: write "
                "inferred, and what fixed the week in the note."
            )
            problems.append(
                Problem(shown, int(line), "basis", "weekday of an undated page", row["basis"], hint)
            )
        if row["as_of"] and (hint := _window_problem(row["as_of"])):
            problems.append(Problem(shown, int(line), "as_of", "bad date", row["as_of"], hint))
    return problems


def _pairs_are_complete(tables: Tables, seeds: Path, _: bool) -> list[Problem]:
    """Each page on an event is asked the same three things, and answers each once."""
    claims = tables["claims"]
    asked = claims[claims["field"].isin(PAIR_FIELDS)]
    answered: dict[tuple[str, str], set[str]] = {}
    for event_id, source_id, field in zip(
        asked["event_id"], asked["source_id"], asked["field"], strict=True
    ):
        answered.setdefault((event_id, source_id), set()).add(field)
    first = claims.drop_duplicates(["event_id", "source_id"])
    short = [sorted(set(PAIR_FIELDS) - answered.get((row.event_id, row.source_id), set()))
             for row in first.itertuples()]  # fmt: skip
    shown = paths.shown(seeds / "claims.csv")
    problems = [
        Problem(
            shown, int(line), "field", "page not asked", f"{row['event_id']} {row['source_id']}",
            f"Add a row for {', '.join(missing)}: what the page says, or {NOT_STATED} "
            "(air: not_mentioned).",
        )
        for (line, row), missing in zip(first.iterrows(), short, strict=True)
        if missing
    ]  # fmt: skip
    silent = claims["field"].isin(PAIR_FIELDS) & claims["value"].isin(SILENT)
    key = ["event_id", "source_id", "field"]
    quiet = claims[silent]
    others = claims[claims["field"].isin(PAIR_FIELDS)].drop(index=quiet.drop_duplicates(key).index)
    both = quiet[pd.MultiIndex.from_frame(quiet[key]).isin(pd.MultiIndex.from_frame(others[key]))]
    problems += _problems(
        "claims", both, "value", "stated and not stated",
        "The same page answers this field in another row: remove the row of silence.", seeds,
    )  # fmt: skip
    # Nobody says a silence, and a spelling is the page's whoever is quoted on it.
    spoken = claims[(silent | (claims["field"] == "place")) & (claims["claimant"] != PAGE)]
    return problems + _problems(
        "claims", spoken, "claimant", "not said by anybody",
        f"Silence and spelling belong to the page: write {PAGE}, and the party of the source.",
        seeds,
    )  # fmt: skip


def _window_problem(text: str) -> str:
    try:
        parse_window(text)
    except ValueError as error:
        return f"Write YYYY-MM-DD, or YYYY-MM-DD/YYYY-MM-DD for a window ({error})."
    return ""


def _is_count(text: str) -> bool:
    low, _, high = text.partition("/")
    return low.isdigit() and (high == "" or (high.isdigit() and int(low) <= int(high)))


def _events_hold_together(tables: Tables, seeds: Path, derived: bool) -> list[Problem]:
    events, claims = tables["events"], tables["claims"]
    in_scope = events["in_scope"] == "1"
    out_targets = fields("events", seeds)["target"]["constraints"]["enum"]
    offensive = out_targets[: out_targets.index("campaign") + 1]
    checks = [
        (
            in_scope & (events["initiator"] != "taliban"),
            "initiator",
            "in scope without the Taliban as initiator",
            "In scope needs initiator taliban: set in_scope to 0 or mend the initiator.",
        ),
        (
            in_scope & ~events["target"].isin(offensive),
            "target",
            "in scope with an out-of-scope target",
            f"In scope allows: {', '.join(offensive)}.",
        ),
        (
            (events["adm1"] == "") & in_scope & (events["target"] != "campaign"),
            "adm1",
            "no province",
            "Only a declared campaign may lack one.",
        ),
        (
            events["event_id"].str.contains("X") == in_scope,
            "event_id",
            "id and scope disagree",
            "X ids are out of scope, plain ids in scope.",
        ),
        (
            (events["adm2"] != "") & (events["adm2_vintage"] == ""),
            "adm2_vintage",
            "district without a list",
            "Say which district list the name comes from: 399 or as_reported.",
        ),
        (
            (events["lat"] != "") & ~events["where_prec"].isin(["1", "2"]),
            "lat",
            "point without the precision for it",
            "Coordinates need where_prec 1 or 2.",
        ),
        (
            ~events["event_id"].isin(claims["event_id"]),
            "event_id",
            "event without a claim",
            "Add at least one row to claims.csv.",
        ),
    ]
    problems = []
    for wrong, column, kind, remedy in checks:
        problems += _problems("events", events[wrong], column, kind, remedy, seeds)
    known = set(events["event_id"])
    for column in ("parent_event_id", "retakes_event_id"):
        lost = events[events[column].ne("") & ~events[column].isin(known)]
        for problem in _problems("events", lost, column, "orphan key", "", seeds):
            remedy = f"No such event_id in events.csv.{nearest(problem.value, known)}"
            problems.append(Problem(**{**problem.__dict__, "remedy": remedy}))
    mentions = tables["air_mentions"]
    lost = mentions[mentions["event_id"].ne("") & ~mentions["event_id"].isin(known)]
    return problems + _problems(
        "air_mentions", lost, "event_id", "orphan key", "No such event_id in events.csv.", seeds
    )


def _derived_cells_agree(tables: Tables, seeds: Path, derived: bool) -> list[Problem]:
    """Derived columns hold what the claims give; the remedy is one command."""
    if not derived:
        return []
    from analysis.resolve import resolve

    events, claims = resolve(tables["events"], tables["claims"], tables["sources"],
                             tables["provinces"])  # fmt: skip
    problems = []
    for name, right in (("events", events), ("claims", claims)):
        have = tables[name]
        for column in derived_columns(name, seeds):
            wrong = have[have[column] != right[column].to_numpy()]
            for line, row in wrong.iterrows():
                expected = right.loc[line, column]
                problems.append(
                    Problem(
                        paths.shown(seeds / f"{name}.csv"),
                        int(line),
                        column,
                        "derived cell out of step",
                        row[column],
                        f"The claims give {expected!r}. Run `make seeds`.",
                    )
                )
    return problems


def _totals_add_up(tables: Tables, seeds: Path, _: bool) -> list[Problem]:
    casualties = tables["un_casualties"]
    full = casualties[(casualties[["killed", "injured", "total"]] != "").all(axis=1)]
    wrong = full[
        full["killed"].astype(int) + full["injured"].astype(int) != full["total"].astype(int)
    ]
    problems = _problems(
        "un_casualties", wrong, "total", "sum does not hold", "killed + injured = total.", seeds
    )
    control = tables["district_control"]
    parts = ["government", "contested", "taliban"]
    full = control[(control[[*parts, "denominator"]] != "").all(axis=1)]
    wrong = full[full[parts].astype(float).sum(axis=1) > full["denominator"].astype(float)]
    return problems + _problems(
        "district_control", wrong, "denominator", "more districts than the list has",
        "government + contested + taliban is at most the denominator.", seeds,
    )  # fmt: skip


def _spellings_are_unambiguous(tables: Tables, seeds: Path, _: bool) -> list[Problem]:
    from analysis.places import fold

    seen: dict[str, str] = {}
    wrong = []
    for line, row in tables["provinces"].iterrows():
        for name in {row["adm1"], *filter(None, row["spellings"].split(";"))}:
            if seen.setdefault(fold(name), row["adm1"]) != row["adm1"]:
                wrong.append(line)
    return _problems(
        "provinces", tables["provinces"].loc[wrong], "spellings", "spelling of two provinces",
        "A spelling may belong to one province only.", seeds,
    )  # fmt: skip


Check = Callable[[Tables, Path, bool], list[Problem]]
CROSS_CHECKS: tuple[Check, ...] = (
    _codes_are_defined,
    _sources_can_be_found,
    _copies_are_grouped,
    _claims_read_well,
    _pairs_are_complete,
    _events_hold_together,
    _totals_add_up,
    _spellings_are_unambiguous,
    _derived_cells_agree,
)
