"""Creating and listing projects."""

from __future__ import annotations

from gramledger.app.lookup import Caller
from gramledger.core.identity import ulid
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
