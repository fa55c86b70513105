"""Provider keys behave alike in memory, over moto and over the embedded engine."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from gramledger.core.identity import ulid
from gramledger.core.providers.keys import Check, ProviderKey
from gramledger.ports import World

NOW = 1_763_000_000_000
ID = "01K9XFT7G1G83EFRTNJJN6PQ8A"


@pytest.fixture
def tenant(world: World) -> str:
    """A tenant that nobody else has used."""
    return f"t{world.chance.bytes(8).hex()}"


def key(tenant: str, key_id: str = ID) -> ProviderKey:
    return ProviderKey(
        tenant,
        key_id,
        "openai",
        "Büro",
        "01K9XFT7G0SM3JSP5YDYFP42E2",
        ("usage/completions", "costs"),
        "01K9XFT7G0SM3JSP5YDYFP42E3",
        NOW,
        "ada",
        checks={"costs": Check(NOW, "provider-scopes-missing", "lacks"), "usage/completions": Check(NOW)},
        succeeded_at={"costs": NOW},
        replaced=("01K9XFT7G0SM3JSP5YDYFP42E4",),
    )


def test_a_key_is_kept_whole_for_its_tenant(world: World, tenant: str) -> None:
    world.provider_keys.create(key(tenant))
    assert world.provider_keys.get(tenant, ID) == key(tenant)
    assert world.provider_keys.get(f"{tenant}x", ID) is None
    assert world.provider_keys.list(f"{tenant}x") == []


def test_a_key_that_is_there_stays_when_it_is_created_again(world: World, tenant: str) -> None:
    world.provider_keys.create(key(tenant))
    world.provider_keys.create(replace(key(tenant), label="other"))
    assert world.provider_keys.list(tenant) == [key(tenant)]


def test_keys_are_listed_oldest_first_and_removed_ones_are_gone(world: World, tenant: str) -> None:
    ids = [ulid(NOW + number, bytes(10)) for number in (2, 0, 1)]
    for key_id in ids:
        world.provider_keys.create(key(tenant, key_id))
    world.provider_keys.delete(tenant, ids[0])
    world.provider_keys.delete(tenant, ids[0])
    assert [known.key_id for known in world.provider_keys.list(tenant)] == ids[1:]


def test_of_changes_at_once_none_is_lost(world: World, tenant: str) -> None:
    world.provider_keys.create(replace(key(tenant), checks={}))

    def check(number: int) -> None:
        found = {f"endpoint {number}": Check(NOW + number)}
        world.provider_keys.change(tenant, ID, lambda known: known.checked(found))

    with ThreadPoolExecutor(4) as people:
        list(people.map(check, range(8)))
    known = world.provider_keys.get(tenant, ID)
    assert known is not None
    assert known.checks == {f"endpoint {number}": Check(NOW + number) for number in range(8)}
    assert known.revision == 8


def test_a_change_of_nothing_changes_nothing(world: World, tenant: str) -> None:
    assert world.provider_keys.change(tenant, ID, lambda known: known) is None
    world.provider_keys.create(key(tenant))
    assert world.provider_keys.change(tenant, ID, lambda known: known.with_status("active")) == key(tenant)
    disabled = world.provider_keys.change(tenant, ID, lambda known: known.with_status("disabled"))
    assert disabled == replace(key(tenant), status="disabled", revision=1)
    assert not disabled.active


def test_a_secret_that_somebody_gives_is_kept_once(world: World, tenant: str) -> None:
    world.secrets.keep(tenant, f"{ID}/S1", "sk-ü")
    world.secrets.keep(tenant, f"{ID}/S1", "sk-other")
    assert world.secrets.find(tenant, f"{ID}/S1") == "sk-ü"
    assert world.secrets.find(f"{tenant}x", f"{ID}/S1") is None
    world.secrets.delete(tenant, f"{ID}/S1")
    assert world.secrets.find(tenant, f"{ID}/S1") is None


def test_the_last_success_of_an_endpoint_only_grows() -> None:
    known = key("t")
    later = known.succeeded("costs", NOW + 1)
    assert later is not None
    assert later.succeeded_at == {"costs": NOW + 1}
    assert later.succeeded("costs", NOW) is None
    assert known.succeeded("usage/completions", 5) == replace(
        known, succeeded_at={"costs": NOW, "usage/completions": 5}
    )


def test_a_rotation_forgets_what_the_old_secret_was_allowed() -> None:
    assert key("t").rotated(key("t").secret_id, NOW) is None
    old = key("t").secret_id
    rotated = key("t").rotated("S2", NOW)
    assert rotated == replace(
        key("t"), secret_id="S2", rotated_at=NOW, checks={}, replaced=(*key("t").replaced, old)
    )
    assert rotated.replaced_names[-1] == f"{ID}/{old}"
    assert rotated.without_replaced((old,)) == replace(rotated, replaced=key("t").replaced)
    assert rotated.without_replaced(("S9",)) is None
