"""The simulated world: the fakes of the ports, with every call a point where others go on and where it may fail.

Calls that are several requests in reality are several here: a page version is put under its own name before the head
is swapped, and a record is read before it is swapped. Nothing here knows what the use cases do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from gramledger.adapters.memory.jobs import MemoryJobs
from gramledger.adapters.memory.ledger import MemoryLedger
from gramledger.adapters.memory.objects import MemoryObjects
from gramledger.adapters.memory.world import MemoryWorld
from gramledger.core.heads import Head, Version
from gramledger.core.history import Blob, Written
from gramledger.core.imports import Import, Progress
from gramledger.core.sweeping import Execution
from gramledger.ports.objects import UploadForm
from gramledger.ports.workflows import Machine
from simulation.strands import Strands
from simulation.tape import Tape
from simulation.wire import Wire

T = TypeVar("T")

READING_VERBS = frozenset(("get", "named", "list", "find", "keys", "read"))

Launch = Callable[[str, str, dict[str, Any]], None]
"""Begins an execution: of which machine, its name, its request."""

MINUTE_MS = 60_000

JITTER = (0.5, 0.25, 0.75, 1.0, 0.0)
"""Jitter is one of these parts of its span: chance enough, and times that repeat."""


def _owner(key: str) -> str:
    """The tenant in an object's key."""
    return [*key.split("/"), ""][1]


class SimulatedObjects:
    """A bucket."""

    def __init__(self, name: str, real: MemoryObjects, wire: Wire) -> None:
        self._name, self._real, self._wire = name, real, wire

    def _do(self, verb: str, key: str, work: Callable[[], T], *, writes: bool = False) -> T:
        return self._wire.call(f"{self._name}.{verb} {key}", _owner(key), work, writes=writes)

    def size(self, key: str) -> int | None:
        """Bytes of an object, or None."""
        return self._do("size", key, lambda: self._real.size(key))

    def fingerprint(self, key: str) -> str | None:
        """The hash of an object, or None."""
        return self._do("fingerprint", key, lambda: self._real.fingerprint(key))

    def read(self, key: str, start: int = 0, stop: int | None = None) -> bytes:
        """Bytes [start, stop) of an object."""
        return self._do("read", key, lambda: self._real.read(key, start, stop))

    def stream(self, key: str) -> Iterator[bytes]:
        """An object in pieces."""
        yield from self._do("stream", key, lambda: list(self._real.stream(key)))

    def write(self, key: str, content: bytes) -> None:
        """Put an object."""
        self._do("write", key, lambda: self._real.write(key, content), writes=True)

    def write_once(self, key: str, content: bytes) -> bool:
        """Put an object where there is none; a repeated request finds its own."""
        return self._wire.call(
            f"{self._name}.write {key}",
            _owner(key),
            lambda: self._real.write_once(key, content),
            writes=True,
            echo=False,
        )

    def write_parts(self, key: str, parts: Iterable[bytes]) -> None:
        """Put an object from parts: it is there when all of them are."""
        content = b"".join(parts)
        self._do("write", key, lambda: self._real.write(key, content), writes=True)

    def delete(self, keys: Iterable[str]) -> None:
        """Remove objects."""
        for key in keys:
            self._do("delete", key, lambda key=key: self._real.delete([key]), writes=True)  # type: ignore[misc] # bound at once

    def keys(self, prefix: str, after: str = "") -> Iterator[str]:
        """The keys that begin with the prefix, sorted; only those that come after one."""
        return iter(self._do("keys", prefix, lambda: list(self._real.keys(prefix, after))))

    def dated_keys(self, prefix: str) -> Iterator[tuple[str, int]]:
        """The same with when each object was put."""
        return iter(self._do("keys", prefix, lambda: list(self._real.dated_keys(prefix))))

    def upload_form(self, key: str, *, sizes: tuple[int, int], seconds: int) -> UploadForm:
        """A form that `post` accepts until it expires."""
        return self._real.upload_form(key, sizes=sizes, seconds=seconds)

    def download_link(self, key: str, *, filename: str, content_type: str, seconds: int) -> str:
        """An address that names the object."""
        return self._real.download_link(key, filename=filename, content_type=content_type, seconds=seconds)


