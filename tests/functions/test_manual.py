"""POST /v1/projects/{project}/entries: the handler, its permissions and its repetition."""

from __future__ import annotations

from typing import Any

import pytest
from support.events import Context, answer, request

from functions.api.app import handler as api
from functions.upload_url.app import handler as upload_url
from gramledger.adapters.aws.world import aws_world
from gramledger.app import keys

pytestmark = pytest.mark.usefixtures("deployed")

USED = {"ts": "2025-11-04T10:00:00Z", "model": "gpt-5", "output": 700}


def add(body: object, **event: Any) -> tuple[int, Any]:
    return answer(upload_url(request("POST", "/v1/projects/demo/entries", body=body, **event), Context()))


def test_stated_entries_are_put_where_uploads_arrive_once_for_each_key() -> None:
    api(request("POST", "/v1/projects", body={"name": "demo"}), Context())
    status, made = add({"entries": [USED]}, headers={"idempotency-key": "k"})
    assert (status, made["status"], made["origin"]) == (201, "waiting", {"kind": "manual"})
    content = aws_world().uploads.read(keys.upload("acme", made["import_id"]))
    assert content.splitlines()[1].startswith(b'"2025-11-04T10:00:00.000Z","gpt-5"')
    assert add({"entries": [USED]}, headers={"idempotency-key": "k"}) == (201, made)
    assert len(list(aws_world().uploads.keys("uploads/"))) == 1
    assert add({"entries": [USED]})[1]["import_id"] != made["import_id"]


def test_members_of_the_tenant_and_strangers_state_nothing() -> None:
    api(request("POST", "/v1/projects", body={"name": "demo"}), Context())
    assert add({"entries": [USED]}, groups="[member]")[0] == 403
    assert add({"entries": [USED]}, tenant="rival")[0] == 404
    assert add({"entries": [{**USED, "output": "x"}]})[1]["code"] == "invalid-request"
    assert list(aws_world().uploads.keys("uploads/")) == []
