"""Rounds: which provider keys a run looks at, so many at a time, and how long it stays with one.

What a run is told about keys travels in payloads of its state machine, and what it does stands in the history of its
executions; both have limits. So a run goes through the keys in rounds, each key has an execution of its own, and what a
key does not get done in one is found by the next run, for it follows from what is in the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gramledger.ports import World

KEYS_AT_ONCE = 500
"""About how many keys one round has: their names must fit into a payload."""

ROUND_MS = 240_000
"""A round looks at no further tenant after so long: most may have no key, and a task has 15 minutes."""

STEPS_MAXIMUM = 500
"""Most steps of one key in one execution. Each may be tried a dozen times, and all of that is in the history."""

SCHEDULE = "schedule"
"""Who asks where nobody does."""

Form = dict[str, Any]


def plan_round(world: World, request: Form, *, enabled: bool) -> Form:
    """The works of a round: {works, request, more}, where `request` is that of the next round, if there are more.

    The request is {} for all tenants, or has a `tenant`, and maybe `by`; a later one tells `after` which tenant it goes
    on. There is a work for each active key; none where fetching is not `enabled`.
    """
    began, by = world.clock.now_ms(), request.get("by", SCHEDULE)
    works: list[Form] = []
    done = request.get("after")
    for tenant in _tenants(world, request) if enabled else ():
        over = done is not None and world.clock.now_ms() - began >= ROUND_MS
        if over or len(works) >= KEYS_AT_ONCE:
            return {"works": works, "request": {**request, "after": done}, "more": True}
        keys = [key for key in world.provider_keys.list(tenant) if key.active]
        works += [{"tenant": tenant, "key_id": key.key_id, "began": began, "by": by} for key in keys]
        done = tenant
    return {"works": works, "request": request, "more": False}


def _tenants(world: World, request: Form) -> Iterator[str]:
    if request.get("tenant") is not None:
        return iter((request["tenant"],))
    return world.projects.tenants(request.get("after"))


def with_step(work: Form) -> Form | None:
    """The work with one step more behind it; None where its execution has no room for another one."""
    steps = work.get("steps", 0) + 1
    return {**work, "steps": steps} if steps < STEPS_MAXIMUM else None
