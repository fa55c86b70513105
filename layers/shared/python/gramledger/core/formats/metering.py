"""What the layouts of meter readings have in common: meters, units, flags and amounts, and the claims of readings.

A reading says how much energy a meter counted in a period. Its instant is the start of the period, its key the meter
and the length of the period: the same period read again speaks of the same entry.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gramledger.core.claims import ACTUAL, ESTIMATED
from gramledger.core.columns import comparable
from gramledger.core.dates import read_days
from gramledger.core.findings import Finding
from gramledger.core.formats.claiming import Flags, batch_of
from gramledger.core.formats.grid import Grid, Rows, cells
from gramledger.core.instants import EARLIEST_MS, LATEST_MS
from gramledger.core.original import DENSE
from gramledger.core.quantities import EXPONENTS, REACTIVE, Energies, read_energies
from gramledger.core.typed import Layout, Typed, coded

Integers = NDArray[np.int64]

_KINDS = {
    **dict.fromkeys(("a", "act", "actual", "actualreading", "measured", "m"), ACTUAL),
    **dict.fromkeys(("e", "est", "estimate", "estimated", "estimatedreading"), ESTIMATED),
}
_UNITS = {
    **{unit: unit for unit in EXPONENTS},
    **dict.fromkeys(("kilowatthours", "kilowatthour", "kwhs", "ai", "activeimport", "electricitykwh"), "kwh"),
    **dict.fromkeys(REACTIVE, ""),
}
"""Comparable unit -> unit of EXPONENTS; empty for what is no energy that was used."""

_ROUNDED = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]+")
"""A long number as a spreadsheet shows it: its last digits are lost."""


class Found:
    """What is found in rows, so that every bad cell of a row is named in the order of the columns."""

    def __init__(self, layout: Layout) -> None:
        self._order = {name: index for index, name in enumerate(layout.names)}
        self._findings: list[Finding] = []
        self._left_out: set[int] = set()

    def add(self, rows: Rows, code: str, field: str | None, text: Callable[[int], str]) -> None:
        """The rows of a mask have a code; `text` gives what was found in a row."""
        named = field if field in self._order else None
        self._findings += [Finding(row, code, named, text(row)) for row in np.flatnonzero(rows).tolist()]

    def leave_out(self, rows: Rows, code: str) -> None:
        """The rows of a mask are left out, whatever else is found in them."""
        found = np.flatnonzero(rows).tolist()
        self._left_out |= set(found)
        self._findings += [Finding(row, code) for row in found]

    def findings(self) -> list[Finding]:
        """All of them, by row and column; of a row that is left out only that."""
        kept = [f for f in self._findings if f.position not in self._left_out or f.found is None]
        return sorted(kept, key=lambda f: (f.position, self._order.get(f.field or "", -1)))


@dataclass(frozen=True, slots=True)
class Amounts:
    """The energies of the cells of a grid."""

    micro: Integers
    """(R, C) micro-watt-hours; 0 where a cell is blank or refused."""
    exact: Rows
    """(R, C): whether that is all that the cell says."""


def read_amounts(typed: Typed, grid: Grid, names: Sequence[str], found: Found) -> Amounts:
    """The energies in the columns of these names (of the fields of the grid), in the unit of each row."""
    unit_of_row = _units(typed, found)
    micro = np.zeros(grid.at.shape, np.int64)
    exact = np.ones(grid.at.shape, bool)
    for unit in sorted(set(unit_of_row) - {""}):
        energies = read_energies(grid.texts, typed.layout.decimal, unit)
        rows = np.array([its == unit for its in unit_of_row]) if len(set(unit_of_row)) > 1 else slice(None)
        at = grid.at[rows]
        micro[rows] = np.append(energies.micro, 0)[at]
        exact[rows] = np.append(energies.exact, True)[at]
        if energies.codes:
            _refuse_cells(energies, grid, rows, names, found)
    return Amounts(micro, exact)


def _refuse_cells(
    energies: Energies, grid: Grid, rows: Rows | slice, names: Sequence[str], found: Found
) -> None:
    within = np.zeros(len(grid.at), bool)
    within[rows] = True
    for column, name in enumerate(names):
        for code in sorted(set(energies.codes.values())):
            bad = [index for index, its in energies.codes.items() if its == code]
            refused = within & np.isin(grid.at[:, column], bad)
            found.add(refused, code, name, partial(grid.text, column=column))


def _units(typed: Typed, found: Found) -> list[str]:
    """The unit of each row; empty where it is none of energy."""
    stated = cells(typed, "unit")
    usual = typed.layout.unit
    if stated is None:
        return [usual] * len(typed)
    known = [_UNITS.get(comparable(text)) for text in stated.texts.to_pylist()]
    places = stated.at[:, 0]
    unknown = np.array([*(unit is None for unit in known), False])[places]
    found.add(unknown, "unit-unknown", "unit", stated.text)
    found.leave_out(np.array([*(unit == "" for unit in known), False])[places], "reactive-energy")
    units = [*(unit or "" for unit in known), usual]
    return [units[place] for place in places.tolist()]


def unit_of_name(name: str) -> str:
    """The unit that the name of a column states; kWh where it states none."""
    words = re.split(r"[^a-z]+", name.lower())
    compact = comparable(name)
    return next((unit for unit in ("mwh", "kwh", "wh") if unit in words or compact.endswith(unit)), "kwh")


def read_meters(typed: Typed, found: Found) -> pa.DictionaryArray:
    """The meter of each row (null where it is blank)."""
    grid = cells(typed, "meter")
    if grid is None:
        raise AssertionError("a file of readings names no meter")
    places = grid.at[:, 0]
    found.add(places == len(grid.texts), "meter-missing", "meter", grid.text)
    texts = grid.texts.to_pylist()
    rounded = np.array([*(_ROUNDED.fullmatch(text) is not None for text in texts), False])[places]
    found.add(rounded, "meter-rounded", "meter", grid.text)
    return coded([*texts, None], places)


def refuse_texts(grid: Grid, codes: dict[int, str], field: str, found: Found) -> None:
    """The rows of a grid of one column whose texts have codes, and blank ones as a date that is missing."""
    places = grid.at[:, 0]
    for code in sorted(set(codes.values())):
        bad = np.isin(places, [index for index, its in codes.items() if its == code])
        found.add(bad, code, field, grid.text)
    found.add(places == len(grid.texts), "date-missing", field, grid.text)


def refuse_outside(ms: Integers, sound: Rows, field: str, grid: Grid, found: Found) -> Rows:
    """Rows whose instants lie outside the calendar of the ledger are refused; which of the sound ones remain."""
    outside = sound & ((ms < EARLIEST_MS) | (ms > LATEST_MS))
    found.add(outside, "date-out-of-range", field, grid.text)
    return sound & ~outside


def kinds_of(columns: Sequence[pa.DictionaryArray]) -> tuple[list[str | None], Integers]:
    """(distinct kinds, which of them each cell of (R, C) has): actual, estimated, the flag as written, or null."""
    grid = Grid.of(columns)
    return _kinds(grid), grid.at


def _kinds(grid: Grid, asked: bool = False) -> list[str | None]:
    """What each text says, and then a blank cell; where the column asks whether it is estimated, `asked`, yes or no."""
    known = {**_KINDS, **(_YES_OR_NO if asked else {})}
    return [*(known.get(comparable(text), text) for text in grid.texts.to_pylist()), None]


def kinds_of_rows(typed: Typed) -> tuple[list[str | None], Integers] | None:
    """(distinct kinds, which of them each row has) by the flag of the row; None where rows have none."""
    grid = cells(typed, "flag")
    if grid is None:
        return None
    asked = False
    if "flag" in typed.columns:
        asked = comparable(written_name(typed.layout, "flag")).startswith("estimate")
    return _kinds(grid, asked), grid.at[:, 0]


def written_name(layout: Layout, field: str) -> str:
    """The name in the header of the column of a field."""
    return layout.header[list(layout.names).index(field)]


def read_local_days(typed: Typed, found: Found) -> tuple[Integers, Rows, Grid]:
    """The local day of each row (days since 1970-01-01), which of them are sound, and their cells."""
    grid = cells(typed, "date")
    if grid is None:
        raise AssertionError("a file of readings has no date")
    distinct, codes = read_days(grid.texts, typed.layout.dates)
    refuse_texts(grid, codes, "date", found)
    places = grid.at[:, 0]
    sound = ~np.append(np.isin(np.arange(len(distinct)), list(codes)), True)[places]
    return np.where(sound, np.append(distinct, 0)[places], 0), sound, grid


_YES_OR_NO = {
    **dict.fromkeys(("y", "yes", "true", "1"), ESTIMATED),
    **dict.fromkeys(("n", "no", "false", "0"), ACTUAL),
}


@dataclass(frozen=True, slots=True)
class Readings:
    """Readings, in the order of their rows; arrays of one length."""

    row: Integers
    """Position of the typed row that holds each."""
    ts: Integers
    micro: Integers
    seconds: Integers
    kind: pa.DictionaryArray | None
    inexact: dict[str, tuple[Integers, pa.StringArray]]
    """Header name -> (which readings say more there than micro-watt-hours, their texts)."""


def claims_of_readings(
    readings: Readings,
    meters: pa.DictionaryArray,
    rows: NDArray[np.int64],
    original: pa.Array | None,
    now_ms: int,
) -> pa.RecordBatch:
    """The claims of readings, schema CHUNK_CLAIM; meters, rows and original are those of the typed rows."""
    count = len(readings.row)
    flags = Flags(count)
    flags.check_instants(readings.ts, now_ms)
    at = pa.array(readings.row)
    meter = meters.take(at)
    columns: dict[str, Any] = {
        "ts": pa.array(readings.ts),
        "key": _keys(meter, readings.seconds),
        "row": pa.array(rows[readings.row]),
        "kind": readings.kind,
        "meter": meter,
        "energy": pa.array(readings.micro),
        "seconds": pa.array(readings.seconds),
        "original": _with_texts(None if original is None else original.take(at), readings.inexact, count),
    }
    return batch_of({**columns, "warnings": flags.column()}, count)


def _keys(meter: pa.DictionaryArray, seconds: Integers) -> pa.DictionaryArray:
    lengths, length_of = np.unique(seconds, return_inverse=True)
    names = meter.dictionary.to_pylist()
    combined, at = np.unique(
        meter.indices.to_numpy(zero_copy_only=False).astype(np.int64) * len(lengths) + length_of,
        return_inverse=True,
    )
    pairs = (divmod(code, len(lengths)) for code in combined.tolist())
    return coded([f"meter|{names[name]}|{lengths[length]}" for name, length in pairs], at)


def _with_texts(
    original: pa.DictionaryArray | None, inexact: dict[str, tuple[Integers, pa.StringArray]], count: int
) -> pa.DictionaryArray | None:
    """The originals with the texts of amounts that micro-watt-hours do not hold: digits, so they need no escapes."""
    if not inexact:
        return original
    texts = pa.nulls(count, pa.string()) if original is None else original.cast(pa.string())
    for name, (places, amounts) in inexact.items():
        chosen = texts.take(pa.array(places))
        begun = pc.binary_join_element_wise(pc.utf8_slice_codeunits(chosen, 0, -1), ",", "")
        begun = pc.fill_null(begun, "{")
        label = DENSE.encode(name)
        written = pc.binary_join_element_wise(begun, f'{label}:"', amounts, '"}', "")
        mask = np.zeros(count, bool)
        mask[places] = True
        texts = pc.replace_with_mask(texts, pa.array(mask), written)
    return texts.dictionary_encode()
