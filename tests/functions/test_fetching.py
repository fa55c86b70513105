"""The routes of fetching, and the steps of the state machine `daily_usage`, over moto's services."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from support.events import Context, answer, request

from functions.daily_fetch.app import handler as daily_fetch
from functions.fetching import app
from gramledger.adapters.aws.world import aws_world
from gramledger.core.fetch_cursors import FetchCursor
from gramledger.core.providers.keys import ProviderKey

KEY = "01K9XFT7G1G83EFRTNJJN6PQ8A"
MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:daily_usage"
BACKFILL = {"key": "main", "start": "2025-10-20", "end": "2025-10-24"}


@pytest.fixture(autouse=True)
def key(deployed: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 -- the stack comes first
    """A deployed stack with a provider key."""
    monkeypatch.setenv("DAILY_USAGE_MACHINE_ARN", MACHINE)
    monkeypatch.setenv("DAILY_FETCH", "true")
    monkeypatch.setenv("PROVIDER_RATES", "openai=30:5")
    monkeypatch.setenv("SCHEDULE_DAILY_USAGE", "cron(30 3 * * ? *)")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1")  # nobody answers there
    boto3.client("stepfunctions").create_state_machine(
        name="daily_usage",
        definition='{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}',
        roleArn="arn:aws:iam::123456789012:role/daily_usage",
    )
    known = ProviderKey("acme", KEY, "openai", "main", "01PROJECT", ("costs",), "S1", 1, "ada")
    aws_world().provider_keys.create(known)


def call(method: str, path: str, **event: Any) -> tuple[int, Any]:
    return answer(app.handler(request(method, path, **event), Context()))


def test_schedules_are_listed_with_their_times() -> None:
    status, found = call("GET", "/v1/schedules")
    assert status == 200
    assert {known["name"]: known["expression"] for known in found["schedules"]}[
        "daily-usage"
    ] == "cron(30 3 * * ? *)"


def test_a_schedule_is_run_by_an_administrator_and_the_tries_of_others_are_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    status, begun = call("POST", "/v1/schedules/daily-usage/run")
    assert status == 201
    started = boto3.client("stepfunctions").describe_execution(
        executionArn=f"{MACHINE.replace(':stateMachine:', ':execution:')}:{begun['run']}"
    )
    assert json.loads(started["input"]) == {"tenant": "acme", "by": "ada@example.org"}
    caplog.set_level("WARNING", logger=app.log.name)
    status, problem = call("POST", "/v1/schedules/daily-usage/run", groups="[member]", user="bob@example.org")
    assert (status, problem["code"]) == (403, "not-allowed")
    (told,) = [known for known in caplog.records if known.message == "schedule refused"]
    assert vars(told)["schedule"] == "daily-usage"
    assert vars(told)["user"] == "bob@example.org"


def test_a_backfill_is_begun_watched_paused_resumed_and_cancelled() -> None:
    status, begun = call("POST", "/v1/backfills", body=BACKFILL)
    assert (status, begun["status"], begun["endpoints"]) == (201, "running", ["costs"])
    place = f"/v1/backfills/{begun['backfill_id']}"
    assert call("GET", "/v1/backfills")[1]["backfills"][0]["backfill_id"] == begun["backfill_id"]
    assert call("POST", f"{place}/pause")[1]["status"] == "paused"
    assert call("POST", f"{place}/pause")[1]["code"] == "backfill-conflict"
    assert call("POST", f"{place}/resume")[0] == 200
    assert call("POST", f"{place}/cancel")[1]["status"] == "cancelled"
    assert call("GET", place)[1]["ended_at"] is not None


def test_a_backfill_that_is_asked_for_twice_begins_once() -> None:
    headers = {"idempotency-key": "0123456789abcdef"}
    first, again = (call("POST", "/v1/backfills", body=BACKFILL, headers=headers)[1] for _ in range(2))
    assert first["backfill_id"] == again["backfill_id"]


def test_cursors_are_shown_and_reset() -> None:
    aws_world().fetching.cursors.create(FetchCursor("acme", KEY, "costs", "2025-10-14"))
    (shown,) = call("GET", "/v1/cursors", query={"key": "main"})[1]["cursors"]
    assert (shown["cursor"], shown["since"]) == (f"costs:key_{KEY}", "2025-10-14")
    assert call("GET", "/v1/cursors/windows", query={"key": "main", "endpoint": "costs"})[1] == {
        "windows": []
    }
    assert call("GET", "/v1/cursors/windows")[0] == 400
    status, found = call("POST", "/v1/cursors/reset", body={"key": "main", "from": "2025-10-01"})
    assert (status, found["cursors"][0]["since"]) == (200, "2025-10-01")


def test_a_run_is_planned_from_the_active_keys_of_all_tenants_and_not_when_it_is_switched_off(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = daily_fetch({"step": "plan", "request": {"tenant": "acme"}}, Context())
    assert [(work["tenant"], work["key_id"]) for work in plan["works"]] == [("acme", KEY)]
    assert plan["more"] is False
    monkeypatch.setenv("DAILY_FETCH", "false")
    capsys.readouterr()
    assert daily_fetch({"step": "plan", "request": {}}, Context())["works"] == []
    (line,) = [json.loads(said) for said in capsys.readouterr().out.splitlines() if "_aws" in said]
    assert line["FetchEnabled"] == [0.0]


def test_a_step_answers_what_follows_and_tells_its_counts(capsys: pytest.CaptureFixture[str]) -> None:
    (work,) = daily_fetch({"step": "plan", "request": {"tenant": "acme"}}, Context())["works"]
    capsys.readouterr()
    step = daily_fetch({"step": "fetch", "work": work}, Context())
    assert (step["next"], step["work"]["refused"]) == ("done", ["costs"]), "the key has no secret"
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    told = {name: line[name] for line in lines for name in ("FetchMissed", "FetchIssues") if name in line}
    assert told == {"FetchMissed": [1.0], "FetchIssues": [1.0]}
    assert [line["code"] for line in lines if "code" in line] == ["provider-key-conflict"]


def test_a_step_that_fails_for_good_is_an_issue(capsys: pytest.CaptureFixture[str]) -> None:
    work = {"tenant": "acme", "key_id": KEY, "began": 1, "by": "schedule"}
    assert (
        daily_fetch({"step": "give_up", "work": work, "error": {"Error": "States.Timeout"}}, Context()) == {}
    )
    assert "fetch-failed" in capsys.readouterr().out
    with pytest.raises(ValueError, match="no step"):
        daily_fetch({"step": "lunch"}, Context())
