"""Many schedules at once: every seed once, whole shelves together, and the same whoever plays them."""

from __future__ import annotations

from itertools import chain

import pytest

from simulation.many import blocks, run_many
from simulation.remember import PURE
from simulation.run import SEEDS_PER_SHELF


@pytest.mark.parametrize(
    ("first", "count", "processes"), [(0, 10_000, 2), (4711, 1000, 3), (499, 3, 8), (7, 1, 2)]
)
def test_every_seed_is_dealt_out_once_and_no_run_of_them_leaves_its_shelf(
    first: int, count: int, processes: int
) -> None:
    dealt = blocks(first, count, processes)
    assert list(chain.from_iterable(dealt)) == list(range(first, first + count))
    assert all(seeds[0] // SEEDS_PER_SHELF == seeds[-1] // SEEDS_PER_SHELF for seeds in dealt)
    assert len(dealt) >= min(processes, count)


def test_several_processes_play_what_one_would() -> None:
    first = 3 * SEEDS_PER_SHELF - 8
    *_, one = run_many(first, 16, processes=1)
    *_, two = run_many(first, 16, processes=2, plain=True)
    assert (one.schedules, one.broken, one.calls, one.faults, one.statuses) == (
        *(two.schedules, two.broken, two.calls, two.faults),
        two.statuses,
    )
    assert one.calls > 1000


@pytest.mark.parametrize(("owner", "name"), [(owner, name) for owner, names in PURE for name in names])
def test_every_function_that_is_to_be_remembered_is_there(owner: object, name: str) -> None:
    assert callable(vars(owner)[name])
