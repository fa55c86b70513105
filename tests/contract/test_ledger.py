"""Heads, their versions and bodies behave alike in memory, over moto and over the embedded engine."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from support.pages import SOURCES, Said, table

from gramledger.core import heads, page
from gramledger.core.heads import Head
from gramledger.core.history import Written
from gramledger.core.limits import BODY_INLINE_BYTES
from gramledger.ports import World


def _version(current: Head | None, rows: int, *, day: str = "2025-11-08", seed: int = 0) -> heads.Version:
    said = [Said(ts=i, source=SOURCES[0], row=i + 1, output=(i * 7919 + seed) % 99_991) for i in range(rows)]
    return heads.next_version(current, day, page.merge(table(said)), {}, cause="test", actor="ada", at=5)


def test_a_day_without_a_head_has_none(world: World, tenant: str) -> None:
    assert world.ledger.head(tenant, "P1", "2025-11-08") is None
    assert list(world.ledger.heads(tenant, "P1", None, None)) == []


@pytest.mark.parametrize("rows", [0, 3, 20_000])
def test_a_committed_version_is_read_back_with_its_body(world: World, tenant: str, rows: int) -> None:
    version = _version(None, rows)
    if rows == 20_000:
        assert version.head.size > BODY_INLINE_BYTES
    assert world.ledger.commit(tenant, "P1", version)
    head = world.ledger.head(tenant, "P1", "2025-11-08")
    assert head == version.head
    assert world.ledger.body(tenant, "P1", version.head) == version.blob


def test_only_the_successor_of_the_current_version_is_accepted(world: World, tenant: str) -> None:
    first = _version(None, 3)
    assert world.ledger.commit(tenant, "P1", first)
    assert not world.ledger.commit(tenant, "P1", _version(None, 4))
    second, rival = _version(first.head, 5), _version(first.head, 6)
    assert world.ledger.commit(tenant, "P1", second)
    assert not world.ledger.commit(tenant, "P1", rival)
    assert not world.ledger.commit(tenant, "P1", second)
    assert world.ledger.head(tenant, "P1", "2025-11-08") == second.head
    assert world.ledger.body(tenant, "P1", second.head) == second.blob


def test_earlier_bodies_stay_readable(world: World, tenant: str) -> None:
    first = _version(None, 3)
    second = _version(first.head, 5)
    assert world.ledger.commit(tenant, "P1", first)
    assert world.ledger.commit(tenant, "P1", second)
    assert world.ledger.body(tenant, "P1", first.head) == first.blob


def test_versions_are_all_that_were_written_of_the_days_by_day_and_number(world: World, tenant: str) -> None:
    first, other_day = _version(None, 3), _version(None, 2, day="2025-11-09")
    second, rival = _version(first.head, 5), _version(first.head, 6)
    for version in (other_day, first, second, rival):
        world.ledger.commit(tenant, "P1", version)
    everything = list(world.ledger.versions(tenant, "P1", None, None))
    assert everything[0] == Written(first.head)
    assert {found.head.hash for found in everything[1:3]} == {second.head.hash, rival.head.hash}
    assert everything[3] == Written(other_day.head)
    assert list(world.ledger.versions(tenant, "P1", None, "2025-11-08")) == everything[:3]
    assert list(world.ledger.versions(tenant, "P1", "2025-11-09", "2025-11-09")) == everything[3:]
    assert list(world.ledger.versions(tenant, "P2", None, None)) == []
    assert list(world.ledger.versions(f"{tenant}x", "P1", None, None)) == []


@pytest.mark.parametrize("rows", [3, 20_000])
def test_a_body_can_be_dropped_and_its_version_stays(world: World, tenant: str, rows: int) -> None:
    first = _version(None, rows)
    second = _version(first.head, rows + 1)
    for version in (first, second):
        assert world.ledger.commit(tenant, "P1", version)
    for _ in range(2):
        world.ledger.drop_body(tenant, "P1", first.head)
    with pytest.raises(KeyError):
        world.ledger.body(tenant, "P1", first.head)
    assert world.ledger.body(tenant, "P1", second.head) == second.blob
    assert list(world.ledger.versions(tenant, "P1", None, None)) == [
        Written(first.head, pruned=True),
        Written(second.head),
    ]


@pytest.mark.parametrize("rows", [3, 20_000])
def test_a_version_that_lost_can_be_dropped_with_its_body(world: World, tenant: str, rows: int) -> None:
    first, rival = _version(None, rows), _version(None, rows + 1)
    assert world.ledger.commit(tenant, "P1", first)
    assert not world.ledger.commit(tenant, "P1", rival)
    for _ in range(2):
        world.ledger.drop_version(tenant, "P1", rival.head)
    world.ledger.drop_body(tenant, "P1", rival.head)
    assert list(world.ledger.versions(tenant, "P1", None, None)) == [Written(first.head)]
    with pytest.raises(KeyError):
        world.ledger.body(tenant, "P1", rival.head)
    assert world.ledger.body(tenant, "P1", first.head) == first.blob


def test_what_is_kept_apart_from_versions_belongs_to_them(world: World, tenant: str) -> None:
    first = _version(None, 20_000)
    second = _version(first.head, 3)
    for version in (first, second):
        assert world.ledger.commit(tenant, "P1", version)
    for blob in world.ledger.blobs(tenant, "P1"):
        assert blob.belongs_to(first.head)
        assert not blob.belongs_to(second.head)
    assert list(world.ledger.blobs(tenant, "P2")) == []


def test_of_many_writers_at_once_exactly_one_wins(world: World, tenant: str) -> None:
    rivals = [_version(None, 2, seed=seed) for seed in range(8)]
    with ThreadPoolExecutor(8) as writers:
        won = list(writers.map(lambda version: world.ledger.commit(tenant, "P1", version), rivals))
    assert sum(won) == 1
    assert world.ledger.head(tenant, "P1", "2025-11-08") == rivals[won.index(True)].head


def test_heads_come_in_order_within_the_span(world: World, tenant: str) -> None:
    for day in ("2025-11-09", "2025-10-31", "2025-11-08"):
        assert world.ledger.commit(tenant, "P1", _version(None, 1, day=day))
    assert [h.day for h in world.ledger.heads(tenant, "P1", None, None)] == [
        "2025-10-31",
        "2025-11-08",
        "2025-11-09",
    ]
    assert [h.day for h in world.ledger.heads(tenant, "P1", "2025-11-01", "2025-11-08")] == ["2025-11-08"]
    assert list(world.ledger.heads(tenant, "P2", None, None)) == []
    assert list(world.ledger.heads(f"{tenant}x", "P1", None, None)) == []


def test_a_head_with_thousands_of_models_is_kept(world: World, tenant: str) -> None:
    said = [Said(ts=i, source=SOURCES[0], row=i + 1, model=f"model-{i * 7919:x}") for i in range(4_000)]
    version = heads.next_version(
        None, "2025-11-08", page.merge(table(said)), {}, cause="test", actor="ada", at=5
    )
    assert world.ledger.commit(tenant, "P1", version)
    assert world.ledger.head(tenant, "P1", "2025-11-08") == version.head
