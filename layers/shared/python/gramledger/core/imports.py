"""Imports: the life of one upload, from its form to its receipt.

Status and phase only move forward: every change here is a pure function that answers None when the import has
already gone further, so a late or repeated task can never turn it back. An import to be confirmed goes through the
phases twice: once to find out what would happen, and again when it has been confirmed. One that is being taken back
goes no further: it is `cancelling` or `undoing` until its rows are out of the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from gramledger.core.courses import AUTOMATIC, CONFIRMED, TO_BE_CONFIRMED, Course, Phase
from gramledger.core.options import Options
from gramledger.core.plain import plain

Confirm = Literal["auto", "manual"]
Status = Literal[
    "waiting",
    "queued",
    "processing",
    "planned",
    "cancelling",
    "undoing",
    "completed",
    "failed",
    "cancelled",
    "undone",
]

STATUSES: tuple[Status, ...] = get_args(Status)
TAKEN_BACK: frozenset[Status] = frozenset(("cancelling", "undoing"))
"""The rows of the import are on their way out of the ledger."""
ACTIVE: frozenset[Status] = frozenset(("queued", "processing", *TAKEN_BACK))
"""Something happens to the import by itself; the others wait for somebody, or are finished."""
FINISHED: frozenset[Status] = frozenset(("completed", "failed", "cancelled", "undone"))
STOPPABLE: frozenset[Status] = frozenset(("waiting", "queued", "processing"))
"""The import can be paused."""

MANUAL = "manual"
"""The kind of origin of entries that somebody stated by hand, and what terms call their format."""

FETCHED = "fetched"
"""The kind of origin of what a provider was asked for."""

Keep = Literal["nothing", "days"]
"""What stays of an import that is cancelled: nothing, or the days that are written already."""


def second_reading(import_id: str) -> str:
    """The reading of an import's file by the options that it was confirmed with, where these are others."""
    return f"{import_id}/again"


