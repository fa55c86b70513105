"""The handler of recalculations: what is asked for, who may, and what is refused."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from support.events import Context, answer, request

from functions.api.app import handler as api
from functions.recalculations.app import handler as recalculations
from gramledger.adapters.aws.world import aws_world
from gramledger.core.limits import RECALCULATION_BYTES

pytestmark = pytest.mark.usefixtures("deployed")

MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:recalculate"
HOME = "/v1/projects/demo/recalculations"


@pytest.fixture(autouse=True)
def machine(deployed: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 -- what it is made in comes first
    """The state machine, and a project."""
    monkeypatch.setenv("RECALCULATE_MACHINE_ARN", MACHINE)
    aws_world.cache_clear()
    boto3.client("stepfunctions").create_state_machine(
        name="recalculate",
        definition='{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}',
        roleArn="arn:aws:iam::123456789012:role/recalculate",
    )
    api(request("POST", "/v1/projects", body={"name": "demo"}), Context())


def call(method: str, path: str = HOME, **event: Any) -> tuple[int, Any]:
    return answer(recalculations(request(method, path, **event), Context()))


def test_a_plan_is_kept_started_once_for_each_key_and_listed() -> None:
    keyed = {"headers": {"idempotency-key": "k"}, "body": {"models": ["auto"]}}
    status, planned = call("POST", **keyed)
    assert (status, planned["status"]) == (201, "planning")
    assert call("POST", **keyed) == (201, planned)
    path = f"{HOME}/{planned['recalculation_id']}"
    assert call("GET", path)[1]["selection"]["models"] == ["auto"]
    assert call("POST", text="")[0] == 201
    first = call("GET", query={"limit": "1"})[1]
    assert len(first["recalculations"]) == 1
    second = call("GET", query={"limit": "1", "cursor": first["next_cursor"]})[1]
    assert second["recalculations"][0]["recalculation_id"] == planned["recalculation_id"]
    assert second["next_cursor"] is None
    executions = boto3.client("stepfunctions").list_executions(stateMachineArn=MACHINE)["executions"]
    assert len(executions) == 2


def test_words_that_do_not_fit_are_refused_and_a_plan_may_be_dropped() -> None:
    path = f"{HOME}/{call('POST')[1]['recalculation_id']}"
    for word in ("confirm", "pause", "resume", "undo"):
        status, problem = call("POST", f"{path}/{word}")
        assert (status, problem["code"]) == (409, "recalculation-conflict")
    assert call("POST", f"{path}/cancel", groups="[member]")[0] == 403
    assert call("POST", f"{path}/cancel")[1]["status"] == "cancelled"


def test_there_is_no_report_before_anything_is_known() -> None:
    path = f"{HOME}/{call('POST')[1]['recalculation_id']}"
    for report in ("report", "report/days", "report/entries", "report/failures"):
        assert call("GET", f"{path}/{report}")[0] == 404
    assert call("GET", f"{path}/report.csv")[0] == 409


def test_what_is_not_there_or_of_somebody_else_is_not_found_and_what_is_not_fit_is_refused() -> None:
    path = f"{HOME}/{call('POST')[1]['recalculation_id']}"
    assert call("GET", path, tenant="rival")[0] == 404
    assert call("GET", f"{HOME}/01JCX000000000000000000000")[0] == 404
    assert call("POST", body={"model": "auto"})[1]["code"] == "invalid-request"
    assert call("GET", "/v1/projects/demo/changes")[1]["code"] == "invalid-request"
    told = call("GET", "/v1/projects/demo/changes", query={"from_as_of": "2025-11-06T00:00:00Z"})[1]
    assert (told["entries"], told["days"], told["models"]) == (0, [], [])


@pytest.mark.parametrize(
    ("text", "named"),
    [(r'{"models": ["\ud83d"]}', "surrogate"), ('{"models": ' + "[" * 100_000, "nested too deeply")],
)
def test_bodies_that_nothing_can_keep_are_refused(text: str, named: str) -> None:
    status, problem = call("POST", text=text)
    assert (status, problem["code"]) == (400, "invalid-request")
    assert named in problem["detail"]
    assert call("POST", text=r'{"models": ["\ud83d\ude00"]}')[0] == 201


def test_a_selection_that_no_record_holds_is_refused_with_the_limit() -> None:
    status, problem = call("POST", body={"models": ["x" * 450_000]})
    assert (status, problem["code"]) == (400, "invalid-request")
    assert problem["limit"] == RECALCULATION_BYTES
    assert call("GET")[1]["recalculations"] == []
