"""Gramledger: the product's own reading of blocks; duplicates and groups from its claims, block by block."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from bench.contestants import DAY_MS, Found, Group
from gramledger.core import limits, memory
from gramledger.core.parse import Block, Context, layout_of, read_blocks
from gramledger.core.recognise import recognise

SUMMED = ("cache_write", "input", "cache_read", "output", "cost", "charged")
NANO_PER_MILL = 1_000_000
NOW_MS = 1_767_225_600_000
_EXACT_IN_FLOAT = 2**53


def run(path: Path) -> Found:
    """One pass, nothing kept of a block but its sums; a second pass for duplicates where the file is in no order."""
    order, groups = Order(), Groups()
    wrong_totals = 0
    for block in blocks(path):
        claims = block.claims
        if claims is None:
            continue
        ts = claims.column("ts").to_numpy()
        order.add(ts)
        groups.add(ts, claims)
        wrong_totals += _count_warning(claims.column("warnings"), "token-sum-mismatch")
    duplicates = order.repeated if order.holds else _repeated_anywhere(path)
    return Found(duplicates=duplicates, wrong_totals=wrong_totals, groups=list(groups.all()))


def blocks(path: Path) -> Iterator[Block]:
    """The blocks of a whole file, through the code that the import runs."""
    size = path.stat().st_size
    file = os.open(path, os.O_RDONLY)
    try:
        reading = recognise(os.pread(file, limits.HEAD_BYTES, 0), size, path.name)
        context = Context(
            fetch=lambda start, stop: os.pread(file, stop - start, start),
            reading=reading,
            layout=layout_of(reading),
            size=size,
            now_ms=NOW_MS,
            block_bytes=limits.BLOCK_BYTES,
        )
        yield from read_blocks(context, reading.first, (size,))
    finally:
        os.close(file)


def _count_warning(warnings: pa.DictionaryArray, code: str) -> int:
    if warnings.null_count == len(warnings):
        return 0
    counted = warnings.value_counts().to_pylist()
    return sum(entry["counts"] for entry in counted if code in (entry["values"] or "").split())


class Order:
    """Repeated instants, counted among neighbours while the file runs back in time, as exports do."""

    def __init__(self) -> None:
        self.holds = True
        self.repeated = 0
        self._last: int | None = None

    def add(self, ts: NDArray[np.int64]) -> None:
        """Take the instants of the next block."""
        steps = ts[:-1] - ts[1:]
        repeats = int(ts[0] == self._last) + len(steps) - int(np.count_nonzero(steps))
        if (self._last is not None and ts[0] > self._last) or (len(steps) and steps.min() < 0):
            self.holds = False
        self.repeated += repeats
        self._last = int(ts[-1])


def _repeated_anywhere(path: Path) -> int:
    """Rows less distinct instants of a file in no order: all instants at once, in a pass of their own."""
    ts = np.concatenate(
        [block.claims.column("ts").to_numpy() for block in blocks(path) if block.claims is not None]
    )
    return len(ts) - len(np.unique(ts))


class Groups:
    """Sums by day and model: counted by block in small dense arrays, joined at the end."""

    def __init__(self) -> None:
        self._models: dict[str, int] = {}
        self._keys: list[NDArray[np.int64]] = []
        self._sums: list[NDArray[np.int64]] = []

    def add(self, ts: NDArray[np.int64], claims: pa.RecordBatch) -> None:
        """Add the rows of one block."""
        models = claims.column("model")
        names = models.dictionary.to_pylist()
        days = ts // DAY_MS
        first, last = int(days.min()), int(days.max())
        code = (days - first) * len(names) + models.indices.to_numpy()
        size = (last - first + 1) * len(names)
        counts = np.bincount(code, minlength=size)
        there = np.flatnonzero(counts)
        sums = np.empty((len(there), 1 + len(SUMMED)), np.int64)
        sums[:, 0] = counts[there]
        for index, name in enumerate(SUMMED, start=1):
            sums[:, index] = _sums(code, claims.column(name), size)[there]
        numbers = np.array([self._models.setdefault(name, len(self._models)) for name in names], np.int64)
        self._keys.append((first + there // len(names)) << 32 | numbers[there % len(names)])
        self._sums.append(sums)

    def all(self) -> Iterator[Group]:
        """Every group with its sums."""
        keys, place = np.unique(np.concatenate(self._keys), return_inverse=True)
        sums = np.zeros((len(keys), 1 + len(SUMMED)), np.int64)
        np.add.at(sums, place, np.concatenate(self._sums))
        sums[:, 5:] //= NANO_PER_MILL
        names = list(self._models)
        for key, numbers in zip(keys.tolist(), sums.tolist(), strict=True):
            rows, cache_write, given, cache_read, output, cost, charged = numbers
            yield (
                key >> 32,
                names[key & 0xFFFFFFFF],
                rows,
                cache_write,
                given,
                cache_read,
                output,
                cost,
                charged,
            )


def _sums(code: NDArray[np.int64], column: pa.Int64Array, size: int) -> NDArray[np.int64]:
    """Sums by code; through floats only where every partial sum is exact in them."""
    numbers = memory.filled(column, 0)
    if int(numbers.max()) * len(numbers) < _EXACT_IN_FLOAT:
        return np.bincount(code, numbers, size).astype(np.int64)
    sums = np.zeros(size, np.int64)
    np.add.at(sums, code, numbers)
    return sums
