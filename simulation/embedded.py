"""The embedded engine as the place of schedules: their data in its tables and buckets, through the adapters of AWS."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any, cast

from gramledger.adapters.aws import clients
from gramledger.adapters.aws.jobs import DynamoJobs, DynamoProjects
from gramledger.adapters.aws.ledger import DynamoLedger
from gramledger.adapters.aws.mappings import DynamoMappings
from gramledger.adapters.aws.objects import S3Objects
from gramledger.adapters.aws.presets import DynamoPresets
from gramledger.adapters.aws.requests import DynamoRequests
from gramledger.adapters.aws.shapes import DynamoShapes
from gramledger.adapters.memory.world import MemoryWorld, memory_world
from gramledger.core.heads import Head, Version
from gramledger.core.imports import Import, Progress
from gramledger.ports import World
from simulation.cable import Cable
from simulation.engine import REGION, embedded_engine
from simulation.schedule import Ground
from simulation.tape import Tape
from simulation.wire import Wire
from simulation.world import SimulatedWorld


class EngineStores:
    """What a schedule keeps: everything that is data in the engine, all other ports in memory."""

    def __init__(self, cable: Cable, name: str, *, now_ms: int) -> None:
        self.cable = cable
        self._other = memory_world(now_ms=now_ms)
        table, uploads, store = f"table-{name}", f"uploads-{name}", f"store-{name}"
        _make(table, (uploads, store))
        self.uploads = S3Objects(uploads)
        self.store = S3Objects(store)
        self.ledger = DynamoLedger(table, self.store)
        self.jobs = DynamoJobs(table)
        self.projects = DynamoProjects(table)
        self.presets = DynamoPresets(table)
        self.mappings = DynamoMappings(table)
        self.shapes = DynamoShapes(table)
        self.requests = DynamoRequests(table)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._other, name)


def _make(table: str, buckets: Sequence[str]) -> None:
    for bucket in buckets:
        clients.client("s3").create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
    clients.client("dynamodb").create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
    )


@contextmanager
def on_the_engine() -> Iterator[Ground]:
    """The embedded engine as a place for schedules."""
    cable, numbers = Cable(), count()

    def stores(now_ms: int) -> World:
        return cast("World", EngineStores(cable, str(next(numbers)), now_ms=now_ms))

    with embedded_engine() as engine, cable.plugged_in(("s3", "dynamodb"), engine.send):
        yield Ground(stores, EngineWorld)


class WatchedJobs:
    """Import records of the engine; after every change somebody looks, and no call of theirs can fail."""

    def __init__(
        self, real: DynamoJobs, wire: Wire, seen: Callable[[Import, Sequence[Progress]], None]
    ) -> None:
        self._real, self._wire, self._seen = real, wire, seen

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def change(self, tenant: str, import_id: str, change: Callable[[Import], Import | None]) -> Import | None:
        """Apply a pure change."""
        try:
            return self._real.change(tenant, import_id, change)
        finally:
            self._look(tenant, import_id)

    def report(self, tenant: str, import_id: str, progress: Progress) -> None:
        """Keep a task's progress."""
        try:
            self._real.report(tenant, import_id, progress)
        finally:
            self._look(tenant, import_id)

    def _look(self, tenant: str, import_id: str) -> None:
        with self._wire.aside():
            record = self._real.get(tenant, import_id)
            if record:
                self._seen(record, self._real.progress(tenant, import_id))


class WatchedLedger:
    """The day pages of the engine, and what became of them."""

    def __init__(self, stores: EngineStores) -> None:
        self._stores = stores
        self._projects: set[tuple[str, str]] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stores.ledger, name)

    def commit(self, tenant: str, project_id: str, version: Version) -> bool:
        """Swap the head to a version if it follows the current one."""
        self._projects.add((tenant, project_id))
        return self._stores.ledger.commit(tenant, project_id, version)

    @property
    def history(self) -> list[tuple[str, str, Version]]:
        """The versions that lead to the present heads, oldest first, as far as each names its predecessor."""
        found: list[tuple[str, str, Version]] = []
        for tenant, project_id in sorted(self._projects):
            written: dict[str, Head] = {
                version.head.hash: version.head
                for version in self._stores.ledger.versions(tenant, project_id, None, None)
            }
            for head in self._stores.ledger.heads(tenant, project_id, None, None):
                path: list[Head] = []
                current: Head | None = head
                while current is not None:
                    path.append(current)
                    current = written.get(current.previous or "")
                found.extend((tenant, project_id, Version(each, None)) for each in reversed(path))
        return found


class EngineWorld(SimulatedWorld):
    """A world whose data is in the engine: what goes wrong does so between the adapters and the engine."""

    def __init__(
        self,
        real: Any,
        wire: Wire,
        tape: Tape,
        *,
        seen: Callable[[Import, Sequence[Progress]], None],
        launch: Callable[..., None],
    ) -> None:
        in_memory: MemoryWorld = memory_world()
        super().__init__(in_memory, wire, tape, seen=seen, launch=launch)
        self.real = real
        self.uploads, self.store = real.uploads, real.store
        self.ledger: Any = WatchedLedger(real)
        self.jobs: Any = WatchedJobs(real.jobs, wire, seen)
        self.projects, self.presets, self.mappings = real.projects, real.presets, real.mappings
        self.shapes, self.requests = real.shapes, real.requests
        real.cable.wire = wire
