"""Read what a researcher downloads (UCDP GED, ACLED, GTD) into the vocabulary of our events.

Each reader returns records and a `LossReport`: what the source says that our words cannot,
which rows were left out and why, and what its licence allows. Nothing is guessed: a province
with an unknown spelling stays empty and is listed, an initiator is never read from the
order of two actors.

Read `read_ged` first, then `overlap`.
"""

import csv
import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse, stats
from scipy.sparse.csgraph import maximum_bipartite_matching

from analysis import paths, schema
from analysis.dates import FIRST_DAY, LAST_DAY, Window, date_prec, months, parse_window
from analysis.errors import EmptySelectionError, SuiteError
from analysis.intervals import share_interval
from analysis.places import fold, province_keys

COLUMNS = (
    "record_id", "dataset", "date_earliest", "date_latest", "date_prec", "adm1", "adm2", "lat",
    "lon", "where_prec", "violence", "event_type", "actor_1", "actor_2", "taliban",
    "deaths_low", "deaths_best", "deaths_high", "gov_killed", "tb_killed", "civ_killed",
)  # fmt: skip
DATASETS = {"ucdp_ged": "UCDP GED", "acled": "ACLED", "gtd": "GTD"}
# Days by which a date is widened before two dates are compared (codebook, rule of joins).
PADDING = {1: 0, 2: 3, 3: 7, 4: 31, 5: 366}
GED_SOURCES_FROM = pd.Timestamp("2014-01-01")
GED_VIOLENCE = {1: "state_based", 2: "non_state", 3: "one_sided"}
GED_NEEDED = ("id", "date_start", "date_end", "side_a", "side_b")
ACLED_NEEDED = ("event_id_cnty", "event_date", "time_precision", "event_type", "sub_event_type",
                "actor1", "country", "admin1", "geo_precision", "fatalities")  # fmt: skip
GTD_NEEDED = ("eventid", "iyear", "imonth", "iday", "country_txt", "provstate", "gname", "nkill")
LICENCES = {
    "ucdp_ged": "CC BY 4.0: may be passed on with citation.",
    "acled": "ACLED terms: rows may not be passed on; nothing made of single rows is published.",
    "gtd": "START terms: rows may not be passed on; nothing made of single rows is published.",
}


class ConnectorError(SuiteError):
    """A downloaded file is not what its reader expects."""


@dataclass(frozen=True)
class LossReport:
    """What was lost between a downloaded file and our records.

    Attributes
    ----------
    dataset, form
        Which dataset, and in which form its columns came.
    rows_read, rows_mapped
        Rows of the file, and records made of them.
    left_out
        One row per row on Afghanistan not mapped: ``line``, ``record_id``, ``reason``,
        ``value``; rows on other countries are only counted, in a note.
    blanked
        One row per cell that was left empty in a mapped record, same columns.
    not_expressed
        One row per column or distinction without a place in our vocabulary: ``field``,
        ``rows`` that have it, ``why``.
    notes
        Breaks and limits of the source, computed from this file where they can be.
    licence, may_publish
        Terms, and whether rows may be written where others get them.
    """

    dataset: str
    form: str
    rows_read: int
    rows_mapped: int
    left_out: pd.DataFrame
    blanked: pd.DataFrame
    not_expressed: pd.DataFrame
    notes: tuple[str, ...]
    licence: str
    may_publish: bool

    def __str__(self) -> str:
        lines = [f"{DATASETS[self.dataset]} ({self.form}): {self.rows_mapped:,} of "
                 f"{self.rows_read:,} rows mapped."]  # fmt: skip
        for title, table in (("left out", self.left_out), ("left empty", self.blanked)):
            for reason, rows in table.groupby("reason", sort=True):
                values = sorted(set(rows["value"]) - {""})
                shown = f" ({', '.join(values[:5])}{', ...' if values[5:] else ''})"
                lines.append(f"  {title}: {len(rows):,} x {reason}{shown if values else ''}")
        for row in self.not_expressed.itertuples():
            lines.append(f"  not expressed: {row.field} ({row.rows:,} rows): {row.why}")
        return "\n".join([*lines, *(f"  note: {n}" for n in self.notes), f"  {self.licence}"])


# --- readers --------------------------------------------------------------------------


