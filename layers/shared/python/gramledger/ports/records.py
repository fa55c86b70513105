"""What the use cases need of the records of a tenant. Every method may raise ports.Unavailable."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from gramledger.core.imports import Import, Progress
from gramledger.core.mapping import SavedMapping
from gramledger.core.projects import Project
from gramledger.core.requests import KeyedRequest
from gramledger.core.saved_presets import SavedPreset
from gramledger.core.saved_series import SavedSeries

if TYPE_CHECKING:  # shapes bring pyarrow, which functions without pages should not have to load
    from gramledger.core.shape import Shape


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
        """Keep a task's progress; reporting the same task again replaces it. One before and one after a confirmation
        are two."""

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
