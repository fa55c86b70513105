"""Times of readings: the clock in a column of its own, and how far apart the readings of a meter are."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gramledger.core.claims import DAY_MS
from gramledger.core.dates import read_days, read_times
from gramledger.core.formats.profile import Head
from gramledger.core.problems import FormatUnknown
from gramledger.core.zones import utc_of

HALF_HOUR_SECONDS, DAY_SECONDS = 1800, 86_400
LENGTHS = (300, 600, 900, HALF_HOUR_SECONDS, 3600, DAY_SECONDS)
"""The seconds that the periods of a file may have."""

_SHORT_AND_LONG_DAYS = (82_800, 90_000)

_CLOCK = re.compile(
    r"(?P<hour>[0-9]{1,2})(?P<colon>:?)(?P<minute>[0-9]{2})(?::?(?P<second>[0-9]{2}))?(?: ?(?P<half>[AaPp])[Mm])?"
)
_ZONE = re.compile(r".*[0-9] ?(?:[Zz]|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)")

Integers = NDArray[np.int64]


def clock_of(text: str) -> int | None:
    """`00:30`, `0030`, `9:30 PM` or `24:00` as ms since midnight; None where it is no time of a day."""
    match = _CLOCK.fullmatch(text)
    if match is None or (not match["colon"] and len(text) == 3):
        return None
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * (match["half"] in "Pp")
    ms = ((60 * hour + minute) * 60 + second) * 1000
    return ms if minute < 60 and second < 60 and ms <= DAY_MS else None


def states_zone(text: str) -> bool:
    """Whether a timestamp states its offset from UTC."""
    return ":" in text and _ZONE.fullmatch(text) is not None


def length_of(head: Head, dates: str, zone: str) -> tuple[int, str]:
    """(seconds of the periods of a file, what is to be said of it): the least that readings of one meter are apart.

    Raises FormatUnknown when that is none of LENGTHS.
    """
    gaps = _gaps(head, _instants(head, dates, zone))
    if not gaps:
        return (
            HALF_HOUR_SECONDS,
            "No meter has two readings in the first rows; each is taken to be of half an hour.",
        )
    least = min(gaps)
    seconds = DAY_SECONDS if least in _SHORT_AND_LONG_DAYS else least
    if seconds not in LENGTHS:
        raise FormatUnknown(
            f"The readings of a meter are {least:,} seconds apart. Readings of 5, 10, 15, 30 or 60 minutes or of a "
            "day can be imported; upload an export of one of these.",
            seconds=least,
        )
    named = "a day" if seconds == DAY_SECONDS else f"{seconds // 60} minutes"
    return seconds, f"The readings are those of {named}: the first rows are that far apart."


def _instants(head: Head, dates: str, zone: str) -> list[int | None]:
    """The instant of each of the first rows, where it can be read."""
    if "timestamp" in head.fields:
        ms, codes = read_times(pa.array(_cells(head, "timestamp"), pa.string()), dates, zone)
    else:
        days, codes = read_days(pa.array(_cells(head, "date"), pa.string()), dates)
        clocks = [clock_of(text) for text in _cells(head, "time")]
        codes |= {row: "time-unreadable" for row, clock in enumerate(clocks) if clock is None}
        ms, twice, never = utc_of(days * DAY_MS + np.array([clock or 0 for clock in clocks], np.int64), zone)
        codes |= dict.fromkeys(np.flatnonzero(twice | never).tolist(), "time-ambiguous")
    return [None if row in codes else at for row, at in enumerate(ms.tolist())]


def _cells(head: Head, field: str) -> list[str]:
    return [row[head.fields[field]].strip() for row in head.rows]


def _gaps(head: Head, instants: Sequence[int | None]) -> list[int]:
    """The seconds between readings of one meter that follow each other."""
    meters = _cells(head, "meter") if "meter" in head.fields else [""] * len(instants)
    known: dict[str, set[int]] = {}
    for meter, at in zip(meters, instants, strict=True):
        if at is not None:
            known.setdefault(meter, set()).add(at)
    return [int(gap) // 1000 for times in known.values() for gap in np.diff(sorted(times)).tolist()]
