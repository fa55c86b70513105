"""`./run bench contention`: writers that want the same day at once, and writers that do not, beside items for each row.

A writer takes its imports into a day page as the product does: read the head, read the body, merge, swap the head,
and again when another was first. All write to one day, or each to a day of its own. The peer puts one item for each
row on the condition that its key is new, as ledgers without pages do; it never meets anybody, and shows the most
that this engine gives it. All go to one local engine in one run; every figure is that of a whole group of writers.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bench.alone import stated_claims
from bench.generate import Mix, write_export
from bench.machine import ROOT, commit, machine
from gramledger.adapters.aws.clients import client
from gramledger.adapters.aws.ledger import DynamoLedger
from gramledger.adapters.aws.objects import S3Objects
from gramledger.adapters.system import SystemChance, SystemClock
from gramledger.app.apply import Place, change_page
from gramledger.core import heads, page
from gramledger.core.heads import Head, Version
from gramledger.core.terms import Terms
from local.clients import ADMINISTRATOR
from local.stack import Stack
from local.template import REGION

RESULTS = ROOT / "bench/results"
TENANT = "bench"
WRITERS = (1, 2, 4, 8)
MODES = ("one day", "a day each", "an item a row")


@dataclass(frozen=True, slots=True)
class Task:
    """What one writer does: `imports` times the rows of its file, in a mode."""

    mode: str
    writer: int
    imports: int
    file: str
    table: str
    bucket: str
    project: str


class CountingLedger(DynamoLedger):
    """Counts the swaps that were refused."""

    refused = 0

    def commit(self, tenant: str, project_id: str, version: Version) -> bool:
        """Swap the head to a version if it follows the current one."""
        swapped = super().commit(tenant, project_id, version)
        self.refused += not swapped
        return swapped


def write(task: Task) -> dict[str, float]:
    """Do a writer's work when told to begin; when it began and ended, its refused swaps, and its rows."""
    file = Path(task.file)
    ledger = CountingLedger(task.table, S3Objects(task.bucket))
    sources = [f"{task.writer:04d}{number:022d}" for number in range(task.imports)]
    carry_out: Callable[..., None]
    if task.mode == "an item a row":
        stated = stated_claims(file, sources[0])
        instants = stated["ts"].to_pylist()
        work: Any = [(f"{source}#{ts}#{row}",) for source in sources for row, ts in enumerate(instants)]
        carry_out, rows = _put_item, len(instants)
    else:
        day = heads.day_name(20_000 + (0 if task.mode == "one day" else task.writer))
        tables = [stated_claims(file, source) for source in sources]
        work = [(ledger, day, source, table) for source, table in zip(sources, tables, strict=True)]
        carry_out, rows = _take_in, tables[0].num_rows
    ledger.head(TENANT, task.project, "0")  # connects
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.time()
    for one in work:
        carry_out(task, *one)
    return {"began": began, "ended": time.time(), "refused": ledger.refused, "rows": rows * task.imports}


def _take_in(task: Task, ledger: CountingLedger, day: str, source: str, claims: Any) -> None:
    world: Any = SimpleNamespace(ledger=ledger, clock=SystemClock(), chance=SystemChance())

    def transition(head: Head | None, table: Any) -> Version:
        terms = {**(head.terms if head else {}), source: Terms("cursor")}
        merged = page.merge(table, claims)
        return heads.next_version(head, day, merged, terms, cause=source, actor="bench", at=0)

    change_page(world, Place(TENANT, task.project, day), transition)


def _put_item(task: Task, key: str) -> None:
    client("dynamodb").put_item(
        TableName=task.table,
        Item={"pk": {"S": f"T#{TENANT}#P#{task.project}#ROWS"}, "sk": {"S": key}, "row": {"S": "x" * 300}},
        ConditionExpression="attribute_not_exists(pk)",
    )


@dataclass(frozen=True, slots=True)
class Group:
    """What some writers at once came to."""

    mode: str
    writers: int
    seconds: float
    changes: int
    rows: int
    refused: int