class SimulatedLedger:
    """The day pages, with every version that was ever swapped in."""

    def __init__(self, real: MemoryLedger, wire: Wire) -> None:
        self._real, self._wire = real, wire
        self.history: list[tuple[str, str, Version]] = []

    def head(self, tenant: str, project_id: str, day: str) -> Head | None:
        """The current head of a day."""
        return self._wire.call(
            f"ledger.head {day}", tenant, lambda: self._real.head(tenant, project_id, day), writes=False
        )

    def heads(self, tenant: str, project_id: str, first: str | None, last: str | None) -> Iterator[Head]:
        """The current heads; each as it is when it is come to, for a query is no snapshot."""
        known = self._wire.call(
            f"ledger.heads {first} {last}",
            tenant,
            lambda: list(self._real.heads(tenant, project_id, first, last)),
            writes=False,
        )
        for number, head in enumerate(known):
            if number:
                self._wire.strands.point()
            yield self._real.head(tenant, project_id, head.day) or head

    def body(self, tenant: str, project_id: str, head: Head) -> bytes | None:
        """The blob of a head's page."""
        return self._wire.call(
            f"ledger.body {head.day} {head.version}",
            tenant,
            lambda: self._real.body(tenant, project_id, head),
            writes=False,
        )

    def commit(self, tenant: str, project_id: str, version: Version) -> bool:
        """Put the version's body, then swap the head."""
        name = f"{version.head.day} {version.head.version} by {version.head.cause}"
        # a body counts only once a head names it, so putting it is a point where things go wrong and nothing else
        self._wire.call(f"ledger.put {name}", tenant, lambda: None, writes=True)
        return self._wire.call(
            f"ledger.swap {name}",
            tenant,
            lambda: self._swap(tenant, project_id, version),
            writes=True,
            echo=False,
        )

    def versions(
        self, tenant: str, project_id: str, first: str | None, last: str | None
    ) -> Iterator[Written]:
        """All versions that were ever written."""
        return iter(
            self._wire.call(
                f"ledger.versions {first} {last}",
                tenant,
                lambda: list(self._real.versions(tenant, project_id, first, last)),
                writes=False,
            )
        )

    def drop_body(self, tenant: str, project_id: str, head: Head) -> None:
        """Remove the body of a version."""
        self._wire.call(
            f"ledger.drop_body {head.day} {head.version}",
            tenant,
            lambda: self._real.drop_body(tenant, project_id, head),
            writes=True,
        )

    def drop_version(self, tenant: str, project_id: str, head: Head) -> None:
        """Remove a version and its body."""
        self._wire.call(
            f"ledger.drop_version {head.day} {head.version}",
            tenant,
            lambda: self._real.drop_version(tenant, project_id, head),
            writes=True,
        )

    def blobs(self, tenant: str, project_id: str) -> Iterator[Blob]:
        """What is kept apart from the versions."""
        return self._real.blobs(tenant, project_id)

    def drop_blob(self, tenant: str, project_id: str, blob: Blob) -> None:
        """Remove a blob that belongs to no version."""
        self._real.drop_blob(tenant, project_id, blob)

    def _swap(self, tenant: str, project_id: str, version: Version) -> bool:
        swapped = self._real.commit(tenant, project_id, version)
        if swapped:
            self.history.append((tenant, project_id, version))
        else:
            self._wire.note(f"  refused: version {version.head.version} does not follow")
        return swapped


class SimulatedJobs:
    """Import records; `seen` is called with each record and its tasks after every change."""

    def __init__(
        self, real: MemoryJobs, wire: Wire, seen: Callable[[Import, Sequence[Progress]], None]
    ) -> None:
        self._real, self._wire, self._seen = real, wire, seen

    def create(self, record: Import) -> None:
        """Keep a new import."""
        self._wire.call(
            f"jobs.create {record.import_id}", record.tenant, lambda: self._real.create(record), writes=True
        )

    def restore(self, record: Import) -> bool:
        """Keep a logged record, unless there is a later one."""
        return self._wire.call(
            f"jobs.restore {record.import_id}", record.tenant, lambda: self._real.restore(record), writes=True
        )

    def get(self, tenant: str, import_id: str) -> Import | None:
        """An import of the tenant."""
        return self._wire.call(
            f"jobs.get {import_id}", tenant, lambda: self._real.get(tenant, import_id), writes=False
        )

    def change(self, tenant: str, import_id: str, change: Callable[[Import], Import | None]) -> Import | None:
        """Read, change, swap; again when somebody was quicker."""
        while True:
            record = self.get(tenant, import_id)
            changed = change(record) if record else None
            if record is None or changed is None:
                return record
            swapped = self._wire.call(
                f"jobs.swap {import_id} {changed.status}/{changed.phase}",
                tenant,
                lambda record=record, changed=changed: self._swap(record, changed),  # type: ignore[misc] # as above
                writes=True,
                echo=False,
            )
            if swapped:
                return self._real.get(tenant, import_id)

    def _swap(self, before: Import, after: Import) -> bool:
        swapped = False

        def follow(known: Import) -> Import | None:
            nonlocal swapped
            swapped = known.revision == before.revision
            return after if swapped else None

        record = self._real.change(before.tenant, before.import_id, follow)
        if swapped and record:
            self._look(record)
        return swapped

    def page(
        self, tenant: str, *, project_id: str | None, status: str | None, limit: int, before: str | None
    ) -> tuple[Sequence[Import], str | None]:
        """Imports, newest first."""
        return self._wire.call(
            "jobs.page",
            tenant,
            lambda: self._real.page(tenant, project_id=project_id, status=status, limit=limit, before=before),
            writes=False,
        )

    def active(self, tenant: str, project_id: str) -> list[str]:
        """The ids of the project's imports that are queued or processing."""
        return self._wire.call(
            "jobs.active", tenant, lambda: self._real.active(tenant, project_id), writes=False
        )

    def report(self, tenant: str, import_id: str, progress: Progress) -> None:
        """Keep a task's progress."""

        def keep() -> None:
            self._real.report(tenant, import_id, progress)
            record = self._real.get(tenant, import_id)
            if record:
                self._look(record)

        self._wire.call(
            f"jobs.report {import_id} {progress.kind} {progress.index}", tenant, keep, writes=True
        )

    def progress(self, tenant: str, import_id: str) -> list[Progress]:
        """The progress of all tasks of an import."""
        return self._wire.call(
            f"jobs.progress {import_id}",
            tenant,
            lambda: self._real.progress(tenant, import_id),
            writes=False,
        )

    def _look(self, record: Import) -> None:
        self._seen(record, self._real.progress(record.tenant, record.import_id))


