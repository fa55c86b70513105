"""What the use cases need of the outside; `World` is all of it, and the only seam for tests.

Each protocol has a fake (adapters.memory) and a real implementation (adapters.aws); one contract suite holds both.
Every method may raise Unavailable when the other side does not answer or asks to slow down: the task is then
tried again. Object keys and tenants are plain text; a method never looks outside the tenant it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from gramledger.core.imports import Import, Progress
from gramledger.core.mapping import SavedMapping
from gramledger.core.projects import Project
from gramledger.core.requests import KeyedRequest
from gramledger.core.saved_presets import SavedPreset
from gramledger.core.saved_series import SavedSeries
from gramledger.core.sweeping import Execution
from gramledger.figures import Recalculations
from gramledger.inlets import Fetching
from gramledger.outlets import (
    Courier,
    Events,
    ProviderKeys,
    Receivers,
    Secrets,
    UsageProviders,
    Webhooks,
)

if TYPE_CHECKING:  # heads bring pyarrow, which functions without pages should not have to load
    from gramledger.core.heads import Head, Version
    from gramledger.core.history import Blob, Written
    from gramledger.core.shape import Shape


class Unavailable(Exception):  # noqa: N818 -- it names a state of the other side, as HTTP 503 does
    """A service did not answer, or asked to slow down; the same call may succeed later."""


@dataclass(frozen=True, slots=True)
class UploadForm:
    """A presigned POST: send `fields` and then the file to `url` as multipart/form-data before `expires_at`."""

    url: str
    fields: dict[str, str]
    expires_at: int
    max_bytes: int


class ObjectStore(Protocol):
    """Immutable objects under keys."""

    def size(self, key: str) -> int | None:
        """Bytes of an object, or None if there is none."""

    def read(self, key: str, start: int = 0, stop: int | None = None) -> bytes:
        """Bytes [start, stop) of an object, fewer at its end. Raises KeyError if there is no such object."""

    def stream(self, key: str) -> Iterator[bytes]:
        """An object from its start to its end, in pieces that fit into memory. Raises KeyError."""

    def write(self, key: str, content: bytes) -> None:
        """Put an object, whole."""

    def write_once(self, key: str, content: bytes) -> bool:
        """Put an object, whole, where there is none; False if there is one, which stays."""

    def write_parts(self, key: str, parts: Iterable[bytes]) -> None:
        """Put an object from parts that need not fit into memory together."""

    def delete(self, keys: Iterable[str]) -> None:
        """Remove objects; those that do not exist count as removed."""

    def keys(self, prefix: str) -> Iterator[str]:
        """The keys that begin with the prefix, sorted."""

    def dated_keys(self, prefix: str) -> Iterator[tuple[str, int]]:
        """The same with when each object was put, in ms UTC."""

    def upload_form(self, key: str, *, sizes: tuple[int, int], seconds: int) -> UploadForm:
        """A form by which anyone can put just this key, with a size in the range, until it expires."""

    def download_link(self, key: str, *, filename: str, content_type: str, seconds: int) -> str:
        """An address from which the object can be read until it expires."""


class Ledger(Protocol):
    """The day pages of a project: heads changed by compare-and-swap, bodies put under new names."""

    def head(self, tenant: str, project_id: str, day: str) -> Head | None:
        """The current head of a day, read consistently."""

    def heads(self, tenant: str, project_id: str, first: str | None, last: str | None) -> Iterator[Head]:
        """The current heads of the days first to last (inclusive, None for open), in order, read consistently."""

    def body(self, tenant: str, project_id: str, head: Head) -> bytes | None:
        """The blob of a head's page; None for a page without claims. Raises KeyError if it is not kept any more."""

    def commit(self, tenant: str, project_id: str, version: Version) -> bool:
        """Write a version's body and swap the head to it; False if the head was no longer its predecessor."""

    def versions(
        self, tenant: str, project_id: str, first: str | None, last: str | None
    ) -> Iterator[Written]:
        """All versions that were ever written of the days first to last (as `heads` has them), by day and number, also
        those that lost their swap; read consistently. What cannot be read any more counts as not there."""

    def drop_body(self, tenant: str, project_id: str, head: Head) -> None:
        """Remove the body of a version, which stays and says so; one that is gone counts as removed."""

    def drop_version(self, tenant: str, project_id: str, head: Head) -> None:
        """Remove a version that is in no chain, and its body; one that is gone counts as removed."""

    def blobs(self, tenant: str, project_id: str) -> Iterator[Blob]:
        """What is kept apart from the project's versions because it is too large. No body is put before its version;
        the text of a head is."""

    def drop_blob(self, tenant: str, project_id: str, blob: Blob) -> None:
        """Remove a blob that belongs to no version; one that is gone counts as removed."""


