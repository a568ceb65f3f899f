from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.dates import (
    Window,
    best_day,
    date_prec,
    intersection,
    kabul_day,
    months,
    parse_window,
    union,
)

DAYS = st.dates(date(2007, 1, 1), date(2021, 8, 15))


@st.composite
def windows(draw):
    first = draw(DAYS)
    return Window(first, first + timedelta(days=draw(st.integers(0, 400))))


@given(windows())
def test_a_window_survives_being_written_and_read(window):
    assert parse_window(str(window)) == window


@given(st.lists(windows(), min_size=1, max_size=5))
def test_shared_days_lie_in_every_window_and_every_window_in_the_union(spans):
    shared = intersection(spans)
    if shared:
        assert all(w.earliest <= shared.earliest <= shared.latest <= w.latest for w in spans)
    whole = union(spans)
    assert all(whole.earliest <= w.earliest and w.latest <= whole.latest for w in spans)


@given(windows())
def test_the_best_day_lies_in_the_window_and_exists_only_for_short_ones(window):
    day = best_day(window)
    assert (day is None) == (window.days > 6)
    if day:
        assert window.earliest <= day <= window.latest


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2021-07-07", 1),
        ("2021-07-07/2021-07-08", 2),
        ("2021-07-01/2021-07-07", 3),
        ("2007-02-01/2007-02-28", 4),
        ("2015-01-01/2015-12-31", 5),
    ],
)
def test_precision_follows_the_ucdp_scale(text, code):
    assert date_prec(parse_window(text)) == code


@pytest.mark.parametrize("text", ["2021-13-01", "7 July 2021", "2021-07-08/2021-07-07", ""])
def test_a_date_that_is_none_is_refused(text):
    with pytest.raises(ValueError):
        parse_window(text)


def test_an_evening_in_washington_is_the_next_day_in_kabul():
    speech = datetime(2011, 6, 22, 20, 0, tzinfo=ZoneInfo("America/New_York"))
    assert kabul_day(speech) == date(2011, 6, 23)


def test_a_moment_without_a_zone_has_no_kabul_day():
    with pytest.raises(ValueError, match="time zone"):
        kabul_day(datetime(2011, 6, 22, 20, 0))


def test_months_include_the_first_and_the_last():
    index = months(date(2007, 1, 31), date(2007, 3, 1))
    assert [str(m) for m in index] == ["2007-01", "2007-02", "2007-03"]
