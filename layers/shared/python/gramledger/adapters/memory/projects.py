"""Projects in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import RLock

from gramledger.core.problems import NameTaken
from gramledger.core.projects import Project, name_key


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
