"""Recalculations: the life of one, from what was asked to its report.

It goes one way, as imports do: every change here is a pure function that answers None when the recalculation has gone
further already. First it is *planned*: what it would change is calculated, and nothing is written. When it has been
confirmed it is carried out, and may be taken back again, before its end or after. Of each project one recalculation at
a time is carried out or taken back (it is `active`), and they are carried out in the order of their ids: so the one
with the highest id is the newest on every page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, get_args

from gramledger.core.problems import RecalculationConflict
from gramledger.core.recalculation import Basis, Selection

Status = Literal[
    "planning",
    "planned",
    "processing",
    "cancelling",
    "undoing",
    "completed",
    "cancelled",
    "undone",
    "failed",
]
STATUSES: tuple[Status, ...] = get_args(Status)
TAKEN_BACK: frozenset[Status] = frozenset(("cancelling", "undoing"))
"""Its figures are on their way out of the ledger."""
ACTIVE: frozenset[Status] = frozenset(("processing", *TAKEN_BACK))
FINISHED: frozenset[Status] = frozenset(("completed", "cancelled", "undone", "failed"))

Turn = Literal["preview", "run", "take_back"]
"""What an execution does for it."""

_TURNS: Mapping[Status, Turn] = {
    "planning": "preview",
    "processing": "run",
    "cancelling": "take_back",
    "undoing": "take_back",
}


@dataclass(frozen=True, slots=True)
class Recalculation:
    """One recalculation. Instants are ms UTC; `created_at` is also the time of calculation that its figures bear."""

    tenant: str
    project_id: str
    project_name: str
    recalculation_id: str
    requested_by: str
    created_at: int
    basis: Basis
    selection: Selection
    asked: Mapping[str, Any] = field(default_factory=dict)
    """What was asked for, as it was said: a filter, say, of which the selection is what it came to."""
    confirm: Literal["auto", "manual"] = "manual"
    """Whether it is carried out by itself when it is planned, or only when somebody has confirmed it."""
    status: Status = "planning"
    plan: str | None = None
    """The name of its plan in the store: which days, and which sources of each."""
    windows: int = 0
    """Into how many windows of days the plan is dealt out."""
    preview: Mapping[str, Any] | None = None
    """What it was going to change."""
    report: Mapping[str, Any] | None = None
    """What it has changed."""
    confirmed_at: int | None = None
    confirmed_by: str | None = None
    paused_at: int | None = None
    resumed: int = 0
    restarted: int = 0
    """How often another execution took the place of one that ended before its time."""
    previewed_in: int | None = None
    """The number of the execution (as `restarted` counts) that has made its preview."""
    carried_out_in: int | None = None
    """The number of the execution (as `restarted` counts) that was carrying it out when that came to its end."""
    completed_at: int | None = None
    taken_back_at: int | None = None
    taken_back_by: str | None = None
    taken_back: Mapping[str, Any] | None = None
    """What taking it back did."""
    problem: Mapping[str, Any] | None = None
    announced: list[str] = field(default_factory=list)
    """The ids of the events that others were told (`core.recalculation_announcements`)."""
    revision: int = 0

    @property
    def active(self) -> bool:
        """Whether it is being carried out or taken back, be it paused or not: no other one of the project may be."""
        return self.status in ACTIVE

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.status in FINISHED

    @property
    def counts(self) -> bool:
        """Whether figures of the ledger rest on it, all that it was to change."""
        return self.status == "completed"

    @property
    def begun(self) -> bool:
        """Whether it was ever carried out, if only in part."""
        return self.confirmed_at is not None

    @property
    def turn(self) -> Turn | None:
        """What is to be done for it now; None where it waits for a person or is finished."""
        return None if self.paused_at is not None else self.turn_begun

    @property
    def turn_begun(self) -> Turn | None:
        """What is being done for it, also while it rests."""
        return _TURNS.get(self.status)

    @property
    def execution(self) -> str:
        """The name of the execution whose turn it is. It follows from the record, so that none is started twice."""
        name = self.recalculation_id
        if self.status in TAKEN_BACK:
            name += f"-{self.status}"
        elif self.begun:
            name += "-run" + (f"-resumed-{self.resumed}" if self.resumed else "")
        return f"{name}-again-{self.restarted}" if self.restarted else name

    def execution_of(self, turn: Turn) -> int:
        """The number of the execution that does, or has done, a turn."""
        done = {"preview": self.previewed_in, "run": self.carried_out_in}.get(turn)
        return self.restarted if done is None else done

    def with_plan(self, plan: str, windows: int) -> Recalculation | None:
        """It is known which days and sources it is about."""
        if self.status != "planning" or self.plan is not None:
            return None
        return replace(self, plan=plan, windows=windows)

    def with_preview(self, preview: Mapping[str, Any], *, execution: int) -> Recalculation | None:
        """What it is going to change is known, found by the execution of that number: it waits for somebody's word."""
        if self.status != "planning" or self.plan is None:
            return None
        return replace(self, status="planned", preview=preview, previewed_in=execution)

    def run(self, at: int, *, by: str) -> Recalculation | None:
        """It is to be carried out."""
        if self.status != "planned":
            return None
        return replace(self, status="processing", confirmed_at=at, confirmed_by=by)

    def pause(self, at: int) -> Recalculation | None:
        """It rests after the tasks that are under way."""
        if self.status != "processing" or self.paused_at is not None:
            return None
        return replace(self, paused_at=at)

    def resume(self) -> Recalculation | None:
        """It goes on with what is not done."""
        if self.status != "processing" or self.paused_at is None:
            return None
        return replace(self, paused_at=None, resumed=self.resumed + 1)

    def begin_again(self) -> Recalculation | None:
        """The execution whose turn it was has ended before its time, and another one takes its place."""
        return None if self.turn is None else replace(self, restarted=self.restarted + 1)

    def cancel(self, at: int, *, by: str) -> Recalculation | None:
        """Somebody does not want it: it is cancelled where it has written nothing, and else `cancelling` until all that
        it has changed is as it was."""
        if self.status in ("planning", "planned"):
            return replace(self, status="cancelled", taken_back_at=at, taken_back_by=by)
        if self.status != "processing":
            return None
        return replace(
            self,
            status="cancelling",
            paused_at=None,
            taken_back_by=by,
            carried_out_in=self.restarted,
        )

    def undo(self, *, by: str) -> Recalculation | None:
        """Somebody wants its figures out of the ledger again after its end."""
        return replace(self, status="undoing", taken_back_by=by) if self.status == "completed" else None

    def complete(self, at: int, report: Mapping[str, Any], *, execution: int) -> Recalculation | None:
        """Every claim that was selected has the figures of its basis: the execution of that number has found it so."""
        if self.status != "processing" or self.paused_at is not None:
            return None
        return replace(self, status="completed", completed_at=at, report=report, carried_out_in=execution)

    def end_taking_back(self, at: int, report: Mapping[str, Any]) -> Recalculation | None:
        """The ledger is as if it had never been carried out."""
        if self.status not in TAKEN_BACK:
            return None
        cancelled: Status = "failed" if self.problem is not None else "cancelled"
        status: Status = "undone" if self.status == "undoing" else cancelled
        return replace(self, status=status, taken_back_at=at, taken_back=report)

    def fail(self, at: int, problem: Mapping[str, Any]) -> Recalculation | None:
        """It cannot be done, for the reason given: what it has written already is taken back."""
        if self.status == "planning":
            return replace(self, status="failed", problem=problem, taken_back_at=at)
        if self.status != "processing":
            return None
        return replace(
            self,
            status="cancelling",
            paused_at=None,
            problem=problem,
            carried_out_in=self.restarted,
        )

    def with_announced(self, event_id: str) -> Recalculation | None:
        """Others were told an event."""
        return None if event_id in self.announced else replace(self, announced=[*self.announced, event_id])

    def to_json(self) -> dict[str, Any]:
        """A JSON object of the whole record."""
        plain = {member.name: getattr(self, member.name) for member in fields(self)}
        return {**plain, "basis": self.basis.to_json(), "selection": self.selection.to_json()}

    @staticmethod
    def from_json(form: Mapping[str, Any]) -> Recalculation:
        """The record of a JSON object that `to_json` gave."""
        basis, selection = Basis.from_json(form["basis"]), Selection.from_json(form["selection"])
        return Recalculation(**{**form, "basis": basis, "selection": selection})