def read_ged(path: Path) -> tuple[pd.DataFrame, LossReport]:
    """Read a UCDP GED CSV, of any version, or an extract with fewer columns.

    Returns
    -------
    records : DataFrame
        Columns `COLUMNS`, one row per GED event in Afghanistan within the study period,
        sorted by ``record_id``. The date window is GED's own ``date_start`` to
        ``date_end``; ``date_prec`` and ``where_prec`` are its codes, which are ours.
    losses : LossReport

    Raises
    ------
    ConnectorError
        If the file is not a GED table; the message says what it is.

    Notes
    -----
    Counts fatal events only (Sundberg and Melander 2013). Government deaths include
    foreign troops, which GED folds into the Government of Afghanistan.
    """
    raw = _read_table(path, "ucdp_ged", GED_NEEDED, "country")
    keep = _Sorter("ucdp_ged", raw, "id")
    first, last = (pd.to_datetime(raw[c].str[:10], format="%Y-%m-%d", errors="coerce")
                   for c in ("date_start", "date_end"))  # fmt: skip
    keep.drop(first.isna() | last.isna(), "unreadable date", raw["date_start"])
    keep.drop(last < first, "ends before it starts", raw["date_start"] + "/" + raw["date_end"])
    keep.drop(_outside(first, last), "outside the study period", raw["date_start"].str[:10])
    given = _number(raw, "date_prec")
    spans = [date_prec(Window(a.date(), b.date())) if a <= b else None
             for a, b in zip(first, last, strict=True)]  # fmt: skip
    prec = given.where(given.isin(range(1, 6)), pd.array(spans, "Int64"))
    sides = raw[["side_a", "side_b"]]
    taliban = sides.isin(["Taleban", "Taliban"])
    government = raw["side_a"].str.startswith("Government of")
    deaths = {c: _number(raw, c) for c in ("deaths_a", "deaths_b", "deaths_civilians", "low",
                                           "best", "high")}  # fmt: skip
    by_taliban = deaths["deaths_a"].where(taliban["side_a"], deaths["deaths_b"])
    where = _number(raw, "where_prec")
    records = pd.DataFrame(
        {
            "record_id": _whole(raw["id"]),
            "date_earliest": first,
            "date_latest": last,
            "date_prec": prec,
            "adm1": keep.provinces("adm_1", where <= 4),
            "adm2": _named(raw, "adm_2", "District"),
            "lat": _number(raw, "latitude", "Float64"),
            "lon": _number(raw, "longitude", "Float64"),
            "where_prec": where,
            "violence": _number(raw, "type_of_violence").map(GED_VIOLENCE).astype("string"),
            "event_type": pd.Series(pd.NA, raw.index, "string"),
            "actor_1": raw["side_a"],
            "actor_2": raw["side_b"],
            "taliban": taliban.any(axis=1),
            "deaths_low": deaths["low"],
            "deaths_best": deaths["best"],
            "deaths_high": deaths["high"],
            "gov_killed": deaths["deaths_a"].where(government),
            "tb_killed": by_taliban.where(taliban.any(axis=1)),
            "civ_killed": deaths["deaths_civilians"],
        }
    )
    absent = [c for c in ("country", "adm_1", "where_prec", "date_prec", "type_of_violence", "best",
                          "deaths_civilians") if c not in raw]  # fmt: skip
    form = f"{raw.shape[1]} columns" + (f", without {', '.join(absent)}" if absent else "")
    lost = [
        ("deaths_unknown", _number(raw, "deaths_unknown") > 0, "deaths of no known side are in "
         "deaths_best only"),
        ("foreign troops", (deaths["deaths_a"] > 0) & government, "GED counts them as "
         "Government of Afghanistan; gov_killed cannot tell them apart"),
        ("event_clarity", _number(raw, "event_clarity") > 1, "summary of several events; kept as "
         "one record"),
        ("other armed groups", ~taliban.any(axis=1), "no Taliban side; kept with taliban = False"),
        ("initiator", pd.Series(True, raw.index), "side_a and side_b say who, not who attacked"),
    ]  # fmt: skip
    return keep.finish(records, form, lost, _ged_notes)


