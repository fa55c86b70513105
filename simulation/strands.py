"""Strands: threads of which exactly one runs, and which hand over only where they say so.

Every call to the outside is such a point. Who goes on is asked of the tape, so a schedule depends on nothing else:
neither on the operating system nor on how long anything takes. Time is a number that moves on a little with every
call, and to the next thing to come when everybody waits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any

from simulation.tape import Tape

MOST_POINTS = 20_000
"""No schedule is that long; one that gets there never ends."""


POINT_MS = 25
"""What a call takes: an import of a few hundred bytes lasts two seconds."""


class Killed(BaseException):
    """The strand's process is gone: nothing of it runs on."""


class Endless(Exception):  # noqa: N818 -- what the schedule is
    """The schedule does not come to an end."""


@dataclass(eq=False)
class Process:
    """What dies together: one run of a function, with the strands it started itself."""

    label: str
    tenant: str
    import_id: str | None = None
    dead: bool = False
    given_up: bool = False
    """Nobody waits for it any more, but it goes on."""
    calls: int = 0


@dataclass(eq=False)
class Strand:
    """One thread of a schedule."""

    name: str
    process: Process | None
    turn: Lock = field(default_factory=Lock)
    ended: bool = False
    ready: Callable[[], bool] | None = None
    """What it waits for; None when it can go on."""
    wakes: int | None = None
    """When it goes on at the latest, in ms."""
    error: BaseException | None = None


_idle: list[SimpleQueue[Callable[[], None]]] = []
"""Threads whose strand has ended: they are used again, for starting one takes as long as some calls."""


def _on_a_thread(work: Callable[[], None]) -> None:
    try:
        inbox = _idle.pop()
    except IndexError:
        inbox = SimpleQueue()
        Thread(target=_serve, args=(inbox,), daemon=True).start()
    inbox.put(work)


def _serve(inbox: SimpleQueue[Callable[[], None]]) -> None:
    while True:
        inbox.get()()
        _idle.append(inbox)


class Strands:
    """All strands of one schedule and their clock."""

    def __init__(self, tape: Tape, *, now_ms: int, switches: float) -> None:
        self.now = now_ms
        self.current: Strand | None = None
        self._tape = tape
        self._switches = switches
        self._live: list[Strand] = []
        self._points = 0
        self._outside = Lock()
        self._failure: BaseException | None = None

    def spawn(self, name: str, work: Callable[[], Any], process: Process | None = None) -> Strand:
        """A new strand; it begins when it is chosen."""
        strand = Strand(name, process)
        strand.turn.acquire()
        self._live.append(strand)
        _on_a_thread(lambda: self._body(strand, work))
        return strand

    def run(self) -> None:
        """Run all strands, and those they spawn, to their end. Raises Endless and what a strand failed with."""
        with self._outside:
            if self._live:
                self._hand_over(self._choose(None))
                self._outside.acquire()
        if self._failure:
            raise self._failure

    def point(self) -> None:
        """Another strand may go on here."""
        strand = self._me()
        self._points += 1
        self.now += POINT_MS
        if self._points > MOST_POINTS and not self._failure:
            self._failure = Endless(f"not at its end after {MOST_POINTS} calls")
        if self._failure:
            raise Killed
        if len(self._live) > 1 and self._tape.rarely(self._switches):
            self._give_way(strand)
        if strand.process and strand.process.dead:
            raise Killed

    def sleep(self, ms: int) -> None:
        """Go on after some time."""
        self.wait(lambda: False, ms)

    def wait(self, ready: Callable[[], bool], ms: int | None = None) -> None:
        """Go on when something holds, or after some time."""
        strand = self._me()
        if self._failure:
            raise Killed
        strand.ready, strand.wakes = ready, None if ms is None else self.now + ms
        self._give_way(strand)
        strand.ready = strand.wakes = None
        if self._failure or (strand.process and strand.process.dead):
            raise Killed

    def _me(self) -> Strand:
        if self.current is None:
            raise RuntimeError("only a strand can give way")
        return self.current

    def _body(self, strand: Strand, work: Callable[[], Any]) -> None:
        strand.turn.acquire()
        try:
            if not self._failure:
                work()
        except Killed as error:
            strand.error = error
        except BaseException as error:
            strand.error = error
            self._failure = self._failure or error
        strand.ended = True
        self._live.remove(strand)
        if self._live:
            self._hand_over(self._choose(None))
        else:
            self.current = None
            self._outside.release()

    def _give_way(self, strand: Strand) -> None:
        following = self._choose(strand)
        if following is not strand:
            self._hand_over(following)
            strand.turn.acquire()
            self.current = strand

    def _hand_over(self, strand: Strand) -> None:
        self.current = strand
        strand.turn.release()

    def _choose(self, present: Strand | None) -> Strand:
        """Who goes on; the present strand is the first choice if it can."""
        if self._failure:  # everybody is woken to find out that it is over
            return self._live[0]
        while True:
            able = [strand for strand in self._live if self._able(strand)]
            if able:
                break
            wakes = [strand.wakes for strand in self._live if strand.wakes is not None]
            if not wakes:
                self._failure = Endless(f"everybody waits: {', '.join(s.name for s in self._live)}")
                return self._live[0]
            self.now = max(self.now, min(wakes))
        if present in able:
            able.remove(present)
            able.insert(0, present)
        return self._tape.one_of(able)

    def _able(self, strand: Strand) -> bool:
        if strand.ready is None or (strand.wakes is not None and strand.wakes <= self.now):
            return True
        return bool((strand.process and strand.process.dead) or strand.ready())
