"""`gramledger import` against a fake ledger."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from support.cli import FakeLedger, broken, json_answer, problem, receipt, surroundings

from gramledger_cli.exits import Exit, worst
from gramledger_cli.main import main
from gramledger_cli.transport import Answer

CONTENT = b"Date,Kind\n2026-03-01,Included\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "usage.csv"
    path.write_bytes(CONTENT)
    return path


def run(ledger: FakeLedger, file: Path, *arguments: str, project: str = "demo") -> int:
    return main(["import", str(file), "--project", project, *arguments], surroundings(ledger, file.parent))


def failed(**stated: Any) -> dict[str, Any]:
    return {"status": "failed", "phase": "plan", "problem": {"title": "Refused", "detail": "Why.", **stated}}


def test_a_file_is_announced_with_its_hash_and_uploaded_as_it_is(file: Path) -> None:
    ledger = FakeLedger()
    assert run(ledger, file) == Exit.OK
    assert ledger.announced == [
        {
            "filename": "usage.csv",
            "size": len(CONTENT),
            "sha256": hashlib.sha256(CONTENT).hexdigest(),
            "dry_run": False,
        }
    ]
    (upload,) = ledger.uploads
    assert CONTENT in upload
    assert upload.index(b'name="key"') < upload.index(b'name="file"')


def test_the_receipt_goes_to_stdout_and_progress_to_stderr(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(FakeLedger(), file)
    out, err = capsys.readouterr()
    assert "completed (import 01IMPORT1)" in out
    assert "rows in the file" in out
    assert "parse 40 %, 40 rows" in err
    assert "parse" not in out


def test_json_is_one_array_with_an_object_for_each_file(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(FakeLedger(), file, str(file), "--json") == Exit.OK
    first, second = json.loads(capsys.readouterr().out)
    assert first == {
        "file": str(file),
        "import_id": "01IMPORT1",
        "status": "completed",
        "receipt": receipt(),
        "problem": None,
    }
    assert second["import_id"] == "01IMPORT2"


def test_a_missing_project_ends_with_3_and_names_the_way_out(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = FakeLedger()
    assert run(ledger, file, project="other") == Exit.NOT_FOUND
    assert "--create" in capsys.readouterr().err
    assert ledger.uploads == []


def test_create_makes_a_missing_project(file: Path) -> None:
    ledger = FakeLedger()
    assert run(ledger, file, "--create", project="other") == Exit.OK
    assert ledger.projects["01CREATED"] == "other"


def test_create_uses_a_project_that_somebody_made_meanwhile(file: Path) -> None:
    ledger = FakeLedger(interruptions=[problem(404, "not-found", "There is no project 'demo'.")])
    assert run(ledger, file, "--create") == Exit.OK
    assert list(ledger.projects) == ["01PROJECT"]


def test_rejected_rows_end_with_6_and_show_how_to_read_them(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = {
        "status": "completed",
        "receipt": receipt(imported=98, rejected=2, rejects_by_code={"date-missing": 2}),
    }
    assert run(FakeLedger(stages=[stage]), file) == Exit.FINDINGS
    out = capsys.readouterr().out
    assert "gramledger rejects 01IMPORT1" in out
    assert "date-missing: 2" in out


@pytest.mark.parametrize(
    ("stage", "ending"),
    [
        (failed(status=422, code="columns-missing"), Exit.REFUSED),
        (failed(status=500, code="internal"), Exit.ERROR),
        ({"status": "cancelled"}, Exit.ERROR),
    ],
)
def test_an_import_that_fails_tells_refused_input_from_an_error(
    file: Path, stage: dict[str, Any], ending: Exit
) -> None:
    assert run(FakeLedger(stages=[stage]), file) == ending


@pytest.mark.parametrize("content", [None, b""])
def test_a_file_that_is_missing_or_empty_is_refused_before_anything_is_created(
    tmp_path: Path, content: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "nothing.csv"
    if content is not None:
        path.write_bytes(content)
    ledger = FakeLedger()
    assert run(ledger, path) == Exit.REFUSED
    assert ledger.announced == []
    assert "nothing.csv" in capsys.readouterr().out


def test_a_directory_is_refused(tmp_path: Path) -> None:
    assert run(FakeLedger(), tmp_path) == Exit.REFUSED


def test_a_file_over_the_limit_is_not_sent(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = FakeLedger(max_bytes=5)
    assert run(ledger, file) == Exit.REFUSED
    assert ledger.uploads == []
    assert "limit is 5 bytes" in capsys.readouterr().out


def test_one_refused_file_does_not_hold_up_the_others_and_the_worst_ending_wins(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = file.parent / "missing.csv"
    ledger = FakeLedger(stages=[{"status": "completed", "receipt": receipt(imported=99, rejected=1)}])
    assert run(ledger, missing, str(file), "--json") == Exit.REFUSED
    refused, done = json.loads(capsys.readouterr().out)
    assert (refused["status"], refused["import_id"]) == ("refused", None)
    assert refused["problem"]["code"] == "file-unreadable"
    assert done["status"] == "completed"


def test_the_worst_ending_follows_the_documented_order() -> None:
    assert worst([Exit.FINDINGS, Exit.REFUSED, Exit.OK]) == Exit.REFUSED
    assert worst([Exit.REFUSED, Exit.ERROR, Exit.NOT_FOUND]) == Exit.ERROR
    assert worst([]) == Exit.OK


def test_an_upload_is_sent_again_when_the_connection_breaks_or_the_store_is_busy(file: Path) -> None:
    ledger = FakeLedger(store_answers=[broken(), Answer(503), Answer(204)])
    assert run(ledger, file) == Exit.OK
    assert len(ledger.uploads) == 3


def test_a_refused_upload_shows_the_reason_of_the_store(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    xml = b"<Error><Code>AccessDenied</Code><Message>Policy expired.</Message></Error>"
    ledger = FakeLedger(store_answers=[Answer(403, {}, [xml])])
    assert run(ledger, file) == Exit.REFUSED
    assert "AccessDenied Policy expired." in capsys.readouterr().out


def test_a_store_that_keeps_failing_is_an_error(file: Path) -> None:
    assert run(FakeLedger(store_answers=[Answer(500), Answer(500), Answer(500)]), file) == Exit.ERROR


def test_no_watch_returns_after_the_upload(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = FakeLedger()
    assert run(ledger, file, "--no-watch", "--json") == Exit.OK
    (shown,) = json.loads(capsys.readouterr().out)
    assert (shown["status"], shown["receipt"]) == ("queued", None)
    assert ledger.looks == {}


def test_a_dry_run_is_announced_as_one_and_its_receipt_says_so(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = FakeLedger()
    ledger.stages[-1]["dry_run"] = True
    run(ledger, file, "--dry-run")
    assert ledger.announced[0]["dry_run"] is True
    assert "completed, a dry run: nothing was saved (import 01IMPORT1)" in capsys.readouterr().out


@pytest.mark.parametrize("warnings", [{}, {"model-router": 3}])
def test_a_receipt_with_warnings_says_where_they_are_explained(
    file: Path, warnings: dict[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = FakeLedger()
    ledger.stages[-1]["receipt"] = receipt(warnings=warnings)
    run(ledger, file)
    said = re.search(r"warnings mean: (\S+)#warnings", capsys.readouterr().out)
    assert bool(said) is bool(warnings)
    if said:
        assert "## Warnings" in (Path(__file__).parents[2] / said[1]).read_text("utf-8")


def test_one_row_is_counted_as_one(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = FakeLedger()
    ledger.stages[0]["rows"] = {"processed": 1}
    run(ledger, file)
    assert "parse 40 %, 1 row\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("lost", "ending"), [([broken()] * 9, Exit.ERROR), ([json_answer(401, {})] * 9, Exit.NOT_SIGNED_IN)]
)
def test_an_import_that_can_no_longer_be_watched_keeps_its_id(
    file: Path, lost: list[Any], ending: Exit, capsys: pytest.CaptureFixture[str]
) -> None:
    class Losing(FakeLedger):
        def _import(self, import_id: str) -> Answer:
            self.interruptions = list(lost)
            return super()._import(import_id)

    waiting = [{"status": "waiting", "phase": "upload"}]
    assert run(Losing(stages=waiting), file) == ending
    out = capsys.readouterr().out
    assert "The import goes on, but cannot be watched" in out
    assert "gramledger imports show 01IMPORT1" in out
    run(Losing(stages=waiting), file, "--json")
    (shown,) = json.loads(capsys.readouterr().out)
    assert (shown["import_id"], shown["status"], shown["problem"]["code"]) == (
        "01IMPORT1",
        "waiting",
        "error",
    )


def test_a_token_that_expires_between_two_files_keeps_the_first_one(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Expiring(FakeLedger):
        def _create_import(self, _project: str, announcement: dict[str, Any]) -> Answer:
            created = super()._create_import(_project, announcement)
            return json_answer(401, {}) if len(self.announced) > 1 else created

    assert run(Expiring(), file, str(file), "--json") == Exit.NOT_SIGNED_IN
    first, second = json.loads(capsys.readouterr().out)
    assert (first["status"], second["status"], second["import_id"]) == ("completed", "error", None)


@pytest.mark.parametrize("status", ["waiting", "processing"])
def test_ctrl_c_while_watching_says_that_the_import_goes_on(
    file: Path, status: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    around = surroundings(FakeLedger(stages=[{"status": status}]), file.parent)
    stopping = type(around)(
        environ=around.environ,
        directory=around.directory,
        transport=around.transport,
        sleep=interrupted,
        clock=around.clock,
        command=around.command,
    )
    assert main(["import", str(file), "--project", "demo"], stopping) == Exit.INTERRUPTED
    err = capsys.readouterr().err
    assert "the import goes on" in err
    assert "gramledger imports show 01IMPORT1" in err


def test_ctrl_c_while_uploading_says_that_nothing_is_imported(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Interrupting(FakeLedger):
        def _store(self, *_arguments: Any) -> Answer:
            raise KeyboardInterrupt

    assert run(Interrupting(), file) == Exit.INTERRUPTED
    assert "nothing of it is imported" in capsys.readouterr().err


def test_with_several_files_each_import_is_read_once_more_at_the_end(file: Path) -> None:
    done = {"status": "completed", "receipt": receipt()}
    refreshed = {"status": "completed", "receipt": receipt(imported=60, duplicate_identical=40)}
    ledger = FakeLedger(stages=[done, refreshed])
    run(ledger, file, str(file))
    assert ledger.looks == {"01IMPORT1": 2, "01IMPORT2": 2}


def test_a_file_that_shrinks_while_it_is_sent_is_refused(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Shrinking(FakeLedger):
        def _create_import(self, _project: str, announcement: dict[str, Any]) -> Answer:
            file.write_bytes(CONTENT[:5])
            return super()._create_import(_project, announcement)

    assert run(Shrinking(), file) == Exit.REFUSED
    assert "became shorter" in capsys.readouterr().out
