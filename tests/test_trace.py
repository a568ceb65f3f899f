"""A row can be followed to its statements, rules and addresses."""

import random

import pytest

from analysis import resolve, trace
from analysis.errors import ParameterError
from analysis.schema import derived_columns, read_raw


@pytest.fixture(scope="module")
def ids():
    return sorted(read_raw("events")["event_id"])


def test_ten_events_drawn_at_random_lead_to_every_claim_and_address(ids):
    claims, sources = read_raw("claims"), read_raw("sources").set_index("source_id")
    for event_id in random.Random(7).sample(ids, 10):
        text = trace.trace(event_id)
        own = claims[claims["event_id"] == event_id]
        for row in own.itertuples():
            source = sources.loc[row.source_id]
            assert row.claim_id in text and row.claimant in text
            assert (source["url"] or source["sha256"]) in text
        for rule in own["rule"].unique():
            assert resolve.RULES[rule] in text


def test_every_derived_cell_of_an_event_is_on_the_trail(ids):
    shown = {name for names in trace.CELLS.values() for name in names} | set(trace.WHOLE)
    # The code of the province follows from its name.
    assert shown | {"adm1_pcode"} == set(derived_columns("events"))
    text = trace.trace(ids[0])
    assert all(f"{name} = " in text or f"  {name}: " in text for name in shown)


def test_a_date_shows_its_basis_and_a_source_its_side_and_whether_a_machine_wrote_it():
    claims, sources = read_raw("claims"), read_raw("sources")
    spun = set(sources.loc[sources["machine_rewritten"] == "1", "source_id"])
    row = claims[claims["source_id"].isin(spun) & (claims["basis"] != "")].iloc[0]
    text = trace.trace(row["event_id"])
    assert f"{row['claim_id']}  {row['value']} {row['basis']}  [" in text
    assert ", machine-rewritten), group " in text


def test_silence_is_not_shown_as_evidence_set_aside():
    claims = read_raw("claims")
    quiet = claims[(claims["field"] == "air") & (claims["value"] == "not_mentioned")].iloc[0]
    assert f"{quiet['claim_id']}  not_mentioned  [silent, S1]" in trace.trace(quiet["event_id"])


def test_what_was_set_aside_is_shown_with_its_rule():
    claims = read_raw("claims")
    denied = claims[(claims["rule"] == "O7") & (claims["used"] == "0")].iloc[0]
    line = next(x for x in trace.trace(denied["event_id"]).splitlines() if denied["claim_id"] in x)
    assert "[set aside, O7]" in line


def test_an_unknown_event_is_refused_with_the_nearest(ids):
    with pytest.raises(ParameterError, match=f"Did you mean {ids[0]!r}"):
        trace.trace(ids[0].lower())
