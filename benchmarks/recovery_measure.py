"""How often the measures of notebooks 02 to 04 and the two-list estimate are right.

Run: ``.venv/bin/python benchmarks/recovery_measure.py`` (about a minute). Writes
``benchmarks/recovery_measure.csv`` and its table in docs/method.md. Seeds are fixed.
"""

import math
from pathlib import Path

import numpy as np
import pandas as pd
from rates_table import as_table, quote, rate

from analysis import compare, connectors, mentions, simulations
from analysis.tables import write_text

SEED = 20210815
OUT = Path(__file__).with_suffix(".csv")
WAR = pd.period_range("2007-01", "2021-07", freq="M")
MISSION = pd.period_range("2015-01", "2019-12", freq="M")


def decision_rates(runs: int = 400) -> list[dict[str, object]]:
    """One date against the same months of other years (placebo fan, rank p)."""
    rows = []
    date = pd.Period("2014-05", "M")
    after = [date + step for step in (1, 2, 3)]
    for ratio, words in ((1.0, "no effect"), (1.5, "half as many again"), (2.0, "twice as many")):
        rng = np.random.default_rng(SEED)
        lowest = season = 0
        for _ in range(runs):
            values = simulations.monthly_counts(rng, WAR, 500, 2.5)
            shown = values * np.where(np.isin(WAR, after), ratio, 1.0)
            found = compare.season_matched(shown, date)
            lowest += found["p"] <= found["floor"] + 1e-9
            season += abs(math.log(found["raw"])) > math.log(1.25)
        setting = f"15 years, season 2.5 to 1, {words}"
        rows.append(rate("one decision: ranks most extreme of all years", setting, lowest, runs))
        if ratio == 1.0:
            rows.append(
                rate("one decision: raw change beyond a quarter, season ignored", setting, season,
                     runs)
            )  # fmt: skip
    return rows


def season_rates(runs: int = 200) -> list[dict[str, object]]:
    """Highest over lowest mean month, against what years without a season give."""
    rows = []
    for amplitude, words in ((1.0, "no season"), (2.5, "season 2.5 to 1")):
        rng = np.random.default_rng(SEED)
        beyond = 0
        for _ in range(runs):
            values = simulations.monthly_counts(rng, MISSION, 500, amplitude)
            row = compare.peak_to_trough(values, draws=199).set_index("era").loc["2015-19"]
            beyond += row["ratio"] > row["chance"]
        rows.append(rate("peak to trough: beyond what chance gives", f"60 months, {words}",
                         beyond, runs))  # fmt: skip
    return rows


def correlation_rates(runs: int = 2000) -> list[dict[str, object]]:
    """Spearman's correlation over eleven years."""
    rows = []
    for rho in (0.0, 0.5, 0.76):
        rng = np.random.default_rng(SEED)
        excludes = 0
        for _ in range(runs):
            x = rng.normal(size=11)
            y = rho * x + math.sqrt(1 - rho**2) * rng.normal(size=11)
            found = compare.rank_correlation(x, y)
            excludes += not found["low"] <= 0 <= found["high"]
        rows.append(rate("rank correlation: interval excludes zero", f"11 years, r {rho}",
                         excludes, runs))  # fmt: skip
    return rows