@dataclass(frozen=True, slots=True)
class Ending:
    """Somebody's word that an import is to be taken back: what becomes of it, what stays, who said so, and when."""

    status: Literal["cancelled", "undone"]
    keep: Keep
    by: str
    at: int


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
    paused_at: int | None = None
    """Since when the import rests, if somebody has paused it."""
    resumed: int = 0
    """How often it has gone on after a pause."""
    restarted: int = 0
    """How often another execution took the place of one that ended before its time."""
    restarted_at: int | None = None
    ending: Ending | None = None
    """The word by which it was, or is being, taken back."""
    taken_back: dict[str, Any] | None = None
    """What taking it back did (`core.removal`)."""
    taken_back_at: int | None = None
    cleared_at: int | None = None
    """When what the import had left in the store was cleared away."""
    seconds: dict[str, float] = field(default_factory=dict)
    announced: list[str] = field(default_factory=list)
    """The ids of the events about its end that others have been sent (`core.announcements`)."""
    revision: int = 0
    options: Options = field(default_factory=Options)
    reread: bool = False
    """Whether its file was, or is to be, read again by the options that it was confirmed with."""
    origin: dict[str, str] = field(default_factory=dict)
    """Where its rows come from; empty for a file that somebody has uploaded."""

    @property
    def reading(self) -> str:
        """What is kept of its file is kept under this name: the import's id, or another one once it is read again."""
        return second_reading(self.import_id) if self.reread else self.import_id

    @property
    def manual(self) -> bool:
        """Whether somebody has stated its rows by hand."""
        return self.origin.get("kind") == MANUAL

    @property
    def source_format(self) -> str:
        """The format as its terms name it: a file never replaces what was stated by hand, whatever its format."""
        return MANUAL if self.manual else self.format or ""

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen to this import by itself."""
        return self.status in FINISHED

    @property
    def over(self) -> bool:
        """Whether the import is finished, being taken back, or given up and about to fail."""
        return self.finished or self.status in TAKEN_BACK or self.problem is not None

    @property
    def active(self) -> bool:
        """Whether something happens to the import now."""
        return self.status in ACTIVE and self.paused_at is None

    @property
    def counts(self) -> bool:
        """Whether rows of the import are in the ledger, and its receipt says what became of them."""
        if self.status == "cancelled":
            return self.receipt is not None
        return self.status == "completed" and not self.dry_run

    @property
    def ended_at(self) -> int | None:
        """When the import came to its last end, or None before that."""
        return (self.taken_back_at or self.completed_at) if self.finished else None

    @property
    def idle_since(self) -> int | None:
        """Since when nothing happens any more and nothing waits in the ledger for it: its end, or when it began to wait
        for its file or for a word. Its record is kept for a while from then on. None where it is to go on."""
        if self.status == "waiting":
            return self.created_at
        return self.phase_at if self.status == "planned" else self.ended_at

    @property
    def tried_first(self) -> bool:
        """Whether all is worked out before anything is written: somebody has to confirm it, or no row may differ."""
        return self.confirm == "manual" or (self.options.on_conflict == "fail" and not self.dry_run)

    @property
    def rehearsed(self) -> bool:
        """Whether what is done now only shows what would happen if the import went on."""
        return self.tried_first and self.confirmed_at is None

    @property
    def goes_on_by_itself(self) -> bool:
        """Whether the import was tried first, and no person had to confirm it."""
        return self.confirm == "auto" and self.confirmed_at is not None

    @property
    def dry(self) -> bool:
        """Whether what is done now leaves the ledger as it is."""
        return self.dry_run or self.rehearsed

    @property
    def execution(self) -> str:
        """The name of the execution whose turn it is. It follows from the record, so that none is started twice."""
        name = self.import_id
        if self.status in TAKEN_BACK:
            name += "-cancel" if self.status == "cancelling" else "-undo"
        else:
            name += "-confirmed" if self.confirmed_at is not None and self.confirm == "manual" else ""
            name += f"-resumed-{self.resumed}" if self.resumed else ""
        return f"{name}-again-{self.restarted}" if self.restarted else name

    def has_turn(self, *, confirmed: bool) -> bool:
        """Whether an execution may work on the import: the first one until somebody is asked to confirm, the one
        that follows the confirmation from then on."""
        if self.finished or self.status == "planned" or self.status in TAKEN_BACK:
            return False
        return confirmed == (self.confirmed_at is not None)

    @property
    def course(self) -> Course:
        """The phases of the import as it is now."""
        if self.confirmed_at is not None:
            return CONFIRMED
        return TO_BE_CONFIRMED if self.tried_first else AUTOMATIC

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
        return replace(planned, status="planned", paused_at=None) if planned else None

    def confirm_itself(self, at: int) -> Import | None:
        """What would happen is known, and nothing is against it."""
        tried = self.enter("confirm", at)
        return replace(tried, confirmed_at=at) if tried else None

    def go_ahead(self, at: int, options: Options) -> Import | None:
        """What would happen has been confirmed, with these options."""
        if self.status != "planned":
            return None
        reread = options != self.options
        return replace(self, status="queued", confirmed_at=at, options=options, reread=reread)

    def pause(self, at: int) -> Import | None:
        """Somebody wants the import to rest: no task begins any more."""
        if self.status not in STOPPABLE or self.over or self.paused_at is not None:
            return None
        return replace(self, paused_at=at)

    def resume(self, at: int) -> Import | None:
        """The import goes on where it rested; that time belongs to no phase."""
        if self.paused_at is None or self.over:
            return None
        spent = self._timed(max(self.paused_at, self.phase_at))
        since = max(self.paused_at, self.queued_at or at)
        rested = round(spent.get("paused", 0.0) + (at - since) / 1000, 3)
        return replace(
            self,
            paused_at=None,
            resumed=self.resumed + 1,
            phase_at=at,
            seconds={**spent, "paused": rested},
        )

    def begin_again(self, at: int) -> Import | None:
        """The execution whose turn it was has ended before its time, and another one takes its place."""
        return replace(self, restarted=self.restarted + 1, restarted_at=at) if self.active else None

    def cancel(self, at: int, *, by: str, keep: Keep = "nothing") -> Import | None:
        """Somebody does not want the import: it is cancelled where nothing of it can be in the ledger, and else
        `cancelling` until that is so."""
        if self.over or self.status not in STOPPABLE | {"planned"}:
            return None
        ending = Ending("cancelled", keep, by, at)
        if self.status in ("waiting", "planned"):
            return replace(self._end(at, "cancelled"), ending=ending)
        return replace(self, status="cancelling", paused_at=None, ending=ending)

    def undo(self, at: int, *, by: str) -> Import | None:
        """Somebody wants an import to be taken out of the ledger again."""
        if not self.counts:
            return None
        return replace(self, status="undoing", ending=Ending("undone", "nothing", by, at))

    def end_taking_back(
        self, at: int, report: dict[str, Any], receipt: dict[str, Any] | None = None
    ) -> Import | None:
        """The import is out of the ledger, but for the days that were to stay: then there is a receipt of them."""
        if self.status == "undoing":
            return replace(self, status="undone", taken_back=report, taken_back_at=at)
        if self.status != "cancelling":
            return None
        cancelled = self._end(at, "cancelled")
        return replace(cancelled, taken_back=report, taken_back_at=at, receipt=receipt)

    def complete(self, at: int, receipt: dict[str, Any]) -> Import | None:
        """Every row has its outcome."""
        if self.over:
            return None
        done = self._end(at, "completed")
        return replace(done, phase="done", receipt=receipt)

    def give_up(self, problem: dict[str, Any]) -> Import | None:
        """The import is going to fail: from now on its rows are taken back, and no late task completes it."""
        return None if self.over else replace(self, problem=problem, paused_at=None)

    def fail(self, at: int, problem: dict[str, Any]) -> Import | None:
        """Nothing of the import is kept, for the reason given."""
        if self.finished:
            return None
        return replace(self._end(at, "failed"), problem=problem)

    def with_receipt(self, receipt: dict[str, Any], *, rebuilt: bool = False) -> Import | None:
        """A newer account of an import whose rows count (None unless it is newer, or of `rebuilt` pages)."""
        if not self.counts or self.receipt is None or receipt == self.receipt:
            return None
        if receipt["ledger_version"] <= self.receipt["ledger_version"] and not rebuilt:
            return None
        return replace(self, receipt=receipt)

    def with_announced(self, event_id: str) -> Import | None:
        """The event of that id has been sent (None if that is known)."""
        return None if event_id in self.announced else replace(self, announced=[*self.announced, event_id])

    def _end(self, at: int, status: Status) -> Import:
        return replace(
            self,
            status=status,
            started_at=self.started_at or at,
            completed_at=at,
            paused_at=None,
            seconds=self._timed(at),
        )

    def _timed(self, at: int) -> dict[str, float]:
        if self.phase == "upload":
            return self.seconds
        spent = self.seconds.get(self.phase, 0.0) + (at - self.phase_at) / 1000
        return {**self.seconds, self.phase: round(spent, 3)}

    def to_json(self) -> dict[str, Any]:
        """A JSON object of the whole record."""
        return plain(self)

    @staticmethod
    def from_json(form: dict[str, Any]) -> Import:
        """The record of a JSON object that `to_json` gave."""
        ending = form.get("ending")
        return Import(
            **{
                **form,
                "options": Options.from_json(form.get("options", {})),
                "ending": Ending(**ending) if ending else None,
            }
        )


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
