"""Commands behind the Makefile: ``python -m analysis <verb>``."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis import paths
from analysis.errors import ParameterError, SuiteError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; return the exit status. Known errors print as a message, once."""
    parser = argparse.ArgumentParser(prog="analysis", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("seeds", help="resolve, validate and count the tables")
    verbs.add_parser("codebook", help="write docs/codebook.md")
    verbs.add_parser("mentions-score", help="score the matcher where its texts are at hand")
    verbs.add_parser(
        "duplicates", help="find copies of one report in a folder of texts"
    ).add_argument("folder", type=Path, help="texts named <source_id>.txt")
    trail = verbs.add_parser("trace", help="follow one event to its claims and addresses")
    trail.add_argument("event", help="event_id, such as AFTO-2021-0191")
    for verb, text in (
        ("run", "run notebooks that are out of date"),
        ("report", "run, then write the report"),
    ):
        sub = verbs.add_parser(verb, help=text)
        sub.add_argument("notebooks", nargs="*", help="names or numbers; all if none")
        sub.add_argument("-p", "--parameter", action="append", default=[], metavar="NAME=VALUE")
        sub.add_argument("--jobs", type=int, default=2)
        sub.add_argument("--force", action="store_true")
    for verb in ("notebooks", "verify", "impact"):
        verbs.add_parser(verb).add_argument("--jobs", type=int, default=2)
    verbs.choices["impact"].add_argument("--base", default="HEAD")
    args = parser.parse_args(argv)
    try:
        {
            "seeds": _seeds,
            "codebook": _codebook,
            "mentions-score": _mentions_score,
            "duplicates": _duplicates,
            "trace": _trace,
            "run": _run,
            "report": _report,
            "notebooks": _notebooks,
            "verify": _verify,
            "impact": _impact,
        }[args.verb](args)
    except SuiteError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parameters(pairs: Sequence[str]) -> dict[str, Any]:
    """Typed overrides; outputs of changed parameters never overwrite ``figures/``."""
    from analysis.params import from_text

    values = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise ParameterError(f"{pair!r}: write NAME=VALUE, such as start=2015-01-01.")
        values[name] = from_text(name, text)
    if values and "out_dir" not in values:
        values["out_dir"] = str(paths.BUILD / "changed")
        print(f"parameters changed: outputs go to {paths.shown(paths.BUILD / 'changed')}")
    return values


def _seeds(_: argparse.Namespace) -> None:
    from analysis import counts, seeds

    changed = seeds.refresh()
    print(counts.overview())
    print("derived columns rewritten: " + ", ".join(changed) if changed else "nothing to rewrite")


def _codebook(_: argparse.Namespace) -> None:
    from analysis.codebook import codebook
    from analysis.tables import write_text

    write_text(paths.DOCS / "codebook.md", codebook())


def _mentions_score(_: argparse.Namespace) -> None:
    from analysis import validation

    validation.main()


def _duplicates(args: argparse.Namespace) -> None:
    from analysis import duplicates, schema

    texts = duplicates.read_texts(args.folder)
    print(duplicates.report(texts, schema.read_raw("sources")))


def _trace(args: argparse.Namespace) -> None:
    from analysis.trace import trace

    print(trace(args.event))


def _run(args: argparse.Namespace) -> None:
    from analysis import run

    names = run.choose(args.notebooks)
    outcomes = run.run(names, _parameters(args.parameter), args.jobs, args.force)
    print(run.summary(outcomes))


def _report(args: argparse.Namespace) -> None:
    from analysis import report, run

    overrides = _parameters(args.parameter)
    names = run.choose(args.notebooks)
    outcomes = run.run(names, overrides, args.jobs, args.force)
    failed = [o for o in outcomes if o.state == "failed"]
    page = report.write(names, outcomes, overrides)
    print(
        run.summary(outcomes)
        if not failed
        else f"the report lacks what failed: {len(failed)} of {len(outcomes)} notebooks"
    )
    print(page)
    run.summary(outcomes)


def _notebooks(args: argparse.Namespace) -> None:
    from analysis import run

    names = run.notebook_names()
    print(run.summary(run.run(names, {}, args.jobs, force=True)))
    changed = run.store_notebooks(names)
    print(f"committed form changed: {', '.join(changed) or 'none'}")
    if paths.README.exists() and run.bind_readme():
        print("README.md rebound")


def _verify(args: argparse.Namespace) -> None:
    from analysis import run

    print(run.verify(args.jobs))


def _impact(args: argparse.Namespace) -> None:
    from analysis.impact import impact

    print(impact(args.base, args.jobs))


if __name__ == "__main__":
    sys.exit(main())
