"""What may go wrong at a call: a fate for each, drawn from the tape or set for one call of a schedule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from simulation.strands import Process, Strands
from simulation.tape import Tape

Fate = Literal["ok", "lost", "unheard", "echoed", "storm", "crash before", "crash after", "given up", "twice"]
"""
lost          the request never arrived: nothing is done, and the caller is told that it failed
unheard       it is done, but the answer is lost: the caller is told that it failed
echoed        it is done, the answer is lost, and the SDK's own second attempt meets what the first one did
storm         the service throttles this and every following call for a while
crash before  the function's process is gone before the call
crash after   the function's process is gone after the call
given up      the state machine gives the task up (a timeout) and tries again, while the task itself goes on later
twice         a second copy of the task is delivered
"""

ON_READ: Sequence[Fate] = ("lost", "storm", "crash before", "given up")
ON_WRITE: Sequence[Fate] = ("lost", "unheard", "echoed", "storm", "crash before", "crash after", "given up")
ON_TASK: Sequence[Fate] = ("twice", "lost", "unheard")

STORM_MS = 4_000
SLOW_MS = (500, 2_000, 5_000)
"""How long a slow swap is on its way, while others overtake it."""

EARLY = ("/upload", "/plan", "/parse", "/group", "/calculate")
"""Phases whose swaps are not slowed down, for nobody else waits to do the same."""

ZOMBIE_MS = (0, 1_000, 30_000, 900_000)
"""How long a task that was given up may sleep before it goes on."""


@dataclass(frozen=True, slots=True)
class Doom:
    """A task to which the same thing happens at the same call in every attempt, so that its import fails."""

    import_id: str
    state: str
    call: int
    fate: Fate

    def meets(self, process: Process | None) -> bool:
        """Whether this call of the process is the one."""
        return (
            process is not None
            and process.import_id == self.import_id
            and process.label.split()[0] == self.state
            and process.calls == self.call
        )


@dataclass
class Fates:
    """How often calls go wrong, in which ways, and how many of them at most."""

    tape: Tape
    strands: Strands
    kinds: frozenset[Fate] = frozenset((*ON_READ, *ON_WRITE, *ON_TASK))
    rate: float = 0.0
    budget: int = 0
    slowness: float = 0.0
    """How often the swap of a head or a receipt is slow. No fault, but what makes writers meet."""
    fixed: dict[int, Fate] = field(default_factory=dict)
    """What becomes of the calls of these numbers, whatever the tape says."""
    doom: Doom | None = None
    storm_until: int = -1
    calls: list[str] = field(default_factory=list)
    """The names of all calls so far."""

    @property
    def stormy(self) -> bool:
        """Whether every call is throttled now."""
        return self.strands.now < self.storm_until

    def of_call(self, label: str, process: Process | None, *, writes: bool) -> Fate:
        """What becomes of the next call to a store or a workflow."""
        number = len(self.calls)
        self.calls.append(label)
        if process:
            process.calls += 1
        if self.stormy:
            return "storm"
        fate = self.fixed.get(number)
        if fate is None and self.doom and self.doom.meets(process):
            fate = self.doom.fate
        if fate is None:
            fate = self._drawn(ON_WRITE if writes else ON_READ, process)
        if fate == "storm":
            self.storm_until = self.strands.now + STORM_MS
        return fate

    def delay_of(self, label: str) -> int:
        """How long a call is on its way, in ms."""
        if (
            label.startswith(("ledger.swap", "jobs.swap"))
            and not label.endswith(EARLY)
            and self.tape.rarely(self.slowness)
        ):
            return self.tape.one_of(SLOW_MS)
        return 0

    def of_task(self) -> Fate:
        """What becomes of the next call of a function by the state machine."""
        return self._drawn(ON_TASK, None)

    def _drawn(self, choices: Sequence[Fate], process: Process | None) -> Fate:
        if not self.budget or not self.tape.rarely(self.rate):
            return "ok"
        possible = [fate for fate in choices if fate in self.kinds]
        if process is None or process.given_up:
            possible = [fate for fate in possible if fate != "given up"]
        if not possible:
            return "ok"
        self.budget -= 1
        return self.tape.one_of(possible)

    def zombie_sleep(self) -> int:
        """How long a task that was given up sleeps now, in ms."""
        return self.tape.one_of(ZOMBIE_MS)
