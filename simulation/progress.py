"""What anybody who looked at the imports would have seen, at every change: it must never go backwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from gramledger.core.imports import FINISHED, Import, Progress
from gramledger.core.standing import standing

_ORDER = {"waiting": 0, "queued": 1, "processing": 2, "planned": 3}
_AFTER = {"cancelling": 8, "undoing": 10, "undone": 11}
_MAY_BE_UNDONE = ("completed", "cancelled")


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at an import."""

    status: str
    phase: str
    confirmed: bool
    percent: int
    processed: int

    @property
    def place(self) -> tuple[int, int]:
        """Where it is on its way; the way of a confirmed import goes on after its plan."""
        if self.status in _ORDER:
            return _ORDER[self.status] + 4 * self.confirmed, self.percent
        return _AFTER.get(self.status, 9), self.percent

    def before(self, later: Seen) -> bool:
        """Whether the later look is no step back."""
        undone = self.status in _MAY_BE_UNDONE and later.status == "undoing"
        if self.status in FINISHED and later.status != self.status and not undone:
            return False
        return all(a <= b for a, b in zip(self.place, later.place, strict=True))


@dataclass
class Watch:
    """The last look at every import, and every step back."""

    last: dict[str, Seen] = field(default_factory=dict)
    backwards: list[str] = field(default_factory=list)

    def see(self, record: Import, tasks: Sequence[Progress]) -> None:
        """Look at an import after a change."""
        stands = standing(record, tasks)
        now = Seen(
            record.status, record.phase, record.confirmed_at is not None, stands.percent, stands.processed
        )
        known = self.last.get(record.import_id)
        if known is not None and not known.before(now):
            self.backwards.append(f"{record.import_id} went from {known} to {now}")
        self.last[record.import_id] = now
