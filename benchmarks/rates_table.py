"""Rates of the recovery benchmarks, as rows, as markdown, and in docs/method.md."""

import pandas as pd

from analysis import paths
from analysis.intervals import share_interval
from analysis.tables import write_text

PAGE = paths.DOCS / "method.md"


def rate(method: str, setting: str, hits: int, runs: int) -> dict[str, object]:
    """One measured rate with its 95% Wilson interval."""
    low, high = share_interval(int(hits), runs)
    return {"method": method, "setting": setting, "runs": runs, "rate": hits / runs,
            "low": low, "high": high}  # fmt: skip


def as_table(rates: pd.DataFrame) -> str:
    """Rates as the rows of a markdown table."""
    lines = ["| Outcome | Truth | Runs | Rate (95% interval) |", "| --- | --- | --- | --- |"]
    for row in rates.itertuples():
        span = f"{100 * row.rate:.1f}% ({100 * row.low:.1f} to {100 * row.high:.1f})"
        lines.append(f"| {row.method} | {row.setting} | {row.runs:,} | {span} |")
    return "\n".join(lines)


def quote(name: str, table: str) -> None:
    """Put a table between the markers of that name in docs/method.md."""
    begin, end = f"<!--{name}-->", f"<!--/{name}-->"
    page = PAGE.read_text(encoding="utf-8")
    if begin not in page or end not in page:
        raise SystemExit(f"{paths.shown(PAGE)} lacks the markers {begin} and {end}.")
    head, _, rest = page.partition(begin)
    write_text(PAGE, f"{head}{begin}\n{table}\n{end}{rest.partition(end)[2]}")
