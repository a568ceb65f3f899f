import pandas as pd

from analysis.mentions import mention_shares, reports


def claims(*rows):
    table = pd.DataFrame(rows, columns=["event_id", "source_id", "value", "stance"])
    return table.assign(field="air")


def test_a_report_counts_once_however_many_voices_it_carries():
    table = reports(
        claims(
            ("E1", "S1", "reported_us", "affirms"),
            ("E1", "S1", "reported_unspecified", "affirms"),
            ("E1", "S2", "not_mentioned", "affirms"),
        )
    )
    assert len(table) == 2
    assert table["mentions"].sum() == 1
    assert table["us"].sum() == 1 and table["unspecified"].sum() == 1


def test_a_text_that_was_not_seen_is_no_report():
    assert len(reports(claims(("E1", "S1", "text_not_seen", "affirms")))) == 0


def test_a_denied_strike_is_no_mention():
    table = reports(claims(("E1", "S1", "reported_us", "denies")))
    assert table["mentions"].sum() == 0


def test_shares_carry_their_number_of_reports():
    events = pd.DataFrame(
        {
            "event_id": ["E1"],
            "date_start_earliest": [pd.Timestamp("2015-09-28")],
            "date_start_latest": [pd.Timestamp("2015-09-28")],
            "date_prec": [1],
        }
    )
    rows = mention_shares(
        claims(
            ("E1", "S1", "reported_us", "affirms"),
            ("E1", "S2", "not_mentioned", "affirms"),
            ("E1", "S3", "not_mentioned", "affirms"),
        ),
        events,
    ).set_index("actor")
    assert rows.loc["any", "reports"] == 3
    assert rows.loc["any", "low"] < 1 / 3 < rows.loc["any", "high"]
    assert rows.loc["afghan", "mentions"] == 0
