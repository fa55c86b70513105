"""What work costs."""

from __future__ import annotations

import pytest

from gramledger.core.estimate import Work, cost_of, prices, read_units, write_units


@pytest.mark.parametrize(
    ("size", "reads", "writes"),
    [(0, 1, 1), (1, 1, 1), (1024, 1, 1), (1025, 1, 2), (4096, 1, 4), (4097, 2, 5), (32_768, 8, 32)],
)
def test_items_are_billed_by_the_kilobyte_written_and_by_four_read(
    size: int, reads: int, writes: int
) -> None:
    assert (read_units(size), write_units(size)) == (reads, writes)


def test_items_written_by_themselves_are_rounded_up_each() -> None:
    assert write_units(1, 1, 1025) == 4


def test_work_adds_up_and_so_does_its_price() -> None:
    one = Work(write_units=3, read_units=2, puts=1, gets=4, invocations=2, gb_seconds=1.5, transitions=5)
    assert Work() + one == one
    twice = cost_of(one + one)
    assert twice["total"] == pytest.approx(2 * cost_of(one)["total"], abs=2e-9)


def test_a_million_of_each_costs_what_the_price_lists_say() -> None:
    million = Work(*[10**6] * 7)
    cost = cost_of(million)
    assert cost["dynamodb"] == pytest.approx(0.75)
    assert cost["s3"] == pytest.approx(5.4)
    assert cost["lambda"] == pytest.approx(13.5334)
    assert cost["step_functions"] == pytest.approx(25)
    assert cost["total"] == pytest.approx(44.6834)


def test_every_price_has_a_work_that_it_is_of() -> None:
    named = {name for service in prices().values() if isinstance(service, dict) for name in service}
    assert named == set(Work.__dataclass_fields__)
