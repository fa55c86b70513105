"""The command line as its own program, against a running stack."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gramledger_cli.exits import Exit
from local.sample import make
from local.stack import Stack

pytestmark = pytest.mark.stack

ROOT = Path(__file__).parents[2]
EXPECTED = make.build()[1]
OUTCOMES = ("rows_in", "imported", "duplicate_identical", "duplicate_differing", "rejected", "excluded")
HEADER = (
    "Date,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,"
    "Total Tokens,Cost"
)


@dataclass(frozen=True)
class Ended:
    """How a program ended."""

    exit: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ended]


def environment(**changed: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GRAMLEDGER_")}
    return {**kept, **changed}


def ended(arguments: list[str], **environ: str) -> Ended:
    done = subprocess.run(  # noqa: S603 -- our own program
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=environment(**environ),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def gramledger(stack: Stack) -> Run:
    """Runs the command line as an administrator; keyword arguments change the environment."""
    signed_in = {"GRAMLEDGER_URL": stack.url, "GRAMLEDGER_TOKEN": stack.token()}
    return lambda *arguments, **environ: ended(["gramledger_cli", *arguments], **{**signed_in, **environ})


def events(folder: Path, name: str, minutes: range, cost: str = "0.01") -> str:
    """A file with an event in each of the minutes."""
    lines = [
        f"2026-05-01T{minute // 60:02d}:{minute % 60:02d}:00.000Z,Included,gpt-5,No,10,20,30,40,100,{cost}"
        for minute in minutes
    ]
    file = folder / name
    file.write_text("\n".join([HEADER, *lines]) + "\n")
    return str(file)


def outcomes(receipt: dict[str, Any]) -> tuple[int, ...]:
    return tuple(receipt[name] for name in OUTCOMES)


def test_the_sample_gives_exactly_what_its_generator_says(gramledger: Run) -> None:
    done = gramledger("import", str(make.FILE), "--project", "sample", "--create", "--json")
    assert done.exit == Exit.FINDINGS, done.err
    (shown,) = done.document
    assert outcomes(shown["receipt"]) == tuple(getattr(EXPECTED, name) for name in OUTCOMES)
    summary = gramledger("summary", "--project", "sample", "--json").document
    assert summary["entries"] == EXPECTED.imported
    assert len(summary["days"]) == EXPECTED.days
    assert {bucket: summary["tokens"][bucket] for bucket in EXPECTED.tokens} == EXPECTED.tokens
    amounts = {cost["currency"]: cost for cost in [summary["cost"], *summary["cost"]["other_currencies"]]}
    for currency in EXPECTED.reported:
        assert round(amounts[currency]["reported"] * 10**9) == EXPECTED.reported[currency]
        assert round(amounts[currency]["charged"] * 10**9) == EXPECTED.charged[currency]
    entries = gramledger("entries", "--project", "sample", "--json", "--limit", "0").document
    assert len(entries) == EXPECTED.imported
    rejects = gramledger("rejects", shown["import_id"], "--csv").out
    assert len(list(csv.DictReader(io.StringIO(rejects)))) == EXPECTED.rejected


def test_importing_a_file_again_imports_nothing(gramledger: Run, tmp_path: Path) -> None:
    file = events(tmp_path, "a.csv", range(50))
    gramledger("import", file, "--project", "again", "--create")
    done = gramledger("import", file, "--project", "again", "--json")
    assert done.exit == Exit.OK
    assert outcomes(done.document[0]["receipt"]) == (50, 0, 50, 0, 0, 0)


def test_one_file_given_twice_at_once_adds_up_to_its_rows(gramledger: Run, tmp_path: Path) -> None:
    file = events(tmp_path, "a.csv", range(200))
    done = gramledger("import", file, file, "--project", "twice", "--create", "--json")
    assert done.exit == Exit.OK
    first, second = (shown["receipt"] for shown in done.document)
    assert (first["imported"], second["imported"]) == (200, 0)
    assert second["duplicate_identical"] == 200


def test_a_file_is_inspected_without_a_trace_and_imported_when_it_is_confirmed(
    gramledger: Run, tmp_path: Path
) -> None:
    file = events(tmp_path, "a.csv", range(25))
    assert gramledger("projects", "create", "careful").exit == Exit.OK
    inspected = gramledger("inspect", file, "--project", "careful", "--json")
    assert inspected.exit == Exit.OK, inspected.err
    assert (inspected.document["format"], inspected.document["estimated_rows"]) == ("cursor", 25)
    (left,) = gramledger("imports", "ls", "--project", "careful", "--json").document
    assert left["status"] == "cancelled"
    waiting = gramledger("import", file, "--project", "careful", "--confirm", "--json").document[0]
    assert waiting["status"] == "planned"
    preview = gramledger("imports", "preview", waiting["import_id"], "--json").document
    assert preview["rows"] == inspected.document["rows"]
    done = gramledger("imports", "confirm", waiting["import_id"], "--json")
    assert (done.exit, done.document["receipt"]["imported"]) == (Exit.OK, 25)
    assert gramledger("imports", "discard", waiting["import_id"]).exit == Exit.REFUSED


def test_the_example_of_every_format_can_be_imported(gramledger: Run, tmp_path: Path) -> None:
    known = [form["name"] for form in gramledger("formats", "--json").document]
    assert "cursor" in known
    for name in known:
        file = tmp_path / f"{name}.csv"
        file.write_text(gramledger("formats", name, "--example").out)
        done = gramledger("import", str(file), "--project", f"example of {name}", "--create", "--json")
        (found,) = done.document
        if found["status"] == "planned":  # what its columns mean is a proposal, to be confirmed
            assert (name, done.exit) == ("generic-usage", Exit.FINDINGS)
            done = gramledger("imports", "confirm", found["import_id"], "--json")
            found = done.document
        assert done.exit == Exit.OK, done.err
        assert found["receipt"]["imported"] > 0


@pytest.mark.parametrize("order", [("early", "late"), ("late", "early")], ids="-".join)
def test_overlapping_files_give_their_union_in_either_order(
    gramledger: Run, tmp_path: Path, order: tuple[str, str]
) -> None:
    files = {
        "early": events(tmp_path, "early.csv", range(60), "Included"),
        "late": events(tmp_path, "late.csv", range(40, 100), "0.05"),
    }
    project = "-".join(order)
    done = gramledger("import", *(files[name] for name in order), "--project", project, "--create", "--json")
    receipts = [shown["receipt"] for shown in done.document]
    assert [outcomes(receipt) for receipt in receipts] == [(60, 60, 0, 0, 0, 0), (60, 40, 0, 20, 0, 0)]
    assert gramledger("summary", "--project", project, "--json").document["entries"] == 100


def test_what_is_no_table_is_refused_and_leaves_nothing(gramledger: Run, tmp_path: Path) -> None:
    picture = tmp_path / "picture.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    done = gramledger("import", str(picture), "--project", "refusals", "--create", "--json")
    assert done.exit == Exit.REFUSED
    (shown,) = done.document
    assert (shown["status"], shown["problem"]["code"]) == ("failed", "not-a-table")
    assert gramledger("summary", "--project", "refusals", "--json").document["entries"] == 0
    listed = gramledger("imports", "ls", "--project", "refusals", "--status", "failed", "--json").document
    assert [one["import_id"] for one in listed] == [shown["import_id"]]


def test_a_dry_run_accounts_for_every_row_and_saves_none(gramledger: Run, tmp_path: Path) -> None:
    file = events(tmp_path, "a.csv", range(10))
    done = gramledger("import", file, "--project", "dry", "--create", "--dry-run", "--json")
    assert outcomes(done.document[0]["receipt"]) == (10, 10, 0, 0, 0, 0)
    assert gramledger("summary", "--project", "dry", "--json").document["entries"] == 0


def test_an_import_that_nobody_watched_can_be_watched_later(gramledger: Run, tmp_path: Path) -> None:
    file = events(tmp_path, "a.csv", range(10))
    sent = gramledger("import", file, "--project", "later", "--create", "--no-watch", "--json").document[0]
    assert (sent["status"], sent["receipt"]) == ("queued", None)
    shown = gramledger("imports", "show", sent["import_id"], "--watch", "--json").document
    assert (shown["status"], shown["rows"]["imported"], shown["percent"]) == ("completed", 10, 100)


def test_entries_of_a_span_come_in_order_with_their_impacts(gramledger: Run, tmp_path: Path) -> None:
    file = events(tmp_path, "a.csv", range(30))
    gramledger("import", file, "--project", "span", "--create")
    span = ("--from", "2026-05-01", "--to", "2026-05-01")
    found = gramledger("entries", "--project", "span", *span, "--limit", "7", "--json").document
    assert [entry["ts"][11:16] for entry in found] == [f"00:{minute:02d}" for minute in range(7)]
    assert all(
        0 < entry["impact"]["energy_kwh"]["low"] < entry["impact"]["energy_kwh"]["high"] for entry in found
    )
    assert gramledger("entries", "--project", "span", "--from", "2026-05-02", "--json").document == []
    assert "gpt-5" in gramledger("entries", "--project", "span").out


@pytest.mark.parametrize("name", ["Größe & Co.", "100 % #1?", "a/b"])
def test_a_project_is_found_by_any_name(gramledger: Run, name: str) -> None:
    assert gramledger("projects", "create", name).exit == Exit.OK
    assert gramledger("projects", "create", name).exit == Exit.REFUSED
    assert gramledger("summary", "--project", name, "--json").exit == Exit.OK


def test_what_does_not_exist_ends_with_3_also_when_it_is_another_tenants(
    gramledger: Run, stack: Stack, tmp_path: Path
) -> None:
    file = events(tmp_path, "a.csv", range(3))
    import_id = gramledger("import", file, "--project", "mine", "--create", "--json").document[0]["import_id"]
    other = stack.token(tenant="other")
    for arguments in (
        ["summary", "--project", "mine"],
        ["imports", "show", import_id],
        ["rejects", import_id],
    ):
        mine = gramledger(*arguments)
        assert mine.exit == Exit.OK, mine.err
        assert gramledger(*arguments, GRAMLEDGER_TOKEN=other).exit == Exit.NOT_FOUND


def test_a_wrong_token_and_a_missing_right_end_with_4(gramledger: Run, stack: Stack) -> None:
    assert gramledger("projects", GRAMLEDGER_TOKEN="wrong").exit == Exit.NOT_SIGNED_IN
    member = stack.token(user="reader", groups=["member"])
    assert gramledger("projects", GRAMLEDGER_TOKEN=member).exit == Exit.OK
    assert gramledger("projects", "create", "x", GRAMLEDGER_TOKEN=member).exit == Exit.NOT_SIGNED_IN


def test_address_and_token_are_found_in_the_home_of_the_stack(stack: Stack) -> None:
    assert ended(["gramledger_cli", "projects"], GRAMLEDGER_HOME=str(stack.home.path)).exit == Exit.OK


def demo(tmp_path: Path, *arguments: str) -> Ended:
    return ended(["local", "demo", *arguments], TMPDIR=str(tmp_path))


def test_the_demo_shows_the_sample_and_leaves_nothing_behind(tmp_path: Path) -> None:
    done = demo(tmp_path, "--json")
    assert done.exit == Exit.OK, done.err
    document = done.document
    assert outcomes(document["imports"][0]["receipt"]) == tuple(getattr(EXPECTED, name) for name in OUTCOMES)
    assert document["summary"]["entries"] == EXPECTED.imported
    phases = {"start", "upload", "plan", "parse", "group", "calculate", "finalize", "stop", "total"}
    assert phases <= set(document["seconds"])
    assert list(tmp_path.iterdir()) == []


def test_the_demo_refuses_what_it_cannot_read(tmp_path: Path) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_text("Model,Request Count,Cost ($)\nauto,3,0.10\n")
    done = demo(tmp_path, str(broken))
    assert done.exit == Exit.REFUSED, done.err
    assert "aggregated" in done.out
    assert list(tmp_path.iterdir()) == [broken]


def test_an_interrupted_demo_leaves_nothing_running(tmp_path: Path) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "local", "demo"],
        cwd=ROOT,
        env=environment(TMPDIR=str(tmp_path)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("gramledger-demo-*/running.json")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    (note,) = tmp_path.glob("gramledger-demo-*/running.json")
    engine = json.loads(note.read_text())["pid"]
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert running.returncode == Exit.INTERRUPTED
    assert "nothing is left running" in err
    with pytest.raises(ProcessLookupError):
        os.kill(engine, 0)
    assert list(tmp_path.iterdir()) == []
