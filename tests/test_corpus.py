"""Tests of the corpus command: nothing lost, nothing twice, the same bytes always."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import distributed
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import corpus, intake
from analysis.intake import CorpusError, Options
from analysis.matcher import CARRIED_OUT, Matcher
from analysis.mentions import corpus_shares

OUTPUTS = ("mentions.parquet", "monthly.csv", "rejected.csv", "run.json")
SENTENCES = (
    "US airstrikes killed nine fighters near the bridge. ",
    "The council met, and the price of flour rose again. ",
    "There were no airstrikes on Tuesday, the governor said. ",
    "A roadside bomb wounded two drivers — no one claimed it. ",
    "Afghan helicopters landed soldiers in the “old” town. ",
    "The army asked for air support, but none came. ",
)


def reports(n, start=0, every=3):
    """Rows of (id, date, outlet, text), one in `every` about aircraft; no two texts alike."""
    rows = []
    for i in range(start, start + n):
        text = f"Report {i} of the day. " + "".join(
            SENTENCES[(i * k + k) % 6 if i % every == 0 else 1] for k in range(1, 6)
        )
        rows.append(
            (f"r{i}", f"20{7 + i % 14:02d}-{1 + i % 12:02d}-{1 + i % 28:02d}", "Wire", text)
        )
    return rows


def write_csv(path, rows, header=("id", "date", "outlet", "text"), encoding="utf-8", **form):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as file:
        table = csv.writer(file, **form)
        table.writerow(header)
        table.writerows(rows)
    return path


def write_parquet(path, rows, row_group_size=50):
    path.parent.mkdir(parents=True, exist_ok=True)
    names = ["id", "date", "outlet", "text"]
    table = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    pq.write_table(table, path, row_group_size=row_group_size)
    return path


def measure(path, out, **options):
    workers = options.pop("workers", 1)
    more = {k: options.pop(k) for k in ("scheduler", "lexicon", "form") if k in options}
    return corpus.measure(path, out, Options(**options), workers=workers, progress=False, **more)


def rejected(out):
    return pd.read_csv(out / "rejected.csv", keep_default_na=False)


def content(out, names=OUTPUTS):
    return {name: (out / name).read_bytes() for name in names}


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(intake, "CHUNK_BYTES", 20_000)
    monkeypatch.setattr(intake, "CHUNK_FILES", 20)


def test_mention_rows_are_what_the_matcher_finds_in_each_text(tmp_path):
    rows = reports(90)
    record = measure(write_csv(tmp_path / "c.csv", rows), tmp_path / "out")
    matcher = Matcher.from_table(pd.read_csv(io.StringIO(corpus.lexicon_text()), dtype=str,
                                             keep_default_na=False))  # fmt: skip
    expected = [
        (id_, day, m.start, m.end, m.term, m.kind, m.actor, m.background, m.by_name)
        for id_, day, _, text in rows
        for m in matcher.find(text)
    ]
    table = pq.read_table(tmp_path / "out" / "mentions.parquet").to_pylist()
    keys = ("id", "date", "start", "end", "term", "kind", "actor", "background", "by_name")
    assert [tuple(row[k] for k in keys) for row in table] == expected
    texts = {r[0]: r[3] for r in rows}
    assert all(texts[r["id"]][r["start"] : r["end"]] == r["term"] for r in table)
    assert record["counts"]["mentions"] == len(expected) > 20


def test_monthly_counts_add_up_to_the_mention_rows(tmp_path):
    measure(write_csv(tmp_path / "c.csv", reports(300)), tmp_path / "out")
    monthly = pd.read_csv(tmp_path / "out" / "monthly.csv")
    rows = pq.read_table(tmp_path / "out" / "mentions.parquet").to_pandas()
    seen = monthly.drop_duplicates("month")
    assert seen["documents"].sum() == 300
    cells = monthly[(monthly["actor"] != "any") & (monthly["kind"] != "any")]
    expected = rows.groupby([rows["date"].str[:7], "actor", "kind"]).agg(
        mentions=("id", "size"), with_mention=("id", "nunique")
    )
    found = cells[cells["mentions"] > 0].set_index(["month", "actor", "kind"])
    expected.index.names = found.index.names
    pd.testing.assert_frame_equal(
        found[["mentions", "with_mention"]].sort_index(), expected.sort_index(), check_dtype=False
    )
    strikes = rows[(rows["kind"] == CARRIED_OUT) & rows["by_name"] & ~rows["background"]]
    expected = strikes.groupby(strikes["date"].str[:7]).agg(n=("id", "nunique"), m=("id", "size"))
    total = monthly[(monthly["actor"] == "any") & (monthly["kind"] == "any")].set_index("month")
    assert total["with_strike"].sum() == expected["n"].sum() > 0
    assert total.loc[expected.index, "with_strike"].tolist() == expected["n"].tolist()
    assert total.loc[expected.index, "strike_mentions"].tolist() == expected["m"].tolist()
    shares = corpus_shares(total.reset_index(), by="year")
    assert shares["reports"].sum() == 300 and shares["mentions"].sum() == expected["n"].sum()
    assert len(monthly) == monthly["month"].nunique() * 5 * 6


def test_the_same_reports_give_the_same_counts_from_every_format(tmp_path):
    rows = reports(120)
    write_csv(tmp_path / "a" / "c.csv", rows)
    write_csv(tmp_path / "b" / "c.tsv", rows, delimiter="\t")
    write_csv(tmp_path / "c" / "c.csv", rows, delimiter=";")
    write_parquet(tmp_path / "d" / "one.parquet", rows[:50])
    write_parquet(tmp_path / "d" / "two.parquet", rows[50:])
    for id_, day, _, text in rows:
        (tmp_path / "e").mkdir(exist_ok=True)
        (tmp_path / "e" / f"{day}_{id_}.txt").write_text(text, encoding="utf-8")
    for folder in "abcde":
        form = {"delimiter": ";"} if folder == "c" else {}
        measure(tmp_path / folder, tmp_path / f"out_{folder}", **form)
    monthly = [(tmp_path / f"out_{f}" / "monthly.csv").read_bytes() for f in "abcde"]
    assert len(set(monthly)) == 1 and monthly[0].count(b"\n") > 100


@pytest.mark.parametrize("kind", ["csv", "parquet", "txt"])
def test_the_number_of_workers_changes_no_byte(tmp_path, small_chunks, kind):
    rows = reports(400)
    if kind == "txt":
        folder = tmp_path / "c"
        folder.mkdir()
        for id_, day, _, text in rows[:150]:
            (folder / f"{day}-{id_}.txt").write_text(text, encoding="utf-8")
        (folder / "2012-01-01-bad.txt").write_bytes(b"caf\xe9")
    elif kind == "csv":
        folder = write_csv(tmp_path / "c.csv", [*rows, ("x", "someday", "W", "t"), *rows])
    else:
        folder = write_parquet(tmp_path / "c.parquet", rows)
    assert len(intake.make_plan(folder, Options()).chunks) > 4
    measure(folder, tmp_path / "one", workers=1)
    measure(folder, tmp_path / "three", workers=3)
    assert content(tmp_path / "one") == content(tmp_path / "three")


def test_a_worker_hands_back_the_bytes_that_are_kept(tmp_path, small_chunks, monkeypatch):
    path, out = write_parquet(tmp_path / "c.parquet", reports(400)), tmp_path / "out"
    monkeypatch.setattr(corpus, "_join", lambda *_: {})
    measure(path, out, workers=2)
    plan = intake.make_plan(path, Options())
    assert len(plan.chunks) > 4
    for number, chunk in enumerate(plan.chunks):
        part = corpus.measure_chunk(tmp_path, chunk, Options(), corpus.lexicon_text())
        (kept,) = out.glob(f".work/*/{number:07d}.parquet")
        assert kept.read_bytes() == part.rows
        assert kept.with_suffix(".json").read_text(encoding="utf-8") == part.manifest
        assert len(pq.read_table(kept)) == json.loads(part.manifest)["rows"] > 0


def test_the_parent_of_several_workers_compiles_and_measures_nothing_itself(
    tmp_path, small_chunks, monkeypatch
):
    path = write_parquet(tmp_path / "c.parquet", reports(400))
    measure(path, tmp_path / "alone")
    corpus._matcher.cache_clear()

    def refuse(*_):
        raise AssertionError("the parent did a worker's work")

    for module, name in ((corpus.scanner, "Sieve"), (corpus, "_measure_batch"), (corpus, "_pack")):
        monkeypatch.setattr(module, name, refuse)
    measure(path, tmp_path / "two", workers=2)
    assert content(tmp_path / "alone") == content(tmp_path / "two")


def test_a_dask_cluster_gives_the_same_bytes_as_this_machine(tmp_path, small_chunks):
    path = write_csv(tmp_path / "c.csv", reports(300))
    measure(path, tmp_path / "here")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        assert cluster.scheduler_address.startswith("tcp://")
        measure(path, tmp_path / "dask", scheduler=cluster.scheduler_address)
    assert content(tmp_path / "here") == content(tmp_path / "dask")


def test_a_scheduler_that_is_not_there_is_one_clear_message(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError("timed out")

    monkeypatch.setattr(distributed, "Client", refuse)
    path = write_csv(tmp_path / "c.csv", reports(9))
    with pytest.raises(CorpusError, match=r"tcp://127\.0\.0\.1:1: no Dask scheduler answers"):
        measure(path, tmp_path / "out", scheduler="tcp://127.0.0.1:1")


# --- stopped and resumed --------------------------------------------------------------

DRIVER = """
import sys
from pathlib import Path
from analysis import corpus, intake
intake.CHUNK_BYTES = 20_000
corpus.measure(Path(sys.argv[1]), Path(sys.argv[2]), workers=int(sys.argv[3]), progress=False)
"""


@pytest.mark.parametrize("workers", [1, 2])
def test_a_killed_run_goes_on_without_loss_or_repetition(
    tmp_path, small_chunks, monkeypatch, workers
):
    path = write_csv(tmp_path / "c.csv", reports(12_000, every=20))
    out = tmp_path / "out"
    child = subprocess.Popen([sys.executable, "-c", DRIVER, str(path), str(out), str(workers)])
    deadline = time.monotonic() + 60
    while len(list(out.glob(".work/*/*.json"))) < 5:
        assert time.monotonic() < deadline and child.poll() is None, "no chunk was ever kept"
        time.sleep(0.002)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert not (out / "run.json").exists(), "the run ended before it could be killed"
    kept = len(list(out.glob(".work/*/*.json")))
    total = len(intake.make_plan(path, Options()).chunks)
    assert 5 <= kept < total
    again = []
    true = corpus.measure_chunk
    monkeypatch.setattr(corpus, "measure_chunk", lambda *a: again.append(a[1]) or true(*a))
    measure(path, out)
    assert len(again) == total - kept
    monkeypatch.setattr(corpus, "measure_chunk", true)
    measure(path, tmp_path / "fresh")
    assert content(out) == content(tmp_path / "fresh")
    assert sorted(p.name for p in out.iterdir()) == sorted(OUTPUTS)


def test_a_chunk_whose_rows_are_damaged_is_measured_again(tmp_path, small_chunks, monkeypatch):
    path, out = write_csv(tmp_path / "c.csv", reports(500)), tmp_path / "out"

    def stop(*_):
        raise KeyboardInterrupt

    join = corpus._join
    monkeypatch.setattr(corpus, "_join", stop)
    with pytest.raises(KeyboardInterrupt):
        measure(path, out)
    monkeypatch.setattr(corpus, "_join", join)
    parts = sorted(out.glob(".work/*/*.parquet"))
    parts[1].write_bytes(parts[1].read_bytes()[:-9])
    parts[2].with_suffix(".json").write_text("{", encoding="utf-8")
    again = []
    true = corpus.measure_chunk
    monkeypatch.setattr(corpus, "measure_chunk", lambda *a: again.append(a[1]) or true(*a))
    measure(path, out)
    measure(path, tmp_path / "fresh")
    assert len(again) == 2 + len(parts)  # two mended, then all of the fresh run
    assert content(out) == content(tmp_path / "fresh")


def test_a_finished_run_is_not_repeated_unless_something_changed(tmp_path, monkeypatch):
    path, out = write_csv(tmp_path / "c.csv", reports(50)), tmp_path / "out"
    first = measure(path, out)
    before = content(out)
    calls = []
    true = corpus.measure_chunk
    monkeypatch.setattr(corpus, "measure_chunk", lambda *a: calls.append(1) or true(*a))
    assert measure(path, out) == first and not calls
    (out / "monthly.csv").write_text("lost", encoding="utf-8")
    measure(path, out)
    assert len(calls) == 1 and content(out) == before
    write_csv(path, reports(51))
    assert measure(path, out)["counts"]["reports"] == 51


def test_another_lexicon_is_another_run(tmp_path):
    path, out = write_csv(tmp_path / "c.csv", reports(60)), tmp_path / "out"
    first = measure(path, out)
    lines = corpus.lexicon_text().splitlines(keepends=True)
    other = tmp_path / "lexicon.csv"
    other.write_text("".join(row for row in lines if "air~strike" not in row), encoding="utf-8")
    second = measure(path, out, lexicon=other)
    assert second["lexicon_sha256"] != first["lexicon_sha256"]
    assert second["counts"]["mentions"] < first["counts"]["mentions"]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_lexicon_that_is_too_wide_to_search_for_is_one_clear_message(
    tmp_path, small_chunks, workers
):
    path, out = write_csv(tmp_path / "c.csv", reports(200)), tmp_path / "out"
    table = pd.read_csv(io.StringIO(corpus.lexicon_text()), dtype=str, keep_default_na=False)
    table.loc[table["gap"] != "", "gap"] = "100000"
    table.to_csv(tmp_path / "lexicon.csv", index=False)
    with pytest.raises(CorpusError, match=r"cannot be compiled.*gap.* is 100000 words; write 12"):
        measure(path, out, lexicon=tmp_path / "lexicon.csv", workers=workers)
    assert not [p.name for p in out.iterdir() if p.name in OUTPUTS]


# --- files that are wrong -------------------------------------------------------------


def test_a_cut_off_parquet_file_is_set_aside_and_the_others_are_read(tmp_path):
    whole = write_parquet(tmp_path / "c" / "a.parquet", reports(100))
    (tmp_path / "c" / "b.parquet").write_bytes(whole.read_bytes()[:-500])
    record = measure(tmp_path / "c", tmp_path / "out")
    assert record["counts"]["reports"] == 100
    (row,) = rejected(tmp_path / "out").to_dict("records")
    assert row["file"] == "b.parquet" and "cut off" in row["reason"]
    (tmp_path / "c" / "a.parquet").unlink()
    with pytest.raises(CorpusError, match=r"(?s)no file in it could be read.*b\.parquet: not read"):
        measure(tmp_path / "c", tmp_path / "out2")


def test_a_parquet_file_damaged_inside_loses_only_the_rows_it_cannot_give(tmp_path, small_chunks):
    rows = reports(400)
    path = write_parquet(tmp_path / "a.parquet", rows, row_group_size=100)
    meta = pq.ParquetFile(path).metadata.row_group(2).column(3)
    content_ = bytearray(path.read_bytes())
    at = meta.dictionary_page_offset or meta.data_page_offset
    content_[at : at + meta.total_compressed_size] = b"\xff" * meta.total_compressed_size
    path.write_bytes(content_)
    record = measure(path, tmp_path / "out")
    table = rejected(tmp_path / "out")
    assert table["reason"].str.contains("cannot be read: the file is damaged").all() and len(table)
    lost = 0
    for reason in table["reason"]:
        first, last = int(reason.split()[1]), int(reason.split()[3])
        assert first <= 300 and last >= 201
        lost += last - first + 1
    assert record["counts"]["reports"] + lost == 400 and lost < 400


def test_rows_of_a_latin_1_file_are_set_aside_by_line_and_read_with_the_option(tmp_path):
    texts = ["US airstrikes hit the town.", "Le café\nbrûlé.", "plain", "façade"]
    rows = [(f"r{i}", "2012-05-01", "W", text) for i, text in enumerate(texts)]
    path = write_csv(tmp_path / "c.csv", rows, encoding="latin-1")
    record = measure(path, tmp_path / "out")
    table = rejected(tmp_path / "out")
    assert record["counts"]["reports"] == 2
    assert table["line"].tolist() == [3, 6]
    assert table["reason"].str.contains("byte 0xe9 is not utf-8").tolist() == [True, False]
    assert table["reason"].str.contains("ENCODING=latin-1").all()
    good = measure(path, tmp_path / "good", encoding="latin-1")
    assert good["counts"]["reports"] == 4 and len(rejected(tmp_path / "good")) == 0


@pytest.mark.parametrize("other", [False, True])
def test_an_empty_folder_is_one_clear_message(tmp_path, other):
    (tmp_path / "c").mkdir()
    if other:
        (tmp_path / "c" / "notes.docx").write_bytes(b"x")
    with pytest.raises(CorpusError, match=r"1 other files" if other else "the folder is empty"):
        measure(tmp_path / "c", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_missing_column_names_the_nearest_and_what_to_write(tmp_path):
    path = write_csv(tmp_path / "c.csv", reports(3), header=("id", "date", "outlet", "texts"))
    with pytest.raises(
        CorpusError, match=r"c\.csv: no column 'text'\. Did you mean 'texts'\?.*TEXT="
    ):
        measure(path, tmp_path / "out")
    table = write_parquet(tmp_path / "c.parquet", reports(3))
    with pytest.raises(CorpusError, match=r"c\.parquet: no column 'when'"):
        measure(table, tmp_path / "out", date="when")
    with pytest.raises(CorpusError, match="no column 'paper'"):
        measure(table, tmp_path / "out", outlet="paper")


def test_id_and_outlet_may_be_absent_and_dates_may_be_declared_absent(tmp_path):
    path = write_csv(tmp_path / "c.csv", [("US airstrikes hit.",), ("No news.",)], header=("text",))
    record = measure(path, tmp_path / "out", date="")
    assert record["counts"]["reports_undated"] == 2
    monthly = pd.read_csv(tmp_path / "out" / "monthly.csv")
    assert set(monthly["month"]) == {"undated"}


@pytest.mark.parametrize(
    ("day", "form", "month"),
    [
        ("2019-09-01", "", "2019-09"), ("2019-09", "", "2019-09"), ("2019-02-30", "", None),
        ("2019-09-01T10:00:00Z", "", "2019-09"), ("1/9/2019", "", None), ("", "", None),
        ("1/9/2019", "%d/%m/%Y", "2019-09"), ("31/9/2019", "%d/%m/%Y", None), ("2019", "", None),
    ],
)  # fmt: skip
def test_a_date_is_read_or_its_row_is_set_aside(tmp_path, day, form, month):
    path = write_csv(tmp_path / "c.csv", [("a", day, "W", "news"), ("b", "", "W", "news")])
    record = measure(path, tmp_path / "out", date_format=form)
    monthly = pd.read_csv(tmp_path / "out" / "monthly.csv")
    assert set(monthly["month"]) == ({month} if month else set())
    assert record["counts"]["rejected"] == (1 if month else 2)
    assert rejected(tmp_path / "out")["line"].tolist() == ([3] if month else [2, 3])


def test_parquet_dates_may_be_days_or_timestamps(tmp_path):
    for number, kind in enumerate([pa.date32(), pa.timestamp("ns", "UTC"), pa.string()]):
        days = pd.to_datetime(["2015-03-04", "2015-04-30"], utc=number == 1)
        values = days.strftime("%Y-%m-%d").tolist() if kind == pa.string() else days
        column = pa.array(values, pa.timestamp("ns", "UTC") if number == 1 else None)
        column = column.cast(kind) if number != 2 else column
        table = pa.table({"text": ["US airstrikes hit.", None], "date": column})
        pq.write_table(table, tmp_path / "c.parquet")
        record = measure(tmp_path / "c.parquet", tmp_path / f"out{number}")
        assert record["counts"]["rejected_by_reason"] == {"no text": 1}
        assert "2015-03" in (tmp_path / f"out{number}" / "monthly.csv").read_text()


@pytest.mark.parametrize(
    ("start", "message"),
    [
        (b"<!DOCTYPE html><html>", "web page"), (b"\xff\xfei\x00d\x00", "UTF-16"),
        (b"PK\x03\x04zip", "packed"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused_by_what_it_is(tmp_path, start, message):
    (tmp_path / "c.csv").write_bytes(start)
    with pytest.raises(CorpusError, match=message):
        measure(tmp_path / "c.csv", tmp_path / "out")


def test_an_encoding_that_does_not_exist_is_refused_at_once(tmp_path):
    path = write_csv(tmp_path / "c.csv", reports(2))
    for name in ("utf-16", "latin-99"):
        with pytest.raises(CorpusError, match="encoding="):
            measure(path, tmp_path / "out", encoding=name)


def test_ragged_rows_and_an_unclosed_quote_are_set_aside_by_line(tmp_path, monkeypatch):
    monkeypatch.setattr(intake, "LONGEST_TEXT", 2_000)
    lines = ["id,date,outlet,text", "a,2012-01-01,W,good", "b,2012-01-01,W,one,two",
             'c,2012-01-01,W,"never closed', *["filler line of some length"] * 120,
             "d,2012-01-02,W,good again"]  # fmt: skip
    (tmp_path / "c.csv").write_text("\n".join(lines), encoding="utf-8")
    record = measure(tmp_path / "c.csv", tmp_path / "out")
    table = rejected(tmp_path / "out")
    assert record["counts"]["reports"] == 2
    assert table["line"].tolist()[:2] == [3, 4]
    assert "5 cells where the header has 4" in table["reason"][0]
    assert table["reason"][1].startswith("lines 4 to ")
    last = int(table["reason"][1].split()[3].rstrip(":"))
    assert table["line"].tolist()[2:] == list(range(last + 1, 125)), "no line is unaccounted for"


def test_a_text_file_without_a_day_in_its_name_counts_as_undated(tmp_path):
    (tmp_path / "c").mkdir()
    for name in ("20190901_a.txt", "2019-09-b.txt", "report 12345678.txt", "2019-02-30.txt"):
        (tmp_path / "c" / name).write_text("US airstrikes hit the town.", encoding="utf-8")
    record = measure(tmp_path / "c", tmp_path / "out")
    monthly = pd.read_csv(tmp_path / "out" / "monthly.csv").drop_duplicates("month")
    assert dict(zip(monthly["month"], monthly["documents"], strict=True)) == {
        "2019-09": 2, "undated": 1,
    }  # fmt: skip
    assert record["counts"]["rejected"] == 1


cells = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=12)
rows_of_any_kind = st.lists(
    st.tuples(cells, st.sampled_from(["2011-03-04", "", "soon"]), cells,
              st.one_of(cells, st.sampled_from(SENTENCES))),
    min_size=1, max_size=12,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(rows_of_any_kind, st.sampled_from([30, 200, 8_000_000]))
def test_every_row_is_either_counted_or_set_aside(tmp_path_factory, rows, size):
    folder = tmp_path_factory.mktemp("any")
    path = write_csv(folder / "c.csv", rows, quoting=csv.QUOTE_ALL)
    old, intake.CHUNK_BYTES = intake.CHUNK_BYTES, size
    try:
        record = measure(path, folder / "out")
    finally:
        intake.CHUNK_BYTES = old
    good = [r for r in rows if r[1].startswith("2011") and r[3].strip()]
    assert record["counts"]["reports"] == len(good)
    assert record["counts"]["rejected"] == len(rows) - len(good)


def test_mention_rows_can_be_written_as_csv_with_the_same_content(tmp_path):
    path = write_csv(tmp_path / "c.csv", reports(40))
    measure(path, tmp_path / "a")
    measure(path, tmp_path / "b", form="csv")
    left = pq.read_table(tmp_path / "a" / "mentions.parquet").to_pandas()
    right = pd.read_csv(tmp_path / "b" / "mentions.csv", keep_default_na=False)
    right[["background", "by_name"]] = right[["background", "by_name"]].astype(bool)
    pd.testing.assert_frame_equal(left, right, check_dtype=False)
    with pytest.raises(CorpusError, match="'parquet' or 'csv'"):
        measure(path, tmp_path / "c", form="xlsx")


# --- the record and the command -------------------------------------------------------


def test_the_run_record_names_inputs_by_checksum_and_no_place_or_time(tmp_path):
    path = write_csv(tmp_path / "c" / "c.csv", reports(10))
    measure(tmp_path / "c", tmp_path / "out")
    os.utime(path, (1, 1))
    text = (tmp_path / "out" / "run.json").read_text(encoding="utf-8")
    record = json.loads(text)
    (entry,) = record["inputs"]
    assert entry["file"] == "c.csv" and entry["bytes"] == path.stat().st_size
    assert entry["sha256"] == corpus._sha(path)
    assert str(tmp_path) not in text
    (tmp_path / "moved").mkdir()
    path.rename(tmp_path / "moved" / "c.csv")
    (tmp_path / "c").rmdir()
    (tmp_path / "moved").rename(tmp_path / "c")
    measure(tmp_path / "c", tmp_path / "other")
    assert content(tmp_path / "other") == content(tmp_path / "out")


def test_the_command_prints_one_line_and_says_what_was_set_aside(tmp_path, capsys):
    path = write_csv(tmp_path / "c.csv", [*reports(10), ("x", "someday", "W", "news")])
    assert corpus.main([str(path), "--out", str(tmp_path / "out"), "--workers", "1"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("10 reports, ") and out.count("\n") == 1
    assert "set aside in rejected.csv: 1 unparsable date" in err
    assert corpus.main([str(tmp_path / "nowhere")]) == 1
    out, err = capsys.readouterr()
    assert not out and err.strip().endswith("there is no such file or folder.")


def test_a_system_that_hides_its_cores_gets_one_worker_a_core(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    assert corpus._cores() == 3
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    record = corpus.measure(write_csv(tmp_path / "c.csv", reports(5)), tmp_path / "out",
                            progress=False)  # fmt: skip
    assert record["counts"]["reports"] == 5


def test_the_command_takes_a_corpus_without_dates_and_columns_of_other_names(tmp_path, capsys):
    path = write_csv(tmp_path / "c.csv", [("US airstrikes hit.",)], header=("body",))
    out = tmp_path / "out"
    assert corpus.main([str(path), "--out", str(out), "--text", "body", "--date", ""]) == 0
    assert capsys.readouterr().out.startswith("1 reports, 1 with a strike")
    assert set(pd.read_csv(out / "monthly.csv")["month"]) == {"undated"}


PEAK = """
import sys
from pathlib import Path
from analysis import corpus, intake
intake.CHUNK_BYTES = 200_000
corpus.measure(Path(sys.argv[1]), Path(sys.argv[2]), workers=1, progress=False)
# Not getrusage: a child inherits the peak of the process it was forked from.
status = Path("/proc/self/status").read_text().splitlines()
print(next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory needs /proc")
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_memory_stays_flat_as_the_corpus_grows_tenfold(tmp_path, kind):
    peaks = {}
    for times in (1, 10):
        rows = reports(12_000 * times, every=100)
        if kind == "csv":
            path = write_csv(tmp_path / f"{times}.csv", rows)
        else:
            path = write_parquet(tmp_path / f"{times}.parquet", rows, row_group_size=10_000)
        out = tmp_path / f"out{times}"
        run = subprocess.run([sys.executable, "-c", PEAK, str(path), str(out)], check=True,
                             capture_output=True, text=True)  # fmt: skip
        peaks[times] = float(run.stdout)
    assert peaks[10] < peaks[1] + 24, f"peak memory in MB: {peaks}"


def test_the_vocabulary_is_that_of_the_curated_mentions():
    package = json.loads((corpus.paths.SEEDS / "datapackage.json").read_text(encoding="utf-8"))
    (table,) = [r for r in package["resources"] if r["name"] == "air_mentions"]
    allowed = {f["name"]: f.get("constraints", {}).get("enum") for f in table["schema"]["fields"]}
    assert set(corpus.KINDS) == set(allowed["kind"]) and set(corpus.ACTORS) == set(allowed["actor"])
    assert corpus.KINDS[0] == CARRIED_OUT
