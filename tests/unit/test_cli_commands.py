"""The commands that read, and how every command ends."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from support.cli import ADDRESS, FakeLedger, broken, json_answer, problem, receipt, surroundings
from support.summaries import RANGE, SUMMARY

from gramledger_cli import __version__
from gramledger_cli.exits import Exit
from gramledger_cli.main import gramledger, main
from gramledger_cli.surroundings import program
from gramledger_cli.transport import Answer

Captured = pytest.CaptureFixture[str]

REJECT = {
    "row": 3,
    "line": 4,
    "offset": 90,
    "code": "date-unreadable",
    "column": "Date",
    "found": "\x1b[31mred",
    "message": "The date cannot be read.",
    "raw": '"\x1b[31mred",Included',
}


def run(ledger: FakeLedger, *arguments: str, directory: Path = Path(), **environ: str) -> int:
    return main(list(arguments), surroundings(ledger, directory, **environ))


def test_the_version_is_that_of_the_distribution(capsys: Captured) -> None:
    assert run(FakeLedger(), "--version") == Exit.OK
    assert capsys.readouterr().out == f"gramledger, version {__version__}\n"
    pyproject = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    assert f'version = "{__version__}"' in pyproject


def test_help_of_every_command_needs_no_ledger(capsys: Captured) -> None:
    for name, command in gramledger.commands.items():
        assert main([name, "--help"], surroundings(FakeLedger(), Path())) == Exit.OK
        shown = " ".join(capsys.readouterr().out.split())  # a long line is broken
        assert (command.help or "").split("\n")[0] in shown


def test_the_help_says_under_headings_what_each_command_does_and_cuts_nothing(capsys: Captured) -> None:
    assert main(["--help"], surroundings(FakeLedger(), Path())) == Exit.OK
    out = capsys.readouterr().out
    shown = " ".join(out.split())
    assert "..." not in shown.partition("Options:")[2]
    for command in gramledger.commands.values():
        assert " ".join((command.help or "").split("\n\n")[0].split()) in shown
    assert out.index("Bring usage in:") < out.index("  import ") < out.index("Energy and carbon:")


def test_starting_up_loads_neither_network_nor_terminal_libraries() -> None:
    program = "import sys, gramledger_cli.main; print(*({'urllib3', 'rich'} & set(sys.modules)))"
    loaded = subprocess.run(  # noqa: S603 -- our own interpreter
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert loaded.strip() == ""


@pytest.mark.parametrize("group", ["imports", "projects"])
def test_a_group_lists_by_either_word_and_by_none(group: str, capsys: Captured) -> None:
    ledger = FakeLedger(lists={"imports": []})
    shown = []
    for words in (["ls"], ["list"], []):
        assert run(ledger, group, *words) == Exit.OK
        shown.append(capsys.readouterr().out)
        assert run(ledger, group, *words, "--json") == Exit.OK
        json.loads(capsys.readouterr().out)
    assert len(set(shown)) == 1
    assert run(ledger, group, "--help") == Exit.OK
    assert "Commands:" in capsys.readouterr().out


def test_a_group_whose_listing_needs_a_project_lists_with_one_and_helps_without(capsys: Captured) -> None:
    assert run(FakeLedger(lists={"recalculations": []}), "recalculations", "--project", "demo") == Exit.OK
    capsys.readouterr()
    assert run(FakeLedger(), "recalculations") == Exit.USAGE
    assert "Commands:" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["import"],
        ["summary"],
        ["nothing"],
        ["entries", "--project", "demo", "--from", "1.2.2026"],
        ["rejects"],
    ],
)
def test_wrong_usage_ends_with_2(arguments: list[str], capsys: Captured) -> None:
    assert run(FakeLedger(), *arguments) == Exit.USAGE
    assert "Usage:" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["summary", "--project", "other"],
        ["entries", "--project", "other"],
        ["imports", "show", "other"],
        ["imports", "ls", "--project", "other"],
    ],
)
def test_what_does_not_exist_ends_with_3(arguments: list[str], capsys: Captured) -> None:
    assert run(FakeLedger(lists={"imports": []}), *arguments) == Exit.NOT_FOUND
    out, err = capsys.readouterr()
    assert out == ""
    assert "other" in err


def token(expires: int) -> str:
    payload = base64.urlsafe_b64encode(json.dumps({"exp": expires}).encode()).decode().rstrip("=")
    return f"header.{payload}.signature"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", "GRAMLEDGER_TOKEN is not"),
        ("bad", "not accepted"),
        (token(0), "expired at 1970-01-01 00:00:00 UTC"),
    ],
)
def test_a_missing_wrong_or_expired_token_ends_with_4(given: str, said: str, capsys: Captured) -> None:
    assert run(FakeLedger(), "projects", GRAMLEDGER_TOKEN=given) == Exit.NOT_SIGNED_IN
    assert said in capsys.readouterr().err


def test_what_one_may_not_do_ends_with_4(capsys: Captured) -> None:
    ledger = FakeLedger(interruptions=[problem(403, "not-allowed", "Only admins may.")])
    assert run(ledger, "projects", "create", "x") == Exit.NOT_SIGNED_IN
    assert "Only admins may." in capsys.readouterr().err


def test_without_a_running_stack_the_way_to_start_one_is_shown(tmp_path: Path, capsys: Captured) -> None:
    assert run(FakeLedger(), "projects", directory=tmp_path, GRAMLEDGER_URL="") == Exit.ERROR
    assert "./run up" in capsys.readouterr().err


def test_a_stack_that_does_not_answer_at_all_is_not_waited_for() -> None:
    ledger = FakeLedger(interruptions=[broken(), broken()])
    assert run(ledger, "projects") == Exit.ERROR
    assert len(ledger.requests) == 1


def test_reading_is_tried_again_when_the_server_is_busy_or_the_connection_breaks() -> None:
    ledger = FakeLedger(interruptions=[Answer(503), broken(), Answer(429, {"retry-after": "1"})])
    assert run(ledger, "projects") == Exit.OK


def test_what_is_to_be_done_once_is_asked_for_again_under_the_same_key() -> None:
    in_progress = json_answer(409, {"code": "request-in-progress"}, **{"retry-after": "1"})
    ledger = FakeLedger(interruptions=[Answer(503), broken(), in_progress])
    assert run(ledger, "projects", "create", "new") == Exit.OK
    assert len(ledger.keys) == 4
    assert len(set(ledger.keys)) == 1
    assert run(ledger, "projects", "create", "newer") == Exit.OK
    assert ledger.keys[-1] != ledger.keys[0]


def test_a_conflict_that_does_not_pass_by_itself_is_told_at_once() -> None:
    ledger = FakeLedger()
    assert run(ledger, "projects", "create", "demo") == Exit.REFUSED
    assert len(ledger.keys) == 1


def test_a_server_that_keeps_failing_is_an_error(capsys: Captured) -> None:
    ledger = FakeLedger(interruptions=[Answer(502)] * 9)
    assert run(ledger, "projects") == Exit.ERROR
    assert "status 502" in capsys.readouterr().err


def test_an_answer_from_something_else_is_an_error(capsys: Captured) -> None:
    assert run(FakeLedger(interruptions=[Answer(200, {}, [b"<html>"])]), "projects") == Exit.ERROR
    assert "Does the address belong to a Gramledger?" in capsys.readouterr().err


def connected(home: Path, token: str) -> None:
    (home / "connection.json").write_text(json.dumps({"url": ADDRESS + "/", "token": token}))


def test_the_connection_of_the_local_stack_is_found_in_its_home(tmp_path: Path) -> None:
    home = tmp_path / ".gramledger"
    home.mkdir()
    connected(home, "good")
    unset = {"GRAMLEDGER_URL": "", "GRAMLEDGER_TOKEN": ""}
    assert run(FakeLedger(), "projects", directory=tmp_path, **unset) == Exit.OK
    assert run(FakeLedger(), "projects", **unset, GRAMLEDGER_HOME=str(home)) == Exit.OK


def test_a_token_that_the_local_stack_renewed_is_picked_up(tmp_path: Path) -> None:
    class Renewing(FakeLedger):
        def send(self, *arguments: Any) -> Answer:
            answer = super().send(*arguments)
            connected(tmp_path, "good")
            return answer

    connected(tmp_path, "old")
    unset = {"GRAMLEDGER_URL": "", "GRAMLEDGER_TOKEN": ""}
    assert run(Renewing(), "projects", **unset, GRAMLEDGER_HOME=str(tmp_path)) == Exit.OK


def test_a_damaged_connection_file_is_named(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "connection.json").write_text("{")
    unset = {"GRAMLEDGER_URL": "", "GRAMLEDGER_TOKEN": ""}
    assert run(FakeLedger(), "projects", **unset, GRAMLEDGER_HOME=str(tmp_path)) == Exit.ERROR
    assert "connection.json" in capsys.readouterr().err


def test_projects_are_listed_and_created(capsys: Captured) -> None:
    ledger = FakeLedger()
    assert run(ledger, "projects", "create", "second one") == Exit.OK
    assert run(ledger, "projects") == Exit.OK
    assert "second one" in capsys.readouterr().out
    assert run(ledger, "projects", "ls", "--json") == Exit.OK
    assert [project["name"] for project in json.loads(capsys.readouterr().out)] == ["demo", "second one"]


def test_the_zone_of_a_project_is_shown_set_and_taken_back(capsys: Captured) -> None:
    ledger = FakeLedger()
    assert run(ledger, "projects", "set", "demo", "--zone", "Europe/London") == Exit.OK
    assert "Europe/London" in capsys.readouterr().out
    assert run(ledger, "projects", "set", "demo", "--json") == Exit.OK
    assert json.loads(capsys.readouterr().out)["settings"]["zone"] == "Europe/London"
    assert run(ledger, "projects", "set", "demo", "--no-zone") == Exit.OK
    assert ledger.settings["zone"] is None
    assert run(ledger, "projects", "set", "demo", "--zone", "UTC", "--no-zone") == Exit.USAGE
    assert run(ledger, "projects", "set", "none", "--zone", "UTC") == Exit.NOT_FOUND


def test_rules_of_a_project_are_set_from_a_file_shown_and_taken_back(
    capsys: Captured, tmp_path: Path
) -> None:
    ledger, file = FakeLedger(), tmp_path / "rules.json"
    file.write_text('{"models": ["gpt-5*"]}')
    assert run(ledger, "projects", "set", "demo", "--rules", str(file)) == Exit.OK
    assert '{"models": ["gpt-5*"]}' in capsys.readouterr().out
    assert ledger.settings["rules"] == {"models": ["gpt-5*"]}
    assert run(ledger, "projects", "set", "demo", "--no-rules") == Exit.OK
    assert not ledger.settings["rules"]
    file.write_text("models: gpt-5")
    assert run(ledger, "projects", "set", "demo", "--rules", str(file)) == Exit.USAGE
    assert run(ledger, "projects", "set", "demo", "--rules", str(file), "--no-rules") == Exit.USAGE


def test_a_name_that_is_taken_is_refused(capsys: Captured) -> None:
    assert run(FakeLedger(), "projects", "create", "demo") == Exit.REFUSED
    assert "taken" in capsys.readouterr().err


def test_imports_are_listed_over_all_pages_up_to_the_limit(capsys: Captured) -> None:
    known = [{"import_id": f"01IMPORT{n}", "status": "completed"} for n in range(5)]
    ledger = FakeLedger(lists={"imports": known})
    assert run(ledger, "imports", "ls", "--json", "--limit", "3") == Exit.OK
    assert json.loads(capsys.readouterr().out) == known[:3]
    assert run(ledger, "imports", "ls", "--json", "--limit", "0") == Exit.OK
    assert json.loads(capsys.readouterr().out) == known
    assert run(ledger, "imports", "ls") == Exit.OK
    assert "01IMPORT4" in capsys.readouterr().out


def test_an_empty_list_is_an_empty_json_array(capsys: Captured) -> None:
    assert run(FakeLedger(lists={"imports": []}), "imports", "ls", "--json") == Exit.OK
    assert json.loads(capsys.readouterr().out) == []


def test_one_import_can_be_watched_to_its_end(capsys: Captured) -> None:
    assert run(FakeLedger(), "imports", "show", "01IMPORT1", "--watch", "--json") == Exit.OK
    assert json.loads(capsys.readouterr().out)["status"] == "completed"


def test_an_import_is_shown_with_its_problem_and_receipt(capsys: Captured) -> None:
    stage = {
        "status": "completed",
        "phase": "done",
        "percent": 100,
        "size": 1234,
        "seconds": {"parse": 0.5},
        "receipt": receipt(imported=90, duplicate_differing=10, warnings={"model-router": 7, "x": 9}),
    }
    assert run(FakeLedger(stages=[stage]), "imports", "show", "01IMPORT1") == Exit.OK
    out = capsys.readouterr().out
    assert "10 rows differ" in out
    assert "x: 9" in out
    assert out.index("x: 9") < out.index("model-router: 7")
    assert "parse 0.50 s" in out
    stage = {
        "status": "failed",
        "phase": "plan",
        "problem": {"code": "no-rows", "title": "T", "detail": "Why."},
    }
    run(FakeLedger(stages=[stage]), "imports", "show", "01IMPORT1")
    assert "T: Why. [no-rows]" in capsys.readouterr().out


def test_a_receipt_names_the_rows_that_are_far_from_usual(capsys: Captured) -> None:
    found = {"row": 1234, "ts": "2026-03-01T00:00:00.000Z", "model": "auto", "tokens": 5000, "usual": 10}
    stage = {
        "status": "completed",
        "receipt": receipt(outliers=[found, {**found, "model": "\x1b[31m"}], warnings={"tokens-outlier": 2}),
    }
    assert run(FakeLedger(stages=[stage]), "imports", "show", "01IMPORT1") == Exit.OK
    out = capsys.readouterr().out
    assert "row 1,234: 5,000 tokens of auto, usual are 10" in out
    assert "\x1b" not in out


def test_rejects_name_place_and_reason_and_cannot_act_on_the_terminal(capsys: Captured) -> None:
    assert run(FakeLedger(lists={"rejects": [REJECT]}), "rejects", "01IMPORT1") == Exit.OK
    out = capsys.readouterr().out
    assert "line 4 (row 3): The date cannot be read. [date-unreadable]" in out
    assert "\x1b" not in out
    assert "\\x1b[31mred" in out


GROUP = {
    "code": "tokens-not-a-number",
    "title": "The count is no whole number",
    "expected": "digits only",
    "repair": "Remove text.",
    "excluded": False,
    "count": 1200,
    "first": [{"row": 3, "line": 4, "column": "Output", "found": "\x1b[31m12k"}],
}


def test_rejects_by_code_say_how_many_how_to_repair_and_where_the_first_are(capsys: Captured) -> None:
    blank = {**GROUP, "code": "row-blank", "excluded": True, "count": 1, "first": []}
    assert run(FakeLedger(lists={"groups": [GROUP, blank]}), "rejects", "01IMPORT1", "--by-code") == Exit.OK
    out = capsys.readouterr().out
    assert "1,200 rows: The count is no whole number [tokens-not-a-number]" in out
    assert "repair: Remove text." in out
    assert "line 4 (row 3), column 'Output': '\\x1b[31m12k'" in out
    assert "and 1,199 more" in out
    assert "1 row left out" in out
    assert "\x1b" not in out
    assert (
        run(FakeLedger(lists={"groups": [GROUP]}), "rejects", "01IMPORT1", "--by-code", "--json") == Exit.OK
    )
    assert json.loads(capsys.readouterr().out) == [GROUP]
    assert run(FakeLedger(lists={"groups": []}), "rejects", "01IMPORT1", "--by-code") == Exit.OK
    assert "No rejected rows" in capsys.readouterr().out


def test_rejects_come_as_csv_from_where_the_api_points_to(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(FakeLedger(), "rejects", "01IMPORT1", "--csv") == Exit.OK
    assert capsysbinary.readouterr().out == b"row,line\r\n3,4\r\n"


def test_rejects_as_json_keep_every_character(capsys: Captured) -> None:
    assert run(FakeLedger(lists={"rejects": [REJECT]}), "rejects", "01IMPORT1", "--json") == Exit.OK
    assert json.loads(capsys.readouterr().out) == [REJECT]


def test_json_and_csv_exclude_each_other() -> None:
    assert run(FakeLedger(), "rejects", "01IMPORT1", "--json", "--csv") == Exit.USAGE


def test_entries_show_cost_as_written_when_it_is_no_number(capsys: Captured) -> None:
    entry = {
        "ts": "2026-03-01T00:00:00.000Z",
        "model": "auto",
        "kind": "Included",
        "tokens": {"total": 12345},
        "cost": {"text": "Included", "reported": None},
        "impact": {
            "status": "ok",
            "energy_kwh": RANGE,
            "gwp_kgco2e": {"total": RANGE},
            "model": {"quality": "family"},
        },
    }
    ledger = FakeLedger(lists={"entries": [entry] * 3})
    assert run(ledger, "entries", "--project", "demo", "--limit", "2") == Exit.OK
    out, err = capsys.readouterr()
    assert (
        out.count("12,345  Included           -  1.00 kWh (0.500 to 1.50)  1.00 kg CO2e (0.500 to 1.50)") == 2
    )
    assert "Only the first 2" in err


def test_a_project_is_found_by_any_name() -> None:
    ledger = FakeLedger(projects={"01PROJECT": "a/b Ü?"}, summary=SUMMARY)
    assert run(ledger, "summary", "--project", "a/b  ü?") == Exit.OK
    assert run(ledger, "summary", "--project", "a/c ü?") == Exit.NOT_FOUND


def test_a_server_error_shows_its_reason(capsys: Captured) -> None:
    ledger = FakeLedger(interruptions=[json_answer(501, {"detail": "Not today."})])
    assert run(ledger, "projects") == Exit.ERROR
    assert "Not today." in capsys.readouterr().err


def test_hints_name_the_command_as_it_was_started() -> None:
    assert program("/somewhere/gramledger_cli/__main__.py") == "./run gramledger"
    assert program("/usr/bin/gramledger") == "gramledger"


def test_every_option_says_what_it_does() -> None:
    def options(group: click.Group) -> list[click.Option]:
        found: list[click.Option] = []
        for command in group.commands.values():
            if isinstance(command, click.Group):
                found += options(command)
            found += [p for p in command.params if isinstance(p, click.Option)]
        return found

    assert [option.name for option in options(gramledger) if not option.help] == []
