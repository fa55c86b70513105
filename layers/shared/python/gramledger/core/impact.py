"""Impacts: energy, carbon and further impacts of every claim, as integers with a stated range.

Meter readings are measured (`core.measured`); what follows is about usage events. The output part is EcoLogits as
published; the input part is a documented extension (energy only, no embodied share). The value of the output part is
half-way between its ends; that of the input part is the middle weight times the middle energy of an output token.
Every column is rounded by itself, half to even, so sums of columns are exact and do not depend on the order of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gramledger.core import bodies, memory
from gramledger.core.claims import BUCKETS, TEXT
from gramledger.core.factors import Factors
from gramledger.core.half_hours import Series
from gramledger.core.intensity import Floats
from gramledger.core.measured import measured
from gramledger.core.presets import Grid, Preset
from gramledger.core.rates import INPUT_PART, LAYOUT, OUTPUT_PART, Rates
from gramledger.core.subjects import (
    DOUBTFUL,
    NAMES_KEPT,
    NEEDS_RECALCULATION,
    NOT_APPLICABLE,
    OK,
    Subject,
    subjects,
)

GROUPS = (
    "energy_output",  # micro-watt-hours
    "energy_input",
    "gwp_output",  # micrograms CO2e of electricity
    "gwp_input",
    "gwp_embodied",  # micrograms CO2e of making the hardware
    "adpe",  # nanograms Sb equivalent, in all
    "pe",  # millijoules of primary energy, in all
    "water",  # microlitres, in all
)
BOUNDS = ("low", "value", "high")

QUANTITIES = tuple(f"{group}_{bound}" for group in GROUPS for bound in BOUNDS)
"""The integer columns of a usage event's impact, in order; null unless the status is ok, and for a reading."""

MEASURED = tuple(f"{group}_{bound}" for group in ("energy_measured", "gwp_measured") for bound in BOUNDS)
"""The integer columns of a meter reading's impact (micro-watt-hours, micrograms CO2e); null for a usage event."""

IMPACT = pa.schema(
    [
        pa.field("status", TEXT, nullable=False),  # ok | needs_recalculation | not_applicable
        pa.field("resolved", TEXT),  # "provider/model" whose factors apply, or null
        pa.field(
            "step", TEXT, nullable=False
        ),  # how the name was resolved (core.models); "meter" for a reading
        pa.field("quality", TEXT, nullable=False),  # exact | derived | family | unknown | measured
        pa.field("zone", TEXT),  # electricity mix, ISO 3166-1 alpha-3; null unless the status is ok
        pa.field("rung", TEXT),  # half_hour | month | year | world: of a reading's carbon; null for usage
        pa.field("mix_source", TEXT),  # where the carbon of a kWh comes from; null: the factors file
        pa.field("mix_year", pa.int64()),  # the year that it is of, where it has one
        pa.field("preset", TEXT, nullable=False),  # id@version
        pa.field("factors", TEXT, nullable=False),  # factors id
        pa.field("engine", TEXT, nullable=False),  # method and its version
        pa.field("calculated_at", pa.int64(), nullable=False),  # ms UTC
        pa.field("data_quality", pa.int64()),  # 1 (best) to 4; null unless the status is ok
        pa.field("impact_warnings", TEXT),  # codes, sorted, joined by a blank; null when none
        *[pa.field(name, pa.int64()) for name in (*QUANTITIES, *MEASURED)],
    ]
)
"""One row for each claim, in the same order."""

AMOUNT_MAXIMUM = 10**18
"""Largest amount of one row, a ninth of what 64 bits hold; a row above it gets a warning instead of a figure."""

CALCULATION_FAILED = "calculation-failed"
"""The warning of a row whose factors gave no number."""

ROWS_AT_ONCE = 8192
"""Rows whose floats stay in a processor's cache (24 columns of 8 bytes)."""

# what a row, beside its model's name, says about its figures
_INPUT_COUNTED, _SUM_MISMATCH, _PARTIAL, _NO_TOKENS, _TOO_LARGE, _NO_NUMBER = 1, 2, 4, 8, 16, 32
_FLAGS = 64
_FLAG_CODES = (
    (_INPUT_COUNTED, "input-tokens-extension"),
    (_SUM_MISMATCH, "token-sum-mismatch"),
    (_PARTIAL, "tokens-partial"),
)

_NOTHING_STATED = Grid("provider_default")

Integers = npt.NDArray[np.int64]


