"""`gramledger keys` against a fake ledger."""

from __future__ import annotations

import io
import json
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from support.cli import FakeLedger, json_answer, problem, surroundings

from gramledger_cli.exits import Exit
from gramledger_cli.main import main
from gramledger_cli.transport import Answer

Captured = pytest.CaptureFixture[str]
ID = "01K9XFT7G1G83EFRTNJJN6PQ8A"
SECRET = "sk-admin-canary-0123456789"
PASSED = {"at": "2025-11-13T02:13:20.000Z", "passed": True, "code": None, "detail": ""}
LACKS = {**PASSED, "passed": False, "code": "provider-scopes-missing", "detail": "it lacks api.usage.read"}


def endpoint(name: str, check: Any, succeeded_at: str | None = None) -> dict[str, Any]:
    return {"name": name, "title": name, "format": "f", "check": check, "succeeded_at": succeeded_at}


KEY: dict[str, Any] = {
    "key_id": ID,
    "provider": "openai",
    "label": "Web\u202e",
    "project_id": "01PROJECT",
    "status": "active",
    "account": f"openai:{ID}",
    "endpoints": [endpoint("usage/completions", PASSED, "2025-11-13T03:00:00.000Z"), endpoint("costs", None)],
    "created_at": "2025-11-13T02:13:20.000Z",
    "created_by": "ada",
    "rotated_at": None,
}


@dataclass
class Ledger(FakeLedger):
    """A fake ledger with one key; `told` is what it was sent."""

    key: dict[str, Any] = field(default_factory=lambda: deepcopy(KEY))
    told: list[tuple[str, str, Any]] = field(default_factory=list)

    def _route(self, method: str, path: list[str], query: dict[str, str], document: Any) -> Answer:
        if path[:1] != ["keys"]:
            return super()._route(method, path, query, document)
        self.told.append((method, "/".join(path), document))
        if method == "POST" and path == ["keys"] and document["secret"] == "sk-ordinary":
            return problem(422, "provider-scopes-missing", "The key may not read usage.")
        if method == "GET" and len(path) == 1:
            return json_answer(200, {"keys": [self.key]})
        return json_answer(201 if path == ["keys"] else 200, self.key)


def run(ledger: Ledger, tmp_path: Path, *arguments: str) -> int:
    return main(["keys", *arguments], surroundings(ledger, tmp_path))


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret on standard input."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(f"{SECRET}\n".encode())))


def test_keys_are_listed_with_what_they_may_read_and_when_they_last_did(
    tmp_path: Path, capsys: Captured
) -> None:
    ledger = Ledger()
    assert run(ledger, tmp_path) == Exit.OK
    header, row = capsys.readouterr().out.splitlines()
    assert header.split() == ["ID", "STATUS", "PROVIDER", "LABEL", "ENDPOINTS", "CHECK", "LAST", "SUCCESS"]
    assert "usage/completions, costs" in row
    assert row.endswith("not checked  never")
    ledger.key["endpoints"] = [
        endpoint("costs", LACKS, "2025-11-13T03:00:00.000Z"),
        endpoint("x", PASSED, "9"),
    ]
    run(ledger, tmp_path, "list")
    assert capsys.readouterr().out.rstrip().endswith("provider-scopes-missing  2025-11-13T03:00:00.000Z")


def test_a_key_is_shown_with_the_provider_s_words_made_harmless(tmp_path: Path, capsys: Captured) -> None:
    ledger = Ledger()
    ledger.key["endpoints"].append(endpoint("x", LACKS))
    assert run(ledger, tmp_path, "show", "Web teams") == Exit.OK
    shown = capsys.readouterr().out
    assert ledger.told == [("GET", "keys/Web teams", None)]
    assert "\u202e" not in shown
    assert "may be read (checked 2025-11-13T02:13:20.000Z)" in shown
    assert "provider-scopes-missing: it lacks api.usage.read" in shown


@pytest.mark.usefixtures("piped")
def test_a_key_is_added_with_the_secret_of_standard_input(tmp_path: Path, capsys: Captured) -> None:
    ledger = Ledger()
    named = ("--provider", "openai", "--label", "Web", "--project", "demo")
    assert run(ledger, tmp_path, "add", *named, "--endpoint", "costs", "--no-check") == Exit.OK
    ((method, path, form),) = ledger.told
    assert (method, path) == ("POST", "keys")
    assert form == {
        "provider": "openai",
        "label": "Web",
        "project": "demo",
        "endpoints": ["costs"],
        "check": False,
        "secret": SECRET,
    }
    shown = capsys.readouterr()
    assert "canary" not in shown.out + shown.err
    assert ID in shown.out


@pytest.mark.usefixtures("piped")
def test_a_rotation_sends_the_new_secret_and_has_it_checked(tmp_path: Path, capsys: Captured) -> None:
    ledger = Ledger()
    ledger.key["rotated_at"] = "2025-11-14T00:00:00.000Z"
    assert run(ledger, tmp_path, "rotate", ID) == Exit.OK
    assert ledger.told == [("POST", f"keys/{ID}/rotate", {"secret": SECRET, "check": True})]
    assert "rotated" in capsys.readouterr().out


def test_without_a_secret_nothing_is_sent(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\n")))
    ledger = Ledger()
    assert run(ledger, tmp_path, "rotate", ID) == Exit.ERROR
    assert ledger.told == []
    assert "No key was given." in capsys.readouterr().err


def test_a_key_that_the_provider_refuses_ends_with_the_reason(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"sk-ordinary")))
    named = ("--provider", "openai", "--label", "Web", "--project", "demo")
    assert run(Ledger(), tmp_path, "add", *named) == Exit.REFUSED
    assert "The key may not read usage." in capsys.readouterr().err


@pytest.mark.parametrize("word", ["disable", "enable"])
def test_a_key_is_disabled_and_enabled(tmp_path: Path, capsys: Captured, word: str) -> None:
    ledger = Ledger()
    assert run(ledger, tmp_path, word, ID, "--json") == Exit.OK
    assert ledger.told == [("POST", f"keys/{ID}/{word}", {})]
    assert json.loads(capsys.readouterr().out) == KEY


@pytest.mark.parametrize(
    ("check", "ending"), [(PASSED, Exit.OK), (LACKS, Exit.REFUSED), (None, Exit.REFUSED)]
)
def test_a_check_ends_well_only_if_everything_may_be_read(tmp_path: Path, check: Any, ending: Exit) -> None:
    ledger = Ledger()
    ledger.key["endpoints"] = [endpoint("costs", PASSED), endpoint("usage/completions", check)]
    assert run(ledger, tmp_path, "check", ID) == ending


def test_a_key_is_deleted(tmp_path: Path, capsys: Captured) -> None:
    ledger = Ledger()
    assert run(ledger, tmp_path, "delete", ID) == Exit.OK
    assert [told[:2] for told in ledger.told] == [("DELETE", f"keys/{ID}")]
    assert "Deleted the openai key Web" in capsys.readouterr().out
    run(ledger, tmp_path, "delete", ID, "--json")
    assert json.loads(capsys.readouterr().out) == KEY
