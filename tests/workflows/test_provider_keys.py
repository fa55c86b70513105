"""Provider keys: asked about before they are kept, never with their secrets, and gone with them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from support.faults import Faulty
from support.runs import ADMIN, NOW, new_world
from support.standing_in import in_process

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.lookup import Caller
from gramledger.app.once import once
from gramledger.app.provider_keys import (
    check_key,
    create_key,
    delete_key,
    find_key,
    list_keys,
    rotate_key,
    set_status,
)
from gramledger.app.provider_pages import fetch_page
from gramledger.app.show_provider_keys import show_key
from gramledger.core.limits import PROVIDER_KEYS
from gramledger.core.problems import (
    InvalidRequest,
    KeyConflict,
    KeyRefused,
    NotAllowed,
    NotFound,
    ProviderUnavailable,
    RequestInProgress,
    ScopesMissing,
)
from gramledger.core.providers.endpoints import OPENAI_USAGE
from gramledger.core.providers.keys import ProviderKey
from gramledger.core.providers.pages import Page, WindowRequest
from gramledger.core.requests import ATTEMPT_MS, Asked, Reply
from gramledger.ports import Unavailable, World
from local.providers.accounts import Account
from local.providers.http import Plan
from local.providers.sample import openai_account
from local.providers.stand_in import StandIn

SECRET = "sk-admin-canary-0123456789"
OTHER = "sk-admin-canary-9876543210"
MEMBER = Caller(tenant="acme", user="mel", groups=frozenset({"member"}))
RIVAL = Caller(tenant="rival", user="ria", groups=frozenset({"admin"}))
FORM = {"provider": "openai", "label": "Web", "project": "demo", "secret": SECRET}
DAY = NOW // 86_400_000 * 86_400 - 86_400
"""The day before today, which keys are checked with."""


@pytest.fixture
def stand_in() -> StandIn:
    first = datetime.fromtimestamp(DAY - 86_400, UTC).date()
    return StandIn(
        {
            SECRET: openai_account(first, 3),
            OTHER: openai_account(first, 3, name="batch"),
            "sk-ordinary-canary": Account("openai", scopes=set()),
        }
    )


@pytest.fixture
def world(stand_in: StandIn) -> MemoryWorld:
    made = new_world()
    made.providers.answer = in_process(stand_in).answer
    return made


def form(**changed: Any) -> dict[str, Any]:
    return {**FORM, **changed}


def test_a_key_is_checked_against_every_endpoint_and_kept_with_what_was_found(world: MemoryWorld) -> None:
    key = create_key(world, ADMIN, FORM)
    project = world.projects.named("acme", "demo")
    assert project is not None
    shown = show_key(key)
    assert shown | {"endpoints": None} == {
        "key_id": key.key_id,
        "provider": "openai",
        "label": "Web",
        "project_id": project.project_id,
        "status": "active",
        "account": f"openai:{key.key_id}",
        "endpoints": None,
        "created_at": "2025-11-13T02:13:20.000Z",
        "created_by": "ada",
        "rotated_at": None,
    }
    passed = {"at": "2025-11-13T02:13:20.000Z", "passed": True, "code": None, "detail": ""}
    assert [(e["name"], e["check"], e["succeeded_at"]) for e in shown["endpoints"]] == [
        ("usage/completions", passed, None),
        ("costs", passed, None),
    ]
    assert list_keys(world, ADMIN) == [key]
    assert find_key(world, ADMIN, key.key_id) == find_key(world, ADMIN, "web") == key


def test_a_registered_key_reads_its_own_account(world: MemoryWorld, stand_in: StandIn) -> None:
    key = create_key(world, ADMIN, FORM)
    page = fetch_page(world, key, WindowRequest(OPENAI_USAGE, DAY, DAY + 86_400))
    assert isinstance(page, Page)
    wanted = stand_in.accounts[SECRET].used("usage/completions", DAY // 86_400)
    assert [result.fields["input_tokens"] for result in page.results if result.fields] == [
        str(result["input_tokens"]) for result in wanted
    ]


def test_an_ordinary_key_is_refused_with_the_scope_that_it_lacks_and_nothing_is_kept(
    world: MemoryWorld,
) -> None:
    with pytest.raises(ScopesMissing, match=r"api\.usage\.read") as caught:
        create_key(world, ADMIN, form(secret="sk-ordinary-canary"))
    assert caught.value.facts["endpoints_allowed"] == []
    with pytest.raises(KeyRefused):
        create_key(world, ADMIN, form(secret="sk-unknown-canary"))
    assert list_keys(world, ADMIN) == []


def test_a_provider_that_does_not_answer_leaves_it_open_and_a_check_may_be_left_out(
    world: MemoryWorld, stand_in: StandIn
) -> None:
    stand_in.plan = Plan(["throttled"], retry_after=9)
    with pytest.raises(ProviderUnavailable, match="without a check") as caught:
        create_key(world, ADMIN, FORM)
    assert caught.value.facts["retry_after"] == 9
    assert caught.value.facts["endpoints_allowed"] == ["costs"]
    key = create_key(world, ADMIN, form(check=False))
    assert key.checks == {}
    found = check_key(world, ADMIN, "Web")
    assert [check.passed for check in found.checks.values()] == [True, True]


def test_a_check_keeps_what_the_provider_says_and_raises_nothing(
    world: MemoryWorld, stand_in: StandIn
) -> None:
    key = create_key(world, ADMIN, FORM)
    stand_in.accounts[SECRET].scopes.clear()
    stand_in.plan = Plan(["unavailable"])
    found = check_key(world, ADMIN, key.key_id)
    codes = {name: check.code for name, check in found.checks.items()}
    assert codes == {"usage/completions": "provider-unavailable", "costs": "provider-scopes-missing"}
    shown = show_key(found)["endpoints"][1]["check"]
    assert "api.usage.read" in shown["detail"]
    assert find_key(world, ADMIN, key.key_id) == found


def test_a_rotated_key_has_the_new_secret_only(world: MemoryWorld) -> None:
    key = create_key(world, ADMIN, FORM)
    world.clock.sleep(1)
    rotated = rotate_key(world, ADMIN, key.key_id, {"secret": OTHER})
    assert world.secrets.find("acme", rotated.secret_name) == OTHER
    assert world.secrets.find("acme", key.secret_name) is None
    assert (rotated.replaced, rotated.rotated_at) == ((), NOW + 1000)
    assert all(check.at == NOW + 1000 for check in rotated.checks.values())
    with pytest.raises(KeyConflict, match="no secret any more"):
        fetch_page(world, key, WindowRequest(OPENAI_USAGE, DAY, DAY + 86_400))


def test_a_secret_that_the_provider_refuses_rotates_nothing(world: MemoryWorld) -> None:
    key = create_key(world, ADMIN, FORM)
    with pytest.raises(KeyRefused):
        rotate_key(world, ADMIN, key.key_id, {"secret": "sk-unknown-canary"})
    assert find_key(world, ADMIN, key.key_id) == key
    assert world.secrets.find("acme", key.secret_name) == SECRET


def test_a_key_is_disabled_enabled_and_deleted_with_its_secret(world: MemoryWorld) -> None:
    key = create_key(world, ADMIN, FORM)
    assert not set_status(world, ADMIN, "WEB", "disabled").active
    assert set_status(world, ADMIN, "Web", "active").active
    deleted = delete_key(world, ADMIN, key.key_id)
    assert deleted.key_id == key.key_id
    assert list_keys(world, ADMIN) == []
    assert world.secrets.find("acme", key.secret_name) is None
    with pytest.raises(NotFound):
        delete_key(world, ADMIN, key.key_id)


def test_keys_are_administrators_business_and_their_tenants_alone(world: MemoryWorld) -> None:
    key = create_key(world, ADMIN, FORM)
    for attempt in (
        lambda: create_key(world, MEMBER, form(label="b")),
        lambda: list_keys(world, MEMBER),
        lambda: find_key(world, MEMBER, key.key_id),
        lambda: rotate_key(world, MEMBER, key.key_id, {"secret": OTHER}),
        lambda: check_key(world, MEMBER, key.key_id),
        lambda: set_status(world, MEMBER, key.key_id, "disabled"),
        lambda: delete_key(world, MEMBER, key.key_id),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert list_keys(world, RIVAL) == []
    for name in (key.key_id, "Web"):
        with pytest.raises(NotFound):
            find_key(world, RIVAL, name)
    with pytest.raises(NotFound, match="project"):
        create_key(world, RIVAL, FORM)


def test_labels_are_unique_whatever_their_case_and_keys_are_limited(world: MemoryWorld) -> None:
    create_key(world, ADMIN, FORM)
    with pytest.raises(KeyConflict, match="already"):
        create_key(world, ADMIN, form(label=" wEB "))
    for number in range(1, PROVIDER_KEYS):
        create_key(world, ADMIN, form(label=f"key {number}", check=False))
    with pytest.raises(InvalidRequest, match="Delete one first"):
        create_key(world, ADMIN, form(label="one more"))


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"provider": "mistral"}, "no provider 'mistral'"),
        ({"provider": 1}, "must be one of openai"),
        ({"label": ""}, "'label'"),
        ({"label": "x" * 61}, "1 to 60"),
        ({"label": "a\x07b"}, "printable"),
        ({"project": 5}, "'project'"),
        ({"secret": "short"}, "'secret' must be"),
        ({"secret": "sk canary 12345"}, "'secret' must be"),
        ({"secret": "sk-canary:12345"}, "'secret' must be"),
        ({"secret": "sk-canary-12345\r\nX: y"}, "'secret' must be"),
        ({"secret": None}, "lacks 'secret'"),
        ({"endpoints": []}, "'endpoints' must be"),
        ({"endpoints": ["usage_report/messages"]}, "no endpoint 'usage_report/messages'"),
        ({"check": "no"}, "true or false"),
        ({"colour": "red"}, "Unknown member 'colour'"),
    ],
)
def test_a_form_that_is_not_fit_is_refused_and_repeats_no_secret(
    world: MemoryWorld, changed: dict[str, Any], says: str
) -> None:
    with pytest.raises(InvalidRequest, match=says) as caught:
        create_key(world, ADMIN, form(**changed))
    assert "canary" not in json.dumps(caught.value.document())
    assert world.providers.requests == []


def test_a_key_for_some_endpoints_is_asked_about_those_alone(world: MemoryWorld) -> None:
    key = create_key(world, ADMIN, form(endpoints=["costs", "costs"]))
    assert key.endpoints == ("costs",)
    assert [request.path.partition("?")[0] for request in world.providers.requests] == [
        "/v1/organization/costs"
    ]


def creating(world: World) -> Reply:
    return Reply(201, {}, json.dumps(show_key(create_key(world, ADMIN, FORM))))


def rotating(world: World) -> Reply:
    return Reply(200, {}, json.dumps(show_key(rotate_key(world, ADMIN, "Web", {"secret": OTHER}))))


def patiently(faulty: Faulty, world: MemoryWorld, asked: Asked, work: Any) -> Reply:
    """The reply for a client that sends its request again until it is answered."""
    for _ in range(4):
        try:
            return once(faulty, asked, work)[0]
        except (Unavailable, RequestInProgress):
            world.clock.sleep(ATTEMPT_MS / 1000)
    pytest.fail("there is no answer")


@pytest.mark.parametrize("fate", ["lost", "unheard"])
def test_a_request_that_is_cut_off_at_any_call_and_sent_again_leaves_one_key_and_one_secret(
    stand_in: StandIn, fate: str
) -> None:
    number, calls = 0, 1
    while number < calls:
        world = new_world()
        world.providers.answer = in_process(stand_in).answer
        at = number
        faulty = Faulty(world, lambda call, _, at=at: fate if call == at else "ok")
        patiently(faulty, world, Asked("acme", "ada", "POST", "/v1/keys", "k1", b"{}"), creating)
        patiently(faulty, world, Asked("acme", "ada", "POST", "/v1/keys/Web/rotate", "k2", b"{}"), rotating)
        (key,) = list_keys(world, ADMIN)
        assert key.replaced == ()
        assert world.secrets.names() == [("acme", key.secret_name)]
        assert world.secrets.find("acme", key.secret_name) == OTHER
        number, calls = number + 1, len(faulty.calls)
    assert calls > 8


def test_the_secret_is_in_nothing_that_is_written_or_shown(world: MemoryWorld, stand_in: StandIn) -> None:
    key = create_key(world, ADMIN, FORM)
    stand_in.accounts[SECRET].scopes.clear()
    told = [repr(key), json.dumps(show_key(check_key(world, ADMIN, "Web")))]
    told += [json.dumps(known.to_json()) for known in list_keys(world, ADMIN)]
    told += [repr(request) for request in world.providers.requests]
    told += [world.store.read(name).decode("latin-1") for name in world.store.keys("")]
    told += [json.dumps(event.detail) for event in world.events.announced]
    assert len(told) > 4
    assert [text for text in told if "canary" in text] == []


def test_a_record_is_read_again_as_it_was_written(world: MemoryWorld) -> None:
    key = create_key(world, ADMIN, FORM)
    assert ProviderKey.from_json(json.loads(json.dumps(key.to_json()))) == key
