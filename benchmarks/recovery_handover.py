"""How often the methods of notebooks 07 to 09 find what was put in, and what was not.

Run: ``.venv/bin/python benchmarks/recovery_handover.py`` (about four minutes). Writes
``benchmarks/recovery_handover.csv`` and the table in docs/method.md. Seeds are fixed.
"""

import math
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from rates_table import as_table, quote, rate

from analysis import handover, held, specification, tables
from analysis.tables import write_text

SEED = 20210815
OUT = Path(__file__).with_suffix(".csv")


def handover_rates(runs=300, draws=199):
    treated = handover.cohorts(tables.load("transition"))
    rows = []
    for density, mean in (("0.2 events", 0.2), ("2 events", 2.0), ("20 events", 20.0)):
        for factor, words in ((1.0, "no effect"), (0.7, "-30%"), (0.5, "-50%")):
            rng = np.random.default_rng(SEED)
            permuted = library = 0
            for _ in range(runs):
                table = handover.simulate_panel(rng, treated, mean, factor)
                outcome, first = handover._wide(table)
                estimate = handover.group_time(outcome, first)
                null = handover.permute(outcome, first, draws, seed=int(rng.integers(1 << 31)))
                permuted += (1 + (np.abs(null) >= abs(estimate)).sum()) / (1 + draws) <= 0.05
                low, high = handover._fit(table).overall_conf_int
                library += not low <= 0 <= high
            setting = f"{density} a province-quarter, {words}"
            rows.append(rate("tranches: permutation rejects", setting, permuted, runs))
            rows.append(rate("tranches: library interval excludes zero", setting, library, runs))
    return rows


def held_rates(runs=500):
    rng = np.random.default_rng(SEED)
    inside = covered = rejected = 0
    for _ in range(runs):
        days, lost = _spell(rng, 120, 0.03)
        fit = held.survival(days, lost)
        row = fit[fit["day"] < 30].iloc[-1]
        inside += row["low"] <= math.exp(-0.9) <= row["high"]
        real = held.compare(_spells(rng, (0.05, 0.02)), "last report")
        covered += real["low"] <= 0.4 <= real["high"]
        rejected += held.compare(_spells(rng, (0.03, 0.03)), "last report")["p_logrank"] < 0.05
    return [
        rate("holding: interval at 30 days holds the truth", "120 captures", inside, runs),
        rate("holding: interval of the ratio holds the truth", "80 + 80, ratio 0.4", covered, runs),
        rate("holding: log-rank rejects", "80 + 80, no difference", rejected, runs),
    ]


def _spell(rng, n, loss):
    fall, stop = rng.exponential(1 / loss, n), rng.exponential(100, n)
    return np.floor(np.minimum(fall, stop)), fall <= stop


def _spells(rng, losses):
    parts = []
    for period, loss in zip(held.PERIODS, losses, strict=True):
        days, lost = _spell(rng, 80, loss)
        parts.append(pd.DataFrame({"period": period, "reading": "last report", "lost": lost,
                                   "days": days}))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def contrast_rates(runs=500):
    months = pd.period_range("2007-01", "2021-07", freq="M")
    spring = [f"{y}-04" for y in (2009, 2011, 2013, 2016, 2018, 2020)]
    spread = ["2009-02", "2010-06", "2011-11", "2013-03", "2015-09", "2017-12"]
    rng = np.random.default_rng(SEED)
    counts = dict.fromkeys(("covered", "covered_same", "matched", "ignored"), 0)
    for _ in range(runs):
        for at, key in ((spread, "covered"), (spring, "covered_same")):
            found = _contrast(_monthly(rng, months, 1.8, at), at, "other years")
            counts[key] += found["low"] <= 1.8 <= found["high"]
        null = _monthly(rng, months, 1.0, [])
        for season, key in (("other years", "matched"), ("ignored", "ignored")):
            found = _contrast(null, spring, season)
            counts[key] += not found["low"] <= 1 <= found["high"]
    return [
        rate("contrast: interval holds the truth", "x1.8, six decisions in six months of the year",
             counts["covered"], runs),
        rate("contrast: interval holds the truth", "x1.8, six decisions, all in April",
             counts["covered_same"], runs),
        rate("contrast: interval excludes one", "no effect, April, other years",
             counts["matched"], runs),
        rate("contrast: interval excludes one", "no effect, April, season ignored",
             counts["ignored"], runs),
    ]  # fmt: skip


def _monthly(rng, months, jump, at):
    wave = 0.9 * np.cos(2 * np.pi * (months.month.to_numpy() - 7) / 12)
    level = 12 * np.exp(wave + 0.004 * np.arange(len(months)))
    for when in at:
        place = months.get_loc(pd.Period(when))
        level[place + 1 : place + 4] *= jump
    return pd.Series(rng.poisson(level), index=months)


def _contrast(values, at, season):
    table = specification.changes(values, 3, counts=True)
    return specification.pool(
        np.array([specification.matched(table, pd.Period(m), season) for m in at])
    )


def shrink_rates(runs=500):
    rng = np.random.default_rng(SEED)
    inside = 0
    for _ in range(runs):
        rates = rng.gamma(1.5, 0.2, 34)
        found = handover.shrink(rng.poisson(rates * 24), 24)
        inside += ((found["low"] <= rates) & (rates <= found["high"])).sum()
    return [rate("province rates: interval holds the truth", "24 months", inside, 34 * runs)]


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    rows = handover_rates() + held_rates() + contrast_rates() + shrink_rates()
    write_text(OUT, pd.DataFrame(rows).to_csv(index=False, float_format="%.3f"))
    quote("recovery_handover", as_table(pd.read_csv(OUT)))
    print(OUT.read_text())
