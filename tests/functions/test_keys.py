"""/v1/keys as it is deployed, over moto's services and a stand-in for OpenAI."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import boto3
import pytest
from support.events import Context, answer, request

from functions.api.app import handler as api
from functions.keys.app import handler as keys
from gramledger.adapters.aws.world import aws_world
from local.providers.accounts import Account
from local.providers.sample import openai_account
from local.providers.server import ProviderServer
from local.providers.stand_in import StandIn

SECRET, OTHER = "sk-admin-canary-0123456789", "sk-admin-canary-9876543210"
ORDINARY = "sk-ordinary-canary-55555"


@pytest.fixture
def stand_in() -> StandIn:
    first: date = datetime.now(UTC).date() - timedelta(days=2)
    known = {SECRET: openai_account(first, 3), OTHER: openai_account(first, 3, name="batch")}
    return StandIn({**known, ORDINARY: Account("openai", scopes=set())})


@pytest.fixture(autouse=True)
def served(deployed: None, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:  # noqa: ARG001 -- before
    with ProviderServer(stand_in) as server:
        for name, url in server.base_urls.items():
            monkeypatch.setenv(f"{name.upper()}_BASE_URL", url)
        monkeypatch.setenv("SECRETS_PREFIX", "test/providers")
        monkeypatch.setenv("PROVIDER_SECONDS", "5")
        aws_world.cache_clear()
        call("POST", "/v1/projects", handler=api, body={"name": "demo"})
        yield


def call(method: str, path: str, *, handler: Any = keys, **event: Any) -> tuple[int, Any]:
    return answer(handler(request(method, path, **event), Context()))


def add(**changed: Any) -> tuple[int, Any]:
    form = {"provider": "openai", "label": "Web", "project": "demo", "secret": SECRET, **changed}
    return call("POST", "/v1/keys", body=form, headers={"idempotency-key": json.dumps(changed)})


def secrets_kept() -> list[str]:
    return [known["Name"] for known in boto3.client("secretsmanager").list_secrets()["SecretList"]]


def test_a_key_goes_through_its_life() -> None:
    status, made = add()
    assert (status, made["status"]) == (201, "active")
    assert [endpoint["check"]["passed"] for endpoint in made["endpoints"]] == [True, True]
    (name,) = secrets_kept()
    assert name.startswith(f"test/providers/acme/{made['key_id']}/")
    assert add() == (201, made)
    place = f"/v1/keys/{made['key_id']}"
    assert call("GET", "/v1/keys") == (200, {"keys": [made]})
    assert call("POST", f"{place}/disable")[1]["status"] == "disabled"
    assert call("POST", f"{place}/enable")[1]["status"] == "active"
    status, rotated = call("POST", f"{place}/rotate", body={"secret": OTHER})
    assert (status, rotated["rotated_at"] is None) == (200, False)
    (new_name,) = secrets_kept()
    assert new_name != name
    assert call("POST", f"{place}/check")[1]["endpoints"][0]["check"]["passed"]
    assert call("DELETE", place)[1]["key_id"] == made["key_id"]
    assert call("GET", place)[0] == 404
    assert secrets_kept() == []


def test_missing_scopes_answer_with_what_is_missing_and_keep_nothing() -> None:
    status, refused = add(secret=ORDINARY)
    assert (status, refused["code"], refused["scopes"]) == (
        422,
        "provider-scopes-missing",
        ["api.usage.read"],
    )
    assert call("GET", "/v1/keys") == (200, {"keys": []})
    assert secrets_kept() == []


def test_members_may_do_nothing_with_keys_and_other_tenants_do_not_find_them() -> None:
    _, made = add()
    for method, path in (
        ("GET", "/v1/keys"),
        ("GET", f"/v1/keys/{made['key_id']}"),
        ("POST", f"/v1/keys/{made['key_id']}/disable"),
        ("DELETE", f"/v1/keys/{made['key_id']}"),
    ):
        assert call(method, path, groups="[member]")[0] == 403
    assert call("GET", f"/v1/keys/{made['key_id']}", tenant="rival")[0] == 404


def test_no_secret_is_in_an_item_an_answer_or_a_line_of_the_log(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], stand_in: StandIn
) -> None:
    with caplog.at_level(logging.INFO):
        told = [add(), add(secret="sk-unknown-canary-1", label="b"), add(secret=ORDINARY, label="c")]
        stand_in.accounts[SECRET].scopes.clear()
        told += [call("POST", "/v1/keys/Web/check"), call("GET", "/v1/keys")]
        told += [call("POST", "/v1/keys/Web/rotate", body={"secret": "sk canary"})]
    items = boto3.client("dynamodb").scan(TableName="ledger")["Items"]
    printed = capsys.readouterr()
    everything = [json.dumps(told), json.dumps(items), caplog.text, printed.out, printed.err]
    assert len(items) > 2
    assert [text for text in everything if "canary" in text] == []
