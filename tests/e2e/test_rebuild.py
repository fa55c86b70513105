"""Pages are made again from the log of a deployment, and compared with those in use."""

from __future__ import annotations

import time
from typing import Any

import pytest
from support.files import export, minutes
from support.front import Front
from support.stacks import deployed_settings

from local.clients import client
from local.stack import Stack

pytestmark = pytest.mark.stack

DAYS = ("2025-11-04", "2025-11-05")


def finished(front: Front, project: str, form: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = front.request("POST", f"/v1/projects/{project}/rebuilds", body=form)
    assert answer.status == 201, answer
    path = f"/v1/projects/{project}/rebuilds/{answer.body['rebuild_id']}"
    deadline = time.monotonic() + 120
    while (document := front.get(path))["status"] == "running":
        assert time.monotonic() < deadline, document
        time.sleep(0.2)
    assert document["status"] == "finished", document
    return {**document, "found": {day["day"]: day["outcome"] for day in front.get(f"{path}/days")["days"]}}


def test_pages_that_are_lost_are_missed_and_made_again(stack: Stack, front: Front, project: str) -> None:
    for day in DAYS:
        front.wait(front.send(project, export(minutes(30, day=day))))
    home = front.get(f"/v1/projects/{project}")
    before = front.get(f"/v1/projects/{project}/summary")
    checked = finished(front, home["project_id"], {"check": True})
    assert checked["found"] == dict.fromkeys(DAYS, "equal")
    key = {"pk": {"S": f"T#acme#P#{home['project_id']}#HEADS"}, "sk": {"S": DAYS[0]}}
    client("dynamodb", stack.engine_url).delete_item(TableName=deployed_settings(stack).table, Key=key)
    assert front.get(f"/v1/projects/{project}/summary")["entries"] == 30
    assert finished(front, home["project_id"], {"check": True})["found"] == {
        DAYS[0]: "missing",
        DAYS[1]: "equal",
    }
    assert finished(front, home["project_id"])["content"] == checked["content"]
    after = front.get(f"/v1/projects/{project}/summary")
    assert {**after, "ledger": None} == {**before, "ledger": None}


def test_only_an_admin_of_the_tenant_may_ask(enter: Any, project: str) -> None:
    path = f"/v1/projects/{enter('admin').get(f'/v1/projects/{project}')['project_id']}/rebuilds"
    assert enter("member").request("POST", path).status == 403
    assert enter("rival").request("POST", path).status == 404
