"""The five seed articles, from the text (where the reader has it) to the event row."""

import hashlib

import pandas as pd
import pytest

from analysis import fig_seed_cases, paths, seed_cases, tables
from analysis.dates import parse_window
from analysis.errors import EmptySelectionError

START, END = pd.Timestamp("2007-01-01"), pd.Timestamp("2021-08-15")
QALA_I_NAW = "AFTO-2021-0191"


def whole():
    return [tables.load(name) for name in ("events", "claims", "sources")]


@pytest.fixture(scope="module")
def selected():
    return seed_cases.select(*whole(), START, END)


@pytest.fixture(scope="module")
def cases(selected):
    return selected[0]


@pytest.fixture(scope="module")
def statements(selected):
    return selected[1]


@pytest.fixture(scope="module")
def texts(cases):
    folder = paths.seed_texts()
    missing = [f for f in cases["text_file"] if not (folder / f).exists()]
    if missing:
        pytest.skip(
            f"{len(missing)} of {len(cases)} seed texts are not in SEED_TEXTS or ../shared/seeds"
        )
    return {c.source_id: (folder / c.text_file).read_bytes() for c in cases.itertuples()}


def test_each_text_has_the_hash_that_the_sources_table_gives(texts, cases):
    for case in cases.itertuples():
        assert hashlib.sha256(texts[case.source_id]).hexdigest() == case.sha256, case.text_file


def test_each_text_has_the_length_that_positions_are_divided_by(texts):
    lengths = tables.load("seed_texts").set_index("source_id")["characters"]
    assert set(lengths.index) == set(texts)
    for source, content in texts.items():
        assert len(content.decode("utf-8")) == lengths[source]


def test_each_air_mention_stands_at_its_offsets(texts):
    for mention in tables.load("air_mentions").itertuples():
        text = texts[mention.source_id].decode("utf-8")
        assert text[mention.start : mention.end] == mention.term, mention.mention_id


def test_all_five_articles_are_cases(cases, statements):
    assert list(sorted(cases["seed"])) == ["000", "001", "002", "003", "004"]
    assert set(statements["seed"]) == set(cases["seed"])


def test_the_two_articles_on_qala_i_naw_tell_one_event(cases, statements):
    told = statements[statements["seed"].isin(["002", "004"])]
    assert set(told["event_id"]) == {QALA_I_NAW}
    assert seed_cases.shared_events(statements) == [QALA_I_NAW]
    order = list(cases["seed"])
    assert order.index("002") == order.index("004") + 1


def test_qala_i_naw_has_two_as_of_states_and_the_later_does_not_refute_the_earlier(statements):
    states = seed_cases.states(statements, QALA_I_NAW)
    last_days = {day[-10:] for day in states["as_of"]}
    assert last_days == {"2021-07-07", "2021-07-08"}
    entered = states[states["value"] == "partial_entry"]
    later = states[(states["value"] == "contested") & (states["as_of"] == "2021-07-08")]
    assert len(entered) and len(later)
    assert entered["used"].all() and later["used"].all()


def test_the_ministry_claim_is_kept_and_unused(statements):
    ministry = statements[
        (statements["event_id"] == QALA_I_NAW)
        & statements["claimant"].str.contains("interior ministry")
        & (statements["value"] == "repelled")
    ]
    assert len(ministry) == 1
    assert ministry["rule"].iloc[0] == "O5"
    assert not ministry["used"].iloc[0]


def test_the_rewritten_copy_does_not_set_the_date_where_a_quotation_does(statements):
    own = statements[(statements["seed"] == "004") & (statements["field"] == "date_start")]
    by_rule = own.set_index("rule")
    assert not by_rule.loc["M1", "used"]
    assert by_rule.loc["D1", "used"]


def test_qala_i_naw_resolves_the_same_from_the_seeds_alone_but_less_surely():
    alone = seed_cases.resolved_from([QALA_I_NAW], ["S1388", "S1426"]).iloc[0]
    table = tables.load("events").set_index("event_id").loc[QALA_I_NAW]
    assert alone["outcome"] == table["outcome"] == "partial_entry"
    assert alone["date_start_earliest"] == "2021-07-07" == alone["date_start_latest"]
    assert alone["n_independent"] == "2"
    assert alone["conf_event"] > table["conf_event"]


