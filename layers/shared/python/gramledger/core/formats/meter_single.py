"""Readings of which each row holds one: its amount, and the claims of rows whose periods are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gramledger.core.formats.grid import Grid
from gramledger.core.formats.metering import (
    Amounts,
    Found,
    Readings,
    claims_of_readings,
    kinds_of_rows,
    read_amounts,
    read_meters,
    written_name,
)
from gramledger.core.typed import Typed, coded

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Singles:
    """What R rows say, beside their time."""

    meters: pa.DictionaryArray
    grid: Grid
    amounts: Amounts


def read_singles(typed: Typed, found: Found) -> Singles:
    """Meters and amounts; a blank amount is found missing."""
    meters = read_meters(typed, found)
    grid = Grid.of([typed.columns["reading"]])
    amounts = read_amounts(typed, grid, ["reading"], found)
    found.add(~grid.given[:, 0], "reading-missing", "reading", lambda _: "")
    return Singles(meters, grid, amounts)


def claims_of_singles(
    typed: Typed,
    singles: Singles,
    starts: Integers,
    seconds: Integers,
    placed: tuple[NDArray[np.int64], pa.Array | None, int],
) -> pa.RecordBatch:
    """The claims of rows whose periods start at `starts` (ms UTC) and last `seconds`; `placed` are record numbers,
    `original` and now, as a profile's `claims_of` has them."""
    rows, original, now_ms = placed
    kinds = kinds_of_rows(typed)
    rounded = np.flatnonzero(~singles.amounts.exact[:, 0])
    texts = singles.grid.texts.take(pa.array(singles.grid.at[rounded, 0]))
    readings = Readings(
        row=np.arange(len(typed)),
        ts=starts,
        micro=singles.amounts.micro[:, 0],
        seconds=seconds,
        kind=None if kinds is None else coded(*kinds),
        inexact={written_name(typed.layout, "reading"): (rounded, texts)} if len(rounded) else {},
    )
    return claims_of_readings(readings, singles.meters, rows, original, now_ms)
