"""Provider keys and their secrets behave alike in memory, over moto and over the embedded engine; what they have in
common with other records is in `test_tenant_records.py`."""

from __future__ import annotations

from dataclasses import replace

from gramledger.core.providers.keys import Check, ProviderKey
from gramledger.ports import World

NOW = 1_763_000_000_000
ID = "01K9XFT7G1G83EFRTNJJN6PQ8A"


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


def test_a_status_that_a_key_has_already_is_no_change(world: World, tenant: str) -> None:
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
