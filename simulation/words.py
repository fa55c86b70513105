"""What people say to imports at any time: pause, resume, cancel, undo. And what must be so afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Literal

from gramledger.app.lookup import Caller
from gramledger.app.stop import cancel_import, pause_import, resume_import, undo_import
from gramledger.core.imports import Import
from gramledger.core.receipt import Receipt
from gramledger.ports import World
from simulation.files import File
from simulation.tape import Tape

Word = Literal["pause", "resume", "cancel", "keep days", "undo"]
Said = tuple[Word, int]
"""A word, and how many ms after the upload it is said."""

SPOKEN: Sequence[tuple[Word, ...]] = (
    ("cancel",),
    ("keep days",),
    ("undo",),
    ("pause", "resume"),
    ("pause", "cancel"),
    ("cancel", "keep days"),
    ("cancel", "cancel"),
    ("undo", "undo"),
    ("pause",),
)
WHEN_MS = (0, 250, 500, 1_000, 1_500, 2_000, 4_000)
"""An import of these files lasts two seconds where nothing is in its way."""


def drawn_words(tape: Tape) -> tuple[Said, ...]:
    """Some words, each with its time, in no particular order."""
    return tuple((word, tape.one_of(WHEN_MS)) for word in tape.one_of(SPOKEN))


def saying(world: World, caller: Caller, record: Import, word: Word) -> Callable[[], Any]:
    """The request by which somebody says a word."""
    place = (world, caller, record.import_id)
    requests: Mapping[Word, Callable[[], Any]] = {
        "pause": partial(pause_import, *place),
        "resume": partial(resume_import, *place),
        "cancel": partial(cancel_import, *place),
        "keep days": partial(cancel_import, *place, {"keep": "days"}),
        "undo": partial(undo_import, *place),
    }
    return requests[word]


def wrong_with_report(record: Import, file: File, claims: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What the report of an import that was taken back says otherwise than its file and its `claims` in the ledger."""
    report = record.taken_back
    if report is None:
        return
    events = Counter(event.day for _, event in file.events)
    found = Counter(str(claim["day"]) for claim in claims)
    expected = {day: events[day] for day in report["kept_days"] if events[day]}  # others are only replaced
    if dict(found) != expected:
        yield f"{record.import_id} says that it keeps {expected}, the ledger has {dict(found)}"
    if report["claims_kept"] != found.total():
        yield f"{record.import_id} says that it keeps {report['claims_kept']} claims of {found.total()}"
    removed = report["claims_removed"]
    if record.status == "undone" and removed != events.total():
        yield f"undoing {record.import_id} removed {removed} claims of {events.total()}"
    if report["entries_removed"] + report["entries_kept"] > removed:
        yield f"{record.import_id} had more entries than claims: {report}"
    if record.receipt is None and report["kept_days"]:
        yield f"{record.import_id} keeps days and has no receipt"
    if record.status == "cancelled" and record.receipt is not None:
        receipt = Receipt(**record.receipt)
        if not receipt.adds_up or receipt.not_kept != events.total() - found.total():
            yield f"the receipt of {record.import_id} does not account for the days that were not kept: {receipt}"
