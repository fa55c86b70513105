"""`--json` of a command that cannot do what was asked: the problem stands where the document would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.cli import FakeLedger, broken, json_answer, problem, surroundings

from gramledger_cli.exits import Exit
from gramledger_cli.main import main
from gramledger_cli.transport import Answer

Captured = pytest.CaptureFixture[str]


def run(ledger: FakeLedger, *arguments: str, **environ: str) -> int:
    return main(list(arguments), surroundings(ledger, Path(), **environ))


@pytest.mark.parametrize(
    "arguments",
    [
        ["summary", "--project", "other"],
        ["entries", "--project", "other"],
        ["imports", "show", "other"],
        ["imports", "--project", "other"],
        ["import", "usage.csv", "--project", "other"],
        ["inspect", "usage.csv", "--project", "other"],
        ["summary", "--project", "no such project"],
        ["formats", "other"],
    ],
)
def test_what_does_not_exist_is_told_as_a_problem(arguments: list[str], capsys: Captured) -> None:
    assert run(FakeLedger(), *arguments) == Exit.NOT_FOUND
    plain = capsys.readouterr()
    assert plain.out == ""
    assert run(FakeLedger(), *arguments, "--json") == Exit.NOT_FOUND
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert told["code"] == "not-found"
    assert told["title"]
    assert plain.err.startswith(told["detail"])
    assert err == plain.err


@pytest.mark.parametrize(
    ("answer", "code", "ending"),
    [
        (problem(403, "not-allowed", "Only admins may."), "not-allowed", Exit.NOT_SIGNED_IN),
        (problem(409, "name-taken", "That name is taken."), "name-taken", Exit.REFUSED),
        (json_answer(413, {"message": "Request Too Long"}), "refused", Exit.REFUSED),
        (json_answer(501, {"message": "Not today."}), "error", Exit.ERROR),
        (Answer(200, {}, [b"<html>"]), "error", Exit.ERROR),
        (broken(), "error", Exit.ERROR),
    ],
)
def test_whatever_the_server_does_is_told(answer: Any, code: str, ending: Exit, capsys: Captured) -> None:
    ledger = FakeLedger(interruptions=[answer])
    assert run(ledger, "projects", "create", "new", "--json") == ending
    told = json.loads(capsys.readouterr().out)
    assert told["code"] == code
    assert told["title"]
    assert told["detail"]


def test_a_token_that_is_missing_or_wrong_is_told(capsys: Captured) -> None:
    for token in ("", "bad"):
        assert run(FakeLedger(), "projects", "--json", GRAMLEDGER_TOKEN=token) == Exit.NOT_SIGNED_IN
        assert json.loads(capsys.readouterr().out)["code"] == "not-signed-in"


def test_a_list_that_breaks_off_never_looks_complete(capsys: Captured) -> None:
    class Broken(FakeLedger):
        def _page(self, member: str, query: dict[str, str]) -> Answer:
            return json_answer(501, {}) if "cursor" in query else super()._page(member, query)

    ledger = Broken(lists={"imports": [{"import_id": str(number)} for number in range(3)]})
    assert run(ledger, "imports", "--json") == Exit.ERROR
    out = capsys.readouterr().out
    assert out == '[\n{"import_id": "0"},\n{"import_id": "1"}'
