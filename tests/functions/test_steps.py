"""The functions behind the state machine: payloads in and out, and the names of their errors."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from support.deployed import arrive, carry_out
from support.events import ENVIRONMENT, Context, answer, object_created, request
from support.files import export, minutes, row

from functions.api.app import handler as api
from functions.calculate.app import handler as calculate
from functions.finalize.app import handler as finalize
from functions.group_days.app import handler as group_days
from functions.parse_csv.app import handler as parse_csv
from functions.plan_csv.app import handler as plan_csv
from functions.start_import.app import handler as start_import
from functions.undo.app import handler as undo
from gramledger.adapters.aws.world import aws_world
from gramledger.app import keys
from gramledger.core import limits
from gramledger.entry.task import Final, Halted, Retryable, task
from gramledger.ports import Unavailable

pytestmark = pytest.mark.usefixtures("deployed")


def shown(payload: dict[str, Any]) -> Any:
    return answer(api(request("GET", f"/v1/imports/{payload['import_id']}"), Context()))[1]


def test_the_steps_turn_a_file_into_entries() -> None:
    payload = arrive(export([*minutes(40), row("never")]))
    assert shown(payload)["status"] == "queued"
    planned = plan_csv(payload, Context())
    assert planned["chunks"] == [
        {
            "index": 0,
            "start": planned["chunks"][0]["start"],
            "stop": planned["chunks"][0]["stop"],
            "aligned": True,
        }
    ]
    assert shown(payload)["phase"] == "parse"
    status, preview = answer(api(request("GET", f"/v1/imports/{payload['import_id']}/preview"), Context()))
    assert (status, preview["format"], len(preview["rows"])) == (200, "cursor", 10)
    assert parse_csv({**payload, "chunk": planned["chunks"][0]}, Context()) == {
        "index": 0,
        "rows": 41,
        "rejected": 1,
    }
    assert group_days(payload, Context()) == {"redo": [], "portions": [{"index": 0}]}
    assert calculate({**payload, "portion": {"index": 0}}, Context()) == {
        "index": 0,
        "rows": 40,
        "imported": 40,
    }
    assert shown(payload)["rows"] == {"total": 41, "processed": 41, "imported": 40, "failed": 1}
    assert finalize(payload, Context()) == {"wait": False, "go_on": False, "status": "completed"}
    done = shown(payload)
    assert (done["status"], done["receipt"]["imported"], done["receipt"]["rejected"]) == ("completed", 40, 1)
    upload = keys.upload("acme", payload["import_id"])
    assert aws_world().uploads.size(upload) is None, "the uploaded file is removed after its import"


def test_what_is_kept_of_an_import_in_the_table_expires_and_what_counts_does_not() -> None:
    payload = arrive(export(minutes(5)))
    carry_out(payload)
    items = boto3.client("dynamodb").scan(TableName=ENVIRONMENT["TABLE"])["Items"]
    expiring = {item["pk"]["S"] for item in items if "expires_at" in item}
    assert expiring >= {"T#acme#IMPORTS", f"T#acme#I#{payload['import_id']}"}
    assert not [name for name in expiring if name.endswith(("#HEADS", "#PAGES", "#PROJECTS"))]


def decide(payload: dict[str, Any], word: str, **event: Any) -> tuple[int, Any]:
    return answer(api(request("POST", f"/v1/imports/{payload['import_id']}/{word}", **event), Context()))


def executions() -> list[str]:
    listed = boto3.client("stepfunctions").list_executions(stateMachineArn=ENVIRONMENT["IMPORT_MACHINE_ARN"])
    return sorted(execution["name"] for execution in listed["executions"])


def rehearse(content: bytes) -> dict[str, Any]:
    """The payload of an import whose first execution has found out what would happen."""
    payload = arrive(content, confirm="manual")
    assert carry_out(payload) == {"wait": False, "go_on": False, "status": "planned"}
    return payload


def test_a_second_execution_takes_a_confirmed_import_up_at_its_days() -> None:
    payload = rehearse(export(minutes(40)))
    assert shown(payload)["status"] == "planned"
    preview = answer(api(request("GET", f"/v1/imports/{payload['import_id']}/preview"), Context()))[1]
    assert preview["outcomes"]["new"] == 40
    assert answer(api(request("GET", "/v1/projects/demo/entries"), Context()))[1]["entries"] == []
    status, confirmed = decide(payload, "confirm")
    assert (status, confirmed["status"]) == (200, "queued")
    assert executions() == [payload["import_id"], f"{payload['import_id']}-confirmed"]
    second = {**payload, "confirmed": True}
    planned = plan_csv(second, Context())
    assert planned == {**second, "next": "calculate", "days": {"redo": [], "portions": [{"index": 0}]}}
    assert shown(payload)["phase"] == "calculate"
    assert plan_csv(payload, Context()) == {**payload, "next": "end"}, "a late repetition goes no further"
    calculate({**second, "portion": {"index": 0}}, Context())
    assert finalize(second, Context()) == {"wait": False, "go_on": False, "status": "completed"}
    assert shown(payload)["receipt"]["imported"] == 40


def test_a_first_execution_that_ends_late_takes_nothing_of_the_second_one_back() -> None:
    payload = rehearse(export(minutes(40)))
    decide(payload, "confirm")
    second = {**payload, "confirmed": True}
    plan_csv(second, Context())
    calculate({**second, "portion": {"index": 0}}, Context())
    with pytest.raises(Halted):
        calculate({**payload, "portion": {"index": 0}}, Context())
    assert undo({**payload, "error": {"Error": "Final", "Cause": "{}"}}, Context()) == {
        "status": "processing"
    }
    assert finalize(second, Context()) == {"wait": False, "go_on": False, "status": "completed"}
    assert len(answer(api(request("GET", "/v1/projects/demo/entries"), Context()))[1]["entries"]) == 40


def test_a_discarded_plan_is_gone() -> None:
    payload = rehearse(export([*minutes(40), row("never")]))
    status, discarded = decide(payload, "discard")
    assert (status, discarded["status"]) == (200, "cancelled")
    world = aws_world()
    assert world.uploads.size(keys.upload("acme", payload["import_id"])) is None
    assert list(world.store.keys(keys.folder("acme", payload["import_id"]))) == []
    assert executions() == [payload["import_id"]]


@pytest.mark.parametrize("word", ["confirm", "discard"])
def test_members_and_other_tenants_decide_nothing(word: str) -> None:
    payload = rehearse(export(minutes(40)))
    assert decide(payload, word, groups="[member]")[0] == 403
    assert decide(payload, word, tenant="rival")[0] == 404
    assert shown(payload)["status"] == "planned"


def test_a_repeated_event_starts_nothing_twice() -> None:
    payload = arrive(export(minutes(3)))
    again = object_created(keys.upload("acme", payload["import_id"]), 100)
    assert start_import(again, Context()) == {"import_id": payload["import_id"]}
    assert executions() == [payload["import_id"]]


@pytest.mark.parametrize("key", ["uploads/acme/01JCX000000000000000000000", "uploads/x", "other/acme/x"])
def test_an_object_that_belongs_to_no_import_starts_nothing(key: str) -> None:
    assert start_import(object_created(key, 5), Context()) == {"import_id": None}


def test_a_file_that_is_refused_ends_final_with_its_problem_and_undo_keeps_it() -> None:
    payload = arrive(b"\x89PNG\r\n\x1a\n" + bytes(2000))
    with pytest.raises(Final) as refusal:
        plan_csv(payload, Context())
    problem = json.loads(str(refusal.value))
    assert problem["code"] == "not-a-table"
    cause = json.dumps({"errorMessage": str(refusal.value), "errorType": "Final", "stackTrace": []})
    assert undo({**payload, "error": {"Error": "Final", "Cause": cause}}, Context()) == {"status": "failed"}
    assert shown(payload)["problem"] == problem


def test_an_accident_is_told_by_its_name_but_not_by_its_text() -> None:
    payload = arrive(export(minutes(3)))
    cause = json.dumps({"errorMessage": "cell 'secret' is bad", "errorType": "ValueError", "stackTrace": []})
    undo({**payload, "error": {"Error": "ValueError", "Cause": cause}}, Context())
    problem = shown(payload)["problem"]
    assert (problem["code"], "ValueError" in problem["detail"]) == ("internal-error", True)
    assert "secret" not in json.dumps(problem)


@pytest.mark.parametrize(
    "cause", ["", "{", "null", '{"errorMessage": null}', '{"errorMessage": "[1]"}', "[]"]
)
def test_undo_bears_any_cause(cause: str) -> None:
    payload = arrive(export(minutes(3)))
    assert undo({**payload, "error": {"Error": "States.Timeout", "Cause": cause}}, Context()) == {
        "status": "failed"
    }
    assert shown(payload)["problem"]["code"] == "internal-error"


def test_a_service_that_does_not_answer_makes_a_step_retryable() -> None:
    def step(_world: object, _event: dict[str, Any]) -> dict[str, Any]:
        raise Unavailable("slow down")

    with pytest.raises(Retryable):
        task(step, aws_world)({"tenant": "acme", "import_id": "x", "confirmed": False}, Context())


@pytest.mark.parametrize("name", ["x" * 5000, 'a "quoted" name ' * 300])
def test_a_refusal_with_names_of_any_length_fits_into_the_cause_of_an_error(name: str) -> None:
    """Step Functions keeps 32,768 characters of it, and what was cut off would be no JSON."""
    header = ",".join(f"{name}{n}" for n in range(10)).encode()
    payload = arrive(header + b"\n" + b"1," * 9 + b"1\n")
    with pytest.raises(Final) as refused:
        plan_csv(payload, Context())
    cause = json.dumps({"errorMessage": str(refused.value), "errorType": "Final", "stackTrace": ["x" * 2000]})
    assert len(cause) < 32_768
    undo({**payload, "error": {"Error": "Final", "Cause": cause}}, Context())
    assert shown(payload)["problem"]["code"] == "format-unknown"


def test_a_step_of_an_import_that_has_ended_halts() -> None:
    payload = arrive(export(minutes(3)))
    undo({**payload, "error": {"Error": "x", "Cause": "{}"}}, Context())
    with pytest.raises(Halted):
        plan_csv(payload, Context())


def test_payloads_stay_small_at_the_limit_of_an_upload() -> None:
    chunks = [{"index": n, "start": n << 24, "stop": (n + 1) << 24, "aligned": n == 0} for n in range(320)]
    assert len(chunks) * limits.CHUNK_BYTES >= limits.FILE_BYTES
    place = {"tenant": "t" * 63, "import_id": "0" * 26, "confirmed": False}
    planned = {**place, "next": "parse", "chunks": chunks}
    assert len(json.dumps(planned)) < limits.PAYLOAD_BYTES
    shortest_row = 60
    by_rows = limits.FILE_BYTES // shortest_row // limits.ROWS_PER_TASK
    by_days = limits.DAYS_PER_IMPORT // limits.DAYS_PER_TASK
    portions = [{"index": n} for n in range(2 * (by_rows + by_days))]
    days = {"redo": [], "portions": portions}
    assert len(json.dumps({**planned, "chunks": [], "days": days})) < limits.PAYLOAD_BYTES
