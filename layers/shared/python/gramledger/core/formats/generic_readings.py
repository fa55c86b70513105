"""Meter readings in a table of any tool, one in each row: which column means what is said by a mapping.

How long the period of a reading is must be said too, as minutes or as a local day (which has 23, 24 or 25 hours).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gramledger.core.claims import DAY_MS
from gramledger.core.findings import Finding
from gramledger.core.formats.buckets import keep_keys
from gramledger.core.formats.generic_usage import BY_MAPPING
from gramledger.core.formats.grid import Grid, cells
from gramledger.core.formats.local_times import instants_of
from gramledger.core.formats.meter_settling import zone_of
from gramledger.core.formats.meter_single import Singles, claims_of_singles, read_singles
from gramledger.core.formats.metering import Found, unit_of_name
from gramledger.core.formats.profile import Head, Profile, Settled
from gramledger.core.problems import ColumnsMissing, ZoneNeeded
from gramledger.core.typed import CellKind, Typed
from gramledger.core.zones import HALF_HOUR_MS, half_hours, midnights

NAME = "generic-readings"
TITLE = "Meter readings in a table of any tool"

FIELDS: dict[str, CellKind] = {
    "time": CellKind.TIME,
    "date": CellKind.TEXT,
    "clock": CellKind.TEXT,
    "meter": CellKind.TEXT,
    "reading": CellKind.QUANTITY,
    "unit": CellKind.TEXT,
    "flag": CellKind.TEXT,
    "period": CellKind.TEXT,
}

DAY = "day"
MOST_MINUTES = 1440

Integers = NDArray[np.int64]


def check_fields(stated: Collection[str]) -> None:
    """Raise ColumnsMissing unless the fields that have a column or a constant say when, how long, of what, how much."""
    missing = [] if {"time", "date"} & set(stated) else ["time (or date)"]
    missing += [name for name in ("reading", "meter", "period") if name not in stated]
    if missing:
        raise ColumnsMissing(
            f"The mapping of readings has neither a column nor a constant for {' and '.join(missing)}.",
            missing=missing,
        )
    if "time" in stated and {"date", "clock"} & set(stated):
        raise ColumnsMissing("Map either 'time', or 'date' and perhaps 'clock'.", missing=[])


def settle(head: Head) -> Settled:
    """The zone and the unit. Times may state their zone; only a day has none. Raises ZoneNeeded."""
    unit = unit_of_name(head.header[head.fields["reading"]])
    settled = Settled(dates=head.dates, unit=unit, constants=head.constants)
    try:
        zone, notes = zone_of(head)
    except ZoneNeeded:
        periods = {head.constants.get("period", "").lower(), *map(str.lower, head.texts("period"))}
        if DAY in periods:
            raise
        return settled
    return replace(settled, zone=zone, notes=tuple(notes))


def _read(typed: Typed) -> tuple[Singles, Integers, Integers, Found, list[Finding]]:
    """(meters and amounts, instants, seconds, what is found, and what is found in dates)."""
    found = Found(typed.layout)
    singles = read_singles(typed, found)
    ts, undated = instants_of(typed)
    periods = cells(typed, "period")
    if periods is None:
        raise AssertionError("a mapping of readings has no period")
    seconds = _seconds(periods, ts, typed.layout.zone)
    dated = np.ones(len(typed), bool)
    dated[[finding.position for finding in undated]] = False
    found.add(dated & (seconds == 0), "period-unknown", "period", periods.text)
    return singles, ts, seconds, found, undated


def _seconds(periods: Grid, ts: Integers, zone: str) -> Integers:
    """How long the period of each row is; 0 where that is not known."""
    texts = [text.lower() for text in periods.texts.to_pylist()]
    minutes = [int(text) if text.isascii() and text.isdecimal() and len(text) <= 4 else 0 for text in texts]
    stated = np.array([*(count if count <= MOST_MINUTES else 0 for count in minutes), 0], np.int64)
    seconds: Integers = stated[periods.at[:, 0]] * 60
    by_day = np.array([*(text == DAY for text in texts), False])[periods.at[:, 0]]
    if by_day.any():
        seconds[by_day] = _seconds_of_days(ts[by_day], zone)
    return seconds


def _seconds_of_days(ts: Integers, zone: str) -> Integers:
    """How long the local days are that begin at these instants; 0 where none does."""
    seconds = np.zeros(len(ts), np.int64)
    for shift in (-1, 0, 1):
        days = ts // DAY_MS + shift
        begin = midnights(days, zone) == ts
        seconds[begin] = half_hours(days[begin], zone) * (HALF_HOUR_MS // 1000)
    return seconds


def findings(typed: Typed) -> list[Finding]:
    """What is wrong with the rows, or why they are left out."""
    *_, found, undated = _read(typed)
    order = {name: index for index, name in enumerate(typed.layout.names)}
    others = found.findings()
    left_out = {finding.position for finding in others if finding.code == "reactive-energy"}
    others += [finding for finding in undated if finding.position not in left_out]
    return sorted(others, key=lambda finding: (finding.position, order.get(finding.field or "", -1)))


def claims_of(typed: Typed, rows: NDArray[np.int64], original: pa.Array, now_ms: int) -> pa.RecordBatch:
    """The claims of typed rows, schema CHUNK_CLAIM: one reading each."""
    singles, ts, seconds, *_ = _read(typed)
    return claims_of_singles(typed, singles, ts, seconds, (rows, original, now_ms))


def variant(_header: list[str]) -> str | None:
    """None: no header says by itself that it is of this format."""
    return None


PROFILE = Profile(
    name=NAME,
    title=TITLE,
    fields=FIELDS,
    kept_as_written=(),
    variant=variant,
    variants=(BY_MAPPING,),
    claims_of=claims_of,
    identify=keep_keys,
    findings=findings,
    settle=settle,
    complete=check_fields,
)
