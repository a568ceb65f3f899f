"""Write a corpus of generated, news-like text as Parquet, the same bytes for the same seed.

The text is nobody's: sentences are put together from the frames and words below. What
matters for a benchmark is kept: report lengths, share of reports with an air-strike term
(by month, rising), near misses ("roadside bomb", "aircraft engineer"), some non-ASCII.

    python benchmarks/make_corpus.py --mb 1000 --seed 7 --out build/benchmark/corpus
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

FIRST, LAST = np.datetime64("2007-01-01"), np.datetime64("2021-08-15")
POOL = 60_000
ROWS_A_FILE = 40_000
OUTLETS = ("Northern Wire", "Valley Courier", "Radio Plateau", "The Caravan Post", "Hill News")

SUBJECTS = """the governor|a police commander|the provincial council|a resident of the town|an army
spokesman|tribal elders|the ministry|aid workers|a shopkeeper|two drivers|the hospital director|a
teacher from the district|fighters loyal to the movement|the head of the council|local
journalists|members of parliament|a farmer|health officials|an interpreter|the deputy
minister""".replace("\n", " ").split("|")
VERBS = """said|told reporters|reported|explained|denied|confirmed by telephone|wrote in a
statement|claimed|recalled|added|insisted|suggested""".replace("\n", " ").split("|")
CLAUSES = """the road to {place} had been closed for {n} days|the bazaar in {place} would open
again on {day}|{n} families had left {place} since {day}|a roadside bomb near {place} wounded {n}
people|the suicide bomber was stopped at a gate in {place}|artillery could be heard from {place}
until {day}|talks about the harvest in {place} would go on|the district centre of {place} changed
hands on {day}|prices of flour in {place} had risen by {n} per cent|{n} police officers were still
missing in {place}|schools in {place} stayed closed because of the fighting|a convoy on its way to
{place} was attacked on {day}|the airport at {place} needed {n} new engineers|power lines between
{place} and the capital were cut|the army had sent {n} soldiers to {place}|no one had counted the
wounded in {place}|the airline would fly to {place} again on {day}|checkpoints around {place} fell
within {n} hours|the strike of teachers in {place} entered day {n}|café owners in {place} asked for
help — “we wait”, they said""".replace("\n", " ").split("|")
TAILS = """, according to two people who were there|, but gave no details|, and asked for more
men|, while officials in the capital gave another account|. It was not possible to check
this||||, a claim that others disputed|, as winter came closer""".replace("\n", " ").split("|")
AIR_CLAUSES = """an {a} on {day} killed {n} fighters near {place}|{a}s hit two houses in
{place}|the garrison of {place} had asked for {s} since {day}|no {a}s were carried out in
{place}|{o} {a}s pushed the attackers back from {place}|without {s} the base at {place} could not be
held|a {d} was seen over {place} for {n} hours|{o} warplanes bombed positions near {place}|
helicopters landed {n} soldiers at {place}|a {d} strike in {place} followed on {day}|aircraft
dropped {n} bombs on a ridge above {place}|{o} jets carried out {n} {a}s around
{place}""".replace("\n", " ").split("|")
STRIKES = ("airstrike", "air strike", "air-strike", "Air Strike", "air raid", "bombardment")
SUPPORT = ("air support", "close air support", "air power", "air cover")
OWNERS = ("US", "NATO", "coalition", "Afghan", "government", "American")
DRONES = ("drone", "unmanned aircraft", "Predator")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ONSETS, NUCLEI = (
    ("b", "d", "gh", "k", "l", "m", "n", "q", "r", "sh", "t", "z"),
    ("a", "e", "i", "u"),
)


def build_pools(rng: np.random.Generator) -> tuple[list[str], list[str]]:
    """Pools of plain sentences and of sentences about aircraft."""

    def choose(words: tuple[str, ...] | list[str]) -> str:
        return words[rng.integers(len(words))]

    names = ["".join(choose(ONSETS) + choose(NUCLEI) for _ in range(rng.integers(2, 5)))
             for _ in range(4_000)]  # fmt: skip

    def sentence(clauses: list[str]) -> str:
        clause = choose(clauses).strip().format(
            place=choose(names).capitalize(), n=rng.integers(2, 90), day=choose(DAYS),
            a=choose(STRIKES), s=choose(SUPPORT), o=choose(OWNERS), d=choose(DRONES),
        )  # fmt: skip
        subject = choose(SUBJECTS)
        return f"{subject[0].upper()}{subject[1:]} {choose(VERBS)} that {clause}{choose(TAILS)}. "

    return ([sentence(CLAUSES) for _ in range(POOL)],
            [sentence(AIR_CLAUSES) for _ in range(POOL // 10)])  # fmt: skip


def make(folder: Path, megabytes: float, seed: int = 7, air_share: float = 0.10) -> int:
    """Write Parquet files into `folder` until they hold `megabytes` (10^6 bytes) of text.

    Parameters
    ----------
    folder
        Emptied of older ``part-*.parquet`` first.
    air_share
        Share of reports about aircraft at the end of the period; half of it at the start.

    Returns
    -------
    int
        Reports written.
    """
    rng = np.random.default_rng(seed)
    plain, air = build_pools(rng)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("part-*.parquet"):
        old.unlink()
    target, done, rows, part = int(megabytes * 1e6), 0, 0, 0
    span = int((LAST - FIRST).astype(int)) + 1
    while done < target:
        days = rng.integers(0, span, ROWS_A_FILE)
        lengths = np.clip(rng.lognormal(2.9, 0.55, ROWS_A_FILE).astype(int), 3, 200)
        about_air = rng.random(ROWS_A_FILE) < air_share * (0.5 + 0.5 * days / span)
        picks = rng.integers(0, POOL, lengths.sum())
        texts, at = [], 0
        for length, has_air in zip(lengths, about_air, strict=True):
            sentences = [plain[i] for i in picks[at : at + length]]
            at += length
            if has_air:
                for where in rng.integers(0, length, 1 + int(rng.poisson(1.5))):
                    sentences[where] = air[rng.integers(len(air))]
            texts.append("".join(sentences))
            done += len(texts[-1].encode())
            if done >= target:
                break
        n = len(texts)
        outlets = [OUTLETS[i] for i in rng.integers(0, len(OUTLETS), n)]
        table = pa.table({
            "id": [f"g{rows + i:08d}" for i in range(n)],
            "date": [str(d) for d in FIRST + days[:n]],
            "outlet": outlets,
            "text": texts,
        })  # fmt: skip
        pq.write_table(
            table, folder / f"part-{part:04d}.parquet", compression="zstd", row_group_size=4_000
        )
        rows, part = rows + n, part + 1
        print(f"\r{done / 1e6:.0f} MB", end="", file=sys.stderr)
    print(file=sys.stderr)
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mb", type=float, default=1000, help="megabytes of text (10^6 bytes)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=Path("build/benchmark/corpus"))
    options = parser.parse_args()
    print(f"{make(options.out, options.mb, options.seed)} reports in {options.out}")