def read_acled(path: Path) -> tuple[pd.DataFrame, LossReport]:
    """Read an ACLED export (CSV, comma or semicolon).

    Returns
    -------
    records : DataFrame
        As `read_ged`. Precision of time 1, 2, 3 becomes ``date_prec`` 1, 3, 4 with a
        window of the day, seven days around it, or the calendar month; precision of
        place 1, 2, 3 becomes ``where_prec`` 2, 3, 4.
    losses : LossReport

    Raises
    ------
    ConnectorError
        If the file is not an ACLED export.
    """
    raw = _read_table(path, "acled", ACLED_NEEDED, "country")
    keep = _Sorter("acled", raw, "event_id_cnty")
    day = pd.to_datetime(raw["event_date"], format="%Y-%m-%d", errors="coerce")
    day = day.fillna(pd.to_datetime(raw["event_date"], format="%d %B %Y", errors="coerce"))
    keep.drop(day.isna(), "unreadable date", raw["event_date"])
    time = _number(raw, "time_precision")
    keep.drop(~time.isin([1, 2, 3]), "unknown time_precision", raw["time_precision"])
    week = pd.Timedelta(days=3)
    first = day.where(time == 1, (day - week).where(time == 2, day.dt.to_period("M").dt.start_time))
    month_end = day.dt.to_period("M").dt.end_time.dt.normalize()
    last = day.where(time == 1, (day + week).where(time == 2, month_end))
    keep.drop(_outside(first, last), "outside the study period", raw["event_date"])
    actor_2 = _named(raw, "actor2")
    taliban = raw["actor1"].str.contains("Taliban") | actor_2.fillna("").str.contains("Taliban")
    best = _number(raw, "fatalities")
    nobody = pd.Series(pd.NA, raw.index, "Int64")
    records = pd.DataFrame(
        {
            "record_id": raw["event_id_cnty"],
            "date_earliest": first,
            "date_latest": last,
            "date_prec": time.map({1: 1, 2: 3, 3: 4}).astype("Int64"),
            "adm1": keep.provinces("admin1"),
            "adm2": _named(raw, "admin2"),
            "lat": _number(raw, "latitude", "Float64"),
            "lon": _number(raw, "longitude", "Float64"),
            "where_prec": _number(raw, "geo_precision").map({1: 2, 2: 3, 3: 4}).astype("Int64"),
            "violence": pd.Series(pd.NA, raw.index, "string"),
            "event_type": raw["sub_event_type"],
            "actor_1": raw["actor1"],
            "actor_2": actor_2,
            "taliban": taliban,
            "deaths_low": nobody,
            "deaths_best": best,
            "deaths_high": nobody,
            "gov_killed": nobody,
            "tb_killed": nobody,
            "civ_killed": nobody,
        }
    )
    everywhere = pd.Series(True, raw.index)
    lost = [
        ("fatalities by side", best > 0, "ACLED gives one total; no range and no side"),
        ("geo_precision 1", _number(raw, "geo_precision") == 1, "is our 1 or 2; the wider is used"),
        ("initiator", everywhere, "the order of actors does not say who attacked"),
        ("event_type", everywhere, "sub_event_type is kept as it is, not turned into our classes"),
    ]
    return keep.finish(records, f"{raw.shape[1]} columns", lost, lambda _: [])


