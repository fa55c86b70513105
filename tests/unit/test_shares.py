"""Shares in percent: none is lost by rounding."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gramledger.core.shares import percents

AMOUNTS = st.lists(st.integers(0, 10**15), min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        ([1, 1, 1], [33.3334, 33.3333, 33.3333]),
        ([1, 0, 3], [25.0, 0.0, 75.0]),
        ([0, 0], [0.0, 0.0]),
        ([], []),
        ([1, 10**12], [0.0, 100.0]),
    ],
)
def test_the_largest_rests_get_what_rounding_leaves(amounts: list[int], expected: list[float]) -> None:
    assert percents(amounts) == expected


@given(AMOUNTS)
def test_all_shares_add_up_to_a_hundred_and_none_is_off_by_more_than_its_last_digit(
    amounts: list[int],
) -> None:
    found = [Fraction(round(share * 10_000), 10_000) for share in percents(amounts)]
    whole = sum(amounts)
    assert sum(found) == (100 if whole else 0)
    for share, amount in zip(found, amounts, strict=True):
        assert abs(share - Fraction(100 * amount, whole or 1)) < Fraction(1, 10_000)
