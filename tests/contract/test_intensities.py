"""Series of intensities behave alike in memory, over moto and over the embedded engine."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from gramledger.core.saved_series import SERIES, SavedSeries
from gramledger.ports import World


def saved(version: int = 1, by: str = "ada") -> SavedSeries:
    return SavedSeries(SERIES, version, "ab" * 32, 1490, 2, 1_759_272_000_000, 1_761_953_400_000, 9, by)


def test_a_version_is_kept_whole_and_never_replaced(world: World, tenant: str) -> None:
    assert world.intensities.add(tenant, saved())
    assert not world.intensities.add(tenant, saved(by="bob"))
    assert world.intensities.get(tenant, SERIES, 1) == saved()
    assert world.intensities.get(tenant, SERIES, 2) is None
    assert world.intensities.get(f"{tenant}x", SERIES, 1) is None


def test_the_newest_version_is_that_of_the_highest_number(world: World, tenant: str) -> None:
    assert world.intensities.newest(tenant, SERIES) is None
    for version in (2, 10, 9):
        world.intensities.add(tenant, saved(version))
    assert world.intensities.newest(tenant, SERIES) == saved(10)
    assert [each.version for each in world.intensities.list(tenant)] == [2, 9, 10]


def test_of_many_that_add_one_version_at_once_exactly_one_does(world: World, tenant: str) -> None:
    with ThreadPoolExecutor(6) as writers:
        added = list(writers.map(lambda n: world.intensities.add(tenant, saved(by=f"p{n}")), range(12)))
    assert added.count(True) == 1
    assert world.intensities.get(tenant, SERIES, 1) == saved(by=f"p{added.index(True)}")