@dataclass(frozen=True, slots=True)
class Turns:
    """Whose turn it is in a project: the recalculation that is active, and the highest id that was ever carried out."""

    active: str | None = None
    newest: str = ""

    def after(self, before: Recalculation, after: Recalculation) -> Turns:
        """The turns when a recalculation of the project changes so. Raises RecalculationConflict."""
        own = before.recalculation_id
        if before.active and not after.active:
            return replace(self, active=None)
        if before.active or not after.active:
            return self
        if self.active is not None:
            raise RecalculationConflict(
                f"The recalculation {self.active} of the project is being carried out or taken back. Wait for its end, "
                "or cancel it.",
                recalculation_id=self.active,
            )
        if after.status != "processing":
            return replace(self, active=own)
        if own < self.newest:
            raise RecalculationConflict(
                f"Since {own} was planned, the recalculation {self.newest} has been carried out, so its preview holds "
                "no longer. Plan it anew.",
                recalculation_id=self.newest,
            )
        return Turns(own, own)

    def restored(self, record: Recalculation) -> Turns:
        """The turns when a record comes back from the log."""
        newest = max(self.newest, record.recalculation_id) if record.begun else self.newest
        if record.active:
            return Turns(record.recalculation_id, newest)
        return Turns(None if self.active == record.recalculation_id else self.active, newest)
