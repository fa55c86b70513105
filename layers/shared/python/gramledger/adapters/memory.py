"""All ports in memory: for tests and simulations. Every stored value is kept as bytes or frozen records, so that
nothing is shared with the caller by accident."""

from __future__ import annotations

import random
from bisect import insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from threading import RLock
from typing import Any

from gramledger.adapters.memory_notices import (
    MemoryCourier,
    MemoryEvents,
    MemoryReceivers,
    MemorySecrets,
    MemoryWebhooks,
)
from gramledger.core.heads import Head, Version
from gramledger.core.history import Written
from gramledger.core.imports import Import, Progress
from gramledger.core.mapping import SavedMapping
from gramledger.core.problems import NameTaken
from gramledger.core.projects import Project, name_key
from gramledger.core.requests import KeyedRequest
from gramledger.core.saved_presets import SavedPreset
from gramledger.core.shape import Shape
from gramledger.core.sweeping import Execution
from gramledger.ports import Machine, UploadForm

STREAM_BYTES = 1 << 20


class MemoryObjects:
    """Objects in a dictionary; upload forms are honoured by `post`."""

    def __init__(self, clock: MemoryClock) -> None:
        self._objects: dict[str, bytes] = {}
        self._clock = clock
        self._lock = RLock()

    def size(self, key: str) -> int | None:
        """Bytes of an object, or None."""
        content = self._objects.get(key)
        return None if content is None else len(content)

    def read(self, key: str, start: int = 0, stop: int | None = None) -> bytes:
        """Bytes [start, stop) of an object."""
        return self._objects[key][start:stop]

    def stream(self, key: str) -> Iterator[bytes]:
        """An object in pieces."""
        content = self._objects[key]
        for start in range(0, len(content), STREAM_BYTES):
            yield content[start : start + STREAM_BYTES]

    def write(self, key: str, content: bytes) -> None:
        """Put an object."""
        with self._lock:
            self._objects[key] = bytes(content)

    def write_parts(self, key: str, parts: Iterable[bytes]) -> None:
        """Put an object from parts."""
        self.write(key, b"".join(parts))

    def delete(self, keys: Iterable[str]) -> None:
        """Remove objects."""
        with self._lock:
            for key in keys:
                self._objects.pop(key, None)

    def keys(self, prefix: str) -> Iterator[str]:
        """The keys that begin with the prefix, sorted."""
        return iter(sorted(key for key in self._objects if key.startswith(prefix)))

    def upload_form(self, key: str, *, sizes: tuple[int, int], seconds: int) -> UploadForm:
        """A form that `post` accepts until it expires."""
        fields = {"key": key, "policy": f"{sizes[0]}-{sizes[1]}"}
        return UploadForm("memory:post", fields, self._clock.now_ms() + seconds * 1000, sizes[1])

    def post(self, form: UploadForm, content: bytes) -> bool:
        """Upload by a form; False when it is refused."""
        low, high = (int(bound) for bound in form.fields["policy"].split("-"))
        if self._clock.now_ms() > form.expires_at or not low <= len(content) <= high:
            return False
        self.write(form.fields["key"], content)
        return True

    def download_link(self, key: str, *, filename: str, content_type: str, seconds: int) -> str:
        """An address that names the object."""
        return f"memory:{key}?filename={filename}&type={content_type}&seconds={seconds}"