def test_musa_qala_december_2007_is_no_taliban_offensive(statements):
    december = statements[
        (statements["seed"] == "000")
        & (statements["field"] == "date_start")
        & statements["value"].str.startswith("2007-12")
    ]
    assert len(december) == 1
    assert not december["in_scope"].iloc[0]
    event = tables.load("events").set_index("event_id").loc[december["event_id"].iloc[0]]
    assert event["initiator"] != "taliban"


def test_the_background_event_in_the_same_article_is_one(statements):
    february = statements[(statements["seed"] == "000") & statements["in_scope"]]
    assert february["event_name"].unique().tolist() == ["Musa Qala overrun, February 2007"]


def test_no_expectation_became_an_event(cases, statements):
    assert seed_cases.starts_after_publication(cases, statements).empty
    first = statements.index[statements["field"] == "date_start"][0]
    expected = statements.copy()
    expected.loc[first, "value"] = "2021-12-01"
    assert len(seed_cases.starts_after_publication(cases, expected)) == 1


def test_the_siege_of_kandahar_is_not_coded_as_its_capture(statements):
    siege = statements[
        (statements["seed"] == "001")
        & (statements["event_name"].str.contains("Kandahar"))
        & (statements["field"] == "outcome")
    ]
    assert siege["value"].tolist() == ["contested"]


def test_dates_from_weekdays_lie_within_the_week_before_the_article(cases, statements):
    dates = seed_cases.resolved_dates(cases, statements)
    weekdays = dates[dates["basis"] == "weekday_resolved"]
    assert len(weekdays), "a weekday on a page with a day resolves"
    assert (weekdays["weekday"] != "").all()
    assert weekdays["days_before"].dropna().between(0, 6).all()
    lashkar_gah = weekdays[weekdays["seed"] == "003"].iloc[0]
    assert (lashkar_gah["value"], lashkar_gah["weekday"]) == ("2020-10-09", "Friday")


def test_days_before_publication_stay_empty_where_only_the_month_is_known(cases, statements):
    dates = seed_cases.resolved_dates(cases, statements)
    assert dates[dates["published"].str.len() == 7]["days_before"].isna().all()
    assert dates[dates["published"].str.len() == 10]["days_before"].notna().all()


def test_resolving_from_all_sources_gives_the_committed_row(statements):
    ids = sorted(set(statements["event_id"]))
    every = tables.statements()["source_id"].unique()
    again = seed_cases.resolved_from(ids, every).set_index("event_id")
    committed = tables.load("events").set_index("event_id").loc[ids]
    for column in ("outcome", "air_reported", "conf_event", "conf_date", "resistance"):
        assert again.loc[ids, column].tolist() == committed[column].tolist(), column


def test_positions_lie_inside_the_text_in_the_order_of_the_offsets(cases):
    placed = seed_cases.positions(tables.load("air_mentions"), tables.load("seed_texts"), cases)
    assert len(placed) == len(tables.load("air_mentions"))
    assert placed["position"].between(0, 100).all()
    for _, own in placed.sort_values("start").groupby("source_id"):
        assert own["position"].is_monotonic_increasing


def test_windows_of_seed_statements_can_all_be_read(statements):
    for value in statements.loc[statements["field"] == "date_start", "value"]:
        assert parse_window(value).days >= 1


def test_a_selection_without_a_seed_article_says_what_to_widen():
    with pytest.raises(EmptySelectionError, match=r"Bamyan.*Widen"):
        seed_cases.select(*whole(), START, END, ["Bamyan"])


def test_a_selection_by_province_keeps_only_articles_on_it():
    cases, statements = seed_cases.select(*whole(), START, END, ["Badghis"])
    assert set(cases["seed"]) == {"002", "004"}
    assert set(statements["event_id"]) == {QALA_I_NAW}