def calculate(
    claims: pa.Table, preset: Preset, factors: Factors, *, calculated_at: int, series: Series | None = None
) -> pa.Table:
    """The impacts (schema IMPACT) of claims: usage events and meter readings, which are those that state an energy.

    `series` holds half-hourly intensities for readings, where there are any. Raises what `usage_impacts` and
    `core.measured` raise.
    """
    energy = claims["energy"] if "energy" in claims.column_names else None
    if energy is None or energy.null_count == len(energy):
        return usage_impacts(claims, preset, factors, calculated_at=calculated_at)
    readings = energy.is_valid().to_numpy()
    columns = measured(claims.filter(pa.array(readings)), preset, factors, calculated_at, series)
    metered = _of_readings(columns)
    if readings.all():
        return metered
    usage = usage_impacts(claims.filter(pa.array(~readings)), preset, factors, calculated_at=calculated_at)
    place = np.empty(len(readings), np.int64)
    place[np.flatnonzero(~readings)] = np.arange(len(usage))
    place[np.flatnonzero(readings)] = np.arange(len(usage), len(readings))
    return pa.concat_tables([usage, metered]).unify_dictionaries().take(pa.array(place))


def _of_readings(columns: dict[str, pa.Array]) -> pa.Table:
    count = len(columns["zone"])
    nulls = {field.name: pa.nulls(count, field.type) for field in IMPACT if field.name not in columns}
    return pa.Table.from_arrays([(columns | nulls)[name] for name in IMPACT.names], schema=IMPACT)


def usage_impacts(claims: pa.Table, preset: Preset, factors: Factors, *, calculated_at: int) -> pa.Table:
    """The impacts of usage events (the columns `model`, the buckets, `requests` and `warnings` of claims).

    A row without output tokens (null) is not applicable; a row whose buckets are all 0 has figures of 0; other
    null buckets count as 0, with a warning; null requests count as 1. Raises ValueError when a count is negative,
    InvalidRequest when the preset and the factors do not fit together.
    """
    known = subjects(preset, factors)
    names, name_of_row = _names(claims["model"])
    named = [known.of(name) for name in names]
    counts = _counts(claims)

    flags = np.zeros(claims.num_rows, np.int64)
    if preset.input_weights.enabled:
        flags += _INPUT_COUNTED * counts.has_input
        flags += _PARTIAL * counts.partial
    flags += _SUM_MISMATCH * _with_code(claims["warnings"], "token-sum-mismatch")
    flags += _NO_TOKENS * counts.missing

    columns = np.array([subject.column for subject in named], np.intp)[name_of_row]
    columns[counts.missing] = known.rates.nothing
    quantities, unfit = _integers(known.rates, columns, counts)
    flags += unfit

    verdicts, verdict_of_row = _verdicts(named, name_of_row, flags)
    constants = {"preset": preset.label, "factors": factors.id, "engine": factors.methodology}
    return _table(verdicts, verdict_of_row, constants, calculated_at, quantities, grid=preset.grid)


def amounts(
    rates: Rates, column: npt.NDArray[np.intp], output: Floats, requests: Floats, weighed: Floats
) -> Floats:
    """The figures before rounding, (8 groups of rates.LAYOUT, 3 bounds, rows), in the units of GROUPS.

    `column` (rows,) are columns of the rates, `weighed` (3, rows) the weighed input tokens of each bound.
    """
    result = np.empty((len(LAYOUT), len(BOUNDS), len(column)))
    result[OUTPUT_PART.stop :] = 0
    out, spare = result[OUTPUT_PART], np.empty((OUTPUT_PART.stop, len(BOUNDS), len(column)))
    first, *further = rates.lines
    # every column is there; to clip is to look them up without checking each
    np.multiply(first.per_token.take(column, axis=2, out=spare, mode="clip"), output, out=out)
    first.per_request.take(column, axis=2, out=spare, mode="clip")
    out += np.multiply(spare, requests, out=spare)
    unknown = np.flatnonzero(column == rates.envelope) if further else column[:0]
    if len(unknown):
        enclosed = out.take(unknown, axis=2)
        for line in further:
            other = line.per_token[:, :, [rates.envelope]] * output[unknown]
            other += line.per_request[:, :, [rates.envelope]] * requests[unknown]
            np.minimum(enclosed[:, 0], other[:, 0], out=enclosed[:, 0])
            np.maximum(enclosed[:, 2], other[:, 2], out=enclosed[:, 2])
        out[:, :, unknown] = enclosed
    weighed_bounds = slice(
        int(np.argmax(rates.weights.any(axis=1))), None
    )  # the weights rise from low to high
    table = rates.per_input[:, weighed_bounds]
    result[INPUT_PART, weighed_bounds] += table.take(column, axis=2, mode="clip") * weighed[weighed_bounds]
    return result