class MemoryLedger:
    """Heads and bodies in dictionaries, with the same compare-and-swap."""

    def __init__(self) -> None:
        self._heads: dict[tuple[str, str], dict[str, Head]] = {}
        self._versions: dict[tuple[str, str], dict[tuple[str, int, str], tuple[Written, bytes | None]]] = {}
        self._lock = RLock()

    def head(self, tenant: str, project_id: str, day: str) -> Head | None:
        """The current head of a day."""
        return self._heads.get((tenant, project_id), {}).get(day)

    def heads(self, tenant: str, project_id: str, first: str | None, last: str | None) -> Iterator[Head]:
        """The current heads of the days first to last, in order."""
        with self._lock:
            known = dict(self._heads.get((tenant, project_id), {}))
        for day in sorted(known):
            if (first is None or day >= first) and (last is None or day <= last):
                yield known[day]

    def body(self, tenant: str, project_id: str, head: Head) -> bytes | None:
        """The blob of a head's page."""
        written, blob = self._versions[tenant, project_id][_name(head)]
        if written.pruned:
            raise KeyError(head.body)
        return blob

    def commit(self, tenant: str, project_id: str, version: Version) -> bool:
        """Swap the head to a version if it follows the current one."""
        head = version.head
        with self._lock:
            self._versions.setdefault((tenant, project_id), {})[_name(head)] = Written(head), version.blob
            days = self._heads.setdefault((tenant, project_id), {})
            current = days.get(head.day)
            if (current.version if current else 0) != head.version - 1:
                return False
            days[head.day] = head
            return True

    def versions(
        self, tenant: str, project_id: str, first: str | None, last: str | None
    ) -> Iterator[Written]:
        """All versions of the days first to last that were ever written."""
        with self._lock:
            known = dict(self._versions.get((tenant, project_id), {}))
        for (day, _, _), (written, _) in sorted(known.items(), key=lambda found: found[0]):
            if (first is None or day >= first) and (last is None or day <= last):
                yield written

    def drop_body(self, tenant: str, project_id: str, head: Head) -> None:
        """Remove the body of a version."""
        with self._lock:
            versions = self._versions.get((tenant, project_id), {})
            if head.body is not None and _name(head) in versions:
                versions[_name(head)] = Written(head, pruned=True), None

    def drop_version(self, tenant: str, project_id: str, head: Head) -> None:
        """Remove a version and its body."""
        with self._lock:
            self._versions.get((tenant, project_id), {}).pop(_name(head), None)


def _name(head: Head) -> tuple[str, int, str]:
    return head.day, head.version, head.hash


class MemoryJobs:
    """Import records and progress in dictionaries."""

    def __init__(self) -> None:
        self._records: dict[str, dict[str, Import]] = {}
        self._order: dict[str, list[str]] = {}
        self._progress: dict[tuple[str, str], dict[tuple[str, int], Progress]] = {}
        self._lock = RLock()

    def create(self, record: Import) -> None:
        """Keep a new import; one that is there stays."""
        with self._lock:
            if self.get(record.tenant, record.import_id):
                return
            self._records.setdefault(record.tenant, {})[record.import_id] = record
            insort(self._order.setdefault(record.tenant, []), record.import_id)

    def restore(self, record: Import) -> bool:
        """Keep a logged record, unless there is a later one."""
        with self._lock:
            known = self.get(record.tenant, record.import_id)
            if known and known.revision >= record.revision:
                return False
            if known is None:
                insort(self._order.setdefault(record.tenant, []), record.import_id)
            self._records.setdefault(record.tenant, {})[record.import_id] = record
            return True

    def get(self, tenant: str, import_id: str) -> Import | None:
        """An import of the tenant."""
        return self._records.get(tenant, {}).get(import_id)

    def change(self, tenant: str, import_id: str, change: Callable[[Import], Import | None]) -> Import | None:
        """Apply a pure change."""
        with self._lock:
            record = self.get(tenant, import_id)
            changed = change(record) if record else None
            if record is None or changed is None:
                return record
            changed = replace(changed, revision=record.revision + 1)
            self._records[tenant][import_id] = changed
            return changed

    def page(
        self, tenant: str, *, project_id: str | None, status: str | None, limit: int, before: str | None
    ) -> tuple[Sequence[Import], str | None]:
        """Imports, newest first."""
        found: list[Import] = []
        for import_id in reversed(self._order.get(tenant, [])):
            record = self._records[tenant][import_id]
            if before is not None and import_id >= before:
                continue
            if project_id not in (None, record.project_id) or status not in (None, record.status):
                continue
            if len(found) == limit:
                return found, found[-1].import_id
            found.append(record)
        return found, None

    def active(self, tenant: str, project_id: str) -> list[str]:
        """The ids of the project's active imports."""
        return sorted(
            r.import_id
            for r in self._records.get(tenant, {}).values()
            if r.project_id == project_id and r.active
        )

    def report(self, tenant: str, import_id: str, progress: Progress) -> None:
        """Keep a task's progress."""
        self._progress.setdefault((tenant, import_id), {})[progress.kind, progress.index] = progress

    def progress(self, tenant: str, import_id: str) -> list[Progress]:
        """The progress of all tasks of an import."""
        return [p for _, p in sorted(self._progress.get((tenant, import_id), {}).items())]


