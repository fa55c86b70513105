"""Import records and projects on DynamoDB.

Items:
  pk `T#<tenant>#IMPORTS`           sk `<import id>`            the record; deleted 32 days after its end,
                                                                or after it began to wait for its file or a word
  pk `T#<tenant>#I#<import id>`     sk `<kind>#<index>[#again]` a finished task; deleted after half a year
  pk `T#<tenant>#P#<project>#ACTIVE` sk `<import id>`           while the import is active
  pk `T#<tenant>#PROJECTS`          sk `ID#<project>`           the project
  pk `T#<tenant>#PROJECTS`          sk `NAME#<folded name>`     which project has the name
  pk `TENANTS`                      sk `<tenant>`               there is such a tenant: it has a project
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

from gramledger.adapters.aws.items import NEW, Items, below, replacing
from gramledger.core.identity import ulid_ms
from gramledger.core.imports import Import, Progress
from gramledger.core.limits import RECORD_SECONDS
from gramledger.core.problems import NameTaken
from gramledger.core.projects import Project, name_key

PROGRESS_SECONDS = 180 * 86_400
"""Longer than an import takes that waits and is paused again and again; a task that is forgotten is done once more."""


class DynamoJobs:
    """Import records changed by compare-and-swap of their revision."""

    def __init__(self, table: str) -> None:
        self._items = Items(table)

    def create(self, record: Import) -> None:
        """Keep a new import; one of its id that is there already stays as it is."""
        self._items.put(_record(record), NEW)

    def restore(self, record: Import) -> bool:
        """Keep a logged record, unless there is one of its revision or a later one."""
        older = (f"{NEW} OR revision < :restored", {":restored": {"N": str(record.revision)}})
        return self._items.written(self._items.to_put(_record(record), *older), self._mark(record))

    def get(self, tenant: str, import_id: str) -> Import | None:
        """An import of the tenant, read consistently."""
        found = self._items.get({"pk": {"S": _imports(tenant)}, "sk": {"S": import_id}})
        return _import(found) if found else None

    def change(self, tenant: str, import_id: str, change: Callable[[Import], Import | None]) -> Import | None:
        """Apply a pure change under compare-and-swap, as often as needed."""
        while True:
            record = self.get(tenant, import_id)
            changed = change(record) if record else None
            if record is None or changed is None:
                return record
            changed = replace(changed, revision=record.revision + 1)
            if self._swap(record, changed):
                return changed

    def _swap(self, before: Import, after: Import) -> bool:
        put = self._items.to_put(_record(after), *replacing(before.revision))
        if before.active != after.active:
            return self._items.written(put, self._mark(after))
        return self._items.written(put)

    def _mark(self, record: Import) -> dict[str, Any]:
        """The write of the mark of an active import; of one at rest, its removal."""
        key = {"pk": {"S": _active(record.tenant, record.project_id)}, "sk": {"S": record.import_id}}
        return self._items.to_put(key) if record.active else self._items.to_delete(key)

    def page(
        self, tenant: str, *, project_id: str | None, status: str | None, limit: int, before: str | None
    ) -> tuple[Sequence[Import], str | None]:
        """Imports, newest first, at most `limit`; and where to go on, or None."""
        found: list[Import] = []
        for record in self._newest_first(tenant, before):
            if project_id not in (None, record.project_id) or status not in (None, record.status):
                continue
            if len(found) == limit:
                return found, found[-1].import_id
            found.append(record)
        return found, None

    def _newest_first(self, tenant: str, before: str | None) -> Iterator[Import]:
        items = self._items.query(
            _imports(tenant), *below(before), ScanIndexForward=False, ConsistentRead=False
        )
        return map(_import, items)

    def active(self, tenant: str, project_id: str) -> list[str]:
        """The ids of the project's active imports, sorted, read consistently."""
        return [mark["sk"]["S"] for mark in self._items.query(_active(tenant, project_id))]

    def report(self, tenant: str, import_id: str, progress: Progress) -> None:
        """Keep a task's progress; reporting the same task again replaces it."""
        self._items.put(
            {
                "pk": {"S": _tasks(tenant, import_id)},
                "sk": {"S": f"{progress.kind}#{progress.index:05d}{'#again' if progress.confirmed else ''}"},
                "record": {"S": json.dumps(asdict(progress), separators=(",", ":"))},
                "expires_at": {"N": str(ulid_ms(import_id) // 1000 + PROGRESS_SECONDS)},
            }
        )

    def progress(self, tenant: str, import_id: str) -> list[Progress]:
        """The progress of all tasks of an import."""
        found = self._items.query(_tasks(tenant, import_id), ConsistentRead=False)
        return [Progress(**json.loads(task["record"]["S"])) for task in found]


class DynamoProjects:
    """Projects, with their names kept unique by an item of their own."""

    def __init__(self, table: str) -> None:
        self._items = Items(table)

    def create(self, project: Project) -> None:
        """Keep a new project. Raises NameTaken."""
        kept = {
            **_project_key(project.tenant, f"ID#{project.project_id}"),
            "record": {"S": _text(project.to_json())},
        }
        named = {
            **_project_key(project.tenant, f"NAME#{name_key(project.name)}"),
            "project_id": {"S": project.project_id},
        }
        tenant = {"pk": {"S": _TENANTS}, "sk": {"S": project.tenant}}
        puts = (self._items.to_put(kept, NEW), self._items.to_put(named, NEW), self._items.to_put(tenant))
        if not self._items.written(*puts):
            raise NameTaken(f"There is a project '{project.name}' already. Use it, or choose another name.")

    def get(self, tenant: str, project_id: str) -> Project | None:
        """A project of the tenant."""
        found = self._get(tenant, f"ID#{project_id}")
        return Project.from_json(json.loads(found["record"]["S"])) if found else None

    def named(self, tenant: str, name: str) -> Project | None:
        """The tenant's project of that name."""
        found = self._get(tenant, f"NAME#{name_key(name)}")
        return self.get(tenant, found["project_id"]["S"]) if found else None

    def change(self, tenant: str, project_id: str, change: Callable[[Project], Project]) -> Project | None:
        """Apply a pure change under compare-and-swap of the whole record, as often as needed."""
        while True:
            found = self._get(tenant, f"ID#{project_id}")
            if found is None:
                return None
            known = Project.from_json(json.loads(found["record"]["S"]))
            changed = replace(change(known), revision=known.revision + 1)
            if self._swap(found, changed):
                return changed

    def restore(self, project: Project) -> bool:
        """Keep a logged project, unless there is one of its revision or a later one."""
        while True:
            found = self._get(project.tenant, f"ID#{project.project_id}")
            if found is None:
                self.create(project)
                return True
            if Project.from_json(json.loads(found["record"]["S"])).revision >= project.revision:
                return False
            if self._swap(found, project):
                return True

    def _swap(self, before: dict[str, Any], after: Project) -> bool:
        item = {**before, "record": {"S": _text(after.to_json())}}
        same = ("#record = :before", {":before": before["record"]})
        return self._items.put(item, *same, ExpressionAttributeNames={"#record": "record"})

    def _get(self, tenant: str, name: str) -> dict[str, Any] | None:
        return self._items.get(_project_key(tenant, name))

    def list(self, tenant: str) -> list[Project]:
        """All projects of the tenant, oldest first."""
        found = self._items.query(f"T#{tenant}#PROJECTS", "begins_with(sk, :ids)", {":ids": {"S": "ID#"}})
        return [Project.from_json(json.loads(item["record"]["S"])) for item in found]

    def tenants(self, after: str | None = None) -> Iterator[str]:
        """The tenants that have a project, sorted."""
        # a sort key may not be empty, and a blank is below all that a tenant may be called
        further = self._items.query(_TENANTS, "sk > :after", {":after": {"S": after or " "}})
        return (item["sk"]["S"] for item in further)


_TENANTS = "TENANTS"


def _imports(tenant: str) -> str:
    return f"T#{tenant}#IMPORTS"


def _tasks(tenant: str, import_id: str) -> str:
    return f"T#{tenant}#I#{import_id}"


def _active(tenant: str, project_id: str) -> str:
    return f"T#{tenant}#P#{project_id}#ACTIVE"


def _project_key(tenant: str, name: str) -> dict[str, Any]:
    return {"pk": {"S": f"T#{tenant}#PROJECTS"}, "sk": {"S": name}}


def _text(form: object) -> str:
    return json.dumps(form, separators=(",", ":"), ensure_ascii=False)


def _record(record: Import) -> dict[str, Any]:
    kept = {
        "pk": {"S": _imports(record.tenant)},
        "sk": {"S": record.import_id},
        "revision": {"N": str(record.revision)},
        "record": {"S": _text(record.to_json())},
    }
    if record.idle_since is not None:
        kept["expires_at"] = {"N": str(record.idle_since // 1000 + RECORD_SECONDS)}
    return kept


def _import(found: dict[str, Any]) -> Import:
    return Import.from_json(json.loads(found["record"]["S"]))
