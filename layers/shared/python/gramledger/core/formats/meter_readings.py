"""Meter readings, one in each row: a date with the number of its half hour, a date with a time, or a timestamp.

The number of a half hour counts from the first instant of the local day, so it is exact on every day. A local time is
exact too, but where a clock is put back some come twice: without an offset such a row is refused, never guessed. Times
are those at which periods start, unless the column is called an end, or a day's last one is 24:00.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gramledger.core.claims import DAY_MS
from gramledger.core.columns import Mapping, comparable
from gramledger.core.findings import Finding
from gramledger.core.formats.buckets import keep_keys
from gramledger.core.formats.grid import Grid, cells
from gramledger.core.formats.meter_labels import periods_of
from gramledger.core.formats.meter_settling import (
    columns_of,
    form_of,
    mapping_of,
    require_one,
    zone_of,
)
from gramledger.core.formats.meter_single import Singles, claims_of_singles, read_singles
from gramledger.core.formats.meter_times import (
    DAY_SECONDS,
    HALF_HOUR_SECONDS,
    clock_of,
    length_of,
    states_zone,
)
from gramledger.core.formats.metering import Found, read_local_days, refuse_outside, unit_of_name
from gramledger.core.formats.profile import Head, Profile, Settled
from gramledger.core.instants import EARLIEST_MS
from gramledger.core.typed import CellKind, Typed
from gramledger.core.zones import HALF_HOUR_MS, half_hours, midnights, utc_of

NAME = "meter-readings"
TITLE = "Meter readings, one in each row (CSV)"

FIELDS: dict[str, CellKind] = {
    "meter": CellKind.TEXT,
    "timestamp": CellKind.TIME,
    "date": CellKind.LOCAL_DAY,
    "time": CellKind.TEXT,
    "period": CellKind.TEXT,
    "reading": CellKind.QUANTITY,
    "unit": CellKind.TEXT,
    "flag": CellKind.TEXT,
}

BY_PERIOD, BY_TIME, BY_TIMESTAMP = "date and period", "date and time", "timestamp"

SECONDS, ENDS = "seconds", "ends"
"""Constants of a layout: how long each period is, and whether the times are those at which periods end."""

Integers = NDArray[np.int64]
Periods = tuple[Singles, Integers, Integers, Found]


def variant(header: list[str]) -> str | None:
    """How the header says when a reading was; None if it does not, or has no meter or no reading."""
    fields = columns_of(header, NAME)
    if not {"meter", "reading"} <= fields.keys() or periods_of(header) is not None:
        return None
    return _variant(fields)


def _variant(fields: dict[str, int]) -> str | None:
    if {"date", "period"} <= fields.keys():
        return BY_PERIOD
    if {"date", "time"} <= fields.keys():
        return BY_TIME
    return BY_TIMESTAMP if "timestamp" in fields else None


_TOLD_BY = {BY_PERIOD: ("date", "period"), BY_TIME: ("date", "time"), BY_TIMESTAMP: ("timestamp",)}


def map_header(header: list[str]) -> Mapping:
    """Which column holds which field. Raises FormatUnknown where two may hold the reading."""
    require_one(header, NAME, "reading")
    fields = columns_of(header, NAME)
    told = _TOLD_BY[_variant(fields) or BY_TIMESTAMP]
    others = {name for names in _TOLD_BY.values() for name in names} - set(told)
    return mapping_of(header, {name: index for name, index in fields.items() if name not in others})


def settle(head: Head) -> Settled:
    """The zone, the form of the dates, the unit and the length of the periods.

    Raises ZoneNeeded, DatesAmbiguous, DatesUnreadable, and FormatUnknown where the readings are oddly far apart.
    """
    times = head.texts("timestamp")
    dates = form_of(head, "timestamp" if times else "date")
    zone, notes = (head.zone, []) if times and all(map(states_zone, times)) else zone_of(head)
    seconds, remark = HALF_HOUR_SECONDS, ""
    if "period" not in head.fields:
        seconds, remark = length_of(head, dates, zone or "UTC")
    name = head.header[head.fields.get("timestamp", head.fields.get("time", 0))]
    ends = "end" in comparable(name) or any(
        text in ("24:00", "2400", "24:00:00") for text in head.texts("time")
    )
    if ends and "period" not in head.fields:
        notes = [*notes, f"The times in {name!r} are taken to be those at which the periods end."]
    return Settled(
        dates=dates,
        zone=zone,
        unit=unit_of_name(head.header[head.fields["reading"]]),
        constants={**head.constants, SECONDS: str(seconds), **({ENDS: "yes"} if ends else {})},
        notes=(*notes, *([remark] if remark else [])),
    )


def _read(typed: Typed) -> Periods:
    """(meters and amounts, when each period starts in ms UTC, its seconds, what is found)."""
    found = Found(typed.layout)
    singles = read_singles(typed, found)
    seconds = int(typed.layout.constants[SECONDS])
    if "timestamp" in typed.columns:
        starts = typed.columns["timestamp"].view(pa.int64()).to_numpy(zero_copy_only=False)
    elif "period" in typed.columns:
        return singles, _by_period(typed, found), np.full(len(typed), seconds), found
    else:
        starts = _by_time(typed, found)
    if ENDS in typed.layout.constants:
        starts = starts - 1000 * seconds
        found.add(starts < EARLIEST_MS, "date-out-of-range", None, lambda _: "")
    return singles, starts, _lengths(starts, seconds, typed.layout.zone), found


def _by_period(typed: Typed, found: Found) -> Integers:
    days, sound, dates = read_local_days(typed, found)
    grid = cells(typed, "period") or Grid.of([typed.columns["period"]])
    numbers = [
        int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
        for text in grid.texts.to_pylist()
    ]
    period = np.array([*numbers, 0], np.int64)[grid.at[:, 0]]
    zone = typed.layout.zone
    found.add((period < 1) | sound & (period > half_hours(days, zone)), "period-wrong", "period", grid.text)
    starts = midnights(days, zone)
    refuse_outside(starts, sound, "date", dates, found)
    return starts + HALF_HOUR_MS * (period - 1)


def _by_time(typed: Typed, found: Found) -> Integers:
    days, sound, dates = read_local_days(typed, found)
    grid = Grid.of([typed.columns["time"]])
    clocks = [clock_of(text) for text in grid.texts.to_pylist()]
    read = np.array([*(clock is not None for clock in clocks), False])[grid.at[:, 0]]
    found.add(~read, "time-unreadable", "time", grid.text)
    local = days * DAY_MS + np.array([*(clock or 0 for clock in clocks), 0], np.int64)[grid.at[:, 0]]
    starts, twice, never = utc_of(local, typed.layout.zone)
    found.add(sound & read & twice, "time-ambiguous", "time", grid.text)
    found.add(sound & read & never, "time-nonexistent", "time", grid.text)
    refuse_outside(starts, sound, "date", dates, found)
    return starts


def _lengths(starts: Integers, seconds: int, zone: str) -> Integers:
    """The seconds of each period: those of the file; a local day from midnight on is as long as its clocks have it."""
    lengths = np.full(len(starts), seconds)
    if seconds == DAY_SECONDS and zone:
        for day in (starts // DAY_MS, starts // DAY_MS + 1):
            whole = midnights(day, zone) == starts
            lengths = np.where(whole, half_hours(day, zone) * HALF_HOUR_SECONDS, lengths)
    return lengths


def findings(typed: Typed) -> list[Finding]:
    """What is wrong with the rows, or why they are left out."""
    return _read(typed)[-1].findings()


def claims_of(typed: Typed, rows: NDArray[np.int64], original: pa.Array, now_ms: int) -> pa.RecordBatch:
    """The claims of typed rows, schema CHUNK_CLAIM; `rows` are their record numbers in the chunk."""
    singles, starts, seconds, _ = _read(typed)
    return claims_of_singles(typed, singles, starts, seconds, (rows, original, now_ms))


PROFILE = Profile(
    name=NAME,
    title=TITLE,
    fields=FIELDS,
    kept_as_written=(),
    variant=variant,
    variants=(BY_PERIOD, BY_TIME, BY_TIMESTAMP),
    claims_of=claims_of,
    identify=keep_keys,
    map_header=map_header,
    findings=findings,
    settle=settle,
)
