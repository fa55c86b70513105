"""Columns seen in memory are what Arrow says they are."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gramledger.core import memory

WIDTHS = {pa.int8(): 2**7, pa.int16(): 2**15, pa.int32(): 2**31, pa.int64(): 2**63}


@st.composite
def arrays(draw: st.DrawFn) -> pa.Array:
    """An array of integers of any width, with or without nulls, that may be a piece of a longer one."""
    kind = draw(st.sampled_from(list(WIDTHS)))
    numbers = st.integers(-WIDTHS[kind], WIDTHS[kind] - 1)
    values = draw(st.lists(st.one_of(st.none(), numbers) if draw(st.booleans()) else numbers, max_size=40))
    first = draw(st.integers(0, len(values)))
    return pa.array(values, kind).slice(first, draw(st.integers(0, len(values) - first)))


@given(arrays())
def test_a_column_is_seen_with_its_values_and_its_nulls(array: pa.Array) -> None:
    values, known = memory.seen(array)
    assert (known is None) == (not array.null_count)
    there = np.ones(len(array), bool) if known is None else known
    assert [int(v) if k else None for v, k in zip(values, there, strict=True)] == array.to_pylist()
    assert memory.known_in(array).tolist() == array.is_valid().to_pylist()
    assert memory.filled(array, 7).tolist() == array.fill_null(7).to_pylist()


@given(arrays())
def test_a_column_that_is_made_of_what_was_seen_is_the_same_again(array: pa.Array) -> None:
    made = memory.integers(*memory.seen(array))
    made.validate(full=True)
    assert made.equals(array)
    assert made.null_count == array.null_count


def test_whatever_lies_under_a_null_is_not_seen() -> None:
    plain = pa.array([7, 5, 9, 1], pa.int64())
    dirty = pa.Array.from_buffers(pa.int64(), 4, [pa.py_buffer(b"\x0d"), plain.buffers()[1]])
    assert dirty.to_pylist() == [7, None, 9, 1]
    assert memory.filled(dirty, 0).tolist() == [7, 0, 9, 1]
    assert memory.filled(dirty.slice(1, 2), 0).tolist() == [0, 9]
    assert memory.filled(plain.slice(1), 0).tolist() == [5, 9, 1]


def test_columns_of_other_types_are_refused() -> None:
    with pytest.raises(KeyError):
        memory.seen(pa.array([1.5]))
