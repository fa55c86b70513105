"""The routes of comparisons, and the steps behind them, over moto's services."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from support.deployed import arrive, carry_out
from support.events import IMPORT_MACHINE, Context, answer, request
from support.provider_texts import OPENAI_26, export, openai

from functions.api.app import handler as api
from functions.parity.app import handler as parity
from functions.parity_api.app import handler as parity_api
from functions.parity_daily.app import handler as parity_daily
from functions.prune.app import handler as prune
from gramledger.adapters.aws.world import aws_world
from gramledger.app.lookup import change_import

PLACE = "/v1/projects/demo/parity"


@pytest.fixture(autouse=True)
def machine(deployed: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:  # noqa: ARG001 -- it comes first
    monkeypatch.setenv("PARITY_MACHINE_ARN", IMPORT_MACHINE)
    monkeypatch.setenv("RETENTION_MACHINE_ARN", IMPORT_MACHINE)
    return iter([None])


def call(method: str, path: str = PLACE, **event: Any) -> tuple[int, Any]:
    return answer(parity_api(request(method, path, **event), Context()))


def imported(content: bytes, **announced: Any) -> str:
    payload = arrive(content, **announced)
    carry_out(payload)
    return str(payload["import_id"])


def test_a_comparison_from_its_request_to_its_table(capsys: pytest.CaptureFixture[str]) -> None:
    answer(api(request("POST", "/v1/projects", body={"name": "demo"}), Context()))
    imported(export(OPENAI_26, openai()))
    reference = imported(export(OPENAI_26, openai(output_tokens="21.0")), dry_run=True)
    key = {"idempotency-key": "0123456789abcdef"}
    asked = [call("POST", body={"imports": [reference]}, headers=key) for _ in range(2)]
    assert [status for status, _ in asked] == [201, 201]
    assert asked[0][1]["report_id"] == asked[1][1]["report_id"]
    one = f"{PLACE}/{asked[0][1]['report_id']}"
    assert call("GET", one)[1]["status"] == "running"
    step = {name: asked[0][1][name] for name in ("project_id", "report_id")} | {"tenant": "acme"}
    assert parity({"step": "compare", **step}, Context()) == {"gaps": 1}
    capsys.readouterr()
    assert parity({"step": "tell", **step}, Context()) == {"gaps": 1}
    assert '"ParityGaps":[1.0]' in capsys.readouterr().out.replace(" ", "")
    status, report = call("GET", one)
    assert (status, report["status"], report["causes"]) == (200, "finished", {"unexplained": 1})
    assert [known["report_id"] for known in call("GET")[1]["reports"]] == [report["report_id"]]
    table = parity_api(request("GET", f"{one}/csv"), Context())
    assert table["body"].startswith("day,project,api_key,user,model,tier,batch,cause,side,")
    assert call("POST", f"{one}/acknowledge", body={"note": "known"}) == (
        200,
        {"report_id": report["report_id"], "acknowledged": 1},
    )
    assert call("POST", f"{one}/acknowledge", groups="[member]")[0] == 403
    assert call("GET", one, tenant="other")[0] == 404


def test_a_day_that_a_report_vouches_for_is_pruned_and_says_so() -> None:
    answer(api(request("POST", "/v1/projects", body={"name": "demo"}), Context()))
    source = imported(export(OPENAI_26, openai()))
    world = aws_world()
    record = world.jobs.get("acme", source)
    assert record is not None
    change_import(world, record, lambda known: replace(known, origin={"kind": "fetched"}))
    reference = imported(export(OPENAI_26, openai()), dry_run=True)
    asked = call("POST", body={"imports": [reference]})[1]
    step = {name: asked[name] for name in ("project_id", "report_id")} | {"tenant": "acme"}
    assert parity({"step": "compare", **step}, Context()) == {"gaps": 0}
    status, begun = call("POST", "/v1/retention", body={"dry_run": True})
    assert (status, begun["status"]) == (201, "running")
    listed = prune({name: begun[name] for name in ("run_id", "dry_run")} | {"tenant": "acme"}, Context())
    assert listed["cursor"] is None
    (day,) = call("GET", f"/v1/retention/{begun['run_id']}")[1]["days"]
    assert (day["project_name"], day["verdict"], "reason" in day) == ("demo", "prune", False)
    entries = request("GET", "/v1/projects/demo/entries")
    assert answer(api(entries, Context()))[0] == 200
    assert prune({}, Context())["cursor"] is None
    status, refused = answer(api(entries, Context()))
    assert (status, refused["code"]) == (410, "windows-pruned")
    summary = answer(api(request("GET", "/v1/projects/demo/summary"), Context()))[1]
    assert summary["tokens"]["total"] == 120
    imported(export(OPENAI_26, openai(user_id="user-b")))
    status, found = answer(api(entries, Context()))
    assert (status, len(found["entries"])) == (200, 2)


def test_a_step_that_does_not_exist_and_a_comparison_that_fails() -> None:
    answer(api(request("POST", "/v1/projects", body={"name": "demo"}), Context()))
    span = {"from": "2025-11-04", "to": "2025-11-04"}
    asked = call("POST", body=span)[1]
    step = {name: asked[name] for name in ("project_id", "report_id")} | {"tenant": "acme"}
    with pytest.raises(ValueError, match="no step 'other'"):
        parity({"step": "other", **step}, Context())
    assert parity({"step": "give_up", "error": {"Error": "Final"}, **step}, Context()) == {"status": "failed"}
    failed = call("GET", f"{PLACE}/{asked['report_id']}")[1]
    assert (failed["error"], failed["problem"]["code"]) == ("Final", "internal-error")


def test_a_run_of_retention_that_fails_keeps_why() -> None:
    begun = call("POST", "/v1/retention")[1]
    event = {"tenant": "acme", "run_id": begun["run_id"], "dry_run": False, "error": {"Error": "Oops"}}
    assert prune(event, Context()) == {"status": "failed"}
    told = call("GET", f"/v1/retention/{begun['run_id']}")[1]
    assert (told["status"], "'Oops'" in told["problem"]["detail"]) == ("failed", True)
    assert prune({"cursor": None, "error": {"Error": "Oops"}}, Context()) == {"status": "failed"}


def test_a_scheduled_run_without_keys_has_nothing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAILY_FETCH", "true")
    plan = {"works": [], "request": {}, "more": False}
    assert parity_daily({"step": "plan", "request": {}}, Context()) == plan
    work = {"tenant": "acme", "key_id": "01JC0000000000000000000000", "by": "schedule", "began": 0}
    done = {"next": "done", "seconds": 0, "work": work}
    assert parity_daily({"step": "work", "work": work}, Context()) == done
    with pytest.raises(ValueError, match="no step 'other'"):
        parity_daily({"step": "other"}, Context())
