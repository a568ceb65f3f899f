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
    shown = {name for names in trace.CELLS.values() for name in names}
    # Counted from the sources, or put together from cells that are shown.
    from_others = {"event_class", "adm1_pcode", "date_prec", "date_basis", "n_sources",
                   "n_independent", "conf_event"}  # fmt: skip
    assert shown | from_others == set(derived_columns("events"))


def test_what_was_set_aside_is_shown_with_its_rule():
    claims = read_raw("claims")
    denied = claims[(claims["rule"] == "O7") & (claims["used"] == "0")].iloc[0]
    line = next(x for x in trace.trace(denied["event_id"]).splitlines() if denied["claim_id"] in x)
    assert "[set aside, O7]" in line


def test_an_unknown_event_is_refused_with_the_nearest(ids):
    with pytest.raises(ParameterError, match=f"Did you mean {ids[0]!r}"):
        trace.trace(ids[0].lower())
