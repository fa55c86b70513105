"""Imports: the life of one upload, from its form to its receipt.

Status and phase only move forward: every change here is a pure function that answers None when the import has
already gone further, so a late or repeated task can never turn it back. An import to be confirmed goes through the
phases twice: once to find out what would happen, and again when it has been confirmed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from gramledger.core.options import Options

Status = Literal["waiting", "queued", "processing", "planned", "completed", "failed", "cancelled"]
Phase = Literal["upload", "plan", "confirm", "parse", "group", "calculate", "finalize", "done"]
Confirm = Literal["auto", "manual"]

STATUSES: tuple[Status, ...] = (
    "waiting",
    "queued",
    "processing",
    "planned",
    "completed",
    "failed",
    "cancelled",
)
ACTIVE: frozenset[Status] = frozenset(("queued", "processing"))
"""Something happens to the import by itself; the others wait for somebody, or are finished."""
FINISHED: frozenset[Status] = frozenset(("completed", "failed", "cancelled"))

Course = dict[Phase, int]
"""Phases in their order, each with the percentage at which it begins."""

_AUTOMATIC: Course = {
    "upload": 0,
    "plan": 1,
    "parse": 4,
    "group": 48,
    "calculate": 50,
    "finalize": 97,
    "done": 100,
}
_TO_BE_CONFIRMED: Course = {
    "upload": 0,
    "plan": 1,
    "parse": 4,
    "group": 38,
    "calculate": 40,
    "finalize": 68,
    "confirm": 70,
}
_CONFIRMED: Course = {
    "confirm": 70,
    "plan": 71,
    "parse": 72,
    "group": 81,
    "calculate": 82,
    "finalize": 98,
    "done": 100,
}


@dataclass(frozen=True, slots=True)
class Import:
    """One import. Instants are ms UTC; `seconds` holds the duration of each finished phase."""

    tenant: str
    import_id: str
    project_id: str
    project_name: str
    filename: str
    requested_by: str
    created_at: int
    dry_run: bool = False
    confirm: Confirm = "auto"
    """Whether the import goes into the ledger by itself, or only when somebody has confirmed what would happen."""
    confirmed_at: int | None = None
    announced_size: int | None = None
    announced_sha256: str | None = None
    status: Status = "waiting"
    phase: Phase = "upload"
    phase_at: int = 0
    queued_at: int | None = None
    started_at: int | None = None
    completed_at: int | None = None
    size: int | None = None
    text_size: int | None = None
    """Bytes of the text that is read: of the upload, or of what it was turned into (`converted` says from what)."""
    converted: str | None = None
    sha256: str | None = None
    format: str | None = None
    variant: str | None = None
    rows_total: int | None = None
    claims_total: int | None = None
    """How many claims the accepted rows made."""
    problem: dict[str, Any] | None = None
    receipt: dict[str, Any] | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    announced: list[str] = field(default_factory=list)
    """The ids of the events about its end that others have been sent (`core.announcements`)."""
    revision: int = 0
    options: Options = field(default_factory=Options)

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen to this import."""
        return self.status in FINISHED

    @property
    def over(self) -> bool:
        """Whether the import is finished, or given up and about to fail."""
        return self.finished or self.problem is not None

    @property
    def rehearsed(self) -> bool:
        """Whether what is done now only shows what would happen if somebody confirmed it."""
        return self.confirm == "manual" and self.confirmed_at is None

    @property
    def dry(self) -> bool:
        """Whether what is done now leaves the ledger as it is."""
        return self.dry_run or self.rehearsed

    def has_turn(self, *, confirmed: bool) -> bool:
        """Whether an execution may work on the import: the first one until somebody is asked to confirm, the one
        that follows the confirmation from then on."""
        if self.finished or self.status == "planned":
            return False
        return confirmed == (self.confirmed_at is not None)

    @property
    def course(self) -> Course:
        """The phases of the import as it is now."""
        if self.confirmed_at is not None:
            return _CONFIRMED
        return _TO_BE_CONFIRMED if self.confirm == "manual" else _AUTOMATIC

    def queue(self, at: int, size: int) -> Import | None:
        """The file has arrived."""
        if self.status != "waiting":
            return None
        return replace(self, status="queued", queued_at=at, size=size, phase_at=at)

    def enter(self, phase: Phase, at: int, **facts: Any) -> Import | None:
        """The phase has begun (None if the import is finished or further)."""
        order = list(self.course)
        if self.over or order.index(phase) <= order.index(self.phase):
            return None
        return replace(
            self,
            status="processing",
            phase=phase,
            started_at=self.started_at or at,
            phase_at=at,
            seconds=self._timed(at),
            **facts,
        )

    def wait_for_confirmation(self, at: int, **facts: Any) -> Import | None:
        """What would happen is known, and somebody has to confirm it."""
        planned = self.enter("confirm", at, **facts)
        return replace(planned, status="planned") if planned else None

    def go_ahead(self, at: int, options: Options) -> Import | None:
        """What would happen has been confirmed, with these options."""
        if self.status != "planned":
            return None
        return replace(self, status="queued", confirmed_at=at, options=options)

    def cancel(self, at: int) -> Import | None:
        """The plan has been discarded."""
        return self._end(at, "cancelled") if self.status == "planned" else None

    def complete(self, at: int, receipt: dict[str, Any]) -> Import | None:
        """Every row has its outcome."""
        if self.over:
            return None
        done = self._end(at, "completed")
        return replace(done, phase="done", receipt=receipt)

    def give_up(self, problem: dict[str, Any]) -> Import | None:
        """The import is going to fail: from now on its rows are taken back, and no late task completes it."""
        return None if self.over else replace(self, problem=problem)

    def fail(self, at: int, problem: dict[str, Any]) -> Import | None:
        """Nothing of the import is kept, for the reason given."""
        if self.finished:
            return None
        return replace(self._end(at, "failed"), problem=problem)

    def with_receipt(self, receipt: dict[str, Any]) -> Import | None:
        """A newer account of a completed import (None unless it is newer)."""
        if self.status != "completed" or self.receipt is None:
            return None
        if receipt["ledger_version"] <= self.receipt["ledger_version"]:
            return None
        return replace(self, receipt=receipt)

    def with_announced(self, event_id: str) -> Import | None:
        """The event of that id has been sent (None if that is known)."""
        return None if event_id in self.announced else replace(self, announced=[*self.announced, event_id])

    def _end(self, at: int, status: Status) -> Import:
        return replace(
            self, status=status, started_at=self.started_at or at, completed_at=at, seconds=self._timed(at)
        )

    def _timed(self, at: int) -> dict[str, float]:
        if self.phase == "upload":
            return self.seconds
        spent = self.seconds.get(self.phase, 0.0) + (at - self.phase_at) / 1000
        return {**self.seconds, self.phase: round(spent, 3)}

    def to_json(self) -> dict[str, Any]:
        """A JSON object of the whole record."""
        return asdict(self)

    @staticmethod
    def from_json(form: dict[str, Any]) -> Import:
        """The record of a JSON object that `to_json` gave."""
        return Import(**{**form, "options": Options.from_json(form.get("options", {}))})


