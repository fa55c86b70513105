"""Columns of integers as numpy sees them in memory, and columns made of such arrays.

A compute call of Arrow takes some 20 microseconds, however small the column; a page has seventy columns, and a year of
them is four hundred pages. These take one or two.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Integers = npt.NDArray[np.signedinteger[Any]]
Mask = npt.NDArray[np.bool_]

DTYPES = {kind: np.dtype(kind.to_pandas_dtype()) for kind in (pa.int8(), pa.int16(), pa.int32(), pa.int64())}
"""The dtype of each type of integer."""
_KINDS = {dtype: kind for kind, dtype in DTYPES.items()}


def seen(array: pa.Array) -> tuple[Integers, Mask | None]:
    """The values of an array of signed integers, and where it has any (None: everywhere). Not copied, so not to be
    changed; what stands where it has none is whatever lies there."""
    length, offset = len(array), array.offset
    dtype = DTYPES[array.type]
    if not length:
        return np.empty(0, dtype), None
    bitmap, content = array.buffers()
    values = np.frombuffer(content, dtype, length + offset)[offset:]
    if not array.null_count:
        return values, None
    first = offset >> 3
    bits = np.frombuffer(bitmap, np.uint8)[first : (offset + length + 7) >> 3]
    skipped = offset - (first << 3)
    return values, np.unpackbits(bits, count=skipped + length, bitorder="little")[skipped:].view(bool)


def filled(array: pa.Array, null: int) -> Integers:
    """The values of an array of integers, `null` where it has none; not to be changed."""
    values, known = seen(array)
    return values if known is None else np.where(known, values, values.dtype.type(null))


def known_in(array: pa.Array) -> Mask:
    """Where an array of integers has a value."""
    _, known = seen(array)
    return np.ones(len(array), bool) if known is None else known


def integers(values: Integers, known: Mask | None = None) -> pa.Array:
    """The array of the values, as wide as they are, null where they are not `known`. It takes over their memory."""
    kind = _KINDS[values.dtype]
    content = pa.py_buffer(np.ascontiguousarray(values))
    if known is None:
        return pa.Array.from_buffers(kind, len(values), [None, content], 0)
    bitmap = pa.py_buffer(np.packbits(known, bitorder="little"))
    missing = len(known) - int(np.count_nonzero(known))
    return pa.Array.from_buffers(kind, len(values), [bitmap, content], missing)
