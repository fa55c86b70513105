"""Going back, as the guide says it: fetching is switched off, a cursor is reset, and the ledger is recovered."""

from __future__ import annotations

from dataclasses import replace

from support.fetching import (
    BusyClock,
    OpenAi,
    cursor_of,
    fetch,
    fetching_world,
    key_of,
    ledger_of,
    truth_of,
)
from support.runs import ADMIN

from gramledger.adapters.memory.world import MemoryWorld, memory_world
from gramledger.app.backfills import get_backfill, resume_backfill, start_backfill
from gramledger.app.fetch_runs import Rules
from gramledger.app.fetch_status import reset_cursor
from gramledger.app.recover import recover
from gramledger.app.spans import DaySpan
from gramledger.app.summary import summarise

DAY = "2025-11-12"
USAGE = {
    "2025-11-10": {("gpt-4o-mini", "default"): 3},
    "2025-11-11": {("gpt-4o-mini", "default"): 1, ("gpt-5", "default"): 4},
    DAY: {("gpt-5", "default"): 2},
}
OFF = Rules(enabled=False)


def with_an_empty_table(world: MemoryWorld) -> MemoryWorld:
    """The same buckets, secrets and provider beside a table that has lost everything but the keys of providers."""
    clock = BusyClock(world.clock.now_ms())
    kept = {
        name: getattr(world, name) for name in ("uploads", "store", "secrets", "providers", "provider_keys")
    }
    fresh = replace(memory_world(), clock=clock, **kept)
    clock.world = fresh
    return fresh


def test_the_switch_the_reset_and_the_recovery_lead_back_to_what_the_provider_says() -> None:
    openai = OpenAi({"one": dict(USAGE)})
    world = fetching_world(openai, since="2025-11-10", main="one")
    fetch(world)
    assert ledger_of(world, "main") == truth_of(openai, "one", "2025-11-10")

    # off: nothing is asked, the ledger stays, and a backfill rests
    openai.usage["one"][DAY] = {("gpt-5", "default"): 9}
    world.clock.sleep(60)
    begun = start_backfill(world, ADMIN, {"key": "main", "days": 1})
    asked = len(world.providers.requests)
    fetch(world, {}, OFF)
    fetch(world, world.workflows.started[begun["backfill_id"]], OFF)
    assert len(world.providers.requests) == asked
    assert ledger_of(world, "main")[DAY] == USAGE[DAY]
    assert get_backfill(world, ADMIN, begun["backfill_id"])["status"] == "paused"

    # on again: the backfill goes on, and what the provider has revised meanwhile is found
    resumed = resume_backfill(world, ADMIN, begun["backfill_id"])
    fetch(world, world.workflows.started[f"{resumed['backfill_id']}-resumed-1"])
    assert ledger_of(world, "main") == truth_of(openai, "one", "2025-11-10")

    # reset: the days are fetched anew, and nothing changes, because the provider says the same
    before = ledger_of(world, "main")
    reset_cursor(world, ADMIN, {"key": "main", "from": "2025-11-11"})
    world.clock.sleep(60)
    fetch(world)
    assert (ledger_of(world, "main"), cursor_of(world, "main").through) == (before, DAY)

    # recovered into an empty table: the ledger is there, the cursors are not, and the next fetch finds the same
    fresh = with_an_empty_table(world)
    recover(fresh, "acme")
    assert ledger_of(fresh, "main") == before
    assert fresh.fetching.cursors.list("acme", cursor_of(world, "main").key_id) == []
    fetch(fresh)
    assert ledger_of(fresh, "main") == before
    assert (cursor_of(fresh, "main").through, cursor_of(fresh, "main").gaps()) == (DAY, [])


def test_keys_that_are_registered_again_after_a_loss_count_nothing_twice() -> None:
    openai = OpenAi({"one": dict(USAGE)})
    world = fetching_world(openai, since="2025-11-10", main="one")
    fetch(world)
    before, old = ledger_of(world, "main"), key_of(world, "main")
    openai.usage["one"][DAY] = {("gpt-5", "default"): 9}
    fresh = with_an_empty_table(world)
    recover(fresh, "acme")
    fresh.provider_keys.delete("acme", old.key_id)
    fresh.clock.sleep(60)
    again = replace(old, key_id="01K9XFT7G1G83EFRTNJJN6PQZZ")
    fresh.provider_keys.create(again)
    fresh.secrets.keep("acme", again.secret_name, "one")
    fetch(fresh)
    assert ledger_of(fresh, "main") == {**before, DAY: openai.usage["one"][DAY]}
    summary = summarise(fresh, ADMIN, "main", DaySpan(None, None))
    assert (summary["entries"], summary["requests"]) == (4, 3 + 1 + 4 + 9)