@dataclass(frozen=True, slots=True)
class Progress:
    """The result of one finished task: a chunk that was parsed, or a portion of days that was calculated.

    `confirmed` says that it was done after somebody had confirmed the import.
    """

    kind: Literal["chunk", "portion"]
    index: int
    rows: int
    rejected: int = 0
    imported: int = 0
    bytes: int = 0
    seconds: float = 0.0
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an import is: rows whose outcome is known, new entries, and a percentage that never goes back."""

    processed: int
    imported: int
    failed: int
    percent: int


def standing(record: Import, tasks: Iterable[Progress]) -> Standing:
    """How far an import is, from its record and its finished tasks."""
    done = list(tasks)
    failed = sum(t.rejected for t in done if t.kind == "chunk")
    done = [t for t in done if t.confirmed == (record.confirmed_at is not None)]
    chunks, portions = ([t for t in done if t.kind == kind] for kind in ("chunk", "portion"))
    if record.status == "completed" and record.receipt:
        receipt = record.receipt
        return Standing(
            receipt["rows_in"], receipt["imported"] + receipt["updated"], receipt["rejected"], 100
        )
    processed = _processed(record, failed, claims=sum(t.rows for t in portions))
    course = record.course
    start = course[record.phase]
    share = 0.0
    if record.phase == "parse" and record.size:
        share = sum(t.bytes for t in chunks) / (record.text_size or record.size)
    elif record.phase == "calculate" and record.rows_total:
        share = processed / record.rows_total
    end = next((begin for begin in course.values() if begin > start), start)
    percent = int(start + (end - start) * min(share, 1.0))
    return Standing(processed, sum(t.imported for t in portions), failed, percent)


def _processed(record: Import, failed: int, claims: int) -> int:
    """Rows whose outcome is known: the refused ones, and the share of the others that the calculated claims are."""
    if not record.rows_total or record.claims_total is None:
        return 0
    accepted = record.rows_total - failed
    return failed + (accepted * claims // record.claims_total if record.claims_total else accepted)
