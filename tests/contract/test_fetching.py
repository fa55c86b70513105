"""What is remembered of fetching behaves alike in memory, over moto and over the embedded engine."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from gramledger.core.backfills import Backfill, Chunk
from gramledger.core.fetch_cursors import FetchCursor, Pending
from gramledger.core.identity import ulid
from gramledger.core.throttle import RATES, full
from gramledger.ports import World

NOW = 1_763_000_000_000
KEY = "01K9XFT7G1G83EFRTNJJN6PQ8A"
RATE = RATES["openai"]


def cursor(tenant: str, endpoint: str = "usage/completions", key_id: str = KEY) -> FetchCursor:
    return FetchCursor(tenant, key_id, endpoint, since="2025-10-14")


def backfill(tenant: str, number: int = 0) -> Backfill:
    backfill_id = ulid(NOW + number, bytes(10))
    chunk = Chunk("costs", "2025-11-01", "2025-11-05", {"processed": 5}, {"timeout": 1}, NOW)
    return Backfill(
        *(tenant, backfill_id, KEY, ("costs",), "2025-11-01", "2025-11-09", 5, 10, "für März", "ada", NOW),
        chunks=(chunk,),
    )


def test_a_cursor_is_kept_for_its_tenant_key_and_endpoint(world: World, tenant: str) -> None:
    cursors = world.fetching.cursors
    begun = cursor(tenant).begin("2025-11-12", Pending("I", "ab", NOW))
    assert begun is not None
    cursors.create(begun)
    cursors.create(cursor(tenant))
    cursors.create(cursor(tenant, "costs"))
    cursors.create(cursor(tenant, "costs", key_id=f"{KEY[:-1]}B"))
    assert cursors.get(tenant, KEY, "usage/completions") == begun
    assert cursors.get(f"{tenant}x", KEY, "usage/completions") is None
    assert [known.endpoint for known in cursors.list(tenant, KEY)] == ["costs", "usage/completions"]


def test_what_is_known_of_a_key_is_removed_and_of_no_other(world: World, tenant: str) -> None:
    cursors, throttles, other = world.fetching.cursors, world.fetching.throttles, f"{KEY[:-1]}B"
    for known in (cursor(tenant), cursor(tenant, "costs"), cursor(tenant, "costs", key_id=other)):
        cursors.create(known)
    for name in (KEY, other):
        throttles.swap(tenant, name, None, full(RATE, NOW))
    for _ in range(2):
        cursors.delete(tenant, KEY)
        throttles.delete(tenant, KEY)
    assert cursors.list(tenant, KEY) == []
    assert throttles.get(tenant, KEY) is None
    assert len(cursors.list(tenant, other)) == 1
    assert throttles.get(tenant, other) is not None


def test_of_changes_of_a_cursor_at_once_none_is_lost(world: World, tenant: str) -> None:
    world.fetching.cursors.create(cursor(tenant))

    def miss(number: int) -> None:
        world.fetching.cursors.change(
            tenant, KEY, "usage/completions", lambda known: known.miss(f"2025-11-{number:02}", NOW, "timeout")
        )

    with ThreadPoolExecutor(4) as functions:
        list(functions.map(miss, range(1, 9)))
    known = world.fetching.cursors.get(tenant, KEY, "usage/completions")
    assert known is not None
    assert (len(known.windows), known.tally, known.revision) == (8, {"missed": 8}, 8)


def test_a_change_of_no_cursor_and_one_of_nothing_change_nothing(world: World, tenant: str) -> None:
    cursors = world.fetching.cursors
    assert cursors.change(tenant, KEY, "costs", lambda known: known) is None
    cursors.create(cursor(tenant, "costs"))
    assert cursors.change(tenant, KEY, "costs", lambda _: None) == cursor(tenant, "costs")


def test_backfills_are_kept_whole_and_listed_newest_first(world: World, tenant: str) -> None:
    backfills = world.fetching.backfills
    known = [backfill(tenant, number) for number in range(3)]
    for one in known:
        backfills.create(one)
    backfills.create(replace(known[0], label="another"))
    assert backfills.get(tenant, known[0].backfill_id) == known[0]
    assert backfills.get(f"{tenant}x", known[0].backfill_id) is None
    newest, further = backfills.page(tenant, limit=2, before=None)
    assert (list(newest), further) == ([known[2], known[1]], known[1].backfill_id)
    assert backfills.page(tenant, limit=2, before=further) == ([known[0]], None)


def test_a_backfill_changes_under_compare_and_swap(world: World, tenant: str) -> None:
    backfills, known = world.fetching.backfills, backfill(tenant)
    assert backfills.change(tenant, known.backfill_id, Backfill.pause) is None
    backfills.create(known)
    paused = backfills.change(tenant, known.backfill_id, Backfill.pause)
    assert paused == replace(known, status="paused", revision=1)
    assert backfills.change(tenant, known.backfill_id, Backfill.pause) == paused


def test_a_bucket_is_swapped_only_for_the_one_that_was_read(world: World, tenant: str) -> None:
    throttles = world.fetching.throttles
    assert throttles.get(tenant, "openai") is None
    first = full(RATE, NOW)
    assert throttles.swap(tenant, "openai", None, first)
    assert not throttles.swap(tenant, "openai", None, first)
    known = throttles.get(tenant, "openai")
    assert known == replace(first, revision=1)
    taken = known.taken(RATE, NOW)
    assert taken is not None
    assert throttles.swap(tenant, "openai", known, taken)
    assert not throttles.swap(tenant, "openai", known, taken)
    assert throttles.get(tenant, "openai") == replace(taken, revision=2)
