"""Dates and times in the forms that tools write, read whole columns of distinct texts at a time.

A form says in which order a date is written (`core.date_forms` tells it from samples). Forms:

  iso      2025-11-04, 20251104                 d/m/Y    4/11/2025, 04.11.25, 4-Nov-2025
  Y/m/d    2025/11/4, 2025.11.04                m/d/Y    11/4/2025, Nov 4, 2025
  epoch-s  seconds since 1970-01-01T00:00Z      excel    days since 1899-12-30, with the time as a fraction
  epoch-ms milliseconds since then              %d.%m.%Y %H:%M    any pattern of Python's strptime

A time may follow (`T` or blanks, H:M[:S[.fraction]], AM or PM) and a zone (`Z`, `UTC` or an offset).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gramledger.core.instants import EARLIEST_MS, INSTANT, LATEST_MS, USUAL
from gramledger.core.zones import utc_of

Integers = NDArray[np.int64]

_MONTH = r"(?P<month>\d{1,2}|[A-Za-z]{3,9})\.?"
_TIME = (
    r"(?:(?:[Tt]|[ ,]+)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?(?: ?(?P<zone>[Zz]|UTC|GMT|[+-]\d{2}(?::?\d{2})?))?)?"
)
_DATES = {
    "iso": r"(?P<year>\d{4})(?:-(?P<month>\d{2})-(?P<day>\d{2})|(?P<joined>\d{4}))",
    "Y/m/d": rf"(?P<year>\d{{4}})[/. -]{_MONTH}[/. -](?P<day>\d{{1,2}})",
    "d/m/Y": rf"(?P<day>\d{{1,2}})[/. -]{_MONTH}[/. -](?P<year>\d{{4}}|\d{{2}})",
    "m/d/Y": rf"{_MONTH}[/. -](?P<day>\d{{1,2}})(?:,? |[/.-])(?P<year>\d{{4}}|\d{{2}})",
}
PATTERNS = {form: rf"^{date}{_TIME}$" for form, date in _DATES.items()}
"""Form of a date -> what its texts look like; some days of these are in no calendar."""

NUMBER = r"^\d{1,15}(?:\.\d{1,20})?$"
"""What texts of the forms look like that are numbers."""

NUMBERS = {"epoch-s": 1000, "epoch-ms": 1, "excel": 86_400_000}
"""The forms that are numbers, and how many milliseconds one is."""

FORMS = (*_DATES, *NUMBERS)
"""All forms that have a name."""

_EXCEL_EPOCH_MS = -25_569 * 86_400_000
_EXCEL_SLACK_MS = 5
"""A serial this near to a whole second means that second: a fraction of a day cannot say most of them exactly."""

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_AFTER_NOON = 2
_NO_OFFSET = 1 << 40
"""Stands for an offset that no zone has."""

_CENTURY_ENDS = 70
"""Two-digit years below are of this century, the others of the last, as POSIX has it."""

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 -- offsets are subtracted apart: the sum may lie outside datetime's years


def read_times(texts: pa.StringArray, form: str, zone: str) -> tuple[Integers, dict[int, str]]:
    """Texts as instants: (ms since 1970-01-01T00:00Z of each, the codes of those that are refused, by index).

    A time that states no zone is of `zone` (IANA name), and refused when that is empty; so is one that the zone's
    clocks show twice or never. A date alone is its midnight. Fractions finer than a millisecond are cut.
    """
    if form in NUMBERS:
        return _read_numbers(texts, form, zone)
    if form == "iso":
        return _read_iso(texts, zone)
    parts = _parts(texts, form) if form in _DATES else _by_pattern(texts, form)
    ms = parts.days * 86_400_000 + parts.ms - np.where(parts.stated, parts.offsets, 0)
    return _in_utc(ms, parts.stated, parts.codes, zone)


def _read_iso(texts: pa.StringArray, zone: str) -> tuple[Integers, dict[int, str]]:
    """The usual texts, with seconds and a zone, are read by Arrow: whole columns at a time, several times as fast."""
    usual = pc.fill_null(pc.match_substring_regex(texts, USUAL), False)
    instants = pc.if_else(usual, texts, None).cast(INSTANT)
    ms = instants.cast(pa.int64()).fill_null(0).to_numpy().copy()
    rest = np.flatnonzero(~usual.to_numpy(zero_copy_only=False))
    if not len(rest):
        return _in_utc(ms, np.ones(len(texts), bool), {}, zone)
    parts = _parts(texts.take(pa.array(rest)), "iso")
    ms[rest] = parts.days * 86_400_000 + parts.ms - np.where(parts.stated, parts.offsets, 0)
    stated = np.ones(len(texts), bool)
    stated[rest] = parts.stated
    return _in_utc(ms, stated, {int(rest[index]): code for index, code in parts.codes.items()}, zone)


def read_days(texts: pa.StringArray, form: str) -> tuple[Integers, dict[int, str]]:
    """Texts as calendar days: (days since 1970-01-01 of each, the codes of those that are refused, by index).

    A time that is not midnight is refused: what is meant is a day.
    """
    if form in NUMBERS:
        ms, codes = _read_numbers(texts, form, "UTC")
        days, within = ms // 86_400_000, ms % 86_400_000
    else:
        parts = _parts(texts, form) if form in _DATES else _by_pattern(texts, form)
        days, within, codes = parts.days, parts.ms, parts.codes
    odd = dict.fromkeys(np.flatnonzero(within).tolist(), "date-unreadable")
    return days, {**odd, **codes}


class _Parts:
    """What texts say: `days` since 1970-01-01, `ms` since midnight, and, where `stated`, the offset from UTC in ms."""

    def __init__(self, count: int) -> None:
        self.days = np.zeros(count, np.int64)
        self.ms = np.zeros(count, np.int64)
        self.offsets = np.zeros(count, np.int64)
        self.stated = np.zeros(count, bool)
        self.codes: dict[int, str] = {}

    def refuse(self, rows: NDArray[np.bool_], code: str) -> None:
        """Some texts get a code, unless they have one, and say nothing any more."""
        for index in np.flatnonzero(rows).tolist():
            self.codes.setdefault(index, code)
        self.days[rows] = 0
        self.ms[rows] = 0


def _parts(texts: pa.StringArray, form: str) -> _Parts:
    """Read texts of a form that is a date."""
    trimmed = pc.utf8_trim_whitespace(texts)
    found = pc.extract_regex(trimmed, PATTERNS[form])
    parts = _Parts(len(texts))
    parts.days, real = _calendar_days(found, form)
    parts.ms, fine = _times_of_day(found)
    offsets = _numbers(found, "zone", _offset)
    parts.stated = _numbers(found, "zone", len) > 0
    parts.offsets = np.where(offsets == _NO_OFFSET, 0, offsets)
    read = found.is_valid().to_numpy(zero_copy_only=False) & real & fine & (offsets != _NO_OFFSET)
    parts.refuse(pc.fill_null(pc.equal(trimmed, ""), True).to_numpy(zero_copy_only=False), "date-missing")
    parts.refuse(~read, "date-unreadable")
    return parts


def _numbers(found: pa.StructArray, name: str, read: Callable[[str], int]) -> Integers:
    """One part of each text as a number, read once for each distinct text; a part that is absent is read as blank."""
    coded = pc.fill_null(pc.if_else(found.is_valid(), found.field(name), ""), "").dictionary_encode()
    if not len(coded):
        return np.zeros(0, np.int64)
    return np.array([read(text) for text in coded.dictionary.to_pylist()], np.int64)[coded.indices.to_numpy()]


def _calendar_days(found: pa.StructArray, form: str) -> tuple[Integers, NDArray[np.bool_]]:
    """The days since 1970-01-01, and which of them exist in the calendar."""
    year, month = _numbers(found, "year", _year), _numbers(found, "month", _month)
    day = _numbers(found, "day", _number)
    if form == "iso":
        joined = _numbers(found, "joined", _number)
        month, day = np.where(joined, joined // 100, month), np.where(joined, joined % 100, day)
    real = (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1)
    months = np.where(real, (year - 1970) * 12 + month - 1, 0)
    first, following = (
        at.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) for at in (months, months + 1)
    )
    real &= day <= following - first
    return np.where(real, first + day - 1, 0), real


def _times_of_day(found: pa.StructArray) -> tuple[Integers, NDArray[np.bool_]]:
    """The ms since midnight, and which of them a clock shows."""
    hour, minute, second = (_numbers(found, name, _number) for name in ("hour", "minute", "second"))
    half = _numbers(found, "half", _half_day)
    fine = np.where(half > 0, (hour >= 1) & (hour <= 12), hour <= 23) & (minute <= 59) & (second <= 59)
    hour = np.where(half > 0, hour % 12 + 12 * (half == _AFTER_NOON), hour)
    ms = ((hour * 60 + minute) * 60 + second) * 1000 + _numbers(found, "fraction", _thousandths)
    return np.where(fine, ms, 0), fine


def _number(digits: str) -> int:
    return int(digits or 0)


def _thousandths(digits: str) -> int:
    return int(digits[:3].ljust(3, "0"))


def _year(digits: str) -> int:
    if len(digits) != 2:
        return _number(digits)
    return int(digits) + (2000 if int(digits) < _CENTURY_ENDS else 1900)


def _month(name: str) -> int:
    """The number of a month that is written as one or as an English name; 0 for none."""
    if not name.isalpha():
        return _number(name)
    word = name.lower()
    return next((number for number, known in enumerate(_MONTHS, 1) if known.startswith(word)), 0)


def _half_day(letter: str) -> int:
    """0 where none is stated, 1 before noon."""
    return " ap".index(letter.lower() or " ")


def _offset(zone: str) -> int:
    """`+02`, `+0200` or `+02:00` in milliseconds; 0 for UTC and where none is stated."""
    if zone[:1] not in ("+", "-"):
        return 0
    hours, minutes = int(zone[1:3]), int(zone[-2:]) if len(zone) > 3 else 0
    if hours > 23 or minutes > 59:
        return _NO_OFFSET
    return (hours * 60 + minutes) * (-60_000 if zone[0] == "-" else 60_000)


def _by_pattern(texts: pa.StringArray, pattern: str) -> _Parts:
    """Read texts by a pattern, one by one: what is irregular is read on distinct texts only."""
    parts = _Parts(len(texts))
    for index, text in enumerate(texts.to_pylist()):
        stripped = (text or "").strip()
        try:
            moment = datetime.strptime(stripped, pattern)  # noqa: DTZ007 -- the pattern may name an offset, else the zone is given
        except ValueError:
            parts.codes[index] = "date-unreadable" if stripped else "date-missing"
            continue
        offset = moment.utcoffset()
        since = moment.replace(tzinfo=None) - _EPOCH
        parts.days[index] = since.days
        parts.ms[index] = (since - timedelta(days=since.days)) // timedelta(milliseconds=1)
        parts.stated[index] = offset is not None
        parts.offsets[index] = (offset or timedelta()) // timedelta(milliseconds=1)
    return parts


def _read_numbers(texts: pa.StringArray, form: str, zone: str) -> tuple[Integers, dict[int, str]]:
    trimmed = pc.utf8_trim_whitespace(texts)
    fits = pc.fill_null(pc.match_substring_regex(trimmed, NUMBER), False)
    numbers = pc.if_else(fits, trimmed, "0").cast(pa.float64()).to_numpy(zero_copy_only=False)
    unread = ~fits.to_numpy(zero_copy_only=False)
    if form != "excel":
        unread = unread | (form == "epoch-s") & (numbers != np.floor(numbers))
    large = numbers * NUMBERS[form] > LATEST_MS - _EXCEL_EPOCH_MS
    ms = np.round(np.where(large, 0, numbers) * NUMBERS[form]).astype(np.int64)
    codes = dict.fromkeys(np.flatnonzero(large).tolist(), "date-out-of-range")
    blank = pc.fill_null(pc.equal(trimmed, ""), True).to_numpy(zero_copy_only=False)
    why = {
        index: "date-missing" if blank[index] else "date-unreadable"
        for index in np.flatnonzero(unread).tolist()
    }
    codes |= why
    stated = np.full(len(texts), form != "excel")
    if form == "excel":
        whole = (ms + 500) // 1000 * 1000
        ms = np.where(np.abs(ms - whole) <= _EXCEL_SLACK_MS, whole, ms) + _EXCEL_EPOCH_MS
    return _in_utc(ms, stated, codes, zone)


def _in_utc(
    ms: Integers, stated: NDArray[np.bool_], codes: dict[int, str], zone: str
) -> tuple[Integers, dict[int, str]]:
    """Local times as instants, where they do not state their offset."""
    local = ~stated
    local[list(codes)] = False
    codes = dict(codes)
    if local.any() and not zone:
        codes |= dict.fromkeys(np.flatnonzero(local).tolist(), "date-without-zone")
    elif local.any():
        where = np.flatnonzero(local)
        utc, twice, never = utc_of(ms[where], zone)
        ms[where] = utc
        codes |= dict.fromkeys(where[twice].tolist(), "time-ambiguous")
        codes |= dict.fromkeys(where[never].tolist(), "time-nonexistent")
    outside = (ms < EARLIEST_MS) | (ms > LATEST_MS)
    for index in np.flatnonzero(outside).tolist():
        codes.setdefault(index, "date-out-of-range")
    ms[list(codes)] = 0
    return ms, codes


def finer_than_ms(texts: pa.StringArray) -> list[int]:
    """The indices of the texts that state a fraction of a second that milliseconds do not hold."""
    finer = pc.fill_null(pc.match_substring_regex(texts, _FINER), False)
    return np.flatnonzero(finer.to_numpy(zero_copy_only=False)).tolist()


_FINER = r":\d\d[.,]\d{3}\d*[1-9]"