def test_the_figure_draws_every_statement_once_and_hollow_where_unused(cases, statements):
    table = fig_seed_cases.data(
        cases, statements, tables.load("air_mentions"), tables.load("seed_texts")
    )
    drawing = fig_seed_cases.draw(table, cases)
    upper = drawing.fig.axes[0]
    marks = {line.get_gid(): line for line in upper.lines if line.get_gid()}
    used = statements.set_index("claim_id")["used"]
    assert {g for g in marks if g.startswith("C")} == set(used.index)
    for claim, flag in used.items():
        assert (marks[claim].get_markerfacecolor() != "white") == bool(flag), claim


def test_used_statements_are_split_into_fields_and_spellings(statements):
    words = seed_cases.settled(statements)
    used = statements["used"].astype(bool)
    assert words["n_field"] + words["n_spelling"] == used.sum()
    shallower = statements[used & (statements["rule"] == "O2")]
    assert words["n_shallower"] == len(shallower) > 0
    assert set(shallower["field"]) == {"outcome"}, "these do not settle the outcome"
    assert words["n_spelling"] == (statements["field"] == "place").sum() > 0


def test_events_told_by_the_seeds_alone_do_not_count_as_agreement(cases, statements):
    claims = tables.load("claims")
    views = seed_cases.compare(cases, statements)
    found = seed_cases.alone(views, claims, cases)
    assert found["n_only_seed"] + found["n_compared"] == statements["event_id"].nunique()
    only = set(statements["event_id"]) - set(
        claims.loc[~claims["source_id"].isin(cases["source_id"]), "event_id"]
    )
    assert found["n_only_seed"] == len(only) > 0
    mine = claims[claims["source_id"].isin(cases["source_id"])]
    nothing = seed_cases.alone(views, mine, cases)
    assert nothing["n_compared"] == nothing["same_outcome"] == 0


def test_the_heading_names_the_shared_event_and_stands_without_one():
    rows = pd.DataFrame({"seed": ["002", "004"]})
    words = seed_cases.shared_words({"E1": rows}, {"E1": "Qala-i-Naw assault, July 2021"})
    assert words["shared_title"] == (
        "One event is told by two articles: Qala-i-Naw assault, July 2021"
    )
    assert seed_cases.shared_words({}, {})["shared_title"].startswith("No event")
    assert seed_cases.shared_words({"E1": rows, "E2": rows}, {})["shared_title"].startswith("2 ")


def test_the_answer_is_three_sentences_with_and_without_other_sources():
    base = {"n_cases": 5, "n_statements": 69, "n_events": 8, "n_in_scope": 7, "n_field": 37,
            "n_spelling": 12, "n_unused": 20, "n_compared": 7, "same_outcome": 4,
            "same_window": 1}  # fmt: skip
    said = seed_cases.answer(base)
    assert said.count(". ") == 2 and len(said.split()) <= 90
    assert "37 statements enter a field by a rule" in said and "settle" not in said
    bare = seed_cases.answer(base | {"n_compared": 0, "n_cases": 1})
    assert "cannot be tested" in bare and "article makes" in bare


def test_no_shape_and_no_hue_means_a_speaker_above_and_a_mention_below(cases, statements):
    speakers = {(shape, colour) for shape, colour, _ in fig_seed_cases.MARKS.values()}
    assert not {shape for shape, _ in speakers} & {
        shape for shape, _ in fig_seed_cases.KIND.values()
    }
    table = fig_seed_cases.data(
        cases, statements, tables.load("air_mentions"), tables.load("seed_texts")
    )
    lower = fig_seed_cases.draw(table, cases).fig.axes[1]
    dots = [line for line in lower.lines if line.get_linestyle() == "None"]
    assert len(dots) == (table["panel"] == "mentions").sum()
    assert not {line.get_color() for line in dots} & {colour for _, colour in speakers}
    said = " ".join(text.get_text() for text in lower.texts)
    owned = table[(table["panel"] == "mentions") & (table["party"] == "us")]
    assert said.count("(US)") == len(owned) > 0
