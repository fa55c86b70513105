"""Instants: ISO 8601 dates with a time and a zone, as milliseconds since 1970-01-01T00:00Z.

In a clean block Arrow's own reader has done all of this; here the cells of the other blocks are read. Whatever Arrow
accepts is read as the same instant here; what it refuses is read one by one, or refused with the reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

EARLIEST_MS = 0
LATEST_MS = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z

INSTANT = pa.timestamp("ms", "UTC")

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 -- offsets are subtracted apart: the sum may lie outside datetime's years

# The usual forms, with days that exist in every year: Arrow reads these whole columns at a time.
USUAL = (
    r"^\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))"
    r"[T ](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{3})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$"
)
_ISO = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[Tt ](?P<time>[0-9]{2}(?::[0-9]{2}(?::[0-9]{2}(?:[.,](?P<fraction>[0-9]{1,9}))?)?)?)"
    r" ?(?P<zone>[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
_NO_YEAR = "0000"


@dataclass(frozen=True, slots=True)
class Instant:
    """What one cell says: `ms` and whether that is all it says, or the code of the reject."""

    ms: int = 0
    exact: bool = True
    code: str | None = None


def read_instant(text: str) -> Instant:
    """Read one cell. Fractions finer than a millisecond are cut (never rounded into the next one) and not `exact`."""
    text = text.strip()
    if not text:
        return Instant(code="date-missing")
    match = _ISO.fullmatch(text)
    if match is None:
        return Instant(code="date-unreadable")
    if match["date"].startswith(_NO_YEAR):
        return Instant(code="date-out-of-range")
    try:
        local = datetime.fromisoformat(f"{match['date']}T{(match['time'] or '00')[:8]}")
        zone = _zone(match["zone"])
    except ValueError:
        return Instant(code="date-unreadable")
    if zone is None:
        return Instant(code="date-without-zone")
    digits = match["fraction"] or ""
    ms = (local - _EPOCH - zone) // timedelta(milliseconds=1) + int(digits[:3].ljust(3, "0"))
    return _in_range(ms, exact=not digits[3:].strip("0"))


def _zone(text: str | None) -> timedelta | None:
    """The offset of `Z`, `+02`, `+0200` or `+02:00`; ValueError when there is no such offset."""
    if text is None:
        return None
    if text in "Zz":
        return timedelta()
    hours, minutes = int(text[1:3]), int(text[-2:]) if len(text) > 3 else 0
    if hours > 23 or minutes > 59:
        raise ValueError(text)
    offset = timedelta(hours=hours, minutes=minutes)
    return -offset if text[0] == "-" else offset


def _in_range(ms: int, *, exact: bool) -> Instant:
    if EARLIEST_MS <= ms <= LATEST_MS:
        return Instant(ms, exact)
    return Instant(code="date-out-of-range")


def read_instants(texts: pa.StringArray) -> tuple[NDArray[np.int64], list[tuple[int, Instant]]]:
    """Read many cells: (ms of each, [(index, instant) of those that Arrow does not read]); null is blank."""
    instants = _read_by_arrow(texts)
    ms = instants.cast(pa.int64()).fill_null(0).to_numpy().copy()
    odd = instants.is_null().to_numpy(zero_copy_only=False) | (ms < EARLIEST_MS) | (ms > LATEST_MS)
    read = [(index, read_instant(texts[index].as_py() or "")) for index in np.flatnonzero(odd).tolist()]
    for index, instant in read:
        ms[index] = instant.ms
    return ms, read


def _read_by_arrow(texts: pa.StringArray) -> pa.TimestampArray:
    """The instants, null where there is none: all at once, or else those that are certain to exist."""
    try:
        return texts.cast(INSTANT)
    except pa.ArrowInvalid:
        usual = pc.match_substring_regex(texts, USUAL)
        return pc.if_else(usual, texts, None).cast(INSTANT)
