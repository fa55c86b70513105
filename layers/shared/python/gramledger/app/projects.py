"""Creating, listing and changing projects."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gramledger.app.log import log_project
from gramledger.app.lookup import Caller, find_project
from gramledger.app.presets import find_preset
from gramledger.core import factors
from gramledger.core.identity import ulid
from gramledger.core.presets import with_aliases
from gramledger.core.problems import IdentityFixed, InvalidRequest, NameTaken
from gramledger.core.projects import Project, clean_name
from gramledger.ports import World

ENTRIES_STAY = (
    "Entries that are there keep the figures that they were calculated with until they are recalculated; imports from "
    "now on are calculated by what was chosen."
)
"""What a change of a project's preset or aliases does to its entries."""


def create_project(world: World, caller: Caller, name: object, preset: object = None) -> Project:
    """The new project, with the preset `id@version` (of an `id` the newest version), or the default one.

    A repeated request (app.once) makes the same id, and finds the project that is there. Raises NotAllowed,
    InvalidRequest, NameTaken, and NotFound for a preset that is not there.
    """
    caller.need_admin()
    now = world.clock.now_ms()
    project = Project(
        tenant=caller.tenant,
        project_id=ulid(now, world.chance.bytes(10)),
        name=clean_name(name),
        preset=find_preset(world, caller.tenant, preset).label,
        created_at=now,
        created_by=caller.user,
    )
    try:
        world.projects.create(project)
    except NameTaken:
        made_before = world.projects.get(project.tenant, project.project_id)
        if made_before is None:
            raise
        project = made_before
    log_project(world, project)
    return project


def list_projects(world: World, caller: Caller) -> list[Project]:
    """All projects of the caller's tenant, oldest first."""
    return world.projects.list(caller.tenant)


def change_project(world: World, caller: Caller, project: str, form: object) -> Project:
    """The project after a change of its settings or preset. Raises NotAllowed, NotFound and InvalidRequest.

    A preset is pinned to the version that it has now; entries that are there keep their figures. Raises IdentityFixed
    too, where rows of a format are there that are told apart in another way.
    """
    caller.need_admin()
    found = find_project(world, caller.tenant, project)
    if not isinstance(form, dict) or not form or not set(form) <= {"settings", "preset"}:
        raise InvalidRequest("The body must be a JSON object with 'settings', 'preset' or both.")
    preset = find_preset(world, caller.tenant, form["preset"]).label if "preset" in form else found.preset

    def change(known: Project) -> Project:
        settings = known.settings.changed(form["settings"]) if "settings" in form else known.settings
        after = replace(
            known,
            settings=settings,
            preset=preset if "preset" in form else known.preset,
            changed_at=max(world.clock.now_ms(), known.changed_at or known.created_at),
        )
        if after.settings.aliases != known.settings.aliases or after.preset != known.preset:
            _check_aliases(world, after)
        for name in _told_apart_anew(known, after):
            _check_identity(world, after, name)
        return after

    log_project(world, found)  # whoever made it what it is may have been cut off before its log
    changed = world.projects.change(found.tenant, found.project_id, change) or found
    log_project(world, changed)
    return changed


def offer_of(form: dict[str, Any]) -> dict[str, Any]:
    """What a change means for the entries that are there, where it means anything: a `notice`, and the body of a
    request that recalculates just those which it is about."""
    settings = form.get("settings")
    aliases = settings.get("aliases") if isinstance(settings, dict) else None
    if "preset" in form:
        return {"notice": ENTRIES_STAY, "recalculate": {}}
    return {"notice": ENTRIES_STAY, "recalculate": {"models": sorted(aliases)}} if aliases else {}


def _told_apart_anew(before: Project, after: Project) -> list[str]:
    """The formats whose rows are told apart in another way from now on."""
    old, new = before.settings.identity, after.settings.identity
    return sorted(name for name in {*old, *new} if old.get(name) != new.get(name))


def _check_identity(world: World, project: Project, name: str) -> None:
    """Raises IdentityFixed where the project has, or is getting, rows of the format: by other keys they would count
    twice."""
    if world.jobs.active(project.tenant, project.project_id):
        raise IdentityFixed(
            f"Imports of the project are running; what tells rows of '{name}' apart can be chosen when it has none.",
            format=name,
        )
    for head in world.ledger.heads(project.tenant, project.project_id, None, None):
        for source in head.sources:
            if source not in head.terms or head.terms[source].format == name:
                raise IdentityFixed(
                    f"The project has rows of '{name}' ({head.day}) by other keys; imported again they would count "
                    "twice. Choose this in a new project, or undo its imports of that format first.",
                    format=name,
                )


def _check_aliases(world: World, project: Project) -> None:
    """Raises InvalidRequest where an alias means a model that the factors of the project's preset do not list."""
    from gramledger.core.subjects import subjects  # noqa: PLC0415 -- brings numpy, which most requests go without

    preset = find_preset(world, project.tenant, project.preset)
    subjects(with_aliases(preset, project.settings.aliases), factors.load(preset.factors_id))
