"""Records that a tenant keeps by id (provider keys, webhooks) behave alike in memory, over moto and over the embedded
engine."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import pytest

from gramledger.core.identity import ulid
from gramledger.core.providers.keys import Check, ProviderKey
from gramledger.core.webhooks import EVENTS, Key, Webhook
from gramledger.ports import World

NOW = 1_763_000_000_000
ID = "01K9XFT7G1G83EFRTNJJN6PQ8A"


def provider_key(tenant: str, key_id: str) -> ProviderKey:
    return ProviderKey(
        *(tenant, key_id, "openai", "Büro", "01K9XFT7G0SM3JSP5YDYFP42E2", ("usage/completions", "costs")),
        secret_id="01K9XFT7G0SM3JSP5YDYFP42E3",
        created_at=NOW,
        created_by="ada",
        checks={"costs": Check(NOW, "provider-scopes-missing", "lacks"), "usage/completions": Check(NOW)},
        succeeded_at={"costs": NOW},
        replaced=("01K9XFT7G0SM3JSP5YDYFP42E4",),
    )


def webhook(tenant: str, webhook_id: str) -> Webhook:
    keys = (Key("K2"), Key("K1", NOW))
    return Webhook(tenant, webhook_id, "https://hooks.example.org/ü", EVENTS, keys, NOW, "ada")


@dataclass(frozen=True)
class Kept:
    """One kind of record: its port, how one is made, its id, and a change that names a number."""

    port: str
    make: Callable[[str, str], Any]
    id_of: Callable[[Any], str]
    with_number: Callable[[Any, int], Any]
    numbers_of: Callable[[Any], set[int]]


KINDS = {
    "provider keys": Kept(
        "provider_keys",
        provider_key,
        lambda known: known.key_id,
        lambda known, number: known.checked({str(number): Check(NOW)}),
        lambda known: {int(name) for name in known.checks if name.isdigit()},
    ),
    "webhooks": Kept(
        "webhooks",
        webhook,
        lambda known: known.webhook_id,
        lambda known, number: replace(known, keys=(*known.keys, Key(str(number)))),
        lambda known: {int(key.key_id) for key in known.keys if key.key_id.isdigit()},
    ),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kept:
    return KINDS[request.param]


@pytest.fixture
def records(world: World, kind: Kept) -> Any:
    """The port of the kind."""
    return getattr(world, kind.port)


def test_a_record_is_kept_whole_for_its_tenant(records: Any, kind: Kept, tenant: str) -> None:
    records.create(kind.make(tenant, ID))
    assert records.get(tenant, ID) == kind.make(tenant, ID)
    assert records.get(f"{tenant}x", ID) is None
    assert records.list(f"{tenant}x") == []


def test_one_that_is_there_stays_when_it_is_created_again(records: Any, kind: Kept, tenant: str) -> None:
    records.create(kind.make(tenant, ID))
    records.create(kind.with_number(kind.make(tenant, ID), 1))
    assert records.list(tenant) == [kind.make(tenant, ID)]


def test_they_are_listed_oldest_first_and_removed_ones_are_gone(
    records: Any, kind: Kept, tenant: str
) -> None:
    ids = [ulid(NOW + number, bytes(10)) for number in (2, 0, 1)]
    for name in ids:
        records.create(kind.make(tenant, name))
    for _ in range(2):
        records.delete(tenant, ids[0])
    assert [kind.id_of(known) for known in records.list(tenant)] == ids[1:]


def test_of_changes_at_once_none_is_lost(records: Any, kind: Kept, tenant: str) -> None:
    records.create(kind.make(tenant, ID))

    def change(number: int) -> None:
        records.change(tenant, ID, lambda known: kind.with_number(known, number))

    with ThreadPoolExecutor(4) as people:
        list(people.map(change, range(8)))
    known = records.get(tenant, ID)
    assert kind.numbers_of(known) == set(range(8))
    assert known.revision == 8


def test_a_change_of_nothing_changes_nothing(records: Any, kind: Kept, tenant: str) -> None:
    assert records.change(tenant, ID, lambda known: known) is None
    records.create(kind.make(tenant, ID))
    assert records.change(tenant, ID, lambda _: None) == kind.make(tenant, ID)
    assert records.get(tenant, ID).revision == 0
