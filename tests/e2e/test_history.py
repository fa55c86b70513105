"""Past reports, the history, the audit and the sweep of pages through the front door."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from support.files import export, minutes, row
from support.front import Front
from support.stacks import deployed_settings

from gramledger_cli.exits import Exit
from gramledger_cli.main import main
from gramledger_cli.surroundings import Surroundings
from local.clients import client
from local.stack import Stack

Enter = Callable[[str], Front]

pytestmark = pytest.mark.stack

ROUTES = ("summary", "entries", "models", "methods")


def undo(front: Front, import_id: str) -> None:
    assert front.request("POST", f"/v1/imports/{import_id}/undo", body={}).status == 200
    end = time.monotonic() + 90
    while front.get(f"/v1/imports/{import_id}")["status"] != "undone":
        assert time.monotonic() < end, "it is not undone"
        time.sleep(0.2)


def test_reports_of_before_an_import_and_its_undo_are_had_again(front: Front, project: str) -> None:
    home = front.get(f"/v1/projects/{quote(project)}")["project_id"]
    answers: list[dict[str, str]] = []

    def look(**query: str) -> dict[str, str]:
        return {route: json.dumps(front.get(f"/v1/projects/{home}/{route}", **query)) for route in ROUTES}

    first = front.run(home, export(minutes(4)))
    answers.append(look())
    second = front.run(home, export([*minutes(6, cost="0.25"), row("2025-11-09T08:00:00.000Z")]))
    answers.append(look())
    undo(front, first["import_id"])
    answers.append(look())
    instants = [json.loads(shown["summary"])["ledger"]["as_of"] for shown in answers]
    assert len({shown["summary"] for shown in answers}) == 3
    for instant, shown in zip(instants, answers, strict=True):
        assert look(as_of=instant) == shown

    versions = front.get(f"/v1/projects/{home}/history")["versions"]
    assert [(v["day"], v["version"], v["cause"]["kind"], v["cause"]["import_id"]) for v in versions] == [
        ("2025-11-04", 1, "import", first["import_id"]),
        ("2025-11-04", 2, "import", second["import_id"]),
        ("2025-11-04", 3, "undo", first["import_id"]),
        ("2025-11-09", 1, "import", second["import_id"]),
    ]
    assert {v["actor"] for v in versions} == {second["requested_by"]}
    audited = front.get(f"/v1/projects/{home}/audit", limit=3)
    assert [(v["version"], v["body"], v["faults"]) for v in audited["versions"]] == [
        (number, "checked", []) for number in (1, 2, 3)
    ]
    rest = front.get(f"/v1/projects/{home}/audit", cursor=audited["next_cursor"])
    assert ([v["day"] for v in rest["versions"]], rest["next_cursor"]) == (["2025-11-09"], None)


@pytest.fixture
def outside(stack: Stack, tmp_path: Path) -> Surroundings:
    """Where an admin of the project calls the command line."""
    token = stack.token("acme", user="ada", groups=("admin",))
    return Surroundings(environ={"GRAMLEDGER_URL": stack.url, "GRAMLEDGER_TOKEN": token}, directory=tmp_path)


def test_what_was_sealed_is_proved_after_further_imports(
    front: Front, project: str, outside: Surroundings
) -> None:
    home = front.get(f"/v1/projects/{quote(project)}")["project_id"]
    front.run(home, export(minutes(4)))
    file = outside.directory / "seal.json"
    assert main(["audit", "seal", str(file), "--project", home], outside) == Exit.OK
    front.run(home, export(minutes(6)))
    assert main(["audit", "verify", "--project", home, "--seal", str(file)], outside) == Exit.OK
    sealed = json.loads(file.read_text(encoding="utf-8"))
    assert sealed["hash"] != front.get(f"/v1/projects/{home}/summary")["ledger"]["hash"]


def test_a_seal_from_before_lost_heads_fails_and_says_that_a_rebuild_is_why(
    front: Front,
    project: str,
    stack: Stack,
    outside: Surroundings,
    capsys: pytest.CaptureFixture[str],
) -> None:
    home = front.get(f"/v1/projects/{quote(project)}")["project_id"]
    front.run(home, export(minutes(4)))
    file = outside.directory / "seal.json"
    verify = ["audit", "verify", "--project", home, "--seal", str(file)]
    assert main(["audit", "seal", str(file), "--project", home], outside) == Exit.OK
    key = {"pk": {"S": f"T#acme#P#{home}#HEADS"}, "sk": {"S": "2025-11-04"}}
    client("dynamodb", stack.engine_url).delete_item(TableName=deployed_settings(stack).table, Key=key)
    assert main(["rebuild", "--project", home], outside) == Exit.FINDINGS
    capsys.readouterr()
    assert main(verify, outside) == Exit.ERROR
    said = capsys.readouterr().out
    assert "2025-11-04 version 1  sealed-before-rebuild: The day was made again from the log at 20" in said
    assert "fails for 1 of 1 day." in said
    assert main(["rebuild", "--project", home, "--check"], outside) == Exit.OK
    assert main(["audit", "seal", str(file), "--project", home], outside) == Exit.OK
    assert main(verify, outside) == Exit.OK


def test_an_instant_that_makes_no_sense_and_a_project_of_others_are_refused(
    enter: Enter, front: Front, project: str
) -> None:
    home = front.get(f"/v1/projects/{quote(project)}")["project_id"]
    for as_of in ("yesterday", "2026-01-01", "2999-01-01T00:00:00Z"):
        answer = front.request("GET", f"/v1/projects/{home}/summary", query={"as_of": as_of})
        assert (answer.status, answer.body["code"]) == (400, "invalid-request")
    rival = enter("rival")
    for route in ("history", "audit", "audit/seal"):
        assert rival.request("GET", f"/v1/projects/{home}/{route}").status == 404