def share_rates(runs: int = 1000) -> list[dict[str, object]]:
    """Shares of reports: clustered by event, and corrected for a matcher that errs."""
    rng = np.random.default_rng(SEED)
    plain = clustered = 0
    for _ in range(runs):
        # Reports on one event agree: each event has a share of its own around 8%.
        own = rng.beta(0.08 * 3, 0.92 * 3, 60)
        size = rng.integers(1, 7, 60)
        event = np.repeat(np.arange(60), size)
        said = rng.random(size.sum()) < np.repeat(own, size)
        if not said.any():
            continue
        found = mentions._share(said, event, 0.95)
        plain += found["low"] <= 0.08 <= found["high"]
        clustered += found["low_clustered"] <= 0.08 <= found["high_clustered"]
    setting = "8% of reports, 60 events with 1 to 6 alike reports"
    rows = [rate("share: interval that takes reports as independent holds the truth", setting,
                 plain, runs),
            rate("share: interval clustered by event holds the truth", setting, clustered,
                 runs)]  # fmt: skip
    for truth in (0.05, 0.2):
        raw = corrected = 0
        for _ in range(runs):
            hit, clean = rng.binomial(38, 0.88), rng.binomial(324, 0.99)
            accuracy = mentions.Accuracy(hit / 38, clean / 324, 38, 324)
            real = rng.binomial(400, truth)
            yes = rng.binomial(real, 0.88) + rng.binomial(400 - real, 0.01)
            low, high = mentions.wilson(yes / 400, 400)
            raw += low <= truth <= high
            _, low, high = mentions.rogan_gladen(yes, 400, accuracy)
            corrected += low <= truth <= high
        setting = f"{truth:.0%} of 400 texts; finds 88%, errs in 1%, measured on 38 and 324"
        rows.append(rate("share: interval as counted holds the truth", setting, raw, runs))
        rows.append(rate("share: interval corrected for error holds the truth", setting,
                         corrected, runs))  # fmt: skip
    return rows


def severity_rates(runs: int = 200) -> list[dict[str, object]]:
    """Widely reported events against others."""
    rows = []
    for gap in (0.0, 0.1):
        rng = np.random.default_rng(SEED)
        excludes = 0
        for _ in range(runs):
            events, claims = _reported(rng, gap)
            found = mentions.severity_contrast(claims, events, draws=199)
            excludes += not found["low"] <= 0 <= found["high"]
        setting = f"300 events, 8% of reports, {'no difference' if not gap else '10 points more'}"
        rows.append(rate("severity: interval of the difference excludes zero", setting, excludes,
                         runs))  # fmt: skip
    return rows


def _reported(rng: np.random.Generator, gap: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    groups = rng.choice([1, 2, 3, 4, 5], 300, p=[0.25, 0.35, 0.2, 0.1, 0.1])
    event = np.repeat([f"E{i}" for i in range(300)], groups)
    number = np.concatenate([np.arange(n) for n in groups])
    chance = 0.08 + gap * (np.repeat(groups, groups) >= 3)
    said = rng.random(len(event)) < chance
    day = pd.Timestamp("2015-06-01")
    claims = pd.DataFrame(
        {
            "event_id": event, "source_id": [f"S{i}" for i in range(len(event))],
            "independence_group": [f"g{n}" for n in number], "field": "air",
            "value": np.where(said, "reported_us", "not_mentioned"), "stance": "affirms",
            "as_of": "2015-06-01",
        }
    )  # fmt: skip
    events = pd.DataFrame(
        {"event_id": [f"E{i}" for i in range(300)], "date_start": day,
         "date_start_earliest": day, "date_start_latest": day, "date_prec": 1,
         "n_independent": groups}
    )  # fmt: skip
    return events, claims


def overlap_rates(runs: int = 2000) -> list[dict[str, object]]:
    """Two lists of the same events, independent and not."""
    rows = []
    for follow, words in ((0.4, "independent lists"), (0.6, "the second list follows the first")):
        rng = np.random.default_rng(SEED)
        holds = below = 0
        for _ in range(runs):
            first = rng.random(1000) < 0.5
            # The second list holds 40% of all events whether or not it follows the first.
            second = rng.random(1000) < np.where(first, follow, 0.8 - follow)
            _, low, high = connectors.chapman(
                int(first.sum()), int(second.sum()), int((first & second).sum())
            )
            holds += low <= 1000 <= high
            below += high < 1000
        setting = f"1,000 events, {words}"
        rows.append(rate("two lists: interval holds the number of events", setting, holds, runs))
        rows.append(rate("two lists: interval lies below it", setting, below, runs))
    return rows


if __name__ == "__main__":
    measured = (decision_rates() + season_rates() + correlation_rates() + share_rates()
                + severity_rates() + overlap_rates())  # fmt: skip
    write_text(OUT, pd.DataFrame(measured).to_csv(index=False, float_format="%.3f"))
    quote("recovery_measure", as_table(pd.read_csv(OUT)))
    print(OUT.read_text())
