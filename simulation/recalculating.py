"""Recalculations under fire: some are planned, confirmed, stopped and undone while imports come, go and are updated.

A course has few imports of one file, so that it is cheap and everything meets on the same days. All else is drawn from
its tape: what is recalculated and when, what people say, which calls go wrong, and which task outlives its time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import SimpleNamespace
from typing import Any, Literal

from gramledger.app.lookup import Caller, find_project
from gramledger.app.recalculation_plan import recalculations_of
from gramledger.app.recalculations import (
    cancel_recalculation,
    confirm_recalculation,
    get_recalculation,
    pause_recalculation,
    plan_recalculation,
    resume_recalculation,
    undo_recalculation,
)
from gramledger.app.save_preset import save_preset
from gramledger.app.sweep_recalculations import sweep_recalculations
from gramledger.core import limits
from gramledger.core.recalculations import Recalculation
from simulation import stage
from simulation.faults import ON_READ, ON_TASK, ON_WRITE, Doom, Fate
from simulation.files import DAYS, three_chunks
from simulation.recalculated import FURTHER
from simulation.run import Outcome, run_plot
from simulation.schedule import PROJECT, Given, Plot, Schedule
from simulation.tape import Tape
from simulation.truth import Asked

TENANT = "acme"
CALLER = Caller(tenant=TENANT, user="ada", groups=frozenset({"admin"}))
PATIENCE = 40
"""How often somebody looks whether a recalculation is at rest, and how often the sweep comes."""

RecalculationWord = Literal["pause", "resume", "cancel", "undo"]
Told = tuple[RecalculationWord, int]
"""A word, and how many ms after the confirmation it is said."""

FORMS: Sequence[Mapping[str, Any]] = (
    {"preset": "nuclear"},
    {"preset": "nuclear"},
    {"preset": "british"},
    {},
    {"preset": "british", "from": DAYS[1]},
    {"preset": "nuclear", "models": ["gpt-5"], "to": DAYS[1]},
    {"preset": "nuclear", "entries": [{"ts": f"{DAYS[0]}T10:01:00.000Z", "key": "cursor"}]},
)
TALKS: Sequence[tuple[RecalculationWord, ...]] = (
    (),
    (),
    ("undo",),
    ("undo", "undo"),
    ("cancel",),
    ("cancel", "undo"),
    ("pause", "resume"),
    ("pause", "cancel"),
    ("pause",),
)
WHEN_MS = (0, 0, 250, 500, 1_000, 4_000)
_FIRST = Given(TENANT, three_chunks())
_UPDATE = Given(TENANT, three_chunks(), uploaded_after=4_000, asked=Asked(on_conflict="update"))
IMPORTS: Sequence[tuple[Given, ...]] = (
    (_FIRST,),
    (_FIRST, _UPDATE),
    (_FIRST, replace(_UPDATE, uploaded_after=60_000)),
    (replace(_FIRST, words=(("undo", 60_000),)), replace(_FIRST, uploaded_after=1_000)),
    (_FIRST, replace(_UPDATE, words=(("undo", 90_000),))),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A recalculation that somebody plans at some time (ms), and then confirms so often, and what is said of it."""

    form: Mapping[str, Any]
    after: int
    confirmed: int = 1
    words: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class Course(Plot):
    """A plot with recalculations. Of each of them the same happens at the `doomed` call of every one of its tasks."""

    wanted: tuple[Wanted, ...] = ()
    doomed: tuple[str, int, Fate] | None = None


