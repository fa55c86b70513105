"""Webhooks, their deliveries and their secrets behave alike in memory, over moto and over the embedded engine."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from gramledger.core.deliveries import Attempt, Delivery
from gramledger.core.identity import ulid
from gramledger.core.webhooks import EVENTS, Key, Webhook
from gramledger.ports import World

NOW = 1_763_000_000_000
ID = "01K9XFT7G1G83EFRTNJJN6PQ8A"


@pytest.fixture
def tenant(world: World) -> str:
    """A tenant that nobody else has used."""
    return f"t{world.chance.bytes(8).hex()}"


def webhook(tenant: str, webhook_id: str = ID) -> Webhook:
    return Webhook(
        tenant, webhook_id, "https://hooks.example.org/ü", EVENTS, (Key("K2"), Key("K1", NOW)), NOW, "ada"
    )


def delivery(tenant: str, number: int = 0) -> Delivery:
    delivery_id = ulid(NOW + number, bytes(10))
    attempt = Attempt(NOW, 12, None, "no answer in time")
    return Delivery(
        tenant, ID, delivery_id, "e-ended", "import.failed", '{"ü":1}', NOW, "pending", (attempt,), NOW + 5
    )


def test_a_webhook_is_kept_whole_for_its_tenant(world: World, tenant: str) -> None:
    world.webhooks.create(webhook(tenant))
    assert world.webhooks.get(tenant, ID) == webhook(tenant)
    assert world.webhooks.get(f"{tenant}x", ID) is None
    assert world.webhooks.list(f"{tenant}x") == []


def test_a_webhook_that_is_there_stays_when_it_is_created_again(world: World, tenant: str) -> None:
    world.webhooks.create(webhook(tenant))
    world.webhooks.create(replace(webhook(tenant), url="https://other.example.org"))
    assert world.webhooks.list(tenant) == [webhook(tenant)]


def test_webhooks_are_listed_oldest_first_and_removed_ones_are_gone(world: World, tenant: str) -> None:
    ids = [ulid(NOW + number, bytes(10)) for number in (2, 0, 1)]
    for webhook_id in ids:
        world.webhooks.create(webhook(tenant, webhook_id))
    world.webhooks.delete(tenant, ids[0])
    world.webhooks.delete(tenant, ids[0])
    assert [known.webhook_id for known in world.webhooks.list(tenant)] == ids[1:]


def test_of_changes_at_once_none_is_lost(world: World, tenant: str) -> None:
    world.webhooks.create(replace(webhook(tenant), keys=()))

    def add(number: int) -> None:
        world.webhooks.change(tenant, ID, lambda known: replace(known, keys=(*known.keys, Key(f"K{number}"))))

    with ThreadPoolExecutor(4) as people:
        list(people.map(add, range(8)))
    known = world.webhooks.get(tenant, ID)
    assert known is not None
    assert {key.key_id for key in known.keys} == {f"K{number}" for number in range(8)}
    assert known.revision == 8


def test_a_change_of_nothing_changes_nothing(world: World, tenant: str) -> None:
    assert world.webhooks.change(tenant, ID, lambda known: known) is None
    world.webhooks.create(webhook(tenant))
    assert world.webhooks.change(tenant, ID, lambda _: None) == webhook(tenant)


def test_a_delivery_is_kept_once_and_whole(world: World, tenant: str) -> None:
    kept = world.webhooks.keep_delivery(delivery(tenant))
    assert kept == delivery(tenant)
    again = world.webhooks.keep_delivery(replace(delivery(tenant), status="failed"))
    assert again == kept == world.webhooks.delivery(tenant, ID, kept.delivery_id)
    assert world.webhooks.delivery(f"{tenant}x", ID, kept.delivery_id) is None


def test_a_delivery_is_changed_by_its_revision(world: World, tenant: str) -> None:
    known = world.webhooks.keep_delivery(delivery(tenant))
    place = (tenant, ID, known.delivery_id)
    changed = world.webhooks.change_delivery(*place, lambda before: replace(before, status="delivered"))
    assert changed == replace(known, status="delivered", revision=1)
    assert world.webhooks.delivery(*place) == changed


def test_deliveries_are_read_newest_first_page_by_page(world: World, tenant: str) -> None:
    wanted = [world.webhooks.keep_delivery(delivery(tenant, number)) for number in range(5)][::-1]
    first, further = world.webhooks.deliveries(tenant, ID, limit=2, before=None)
    second, last = world.webhooks.deliveries(tenant, ID, limit=3, before=further)
    assert [*first, *second] == wanted
    assert (further, last) == (wanted[1].delivery_id, None)


def test_a_secret_is_made_once_and_found_by_its_tenant_only(world: World, tenant: str) -> None:
    assert world.secrets.find(tenant, f"{ID}/K1") is None
    secret = world.secrets.make(tenant, f"{ID}/K1")
    assert secret.startswith("whsec_")
    assert world.secrets.make(tenant, f"{ID}/K1") == secret == world.secrets.find(tenant, f"{ID}/K1")
    assert world.secrets.make(tenant, f"{ID}/K2") != secret
    assert world.secrets.find(f"{tenant}x", f"{ID}/K1") is None


def test_a_secret_that_was_removed_is_gone(world: World, tenant: str) -> None:
    world.secrets.make(tenant, f"{ID}/K1")
    world.secrets.delete(tenant, f"{ID}/K1")
    world.secrets.delete(tenant, f"{ID}/K1")
    assert world.secrets.find(tenant, f"{ID}/K1") is None


@pytest.mark.parametrize(  # moto forgets the names of executions that have ended
    "world", ["memory", pytest.param("engine", marks=pytest.mark.stack)], indirect=True
)
def test_a_delivery_is_carried_once(world: World, tenant: str) -> None:
    name = ulid(NOW, world.chance.bytes(10))
    form = {"tenant": tenant, "webhook_id": ID, "delivery_id": name}
    assert [world.courier.start(name, form) for _ in range(2)] == [True, False]
