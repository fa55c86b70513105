"""One schedule: what people and events do, in a world where calls go wrong, until everything has come to rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from functions.start_import.app import arrived
from gramledger.adapters.memory.world import memory_world
from gramledger.app import keys
from gramledger.app.confirm import confirm_import, discard_import
from gramledger.app.create_import import NewImport, create_import
from gramledger.app.imports import get_import
from gramledger.app.lookup import Caller
from gramledger.app.projects import create_project
from gramledger.core.imports import ACTIVE, Import
from gramledger.core.options import Mode, Options
from gramledger.core.problems import Problem
from gramledger.ports import Unavailable, World
from simulation import machine, stage
from simulation.faults import ON_READ, ON_TASK, ON_WRITE, Doom, Fate, Fates
from simulation.files import DAYS, File
from simulation.functions import STEPS, answer_of
from simulation.machine import Execution, StateError
from simulation.progress import Watch
from simulation.strands import Killed, Process, Strand, Strands
from simulation.tape import Tape
from simulation.truth import ADDS, Asked
from simulation.wire import Wire
from simulation.words import Said, Word, drawn_words, saying
from simulation.world import SimulatedWorld

NOW = 1_763_000_040_000  # 2025-11-13, at a full minute
PROJECT = "demo"
TENANTS = ("acme", "zeta")
ATTEMPTS = 60
"""How often a person or an event tries again: longer than all storms of a schedule together."""

WISHES: Sequence[Asked] = (
    Asked(on_conflict="update"),
    Asked(replaces=True),
    Asked(replaces=True, window=(DAYS[0], DAYS[-1])),
    Asked(replaces=True, account="one"),
    Asked(account="one"),
    Asked(on_conflict="update", account="one"),
    Asked(on_conflict="fail"),
)

Decision = Literal["confirm", "discard"]
DECISIONS: Sequence[tuple[Decision, ...]] = (
    ("confirm",),
    ("discard",),
    ("confirm", "confirm"),
    ("confirm", "discard"),
    ("discard", "confirm"),
    ("discard", "discard"),
    (),
)

ALWAYS: Sequence[Fate] = ("crash before", "crash after", "given up")

MACHINES = {
    name: machine.load(machine.DEFINITIONS / f"{name}.asl.yaml")
    for name in ("import", "take_back", "recalculate")
}


@dataclass(frozen=True, slots=True)
class Given:
    """One import of a schedule: its file, how it is announced, and how often and when it is heard of."""

    tenant: str
    file: File
    dry_run: bool = False
    decisions: tuple[Decision, ...] | None = None
    """What people say about the plan; None for an import that goes on by itself."""
    uploaded_after: int = 0
    events: tuple[int, ...] = (0,)
    """After how many ms each notice of the upload arrives."""
    asked: Asked = ADDS
    words: tuple[Said, ...] = ()
    """What people say about the import itself, and when."""


@dataclass(frozen=True, slots=True)
class Plot:
    """Everything that a schedule is given; the rest is up to the tape."""

    imports: tuple[Given, ...]
    kinds: frozenset[Fate] = frozenset()
    rate: float = 0.0
    budget: int = 0
    slowness: float = 0.0
    switches: float = 0.0
    fixed: dict[int, Fate] = field(default_factory=dict)
    doom: tuple[int, str, int, Fate] | None = None
    """The number of an import, the state and the call at which the same always happens to its task, and what."""


def drawn_plot(tape: Tape, files: Sequence[File]) -> Plot:
    """A plot from the tape and a shelf. It has only some kinds of faults, so that rare ones are not drowned."""
    imports = tuple(_drawn_import(tape, files) for _ in range(tape.one_of((1, 2, 2, 2, 3, 3))))
    every: list[Fate] = sorted({*ON_READ, *ON_WRITE, *ON_TASK})
    kinds = frozenset(kind for kind in every if tape.rarely(0.5))
    doom = None
    if tape.rarely(0.25):
        state = tape.one_of(("Calculate", "Finalize", "Parse", "GroupDays", "Plan"))
        doom = (tape.below(len(imports)), state, 1 + tape.below(12), tape.one_of(ALWAYS))
    return Plot(
        imports,
        kinds=kinds,
        rate=tape.one_of((0.0, 0.01, 0.03, 0.1)) if kinds else 0.0,
        budget=tape.below(9),
        slowness=tape.one_of((0.0, 0.2, 0.5)),
        switches=tape.one_of((0.0, 0.1, 0.3, 0.8)),
        doom=doom,
    )


def _drawn_import(tape: Tape, files: Sequence[File]) -> Given:
    decisions = tape.one_of(DECISIONS) if tape.rarely(0.2) else None
    return Given(
        tenant=TENANTS[int(tape.rarely(0.1))],
        file=tape.one_of(files),
        dry_run=tape.rarely(0.1),
        decisions=decisions,
        uploaded_after=tape.one_of((0, 0, 0, 0, 0, 1000, 3000, 20_000)),
        events=tuple(
            tape.one_of((0, 0, 0, 0, 0, 0, 0, 0, 1000, 20_000))
            for _ in range(tape.one_of((1, 1, 1, 1, 2, 3)))
        ),
        asked=tape.one_of(WISHES) if tape.rarely(0.3) else ADDS,
        words=drawn_words(tape) if decisions is None and tape.rarely(0.2) else (),
    )


@dataclass(frozen=True, slots=True)
class Ground:
    """Where schedules are played: what keeps their stores, and what makes these go wrong."""

    stores: Callable[[int], World]
    """New and empty ones, at a time in ms."""
    around: Callable[..., SimulatedWorld]


IN_MEMORY = Ground(lambda now_ms: memory_world(now_ms=now_ms), SimulatedWorld)


class Schedule:
    """A world, what happens in it, and what was seen on the way; `world` is one that another schedule has left."""

    def __init__(
        self,
        plot: Plot,
        tape: Tape,
        *,
        traced: bool = False,
        world: World | None = None,
        ground: Ground = IN_MEMORY,
    ) -> None:
        self.plot = plot
        self.ground = ground
        self.tape = tape
        self.strands = Strands(tape, now_ms=NOW + 1000, switches=plot.switches)
        self.fates = Fates(tape, self.strands, plot.kinds, plot.rate, plot.budget, plot.slowness, plot.fixed)
        self.wire = Wire(self.strands, self.fates, [] if traced else None)
        self.watch = Watch()
        self.real = world or ground.stores(NOW)
        self.world = ground.around(self.real, self.wire, tape, seen=self.watch.see, launch=self._launch)
        self.accidents: list[str] = []
        """Errors of our own making, and requests of people that were never answered."""
        self.records: list[Import] = []

    @property
    def files(self) -> dict[str, File]:
        """The file of every import."""
        return {
            record.import_id: given.file
            for record, given in zip(self.records, self.plot.imports, strict=True)
        }

    @property
    def harmless(self) -> bool:
        """Whether nothing was ever in the way of an import."""
        return not self.plot.kinds and not self.plot.fixed and self.plot.doom is None

    def play(self) -> None:
        """Create the imports, let everything happen, and wait until nothing happens any more. Raises Endless."""
        self.records = [self._created(given) for given in self.plot.imports]
        if self.plot.doom:
            number, state, call, fate = self.plot.doom
            self.fates.doom = Doom(self.records[number].import_id, state, call, fate)
        for number, (record, given) in enumerate(zip(self.records, self.plot.imports, strict=True), start=1):
            self.strands.spawn(f"client {number}", partial(self._client, number, record, given))
        self._run_to_the_end()

    def again(self, records: Sequence[Import], given: Sequence[Given]) -> None:
        """Like `play`, for imports that were created elsewhere."""
        for record in records:
            self.real.jobs.create(record)
        self.records = list(records)
        for number, (record, one) in enumerate(zip(records, given, strict=True), start=1):
            self.strands.spawn(f"client {number}", partial(self._client, number, record, one))
        self._run_to_the_end()

    def _run_to_the_end(self) -> None:
        """Until everything is at rest; what is still paused then is resumed, for a pause is no end."""
        with stage.on(self.strands):
            self.strands.run()
            while paused := [record for record in self.records if self._is_paused(record)]:
                for record in paused:
                    self.strands.spawn("resume", partial(self._speak, record, "resume", 0))
                self.strands.run()

    def _is_paused(self, record: Import) -> bool:
        known = self.real.jobs.get(record.tenant, record.import_id)
        return known is not None and known.paused_at is not None

    def _created(self, given: Given) -> Import:
        self.real.clock.sleep(0.001)
        caller = _admin(given.tenant)
        if self.real.projects.named(given.tenant, PROJECT) is None:
            create_project(self.real, caller, PROJECT)
        new = NewImport(
            given.file.name,
            dry_run=given.dry_run,
            confirm="auto" if given.decisions is None else "manual",
            options=_options(given.asked),
        )
        record, _ = create_import(self.real, caller, PROJECT, new)
        self.watch.see(record, [])
        return record

    def _client(self, number: int, record: Import, given: Given) -> None:
        self.strands.sleep(given.uploaded_after)
        key = keys.upload(record.tenant, record.import_id)
        with self.wire.aside():
            self.real.uploads.write(key, given.file.content)
        for delay in given.events:
            self.strands.spawn(f"event {number}", partial(self._event, record, key, delay))
        for decision in given.decisions or ():
            self.strands.spawn(f"{decision} {number}", partial(self._decide, record, decision))
        for word, after in given.words:
            self.strands.spawn(f"{word} {number}", partial(self._speak, record, word, after))

    def _event(self, record: Import, key: str, delay: int) -> None:
        """An "Object Created" event, delivered until it is taken."""
        self.strands.sleep(delay)
        with self.wire.aside():
            notice = {"detail": {"object": {"key": key, "size": self.real.uploads.size(key) or 0}}}
        self._ask("start_import", record, lambda: arrived(self.world, notice))

    def _decide(self, record: Import, decision: Decision) -> None:
        """A person who looks at the import until it is planned, and then says a word."""
        caller = _admin(record.tenant)
        self._look_until_it_rests(record)
        say = confirm_import if decision == "confirm" else discard_import
        self._ask(decision, record, lambda: say(self.world, caller, record.import_id))

    def _look_until_it_rests(self, record: Import) -> None:
        caller = _admin(record.tenant)
        for _ in range(ATTEMPTS):
            shown = self._ask("get", record, lambda: get_import(self.world, caller, record.import_id))
            if shown is not None and (shown["paused_at"] or shown["status"] not in ACTIVE | {"waiting"}):
                return
            self.strands.sleep(5_000)

    def _speak(self, record: Import, word: Word, after: int) -> None:
        """A person who stops an import at some time, or undoes it after its end."""
        self.strands.sleep(after)
        if word == "undo":
            self._look_until_it_rests(record)
        self._ask(word, record, saying(self.world, _admin(record.tenant), record, word))

    def _ask(self, label: str, record: Import, work: Callable[[], Any]) -> Any:
        """The answer to a request that is made again while nobody answers; None when it is refused."""
        answers: list[Any] = []

        def answer() -> None:
            try:
                answers.append(work())
            except Unavailable:
                pass
            except Problem as problem:
                self.wire.note(f"refused: {problem.code}")
                answers.append(None)

        for _ in range(ATTEMPTS):
            process = Process(f"{label} {record.import_id}", record.tenant, record.import_id)
            strand = self.strands.spawn(label, answer, process)
            self.strands.wait(partial(_settled, strand, process))
            if answers:
                return answers[0]
            self.strands.sleep(1_000)
        self.accidents.append(f"{label} of {record.import_id} was not answered in {ATTEMPTS} attempts")
        return None

    def _launch(self, kind: str, name: str, request: dict[str, Any]) -> None:
        number = [record.import_id for record in self.records].index(request["import_id"]) + 1
        self._execute(kind, name, request, f"{kind} {number}" + ("'" if request.get("confirmed") else ""))

    def _execute(self, kind: str, name: str, request: dict[str, Any], label: str) -> None:
        execution = Execution(self.strands, self.tape, self._invoke, self.wire.note)

        def run() -> None:
            try:
                execution.run(MACHINES[kind], request)
                self.world.workflows.ended[name] = "succeeded"
            except StateError as error:
                self.world.workflows.ended[name] = "failed"
                self.wire.note(f"the execution failed: {error.error}")
                if error.error == "States.Runtime":
                    self.accidents.append(f"execution {name}: {error.cause}")

        self.strands.spawn(label, run)

    def _invoke(self, function: str, state: str, payload: dict[str, Any]) -> Any:
        """Call a function as the state machine does: in a process of its own, of which an answer may never come."""
        fate = self.fates.of_task()
        me = self.strands.current
        name = f"{me.name if me else '-'} {state}"
        if fate == "lost":
            self.wire.note(f"{state} was not called")
            raise StateError("Lambda.TooManyRequestsException")
        process = Process(f"{state} {name}", payload["tenant"], payload["import_id"])
        outcome: list[Any] = []
        strand = self.strands.spawn(name, partial(self._task, function, payload, process, outcome), process)
        if fate == "twice":
            copy = Process(f"{state} {name}", payload["tenant"], payload["import_id"], given_up=True)
            self.strands.spawn(f"{name} copy", partial(self._task, function, payload, copy, []), copy)
        self.strands.wait(partial(_settled, strand, process))
        if not strand.ended or not outcome:
            raise StateError("States.Timeout" if process.given_up else "Lambda.Unknown")
        if fate == "unheard":
            self.wire.note(f"the answer of {state} is lost")
            raise StateError("Lambda.SdkClientException")
        if isinstance(outcome[0], StateError):
            raise outcome[0]
        return outcome[0]

    def _task(self, function: str, payload: dict[str, Any], process: Process, outcome: list[Any]) -> None:
        try:
            outcome.append(answer_of(STEPS[function], self.world, payload))
        except StateError as error:
            outcome.append(error)
        except Killed:
            raise
        except Exception as error:
            self.wire.note(f"accident: {type(error).__name__}: {error}")
            if not process.given_up:
                self.accidents.append(f"{process.label}: {type(error).__name__}: {error}")
            outcome.append(StateError(type(error).__name__, "{}"))


def _settled(strand: Strand, process: Process) -> bool:
    """Whether there is nothing to wait for any more: an answer, or the certainty that none will come."""
    return strand.ended or process.dead or process.given_up


def _options(asked: Asked) -> Options:
    window = {"from": asked.window[0], "to": asked.window[1]} if asked.window else None
    mode: Mode = "replace" if asked.replaces else "append"
    return Options(on_conflict=asked.on_conflict, mode=mode, window=window, account=asked.account)


def _admin(tenant: str) -> Caller:
    return Caller(tenant=tenant, user="ada", groups=frozenset({"admin"}))
