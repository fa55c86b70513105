"""The way of every call to the outside: others may go on first, then it meets its fate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from gramledger.ports import Unavailable
from simulation.faults import Fates
from simulation.strands import Killed, Process, Strands

T = TypeVar("T")


@dataclass
class Wire:
    """The way of every call: others may go on first, then the call's fate is carried out and noted."""

    strands: Strands
    fates: Fates
    trace: list[str] | None = None
    foreign: list[str] = field(default_factory=list)
    """Calls that named another tenant than that of their process."""
    _aside: bool = False

    @property
    def on(self) -> bool:
        """Whether whoever calls now is part of the schedule."""
        return self.strands.current is not None and not self._aside

    @contextmanager
    def aside(self) -> Iterator[None]:
        """A look that is no part of the schedule."""
        self._aside = True
        try:
            yield
        finally:
            self._aside = False

    def call(self, label: str, tenant: str, work: Callable[[], T], *, writes: bool, echo: Any = None) -> T:
        """Carry out one call; `echo` is the answer of a repeated request that finds itself done already."""
        strand = self.strands.current
        process = strand.process if strand else None
        self.strands.point()
        delay = self.fates.delay_of(label)
        if delay:
            self.strands.sleep(delay)
        if process and process.tenant and tenant != process.tenant:
            self.foreign.append(f"{process.label} called {label} for the tenant '{tenant}'")
        fate = self.fates.of_call(label, process, writes=writes)
        self.note(f"{label} {fate}" if fate != "ok" else label)
        if fate in ("lost", "storm"):
            raise Unavailable(label)
        if fate == "crash before":
            _die(process)
        if fate == "given up" and process:
            process.given_up = True
            self.strands.sleep(self.fates.zombie_sleep())
        answer = work()
        if fate == "crash after":
            _die(process)
        if fate == "unheard":
            raise Unavailable(label)
        if fate == "echoed" and echo is not None:
            return echo
        return answer

    def note(self, text: str) -> None:
        """Keep a line of the trace."""
        if self.trace is not None:
            strand = self.strands.current
            who = strand.name if strand else "-"
            self.trace.append(f"{self.strands.now / 1000:.3f} {who}: {text}")


def _die(process: Process | None) -> None:
    if process:
        process.dead = True
    raise Killed