class MemoryProjects:
    """Projects in a dictionary."""

    def __init__(self) -> None:
        self._projects: dict[str, dict[str, Project]] = {}
        self._lock = RLock()

    def create(self, project: Project) -> None:
        """Keep a new project."""
        with self._lock:
            if self.named(project.tenant, project.name):
                raise NameTaken(
                    f"There is a project '{project.name}' already. Use it, or choose another name."
                )
            self._projects.setdefault(project.tenant, {})[project.project_id] = project

    def get(self, tenant: str, project_id: str) -> Project | None:
        """A project of the tenant."""
        return self._projects.get(tenant, {}).get(project_id)

    def named(self, tenant: str, name: str) -> Project | None:
        """The tenant's project of that name."""
        wanted = name_key(name)
        return next((p for p in self._projects.get(tenant, {}).values() if name_key(p.name) == wanted), None)

    def change(self, tenant: str, project_id: str, change: Callable[[Project], Project]) -> Project | None:
        """Apply a pure change."""
        with self._lock:
            project = self.get(tenant, project_id)
            if project is None:
                return None
            changed = replace(change(project), revision=project.revision + 1)
            self._projects[tenant][project_id] = changed
            return changed

    def restore(self, project: Project) -> bool:
        """Keep a logged project, unless there is a later one."""
        with self._lock:
            known = self.get(project.tenant, project.project_id)
            if known and known.revision >= project.revision:
                return False
            self._projects.setdefault(project.tenant, {})[project.project_id] = project
            return True

    def list(self, tenant: str) -> list[Project]:
        """All projects of the tenant, oldest first."""
        return [project for _, project in sorted(self._projects.get(tenant, {}).items())]

    def tenants(self, after: str | None = None) -> Iterator[str]:
        """The tenants that have a project, sorted."""
        return iter(sorted(tenant for tenant in self._projects if after is None or tenant > after))


class MemoryPresets:
    """Presets in a dictionary."""

    def __init__(self) -> None:
        self._versions: dict[str, dict[tuple[str, int], SavedPreset]] = {}
        self._lock = RLock()

    def add(self, tenant: str, saved: SavedPreset) -> bool:
        """Keep a new version, if there is none of its number."""
        name = saved.preset.id, saved.preset.version
        with self._lock:
            versions = self._versions.setdefault(tenant, {})
            if name in versions:
                return False
            versions[name] = saved
            return True

    def get(self, tenant: str, preset_id: str, version: int) -> SavedPreset | None:
        """One version."""
        return self._versions.get(tenant, {}).get((preset_id, version))

    def newest(self, tenant: str, preset_id: str) -> SavedPreset | None:
        """The newest version."""
        return next((s for s in reversed(self.list(tenant)) if s.preset.id == preset_id), None)

    def list(self, tenant: str) -> list[SavedPreset]:
        """All versions of all presets."""
        return [saved for _, saved in sorted(dict(self._versions.get(tenant, {})).items())]


class MemoryMappings:
    """Saved mappings in a dictionary."""

    def __init__(self) -> None:
        self._mappings: dict[tuple[str, str], SavedMapping] = {}

    def put(self, saved: SavedMapping) -> None:
        """Keep a mapping under its name."""
        self._mappings[saved.tenant, saved.name] = saved

    def get(self, tenant: str, name: str) -> SavedMapping | None:
        """The mapping of that name."""
        return self._mappings.get((tenant, name))

    def list(self, tenant: str) -> list[SavedMapping]:
        """All mappings of the tenant by name."""
        return [saved for (owner, _), saved in sorted(self._mappings.items()) if owner == tenant]

    def delete(self, tenant: str, name: str) -> None:
        """Remove the mapping of that name."""
        self._mappings.pop((tenant, name), None)


class MemoryShapes:
    """Shapes in a dictionary."""

    def __init__(self) -> None:
        self._shapes: dict[tuple[str, str, str], dict[str, Shape]] = {}

    def remember(self, tenant: str, project_id: str, shape: Shape) -> None:
        """Keep the shape of an import's file."""
        self._shapes.setdefault((tenant, project_id, shape.format), {})[shape.import_id] = shape

    def recent(self, tenant: str, project_id: str, file_format: str, limit: int) -> list[Shape]:
        """The shapes of the imports of a format that were created last, newest first."""
        known = self._shapes.get((tenant, project_id, file_format), {})
        return [shape for _, shape in sorted(known.items(), reverse=True)][:limit]