def measure(stack: Stack, file: Path, mode: str, writers: int, imports: int) -> Group:
    """All writers of a group, begun together. Raises RuntimeError when a day does not have every row."""
    project = f"{mode}-{writers}".replace(" ", "-")
    tasks = [
        Task(mode, n, imports, str(file), stack.outputs["TableName"], stack.outputs["LedgerBucket"], project)
        for n in range(writers)
    ]
    command = [sys.executable, "-m", "bench.contention", "--task"]
    running = [
        subprocess.Popen(  # noqa: S603 -- our own program
            [*command, json.dumps(asdict(task))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(stack),
            cwd=ROOT,
            text=True,
        )
        for task in tasks
    ]
    for writer in running:
        assert writer.stdout is not None
        writer.stdout.readline()
    for writer in running:
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
    found = [json.loads(writer.communicate()[0]) for writer in running]
    seconds = max(one["ended"] for one in found) - min(one["began"] for one in found)
    rows = sum(one["rows"] for one in found)
    return Group(
        mode, writers, seconds, writers * imports, int(rows), sum(int(one["refused"]) for one in found)
    )


def _environment(stack: Stack) -> dict[str, str]:
    return {
        **os.environ,
        "AWS_ENDPOINT_URL": stack.engine_url,
        "AWS_ACCESS_KEY_ID": ADMINISTRATOR["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": ADMINISTRATOR["aws_secret_access_key"],
        "AWS_DEFAULT_REGION": REGION,
        "OPENBLAS_NUM_THREADS": "1",
    }


def claims_in(stack: Stack, group: Group) -> int:
    """How many claims the pages of a group have, or items its partition."""
    os.environ.update(_environment(stack))
    client.cache_clear()
    project = f"{group.mode}-{group.writers}".replace(" ", "-")
    if group.mode == "an item a row":
        counted = (
            client("dynamodb")
            .get_paginator("query")
            .paginate(
                TableName=stack.outputs["TableName"],
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": f"T#{TENANT}#P#{project}#ROWS"}},
                Select="COUNT",
            )
        )
        return sum(answer["Count"] for answer in counted)
    ledger = DynamoLedger(stack.outputs["TableName"], S3Objects(stack.outputs["LedgerBucket"]))
    known = ledger.heads(TENANT, project, None, None)
    return sum(counts.claims for head in known for counts in head.sources.values())


def main(arguments: list[str]) -> int:
    """Measure every mode with more and more writers; 1 if a row is missing or counted twice."""
    parser = argparse.ArgumentParser(prog="./run bench contention", description=__doc__)
    parser.add_argument("--rows", type=int, default=100, help="rows of each import (default 100)")
    parser.add_argument("--imports", type=int, default=10, help="imports of each writer (default 10)")
    parser.add_argument("--writers", type=int, nargs="*", default=WRITERS)
    options = parser.parse_args(arguments)
    groups: list[Group] = []
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "export.csv"
        write_export(file, Mix(rows=options.rows, days=1))
        with Stack(Path(folder) / "home", 0) as stack:
            for writers in options.writers:
                for mode in MODES:
                    group = measure(stack, file, mode, writers, options.imports)
                    wrong += claims_in(stack, group) != group.rows
                    groups.append(group)
                    print(f"{mode}, {writers} writers: {group.seconds:.1f} s", file=sys.stderr)
    text = "\n".join(_report(options.rows, options.imports, groups, wrong)) + "\n"
    print(text)
    (RESULTS / "contention.md").write_text(text, "utf-8")
    return 1 if wrong else 0


def _report(rows: int, imports: int, groups: Sequence[Group], wrong: int) -> list[str]:
    return [
        "# Writers that meet\n",
        f"- Machine: {machine()}",
        f"- Commit: {commit()}",
        f"- Each writer makes {imports} imports of {rows} rows; one local engine serves all of them",
        f"- Rows missing or counted twice: {'none' if not wrong else f'in {wrong} groups'}\n",
        "| mode | writers | rows/s | changes of a day/s | swaps refused for each one done |",
        "|---|---:|---:|---:|---:|",
        *(
            f"| {g.mode} | {g.writers} | {g.rows / g.seconds:,.0f} | "
            + (
                "- | - |"
                if g.mode == "an item a row"
                else f"{g.changes / g.seconds:,.1f} | {g.refused / g.changes:.2f} |"
            )
            for g in groups
        ),
    ]


if __name__ == "__main__":
    json.dump(write(Task(**json.loads(sys.argv[2]))), sys.stdout)
