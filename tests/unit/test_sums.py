"""Sums by group are those that Python's integers give."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gramledger.core import sums as summing
from gramledger.core.sums import stated_by_group, sums_by_group

NUMBERS = st.one_of(st.none(), st.integers(-5, 5), st.integers(-(2**63), 2**63 - 1))


@given(st.lists(st.tuples(st.integers(0, 3), NUMBERS, NUMBERS, NUMBERS), max_size=30), st.integers(1, 40))
def test_sums_are_exact_whatever_their_size(
    rows: list[tuple[int, int | None, int | None, int | None]], at_once: int
) -> None:
    groups = np.array([row[0] for row in rows], np.int64)
    order = np.argsort(groups, kind="stable")
    names, starts = np.unique(groups[order], return_index=True)
    columns = [pa.chunked_array([pa.array([row[place] for row in rows], pa.int64())]) for place in (1, 2, 3)]
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(summing, "_AT_ONCE", at_once)
        found = sums_by_group(columns, order, starts)
    stated = stated_by_group(columns, order, starts)
    for place in (1, 2, 3):
        by_hand = [[row[place] for row in rows if row[0] == name] for name in names]
        assert found[place - 1] == [sum(v or 0 for v in values) for values in by_hand]
        assert stated[place - 1] == [sum(v is not None for v in values) for values in by_hand]
