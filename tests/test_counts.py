"""What `make seeds` prints is counted from the tables."""

from analysis import counts
from analysis.tables import load


def test_every_series_has_readings_and_only_within_the_study():
    found = counts.readings_by_year()
    assert set(found) >= {"US troops", "UN casualties", "enemy attacks", "district control"}
    for name, years in found.items():
        assert years.sum() > 10, name
        assert years.index.min() >= 2007 and years.index.max() <= 2021, name


def test_months_of_weapons_are_counted_once_and_2019_is_nearly_whole():
    months = counts.readings_by_year()["weapons, months"]
    assert months.max() <= 12
    assert months[2019] >= 10


def test_a_silent_page_is_a_pair_and_no_statement():
    said = counts.pairs_that_say()
    claims = load("claims")
    assert said["pairs"] == len(claims.groupby(["event_id", "source_id"]))
    loud = claims[(claims["field"] == "air") & claims["value"].str.startswith("reported")]
    assert said["air"] >= len(loud[["event_id", "source_id"]].drop_duplicates()) / said["pairs"]
    assert said["air"] < said["outcome"] < 1


def test_the_overview_prints_each_table_and_the_pairs():
    text = counts.overview()
    for name in ("enemy_attacks", "title_matches", "tranches", "withdrawal_progress"):
        assert f"  {name}" in text
    assert "pairs of event and source" in text


def test_a_second_look_counts_claims_and_its_interval_holds_the_share():
    found = counts.claims_wrong()
    assert found["events"] >= 30 and found["checked"] > 300
    assert 0 <= found["wrong"] <= found["checked"]
    assert found["low"] < found["share"] < found["high"]
    checks = load("claim_checks")
    assert (checks["claims_wrong"] <= checks["claims_checked"]).all()
    # Wider than if claims on one event were unrelated.
    from analysis.intervals import share_interval

    low, high = share_interval(found["wrong"], found["checked"])
    assert found["high"] - found["low"] >= high - low


def test_every_event_was_held_against_its_pages_in_one_round_or_the_other():
    checks = load("claim_checks")
    first = checks[checks["round"].isin(["sample_before", "sweep"])]
    assert first["event_id"].is_unique
    assert set(load("events")["event_id"]) == set(first["event_id"])
    numbers = counts.check_numbers({w: counts.claims_wrong(w) for w in counts.ROUNDS})
    assert numbers["sweep_pages"] > 5 * numbers["sweep_pages_lost"]
    # The sweep is worth its name only if fewer claims are wrong after it.
    shares = [counts.claims_wrong(w)["share"] for w in counts.ROUNDS]
    assert shares[-1] < shares[0]
