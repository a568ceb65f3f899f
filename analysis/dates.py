"""Dates with their doubt: windows, precision codes, months, Kabul days.

A date in the claims is written as a day (``2021-07-07``) or as a window of days
(``2007-02-01/2007-02-28``), both ends included. All days are Kabul local days.
"""

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pandas as pd

KABUL = ZoneInfo("Asia/Kabul")
# The war the tables cover; the last day is the one the Taliban entered Kabul.
FIRST_DAY = date(2007, 1, 1)
LAST_DAY = date(2021, 8, 15)


class Window(NamedTuple):
    """A span of days, both ends included."""

    earliest: date
    latest: date

    @property
    def days(self) -> int:
        """Length in days; 1 for a single day."""
        return (self.latest - self.earliest).days + 1

    def overlaps(self, other: "Window") -> bool:
        """Whether the two windows share a day."""
        return self.earliest <= other.latest and other.earliest <= self.latest

    def __str__(self) -> str:
        if self.earliest == self.latest:
            return self.earliest.isoformat()
        return f"{self.earliest.isoformat()}/{self.latest.isoformat()}"


def parse_window(text: str) -> Window:
    """Read ``YYYY-MM-DD`` or ``YYYY-MM-DD/YYYY-MM-DD``.

    Raises
    ------
    ValueError
        If the text is neither, or the window ends before it starts.
    """
    first, _, last = text.partition("/")
    window = Window(date.fromisoformat(first), date.fromisoformat(last or first))
    if window.latest < window.earliest:
        raise ValueError(f"window ends before it starts: {text}")
    return window


def intersection(windows: list[Window]) -> Window | None:
    """Days that all windows share, or None."""
    earliest = max(w.earliest for w in windows)
    latest = min(w.latest for w in windows)
    return Window(earliest, latest) if earliest <= latest else None


def union(windows: list[Window]) -> Window:
    """Smallest window that holds all windows."""
    return Window(min(w.earliest for w in windows), max(w.latest for w in windows))


def date_prec(window: Window) -> int:
    """UCDP precision of a window.

    Returns
    -------
    int
        1 exact day, 2 two to six days, 3 a week (to 14 days), 4 a month (to 31 days),
        5 longer, up to a year.

    Notes
    -----
    Follows the ``date_prec`` scale of the UCDP GED codebook; the fortnight is put with
    the week because the scale has no code of its own for it.
    """
    for code, longest in ((1, 1), (2, 6), (3, 14), (4, 31)):
        if window.days <= longest:
            return code
    return 5


def best_day(window: Window) -> date | None:
    """Middle day of a window of at most six days (``date_prec`` 1 or 2), else None.

    An even number of days has no middle; the earlier one is taken.
    """
    if date_prec(window) > 2:
        return None
    return window.earliest + timedelta(days=(window.days - 1) // 2)


def middle_day(window: Window) -> date:
    """Middle day of any window, used only to place an event in a month or quarter."""
    return window.earliest + timedelta(days=(window.days - 1) // 2)


def kabul_day(moment: datetime) -> date:
    """Kabul local day of a moment that carries its time zone.

    An evening address in Washington falls on the next day in Kabul (UTC+4:30).
    """
    if moment.tzinfo is None:
        raise ValueError("the moment has no time zone, so its Kabul day is unknown")
    return moment.astimezone(KABUL).date()


def months(start: date, end: date) -> pd.PeriodIndex:
    """Every month from the one that holds `start` to the one that holds `end`."""
    return pd.period_range(start, end, freq="M")
