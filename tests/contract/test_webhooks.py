"""Deliveries of webhooks and their secrets behave alike in memory, over moto and over the embedded engine; webhooks
themselves are in `test_tenant_records.py`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gramledger.core.deliveries import Attempt, Delivery
from gramledger.core.identity import ulid
from gramledger.ports import World

NOW = 1_763_000_000_000
ID = "01K9XFT7G1G83EFRTNJJN6PQ8A"


def delivery(tenant: str, number: int = 0) -> Delivery:
    delivery_id = ulid(NOW + number, bytes(10))
    attempt = Attempt(NOW, 12, None, "no answer in time")
    return Delivery(
        tenant, ID, delivery_id, "e-ended", "import.failed", '{"ü":1}', NOW, "pending", (attempt,), NOW + 5
    )


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
