"""How often the methods find what was put in, and nothing where nothing was.

Run with ``python benchmarks/recovery_leadlag.py`` (about ten minutes on two cores). Every
scenario has its own fixed seed, so the table is the same on each run. It is written to
``benchmarks/recovery_leadlag.csv`` and into ``docs/method.md``.
"""

import argparse
import math
import os
import zlib
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

# One thread a process: the matrices are small and the processes share the cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from rates_table import quote

from analysis import breaks, leadlag, rates, simulations
from analysis.tables import write_text

RUNS = 300
WAR = pd.period_range("2007-01", "2021-07", freq="M")
MISSION = pd.period_range("2015-01", "2019-12", freq="M")
PUBLISHED = 25
RESULTS = Path(__file__).with_suffix(".csv")


def lead_lag_run(
    rng: np.random.Generator,
    months: pd.PeriodIndex = WAR,
    link: float = 0.0,
    lag: int = 0,
    memory: float = 0.4,
    counts: float | None = None,
    known: int | None = None,
) -> dict[str, bool]:
    x, y = simulations.pair(rng, months, link, lag, memory, counts=counts)
    if known:
        x = x.where(simulations.gaps(months, known, rng))
    table = leadlag.lead_lag(x, y, "counts" if counts else "log", "log").set_index("lag")
    size = table["r"].abs()
    raw = table.loc[0, "raw_r"] * math.sqrt(table.loc[0, "raw_n"])
    outcome = {
        "raw correlation at lag 0 passes": abs(raw) > 1.96,
        "best of 13 lags passes the pointwise band": bool((size > table["pointwise"]).any()),
    }
    if link == 0:
        return outcome | {"any lag passes the joint band": bool((size > table["joint"]).any())}
    own = table.loc[lag]
    found = {"the true lag passes the joint band": bool(abs(own["r"]) > own["joint"])}
    found["the largest correlation is at the true lag"] = bool(size.idxmax() == lag)
    if counts is None:
        found["interval covers the true correlation"] = bool(own["low"] <= link <= own["high"])
    return found


def falsify_run(
    rng: np.random.Generator,
    months: pd.PeriodIndex = WAR,
    link: float = 0.0,
    lag: int = 0,
    known: int | None = None,
) -> dict[str, bool]:
    x, y = simulations.pair(rng, months, link, lag)
    if known:
        x = x.where(simulations.gaps(months, known, rng))
    verdict = leadlag.falsify(x, y, "log", "log")
    return {
        "an order of events is read, x first": verdict["directed"] and verdict["difference"] > 0,
        "an order of events is read, y first": verdict["directed"] and verdict["difference"] < 0,
        "the lead is told from noise": not verdict["lead_is_noise"],
    }


def season_run(
    rng: np.random.Generator, truth: float, mean: float, family: str = "quasi-poisson"
) -> dict[str, bool | float]:
    counts = simulations.monthly_counts(rng, MISSION, mean, truth)
    row = rates.peak_to_trough(rates.fit_rates(counts, "trend", family)).iloc[0]
    shown = {"interval covers the true ratio": bool(row["low"] <= truth <= row["high"])}
    shown["interval lies above 1"] = bool(row["low"] > 1)
    return shown


def era_run(
    rng: np.random.Generator, truth: float, mean: float, memory: float = 0.4
) -> dict[str, bool]:
    months = pd.period_range("2007-01", "2014-12", freq="M")
    counts = simulations.monthly_counts(rng, months, mean, 2.5, "2010-01", truth, memory)
    row = rates.era_rates(rates.fit_rates(counts, "era")).iloc[1]
    return {
        "interval covers the true ratio": bool(row["low"] <= truth <= row["high"]),
        "interval excludes 1": bool(row["low"] > 1 or row["high"] < 1),
    }


def break_run(
    rng: np.random.Generator, step: float = 0.0, memory: float = 0.4
) -> dict[str, bool | float]:
    at = "2014-09" if step else None
    level = simulations.stepped_level(rng, WAR, step, at, memory)
    # Season goes in and comes out again, so that its estimation is part of the test.
    values = np.exp(level + simulations.season(WAR) + math.log(500))
    result = breaks.find_breaks(rates.deseasonalise(values.rename("y"), "log", keep_level=True))
    outcome = {
        "at least one break": bool(result.found),
        "at least one break, prewhitened series": bool(result.whitened),
        "at least one break, naive": bool(result.naive),
        "mean number of naive breaks": float(len(result.naive)),
    }
    if not step:
        return outcome
    true = pd.Period(at, "M")
    near = [m for m in result.found if abs((m - true).n) <= breaks.NEAR]
    outcome = {
        "found within six months": bool(near),
        "more than the one true break": len(result.found) > 1,
        "more than the one true break, refined": len(result.refined) > 1,
        "mean number of naive breaks": float(len(result.naive)),
    }
    place = breaks.break_locations(result, draws=199)
    if near and len(place):
        rows = place.drop_duplicates("break")
        rows = rows.iloc[[int(np.argmin([abs((m - true).n) for m in rows["break"]]))]]
        outcome["90% interval of the place covers it, if found"] = bool(
            rows["low"].iloc[0] <= true <= rows["high"].iloc[0]
        )
    return outcome