class Recalculating(Schedule):
    """A schedule of a course."""

    plot: Course

    def _run_to_the_end(self) -> None:
        with self.wire.aside():
            for name, zone in (("nuclear", "FRA"), ("british", "GBR")):
                save_preset(self.real, CALLER, {"id": name, "grid": {"mode": "zone", "zone": zone}})
        for number, wanted in enumerate(self.plot.wanted, start=1):
            self.strands.spawn(f"planner {number}", partial(self._plan, wanted))
        super()._run_to_the_end()
        with stage.on(self.strands):
            for _ in range(PATIENCE):
                self.strands.spawn("sweep", self._sweep)
                self.strands.run()
                if not any(record.turn or record.paused_at for record in self.recalculations()):
                    return
        self.accidents.append("a recalculation has come to no end, however often it was begun again")

    def recalculations(self) -> list[Recalculation]:
        """All of them as they are now."""
        home = find_project(self.real, TENANT, PROJECT)
        return list(recalculations_of(self.real, TENANT, home.project_id))

    def _plan(self, wanted: Wanted) -> None:
        self.strands.sleep(wanted.after)
        planned = self._request(
            "plan", "", partial(plan_recalculation, self.world, CALLER, PROJECT, wanted.form)
        )
        name = str(planned["recalculation_id"])
        if self.plot.doomed:
            self.fates.doom = Doom(name, *self.plot.doomed)
        self._look_until(name, lambda shown: shown["status"] != "planning")
        for _ in range(wanted.confirmed):
            self.strands.spawn("confirm", partial(self._say, name, confirm_recalculation))
        for word, after in wanted.words:
            self.strands.spawn(word, partial(self._say_later, name, word, after))

    def _say_later(self, name: str, word: RecalculationWord, after: int) -> None:
        """A person who stops a recalculation at some time, or undoes it after its end."""
        self.strands.sleep(after)
        if word == "undo":
            self._look_until(name, lambda shown: shown["status"] not in ("planned", "processing"))
        self._say(name, WORDS[word])

    def _say(self, name: str, say: Callable[..., Any]) -> None:
        self._request("say", name, lambda: say(self.world, CALLER, PROJECT, name))

    def _look_until(self, name: str, seen: Callable[[Any], bool]) -> None:
        for _ in range(PATIENCE):
            shown = self._request("get", name, lambda: get_recalculation(self.world, CALLER, PROJECT, name))
            if shown is not None and seen(shown):
                return
            self.strands.sleep(1_000)

    def _sweep(self) -> None:
        """What stands still goes on some time later, and what is still paused is resumed, for a pause is no end."""
        self.strands.sleep(10 * 60_000)
        for record in self.recalculations():
            if record.paused_at is not None:
                self._say(record.recalculation_id, resume_recalculation)
        home = find_project(self.real, TENANT, PROJECT)
        self._request("sweep", "", lambda: sweep_recalculations(self.world, home))

    def _request(self, label: str, name: str, work: Callable[[], Any]) -> Any:
        subject: Any = SimpleNamespace(tenant=TENANT, import_id=name)
        return self._ask(label, subject, work)

    def _launch(self, kind: str, name: str, request: dict[str, Any]) -> None:
        if kind == "recalculate":
            self._execute(kind, name, request, f"{request['turn']} {name}")
        else:
            super()._launch(kind, name, request)

    def _invoke(self, function: str, state: str, payload: dict[str, Any]) -> Any:
        named = {"import_id": payload.get("recalculation_id")}
        return super()._invoke(function, state, {**named, **payload})


WORDS: Mapping[RecalculationWord, Callable[..., Any]] = {
    "pause": pause_recalculation,
    "resume": resume_recalculation,
    "cancel": cancel_recalculation,
    "undo": undo_recalculation,
}


def drawn_course(tape: Tape) -> Course:
    """A course from the tape."""
    wanted = tuple(
        Wanted(
            tape.one_of(FORMS),
            after=tape.one_of((3_000, 3_000, 5_000, 60_000, 70_000, 130_000)),
            confirmed=tape.one_of((1, 1, 1, 2, 0)),
            words=tuple((word, tape.one_of(WHEN_MS)) for word in tape.one_of(TALKS)),
        )
        for _ in range(tape.one_of((1, 2, 2, 3)))
    )
    every: list[Fate] = sorted({*ON_READ, *ON_WRITE, *ON_TASK})
    kinds = frozenset(kind for kind in every if tape.rarely(0.5))
    doomed: tuple[str, int, Fate] | None = None
    if tape.rarely(0.4):
        state = tape.one_of(("Recalculate", "Finish"))
        fate: Fate = tape.one_of(("given up", "crash after", "crash before"))
        doomed = (state, 1 + tape.below(24), fate)
    return Course(
        tape.one_of(IMPORTS),
        kinds=kinds,
        rate=tape.one_of((0.0, 0.01, 0.03)) if kinds else 0.0,
        budget=tape.below(7),
        slowness=tape.one_of((0.0, 0.3)),
        switches=tape.one_of((0.0, 0.2, 0.5)),
        wanted=wanted,
        doomed=doomed,
    )


CUT = Course(
    (_FIRST,), switches=0.3, wanted=(Wanted({"preset": "nuclear"}, after=3_000, words=(("undo", 0),)),)
)
"""One recalculation, undone by somebody after its end."""


def at_every_swap(fate: Fate, number: int) -> Iterator[Outcome]:
    """The same, as the tape of a number tells it, with that fate at one of the swaps by which pages get and lose its
    figures: at each of them in turn."""
    for place, name in enumerate(_run(CUT, Tape(number)).names):
        if name.startswith("ledger.swap") and "recalculation" in name:
            yield _run(replace(CUT, fixed={place: fate}), Tape(number))


def run_course(number: int, *, traced: bool = False) -> Outcome:
    """The course of a number, and all that must hold after it. To be called on a stage."""
    tape = Tape(number)
    return _run(drawn_course(tape), tape, traced=traced)


def _run(plot: Course, tape: Tape, *, traced: bool = False) -> Outcome:
    with stage.substituted([(limits, "DAYS_PER_TASK", stage.DAYS_PER_TASK)]):
        return run_plot(plot, tape, traced=traced, serial=False, kind=Recalculating, further=FURTHER)
