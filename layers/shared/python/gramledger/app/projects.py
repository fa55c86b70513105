"""Creating, listing and changing projects."""

from __future__ import annotations

from dataclasses import replace

from gramledger.app.lookup import Caller, find_project
from gramledger.core.identity import ulid
from gramledger.core.problems import InvalidRequest
from gramledger.core.projects import Project, clean_name
from gramledger.ports import World

DEFAULT_PRESET = "default"


def create_project(world: World, caller: Caller, name: object) -> Project:
    """The new project. Raises NotAllowed, InvalidRequest and NameTaken."""
    caller.need_admin()
    now = world.clock.now_ms()
    project = Project(
        tenant=caller.tenant,
        project_id=ulid(now, world.chance.bytes(10)),
        name=clean_name(name),
        preset=DEFAULT_PRESET,
        created_at=now,
        created_by=caller.user,
    )
    world.projects.create(project)
    return project


def list_projects(world: World, caller: Caller) -> list[Project]:
    """All projects of the caller's tenant, oldest first."""
    return world.projects.list(caller.tenant)


def change_project(world: World, caller: Caller, project: str, form: object) -> Project:
    """The project after a change of its settings. Raises NotAllowed, NotFound and InvalidRequest."""
    caller.need_admin()
    found = find_project(world, caller.tenant, project)
    if not isinstance(form, dict) or set(form) != {"settings"}:
        raise InvalidRequest("The body must be a JSON object with just 'settings'.")

    def change(known: Project) -> Project:
        return replace(known, settings=known.settings.changed(form["settings"]))

    return world.projects.change(found.tenant, found.project_id, change) or found