@dataclass(frozen=True, eq=False, slots=True)
class _Counts:
    """The counts of each row, 0 for null, and where nulls matter."""

    input: Integers
    cache_write: Integers
    cache_read: Integers
    output: Integers
    requests: Integers
    missing: npt.NDArray[np.bool_]  # no output tokens are stated
    partial: npt.NDArray[np.bool_]  # output tokens are, but not every bucket of input

    @property
    def has_input(self) -> npt.NDArray[np.bool_]:
        return (self.input | self.cache_write | self.cache_read) != 0


def _counts(claims: pa.Table) -> _Counts:
    buckets, stated = zip(*(_numbers(claims, name, null=0) for name in BUCKETS), strict=True)
    by_name = dict(zip(BUCKETS, buckets, strict=True))
    has = dict(zip(BUCKETS, stated, strict=True))
    requests, _ = _numbers(claims, "requests", null=1)
    # a request that came to nothing costs nothing; EcoLogits would count its time to the first token
    made = requests * ((buckets[0] | buckets[1] | buckets[2] | buckets[3]) != 0)
    partial = has["output"] & ~(has["input"] & has["cache_write"] & has["cache_read"])
    return _Counts(**by_name, requests=made, missing=~has["output"], partial=partial)


def _numbers(claims: pa.Table, name: str, null: int) -> tuple[Integers, npt.NDArray[np.bool_]]:
    """A column's integers, `null` where it has none, and where it has one."""
    column = bodies.one_chunk(claims[name])
    numbers = memory.filled(column, null)
    if len(numbers) and numbers.min() < 0:
        row = int(numbers.argmin())
        raise ValueError(
            f"claims have {numbers[row]} in column '{name}', row {row}; counts of tokens and requests are never "
            "negative, reject such a row before it becomes a claim"
        )
    return numbers, memory.known_in(column)


def _names(column: pa.ChunkedArray) -> tuple[list[str | None], npt.NDArray[np.intp]]:
    """The distinct names that rows use, null among them, and which of them each row has."""
    values = column.combine_chunks()
    if not pa.types.is_dictionary(values.type):
        values = values.dictionary_encode()
    dictionary = [*values.dictionary.to_pylist(), None]
    codes = memory.filled(values.indices, len(dictionary) - 1).astype(np.int64)
    used, row = _dense(codes, len(dictionary))
    return [dictionary[code] for code in used], row


def _dense(codes: Integers, size: int) -> tuple[Integers, npt.NDArray[np.intp]]:
    """The codes (below `size`) that occur, ascending, and the place of each row's code among them."""
    used = np.flatnonzero(np.bincount(codes, minlength=size))
    place = np.zeros(size, np.intp)
    place[used] = np.arange(len(used))
    return used, place[codes]


def _with_code(column: pa.ChunkedArray, code: str) -> npt.NDArray[np.bool_]:
    """Which rows have the code among their warnings."""
    names, row = _names(column)
    return np.array([name is not None and code in name.split() for name in names], bool)[row]


def _integers(rates: Rates, columns: npt.NDArray[np.intp], counts: _Counts) -> tuple[Integers, Integers]:
    """The rounded amounts, (8 groups of LAYOUT, 3 bounds, rows), and the flag of each row whose amounts are too large
    or no numbers, and therefore 0."""
    rows = len(columns)
    integers = np.empty((len(LAYOUT), len(BOUNDS), rows), np.int64)
    unfit = np.zeros(rows, np.int64)
    weights = rates.weights[:, :, None]
    for start in range(0, rows, ROWS_AT_ONCE):
        some = slice(start, start + ROWS_AT_ONCE)
        # sums of products one by one: a matrix product may round differently for other numbers of rows
        weighed = weights[:, 0] * counts.input[some].astype(float)
        weighed += weights[:, 1] * counts.cache_write[some].astype(float)
        weighed += weights[:, 2] * counts.cache_read[some].astype(float)
        output, requests = counts.output[some].astype(float), counts.requests[some].astype(float)
        exact = amounts(rates, columns[some], output, requests, weighed)
        if not exact.max() <= AMOUNT_MAXIMUM:  # which is so for no number, too
            largest = exact.max(axis=(0, 1))
            unfit[some] = np.select(
                [np.isnan(largest), largest > AMOUNT_MAXIMUM], [_NO_NUMBER, _TOO_LARGE], 0
            )
            exact[:, :, unfit[some] != 0] = 0
        integers[:, :, some] = np.rint(exact, out=exact)
    return integers, unfit


