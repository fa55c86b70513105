"""SIGKILL, of one worker or of the whole stack, in the middle of imports: nothing is lost and nothing hangs."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from support.files import export, minutes
from support.front import Front
from support.patience import until

from local.home import ROOT
from local.stack import Stack

pytestmark = pytest.mark.stack

WORKERS = ("start_import", "plan_csv", "parse_csv", "group_days", "calculate", "finalize")
"""The functions of an import, in their order."""

DONE_AND_SILENT = """

import os
import pathlib
import time

_at_once = handler
_FOLDER = pathlib.Path({folder!r})


def handler(event, context):
    answer = _at_once(event, context)
    draft = _FOLDER / f"{{os.getpid()}}.draft"
    draft.write_text(str(os.getpid()))
    try:
        os.link(draft, _FOLDER / {name!r})
    except FileExistsError:
        return answer
    time.sleep(600)
"""
"""A function that does its work at its first call, and then says nothing."""


def admin(stack: Stack) -> Front:
    return Front(stack.url, stack.token("acme", user="ada"))


def entries(front: Front, project: str) -> int:
    return int(front.get(f"/v1/projects/{project}/summary")["entries"])


def test_any_worker_that_is_killed_after_its_work_leaves_an_import_that_finishes(tmp_path: Path) -> None:
    marks, sources = tmp_path / "marks", tmp_path / "sources"
    marks.mkdir()
    for folder in ("functions", "statemachines"):
        shutil.copytree(ROOT / folder, sources / folder)
    shutil.copy(ROOT / "template.yaml", sources)
    (sources / "web").symlink_to(ROOT / "web")
    for name in WORKERS:
        path = sources / f"functions/{name}/app.py"
        silent = DONE_AND_SILENT.format(folder=str(marks), name=name)
        path.write_text(path.read_text(encoding="utf-8") + silent, encoding="utf-8")
    with Stack(tmp_path / "home", 0, sources=sources) as stack:
        front = admin(stack)
        assert front.request("POST", "/v1/projects", body={"name": "demo"}).status == 201
        import_id = front.send("demo", export(minutes(50)))
        for name in WORKERS:
            until((marks / name).exists)
            os.kill(int((marks / name).read_text()), signal.SIGKILL)
        receipt = front.wait(import_id)["receipt"]
        assert (receipt["rows_in"], receipt["imported"]) == (50, 50)
        assert entries(front, "demo") == 50


def test_a_stack_that_is_killed_again_and_again_loses_nothing_that_had_finished(tmp_path: Path) -> None:
    finished: dict[str, Any] = {}
    interrupted = ""
    for number, pause in enumerate((0.0, 0.4, 1.0, None)):
        with Stack(tmp_path, 0) as stack:
            front = admin(stack)
            if not number:
                assert front.request("POST", "/v1/projects", body={"name": "demo"}).status == 201
                assert (
                    front.request("PATCH", "/v1/projects/demo", body={"settings": {"zone": "UTC"}}).status
                    == 200
                )
            else:
                finished[interrupted] = front.wait(interrupted)["receipt"]
            assert front.get("/v1/projects/demo")["settings"]["zone"] == "UTC"
            for import_id, receipt in finished.items():
                assert front.get(f"/v1/imports/{import_id}")["receipt"] == receipt
            assert entries(front, "demo") == 40 * len(finished)
            if pause is None:
                break
            interrupted = front.send("demo", export(minutes(40, day=f"2025-11-{number + 1:02d}")))
            time.sleep(pause)
            stack.kill()
    assert [receipt["imported"] for receipt in finished.values()] == [40, 40, 40]
