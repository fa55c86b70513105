"""`./run bench import`: a large export through the front door of a local stack, beside one process doing it alone.

The front door is everything that a user's file meets: form, upload, event, state machine, functions with their own
roles, pages, receipt. The peer is the least that any design has to do on the same engine in the same minutes: one
process parses the file, calculates, and writes every page by compare-and-swap; no upload, no workflow, no receipt.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bench.generate import Mix, rows_for, write_export
from bench.machine import ROOT, commit, machine
from local.clients import ADMINISTRATOR
from local.stack import Stack
from local.template import REGION

PHASES = ("plan", "parse", "group", "calculate", "finalize")
RESULTS = ROOT / "bench" / "results"
GOAL = 4.0
"""The whole may take at most this many times what the peer takes."""

MIB = 1 << 20


def main(arguments: list[str]) -> int:
    """Print the times by phase, the memory of each process, and the ratio to the peer; 1 if a figure is wrong."""
    parser = argparse.ArgumentParser(prog="./run bench import", description=__doc__)
    parser.add_argument("--bytes", type=int, default=100_000_000, help="size of the file (default: 100 MB)")
    parser.add_argument("--days", type=int, default=413)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "export.csv"
        rows = rows_for(options.bytes)
        write_export(file, Mix(rows=rows, days=options.days))
        with Stack(Path(folder) / "home", 0) as stack:
            return _compare(stack, file, rows, options.repeats)


@dataclass(slots=True)
class Runs:
    """Seconds by phase through the front door, seconds of the one process, and runs with a wrong figure."""

    front: list[dict[str, float]] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    wrong: int = 0


def _compare(stack: Stack, file: Path, rows: int, repeats: int) -> int:
    runs = Runs()
    with _watched(stack) as peaks:
        for turn in range(repeats):
            seconds, imported = _through_the_front_door(stack, file, f"front {turn}")
            took, entries = _by_one_process(stack, file, f"alone-{turn}")
            runs.wrong += (imported != rows) + (entries != rows)
            runs.front.append(seconds)
            runs.alone.append(took)
            print(f"run {turn + 1}: {seconds['whole']:.1f} s, one process {took:.1f} s", file=sys.stderr)
    text = "\n".join(_report(file, rows, runs, peaks)) + "\n"
    print(text)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "import.md").write_text(text)
    return 1 if runs.wrong else 0


def _report(file: Path, rows: int, runs: Runs, peaks: dict[str, int]) -> list[str]:
    whole, peer = median(run["whole"] for run in runs.front), median(runs.alone)
    ratio = whole / peer
    return [
        "# A large export through the front door of a local stack",
        "",
        f"- File: {file.stat().st_size / 1e6:.0f} MB, {rows:,} rows",
        f"- Machine: {machine()}",
        f"- Commit: {commit()}",
        f"- Medians of {len(runs.front)} runs, each followed by one process that does just the pages",
        "",
        "| phase | seconds |",
        "|---|---:|",
        *(f"| {name} | {median(run[name] for run in runs.front):.2f} |" for name in ("upload", *PHASES)),
        f"| **the whole, by the command line** | {whole:.2f} |",
        f"| one process alone | {peer:.2f} |",
        "",
        f"- The whole takes {ratio:.1f} times the one process (goal: at most {GOAL:.0f}): "
        + ("met" if ratio <= GOAL else "MISSED"),
        "- Peak memory: " + ", ".join(f"{name} {peak / 1e6:.0f} MB" for name, peak in sorted(peaks.items())),
        f"- WRONG: {runs.wrong} runs did not import every row once."
        if runs.wrong
        else "- Every row was imported once.",
    ]


def _through_the_front_door(stack: Stack, file: Path, project: str) -> tuple[dict[str, float], int]:
    """Import by the command line, as a user would; seconds by phase, and the imported rows."""
    began = time.perf_counter()
    done = _gramledger(stack, "import", str(file), "--project", project, "--create", "--json")[0]
    whole = time.perf_counter() - began
    shown = _gramledger(stack, "imports", "show", done["import_id"], "--json")
    phases = {name: float(shown["seconds"][name]) for name in PHASES}
    return {"upload": whole - shown["seconds"]["total"], **phases, "whole": whole}, done["receipt"][
        "imported"
    ]


def _gramledger(stack: Stack, *arguments: str) -> Any:
    environment = {**os.environ, "GRAMLEDGER_URL": stack.url, "GRAMLEDGER_TOKEN": stack.token()}
    command = [sys.executable, "-m", "gramledger_cli", *arguments]
    ran = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)  # noqa: S603 -- our own program
    if ran.returncode:
        sys.exit(f"bench: gramledger {arguments[0]} ended with {ran.returncode}:\n{ran.stderr}")
    return json.loads(ran.stdout)


def _by_one_process(stack: Stack, file: Path, project: str) -> tuple[float, int]:
    """The peer in a process of its own; its seconds and the entries that its pages hold."""
    known = stack.outputs
    settings = (known["TableName"], known["LedgerBucket"], project)
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL": stack.engine_url,
        "AWS_ACCESS_KEY_ID": ADMINISTRATOR["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": ADMINISTRATOR["aws_secret_access_key"],
        "AWS_DEFAULT_REGION": REGION,
    }
    command = [sys.executable, "-m", "bench.alone", str(file), *settings]
    ran = subprocess.run(  # noqa: S603 -- our own program
        command, env=environment, check=True, capture_output=True, text=True, cwd=ROOT
    )
    found = json.loads(ran.stdout)
    return found["seconds"], found["entries"]


@contextmanager
def _watched(stack: Stack) -> Iterator[dict[str, int]]:
    """Peak resident bytes of the engine and of the largest worker, sampled while the block runs."""
    peaks: dict[str, int] = {}
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            parents = dict(_processes())
            for pid, parent in parents.items():
                worker = _descends(parent, stack.pid, parents)
                name = "engine" if pid == stack.pid else "worker" if worker else None
                if name:
                    peaks[name] = max(peaks.get(name, 0), _resident(pid))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peaks
    finally:
        over.set()
        watcher.join()


def _processes() -> list[tuple[int, int]]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError, ValueError):
                continue
            found.append((int(entry.name), parent))
    return found


def _descends(parent: int, ancestor: int, parents: dict[int, int]) -> bool:
    while parent > 1 and parent != ancestor:
        parent = parents.get(parent, 0)
    return parent == ancestor


def _resident(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * resource.getpagesize()
