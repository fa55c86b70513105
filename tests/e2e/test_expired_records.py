"""An import whose record has expired in the table is undone through the front door: the log still has it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from support.files import export, row
from support.front import Front
from support.runs import NOW, import_file
from support.stacks import deployed_settings, operator_environment

from gramledger.adapters.aws.world import AwsWorld
from gramledger.adapters.memory.world import memory_world
from gramledger.core.imports import Import
from gramledger_cli.exits import Exit
from gramledger_cli.main import main
from gramledger_cli.surroundings import Surroundings
from local.clients import client
from local.stack import Stack

pytestmark = pytest.mark.stack


def imported_long_ago(stack: Stack, project: str, content: bytes) -> Import:
    """An import that ended in November 2025 in the stack's table and buckets, and whose record has expired since."""
    deployed = AwsWorld(deployed_settings(stack))
    kept = ("store", "ledger", "jobs", "projects", "presets", "intensities", "shapes")
    world = replace(memory_world(now_ms=NOW), **{name: getattr(deployed, name) for name in kept})
    record = import_file(world, content, project=project)
    key = {"pk": {"S": "T#acme#IMPORTS"}, "sk": {"S": record.import_id}}
    client("dynamodb", stack.engine_url).delete_item(TableName=deployed_settings(stack).table, Key=key)
    return record


def test_an_import_is_undone_long_after_its_record_has_expired(
    stack: Stack, front: Front, project: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in operator_environment(stack).items():
        monkeypatch.setenv(name, value)
    old = imported_long_ago(stack, project, export([row(f"2025-11-03T10:0{n}:00.000Z") for n in range(4)]))
    later = front.run(project, export([row(f"2025-11-03T10:0{n}:00.000Z") for n in (3, 4)]))
    assert later["receipt"]["imported"] == 1
    listed = front.get("/v1/imports", project=project)["imports"]
    assert [found["import_id"] for found in listed] == [later["import_id"]]
    assert front.get(f"/v1/imports/{old.import_id}")["receipt"]["imported"] == 4

    signed_in = {
        "GRAMLEDGER_URL": stack.url,
        "GRAMLEDGER_TOKEN": stack.token("acme", user="ada", groups=("admin",)),
    }
    outside = Surroundings(environ=signed_in, directory=tmp_path)
    assert main(["imports", "undo", old.import_id], outside) == Exit.OK
    undone = front.get(f"/v1/imports/{old.import_id}")
    assert (undone["status"], undone["taken_back"]["entries_removed"]) == ("undone", 3)
    assert len(front.entries(project)) == 2
    assert front.get(f"/v1/imports/{later['import_id']}")["receipt"]["imported"] == 2
    again = front.request("POST", f"/v1/imports/{old.import_id}/undo")
    assert (again.status, again.body["status"]) == (200, "undone")
    seen = front.get(f"/v1/projects/{quote(project)}/history")["versions"]
    assert seen[-1]["cause"] == {"kind": "undo", "import_id": old.import_id}
