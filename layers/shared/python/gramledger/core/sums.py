"""Exact sums of columns of integers, by groups of rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gramledger.core import bodies, memory

Places = npt.NDArray[np.int64]

_AT_ONCE = 1 << 17
"""Numbers that are added up together, so that they stay in a processor's cache."""

_LARGEST = 2**63 - 1


def sums_by_group(columns: Sequence[pa.ChunkedArray], order: Places, starts: Places) -> list[list[int]]:
    """For each column of 64-bit integers its sum in each group; null counts as 0.

    `order` are the places of rows, the groups of which begin at `starts`. Beyond 64 bits the sums are done with
    Python's integers.
    """
    if not len(starts):
        return [[] for _ in columns]
    together = max(1, _AT_ONCE // len(order))
    return [
        its
        for first in range(0, len(columns), together)
        for its in _sums([bodies.one_chunk(c) for c in columns[first : first + together]], order, starts)
    ]


def stated_by_group(columns: Sequence[pa.ChunkedArray], order: Places, starts: Places) -> list[list[int]]:
    """For each column of 64-bit integers the number of rows in each group that have a value."""
    known = [memory.known_in(bodies.one_chunk(column)) for column in columns]
    return [np.add.reduceat(its[order], starts, dtype=np.int64).tolist() for its in known]


def _sums(columns: Sequence[pa.Array], order: Places, starts: Places) -> list[list[int]]:
    rows = np.zeros((len(columns), len(order)), np.int64)
    for row, column in zip(rows, columns, strict=True):
        if column.null_count < len(column):
            np.take(memory.filled(column, 0), order, out=row, mode="clip")  # every place is there
    reach = max(int(rows.max()), -int(rows.min()))
    if reach * len(order) <= _LARGEST:
        found: list[list[int]] = np.add.reduceat(rows, starts, axis=1).tolist()
        return found
    return [[sum(part.tolist()) for part in np.split(row, starts[1:])] for row in rows]
