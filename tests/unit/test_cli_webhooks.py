"""`gramledger webhooks` against a fake ledger."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from support.cli import FakeLedger, json_answer, surroundings

from gramledger_cli.exits import Exit
from gramledger_cli.main import main
from gramledger_cli.transport import Answer

Captured = pytest.CaptureFixture[str]
ID, DELIVERY = "01K9XFT7G1G83EFRTNJJN6PQ8A", "01K9XFT7G0SM3JSP5YDYFP42E2"
WEBHOOK = {
    "webhook_id": ID,
    "url": "https://hooks.example.org/\u202eevil",
    "events": ["import.failed"],
    "status": "active",
    "secrets": [
        {"key_id": "K2", "valid_until": None},
        {"key_id": "K1", "valid_until": "2025-11-14T00:00:00.000Z"},
    ],
}
PENDING: dict[str, Any] = {
    "delivery_id": DELIVERY,
    "type": "webhook.test",
    "status": "pending",
    "created_at": "2025-11-13T00:00:00.000Z",
    "next_at": "2025-11-13T00:00:00.000Z",
    "attempts": [],
}
TAKEN = {
    **PENDING,
    "status": "delivered",
    "next_at": None,
    "attempts": [{"status": 204, "reason": "No Content"}],
}
UNHEARD = {
    **PENDING,
    "status": "failed",
    "next_at": None,
    "attempts": [{"status": None, "reason": "no answer in time"}],
}
AGAIN = {**PENDING, "next_at": "2025-11-13T00:05:00.000Z", "attempts": [{"status": 503, "reason": "Busy"}]}


@dataclass
class Ledger(FakeLedger):
    """A fake ledger with one webhook; `looks_at` are the deliveries at each look."""

    looks_at: list[dict[str, Any]] = field(default_factory=lambda: [PENDING, TAKEN])

    def _route(self, method: str, path: list[str], query: dict[str, str], document: Any) -> Answer:  # noqa: PLR0911 -- as above it
        match method, *path:
            case "GET", "webhooks":
                return json_answer(200, {"webhooks": [WEBHOOK]})
            case "POST", "webhooks":
                self.saved.append(document)
                return json_answer(201, {**WEBHOOK, "secret": "whsec_new"})
            case "DELETE", "webhooks", _:
                return json_answer(200, WEBHOOK)
            case "POST", "webhooks", _, "rotate":
                return json_answer(201, {**WEBHOOK, "secret": "whsec_new"})
            case "POST", "webhooks", _, "test":
                return json_answer(201, PENDING)
            case "GET", "webhooks", _, "deliveries":
                look = self.looks_at.pop(0) if len(self.looks_at) > 1 else self.looks_at[0]
                return json_answer(200, {"deliveries": [look], "next_cursor": None})
            case "POST", "webhooks", _, "deliveries", _, "resend":
                return json_answer(200, PENDING)
        return super()._route(method, path, query, document)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def run(ledger: FakeLedger, directory: Path, *arguments: str) -> int:
    return main(("webhooks", *arguments), surroundings(ledger, directory))


def test_a_webhook_is_added_with_its_events_and_its_secret_is_shown_once(
    ledger: Ledger, tmp_path: Path, capsys: Captured
) -> None:
    assert run(ledger, tmp_path, "add", "https://hooks.example.org", "--event", "import.failed") == Exit.OK
    shown = capsys.readouterr()
    assert "whsec_new" in shown.out
    assert "not shown again" in shown.err
    assert run(ledger, tmp_path, "add", "https://hooks.example.org") == Exit.OK
    assert ledger.saved == [
        {"url": "https://hooks.example.org", "events": ["import.failed"]},
        {"url": "https://hooks.example.org"},
    ]


def test_webhooks_are_listed_and_text_of_others_is_harmless(
    ledger: Ledger, tmp_path: Path, capsys: Captured
) -> None:
    assert run(ledger, tmp_path) == run(ledger, tmp_path, "ls") == Exit.OK
    shown = capsys.readouterr().out
    assert ID in shown
    assert "\u202e" not in shown
    assert run(ledger, tmp_path, "ls", "--json") == Exit.OK
    assert json.loads(capsys.readouterr().out) == [WEBHOOK]


def test_a_new_secret_is_shown_with_the_end_of_the_old_one(
    ledger: Ledger, tmp_path: Path, capsys: Captured
) -> None:
    assert run(ledger, tmp_path, "rotate", ID) == Exit.OK
    shown = capsys.readouterr().out
    assert "whsec_new" in shown
    assert "2025-11-14T00:00:00.000Z" in shown


def test_a_test_waits_for_the_answer(ledger: Ledger, tmp_path: Path, capsys: Captured) -> None:
    assert run(ledger, tmp_path, "test", ID) == Exit.OK
    assert capsys.readouterr().out == f"{DELIVERY}: delivered, 204 No Content\n"
    ledger.looks_at = [UNHEARD]
    assert run(ledger, tmp_path, "test", ID) == Exit.ERROR
    assert "failed, no answer in time" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("delivery", "told"),
    [
        (PENDING, "not tried yet"),
        (TAKEN, "204 No Content"),
        (AGAIN, "503 Busy; again at 2025-11-13T00:05:00.000Z"),
    ],
)
def test_deliveries_say_what_came_back_and_what_comes_next(
    ledger: Ledger, tmp_path: Path, capsys: Captured, delivery: dict[str, Any], told: str
) -> None:
    ledger.looks_at = [delivery]
    assert run(ledger, tmp_path, "deliveries", ID) == Exit.OK
    assert told in capsys.readouterr().out
    assert run(ledger, tmp_path, "deliveries", ID, "--json", "--limit", "1") == Exit.OK
    assert json.loads(capsys.readouterr().out) == [delivery]


def test_a_delivery_is_sent_again_and_a_webhook_removed(
    ledger: Ledger, tmp_path: Path, capsys: Captured
) -> None:
    assert run(ledger, tmp_path, "resend", ID, DELIVERY) == Exit.OK
    assert run(ledger, tmp_path, "remove", ID) == Exit.OK
    assert f"Removed the webhook {ID}" in capsys.readouterr().out
    assert [request.split("/v1")[1] for request in ledger.requests] == [
        f"/webhooks/{ID}/deliveries/{DELIVERY}/resend",
        f"/webhooks/{ID}",
    ]
