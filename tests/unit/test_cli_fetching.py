"""`gramledger schedules`, `backfill`, `backfills`, `keys status` and `keys reset`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.cli import FakeLedger, json_answer, problem, surroundings

from gramledger_cli.exits import Exit
from gramledger_cli.main import main
from gramledger_cli.transport import Answer

Captured = pytest.CaptureFixture[str]
Run = Callable[..., int]

CHUNK = {
    "endpoint": "costs",
    "first": "2025-10-20",
    "last": "2025-10-24",
    "counts": {"processed": 4, "imported": 1200, "missed": 1},
    "issues": {"provider-unavailable": 1},
    "ended_at": "2025-11-13T02:00:00.000Z",
}
CURSOR = {
    "cursor": "costs:key_01KEY",
    "key_id": "01KEY",
    "key_label": "main",
    "provider": "openai",
    "endpoint": "costs",
    "status": "active",
    "since": "2025-10-14",
    "through": "2025-11-12",
    "gaps": [f"2025-10-{day}" for day in range(20, 27)],
    "pending": [],
    "failing": {"2025-10-20": "provider-unavailable"},
    "succeeded_at": "2025-11-13T03:30:00.000Z",
    "counts": {"processed": 23, "imported": 1200},
    "issues": {"provider-unavailable": 7},
}
NOTHING: dict[str, Any] = {"through": None, "gaps": [], "failing": {}, "counts": {}, "issues": {}}
NEVER = {**CURSOR, **NOTHING, "cursor": "never:key_01KEY", "succeeded_at": None}
WINDOW = {
    "day": "2025-11-12",
    "in_ledger": True,
    "code": None,
    "pending": None,
    "checked_at": "2025-11-13T03:30:00.000Z",
    "import_id": "01IMP",
}


def backfill(status: str, **changed: Any) -> dict[str, Any]:
    known = {
        "backfill_id": "01BACK",
        "key_id": "01KEY",
        "key_label": "main",
        "endpoints": ["costs"],
        "label": None,
    }
    days = {"start": "2025-10-20", "end": "2025-10-24", "percent": 80, "windows": {"total": 5, "done": 4}}
    return {**known, **days, "status": status, "counts": {}, "chunks": [], **changed}


class Fetching(FakeLedger):
    """A ledger that answers about fetching; `backfills` are the answers about a backfill, one for each look."""

    backfills: list[dict[str, Any]]
    asked: list[tuple[str, str, Any]]

    def _route(self, method: str, path: list[str], query: dict[str, str], document: Any) -> Answer:
        """An answer about fetching."""
        self.asked.append((method, "/".join(path), document or query))
        answers: dict[str, Any] = {
            "schedules": {"schedules": [{"name": "sweep", "description": "Sweeps", "expression": None}]},
            "schedules/daily-usage/run": {"name": "daily-usage", "run": "01RUN"},
            "cursors": {"cursors": [CURSOR, NEVER]},
            "cursors/reset": {"cursors": [CURSOR]},
            "cursors/windows": {"windows": [WINDOW]},
            "backfills/01BACK/pause": backfill("paused"),
            "backfills/01BACK/resume": backfill("running"),
            "backfills/01BACK/cancel": backfill("cancelled"),
        }
        place = "/".join(path)
        if place in answers:
            return json_answer(200, answers[place])
        if path[0] != "backfills":
            return problem(404, "not-found", f"There is no {place}.")
        if (method, len(path)) == ("GET", 1):
            return json_answer(
                200, {"backfills": [backfill("running"), backfill("paused")], "next_cursor": None}
            )
        return json_answer(201 if method == "POST" else 200, self.backfills.pop(0))


@pytest.fixture
def ledger() -> Fetching:
    fake = Fetching()
    fake.backfills, fake.asked = [], []
    return fake


@pytest.fixture
def run(tmp_path: Path, ledger: Fetching) -> Run:
    def words(*words: str) -> int:
        return main(list(words), surroundings(ledger, tmp_path))

    return words


def test_schedules_are_listed_and_run(run: Run, ledger: Fetching, capsys: Captured) -> None:
    assert run("schedules") == Exit.OK
    assert "sweep     never  Sweeps" in capsys.readouterr().out
    assert run("schedules", "run", "daily-usage") == Exit.OK
    told = capsys.readouterr().out.splitlines()
    assert told == ["daily-usage has begun as 01RUN.", "See how far it is: gramledger keys status"]
    assert run("schedules", "run", "lunch") == Exit.NOT_FOUND
    assert ledger.asked[1][:2] == ("POST", "schedules/daily-usage/run")


def test_a_backfill_is_followed_chunk_by_chunk(run: Run, ledger: Fetching, capsys: Captured) -> None:
    ledger.backfills = [
        backfill("running"),
        backfill("running", chunks=[CHUNK]),
        backfill("incomplete", chunks=[CHUNK], counts=CHUNK["counts"], label="for the audit"),
    ]
    words = ("--key", "main", "--start", "2025-10-20", "--end", "2025-10-24", "--label", "for the audit")
    assert run("backfill", *words) == Exit.ERROR
    assert ledger.asked[0][2] == {
        "key": "main",
        "start": "2025-10-20",
        "end": "2025-10-24",
        "chunk_days": 5,
        "sleep_ms": 0,
        "label": "for the audit",
    }
    said = capsys.readouterr()
    line = "costs  2025-10-20 to 2025-10-24: 4 windows, 1,200 imported, 1 missed, provider-unavailable (1)"
    assert said.err.count(line) == 1
    assert "Backfill 01BACK is incomplete: 4 of 5 windows of main, 2025-10-20 to 2025-10-24." in said.out
    assert "for the audit" in said.out
    assert "entries imported" in said.out


def test_a_backfill_need_not_be_followed(run: Run, ledger: Fetching, capsys: Captured) -> None:
    ledger.backfills = [backfill("running")]
    assert run("backfill", "--key", "main", "--days", "5", "--no-wait", "--json") == Exit.OK
    assert json.loads(capsys.readouterr().out)["backfill_id"] == "01BACK"
    assert ledger.asked[0][2]["days"] == 5


def test_the_newest_backfill_that_rests_is_resumed(run: Run, ledger: Fetching) -> None:
    ledger.backfills = [backfill("completed")]
    assert run("backfill", "--key", "main", "--resume") == Exit.OK
    assert ledger.asked[1][:2] == ("POST", "backfills/01BACK/resume")
    assert run("backfill", "--key", "other", "--resume") == Exit.NOT_FOUND


@pytest.mark.parametrize(
    "words",
    [
        ("--key", "main"),
        ("--key", "main", "--start", "2025-10-20", "--days", "5"),
        ("--key", "main", "--resume", "--days", "5"),
        ("--key", "main", "--resume", "--label", "x"),
        ("--key", "main", "--resume", "--chunk-days", "5"),
        ("--start", "2025-10-20"),
    ],
)
def test_a_backfill_of_unclear_days_is_wrong_usage(
    run: Run, ledger: Fetching, words: tuple[str, ...]
) -> None:
    assert run("backfill", *words) == Exit.USAGE
    assert ledger.asked == []


def test_backfills_are_listed_and_decided_on(run: Run, ledger: Fetching, capsys: Captured) -> None:
    assert run("backfills") == Exit.OK
    assert "01BACK    main  2025-10-20 to 2025-10-24  running  80 %" in capsys.readouterr().out
    for word in ("pause", "resume", "cancel"):
        assert run("backfills", word, "01BACK") == Exit.OK
    assert [asked[1] for asked in ledger.asked[1:]] == [
        f"backfills/01BACK/{word}" for word in ("pause", "resume", "cancel")
    ]
    ledger.backfills = [backfill("stopped")]
    assert run("backfills", "show", "01BACK") == Exit.ERROR


def test_the_status_of_keys_tells_what_is_missing_and_why(
    run: Run, ledger: Fetching, capsys: Captured
) -> None:
    assert run("keys", "status") == Exit.OK
    said = capsys.readouterr().out
    assert "gaps: 2025-10-20, 2025-10-21, 2025-10-22, 2025-10-23, 2025-10-24 and 2 more" in said
    assert "2025-10-20: provider-unavailable" in said
    assert "issues so far: provider-unavailable 7" in said
    assert "never:key_01KEY" not in said, "of what was never fetched there is nothing more to say"
    assert run("keys", "status", "main", "--endpoint", "costs") == Exit.OK
    assert "2025-11-12  in the ledger" in capsys.readouterr().out
    assert ledger.asked[1][1:] == ("cursors/windows", {"key": "main", "endpoint": "costs"})
    assert run("keys", "status", "--endpoint", "costs") == Exit.USAGE


def test_a_key_is_reset_from_a_day_on(run: Run, ledger: Fetching, capsys: Captured) -> None:
    words = ("keys", "reset", "main", "--from", "2025-11-01", "--endpoint", "costs", "--json")
    assert run(*words) == Exit.OK
    assert ledger.asked[0][2] == {"key": "main", "from": "2025-11-01", "endpoint": "costs"}
    assert json.loads(capsys.readouterr().out) == [CURSOR]
