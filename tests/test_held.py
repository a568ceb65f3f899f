"""How long captures lasted: the estimator finds what was put into simulated data."""

import math

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from analysis import collapse, fig_held, held


def simulate(rng, n, rate, censor_rate):
    """Days to loss at a constant daily rate, censored at another; whole days."""
    loss = rng.exponential(1 / rate, n)
    stop = rng.exponential(1 / censor_rate, n)
    return np.floor(np.minimum(loss, stop)), loss <= stop


def spells(rng, n, rates):
    parts = []
    for period, rate in zip(held.PERIODS, rates, strict=True):
        days, lost = simulate(rng, n, rate, 0.01)
        parts.append(pd.DataFrame({"event_id": [f"{period}{i}" for i in range(n)],
                                   "period": period, "reading": "last report", "lost": lost,
                                   "days_min": days, "days": days, "days_max": days}))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def test_the_share_held_is_recovered_within_its_interval():
    rng = np.random.default_rng(1)
    inside = 0
    for _ in range(200):
        days, lost = simulate(rng, 120, 0.03, 0.01)
        fit = held.survival(days, lost)
        row = fit[fit["day"] < 30].iloc[-1]
        inside += row["low"] <= math.exp(-0.03 * 30) <= row["high"]
    assert 180 <= inside <= 199


def test_a_ratio_of_loss_rates_is_recovered_and_none_is_not_found():
    rng = np.random.default_rng(2)
    covered = rejected = 0
    for _ in range(100):
        real = held.compare(spells(rng, 80, (0.05, 0.02)), "last report")
        covered += real["low"] <= 0.4 <= real["high"]
        null = held.compare(spells(rng, 80, (0.03, 0.03)), "last report")
        rejected += null["p_logrank"] < 0.05
    assert covered >= 90
    assert rejected <= 11


def test_nothing_lost_gives_the_exact_binomial_lower_end():
    fit = held.survival(np.array([3.0, 5.0, 9.0]), np.zeros(3, bool))
    assert fit["share"].tolist() == [1.0]
    assert fit["low"].iloc[0] == pytest.approx(0.025 ** (1 / 3))


def test_an_empty_sample_has_no_curve():
    assert held.survival(np.array([]), np.array([], bool)).empty
    taken = collapse.captures(pd.DataFrame(columns=["outcome", "target", "date_start_earliest",
                                                    "event_id", "adm2", "place_canonical",
                                                    "parent_event_id"]),
                              pd.DataFrame(columns=["field", "used", "value", "stance", "as_of",
                                                    "event_id"], dtype=object),
                              pd.DataFrame(columns=["retakes_event_id",
                                                    "date_start_earliest"]))  # fmt: skip
    assert taken.empty


def one_capture(lost=False):
    day = pd.Timestamp("2021-06-01")
    back = day + pd.Timedelta(days=4) if lost else pd.NaT
    return pd.DataFrame([{"event_id": "E1", "place": "Balkh", "lost": lost,
                          "fell_earliest": day, "fell_latest": day + pd.Timedelta(days=2),
                          "lost_earliest": back, "lost_latest": back}])  # fmt: skip


CLAIMS = pd.DataFrame([{"event_id": "E1", "field": "outcome", "value": "captured",
                        "stance": "affirms", "as_of": "2021-06-10"}])  # fmt: skip


def test_silence_ends_the_spell_at_the_last_report_or_at_the_end_of_the_tables():
    found = held.durations(one_capture(), CLAIMS).set_index("reading")
    assert not found["lost"].any()
    assert found.loc["last report", "days"] == 7
    assert found.loc["end of tables", "days"] == (collapse.END - pd.Timestamp("2021-06-03")).days


def test_a_loss_has_the_bounds_that_its_dates_allow():
    found = held.durations(one_capture(lost=True), CLAIMS)
    assert found["lost"].all()
    assert set(found["days_min"]) == {2} and set(found["days_max"]) == {4}


def test_a_period_without_a_loss_gives_no_ratio_rather_than_a_number():
    rng = np.random.default_rng(3)
    rows = spells(rng, 20, (0.05, 0.05))
    rows.loc[rows["period"] == "2021", "lost"] = False
    found = held.compare(rows, "last report")
    assert math.isnan(found["ratio"])
    assert "not estimable" in held.words({"last report": found})


