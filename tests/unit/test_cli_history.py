"""`gramledger history`, `gramledger audit`, and `--as-of`: what they ask for and what they print."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.cli import Answer, FakeLedger, json_answer, surroundings

from gramledger_cli.exits import Exit
from gramledger_cli.main import main
from gramledger_cli.seals import hash_of

Captured = pytest.CaptureFixture[str]
HASHES = {"2026-03-01": "a" * 64, "2026-03-02": "b" * 64}


def version(day: str, number: int, digest: str, **changed: Any) -> dict[str, Any]:
    return {
        "day": day,
        "version": number,
        "at": "2026-03-05T10:00:00.123Z",
        "cause": {"kind": "undo", "import_id": "01IMPORT1"},
        "actor": "ada",
        "entries": 1234,
        "totals": {"tokens": {"total": 5678}},
        "hash": digest,
        "body": "checked",
        "faults": [],
        **changed,
    }


class Sealed(FakeLedger):
    """A ledger with a history: two days, one of them with two versions."""

    def _route(self, method: str, path: list[str], query: dict[str, str], document: Any) -> Answer:
        match method, *path:
            case "GET", "projects", "01PROJECT", "history" | "audit":
                return self._page("versions", query)
            case "GET", "projects", "01PROJECT", "audit", "seal":
                return json_answer(200, seal())
        return super()._route(method, path, query, document)


def seal(**changed: Any) -> dict[str, Any]:
    return {
        "project_id": "01PROJECT",
        "project_name": "demo",
        "sealed_at": "2026-03-06T00:00:00.000Z",
        "hash": hash_of(HASHES),
        "days": {day: {"version": 1, "hash": digest} for day, digest in HASHES.items()},
        **changed,
    }


def ledger(**last: Any) -> Sealed:
    known = [version(day, 1, digest) for day, digest in HASHES.items()]
    return Sealed(lists={"versions": [*known, version("2026-03-02", 2, "c" * 64, **last)]})


def run(known: FakeLedger, tmp_path: Path, *arguments: str) -> int:
    return main(arguments, surroundings(known, tmp_path))


def test_the_history_has_a_line_for_each_version(tmp_path: Path, capsys: Captured) -> None:
    assert run(ledger(), tmp_path, "history", "--project", "demo", "--limit", "0") == Exit.OK
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [
        ["2026-03-01", "1"],
        ["2026-03-02", "1"],
        ["2026-03-02", "2"],
    ]
    assert "2026-03-05 10:00:00  undo 01IMPORT1  ada" in lines[3]
    assert "1,234" in lines[3]
    assert lines[3].endswith("cccccccccccc")


def test_a_cut_history_says_so_and_json_is_an_array(tmp_path: Path, capsys: Captured) -> None:
    assert run(ledger(), tmp_path, "history", "--project", "demo", "--limit", "2", "--json") == Exit.OK
    assert [found["day"] for found in json.loads(capsys.readouterr().out)] == list(HASHES)
    assert run(ledger(), tmp_path, "history", "--project", "demo", "--limit", "2") == Exit.OK
    assert "Only the first 2" in capsys.readouterr().err


def test_an_audit_without_faults_says_what_it_proved(tmp_path: Path, capsys: Captured) -> None:
    known = ledger(body="pruned")
    assert run(known, tmp_path, "audit", "verify", "--project", "demo") == Exit.OK
    said = capsys.readouterr().out
    assert "demo: 3 versions of 2 days, 1 of them without their entries" in said
    assert "each follows the one before" in said


def test_an_audit_names_each_fault_and_ends_with_an_error(tmp_path: Path, capsys: Captured) -> None:
    known = ledger(faults=[{"code": "totals-differ", "text": "Its totals are not those of its entries."}])
    assert run(known, tmp_path, "audit", "verify", "--project", "demo") == Exit.ERROR
    said = capsys.readouterr().out
    assert "1 fault:" in said
    assert "2026-03-02 version 2  totals-differ: Its totals" in said
    assert run(known, tmp_path, "audit", "verify", "--project", "demo", "--json") == Exit.ERROR
    document = json.loads(capsys.readouterr().out)
    assert (document["versions"], len(document["faults"])) == (3, 1)


def test_a_seal_is_written_and_verified_as_long_as_its_versions_are_there(
    tmp_path: Path, capsys: Captured
) -> None:
    file = tmp_path / "seal.json"
    assert run(ledger(), tmp_path, "audit", "seal", str(file), "--project", "demo") == Exit.OK
    assert f"2 days sealed, hash {hash_of(HASHES)}" in capsys.readouterr().out
    verify = ("audit", "verify", "--project", "demo", "--seal", str(file))
    assert run(ledger(), tmp_path, *verify) == Exit.OK
    assert f"The seal {file} of 2026-03-06T00:00:00.000Z holds for 2 days." in capsys.readouterr().out
    known = ledger()
    known.lists["versions"][1]["hash"] = "d" * 64
    assert run(known, tmp_path, *verify) == Exit.ERROR
    said = capsys.readouterr().out
    assert "2026-03-02 version 1  sealed-version-missing" in said
    assert f"The seal {file} of 2026-03-06T00:00:00.000Z fails for 1 of 2 days." in said
    assert "rebuild --project" not in said
    assert run(Sealed(lists={"versions": []}), tmp_path, *verify) == Exit.ERROR
    assert capsys.readouterr().out.count("altered or removed") == 2


def test_a_seal_from_before_a_rebuild_fails_with_that_as_the_reason_and_the_next_step(
    tmp_path: Path, capsys: Captured
) -> None:
    file = tmp_path / "seal.json"
    file.write_text(json.dumps(seal()), encoding="utf-8")
    rebuild = {"at": "2026-03-07T08:00:00.000Z", "cause": {"kind": "rebuild", "import_id": None}}
    known = Sealed(lists={"versions": [version("2026-03-01", 1, "d" * 64, **rebuild)]})
    assert run(known, tmp_path, "audit", "verify", "--project", "demo", "--seal", str(file)) == Exit.ERROR
    said = capsys.readouterr().out
    first = "2026-03-01 version 1  sealed-before-rebuild: The day was made again from the log at 2026-03-07"
    second = "2026-03-02 version 1  sealed-before-rebuild: The day has no version; others were made again"
    assert first in said
    assert second in said
    assert f"The seal {file} of 2026-03-06T00:00:00.000Z fails for 2 of 2 days." in said
    assert "'gramledger rebuild --project demo --check'" in said


def test_a_rebuild_from_before_a_seal_excuses_nothing(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "seal.json"
    file.write_text(json.dumps(seal()), encoding="utf-8")
    known = ledger(at="2026-03-05T08:00:00.000Z", cause={"kind": "rebuild", "import_id": None})
    known.lists["versions"][1]["hash"] = "d" * 64
    assert run(known, tmp_path, "audit", "verify", "--project", "demo", "--seal", str(file)) == Exit.ERROR
    assert "sealed-version-missing" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no json", "no seal that can be read"),
        ('{"days": []}', "no seal that can be read"),
        (json.dumps(seal(hash="0" * 64)), "was altered"),
        (json.dumps(seal(project_id="01OTHER")), "seal of another project"),
    ],
)
def test_a_file_that_is_no_seal_of_the_project_is_refused(
    tmp_path: Path, capsys: Captured, text: str, said: str
) -> None:
    file = tmp_path / "seal.json"
    file.write_text(text, encoding="utf-8")
    assert run(ledger(), tmp_path, "audit", "verify", "--project", "demo", "--seal", str(file)) == Exit.ERROR
    assert said in capsys.readouterr().err


def test_a_seal_that_cannot_be_written_is_an_error(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "none" / "seal.json"
    assert run(ledger(), tmp_path, "audit", "seal", str(file), "--project", "demo") == Exit.ERROR
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["summary", "models", "methods", "entries"])
def test_an_instant_is_asked_for_as_it_was_given(tmp_path: Path, command: str) -> None:
    known = FakeLedger(lists={"entries": []})
    instant = "2026-03-05T10:00:00.123+01:00"
    assert run(known, tmp_path, command, "--project", "demo", "--as-of", instant, "--json") == Exit.OK
    assert "as_of=2026-03-05T10%3A00%3A00.123%2B01%3A00" in known.requests[-1]


@pytest.mark.parametrize(
    ("given", "kept", "shown"), [("30", 30, "30 days"), ("1", 1, "1 day"), ("0", None, "for ever")]
)
def test_the_days_of_history_are_set_and_shown(
    tmp_path: Path, capsys: Captured, given: str, kept: int | None, shown: str
) -> None:
    known = FakeLedger()
    assert run(known, tmp_path, "projects", "set", "demo", "--history-days", given) == Exit.OK
    assert known.changes == [{"history_days": kept}]
    assert f"replaced entries  kept {shown}\n" in capsys.readouterr().out
