"""Bodies: an Arrow table as one small, canonical, immutable blob.

The format is open: an Arrow IPC stream whose integer columns are stored in the narrowest width that holds them,
compressed as a whole with zstd (`zstd -d body | any Arrow reader`). The same rows in the same order always give
the same bytes: dictionaries hold just the values in use, sorted. Why not Parquet: docs/decisions/0001.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gramledger.core import memory

_ZSTD = pa.Codec("zstd", compression_level=1)  # level 3: a third of the speed, 3 % smaller
_WIDTHS = tuple((kind, 1 << (kind.bit_width - 1)) for kind in (pa.int8(), pa.int16(), pa.int32()))
_WIDEST = pa.int32()  # of dictionaries' codes


def canonical(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with the schema's columns and types, one chunk each, its dictionaries sorted and without unused
    values; so equal columns have equal codes. Raises KeyError for a missing column."""
    return pa.Table.from_arrays(
        [_column(table.column(field.name), field.type) for field in schema], schema=schema
    )


def encode(table: pa.Table) -> bytes:
    """The blob of a table that `canonical` gave."""
    narrowed = [_narrow(one_chunk(column)) for column in table.columns]
    batch = pa.RecordBatch.from_arrays(narrowed, names=table.column_names)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    compressed: bytes = _ZSTD.compress(sink.getvalue(), asbytes=True)
    return compressed


def decode(blob: bytes | memoryview, schema: pa.Schema) -> pa.Table:
    """The table of a blob, in the given schema. Raises pyarrow.ArrowInvalid when the blob is damaged."""
    with pa.CompressedInputStream(pa.BufferReader(pa.py_buffer(blob)), "zstd") as plain:
        table = pa.ipc.open_stream(plain.read_buffer()).read_all()
    return pa.Table.from_arrays(
        [_widen(one_chunk(table.column(field.name)), field.type) for field in schema], schema=schema
    )


def concat(tables: Sequence[pa.Table], schema: pa.Schema) -> pa.Table:
    """All rows of the tables, in their order, canonical."""
    if not tables:
        return schema.empty_table()
    return canonical(pa.concat_tables(tables).unify_dictionaries(), schema)


def one_chunk(column: pa.ChunkedArray) -> pa.Array:
    """The column as one array, its dictionaries unified."""
    if column.num_chunks == 1:
        return column.chunk(0)
    if not column.num_chunks:
        return pa.array([], type=column.type)
    return column.unify_dictionaries().combine_chunks()


def _column(column: pa.ChunkedArray, kind: pa.DataType) -> pa.Array:
    array = one_chunk(column)
    if not pa.types.is_dictionary(kind):
        return array.cast(kind) if array.type != kind else array
    if not pa.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    return _sorted_dictionary(array, kind)


def _sorted_dictionary(array: pa.DictionaryArray, kind: pa.DataType) -> pa.DictionaryArray:
    values, indices = array.dictionary, array.indices
    if indices.null_count == len(indices):
        return pa.nulls(len(indices), kind)
    if len(values) == 1 and not indices.null_count:  # most columns of a page have one value
        return array if array.type == kind else array.cast(kind)
    codes, known = memory.seen(indices)
    counts = np.bincount(codes if known is None else codes[known], minlength=len(values))
    used = np.flatnonzero(counts)
    kept = values if len(used) == len(values) else values.take(memory.integers(used))
    in_order = pc.sort_indices(kept)
    order = in_order.to_numpy()
    position = np.zeros(len(values), np.int32)
    if (order[1:] > order[:-1]).all():
        position[used] = np.arange(len(used), dtype=np.int32)
    else:
        kept = kept.take(in_order)
        position[used[order]] = np.arange(len(used), dtype=np.int32)
    # what stands where there is no value may lie behind the dictionary
    places = position[codes] if known is None else np.where(known, position[np.where(known, codes, 0)], 0)
    return pa.DictionaryArray.from_arrays(
        memory.integers(places.astype(np.int32, copy=False), known),
        kept if kept.type == kind.value_type else kept.cast(kind.value_type),
        safe=False,
    )


def _narrow(array: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(array.type):
        size = len(array.dictionary)
        width = next((w for w, beyond in _WIDTHS if size < beyond), _WIDEST)
        codes, known = memory.seen(array.indices)
        indices = memory.integers(codes.astype(memory.DTYPES[width]), known)
        return pa.DictionaryArray.from_arrays(indices, array.dictionary, safe=False)
    if array.type != pa.int64() or not len(array):
        return array
    if array.null_count == len(array):
        return pa.nulls(len(array), pa.int8())
    # what stands where there is no number must not be seen in the bytes
    values, known = memory.seen(array)
    if known is not None:
        values = np.where(known, values, 0)
    reach = max(int(values.max()), -int(values.min()) - 1)
    width = next((w for w, beyond in _WIDTHS if reach < beyond), array.type)
    return memory.integers(values.astype(memory.DTYPES[width]), known)


def _widen(array: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(kind):
        if not pa.types.is_dictionary(array.type) or array.dictionary.type != kind.value_type:
            return array.cast(kind)
        codes, known = memory.seen(array.indices)
        indices = memory.integers(codes.astype(memory.DTYPES[kind.index_type]), known)
        return pa.DictionaryArray.from_arrays(indices, array.dictionary, safe=False)
    if array.type == kind:
        return array
    if array.type not in memory.DTYPES or kind not in memory.DTYPES:
        return array.cast(kind)
    values, known = memory.seen(array)
    return memory.integers(values.astype(memory.DTYPES[kind]), known)
