"""A world in which imports run while somebody waits for them, and an OpenAI that has usage and moods."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from gramledger.adapters.memory.system import MemoryClock
from gramledger.adapters.memory.world import MemoryWorld, memory_world
from gramledger.app import keys
from gramledger.app.fetch_runs import Rules, fetch_step, plan_fetch
from gramledger.app.projects import create_project
from gramledger.app.start_import import start_import
from gramledger.core import heads, page
from gramledger.core.fetch_cursors import FetchCursor
from gramledger.core.providers.keys import ProviderKey
from gramledger.core.providers.pages import HttpReply, HttpRequest
from gramledger.ports import Unavailable, World
from local.providers.accounts import Account
from local.providers.stand_in import StandIn
from support.runs import ADMIN, NOW, run
from support.standing_in import answer_of

TODAY = "2025-11-13"
MONTH = [f"2025-10-{day}" for day in range(14, 32)] + [f"2025-11-{day:02}" for day in range(1, 13)]
"""The 30 days before TODAY."""

Usage = dict[tuple[str, str], int]
"""(model, service tier) -> requests; each has 100 tokens of input and 20 of output."""


@dataclass
class OpenAi:
    """The stand-in with usage by account (the secret) and day; `mood` may answer something else than the truth."""

    usage: dict[str, dict[str, Usage]] = field(default_factory=dict)
    mood: Callable[[HttpRequest], HttpReply | None] = lambda _: None
    page_size: int = 2
    asked: list[tuple[str, str]] = field(default_factory=list)
    """(account, day) of every request that was answered with the truth."""

    def answer(self, request: HttpRequest) -> HttpReply:
        """A page, or what the mood says; a mood that truncates gives half of the page."""
        upset = self.mood(request)
        if upset is not None and upset.trouble != "truncate":
            return upset
        reply = answer_of(self._stand_in(), request)
        if upset is not None:
            return HttpReply(200, reply.body[: len(reply.body) // 2])
        account = request.headers["Authorization"].removeprefix("Bearer ")
        self.asked.append((account, _day_of(request)))
        return reply

    def _stand_in(self) -> StandIn:
        accounts = {secret: Account("openai") for secret in self.usage}
        for secret, days in self.usage.items():
            for day, usage in days.items():
                results = [_result(*one) for one in usage.items()]
                accounts[secret].use("usage/completions", date.fromisoformat(day), results)
        return StandIn(accounts, results_per_page=self.page_size)


def _day_of(request: HttpRequest) -> str:
    start = int(parse_qs(urlsplit(request.path).query)["start_time"][0])
    return datetime.fromtimestamp(start, UTC).date().isoformat()


def _result(labels: tuple[str, str], requests: int) -> dict[str, Any]:
    model, tier = labels
    return {
        "object": "organization.usage.completions.result",
        "input_tokens": 100.0 * requests,
        "output_tokens": 20 * requests,
        "input_cached_tokens": 0,
        "num_model_requests": float(requests),
        "project_id": "proj_a",
        "user_id": "user_a",
        "api_key_id": "key_a",
        "model": model,
        "batch": False,
        "service_tier": tier,
    }


def moody(seed: int, share: float = 0.3) -> Callable[[HttpRequest], HttpReply | None]:
    """A mood that answers a share of the requests with 429, 5xx, silence, or half a page."""
    chance = random.Random(seed)  # noqa: S311 -- repeatable on purpose
    moods = (
        HttpReply(429, retry_after=7),
        HttpReply(429),
        HttpReply(500),
        HttpReply(503, retry_after=2),
        HttpReply(None, trouble="no-answer"),
        HttpReply(None, trouble="truncate"),
    )
    return lambda _: chance.choice(moods) if chance.random() < share else None


def month_of_usage(seed: int) -> dict[str, Usage]:
    """Usage of every day of MONTH but some, of up to five combinations."""
    chance = random.Random(seed)  # noqa: S311 -- as above
    labels = [(model, tier) for model in ("gpt-5-2025-08-07", "gpt-4o-mini") for tier in ("default", "flex")]
    usage = {}
    for day in MONTH:
        known = chance.sample(labels, chance.randint(0, len(labels)))
        usage[day] = {label: chance.randint(1, 50) for label in known}
    return usage


class BusyClock(MemoryClock):
    """While somebody sleeps, the imports run whose files have arrived."""

    world: World
    resting = False
    """Whether imports do not run."""

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if not self.resting:
            run_imports(self.world)


def run_imports(world: World, tenant: str = "acme") -> None:
    """Let the events of all files arrive, and run their imports to their end."""
    for key in list(world.uploads.keys(keys.uploads(tenant))):
        import_id = key.split("/")[2]
        record = world.jobs.get(tenant, import_id)
        if record is not None and record.status == "waiting":
            start_import(world, keys.upload(tenant, import_id), world.uploads.size(key) or 0)
            run(world, record)


def fetching_world(openai: OpenAi, *, since: str = "2025-11-08", **accounts: str) -> MemoryWorld:
    """A world with a project for each label, fed by a key whose secret is the account, from a day on: `MONTH[0]` is
    what a new key begins with."""
    clock = BusyClock(NOW)
    world = replace(memory_world(now_ms=NOW), clock=clock)
    clock.world = world
    world.providers.answer = openai.answer
    for number, (label, secret) in enumerate(accounts.items()):
        project = create_project(world, ADMIN, label)
        key_id = f"01K9XFT7G1G83EFRTNJJN6PQ{number:02}"
        key = ProviderKey(
            *(ADMIN.tenant, key_id, "openai", label, project.project_id, ("usage/completions",)),
            secret_id="S1",
            created_at=NOW,
            created_by="ada",
        )
        world.provider_keys.create(key)
        if since != MONTH[0]:
            world.fetching.cursors.create(FetchCursor(ADMIN.tenant, key_id, key.endpoints[0], since))
        world.secrets.keep(ADMIN.tenant, key.secret_name, secret)
        clock.sleep(0.001)
    return world


def key_of(world: World, label: str) -> ProviderKey:
    """The key of that label."""
    (key,) = (known for known in world.provider_keys.list(ADMIN.tenant) if known.label == label)
    return key


def cursor_of(world: World, label: str) -> FetchCursor:
    """How far that key has been fetched."""
    cursor = world.fetching.cursors.get(ADMIN.tenant, key_of(world, label).key_id, "usage/completions")
    assert cursor is not None
    return cursor


def fetch(
    world: World, request: dict[str, Any] | None = None, rules: Rules | None = None
) -> list[dict[str, int]]:
    """A whole run, as the state machine does it, whatever fails with Unavailable being tried again; the counts of its
    steps."""
    counts = []
    for work in works(world, request or {}, rules):
        following = work
        while True:
            with suppress(Unavailable):
                step = fetch_step(world, following, rules)
                counts.append(step.counts)
                if step.next == "done":
                    break
                if step.next == "wait":
                    world.clock.sleep(step.seconds)
                following = step.work
    return counts


def works(world: World, request: dict[str, Any], rules: Rules | None = None) -> Iterator[dict[str, Any]]:
    """The works of a run, round by round."""
    while True:
        with suppress(Unavailable):
            plan = plan_fetch(world, request, rules)
            yield from plan["works"]
            if not plan["more"]:
                return
            request = plan["request"]


def ledger_of(world: World, label: str) -> dict[str, Usage]:
    """What the ledger has of a project, as the provider would say it."""
    home = world.projects.named(ADMIN.tenant, label)
    assert home is not None
    found: dict[str, Usage] = {}
    for head in world.ledger.heads(ADMIN.tenant, home.project_id, None, None):
        table = heads.read_body(head, world.ledger.body(ADMIN.tenant, home.project_id, head))
        wins = page.verdicts(table, head.terms).wins
        for number, row in enumerate(table.to_pylist()):
            if wins[number]:
                assert row["input"] + row["cache_read"] == 100 * row["requests"]
                assert row["output"] == 20 * row["requests"]
                tier = json.loads(row["original"])["service_tier"]
                found.setdefault(head.day, {})[row["model"], tier] = row["requests"]
    return found


def truth_of(openai: OpenAi, account: str, since: str = "2025-11-08") -> dict[str, Usage]:
    """What the provider knows of an account from a day on, without empty days."""
    return {day: usage for day, usage in openai.usage[account].items() if usage and day >= since}