class Jobs(Protocol):
    """Import records and the progress of their tasks."""

    def create(self, record: Import) -> None:
        """Keep a new import; one of its id that is there already stays as it is."""

    def restore(self, record: Import) -> bool:
        """Keep a record as it was logged; False if there is one of its revision, or a later one, which stays."""

    def get(self, tenant: str, import_id: str) -> Import | None:
        """An import of the tenant, read consistently."""

    def change(self, tenant: str, import_id: str, change: Callable[[Import], Import | None]) -> Import | None:
        """Apply a pure change under compare-and-swap, again as often as needed; the record after it, or None when
        there is no such import. A change that answers None leaves the record as it is."""

    def page(
        self, tenant: str, *, project_id: str | None, status: str | None, limit: int, before: str | None
    ) -> tuple[Sequence[Import], str | None]:
        """Imports, newest first, at most `limit`, of ids below `before`; and where to go on, or None."""

    def active(self, tenant: str, project_id: str) -> list[str]:
        """The ids of the project's active imports (`Import.active`), sorted, read consistently."""

    def report(self, tenant: str, import_id: str, progress: Progress) -> None:
        """Keep a task's progress; reporting the same task again replaces it."""

    def progress(self, tenant: str, import_id: str) -> list[Progress]:
        """The progress of all tasks of an import."""


class Projects(Protocol):
    """The projects of a tenant."""

    def create(self, project: Project) -> None:
        """Keep a new project. Raises problems.NameTaken."""

    def get(self, tenant: str, project_id: str) -> Project | None:
        """A project of the tenant."""

    def named(self, tenant: str, name: str) -> Project | None:
        """The tenant's project of that name."""

    def change(self, tenant: str, project_id: str, change: Callable[[Project], Project]) -> Project | None:
        """Apply a pure change of anything but the name under compare-and-swap, again as often as needed; the project
        after it, with the next revision, or None when there is no such project."""

    def restore(self, project: Project) -> bool:
        """Keep a project as it was logged; False if there is one of its revision, or a later one, which stays."""

    def list(self, tenant: str) -> list[Project]:
        """All projects of the tenant, oldest first."""

    def tenants(self, after: str | None = None) -> Iterator[str]:
        """The tenants that have a project, sorted, from the one after `after` on."""


class Presets(Protocol):
    """The presets that a tenant has saved, version by version."""

    def add(self, tenant: str, saved: SavedPreset) -> bool:
        """Keep a new version; False if there is that version already, which stays as it is."""

    def get(self, tenant: str, preset_id: str, version: int) -> SavedPreset | None:
        """One version, read consistently."""

    def newest(self, tenant: str, preset_id: str) -> SavedPreset | None:
        """The newest version, read consistently."""

    def list(self, tenant: str) -> list[SavedPreset]:
        """All versions of all presets, sorted by id and version, read consistently."""


class Intensities(Protocol):
    """The half-hourly intensities that a tenant has imported, version by version."""

    def add(self, tenant: str, saved: SavedSeries) -> bool:
        """Keep a new version; False if there is that version already, which stays as it is."""

    def get(self, tenant: str, series: str, version: int) -> SavedSeries | None:
        """One version, read consistently."""

    def newest(self, tenant: str, series: str) -> SavedSeries | None:
        """The newest version, read consistently."""

    def list(self, tenant: str) -> list[SavedSeries]:
        """All versions of all series, sorted by name and number, read consistently."""


class Mappings(Protocol):
    """The mappings that a tenant has saved."""

    def put(self, saved: SavedMapping) -> None:
        """Keep a mapping, in the place of the one of its name."""

    def get(self, tenant: str, name: str) -> SavedMapping | None:
        """The mapping of that name, read consistently."""

    def list(self, tenant: str) -> list[SavedMapping]:
        """All mappings of the tenant, sorted by name, read consistently."""

    def delete(self, tenant: str, name: str) -> None:
        """Remove the mapping of that name; one that does not exist counts as removed."""


