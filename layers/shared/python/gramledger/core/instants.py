"""Instants: ISO 8601 dates with a time and a zone, as milliseconds since 1970-01-01T00:00Z.

What Arrow's own timestamp reader accepts is what a clean block accepts without any text ever being looked at here;
this module reads the rest one by one, and says why not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

EARLIEST_MS = 0
LATEST_MS = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z

INSTANT = pa.timestamp("ms", "UTC")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Exactly the form of a Cursor export, with days that exist in every year: these go to Arrow without a second look.
_USUAL = (
    r"^\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))"
    r"T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{3})?Z$"
)
_ISO = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[Tt ](?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?P<fraction>[.,][0-9]{1,9})?"
    r" ?(?P<zone>[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)


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
    try:
        return _in_range(pa.scalar(text).cast(INSTANT).value, exact=True)
    except pa.ArrowInvalid:
        return _read_iso(text)


def _read_iso(text: str) -> Instant:
    match = _ISO.fullmatch(text)
    if match is None:
        return Instant(code="date-unreadable")
    try:
        local = datetime.fromisoformat(f"{match['date']}T{match['time'] or '00:00'}")
        zone = _zone(match["zone"])
    except ValueError:
        return Instant(code="date-unreadable")
    if zone is None:
        return Instant(code="date-without-zone")
    digits = (match["fraction"] or ".")[1:]
    try:
        seconds = (local.replace(tzinfo=zone) - _EPOCH) // timedelta(seconds=1)
    except OverflowError:
        return Instant(code="date-out-of-range")
    return _in_range(seconds * 1000 + int(digits[:3].ljust(3, "0")), exact=not digits[3:].strip("0"))


def _zone(text: str | None) -> timezone | None:
    """The zone of `Z`, `+02`, `+0200` or `+02:00`; ValueError when there is no such offset."""
    if text is None:
        return None
    if text in "Zz":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:]) if len(text) > 3 else 0
    if hours > 23 or minutes > 59:
        raise ValueError(text)
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)


def _in_range(ms: int, *, exact: bool) -> Instant:
    if EARLIEST_MS <= ms <= LATEST_MS:
        return Instant(ms, exact)
    return Instant(code="date-out-of-range")


def read_instants(texts: pa.Array) -> tuple[NDArray[np.int64], list[tuple[int, Instant]]]:
    """Read distinct cells: (ms of each, [(index, instant) of those that are not of the usual form])."""
    usual = pc.match_substring_regex(texts, _USUAL)
    ms = pc.if_else(usual, texts, None).cast(INSTANT).cast(pa.int64()).fill_null(0).to_numpy().copy()
    odd = np.flatnonzero(~usual.to_numpy(zero_copy_only=False) | (ms < EARLIEST_MS)).tolist()
    read = [(index, read_instant(texts[index].as_py())) for index in odd]
    for index, instant in read:
        ms[index] = instant.ms
    return ms, read
