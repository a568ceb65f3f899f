"""What the tables promise: counts, the five seed articles, nothing half-written."""

import hashlib

import pytest

from analysis import counts, schema, seeds
from analysis.errors import SeedError
from analysis.tables import load

YEARS = [str(y) for y in range(2007, 2022)]


@pytest.fixture(scope="module")
def inside():
    events = load("events")
    return events[events["in_scope"]]


def seed_events(prefix):
    """Events with a claim from the seed article whose file starts with `prefix`."""
    sources = load("sources")
    ids = sources[sources["text_file"].str.startswith(prefix, na=False)]["source_id"]
    claims = load("claims")
    wanted = claims[claims["source_id"].isin(ids)]["event_id"].unique()
    events = load("events")
    return events[events["event_id"].isin(wanted)]


def test_there_are_enough_offensives_in_every_year_and_province():
    found = counts.coverage()
    assert found["in_scope"] >= 350
    assert found["out_of_scope"] >= 60
    assert found["fewest_in_a_year"] >= 12
    assert found["provinces"] == 34
    assert found["two_groups"] >= 0.70
    assert found["sources_dated_to_day"] >= 0.80


@pytest.mark.parametrize(
    ("year", "place"),
    [
        ("2007", "Musa Qala"),
        ("2015", "Kunduz"),
        ("2016", "Kunduz"),
        ("2018", "Ghazni"),
        ("2018", "Farah"),
        ("2017", "Sangin"),
        ("2020", "Lashkar Gah"),
        ("2012", "Camp Bastion"),
    ],
)
def test_the_battles_everyone_looks_for_are_there(inside, year, place):
    own = inside[inside["event_id"].str[5:9] == year]
    named = own["place_canonical"].fillna("") + " " + own["event_name"]
    assert named.str.contains(place).any()


def test_marjah_or_nad_ali_and_attacks_in_kabul_are_there(inside):
    named = inside["place_canonical"].fillna("") + " " + inside["event_name"]
    assert named.str.contains("Marja|Nad Ali|Nad-e-Ali").any()
    kabul = inside[(inside["adm1"] == "Kabul") & (inside["target"] == "complex_attack")]
    assert len(kabul) >= 5


def test_every_offensive_has_a_source_a_precision_and_letters(inside):
    assert (inside["n_sources"] >= 1).all()
    for column in ("date_prec", "where_prec", "outcome", "conf_event", "conf_date", "conf_place",
                   "conf_outcome"):  # fmt: skip
        assert inside[column].notna().all(), column


def test_every_claim_leads_to_an_address_or_a_hash():
    claims = load("claims").merge(load("sources"), on="source_id", validate="many_to_one")
    assert (claims["url"].notna() | claims["sha256"].notna()).all()


def test_every_unused_claim_names_the_rule_that_set_it_aside():
    claims = load("claims")
    assert claims["rule"].notna().all()


def test_the_two_qala_i_naw_articles_give_one_event():
    first, second = seed_events("002"), seed_events("004")
    assert list(first["event_id"]) == list(second["event_id"])
    event = first.iloc[0]
    assert str(event["date_start"].date()) == "2021-07-07"
    assert event["date_prec"] == 1
    assert event["outcome"] == "partial_entry"
    assert event["air_reported"] == "reported_unspecified"


def test_the_ministry_claim_of_full_control_is_kept_and_unused():
    claims = load("claims")
    event = seed_events("004").iloc[0]["event_id"]
    ministry = claims[
        (claims["event_id"] == event) & claims["claimant"].str.contains("interior ministry")
    ]
    assert len(ministry) == 1
    assert ministry["value"].iloc[0] == "repelled"
    assert not ministry["used"].iloc[0]
    assert ministry["rule"].iloc[0] in ("O5", "O7")


def test_the_capture_of_qala_i_naw_in_august_is_a_second_event(inside):
    rows = inside[(inside["adm1"] == "Badghis") & (inside["target"] == "capital")]
    assert {"2021-07", "2021-08"} <= set(rows["date_start_earliest"].dt.strftime("%Y-%m"))


def test_musa_qala_in_december_2007_is_kept_and_out_of_scope():
    rows = seed_events("000")
    operation = rows[rows["date_start_earliest"] == "2007-12-07"].iloc[0]
    assert not operation["in_scope"]
    assert operation["initiator"] == "joint_gov_intl"
    overrun = rows[rows["in_scope"]].iloc[0]
    assert str(overrun["date_start_earliest"])[:7] == "2007-02"


def test_the_push_on_lashkar_gah_begins_on_the_friday_or_within_two_days():
    event = seed_events("003").iloc[0]
    assert str(event["date_start_earliest"].date()) == "2020-10-09"
    assert str(event["date_start_latest"].date()) <= "2020-10-11"


def test_an_expected_assault_never_becomes_an_offensive(inside):
    rows = seed_events("001")
    ghazni = rows[rows["adm1"] == "Ghazni"]
    assert ghazni.empty, "the expected assault on Ghazni is no event"
    assert (load("events").query("target == 'plan_or_warning'")["in_scope"] == False).all()  # noqa: E712


def test_the_seed_texts_are_the_ones_that_were_coded(seed_texts):
    sources = load("sources").dropna(subset=["text_file"])
    assert len(sources) == 5
    for row in sources.itertuples():
        content = (seed_texts / row.text_file).read_bytes()
        assert hashlib.sha256(content).hexdigest() == row.sha256


def test_each_air_mention_stands_where_the_table_says(seed_texts):
    files = load("sources").set_index("source_id")["text_file"]
    mentions = load("air_mentions")
    assert mentions["source_id"].nunique() == 5
    for row in mentions.itertuples():
        text = (seed_texts / files[row.source_id]).read_text(encoding="utf-8")
        assert text[row.start : row.end] == row.term


def test_refresh_writes_derived_cells_and_then_has_nothing_to_do(seeds):
    from analysis import seeds as module

    path = seeds / "events.csv"
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace(",captured_held,", ",unknown,", 1), encoding="utf-8")
    assert module.refresh(seeds) == ["events"]
    assert path.read_text(encoding="utf-8") == before
    assert module.refresh(seeds) == []


def test_refresh_writes_nothing_while_a_cell_is_wrong(seeds):
    from analysis import seeds as module

    claims = seeds / "claims.csv"
    claims.write_text(claims.read_text().replace(",affirms,", ",affrims,", 1))
    events = seeds / "events.csv"
    events.write_text(events.read_text().replace(",captured_held,", ",unknown,", 1))
    damaged = events.read_bytes()
    with pytest.raises(SeedError, match="affirms"):
        module.refresh(seeds)
    assert events.read_bytes() == damaged


def test_the_tables_are_stored_in_the_form_that_refresh_writes():
    for name in ("events", "claims"):
        path = seeds.paths.SEEDS / f"{name}.csv"
        assert seeds.as_csv(schema.read_raw(name)) == path.read_text(encoding="utf-8")
