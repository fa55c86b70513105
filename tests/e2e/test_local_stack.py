"""The local stack itself: it keeps what it has, stops cleanly, lives beside others, and hides nothing."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from support.files import export, minutes
from support.front import Front
from support.patience import until

from local.clients import client
from local.home import ROOT, LocalError, read_json
from local.stack import Stack, stop_running

pytestmark = pytest.mark.stack

SLOWLY = """

import time

_at_once = handler


def handler(event, context):
    time.sleep(20)
    return _at_once(event, context)
"""


def admin(stack: Stack) -> Front:
    return Front(stack.url, stack.token("acme", user="ada"))


def names(front: Front) -> list[str]:
    return [project["name"] for project in front.get("/v1/projects")["projects"]]


def new_project(front: Front, name: str) -> None:
    assert front.request("POST", "/v1/projects", body={"name": name}).status == 201


def state_of(front: Front, import_id: str) -> dict[str, Any]:
    found: dict[str, Any] = front.get(f"/v1/imports/{import_id}")
    return found


@pytest.fixture
def slow_sources(tmp_path: Path) -> Path:
    """The repository's template and functions, with a parse_csv that takes its time."""
    sources = tmp_path / "sources"
    for folder in ("functions", "statemachines"):
        shutil.copytree(ROOT / folder, sources / folder)
    shutil.copy(ROOT / "template.yaml", sources)
    slow = sources / "functions/parse_csv/app.py"
    slow.write_text(slow.read_text(encoding="utf-8") + SLOWLY, encoding="utf-8")
    return sources


def test_an_import_that_was_stopped_half_way_ends_after_the_next_start(
    tmp_path: Path, slow_sources: Path
) -> None:
    with Stack(tmp_path / "home", 0, sources=slow_sources) as stack:
        front = admin(stack)
        new_project(front, "kept")
        started = front.send("kept", export(minutes(100)))
        until(lambda: state_of(front, started)["phase"] == "parse")
        tables = stack.outputs["TableName"]
    assert not (tmp_path / "home/connection.json").exists()
    with Stack(tmp_path / "home", 0) as again:  # other sources: the stack is updated, not made anew
        front = admin(again)
        assert again.outputs["TableName"] == tables
        assert names(front) == ["kept"]
        assert front.wait(started)["receipt"]["imported"] == 100


def test_a_kill_costs_no_more_than_the_last_seconds(tmp_path: Path) -> None:
    with Stack(tmp_path, 0) as stack:
        front = admin(stack)
        new_project(front, "settled")
        settled = front.send("settled", export(minutes(10)))
        front.wait(settled)
        ended, kept = time.time(), tmp_path / "state/dynamodb.json"
        until(lambda: kept.exists() and kept.stat().st_mtime > ended)
        stack.kill()
    with Stack(tmp_path, 0) as again:
        front = admin(again)
        assert state_of(front, settled)["receipt"]["imported"] == 10
        project = front.get("/v1/projects/settled/summary")
        assert project["entries"] == 10
    assert "the last run was killed" in (tmp_path / "stack.log").read_text(encoding="utf-8")


def test_stacks_with_different_homes_live_side_by_side(stack: Stack, tmp_path: Path) -> None:
    with Stack(tmp_path, 0) as other:
        assert other.url != stack.url
        here, there = admin(stack), admin(other)
        new_project(there, "only there")
        assert names(there) == ["only there"]
        assert "only there" not in names(here)
        assert there.request("GET", "/v1/projects").status == 200
        assert Front(other.url, stack.token("acme")).request("GET", "/v1/projects").status == 401


def test_a_port_that_is_taken_is_named(stack: Stack, tmp_path: Path) -> None:
    port = int(stack.url.rpartition(":")[2])
    with pytest.raises(LocalError, match=f"cannot listen on port {port}"):
        Stack(tmp_path, port).start()


def test_a_home_that_is_in_use_is_not_used_twice(stack: Stack) -> None:
    with pytest.raises(LocalError, match="already running"):
        Stack(stack.home.path, 0).start()


