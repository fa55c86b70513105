"""Every provider's usage, fetched from the stand-in through many faults, is in the ledger as the provider has it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from support.fetching import BusyClock, fetch
from support.runs import ADMIN, NOW
from support.standing_in import in_process

from gramledger.adapters.memory.world import MemoryWorld, memory_world
from gramledger.app.projects import create_project
from gramledger.app.provider_keys import create_key
from gramledger.core import heads, page
from gramledger.core.fetch_cursors import FetchCursor, added
from gramledger.core.providers.endpoints import endpoints_of
from gramledger.ports import World
from local.providers.accounts import Account, day_number
from local.providers.http import FAULTS, Plan
from local.providers.sample import anthropic_account, cursor_account, openai_account
from local.providers.stand_in import StandIn

FIRST = date(2025, 11, 9)
DAYS = 4
"""Until the day before the one on which the world stands; the first is a Sunday, on which nobody used OpenAI."""
SECRETS = {"openai": "sk-admin-1234", "anthropic": "sk-ant-admin-1234", "cursor": "key_12345678"}

Sums = dict[tuple[str, str], int]
"""(day, what) -> sum."""


@pytest.fixture
def stand_in() -> StandIn:
    accounts = {
        SECRETS["openai"]: openai_account(FIRST, DAYS),
        SECRETS["anthropic"]: anthropic_account(FIRST, DAYS),
        SECRETS["cursor"]: cursor_account(FIRST, DAYS, events=8),
    }
    return StandIn(accounts, results_per_page=5)


@pytest.fixture
def world(stand_in: StandIn) -> MemoryWorld:
    """A world with a key and a project for each provider, to be fetched from FIRST on."""
    clock = BusyClock(NOW)
    made = replace(memory_world(now_ms=NOW), clock=clock)
    clock.world = made
    made.providers.answer = in_process(stand_in).answer
    for provider, secret in SECRETS.items():
        create_project(made, ADMIN, provider)
        form = {"provider": provider, "label": provider, "project": provider, "secret": secret}
        key = create_key(made, ADMIN, form)
        for endpoint in key.endpoints:
            made.fetching.cursors.create(FetchCursor("acme", key.key_id, endpoint, FIRST.isoformat()))
        clock.sleep(0.001)
    return made


def ledger_of(world: World, provider: str) -> Sums:
    """What the ledger has, day by day: tokens of each bucket, requests, and nano-dollars."""
    home = world.projects.named("acme", provider)
    assert home is not None
    found: Counter[tuple[str, str]] = Counter()
    for head in world.ledger.heads("acme", home.project_id, None, None):
        table = heads.read_body(head, world.ledger.body("acme", home.project_id, head))
        wins = page.verdicts(table, head.terms).wins
        for counts, row in zip(wins.tolist(), table.to_pylist(), strict=True):
            for name in (
                ("input", "cache_write", "cache_read", "output", "requests", "cost") if counts else ()
            ):
                found[head.day, name] += row[name] or 0
            found[head.day, "entries"] += counts
    return {known: amount for known, amount in found.items() if amount}


def truth_of(account: Account) -> Sums:
    """What the provider has, in the same words; worked out apart from the product."""
    found: Counter[tuple[str, str]] = Counter()
    for (endpoint, number), results in account.usage.items():
        day = (date(1970, 1, 1) + timedelta(days=number)).isoformat()
        for result in results:
            found[day, "entries"] += 1
            for name, amount in _amounts(endpoint, result).items():
                found[day, name] += amount
    return {known: amount for known, amount in found.items() if amount}


def _amounts(endpoint: str, result: dict[str, object]) -> dict[str, int]:
    known: dict[str, object] = result
    if endpoint == "usage/completions":
        whole, cached = int(str(known["input_tokens"])), int(str(known["input_cached_tokens"]))
        requests = int(str(known["num_model_requests"]))
        return {"input": whole - cached, "cache_read": cached, "requests": requests} | _output(
            known, "output_tokens"
        )
    if endpoint == "costs":
        amount = known["amount"]
        assert isinstance(amount, dict)
        return {"cost": round(float(amount["value"]) * 1e9)}
    if endpoint == "usage_report/messages":
        written = known["cache_creation"]
        assert isinstance(written, dict)
        return {
            "input": int(str(known["uncached_input_tokens"])),
            "cache_write": sum(written.values()),
            "cache_read": int(str(known["cache_read_input_tokens"])),
        } | _output(known, "output_tokens")
    tokens = known["tokenUsage"]
    assert isinstance(tokens, dict)
    return {
        "input": tokens["inputTokens"],
        "cache_write": tokens["cacheWriteTokens"],
        "cache_read": tokens["cacheReadTokens"],
        "requests": 1,
        "cost": round(tokens["totalCents"] * 1e7),
    } | _output(tokens, "outputTokens")


def _output(known: dict[str, object], name: str) -> dict[str, int]:
    return {"output": int(str(known[name]))}


def cursors_of(world: World) -> list[FetchCursor]:
    found = []
    for key in world.provider_keys.list("acme"):
        for endpoint in endpoints_of(key.provider):
            cursor = world.fetching.cursors.get("acme", key.key_id, endpoint.name)
            assert cursor is not None
            found.append(cursor)
    return found


def patiently(world: MemoryWorld) -> None:
    """Fetch until no day is missing: what is given up in one run is a gap that a later one heals."""
    last = (FIRST + timedelta(days=DAYS - 1)).isoformat()
    for _ in range(12):
        fetch(world)
        world.clock.sleep(60)
        if all(cursor.through == last and not cursor.gaps() for cursor in cursors_of(world)):
            return
    pytest.fail("days are missing")


def test_usage_of_every_provider_fetched_through_faults_is_exactly_the_truth(
    world: MemoryWorld, stand_in: StandIn
) -> None:
    stand_in.plan = Plan(FAULTS, chance=0.25, seed=7)
    patiently(world)
    assert set(stand_in.plan.met) == set(FAULTS)
    for provider, secret in SECRETS.items():
        assert ledger_of(world, provider) == truth_of(stand_in.accounts[secret]), provider


def test_again_changes_nothing_a_revised_day_is_updated_and_one_that_became_empty_is_emptied(
    world: MemoryWorld, stand_in: StandIn
) -> None:
    patiently(world)
    before = {provider: ledger_of(world, provider) for provider in SECRETS}
    assert added(*fetch(world)).get("imported", 0) == 0
    assert {provider: ledger_of(world, provider) for provider in SECRETS} == before

    revised, emptied = FIRST + timedelta(days=DAYS - 1), FIRST + timedelta(days=DAYS - 2)
    for secret in SECRETS.values():
        account = stand_in.accounts[secret]
        for endpoint in {endpoint for endpoint, _ in account.usage}:
            account.use(endpoint, revised, account.used(endpoint, day_number(revised))[1:])
            account.use(endpoint, emptied, [])
    world.clock.sleep(3600)
    fetch(world)
    for provider, secret in SECRETS.items():
        assert ledger_of(world, provider) == truth_of(stand_in.accounts[secret]), provider
        assert ledger_of(world, provider) != before[provider]
