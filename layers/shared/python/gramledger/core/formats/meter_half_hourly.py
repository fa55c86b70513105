"""Half-hourly meter readings, one row for a meter and day: `MPAN,Date,HH01..HH48` in every layout of `meter_labels`.

A local day has 46, 48 or 50 half hours. Period p starts 30 x (p - 1) minutes after the day's first instant, so a
clock change needs no guess: exactly the day's half hours must be there. A row is all or nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gramledger.core.claims import DAY_MS
from gramledger.core.columns import Mapping
from gramledger.core.findings import Finding
from gramledger.core.formats.buckets import keep_keys
from gramledger.core.formats.claiming import require
from gramledger.core.formats.grid import Grid, Rows
from gramledger.core.formats.meter_labels import MOST, ORDINARY, Periods, periods_of
from gramledger.core.formats.meter_settling import columns_of, form_of, mapping_of, zone_of
from gramledger.core.formats.metering import (
    Amounts,
    Found,
    Readings,
    claims_of_readings,
    kinds_of,
    kinds_of_rows,
    read_amounts,
    read_local_days,
    read_meters,
    refuse_outside,
    unit_of_name,
)
from gramledger.core.formats.profile import Head, Profile, Settled
from gramledger.core.problems import FormatUnknown
from gramledger.core.typed import CellKind, Typed, coded
from gramledger.core.zones import HALF_HOUR_MS, half_hours, midnights, utc_of

NAME = "meter-half-hourly"
TITLE = "Half-hourly meter readings, a day in each row (CSV)"

_READINGS = [f"reading_{number}" for number in range(1, MOST + 1)]
_FLAGS = [f"flag_{number}" for number in range(1, MOST + 1)]


FIELDS: dict[str, CellKind] = {
    "meter": CellKind.TEXT,
    "date": CellKind.LOCAL_DAY,
    "unit": CellKind.TEXT,
    "flag": CellKind.TEXT,
    "reading": CellKind.QUANTITY,
    **dict.fromkeys(_READINGS, CellKind.QUANTITY),
    **dict.fromkeys(_FLAGS, CellKind.TEXT),
}

Integers = NDArray[np.int64]


def variant(header: list[str]) -> str | None:
    """`48 periods` and the like; None if the header has no columns of half hours.

    Raises FormatUnknown where it is not certain which is which, and ColumnsMissing.
    """
    fields = columns_of(header, NAME)
    if not fields:
        return None
    periods = periods_of(header)
    if periods is None:
        return None
    require("file of half-hourly readings", fields, {"meter": "MPAN", "date": "Date"})
    flagged = " with flags" if any(flag is not None for flag in periods.flags) else ""
    return f"{len(periods.values)} periods{flagged}"


def map_header(header: list[str]) -> Mapping:
    """Which column holds which field. Raises FormatUnknown."""
    periods = periods_of(header) or Periods([], [])
    taken = {*periods.values, *periods.flags}
    fields = {name: index for name, index in columns_of(header, NAME).items() if index not in taken}
    fields |= dict(zip(_READINGS, periods.values, strict=False))
    fields |= {name: at for name, at in zip(_FLAGS, periods.flags, strict=False) if at is not None}
    return mapping_of(header, fields)


def settle(head: Head) -> Settled:
    """The zone, the form of the dates and the unit.

    Raises ZoneNeeded, DatesAmbiguous, DatesUnreadable and FormatUnknown.
    """
    for name in _FLAGS:
        if any(text.replace(",", ".").count(".") == 1 and text[-1].isdigit() for text in head.texts(name)):
            column = head.fields[name]
            raise FormatUnknown(
                f"Column {column + 1} ({head.header[column]!r}) stands beside readings of the same half hour and holds "
                "numbers too: which of the two is meant is not certain. Remove one of them.",
                columns=[column + 1],
            )
    zone, notes = zone_of(head)
    first = head.header[head.fields["reading_1"]]
    return Settled(
        dates=form_of(head, "date"),
        zone=zone,
        unit=unit_of_name(first),
        constants=head.constants,
        notes=tuple(notes),
    )


@dataclass(frozen=True, slots=True)
class _Days:
    """What typed rows say: R meter days with C columns of half hours."""

    meters: pa.DictionaryArray
    starts: Integers
    """(R,) when each day begins, in ms UTC."""
    grid: Grid
    amounts: Amounts
    found: Found


def _read(typed: Typed) -> _Days:
    found = Found(typed.layout)
    names = [name for name in _READINGS if name in typed.columns]
    grid = Grid.of([typed.columns[name] for name in names])
    meters = read_meters(typed, found)
    amounts = read_amounts(typed, grid, names, found)
    days, sound, dates = read_local_days(typed, found)
    starts = midnights(days, typed.layout.zone)
    sound = refuse_outside(starts, sound, "date", dates, found)
    _check_periods(typed, grid.given, days, found, sound=sound)
    return _Days(meters, starts, grid, amounts, found)


def _check_periods(typed: Typed, given: Rows, days: Integers, found: Found, *, sound: Rows) -> None:
    """Refuse those of the rows with a sound date in which not exactly the half hours of their day are given."""
    zone = typed.layout.zone
    columns = np.arange(given.shape[1])
    lengths = half_hours(days, zone)
    whole = (given == (columns < lengths[:, None])).all(axis=1) & (lengths <= given.shape[1])
    whole |= _by_the_clock(given, days, lengths, zone)
    wrong = sound & ~whole
    nothing = wrong & ~given.any(axis=1)
    found.add(nothing, "readings-blank", None, lambda _: "")
    counts = given.sum(axis=1)
    gaps = wrong & ~nothing & (lengths == ORDINARY) & (counts < ORDINARY)
    for column, name in enumerate(_READINGS[: min(ORDINARY, given.shape[1])]):
        found.add(gaps & ~given[:, column], "reading-missing", name, lambda _: "")
    odd = wrong & ~nothing & ~gaps
    found.add(
        odd,
        "periods-wrong",
        None,
        lambda row: f"{counts[row]} readings for a day of {lengths[row]} half hours",
    )


def _by_the_clock(given: Rows, days: Integers, lengths: Integers, zone: str) -> Rows:
    """The rows of short days in which just the times are blank that the clocks of the day never show."""
    fits = np.zeros(len(given), bool)
    for day in np.unique(days[lengths < ORDINARY]).tolist():
        times = day * DAY_MS + HALF_HOUR_MS * np.arange(given.shape[1])
        _, _, never = utc_of(times[:ORDINARY], zone)
        shown = np.zeros(given.shape[1], bool)
        shown[: len(never)] = ~never
        rows = days == day
        fits[rows] = (given[rows] == shown).all(axis=1)
    return fits


def findings(typed: Typed) -> list[Finding]:
    """What is wrong with the rows, or why they are left out."""
    return _read(typed).found.findings()


def claims_of(typed: Typed, rows: NDArray[np.int64], original: pa.Array, now_ms: int) -> pa.RecordBatch:
    """The claims of typed rows, schema CHUNK_CLAIM: one for each half hour, in the order of time."""
    found = _read(typed)
    row, column = np.nonzero(found.grid.given)
    lengths = found.grid.given.sum(axis=1)
    ordinal = np.arange(len(row)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    readings = Readings(
        row=row,
        ts=found.starts[row] + HALF_HOUR_MS * ordinal,
        micro=found.amounts.micro[row, column],
        seconds=np.full(len(row), HALF_HOUR_MS // 1000),
        kind=_kinds(typed, row, column),
        inexact=_inexact(typed, found, row, column),
    )
    return claims_of_readings(readings, found.meters, rows, original, now_ms)


def _kinds(typed: Typed, row: Integers, column: Integers) -> pa.DictionaryArray | None:
    """The flag of each reading: the one beside it, else that of its row."""
    beside = [typed.columns[name] for name in _FLAGS if name in typed.columns]
    places = np.array([index for index, name in enumerate(_FLAGS) if name in typed.columns], np.int64)
    if beside:
        kinds, at = kinds_of(beside)
        at = np.concatenate([at, np.full((len(at), 1), len(kinds) - 1)], axis=1)
        of_column = np.full(MOST, len(beside))
        of_column[places] = np.arange(len(beside))
        return coded(kinds, at[row, of_column[column]])
    of_rows = kinds_of_rows(typed)
    return None if of_rows is None else coded(of_rows[0], of_rows[1][row])


def _inexact(
    typed: Typed, found: _Days, row: Integers, column: Integers
) -> dict[str, tuple[Integers, pa.StringArray]]:
    if found.amounts.exact.all():
        return {}
    names = [name for name in _READINGS if name in typed.columns]
    header = dict(zip(typed.layout.names, typed.layout.header, strict=True))
    rounded = ~found.amounts.exact[row, column]
    places = {number: np.flatnonzero(rounded & (column == number)) for number in range(len(names))}
    return {
        header[name]: (
            places[number],
            found.grid.texts.take(pa.array(found.grid.at[row[places[number]], number])),
        )
        for number, name in enumerate(names)
        if len(places[number])
    }


PROFILE = Profile(
    name=NAME,
    title=TITLE,
    fields=FIELDS,
    kept_as_written=(),
    variant=variant,
    variants=("46 periods", "48 periods", "50 periods", "48 periods with flags", "50 periods with flags"),
    claims_of=claims_of,
    identify=keep_keys,
    map_header=map_header,
    findings=findings,
    settle=settle,
)
