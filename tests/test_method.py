"""The page on methods quotes what the scripts measured, and the measured rates are sound."""

import pandas as pd
import pytest

from analysis import paths

PAGE = paths.DOCS / "method.md"
BENCHMARKS = paths.ROOT / "benchmarks"


def quoted(name):
    text = PAGE.read_text(encoding="utf-8")
    return text.partition(f"<!--{name}-->")[2].partition(f"<!--/{name}-->")[0]


@pytest.mark.parametrize("name", ["recovery_measure", "recovery_handover"])
def test_the_page_quotes_each_measured_rate_with_its_interval(name):
    rates = pd.read_csv(BENCHMARKS / f"{name}.csv")
    said = quoted(name)
    assert len(rates) > 15
    assert said.count("\n|") == len(rates) + 2
    for row in rates.itertuples():
        span = f"{100 * row.rate:.1f}% ({100 * row.low:.1f} to {100 * row.high:.1f})"
        assert f"| {row.method} | {row.setting} | {row.runs:,} | {span} |" in said


def test_the_page_quotes_each_rate_of_lead_lag_and_breaks():
    rates = pd.read_csv(BENCHMARKS / "recovery_leadlag.csv")
    said = quoted("recovery_leadlag")
    assert said.count("\n|") == len(rates) + 2
    for row in rates.itertuples():
        number = f"{row.rate:.2f}" if "mean number" in row.outcome else f"{row.rate:.1%}"
        assert f"| {row.outcome} | {row.runs} | {number} (" in said, row


def measured(method, setting):
    rates = pd.read_csv(BENCHMARKS / "recovery_measure.csv")
    row = rates[rates["method"].str.startswith(method) & rates["setting"].str.contains(setting)]
    assert len(row) == 1, (method, setting, len(row))
    return row.iloc[0]


@pytest.mark.parametrize(
    ("method", "setting", "nominal"),
    [
        ("one decision: ranks", "no effect", 1 / 15),
        ("peak to trough", "no season", 0.05),
        ("rank correlation", "r 0.0", 0.05),
        ("severity", "no difference", 0.05),
        ("two lists: interval holds", "independent", 0.95),
        ("share: interval corrected", "^5%", 0.95),
        ("share: interval corrected", "^20%", 0.95),
    ],
)
def test_rates_hold_at_their_nominal_level_within_what_the_runs_can_tell(method, setting, nominal):
    row = measured(method, setting)
    assert row["low"] - 0.005 <= nominal <= row["high"] + 0.005


def test_the_simple_ways_fail_where_the_page_says_so():
    assert measured("one decision: raw", "no effect")["low"] > 0.5
    assert measured("share: interval that takes", "alike")["high"] < 0.9
    assert measured("two lists: interval lies below", "follows")["low"] > 0.9


def test_every_section_of_the_page_names_code_that_exists():
    text = PAGE.read_text(encoding="utf-8")
    named = {part for line in text.splitlines() if line.startswith("Code: ")
             for part in line.split("`") if part.startswith("analysis/")}  # fmt: skip
    assert len(named) > 12
    for module in named:
        assert (paths.ROOT / module).exists(), module