class Shapes(Protocol):
    """What files of each format looked like that were imported into a project."""

    def remember(self, tenant: str, project_id: str, shape: Shape) -> None:
        """Keep the shape of an import's file; doing so again changes nothing."""

    def recent(self, tenant: str, project_id: str, file_format: str, limit: int) -> list[Shape]:
        """The shapes of the imports of a format that were created last, newest first, read consistently."""


class Requests(Protocol):
    """Requests that bear a key, for a day."""

    def get(self, tenant: str, name: str) -> KeyedRequest | None:
        """What is known of a request, read consistently."""

    def keep(self, request: KeyedRequest) -> bool:
        """Keep a request in the place of its revision before (of none, if it is the first); False if that is not the
        one that is there."""


Machine = Literal["import", "take_back", "sweep", "daily_usage", "recalculate"]
"""State machines of whose executions something is asked."""


class Workflows(Protocol):
    """Long work done step by step."""

    def start_import(self, name: str, request: dict[str, Any]) -> bool:
        """Start an execution of an import under its own name; False if it had been started before."""

    def start_take_back(self, name: str, request: dict[str, Any]) -> bool:
        """Start taking an import out of the ledger, likewise."""

    def start_rebuild(self, name: str, request: dict[str, Any]) -> bool:
        """Start making the pages of a project again, likewise."""

    def start_retention(self, name: str, request: dict[str, Any]) -> bool:
        """Start to prune provider windows; False if it had been started before."""

    def start_parity_daily(self, name: str, request: dict[str, Any]) -> bool:
        """Start to fetch settled days again and compare them; False if it had been started before."""

    def start_parity(self, name: str, request: dict[str, Any]) -> bool:
        """Start a comparison with a provider; False if it had been started before."""

    def start_daily_usage(self, name: str, request: dict[str, Any]) -> bool:
        """Start fetching from providers; False if it had been started before."""

    def start_sweep(self, name: str, request: dict[str, Any]) -> bool:
        """Start a sweep; False if it had been started before."""

    def start_recalculate(self, name: str, request: dict[str, Any]) -> bool:
        """Start to plan, carry out or take back a recalculation, likewise."""

    def state(self, machine: Machine, name: str) -> Execution | None:
        """The state of an execution, or None if there is none of that name (any more)."""


class Clock(Protocol):
    """The time of day."""

    def now_ms(self) -> int:
        """Milliseconds since 1970-01-01T00:00Z."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class Chance(Protocol):
    """Randomness."""

    def bytes(self, count: int) -> bytes:
        """Random bytes."""

    def uniform(self, low: float, high: float) -> float:
        """A random number between the two."""


class World(Protocol):
    """Everything outside, as the use cases see it."""

    @property
    def uploads(self) -> ObjectStore:
        """Where files arrive."""

    @property
    def store(self) -> ObjectStore:
        """Where the log and large bodies are kept."""

    @property
    def ledger(self) -> Ledger:
        """The day pages."""

    @property
    def jobs(self) -> Jobs:
        """Imports and their progress."""

    @property
    def projects(self) -> Projects:
        """The projects of all tenants."""

    @property
    def presets(self) -> Presets:
        """The presets of all tenants."""

    @property
    def intensities(self) -> Intensities:
        """The half-hourly intensities of all tenants."""

    @property
    def mappings(self) -> Mappings:
        """The saved mappings of all tenants."""

    @property
    def shapes(self) -> Shapes:
        """What the files of all projects looked like."""

    @property
    def requests(self) -> Requests:
        """Requests that bear a key."""

    @property
    def recalculations(self) -> Recalculations:
        """The recalculations of all projects."""

    @property
    def events(self) -> Events:
        """The event bus."""

    @property
    def webhooks(self) -> Webhooks:
        """The webhooks of all tenants."""

    @property
    def secrets(self) -> Secrets:
        """The secrets of webhooks, or of provider keys: a function has just one of the two."""

    @property
    def receivers(self) -> Receivers:
        """Whoever listens to webhooks."""

    @property
    def courier(self) -> Courier:
        """What carries deliveries."""

    @property
    def provider_keys(self) -> ProviderKeys:
        """The keys of all tenants."""

    @property
    def providers(self) -> UsageProviders:
        """What tells of usage."""

    @property
    def fetching(self) -> Fetching:
        """What is remembered of fetching from providers."""

    @property
    def workflows(self) -> Workflows:
        """What starts long work."""

    @property
    def clock(self) -> Clock:
        """The time."""

    @property
    def chance(self) -> Chance:
        """Randomness."""
