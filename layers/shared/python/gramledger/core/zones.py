"""Time zones: the local days and times of meters as instants, by the IANA database of the package `tzdata`.

The database of the machine is never asked, so that a file is read the same everywhere. Offsets are looked up once
for each distinct day; only on days on which the clock changes is each distinct time looked at.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gramledger.core.claims import DAY_MS
from gramledger.core.problems import InvalidRequest

HALF_HOUR_MS = 1_800_000

Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 -- the start of local days; the zone is put on each
_EPOCH_UTC = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_LAST = timedelta(days=1) - _MS


def midnights(days: Integers, zone: str) -> Integers:
    """When local days (numbers of days since 1970-01-01) begin, in ms UTC.

    A day whose midnight the clock skips begins with its first instant; of a midnight that comes twice it is the
    first. Raises InvalidRequest for an unknown zone.
    """
    distinct, at = np.unique(days, return_inverse=True)
    starts, _ = _offsets(distinct, zone)
    return (distinct * DAY_MS - starts)[at]


def half_hours(days: Integers, zone: str) -> Integers:
    """How many half hours local days have: 48, and 46 or 50 where the clock goes on or back by one hour.

    Raises InvalidRequest for an unknown zone.
    """
    distinct, at = np.unique(days, return_inverse=True)
    starts, ends = _offsets(distinct, zone)
    return ((DAY_MS + starts - ends) // HALF_HOUR_MS)[at]


def utc_of(local_ms: Integers, zone: str) -> tuple[Integers, Mask, Mask]:
    """Local times (ms since 1970-01-01T00:00 of the wall clock) as (ms UTC, which come twice, which never come).

    The instant of a time that comes twice is its first; that of a time that never comes has no meaning.
    Raises InvalidRequest for an unknown zone.
    """
    days, day_of = np.unique(local_ms // DAY_MS, return_inverse=True)
    starts, ends = _offsets(days, zone)
    offsets = starts[day_of]
    twice = np.zeros(len(local_ms), bool)
    never = np.zeros(len(local_ms), bool)
    changing = np.flatnonzero((starts != ends)[day_of])
    if len(changing):
        times, time_of = np.unique(local_ms[changing], return_inverse=True)
        first, second = _both_offsets(times, zone)
        offsets[changing] = first[time_of]
        twice[changing] = (first > second)[time_of]
        never[changing] = (first < second)[time_of]
    return local_ms - offsets, twice, never


def local_of(utc_ms: Integers, zone: str) -> Integers:
    """Instants (ms UTC) as local times (ms since 1970-01-01T00:00 of the wall clock).

    Clocks change at whole half hours of UTC, so the offset is looked up once for each of these. Raises InvalidRequest
    for an unknown zone.
    """
    known = _zone(zone)
    distinct, at = np.unique(utc_ms // HALF_HOUR_MS, return_inverse=True)
    starts = [_EPOCH_UTC + timedelta(milliseconds=ms) for ms in (distinct * HALF_HOUR_MS).tolist()]
    offsets = np.array(
        [(start.astimezone(known).utcoffset() or timedelta()) // _MS for start in starts], np.int64
    )
    return utc_ms + offsets[at] if len(offsets) else utc_ms


def require_zone(name: str) -> None:
    """Raise InvalidRequest unless there is a time zone of that name."""
    _zone(name)


@cache
def _names() -> frozenset[str]:
    return frozenset((resources.files("tzdata") / "zones").read_text("utf-8").split())


@cache
def _zone(name: str) -> ZoneInfo:
    if name not in _names():
        raise InvalidRequest(
            f"There is no time zone {name[:100]!r}. Give the name of the IANA database, such as 'Europe/London' or "
            "'UTC'.",
            zone=name[:100],
        )
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def _offsets(days: Integers, zone: str) -> tuple[Integers, Integers]:
    """How far local time is ahead of UTC when local days begin and when they end, in ms."""
    known = _zone(zone)
    pairs = [_offsets_of_day(day, known) for day in days.tolist()]
    both = np.array(pairs, np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _offsets_of_day(day: int, zone: ZoneInfo) -> tuple[int, int]:
    midnight = _EPOCH + timedelta(days=day)
    return _offset(midnight, zone, fold=0), _offset(midnight + _LAST, zone, fold=1)


def _both_offsets(local_ms: Integers, zone: str) -> tuple[Integers, Integers]:
    """The offsets of local times as they come first and as they come last; they differ only where a clock changes."""
    known = _zone(zone)
    times = [_EPOCH + timedelta(milliseconds=ms) for ms in local_ms.tolist()]
    first, second = (
        np.array([_offset(time, known, fold=fold) for time in times], np.int64) for fold in (0, 1)
    )
    return first, second


def _offset(local: datetime, zone: ZoneInfo, fold: int) -> int:
    offset = (
        zone.utcoffset(local.replace(tzinfo=zone, fold=fold)) or timedelta()
    )  # never null for a time of day
    return offset // _MS
