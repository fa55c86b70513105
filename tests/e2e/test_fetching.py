"""Fetching through the front door: a backfill of two days, one that the provider has revised, and who may begin it."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from support.front import Front

from e2e.conftest import Enter
from local.providers.accounts import Account, day_number
from local.providers.sample import openai_account
from local.providers.stand_in import StandIn

pytestmark = pytest.mark.stack

ENDPOINT = "usage/completions"


@pytest.fixture
def account(usage_providers: StandIn) -> tuple[str, Account]:
    """A secret, and the account that it opens, with usage of the last week."""
    secret = f"sk-admin-{uuid.uuid4().hex}"
    first = datetime.now(UTC).date() - timedelta(days=7)
    usage_providers.accounts[secret] = openai_account(first, 7, seed=5)
    return secret, usage_providers.accounts[secret]


def backfilled(front: Front, key_id: str) -> dict[str, Any]:
    """A backfill of the last two days, at its end."""
    answer = front.request("POST", "/v1/backfills", body={"key": key_id, "days": 2, "chunk_days": 1})
    assert answer.status == 201, answer
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        backfill: dict[str, Any] = front.get(f"/v1/backfills/{answer.body['backfill_id']}")
        if backfill["status"] != "running":
            return backfill
        time.sleep(0.5)
    raise AssertionError(backfill)


def tokens_of(account: Account, days: list[date]) -> int:
    used = [result for day in days for result in account.used(ENDPOINT, day_number(day))]
    return sum(int(result["input_tokens"]) + int(result["output_tokens"]) for result in used)


def test_two_days_are_fetched_and_revised(front: Front, project: str, account: tuple[str, Account]) -> None:
    secret, known = account
    days = [datetime.now(UTC).date() - timedelta(days=back) for back in (2, 1)]
    registered = {"provider": "openai", "label": secret[-12:], "project": project, "endpoints": [ENDPOINT]}
    key = front.request("POST", "/v1/keys", body={**registered, "secret": secret}).body
    first = backfilled(front, key["key_id"])
    assert (first["status"], first["percent"], len(first["chunks"])) == ("completed", 100, 2)
    summary = front.get(f"/v1/projects/{project}/summary")
    assert summary["tokens"]["total"] == tokens_of(known, days)
    again = backfilled(front, key["key_id"])
    assert (again["counts"]["processed"], again["counts"]["unchanged"]) == (2, 2)
    revised = [{**openai_result(known, days[0]), "output_tokens": 7}]
    known.use(ENDPOINT, days[0], revised)
    backfilled(front, key["key_id"])
    assert front.get(f"/v1/projects/{project}/summary")["tokens"]["total"] == tokens_of(known, days)
    (cursor,) = front.get("/v1/cursors", key=key["key_id"])["cursors"]
    assert (cursor["through"], cursor["pending"]) == (days[1].isoformat(), [])
    assert secret not in str(front.get("/v1/imports", project=project))


def openai_result(account: Account, day: date) -> dict[str, Any]:
    """A result of a day, or of the day after where nothing was used on it."""
    number = day_number(day)
    return (account.used(ENDPOINT, number) or account.used(ENDPOINT, number + 1))[0]


def test_only_administrators_run_schedules(enter: Enter) -> None:
    assert "daily-usage" in str(enter("member").get("/v1/schedules"))
    refused = enter("member").request("POST", "/v1/schedules/daily-usage/run")
    assert (refused.status, refused.body["code"]) == (403, "not-allowed")
    begun = enter("rival").request("POST", "/v1/schedules/daily-usage/run")
    assert (begun.status, begun.body["name"]) == (201, "daily-usage")