SCENARIOS: dict[str, tuple[Callable, dict]] = {
    "no link, 175 months, count and log": (lead_lag_run, {"counts": 3}),
    "no link, 175 months, memory 0.8": (lead_lag_run, {"memory": 0.8}),
    "no link, 60 months, 25 known": (lead_lag_run, {"months": MISSION, "known": PUBLISHED}),
    "link 0.5 at lag 2, 175 months": (lead_lag_run, {"link": 0.5, "lag": 2}),
    "link 0.3 at lag 0, 175 months": (lead_lag_run, {"link": 0.3}),
    "link 0.5 at lag 0, count of mean 3, 175 months": (lead_lag_run, {"link": 0.5, "counts": 3}),
    "link 0.5 at lag 1, 60 months, 25 known": (
        lead_lag_run,
        {"months": MISSION, "known": PUBLISHED, "link": 0.5, "lag": 1},
    ),
    "link 0.8 at lag 1, 60 months, 25 known": (
        lead_lag_run,
        {"months": MISSION, "known": PUBLISHED, "link": 0.8, "lag": 1},
    ),
    "falsification: no link, 175 months": (falsify_run, {}),
    "falsification: same month only, link 0.5": (falsify_run, {"link": 0.5}),
    "falsification: x first by a month, link 0.5": (falsify_run, {"link": 0.5, "lag": 1}),
    "falsification: y first by a month, link 0.5": (falsify_run, {"link": 0.5, "lag": -1}),
    "falsification: x first, link 0.5, 60 months, 25 known": (
        falsify_run,
        {"months": MISSION, "known": PUBLISHED, "link": 0.5, "lag": 1},
    ),
    "season 2.5 to 1, 500 a month, 60 months": (season_run, {"truth": 2.5, "mean": 500}),
    "season 2.5 to 1, 3 a month, 60 months": (season_run, {"truth": 2.5, "mean": 3}),
    "no season, 3 a month, 60 months": (season_run, {"truth": 1.0, "mean": 3}),
    "era ratio 1, 3 a month, 96 months": (era_run, {"truth": 1.0, "mean": 3}),
    "era ratio 1.5, 3 a month, 96 months": (era_run, {"truth": 1.5, "mean": 3}),
    "era ratio 1.5, 500 a month, 96 months": (era_run, {"truth": 1.5, "mean": 500}),
    "era ratio 1, 500 a month, memory 0.8": (era_run, {"truth": 1.0, "mean": 500, "memory": 0.8}),
    "no break, memory 0.4": (break_run, {}),
    "no break, memory 0.6": (break_run, {"memory": 0.6}),
    "no break, memory 0.8": (break_run, {"memory": 0.8}),
    "level doubles (0.7), memory 0.4": (break_run, {"step": 0.7}),
    "level doubles (0.7), memory 0.6": (break_run, {"step": 0.7, "memory": 0.6}),
    "level up by a third (0.3), memory 0.4": (break_run, {"step": 0.3}),
}


def measure(name: str, runs: int) -> list[dict[str, object]]:
    """Rates of one scenario, one row an outcome."""
    run, given = SCENARIOS[name]
    # Each scenario has its own stream, so that adding one leaves the others as they were.
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    outcomes = pd.DataFrame([run(rng, **given) for _ in range(runs)])
    rows = []
    for column in outcomes:
        values = outcomes[column].dropna().astype(float)
        rows.append(
            {
                "scenario": name,
                "outcome": column,
                "runs": len(values),
                "rate": round(float(values.mean()), 3),
                "standard_error": round(float(values.std() / math.sqrt(len(values))), 3),
            }
        )
    return rows


def as_markdown(table: pd.DataFrame) -> str:
    """Return the table as it stands in the docs."""
    lines = ["| Truth | Outcome | Runs | Rate (s.e.) |", "| --- | --- | --- | --- |"]
    before = ""
    for row in table.itertuples():
        shown = "" if row.scenario == before else row.scenario
        before = row.scenario
        number = f"{row.rate:.2f}" if "mean number" in row.outcome else f"{row.rate:.1%}"
        error = (
            f"{row.standard_error:.2f}"
            if "mean number" in row.outcome
            else f"{100 * row.standard_error:.1f}"
        )
        lines.append(f"| {shown} | {row.outcome} | {row.runs} | {number} ({error}) |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="scenarios whose name holds this text")
    args = parser.parse_args()
    names = [n for n in SCENARIOS if args.only in n]
    with ProcessPoolExecutor(args.jobs) as pool:
        rows = [r for part in pool.map(measure, names, [args.runs] * len(names)) for r in part]
    table = pd.DataFrame(rows)
    print(as_markdown(table))
    if args.runs == RUNS and not args.only:
        write_text(RESULTS, table.to_csv(index=False, lineterminator="\n"))
        quote("recovery_leadlag", as_markdown(table))


if __name__ == "__main__":
    main()
