"""Daily meter readings, one row for a meter and day with what was used in it: `MPAN,Date,Reading`.

The day is a local one: it begins at the first instant of its date, and is an hour shorter or longer where a clock
changes.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gramledger.core.columns import Mapping
from gramledger.core.findings import Finding
from gramledger.core.formats.buckets import keep_keys
from gramledger.core.formats.meter_labels import periods_of
from gramledger.core.formats.meter_settling import (
    columns_of,
    form_of,
    mapping_of,
    require_one,
    zone_of,
)
from gramledger.core.formats.meter_single import Singles, claims_of_singles, read_singles
from gramledger.core.formats.metering import Found, read_local_days, refuse_outside, unit_of_name
from gramledger.core.formats.profile import Head, Profile, Settled
from gramledger.core.typed import CellKind, Typed
from gramledger.core.zones import HALF_HOUR_MS, half_hours, midnights

NAME = "meter-daily"
TITLE = "Daily meter readings (CSV)"

FIELDS: dict[str, CellKind] = {
    "meter": CellKind.TEXT,
    "date": CellKind.LOCAL_DAY,
    "reading": CellKind.QUANTITY,
    "unit": CellKind.TEXT,
    "flag": CellKind.TEXT,
}

_TIMES = ("timestamp", "time", "period")
"""Fields of `meter-readings` that say when in a day a reading was."""

Integers = NDArray[np.int64]


def variant(header: list[str]) -> str | None:
    """`daily`; None if the header has no meter, date and reading, or says when in the day the reading was."""
    fields = columns_of(header, NAME)
    if not {"meter", "date", "reading"} <= fields.keys() or periods_of(header) is not None:
        return None
    return None if any(name in columns_of(header, "meter-readings") for name in _TIMES) else "daily"


def map_header(header: list[str]) -> Mapping:
    """Which column holds which field. Raises FormatUnknown where two may hold the reading."""
    require_one(header, NAME, "reading")
    return mapping_of(header, columns_of(header, NAME))


def settle(head: Head) -> Settled:
    """The zone, the form of the dates and the unit. Raises ZoneNeeded, DatesAmbiguous and DatesUnreadable."""
    zone, notes = zone_of(head)
    return Settled(
        dates=form_of(head, "date"),
        zone=zone,
        unit=unit_of_name(head.header[head.fields["reading"]]),
        constants=head.constants,
        notes=tuple(notes),
    )


def _read(typed: Typed) -> tuple[Singles, Integers, Integers, Found]:
    """(meters and amounts, when each day begins in ms UTC, its seconds, what is found)."""
    found = Found(typed.layout)
    singles = read_singles(typed, found)
    days, sound, dates = read_local_days(typed, found)
    starts = midnights(days, typed.layout.zone)
    refuse_outside(starts, sound, "date", dates, found)
    return singles, starts, half_hours(days, typed.layout.zone) * (HALF_HOUR_MS // 1000), found


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
    variants=("daily",),
    claims_of=claims_of,
    identify=keep_keys,
    map_header=map_header,
    findings=findings,
    settle=settle,
)
