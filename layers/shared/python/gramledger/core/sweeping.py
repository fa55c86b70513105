"""What a sweep finds: imports that came to a standstill, and what ended ones have left behind.

Pure: a record, the time and what is asked of the outside in, a remedy out. A sweep may look again at any time, so every
remedy is one that may be applied twice.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from gramledger.core.announcements import outstanding
from gramledger.core.imports import TAKEN_BACK, Import
from gramledger.core.limits import CLEARED_SECONDS, UPLOAD_SECONDS
from gramledger.core.problems import ImportExpired, ImportStuck

Remedy = Literal["start", "begin_again", "fail", "expire", "settle", "announce", "clear"]
Execution = Literal["running", "succeeded", "failed", "timed-out", "aborted"]
"""The state of an execution; whether one that is over did well says nothing about its import."""

QUIET_MS = 300_000
"""An import whose last step forward is younger is left alone: its execution may be about to begin or to end."""

SETTLING_MS = 3_600_000
"""What a cancelled import has left is cleared away after so long: until then a task of it may still be alive."""

KEPT_MS = CLEARED_SECONDS * 1000

RESTARTS = 1
"""How often an import that stopped is begun again. One that stops again would do so for ever."""

SYSTEM = "system"
"""Who acts where nobody has asked."""


@dataclass(frozen=True, slots=True)
class Finding:
    """An import and what is, or would be, done about it; `trouble` is the error that kept it from being done."""

    import_id: str
    status: str
    remedy: Remedy
    reason: str
    trouble: str | None = None

    def to_json(self) -> dict[str, Any]:
        """A JSON object of it."""
        return asdict(self)


def went_on(record: Import, now: int) -> bool:
    """Whether an active import was seen to go on just now, so that nothing has to be known of its execution."""
    return now - _last_step(record) < QUIET_MS


def standstill(record: Import, execution: Execution | None) -> Finding | None:
    """The remedy of an active import of which nothing has been heard for a while, by the state of the execution whose
    turn it is (None if there is none of its name)."""
    if execution == "running":
        return None
    if execution is None:
        return _found(record, "start", "its execution was never begun, or is not known any more")
    how = f"ended as '{execution}'"
    if record.status in TAKEN_BACK:  # for ever: until it is done, the import is neither there nor gone
        return _found(record, "begin_again", f"the execution that takes it back {how}")
    if record.problem is not None:
        return _found(record, "fail", f"its execution {how} while it was being undone")
    if record.restarted >= RESTARTS:
        return _found(record, "fail", f"its execution {how}, and so did the one before")
    return _found(record, "begin_again", f"its execution {how}")


def resting(record: Import, now: int, *, uploaded: bool) -> Finding | None:
    """The remedy of an import that waits, is paused or has ended; `uploaded` says whether its upload is there."""
    if record.finished:
        return _ended(record, now, uploaded=uploaded)
    if record.status == "waiting" and record.paused_at is None and uploaded:
        return _found(record, "start", "its file has arrived, and nobody was told")
    if (
        record.status == "waiting"
        and now - record.created_at > UPLOAD_SECONDS * 1000 + QUIET_MS
        and not uploaded
    ):
        return _found(record, "expire", "its file did not arrive while the form was valid")
    since = record.paused_at or (record.phase_at if record.status == "planned" else now)
    if now - since >= KEPT_MS:
        return _found(record, "expire", f"it was {'paused' if record.paused_at else 'planned'} for 30 days")
    return None


def expired(record: Import, now: int, reason: str) -> Import | None:
    """The import that is not waited for any longer, cancelled or to be (None if it has gone on meanwhile)."""
    cancelled = record.cancel(now, by=SYSTEM)
    problem = ImportExpired(f"The import was cancelled: {reason}. Import the file again.")
    return replace(cancelled, problem=problem.document()) if cancelled else None


def stuck(record: Import, reason: str) -> dict[str, Any]:
    """The problem of an import that is given up; one that was failing keeps its own."""
    if record.problem is not None:
        return record.problem
    return ImportStuck(
        f"The import came to a standstill in its phase '{record.phase}': {reason}. Nothing of it was kept. Import the "
        "file again; if it fails again, give the operator the import id."
    ).document()


def _ended(record: Import, now: int, *, uploaded: bool) -> Finding | None:
    if record.ended_at is None or now - record.ended_at < QUIET_MS:
        return None
    if record.status == "completed" and uploaded:
        return _found(record, "settle", "what follows its completion was cut off")
    if outstanding(record):
        return _found(record, "announce", "its end was not announced")
    kept = SETTLING_MS if record.status == "cancelled" else KEPT_MS
    if record.counts or record.cleared_at is not None or now - record.ended_at < kept:
        return None
    return _found(record, "clear", _CLEARED[record.status])


_CLEARED = {
    "cancelled": "it was cancelled",
    "failed": "it failed 30 days ago",
    "undone": "it was undone 30 days ago",
    "completed": "it was a dry run, 30 days ago",
}


def _last_step(record: Import) -> int:
    """When the import was last seen to go on, in ms UTC."""
    asked = record.ending.at if record.ending else 0
    return max(
        record.phase_at, record.queued_at or 0, record.confirmed_at or 0, record.restarted_at or 0, asked
    )


def _found(record: Import, remedy: Remedy, reason: str) -> Finding:
    return Finding(record.import_id, record.status, remedy, reason)