def test_up_detaches_and_down_stops(tmp_path: Path) -> None:
    environment = {**os.environ, "GRAMLEDGER_HOME": str(tmp_path), "GRAMLEDGER_PORT": "0"}

    def command(*words: str) -> str:
        ran = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "local", *words],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        return ran.stderr

    assert "Gramledger is ready at http://127.0.0.1:" in command("up", "--detach")
    connection = read_json(tmp_path / "connection.json")
    assert (tmp_path / "connection.json").stat().st_mode & 0o777 == 0o600
    assert Front(connection["url"], connection["token"]).request("GET", "/v1/projects").status == 200
    assert "Stopped" in command("down")
    assert not (tmp_path / "connection.json").exists()
    assert "No stack is running" in command("down")


def test_what_a_killed_stack_left_behind_is_cleared_away(tmp_path: Path) -> None:
    with Stack(tmp_path, 0) as stack:
        stack.kill()
    assert (tmp_path / "connection.json").exists()
    assert stop_running(stack.home) is None
    assert not (tmp_path / "connection.json").exists()


def test_workers_end_with_their_stack_even_if_it_is_killed(tmp_path: Path) -> None:
    with Stack(tmp_path, 0) as stack:
        admin(stack).get("/v1/projects")
        workers = children(stack.pid)
        assert len(workers) >= 3  # the parent of workers, a bootstrap, and its worker
        stack.kill()
    until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers), seconds=10)


def test_a_worker_starts_also_when_the_parent_of_workers_is_gone(tmp_path: Path) -> None:
    with Stack(tmp_path, 0) as stack:
        parents = [
            p for p in children(stack.pid) if b"local.workers" in Path(f"/proc/{p}/cmdline").read_bytes()
        ]
        assert len(parents) == 1
        os.kill(parents[0], signal.SIGKILL)
        admin(stack).get("/v1/projects")


def children(parent: int) -> list[int]:
    """The processes that a process has started, and theirs (Linux)."""
    if not Path("/proc").exists():
        pytest.skip("processes are found in /proc, which this system does not have")
    listed = (tasks.read_text() for tasks in Path(f"/proc/{parent}/task").glob("*/children"))
    own = [int(child) for text in listed for child in text.split()]
    return own + [grandchild for child in own for grandchild in children(child)]


def test_settings_that_the_engine_drops_are_in_force(stack: Stack) -> None:
    outputs, url = stack.outputs, stack.engine_url
    dynamodb = client("dynamodb", url)
    expiry = dynamodb.describe_time_to_live(TableName=outputs["TableName"])["TimeToLiveDescription"]
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
    backups = dynamodb.describe_continuous_backups(TableName=outputs["TableName"])[
        "ContinuousBackupsDescription"
    ]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    s3 = client("s3", url)
    rules = s3.get_bucket_lifecycle_configuration(Bucket=outputs["UploadsBucket"])["Rules"]
    assert {rule["ID"]: rule.get("Expiration") for rule in rules}["ExpireUploads"] == {"Days": 30}
    stage = client("apigatewayv2", url).get_stage(ApiId=outputs["ApiId"], StageName="$default")
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] == 100


def test_functions_reach_nothing_but_this_engine(stack: Stack) -> None:
    admin(stack).get("/v1/projects")
    for worker in children(stack.pid):
        variables = Path(f"/proc/{worker}/environ").read_bytes().split(b"\0")
        assert f"AWS_ENDPOINT_URL={stack.url}".encode() in variables
        assert b"AWS_EC2_METADATA_DISABLED=true" in variables
        assert not [v for v in variables if v.startswith((b"AWS_PROFILE=", b"GRAMLEDGER_"))]


def test_ctrl_c_stops_a_stack_in_the_foreground_and_keeps_its_data(tmp_path: Path) -> None:
    environment = {**os.environ, "GRAMLEDGER_HOME": str(tmp_path), "GRAMLEDGER_PORT": "0"}
    with subprocess.Popen(
        [sys.executable, "-m", "local", "up"], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        until((tmp_path / "connection.json").exists)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert "Stopped; the data is kept." in process.stderr.read()
        assert process.wait(timeout=60) == 0
    assert (tmp_path / "state/dynamodb.json").exists()