def read_gtd(path: Path) -> tuple[pd.DataFrame, LossReport]:
    """Read the Global Terrorism Database as CSV.

    Returns
    -------
    records : DataFrame
        As `read_ged`. A day or month of 0 widens the window to the month or the year;
        ``specificity`` 1 to 5 becomes ``where_prec`` 1, 3, 3, 4, 6.
    losses : LossReport

    Raises
    ------
    ConnectorError
        If the file is not the GTD table.
    """
    raw = _read_table(path, "gtd", GTD_NEEDED, "country_txt")
    keep = _Sorter("gtd", raw, "eventid")
    windows = [_gtd_window(*row) for row in zip(raw["iyear"], raw["imonth"], raw["iday"],
                                                strict=True)]  # fmt: skip
    written = raw["iyear"] + "-" + raw["imonth"] + "-" + raw["iday"]
    keep.drop(pd.Series([w is None for w in windows], raw.index), "unreadable date", written)
    first, last = (pd.to_datetime(pd.Series([w and w[i] for w in windows], raw.index))
                   for i in (0, 1))  # fmt: skip
    keep.drop(_outside(first, last), "outside the study period", written)
    killed, attackers = _number(raw, "nkill"), _number(raw, "nkillter")
    taliban = raw["gname"] == "Taliban"
    nobody = pd.Series(pd.NA, raw.index, "Int64")
    where = _number(raw, "specificity").map({1: 1, 2: 3, 3: 3, 4: 4, 5: 6}).astype("Int64")
    records = pd.DataFrame(
        {
            "record_id": raw["eventid"],
            "date_earliest": first,
            "date_latest": last,
            "date_prec": pd.array([date_prec(w) if w else None for w in windows], "Int64"),
            "adm1": keep.provinces("provstate", raw["provstate"] != "Unknown"),
            "adm2": pd.Series(pd.NA, raw.index, "string"),
            "lat": _number(raw, "latitude", "Float64"),
            "lon": _number(raw, "longitude", "Float64"),
            "where_prec": where,
            "violence": pd.Series(pd.NA, raw.index, "string"),
            "event_type": _named(raw, "attacktype1_txt"),
            "actor_1": raw["gname"],
            "actor_2": _named(raw, "targtype1_txt"),
            "taliban": taliban,
            "deaths_low": nobody,
            "deaths_best": killed,
            "deaths_high": nobody,
            "gov_killed": nobody,
            "tb_killed": attackers.where(taliban),
            "civ_killed": nobody,
        }
    )
    lost = [
        ("nkill", killed > 0, "victims of all sides together; only dead attackers stand apart"),
        ("city", _named(raw, "city").notna(), "a town is no district; adm2 stays empty"),
        ("doubtterr", _number(raw, "doubtterr") == 1, "may be insurgency; kept all the same"),
        ("nwound", _number(raw, "nwound") > 0, "injured of all sides together"),
    ]
    return keep.finish(records, f"{raw.shape[1]} columns", lost, lambda _: [
        "GTD codes attacks by groups outside the state; battles begun by the army are not in it."
    ])  # fmt: skip


READERS: Mapping[str, Callable[[Path], tuple[pd.DataFrame, LossReport]]] = {
    "ucdp_ged": read_ged, "acled": read_acled, "gtd": read_gtd,
}  # fmt: skip