class SimulatedPort:
    """Any other port: each method is one call. Its first argument is the tenant, or a record that names it."""

    def __init__(self, name: str, real: object, wire: Wire) -> None:
        self._name, self._real, self._wire = name, real, wire

    def __getattr__(self, verb: str) -> Callable[..., Any]:
        method = getattr(self._real, verb)

        def call(*arguments: Any, **options: Any) -> Any:
            tenant = arguments[0] if isinstance(arguments[0], str) else arguments[0].tenant
            label = f"{self._name}.{verb}"
            return self._wire.call(
                label, tenant, lambda: method(*arguments, **options), writes=verb not in READING_VERBS
            )

        return call


class SimulatedWorkflows:
    """Executions that really run: `launch` is given machine, name and request of each new one."""

    def __init__(self, wire: Wire, launch: Launch) -> None:
        self._wire, self._launch = wire, launch
        self.started: dict[str, dict[str, Any]] = {}
        self.ended: dict[str, Execution] = {}
        """How executions ended, by their names."""

    def start(self, machine: Machine, name: str, request: dict[str, Any]) -> bool:
        """Start an execution once."""

        def start() -> bool:
            if name in self.started:
                return False
            self.started[name] = request
            self._launch(machine, name, request)
            return True

        return self._wire.call(f"workflows.start {name}", request["tenant"], start, writes=True, echo=False)

    def state(self, machine: Machine, name: str) -> Execution | None:  # noqa: ARG002 -- names of machines never meet
        """The state of an execution, or None if there is none of that name."""
        if name not in self.started:
            self._wire.strands.point()
            return None
        return self._wire.call(
            f"workflows.state {name}",
            self.started[name]["tenant"],
            lambda: self.ended.get(name, "running"),
            writes=False,
        )


class SimulatedClock:
    """The time of the strands, in whole minutes: what is stamped in different schedules is then often the same."""

    def __init__(self, strands: Strands) -> None:
        self._strands = strands

    def now_ms(self) -> int:
        """Milliseconds since 1970-01-01T00:00Z."""
        return self._strands.now // MINUTE_MS * MINUTE_MS

    def sleep(self, seconds: float) -> None:
        """Let others go on for so long."""
        self._strands.sleep(int(seconds * 1000))


class SimulatedChance:
    """Chance from the tape."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape

    def bytes(self, count: int) -> bytes:
        """Bytes from the tape."""
        return bytes(self._tape.below(256) for _ in range(count))

    def uniform(self, low: float, high: float) -> float:
        """One of few numbers between the two."""
        return low + (high - low) * self._tape.one_of(JITTER)


class SimulatedWorld:
    """A MemoryWorld in which everything can go wrong (ports.World)."""

    def __init__(
        self,
        real: MemoryWorld,
        wire: Wire,
        tape: Tape,
        *,
        seen: Callable[[Import, Sequence[Progress]], None],
        launch: Launch,
    ) -> None:
        self.real = real
        self.wire = wire
        self.uploads = SimulatedObjects("uploads", real.uploads, wire)
        self.store = SimulatedObjects("store", real.store, wire)
        self.ledger = SimulatedLedger(real.ledger, wire)
        self.jobs = SimulatedJobs(real.jobs, wire, seen)
        self.workflows = SimulatedWorkflows(wire, launch)
        self.clock = SimulatedClock(wire.strands)
        self.chance = SimulatedChance(tape)

    def __getattr__(self, name: str) -> Any:
        return SimulatedPort(name, getattr(self.real, name), self.wire)