def _verdicts(
    named: Sequence[Subject], name_of_row: npt.NDArray[np.intp], flags: Integers
) -> tuple[list[Subject], npt.NDArray[np.intp]]:
    """What is said of rows with the same name and flags: the distinct verdicts and which of them each row has."""
    used, row = _dense(name_of_row * _FLAGS + flags, len(named) * _FLAGS)
    return [_verdict(named[code // _FLAGS], code % _FLAGS) for code in used.tolist()], row


@lru_cache(maxsize=NAMES_KEPT)
def _verdict(subject: Subject, flags: int) -> Subject:
    """What is said of the rows of a subject that have these flags."""
    if flags & _NO_TOKENS:
        return replace(subject, status=NOT_APPLICABLE, zone=None, warnings=("tokens-missing",))
    if subject.status != OK:
        return subject
    if flags & _NO_NUMBER:
        return replace(subject, status=NEEDS_RECALCULATION, zone=None, warnings=(CALCULATION_FAILED,))
    if flags & _TOO_LARGE:
        return replace(subject, status=NOT_APPLICABLE, zone=None, warnings=("impact-out-of-range",))
    codes = [code for flag, code in _FLAG_CODES if flags & flag]
    doubtful = bool(flags & (_SUM_MISMATCH | _PARTIAL))
    return replace(
        subject,
        data_quality=max(subject.data_quality, DOUBTFUL) if doubtful else subject.data_quality,
        warnings=tuple(sorted((*subject.warnings, *codes))),
    )


def _table(
    verdicts: Sequence[Subject],
    verdict_of_row: npt.NDArray[np.intp],
    constants: dict[str, str],
    calculated_at: int,
    quantities: Integers,
    *,
    grid: Grid,
) -> pa.Table:
    rows = len(verdict_of_row)
    stated = grid if grid.kg_per_kwh is not None else _NOTHING_STATED
    texts: dict[str, Sequence[str | None]] = {
        "status": [verdict.status for verdict in verdicts],
        "resolved": [verdict.resolved for verdict in verdicts],
        "step": [verdict.step for verdict in verdicts],
        "quality": [verdict.quality for verdict in verdicts],
        "zone": [verdict.zone for verdict in verdicts],
        "impact_warnings": [" ".join(verdict.warnings) or None for verdict in verdicts],
        "rung": [None] * len(verdicts),
        "mix_source": [stated.source if verdict.zone else None for verdict in verdicts],
    }
    columns = {name: _text(values, verdict_of_row) for name, values in texts.items()}
    everywhere = np.zeros(rows, np.intp)
    columns |= {name: _text([value], everywhere) for name, value in constants.items()}
    columns["calculated_at"] = pa.array(np.full(rows, calculated_at, np.int64))

    figured = np.array([verdict.status == OK for verdict in verdicts], bool)[verdict_of_row]
    nulls = rows - int(np.count_nonzero(figured))
    # one validity bitmap serves every column of figures
    validity = pa.py_buffer(np.packbits(figured, bitorder="little")) if nulls else None
    grade = np.array([verdict.data_quality for verdict in verdicts], np.int64)[verdict_of_row]
    figures = {"data_quality": grade}
    for group, name in enumerate(LAYOUT):
        figures |= {f"{name}_{bound}": quantities[group, place] for place, bound in enumerate(BOUNDS)}
    for name, values in figures.items():
        columns[name] = pa.Array.from_buffers(pa.int64(), rows, [validity, pa.py_buffer(values)], nulls)
    columns["mix_year"] = pa.array(
        np.full(rows, stated.year or 0), pa.int64(), mask=~figured | (stated.year is None)
    )
    columns |= {name: pa.nulls(rows, pa.int64()) for name in MEASURED}
    return pa.Table.from_arrays([columns[name] for name in IMPACT.names], schema=IMPACT)


def _text(values: Sequence[str | None], row: npt.NDArray[np.intp]) -> pa.DictionaryArray:
    """A TEXT column of `values[row]`; equal values share one entry of its dictionary."""
    distinct = {value: None for value in values if value is not None}
    place: dict[str | None, int] = {value: number for number, value in enumerate(distinct)}
    codes = np.array([place.get(value, -1) for value in values], np.int32)[row]
    indices = memory.integers(codes, codes >= 0 if None in values else None)
    return pa.DictionaryArray.from_arrays(indices, pa.array(list(distinct), pa.string()), safe=False)
