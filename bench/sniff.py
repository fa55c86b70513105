"""`python -m bench sniff`: how long it takes to say what a file is, from its first 64 KiB, for every kind of file.

Timed are the choice of a conversion and the recognition of what comes out of it, not the conversion itself, which is
of the whole file. Milliseconds are the processor's, so other work on the machine counts little.
"""

from __future__ import annotations

import argparse
import csv
import io
import time
from collections.abc import Sequence
from importlib import resources
from statistics import median

from bench.machine import ROOT, commit, machine
from gramledger.core import limits
from gramledger.core.formats import PROFILES
from gramledger.core.intake import conversion_for
from gramledger.core.problems import Problem
from gramledger.core.recognise import recognise

RESULTS = ROOT / "bench/results"
GOAL_MS = 10.0
LARGE = 1 << 30
"""The size that every file is said to have, so that its head is not all of it."""


def example(name: str) -> list[list[str]]:
    """The header and rows of a format's example."""
    text = resources.files("gramledger.core").joinpath(f"data/examples/{name}.csv").read_text("utf-8")
    return list(csv.reader(io.StringIO(text)))


def table(cells: Sequence[Sequence[str]], **how: object) -> str:
    """The rows again and again below their header, longer than a head."""
    rows, header = io.StringIO(), io.StringIO()
    csv.writer(header, **how).writerow(cells[0])  # type: ignore[arg-type] # the caller's options
    csv.writer(rows, **how).writerows(cells[1:])  # type: ignore[arg-type] # the caller's options
    return header.getvalue() + rows.getvalue() * (2 * limits.HEAD_BYTES // len(rows.getvalue()))


def kinds() -> dict[str, bytes]:
    """A head of each kind of file."""
    cursor = example("cursor")
    accented = [cursor[0], *([row[0], "caf\u00e9", *row[2:]] for row in cursor[1:])]
    quoted = [cursor[0], *([row[0], 'a "word",\nor two', *row[2:]] for row in cursor[1:])]
    made = {name: table(example(name)).encode() for name in PROFILES}
    made |= {
        "every cell quoted": table(cursor, quoting=csv.QUOTE_ALL).encode(),
        "semicolons and apostrophes": table(quoted, delimiter=";", quotechar="'").encode(),
        "quoted line ends": table(quoted).encode(),
        "backslashes before quotes": table(quoted, escapechar="\\", doublequote=False).encode(),
        "a blank after each delimiter": table(cursor).replace(",", ", ").encode(),
        "below 60 lines of text": ("Some text, here\n" * 60 + table(cursor)).encode(),
        "UTF-16": table(accented).encode("utf-16"),
        "Windows-1252": table(accented).encode("cp1252"),
        "CR line ends": table(cursor, lineterminator="\r").encode(),
        "unknown names": table([["a", "b", "c"], ["x", "y", "z"]]).encode(),
        "a letter": b"Dear all, there is no table here; only words\n" * 2000,
    }
    return {name: octets[: limits.HEAD_BYTES] for name, octets in made.items()}


def sniff(head: bytes) -> tuple[float, str]:
    """(milliseconds, what the file was taken for)."""
    began = time.process_time()
    taken = ""
    try:
        conversion = conversion_for(head, LARGE)
        spent = time.process_time() - began
        if conversion is not None:
            head = b"".join(conversion.convert(iter([head])))[: limits.HEAD_BYTES]
            taken = f"{conversion.note}: "
        began = time.process_time() - spent
        taken += recognise(head, LARGE).format
    except Problem as problem:
        taken += problem.code
    return (time.process_time() - began) * 1000, taken


def main(arguments: list[str]) -> int:
    """Time every kind of file; 1 when the median over all kinds is above the goal."""
    parser = argparse.ArgumentParser(prog="bench sniff", description=__doc__)
    parser.add_argument("--runs", type=int, default=31, help="runs of each kind of file (default 31)")
    runs = parser.parse_args(arguments).runs
    lines, medians = [], {}
    for name, head in kinds().items():
        sniff(head)  # loads tables of names
        found = [sniff(head) for _ in range(runs)]
        medians[name] = median(ms for ms, _ in found)
        worst = max(ms for ms, _ in found)
        lines.append(f"| {name} | {found[0][1]} | {medians[name]:.1f} | {worst:.1f} |")
    overall = median(medians.values())
    met = overall <= GOAL_MS
    text = "\n".join(
        [
            "# What is this file? From its first 64 KiB\n",
            f"- Machine: {machine()}",
            f"- Commit: {commit()}",
            f"- Medians of {runs} runs, milliseconds of the processor\n",
            "| kind of file | taken for | median ms | largest ms |\n|---|---|---:|---:|",
            *lines,
            f"\nMedian of all kinds: {overall:.1f} ms (goal: at most {GOAL_MS:.0f}): {'met' if met else 'missed'}\n",
        ]
    )
    print(text)
    RESULTS.joinpath("sniff.md").write_text(text, "utf-8")
    return 0 if met else 1
