"""Requests and events that come twice, through the front door."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.files import export, minutes
from support.front import Answer, Front
from support.stacks import deployed_settings

from local.clients import client
from local.stack import Stack

pytestmark = pytest.mark.stack


def test_a_request_that_is_sent_eight_times_at_once_is_carried_out_once(front: Front) -> None:
    name, key = f"e2e {uuid.uuid4().hex[:12]}", str(uuid.uuid4())

    def send(_: int) -> Answer:
        return front.request("POST", "/v1/projects", body={"name": name}, headers={"Idempotency-Key": key})

    with ThreadPoolExecutor(8) as senders:
        answers = list(senders.map(send, range(8)))
    assert {answer.status for answer in answers} <= {201, 409}
    assert {answer.body["code"] for answer in answers if answer.status == 409} <= {"request-in-progress"}
    made = {answer.body["project_id"] for answer in answers if answer.status == 201}
    assert len(made) == 1
    again = send(0)
    assert (again.status, again.body["project_id"]) == (201, *made)
    assert again.headers["Idempotency-Replayed"] == "true"


def test_an_import_that_is_announced_twice_is_one_import(front: Front, project: str) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}
    body = {"filename": "usage.csv"}
    first, again = (
        front.request("POST", f"/v1/projects/{project}/imports", body=body, headers=key) for _ in range(2)
    )
    assert first.body["import_id"] == again.body["import_id"]
    assert front.post_form(again.body["upload"], export(minutes(40))) in (200, 201, 204)
    assert front.wait(first.body["import_id"])["receipt"]["imported"] == 40
    other = front.request(
        "POST", f"/v1/projects/{project}/imports", body={"filename": "other.csv"}, headers=key
    )
    assert (other.status, other.body["code"]) == (422, "idempotency-key-reused")


def test_a_file_that_is_announced_twice_by_the_store_is_imported_once(
    stack: Stack, front: Front, project: str
) -> None:
    created = front.create(project)
    import_id, content = created["import_id"], export(minutes(1_200))
    assert front.post_form(created["upload"], content) in (200, 201, 204)
    s3 = client("s3", stack.engine_url)
    place = {
        "Bucket": deployed_settings(stack).uploads_bucket,
        "Key": created["upload"]["fields"]["key"],
    }
    for _ in range(3):  # each of them is announced
        s3.put_object(**place, Body=content)
    assert front.wait(import_id)["receipt"]["imported"] == 1_200
    states = client("stepfunctions", stack.engine_url)
    machine = deployed_settings(stack).import_machine
    names = [e["name"] for e in states.list_executions(stateMachineArn=machine)["executions"]]
    assert [name for name in names if name.startswith(import_id)] == [import_id]
