"""What an import that waits for a word would take if it went on: time, and requests with their price.

Each calculated portion of a dry import says what its writes would be; the rest is the same few requests for every
import. A test holds the counts against what an import really asks of the table and the store.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from typing import Any

from gramledger.app import keys
from gramledger.app.lookup import read_json
from gramledger.core import limits
from gramledger.core.estimate import Work, cost_of, function_time, read_units, write_units
from gramledger.core.heads import Head, pack
from gramledger.core.imports import Import, Progress
from gramledger.ports import World

WORKERS = 16
"""Portions that are calculated at once (statemachines/import.asl.yaml)."""
STEP_SECONDS = 0.3
"""From one step of the state machine to the end of the next one, besides its own work."""
PAGE_SECONDS = 0.015
"""Until a page has been written; a task writes several at once."""
WRITERS = 8
_STEPS = 3
"""Plan, CalculateDays and Finalize."""
_RECEIPT_BYTES = 700
_KEY_BYTES = 120
"""Keys and names of an item of the table."""


def work_of_pages(changes: Iterable[tuple[Head | None, Head]]) -> Work:
    """What it takes to find some pages as they are and to write them as they would be."""
    total = Work()
    found = 0
    for old, new in changes:
        if old is None:
            total += Work(read_units=1)  # that there is none is looked up by itself
        else:
            found += state_bytes(old)
            total += _reading(old)
        total += _writing(new)
    return total + Work(read_units=read_units(found))


def state_bytes(head: Head) -> int:
    """How large the item of a head is."""
    return len(pack(head)[0]) + _KEY_BYTES


def _reading(head: Head) -> Work:
    if head.body is None:
        return Work()
    if head.size <= limits.BODY_INLINE_BYTES:
        return Work(read_units=read_units(state_bytes(head) + head.size))
    return Work(gets=1)


def _writing(head: Head) -> Work:
    state = state_bytes(head)
    inline = head.size <= limits.BODY_INLINE_BYTES
    return Work(
        write_units=write_units(state + head.size if inline else state, state), puts=0 if inline else 1
    )


def estimate(world: World, record: Import, account: dict[str, Any]) -> dict[str, Any]:
    """{seconds, cost, requests} of what is left to do for a dry import; `account` is that of its days."""
    reported = {(t.kind, t.index): t for t in world.jobs.progress(record.tenant, record.import_id)}
    tasks = [reported["portion", index] for index in range(account["portions"])]
    outcomes = [
        read_json(world.store, keys.outcome(record.tenant, record.reading, index))
        for index in range(account["portions"])
    ]
    pages = len(account["days"])
    plan = read_json(world.store, keys.plan(record.tenant, record.reading))
    shape = len(zlib.compress(_compact(plan["shape"]))) + _KEY_BYTES
    total = _common(record, account, sum(outcome["states"] for outcome in outcomes), shape)
    for task, outcome in zip(tasks, outcomes, strict=True):
        total += Work(**outcome["work"]) + _task(record, task, outcome)
    return {
        "seconds": round(_seconds(tasks, pages), 1),
        "cost": cost_of(total),
        "requests": total.to_json(),
    }


def _task(record: Import, task: Progress, outcome: dict[str, Any]) -> Work:
    """A calculate task besides its pages: its import's record, its portion and parts, and its report."""
    seconds = task.seconds + len(outcome["days"]) * PAGE_SECONDS / WRITERS
    return Work(
        write_units=1,
        read_units=read_units(_size(record)),
        gets=1 + outcome["parts"],
        invocations=1,
        gb_seconds=function_time(seconds),
        transitions=1,
    )


def _common(record: Import, account: dict[str, Any], states: int, shape: int) -> Work:
    """Confirming, planning and finalising.

    The record is read eleven times, swapped five times, twice of these in a transaction with its mark, and logged five
    times; the heads of all its pages are read three times; the account of its days four times, and once more whether it
    is there; the plan is read twice, the file's shape and the receipt are kept, and rejects are written for download
    again.
    """
    size = _size(record)
    refused = sum(1 for chunk in account["chunks"] if chunk["rejects"])
    return Work(
        write_units=4 * write_units(size)
        + 3 * write_units(size + _RECEIPT_BYTES)
        + 2 * 2
        + write_units(shape),
        read_units=11 * read_units(size) + 3 * read_units(states) + 2,
        puts=7 if refused else 6,
        gets=7 + (2 + refused if refused else 0),
        invocations=3,
        gb_seconds=function_time(_STEPS * STEP_SECONDS),
        transitions=8,
    )


def _size(record: Import) -> int:
    return len(_compact(record.to_json())) + _KEY_BYTES


def _compact(form: object) -> bytes:
    return json.dumps(form, separators=(",", ":"), ensure_ascii=False).encode()


def _seconds(tasks: list[Progress], pages: int) -> float:
    """The time from the word to the receipt: steps one after another, portions side by side."""
    spent = [task.seconds for task in tasks]
    calculating = max([sum(spent) / WORKERS, *spent])
    writing = pages * PAGE_SECONDS / (WRITERS * max(1, min(WORKERS, len(tasks))))
    return _STEPS * STEP_SECONDS + calculating + writing
