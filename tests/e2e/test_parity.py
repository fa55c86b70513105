"""A ledger is compared with its provider's export, and pruned by nothing less, through the front door."""

from __future__ import annotations

import time
from typing import Any

import pytest
from support.front import Front
from support.provider_texts import DAY, OPENAI_26, export, openai

pytestmark = pytest.mark.stack

DAYS = ("2025-11-04", "2025-11-05")


def day(number: int, **changed: str) -> str:
    return openai(start_time=str(DAY + 86_400 * number), **changed)


def waited(front: Front, path: str) -> dict[str, Any]:
    deadline = time.monotonic() + 120
    while (document := front.get(path))["status"] == "running":
        assert time.monotonic() < deadline, document
        time.sleep(0.2)
    return dict(document)


def compared(front: Front, project: str, *rows: str) -> dict[str, Any]:
    reference = front.wait(front.send(project, export(OPENAI_26, *rows), dry_run=True))
    body = {"imports": [reference["import_id"]]}
    answer = front.request("POST", f"/v1/projects/{project}/parity", body=body)
    assert answer.status == 201, answer
    return waited(front, f"/v1/projects/{project}/parity/{answer.body['report_id']}")


def test_gaps_are_explained_sealed_and_acknowledged_and_uploaded_days_are_never_pruned(
    front: Front, enter: Any, project: str
) -> None:
    project = front.get(f"/v1/projects/{project}")["project_id"]
    front.wait(front.send(project, export(OPENAI_26, day(0), day(1))))
    report = compared(front, project, day(0), day(1, input_tokens="177.0"), day(1, user_id="user-b"))
    assert (report["status"], report["causes"]) == ("finished", {"missing-window": 1, "unexplained": 1})
    assert list(report["vouches"]) == [DAYS[0]]
    assert len(report["seal"]) == 64
    place = f"/v1/projects/{project}/parity"
    assert [known["report_id"] for known in front.get(place)["reports"]] == [report["report_id"]]
    one = f"{place}/{report['report_id']}"
    assert front.request("POST", f"{one}/acknowledge", body={}).body["acknowledged"] == 2
    assert enter("rival").request("GET", one).status == 404
    assert enter("member").request("POST", place, body={}).status == 403
    begun = front.request("POST", "/v1/retention", body={"dry_run": True})
    assert begun.status == 201
    done = waited(front, f"/v1/retention/{begun.body['run_id']}")
    mine = {found["day"]: found["verdict"] for found in done["days"] if found["project_id"] == project}
    assert mine == dict.fromkeys(DAYS, "other-entries")
    assert len(front.get(f"/v1/projects/{project}/entries")["entries"]) == 2


def test_comparisons_and_retention_are_schedules_that_an_admin_may_run(front: Front, enter: Any) -> None:
    known = {found["name"]: found["expression"] for found in front.get("/v1/schedules")["schedules"]}
    assert known["parity"].startswith("cron(")
    assert known["retention"].startswith("cron(")
    for name in ("parity", "retention"):
        assert enter("member").request("POST", f"/v1/schedules/{name}/run").status == 403
    begun = front.request("POST", "/v1/schedules/retention/run")
    assert begun.status == 201
    assert waited(front, f"/v1/retention/{begun.body['run']}")["status"] == "completed"
    assert front.request("POST", "/v1/schedules/parity/run").status == 201
