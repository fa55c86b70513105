"""Provider keys through the front door: functions have roles of their own, and the secret is where it belongs only."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from support.front import Front
from support.stacks import operator_environment

from local.providers.accounts import Account
from local.providers.sample import openai_account
from local.providers.stand_in import StandIn
from local.stack import Stack

pytestmark = pytest.mark.stack


def test_a_key_is_checked_kept_rotated_and_removed(
    *,
    stack: Stack,
    front: Front,
    enter: Callable[[str], Front],
    project: str,
    usage_providers: StandIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secrets = [f"sk-admin-canary-{uuid.uuid4().hex}" for _ in range(3)]
    first = datetime.now(UTC).date() - timedelta(days=2)
    usage_providers.accounts |= {secret: openai_account(first, 3) for secret in secrets[:2]}
    usage_providers.accounts[secrets[2]] = Account("openai", scopes=set())
    form = {"provider": "openai", "label": project, "project": project}

    refused = front.request("POST", "/v1/keys", body={**form, "secret": secrets[2]})
    assert (refused.status, refused.body["scopes"]) == (422, ["api.usage.read"])
    made = front.request("POST", "/v1/keys", body={**form, "secret": secrets[0]})
    assert made.status == 201, made
    place = f"/v1/keys/{made.body['key_id']}"
    assert [endpoint["check"]["passed"] for endpoint in made.body["endpoints"]] == [True, True]
    assert front.request("POST", f"{place}/rotate", body={"secret": secrets[1]}).status == 200
    assert enter("member").request("GET", place).status == 403
    assert enter("rival").request("GET", place).status == 404

    for name, value in operator_environment(stack).items():
        monkeypatch.setenv(name, value)
    manager = boto3.client("secretsmanager")
    (kept,) = (
        known["Name"]
        for known in manager.list_secrets()["SecretList"]
        if made.body["key_id"] in known["Name"]
    )
    assert manager.get_secret_value(SecretId=kept)["SecretString"] == secrets[1]
    items = boto3.client("dynamodb").scan(TableName=stack.outputs["TableName"])["Items"]
    assert items
    told = f"{items}{stack.home.log.read_text()}{front.get('/v1/keys')}"
    assert [secret for secret in secrets if secret in told] == []

    assert front.request("DELETE", place).status == 200
    assert front.request("POST", f"{place}/check").status == 404
    assert not [name for name in manager.list_secrets()["SecretList"] if made.body["key_id"] in name["Name"]]
