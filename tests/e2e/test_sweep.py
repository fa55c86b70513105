"""The sweep through the front door: an execution that somebody stopped, and what the schedule starts."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from support.files import export, minutes
from support.front import Front
from support.stacks import deployed_settings

from gramledger.core.sweeping import QUIET_MS
from local.clients import client
from local.stack import Stack

pytestmark = pytest.mark.stack

DAYS = 20
ROWS_OF_A_DAY = 1_000


def stop_half_way(stack: Stack, import_id: str) -> None:
    """End the execution of an import as an operator would, once it is running."""
    states = client("stepfunctions", stack.engine_url)
    machine = deployed_settings(stack).import_machine
    arn = f"{machine.replace(':stateMachine:', ':execution:')}:{import_id}"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            states.stop_execution(executionArn=arn, error="Operator.Stopped")
        except states.exceptions.ExecutionDoesNotExist:
            time.sleep(0.02)
        else:
            return
    raise AssertionError("the execution never began")


def make_older(stack: Stack, tenant: str, import_id: str) -> dict[str, Any]:
    """Move what was last heard of an import so far back that it is no longer left alone; its record."""
    dynamo = client("dynamodb", stack.engine_url)
    table = deployed_settings(stack).table
    key = {"pk": {"S": f"T#{tenant}#IMPORTS"}, "sk": {"S": import_id}}
    item = dynamo.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
    record: dict[str, Any] = json.loads(item["record"]["S"])
    for name in ("phase_at", "queued_at"):
        record[name] -= QUIET_MS
    dynamo.put_item(TableName=table, Item={**item, "record": {"S": json.dumps(record)}})
    return record


def swept(front: Front, **asked: object) -> dict[str, Any]:
    answer = front.request("POST", "/v1/sweeps", body=asked)
    assert answer.status == 201, answer
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        report: dict[str, Any] = front.get(f"/v1/sweeps/{answer.body['sweep_id']}")
        if report["status"] != "running":
            return report
        time.sleep(0.1)
    raise AssertionError("the sweep does not end")


def test_an_import_whose_execution_was_stopped_goes_on_and_counts_every_row_once(
    stack: Stack, front: Front, project: str
) -> None:
    rows = [row for day in range(1, DAYS + 1) for row in minutes(ROWS_OF_A_DAY, day=f"2025-10-{day:02d}")]
    import_id = front.send(project, export(rows))
    stop_half_way(stack, import_id)
    time.sleep(3)  # a task that was under way goes on to its end
    record = make_older(stack, "acme", import_id)
    assert record["status"] in ("queued", "processing"), "the execution was stopped too late to show anything"
    foreseen = swept(front, dry_run=True)
    assert {"import_id": import_id, "remedy": "begin_again"}.items() <= foreseen["findings"][0].items()
    assert front.get(f"/v1/imports/{import_id}")["status"] == record["status"]
    report = swept(front)
    assert report["status"] == "completed"
    assert [(f["import_id"], f["remedy"], f["trouble"]) for f in report["findings"]] == [
        (import_id, "begin_again", None)
    ]
    assert front.wait(import_id)["receipt"]["imported"] == DAYS * ROWS_OF_A_DAY
    assert swept(front)["findings"] == []


def test_what_the_schedule_starts_sweeps_all_tenants(stack: Stack, front: Front, project: str) -> None:
    front.create(project)
    scheduler, states = client("scheduler", stack.engine_url), client("stepfunctions", stack.engine_url)
    schedules = [scheduler.get_schedule(Name=one["Name"]) for one in scheduler.list_schedules()["Schedules"]]
    (found,) = [one for one in schedules if one["ScheduleExpression"] == "rate(15 minutes)"]
    begun = states.start_execution(
        stateMachineArn=found["Target"]["Arn"], input=found["Target"]["Input"], name=f"test-{time.time_ns()}"
    )
    deadline = time.monotonic() + 90
    while (ended := states.describe_execution(executionArn=begun["executionArn"]))["status"] == "RUNNING":
        assert time.monotonic() < deadline, "the sweep does not end"
        time.sleep(0.1)
    assert ended["status"] == "SUCCEEDED", ended


def test_only_an_administrator_sweeps(enter: Any, front: Front) -> None:
    assert enter("member").request("POST", "/v1/sweeps", body={}).status == 403
    report = swept(front, limit=1)
    assert enter("rival").request("GET", f"/v1/sweeps/{report['sweep_id']}").status == 404
    assert front.request("POST", "/v1/sweeps", body={"limit": 0}).status == 400
