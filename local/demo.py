"""`./run demo`: a stack of its own, some files through its front door, what the ledger says of them, and no trace.

The files go the way that every file goes: announced over HTTP, uploaded by a presigned form, imported by the
deployed state machine. Only the stack's folder is temporary.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click

from gramledger_cli import figures, imports_view, rejects_view, summary_view
from gramledger_cli.api import Api
from gramledger_cli.connection import Connection
from gramledger_cli.exits import Exit, Stop, worst
from gramledger_cli.importing import Outcome, import_files
from gramledger_cli.network import Network
from gramledger_cli.progress import progress_on
from gramledger_cli.tables import table
from gramledger_cli.transport import Patient
from local import demo_providers
from local.home import LocalError
from local.sample import make
from local.stack import Stack

PROJECT = "demo"
PHASES = ("plan", "parse", "group", "calculate", "finalize")
REJECTS_SHOWN = 10


@dataclass(slots=True)
class Shown:
    """What the demo has found out."""

    outcomes: list[Outcome]
    summary: dict[str, Any]
    rejects: dict[str, list[dict[str, Any]]]
    seconds: dict[str, float] = field(default_factory=dict)


class _Stopped(BaseException):
    """Somebody wants the demo to end, by Ctrl-C or SIGTERM."""


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    """Ends the demo wherever it is; what it started is then taken down, and further signals do not disturb that."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise _Stopped


def main(arguments: Sequence[str]) -> int:
    """Run the demo; returns the exit code. Everything it started is gone when this returns."""
    parser = argparse.ArgumentParser(
        prog="./run demo",
        description="Import the bundled sample, or your own exports, and leave no trace.",
    )
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="a usage export, or readings of meters"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument(
        "--providers", action="store_true", help="fetch a month from a stand-in for a provider instead"
    )
    options = parser.parse_args(arguments)
    if options.providers and (options.files or options.json):
        parser.error("--providers stands alone")
    files = options.files or [_as_typed(make.FILE)]
    if missing := [file for file in files if not file.is_file()]:
        click.echo(f"demo: there is no file {missing[0]}", err=True)  # before a stack is started for nothing
        return Exit.REFUSED
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    try:
        if options.providers:
            return demo_providers.show()
        shown = _run(files)
    except _Stopped:
        click.echo("Stopped; nothing is left running.", err=True)
        return Exit.INTERRUPTED
    except (Stop, LocalError) as problem:
        click.echo(f"demo: {problem}", err=True)
        return Exit.ERROR
    click.echo(_document(shown) if options.json else _text(shown, sample=not options.files))
    ending = worst(outcome.exit for outcome in shown.outcomes)
    return Exit.OK if ending == Exit.FINDINGS else ending


def _as_typed(path: Path) -> Path:
    """The path as a user in this directory would write it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _run(files: Sequence[Path]) -> Shown:
    seconds: dict[str, float] = {}
    with _timed(seconds, "total"), tempfile.TemporaryDirectory(prefix="gramledger-demo-") as home:
        click.echo("Starting the whole stack on this machine ...", err=True)
        started = time.monotonic()
        with Stack(Path(home), 0) as stack:
            seconds["start"] = time.monotonic() - started
            connection = Connection(stack.url, stack.token())
            shown = _import(Api(Patient(Network(), time.sleep), lambda: connection), files, seconds)
            stopped = time.monotonic()
        seconds["stop"] = time.monotonic() - stopped
    shown.seconds = {name: round(spent, 3) for name, spent in seconds.items()}
    return shown


def _import(api: Api, files: Sequence[Path], seconds: dict[str, float]) -> Shown:
    with _timed(seconds, "project"):
        project_id = api.create_project(PROJECT)["project_id"]
    with progress_on(sys.stderr, time.monotonic) as progress:
        outcomes = import_files(
            api,
            project_id,
            files,
            dry_run=False,
            watch=True,
            progress=progress,
            sleep=time.sleep,
            clock=time.monotonic,
        )
    seconds["upload"] = sum(outcome.seconds["upload"] for outcome in outcomes)
    for phase in PHASES:
        seconds[phase] = sum(_seconds_of(outcome).get(phase, 0.0) for outcome in outcomes)
    with _timed(seconds, "summary"):
        summary = api.summary(project_id)
    rejects = {
        str(outcome.import_id): list(api.rejects(str(outcome.import_id), REJECTS_SHOWN))
        for outcome in outcomes
        if _not_imported(outcome)
    }
    return Shown(outcomes, summary, rejects)


def _not_imported(outcome: Outcome) -> int:
    """How many rows were rejected or left out."""
    receipt = outcome.receipt or {}
    return int(receipt.get("rejected", 0) + receipt.get("excluded", 0))


def _seconds_of(outcome: Outcome) -> dict[str, float]:
    return dict((outcome.document or {}).get("seconds") or {})


@contextmanager
def _timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    seconds[name] = time.monotonic() - started


def _document(shown: Shown) -> str:
    document = {
        "imports": [outcome.to_json() for outcome in shown.outcomes],
        "summary": shown.summary,
        "seconds": shown.seconds,
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _text(shown: Shown, *, sample: bool) -> str:
    parts = [imports_view.outcome(outcome, command=None) for outcome in shown.outcomes]
    if shown.summary["entries"]:
        parts.append(summary_view.summary(shown.summary, PROJECT))
    parts.extend(
        _rows_not_imported(outcome, shown.rejects) for outcome in shown.outcomes if _not_imported(outcome)
    )
    parts.append(_time(shown.seconds))
    if sample:
        parts.append("That was the bundled sample. Your own export: ./run demo FILE")
    parts.append(
        "Nothing is left running. To keep a ledger: ./run up --detach\n"
        "  ./run gramledger import FILE --project my-project --create"
    )
    return "\n\n".join(parts)


def _rows_not_imported(outcome: Outcome, rejects: dict[str, list[dict[str, Any]]]) -> str:
    found = rejects[str(outcome.import_id)]
    more = _not_imported(outcome) - len(found)
    text = f"ROWS OF {outcome.file} THAT WERE NOT IMPORTED\n{rejects_view.rejects(found)}"
    return text + (f"\n... and {more:,} more" if more else "")


def _time(seconds: dict[str, float]) -> str:
    """Where the time went; phases of files that were imported side by side are added up.

    The rest is the start of interpreters, and waiting: for the event of an upload, and until the next look.
    """
    parts = {name: spent for name, spent in seconds.items() if name != "total"}
    rest = seconds["total"] - sum(parts.values())
    most = max(*parts.values(), rest)
    rows = [(name, summary_view.bar(spent, most), figures.seconds(spent)) for name, spent in parts.items()]
    if rest > 0:
        rows.append(("waiting, rest", summary_view.bar(rest, most), figures.seconds(rest)))
    rows.append(("in all", "", figures.seconds(seconds["total"])))
    return table(("WHERE THE TIME WENT", "", ""), rows, left=2)
