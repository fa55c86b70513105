"""The routes of webhooks, and the functions that deliver to them, over moto's services."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from support.announced import finished
from support.events import Context, answer, request

from functions.deliver.app import handler as deliver
from functions.notify.app import handler as notify
from functions.webhooks.app import handler as webhooks

pytestmark = pytest.mark.usefixtures("deployed")

URL = "http://127.0.0.1:1/hook"  # nobody listens there


def call(method: str, path: str, **event: Any) -> tuple[int, Any]:
    return answer(webhooks(request(method, path, **event), Context()))


def add(**event: Any) -> tuple[int, Any]:
    return call("POST", "/v1/webhooks", body={"url": URL}, **event)


def test_a_secret_is_shown_once_and_kept_in_secrets_manager_only() -> None:
    response = webhooks(request("POST", "/v1/webhooks", body={"url": URL}), Context())
    status, made = answer(response)
    assert status == 201
    assert response["headers"]["Cache-Control"] == "no-store"
    assert "secret" not in call("GET", f"/v1/webhooks/{made['webhook_id']}")[1]
    items = boto3.client("dynamodb").scan(TableName="ledger")["Items"]
    assert items
    assert made["secret"] not in json.dumps(items)
    (name,) = [known["Name"] for known in boto3.client("secretsmanager").list_secrets()["SecretList"]]
    assert name == f"test/webhooks/acme/{made['webhook_id']}/{made['secrets'][0]['key_id']}"


def test_a_request_that_is_sent_again_finds_its_webhook_and_its_secret() -> None:
    key = {"idempotency-key": "0123456789abcdef"}
    first, again = add(headers=key), add(headers=key)
    assert (first[0], first[1]["webhook_id"], first[1]["secret"]) == (
        201,
        again[1]["webhook_id"],
        again[1]["secret"],
    )
    assert len(call("GET", "/v1/webhooks")[1]["webhooks"]) == 1
    place = f"/v1/webhooks/{first[1]['webhook_id']}/rotate"
    key = {"idempotency-key": "fedcba9876543210"}
    rotated = [call("POST", place, headers=key)[1] for _ in range(2)]
    assert rotated[0]["secret"] == rotated[1]["secret"] != first[1]["secret"]
    assert len(rotated[1]["secrets"]) == 2


def test_an_event_of_the_bus_is_tried_and_the_attempt_is_listed() -> None:
    _, made = add()
    event = finished()
    envelope = {"detail-type": event.name, "detail": event.to_json()}
    assert notify(envelope, Context()) == notify(envelope, Context()) == {"deliveries": 1}
    (execution,) = _executions()
    tried = deliver(json.loads(execution["input"]), Context())
    assert tried["wait"] is True
    assert 1 <= tried["seconds"] <= 7
    _, found = call("GET", f"/v1/webhooks/{made['webhook_id']}/deliveries", query={"limit": "1"})
    (delivery,) = found["deliveries"]
    assert (delivery["status"], delivery["delivery_id"]) == ("pending", execution["name"])
    assert [attempt["reason"] for attempt in delivery["attempts"]] == ["no answer: ConnectionRefusedError"]


def test_a_webhook_is_tried_out_and_removed() -> None:
    _, made = add()
    place = f"/v1/webhooks/{made['webhook_id']}"
    status, delivery = call("POST", f"{place}/test")
    assert (status, delivery["type"], delivery["attempts"]) == (201, "webhook.test", [])
    assert call("POST", f"{place}/deliveries/{delivery['delivery_id']}/resend")[0] == 409
    (execution,) = _executions()
    assert deliver(json.loads(execution["input"]), Context()) == {"wait": False, "seconds": 0}
    assert call("POST", f"{place}/deliveries/{delivery['delivery_id']}/resend")[1]["status"] == "pending"
    assert call("DELETE", place)[1]["webhook_id"] == made["webhook_id"]
    assert call("GET", place)[0] == 404
    assert boto3.client("secretsmanager").list_secrets()["SecretList"] == []


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "http://10.0.0.1/", "https://[::1]/", "gopher://x"])
def test_an_address_that_may_not_be_used_is_refused_with_a_code(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gramledger.adapters.aws.world import aws_world

    monkeypatch.setenv("LOOPBACK_WEBHOOKS", "false")
    aws_world.cache_clear()
    status, problem = call("POST", "/v1/webhooks", body={"url": url})
    assert (status, problem["code"]) == (422, "target-refused")


def test_other_tenants_and_members_get_nowhere() -> None:
    _, made = add()
    place = f"/v1/webhooks/{made['webhook_id']}"
    assert call("GET", place, tenant="rival")[0] == 404
    assert call("GET", place, groups="[member]")[0] == 403
    assert call("GET", "/v1/webhooks", tenant="rival")[1] == {"webhooks": []}


def _executions() -> list[dict[str, Any]]:
    service = boto3.client("stepfunctions")
    (machine,) = [
        known for known in service.list_state_machines()["stateMachines"] if known["name"] == "deliver"
    ]
    listed = service.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]
    return [service.describe_execution(executionArn=known["executionArn"]) for known in listed]