def test_the_figure_draws_one_cell_for_every_target_outcome_and_period():
    days = pd.to_datetime(["2015-01-01", "2021-07-01"])
    events = pd.DataFrame({"target": ["capital", "base"], "outcome": ["repelled", "captured_held"],
                           "date_start_latest": days})  # fmt: skip
    matrix = held.outcome_matrix(events)
    assert len(matrix) == 8 and matrix["events"].sum() == 2
    rng = np.random.default_rng(4)
    rows = spells(rng, 20, (0.05, 0.02))
    table = fig_held.data(matrix, held.curves(rows), rows)
    drawing = fig_held.draw(table, fig_held.title(table))
    assert "2021" in drawing.alt


def test_what_was_lost_after_the_tables_end_is_held_on_the_board():
    days = pd.to_datetime(["2021-08-15", "2021-08-15"])
    events = pd.DataFrame({"event_id": ["E1", "E2"], "target": "capital",
                           "outcome": "captured_lost", "date_start_latest": days})  # fmt: skip
    counts = held.outcome_matrix(events, ["E1"]).set_index(["outcome", "period"])["events"]
    assert counts["captured_held", "2021"] == 1 == counts["captured_lost", "2021"]


def test_a_heading_on_rates_of_loss_needs_both_readings():
    low = {"ratio": 0.4, "low": 0.2, "high": 0.7}
    wide = {"ratio": 0.8, "low": 0.5, "high": 1.3}
    none = {"ratio": math.nan, "low": math.nan, "high": math.nan}
    assert "at a lower rate" in held.heading({"a": low, "b": low})
    assert "No difference" in held.heading({"a": low, "b": wide})
    assert "No difference" in held.heading({"a": low, "b": none})
    assert "cannot be said" in held.heading({"a": none, "b": none})


def test_the_figure_prints_how_many_are_still_followed_and_pairs_the_readings():
    rng = np.random.default_rng(5)
    one = spells(rng, 40, (0.02, 0.01))
    rows = pd.concat([one, one.assign(reading="end of tables")], ignore_index=True)
    lines = held.curves(rows)
    events = pd.DataFrame({"event_id": ["E1"], "target": ["capital"], "outcome": ["repelled"],
                           "date_start_latest": pd.to_datetime(["2015-01-01"])})  # fmt: skip
    table = fig_held.data(held.outcome_matrix(events), lines, rows)
    drawing = fig_held.draw(table, fig_held.title(table))
    texts = [t.get_text() for ax in drawing.fig.get_axes() for t in ax.texts]
    own = lines[(lines["reading"] == "last report") & (lines["period"] == "2021")]
    risk = own.set_index("day")["at_risk"]
    assert texts.count(str(risk[14])) >= 2, "once in each panel"
    assert drawing.title.count(" and ") == 2 and "silence counts as held" in drawing.title
    assert drawing.title.startswith("Recorded captures") and drawing.title.count(" to ") == 5
    assert held.followed_words(lines).endswith(f"{risk[30]} of 40 taken in 2021")


def test_shares_still_held_are_told_by_reading_each_with_its_interval():
    shares = {("before 2021", "last report"): (0.29, 0.16, 0.45),
              ("before 2021", "end of tables"): (0.57, 0.44, 0.67),
              ("2021", "last report"): (0.52, 0.35, 0.66),
              ("2021", "end of tables"): (0.85, 0.79, 0.9)}  # fmt: skip
    first = "29% (16 to 45) before 2021 and 52% (35 to 66) in 2021, followed to the last report"
    assert held.lasted_words(shares).startswith(first + "; 57% (44 to 67) before 2021")
    shares["2021", "last report"] = (math.nan,) * 3
    assert "29% (16 to 45) before 2021, followed" in held.lasted_words(shares)
    assert held.lasted_words({}) == ""


def test_captures_too_late_to_follow_and_later_losses_are_named():
    rows = pd.DataFrame({"place": ["Charikar", "Balkh"],
                         "fell_latest": pd.to_datetime(["2021-08-15", "2021-06-01"]),
                         "lost_later": pd.to_datetime(["2021-08-17", None])})  # fmt: skip
    said = held.late_words(rows)
    assert said.startswith("1 of 2 captures fell too late") and "Charikar (17 August)" in said
    assert "Charikar" not in held.late_words(rows.iloc[1:])


def test_the_rows_of_captures_still_followed_name_their_period():
    fig, ax = plt.subplots()
    rows = pd.DataFrame({"mark": "curve", "period": held.PERIODS[0], "reading": "last report",
                         "day": [0.0, 7.0], "value": 1.0, "low": 1.0, "high": 1.0,
                         "at_risk": [9.0, 8.0], "row_id": None})  # fmt: skip
    fig_held._draw_curves(ax, rows, "last report")
    below = {t.get_text() for t in ax.texts if t.get_position()[1] < 0}
    plt.close(fig)
    assert below == {"9", "8", held.PERIODS[0]}, "a period without captures has no row"