class MemoryRequests:
    """Requests with a key in a dictionary."""

    def __init__(self) -> None:
        self._requests: dict[tuple[str, str], KeyedRequest] = {}
        self._lock = RLock()

    def get(self, tenant: str, name: str) -> KeyedRequest | None:
        """What is known of a request."""
        return self._requests.get((tenant, name))

    def keep(self, request: KeyedRequest) -> bool:
        """Keep a request in the place of its revision before."""
        with self._lock:
            known = self.get(request.tenant, request.name)
            if (known.revision if known else 0) != request.revision - 1:
                return False
            self._requests[request.tenant, request.name] = request
            return True


class MemoryWorkflows:
    """Remembers what was started."""

    def __init__(self) -> None:
        self.started: dict[str, dict[str, Any]] = {}
        self.states: dict[str, Execution] = {}
        """What an execution has come to, by its name, where it runs no more."""

    def start_import(self, name: str, request: dict[str, Any]) -> bool:
        """Start an execution once."""
        if name in self.started:
            return False
        self.started[name] = request
        return True

    def start_take_back(self, name: str, request: dict[str, Any]) -> bool:
        """Start an execution once; names of the two machines never meet."""
        return self.start_import(name, request)

    def start_rebuild(self, name: str, request: dict[str, Any]) -> bool:
        """Start an execution once, likewise."""
        return self.start_import(name, request)

    def start_sweep(self, name: str, request: dict[str, Any]) -> bool:
        """Start an execution once, likewise."""
        return self.start_import(name, request)

    def state(self, machine: Machine, name: str) -> Execution | None:  # noqa: ARG002 -- names of machines never meet
        """The state of an execution, or None if there is none of that name."""
        return self.states.get(name, "running") if name in self.started else None


class MemoryClock:
    """A clock that moves when it is told to, and while somebody sleeps."""

    def __init__(self, now_ms: int = 1_763_000_000_000) -> None:
        self._now = now_ms

    def now_ms(self) -> int:
        """The set time."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Move on without waiting."""
        self._now += int(seconds * 1000)


class MemoryChance:
    """Randomness from a seed."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)  # noqa: S311 -- repeatable on purpose; the real adapter uses `secrets`

    def bytes(self, count: int) -> bytes:
        """Repeatable bytes."""
        return self._random.randbytes(count)

    def uniform(self, low: float, high: float) -> float:
        """A repeatable number."""
        return self._random.uniform(low, high)


@dataclass(frozen=True, slots=True)
class MemoryWorld:
    """A world of fakes (ports.World)."""

    uploads: MemoryObjects
    store: MemoryObjects
    ledger: MemoryLedger
    jobs: MemoryJobs
    projects: MemoryProjects
    presets: MemoryPresets
    mappings: MemoryMappings
    shapes: MemoryShapes
    requests: MemoryRequests
    events: MemoryEvents
    webhooks: MemoryWebhooks
    secrets: MemorySecrets
    receivers: MemoryReceivers
    courier: MemoryCourier
    workflows: MemoryWorkflows
    clock: MemoryClock
    chance: MemoryChance


def memory_world(*, now_ms: int = 1_763_000_000_000, seed: int = 0) -> MemoryWorld:
    """A world of fakes with a clock at `now_ms`."""
    clock = MemoryClock(now_ms)
    return MemoryWorld(
        uploads=MemoryObjects(clock),
        store=MemoryObjects(clock),
        ledger=MemoryLedger(),
        jobs=MemoryJobs(),
        projects=MemoryProjects(),
        presets=MemoryPresets(),
        mappings=MemoryMappings(),
        shapes=MemoryShapes(),
        requests=MemoryRequests(),
        events=MemoryEvents(),
        webhooks=MemoryWebhooks(),
        secrets=MemorySecrets(seed),
        receivers=MemoryReceivers(),
        courier=MemoryCourier(),
        workflows=MemoryWorkflows(),
        clock=clock,
        chance=MemoryChance(seed),
    )
