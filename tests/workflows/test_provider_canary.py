"""The secret of a provider key is in nothing that fetching and comparing leave behind, whatever goes wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from support.fetching import OpenAi, fetch, fetching_world, key_of
from support.runs import ADMIN

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.backfills import get_backfill, list_backfills, start_backfill
from gramledger.app.entries import list_entries
from gramledger.app.fetch_status import fetch_status, fetch_windows
from gramledger.app.parity import get_parity, list_parity, parity_csv
from gramledger.app.parity_daily import parity_step, plan_parity
from gramledger.app.provider_keys import check_key, delete_key, rotate_key
from gramledger.app.show_provider_keys import show_key
from gramledger.app.spans import DaySpan
from gramledger.app.summary import summarise
from gramledger.core.problems import Problem
from gramledger.core.providers.pages import HttpReply

CANARY = "sk-canary-9f3b1d"
DAYS = [f"2025-11-{day:02}" for day in range(6, 13)]
MODEL = ("gpt-5-2025-08-07", "default")
QUOTING = json.dumps(
    {"error": {"message": f"Incorrect API key provided: {CANARY}. Page {CANARY} is unknown."}}
)


def texts(value: Any, above: tuple[int, ...] = ()) -> Iterator[str]:
    """Every text that can be reached from a value, keys and members of objects included."""
    above = (*above, id(value))
    inner: list[Any] = []
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield value.decode("latin-1")
    elif isinstance(value, dict):
        inner = [*value.keys(), *value.values()]
    elif isinstance(value, list | tuple | set | frozenset):
        inner = list(value)
    elif is_dataclass(value) and not isinstance(value, type):
        inner = [getattr(value, member.name) for member in fields(value)]
    elif type(value).__module__.startswith("gramledger.") and hasattr(value, "__dict__"):
        inner = list(vars(value).values())
    for one in inner:
        if id(one) not in above:
            yield from texts(one, above)


def left_behind(world: MemoryWorld) -> list[str]:
    """All that the world holds but the secrets' store, and what the provider itself was sent."""
    parts = [member.name for member in fields(world) if member.name not in ("secrets", "providers", "clock")]
    return [text for name in parts for text in texts(getattr(world, name))]


def shown(world: MemoryWorld) -> list[str]:
    """What people get to see."""
    found = [fetch_status(world, ADMIN, None), fetch_windows(world, ADMIN, "main", "usage/completions")]
    found += [show_key(key_of(world, "main")), summarise(world, ADMIN, "main", DaySpan(None, None))]
    found.append(list_entries(world, ADMIN, "main", DaySpan(None, None), limit=100, cursor=None))
    found += list_backfills(world, ADMIN, limit=9, cursor=None)[0]
    for report in list_parity(world, ADMIN, "main", limit=9, cursor=None)[0]:
        found.append(get_parity(world, ADMIN, "main", report["report_id"]))
        found.append(parity_csv(world, ADMIN, "main", report["report_id"]))
    return [json.dumps(one) for one in found]


def compare(world: MemoryWorld) -> None:
    (work,) = plan_parity(world, {})["works"]
    while (step := parity_step(world, work)).next != "done":
        world.clock.sleep(step.seconds)
        work = step.work


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 418, 429, 500, 529])
def test_the_secret_is_nowhere_but_in_its_store_and_in_requests(status: int) -> None:
    openai = OpenAi({CANARY: {day: {MODEL: 3} for day in DAYS}})
    world = fetching_world(openai, since=DAYS[0], main=CANARY)
    told: list[str] = []
    replies = [HttpReply(status, QUOTING.encode(), retry_after=7) for _ in range(3 if status > 200 else 0)]
    openai.mood = lambda _: replies.pop() if replies else None
    fetch(world)
    told.append(json.dumps(show_key(check_key(world, ADMIN, "main"))))
    world.clock.sleep(60)
    fetch(world)
    begun = start_backfill(world, ADMIN, {"key": "main", "days": 3, "label": "again"})
    fetch(world, world.workflows.started[begun["backfill_id"]])
    openai.usage[CANARY][DAYS[0]] = {MODEL: 4}
    compare(world)
    replies += [HttpReply(401, QUOTING.encode())] * 9
    with pytest.raises(Problem) as refused:
        rotate_key(world, ADMIN, "main", {"secret": f"{CANARY}-other"})
    told.append(json.dumps(refused.value.document()))
    told += shown(world)
    assert any('"gaps": [{"day": "2025-11-06"' in text for text in told), "a report has a gap"
    told += left_behind(world)
    delete_key(world, ADMIN, "main")
    told += left_behind(world)
    told.append(json.dumps(get_backfill(world, ADMIN, begun["backfill_id"])))
    assert len(told) > 1000
    assert sum(CANARY in json.dumps(request.headers) for request in world.providers.requests) > 7
    assert [text for text in told if "canary" in text] == []