def save(records: pd.DataFrame, losses: LossReport, path: Path) -> None:
    """Write records as CSV, but never where the project publishes what may not be.

    Raises
    ------
    ConnectorError
        If the licence forbids passing rows on and `path` lies in ``figures/``,
        ``seeds/``, ``docs/`` or ``notebooks/``.
    """
    target = Path(path).resolve()
    for folder in (paths.FIGURES, paths.SEEDS, paths.DOCS, paths.NOTEBOOKS):
        if target.is_relative_to(folder.resolve()) and not losses.may_publish:
            raise ConnectorError(
                f"{paths.shown(target)}: {DATASETS[losses.dataset]} rows may not be published. "
                f"{losses.licence} Write them under build/."
            )
    from analysis.tables import write_text

    write_text(target, records.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d"))


# --- what is made of records ----------------------------------------------------------


def _place_problem(ged: pd.DataFrame) -> pd.Series:
    """Why a record has no province-month; missing where it has one."""
    first, last = (ged[c].dt.to_period("M") for c in ("date_earliest", "date_latest"))
    reason = pd.Series(pd.NA, ged.index, "string")
    reason = reason.mask(first != last, "spans several months")
    reason = reason.mask(ged["date_prec"].fillna(5) > 4, "date known to the year only")
    return reason.mask(ged["adm1"].isna(), "no province")


def unplaced(ged: pd.DataFrame) -> pd.DataFrame:
    """Return records that `province_months` leaves out, with a column ``reason``."""
    return ged.assign(reason=_place_problem(ged)).dropna(subset="reason")


def province_months(ged: pd.DataFrame, index: pd.PeriodIndex | None = None) -> pd.DataFrame:
    """Events and deaths by province and month, zeros included.

    Parameters
    ----------
    ged
        Records of a complete file: a month without a record counts as zero.
    index
        Months wanted; by default from the first to the last record.

    Returns
    -------
    DataFrame
        ``month``, ``adm1`` (all 34), ``events``, ``deaths_low``, ``deaths_best``,
        ``deaths_high``; sorted.

    Notes
    -----
    An event that spans months is in none of them: single summary events of 1,000 deaths
    and more would stand as offensives. `unplaced` lists them.

    Raises
    ------
    EmptySelectionError
        If no record has a province and a month.
    """
    placed = ged[_place_problem(ged).isna()]
    if placed.empty:
        raise EmptySelectionError("no record has both a province and a month")
    month = placed["date_earliest"].dt.to_period("M")
    if index is None:
        index = months(placed["date_earliest"].min().date(), placed["date_latest"].max().date())
    names = sorted(schema.read_raw("provinces")["adm1"])
    grid = pd.MultiIndex.from_product([index, names], names=["month", "adm1"])
    groups = placed.groupby([month.rename("month"), "adm1"])
    columns = ["deaths_low", "deaths_best", "deaths_high"]
    table = groups[columns].sum()
    table.insert(0, "events", groups.size())
    return table.reindex(grid, fill_value=0).reset_index()


@dataclass(frozen=True)
class Overlap:
    """Two lists of one war, compared.

    Attributes
    ----------
    events, records, matched
        Length of our list, of the other, and pairs matched one to one.
    share, share_low, share_high
        Share of our events with a record, Wilson interval.
    total, total_low, total_high
        Two-list estimate of all such events (Chapman 1951), log-normal interval of the
        unseen part (Chao 1987).
    missing_low
        Lower end of what neither list holds. The lists share sources, and a loose join
        finds pairs that are none, which makes the estimate too small; records that are no
        offensives make it too large. So it is a rough number and no bound.
    pairs
        All pairs within the rule: ``event_id``, ``record_id``, ``adm1``, ``days`` between
        the unpadded windows, ``kept`` for those of the one-to-one match.
    """

    events: int
    records: int
    matched: int
    share: float
    share_low: float
    share_high: float
    total: float
    total_low: float
    total_high: float
    missing_low: float
    pairs: pd.DataFrame

    def __str__(self) -> str:
        return (
            f"{self.matched} of {self.events} events match one of {self.records} records "
            f"({self.share:.0%}, 95% interval {self.share_low:.0%} to {self.share_high:.0%}); "
            f"about {self.missing_low:,.0f} or more are on neither list (two-list estimate of all: "
            f"{self.total:,.0f}, {self.total_low:,.0f} to {self.total_high:,.0f})."
        )


def overlap(
    events: pd.DataFrame, ged: pd.DataFrame, min_deaths: int = 0, level: float = 0.95
) -> Overlap:
    """Match our events with records and estimate how many both lists lack.

    Parameters
    ----------
    events
        Rows of the events table; those in scope, with a province and a date, are used.
    ged
        Records of `read_ged`; those with a Taliban side and a province are used.
    min_deaths
        Records with fewer deaths (best) are left aside: most fatal incidents are no
        offensives, and the estimate needs two lists of the same kind of event.

    Returns
    -------
    Overlap

    Raises
    ------
    EmptySelectionError
        If one of the lists is empty.

    Notes
    -----
    Join rule of the codebook: same province, windows that overlap once each is widened
    on both sides by 0, 3, 7, 31 or 366 days for ``date_prec`` 1 to 5. Of many possible
    pairs the largest one-to-one set is counted (Hopcroft and Karp 1973).
    """
    ours = events[events["in_scope"].astype(bool) & events["adm1"].notna()]
    ours = ours[ours["date_start_earliest"].notna()].reset_index(drop=True)
    theirs = ged[ged["taliban"] & ged["adm1"].notna() & ged["date_prec"].notna()]
    if min_deaths:
        theirs = theirs[theirs["deaths_best"].fillna(0) >= min_deaths]
    theirs = theirs.reset_index(drop=True)
    if ours.empty or theirs.empty:
        raise EmptySelectionError(
            f"nothing to match: {len(ours)} events in scope, {len(theirs)} records of the Taliban "
            f"with at least {min_deaths} deaths"
        )
    ends = ours["date_end_latest"].fillna(ours["date_start_latest"])
    a = _padded(ours["date_start_earliest"], ends, ours["date_prec"])
    b = _padded(theirs["date_earliest"], theirs["date_latest"], theirs["date_prec"])
    rows, cols = [], []
    for province, group in ours.groupby("adm1"):
        i, j = group.index.to_numpy(), np.flatnonzero(theirs["adm1"] == province)
        meets = (a[i, 0][:, None] <= b[j, 1]) & (b[j, 0] <= a[i, 1][:, None])
        found = np.argwhere(meets)
        rows.extend(i[found[:, 0]])
        cols.extend(j[found[:, 1]])
    graph = sparse.csr_array((np.ones(len(rows)), (rows, cols)), (len(ours), len(theirs)))
    partner = maximum_bipartite_matching(sparse.csr_matrix(graph), perm_type="column")
    pairs = _pairs(ours, theirs, ends, rows, cols, partner)
    n1, n2, m = len(ours), len(theirs), int((partner >= 0).sum())
    total, low, high = chapman(n1, n2, m, level)
    share_low, share_high = share_interval(m, n1, level)
    return Overlap(n1, n2, m, m / n1, share_low, share_high, total, low, high,
                   max(0.0, low - (n1 + n2 - m)), pairs)  # fmt: skip


def chapman(first: int, second: int, both: int, level: float = 0.95) -> tuple[float, float, float]:
    """Two-list estimate of a population, with its interval.

    Parameters
    ----------
    first, second, both
        Length of each list, and the number on both.

    Returns
    -------
    total, low, high : float
        Chapman (1951) estimate; interval log-normal in the unseen part (Chao 1987), so
        that it never falls below the number seen.

    Raises
    ------
    ValueError
        If `both` exceeds a list.
    """
    if not 0 <= both <= min(first, second):
        raise ValueError(f"{both} on both lists of {first} and {second} cannot be")
    seen = first + second - both
    total = (first + 1) * (second + 1) / (both + 1) - 1
    unseen = total - seen
    variance = ((first + 1) * (second + 1) * (first - both) * (second - both)
                / ((both + 1) ** 2 * (both + 2)))  # fmt: skip
    if unseen <= 0:
        return float(seen), float(seen), float(seen)
    z = stats.norm.isf((1 - level) / 2)
    factor = math.exp(z * math.sqrt(math.log1p(variance / unseen**2)))
    return total, seen + unseen / factor, seen + unseen * factor


def _padded(first: pd.Series, last: pd.Series, prec: pd.Series) -> np.ndarray:
    """Windows in days since 1970, widened by precision, shape (n, 2)."""
    pad = prec.fillna(5).astype(int).map(PADDING).to_numpy()
    days = [s.to_numpy().astype("datetime64[D]").astype(np.int64) for s in (first, last)]
    return np.column_stack([days[0] - pad, days[1] + pad])


def _pairs(
    ours: pd.DataFrame, theirs: pd.DataFrame, ends: pd.Series, rows: Sequence[int],
    cols: Sequence[int], partner: np.ndarray,
) -> pd.DataFrame:  # fmt: skip
    left, right = ours.iloc[list(rows)], theirs.iloc[list(cols)]
    late = right["date_earliest"].to_numpy() - ends.iloc[list(rows)].to_numpy()
    early = left["date_start_earliest"].to_numpy() - right["date_latest"].to_numpy()
    gap = np.maximum(late, early).astype("timedelta64[D]").astype(int) if rows else []
    table = pd.DataFrame(
        {
            "event_id": left["event_id"].to_numpy(),
            "record_id": right["record_id"].to_numpy(),
            "adm1": left["adm1"].to_numpy(),
            "days": np.maximum(gap, 0),
            "kept": partner[list(rows)] == np.array(cols, dtype=int),
        }
    )
    return table.sort_values(["event_id", "days", "record_id"], ignore_index=True)


# --- parts of the readers -------------------------------------------------------------


class _Sorter:
    """Keep account of the rows of one file: which are left out, which cells stay empty."""

    def __init__(self, dataset: str, raw: pd.DataFrame, key: str):
        self.dataset, self.raw = dataset, raw
        self.ids = _whole(raw[key])
        self.reason = pd.Series(pd.NA, raw.index, "string")
        self.value = pd.Series("", raw.index, "string")
        self.blank: list[pd.DataFrame] = []
        self.drop(self.ids.isna() | (self.ids == ""), "no id", self.ids)
        self.drop(self.ids.duplicated(), "id seen before", self.ids)

    def drop(self, where: pd.Series, reason: str, value: pd.Series) -> None:
        """Leave rows out, unless they already are."""
        new = where.fillna(True).astype(bool) & self.reason.isna()
        self.reason = self.reason.mask(new, reason)
        self.value = self.value.mask(new, value.astype("string").fillna("").str[:60])

    def provinces(self, column: str, known: pd.Series | None = None) -> pd.Series:
        """Canonical provinces; empty, and listed, where the source's spelling is unknown."""
        if column not in self.raw:
            return pd.Series(pd.NA, self.raw.index, "string")
        keys = province_keys(schema.read_raw("provinces"))
        names = self.raw[column].where(known.fillna(False).astype(bool)) if known is not None \
            else self.raw[column]  # fmt: skip
        found = names.map(lambda n: keys.get(fold(n)), na_action="ignore").astype("string")
        odd = self.raw[column].ne("") & found.isna()
        if known is not None:
            wide = odd & ~known.fillna(False).astype(bool)
            self._note_blank(wide, "place wider than a province", self.raw[column])
            odd &= ~wide
        self._note_blank(odd, "no province of this spelling", self.raw[column])
        self._note_blank(self.raw[column].eq(""), "no province given", self.raw[column])
        return found

    def _note_blank(self, where: pd.Series, reason: str, value: pd.Series) -> None:
        lines = self.raw.index[where]
        self.blank.append(
            pd.DataFrame({"line": lines, "record_id": self.ids[where].to_numpy(),
                          "reason": reason, "value": value[where].to_numpy()})
        )  # fmt: skip

    def finish(
        self,
        records: pd.DataFrame,
        form: str,
        lost: Sequence[tuple[str, pd.Series, str]],
        notes: Callable[[pd.DataFrame], list[str]],
    ) -> tuple[pd.DataFrame, LossReport]:
        kept = self.reason.isna()
        records.insert(1, "dataset", self.dataset)
        out = pd.DataFrame({"line": self.raw.index[~kept], "record_id": self.ids[~kept].to_numpy(),
                            "reason": self.reason[~kept].to_numpy(),
                            "value": self.value[~kept].to_numpy()})  # fmt: skip
        blank = pd.concat(self.blank or [out.iloc[:0]])
        rows = [(field, int((where.fillna(False).astype(bool) & kept).sum()), why)
                for field, where, why in lost]  # fmt: skip
        table = records.loc[kept, list(COLUMNS)].sort_values("record_id", ignore_index=True)
        for column in ("adm1", "adm2", "violence", "event_type", "actor_1", "actor_2", "dataset",
                       "record_id"):  # fmt: skip
            table[column] = table[column].astype("string")
        elsewhere = self.raw.attrs["elsewhere"]
        span = [f"{elsewhere:,} rows on other countries were passed over."] if elsewhere else []
        if len(table):
            first, last = table["date_earliest"].min(), table["date_latest"].max()
            span += [f"records run from {first:%Y-%m-%d} to {last:%Y-%m-%d}."]
        report = LossReport(
            self.dataset, form, len(self.raw) + elsewhere, int(kept.sum()), out,
            blank[blank["line"].isin(self.raw.index[kept])].sort_values(
                ["line", "reason"], ignore_index=True),
            pd.DataFrame([r for r in rows if r[1]], columns=["field", "rows", "why"]),
            (*span, *notes(self.raw[kept])), LICENCES[self.dataset],
            self.dataset == "ucdp_ged",
        )  # fmt: skip
        return table, report


def _ged_notes(raw: pd.DataFrame) -> list[str]:
    notes = ["GED holds events with at least one death; a bloodless capture is not in it."]
    if "source_headline" in raw:
        early = pd.to_datetime(raw["date_start"].str[:10], errors="coerce") < GED_SOURCES_FROM
        filled = raw["source_headline"].ne("")
        notes.append(
            "source_office, source_date and source_headline start in January 2014: filled in "
            f"{int((filled & early).sum()):,} of {int(early.sum()):,} records before and in "
            f"{int((filled & ~early).sum()):,} of {int((~early).sum()):,} from then on; headlines "
            "before and after cannot be compared."
        )
    return notes


def _read_table(path: Path, dataset: str, needed: Sequence[str], country: str) -> pd.DataFrame:
    """Return the rows on Afghanistan as text, file line as index, or raise one clear error.

    ``attrs["elsewhere"]`` counts the other rows: a world file is mostly those.
    """
    path, name = Path(path), DATASETS[dataset]
    shown = paths.shown(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConnectorError(f"{shown}: cannot be read ({error.strerror}).") from error
    start = content[:400].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if not start:
        raise ConnectorError(f"{shown}: the file is empty. Download the {name} CSV again.")
    if start.startswith((b"<", b"{")):
        raise ConnectorError(
            f"{shown}: a web page or an error message, not a CSV (it begins with "
            f"{start[:30].decode('latin-1')!r}). Log in and download the {name} CSV again."
        )
    if start.startswith((b"pk\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise ConnectorError(f"{shown}: a zip or Excel file. Unpack it, or save it as CSV.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # GTD is published in this encoding; every byte has a meaning in it.
        text = content.decode("latin-1")
    header_line = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header_line.count)
    header = [c.strip() for c in next(csv.reader([header_line], delimiter=delimiter))]
    missing = [c for c in needed if c not in header]
    if missing:
        other = [DATASETS[d] for d, needs in (("ucdp_ged", GED_NEEDED), ("acled", ACLED_NEEDED),
                                              ("gtd", GTD_NEEDED))
                 if d != dataset and set(needs) <= set(header)]  # fmt: skip
        hint = f" It looks like {other[0]}: use its reader." if other else (
            f" Columns found: {', '.join(header[:8])}{', ...' if header[8:] else ''}."
        )  # fmt: skip
        raise ConnectorError(
            f"{shown}:1: not a {name} table: no column {', '.join(missing)}.{hint}"
        )
    return _rows(text, delimiter, header, shown, country)


def _rows(text: str, delimiter: str, header: list[str], shown: str, country: str) -> pd.DataFrame:
    csv.field_size_limit(1 << 27)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    where = header.index(country) if country in header else None
    next(reader)
    rows, lines, line, elsewhere = [], [], reader.line_num + 1, 0
    for row in reader:
        if row and len(row) != len(header):
            raise ConnectorError(
                f"{shown}:{line}: {len(row)} cells where the header has {len(header)}. The "
                "download was cut off or edited; download it again."
            )
        if row and where is not None and row[where] != "Afghanistan":
            elsewhere += 1
        elif row:
            rows.append(row)
            lines.append(line)
        line = reader.line_num + 1
    table = pd.DataFrame(
        rows, columns=header, index=pd.Index(lines, name="line", dtype="int64"), dtype="string"
    )
    table.attrs["elsewhere"] = elsewhere
    return table


def _number(raw: pd.DataFrame, column: str, kind: str = "Int64") -> pd.Series:
    """Return a column as numbers; missing where absent, empty or no number."""
    if column not in raw:
        return pd.Series(pd.NA, raw.index, kind)
    values = pd.to_numeric(raw[column], errors="coerce").astype("Float64")
    if kind == "Float64":
        return values
    return values.where(values.mod(1).eq(0)).astype("Int64")


def _whole(ids: pd.Series) -> pd.Series:
    """Ids as text; spreadsheets turn 126283 into 126283.0."""
    return ids.str.strip().str.replace(r"^(\d+)\.0$", r"\1", regex=True)


def _named(raw: pd.DataFrame, column: str, suffix: str = "") -> pd.Series:
    """Return a column of names, empty as missing, without the generic word at the end."""
    if column not in raw:
        return pd.Series(pd.NA, raw.index, "string")
    names = raw[column].str.strip()
    if suffix:
        names = names.str.replace(rf"\s+{suffix}$", "", regex=True, case=False)
    return names.where(names.ne(""))


def _outside(first: pd.Series, last: pd.Series) -> pd.Series:
    return (last < pd.Timestamp(FIRST_DAY)) | (first > pd.Timestamp(LAST_DAY))


def _gtd_window(year: str, month: str, day: str) -> Window | None:
    """Window of GTD's three columns, where 0 means unknown."""
    try:
        y, m, d = (int(float(part)) for part in (year, month, day))
        if m == 0:
            return Window(date(y, 1, 1), date(y, 12, 31))
        if d == 0:
            after = date(y + m // 12, m % 12 + 1, 1)
            return Window(date(y, m, 1), after - timedelta(days=1))
        return parse_window(date(y, m, d).isoformat())
    except ValueError:
        return None
