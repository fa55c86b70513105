"""Projects and the list of tenants behave alike in memory, over moto and over the embedded engine."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count

import pytest

from gramledger.core.identity import ulid
from gramledger.core.problems import NameTaken
from gramledger.core.projects import Project
from gramledger.ports import World

_numbers = count()


def test_a_tenant_is_known_from_its_first_project_on(world: World, tenant: str) -> None:
    others = [f"{tenant}-{letter}" for letter in "ca"]
    assert tenant not in list(world.projects.tenants())
    for name in [tenant, *others, tenant]:
        number = next(_numbers)
        project = Project(name, ulid(number, bytes(10)), f"demo {number}", "default@1", 1, "ada")
        world.projects.create(project)
    mine = [name for name in world.projects.tenants() if name.startswith(tenant)]
    assert mine == [tenant, f"{tenant}-a", f"{tenant}-c"]
    assert next(iter(world.projects.tenants(tenant))) == f"{tenant}-a"


def test_a_project_is_found_by_id_and_by_name_in_any_case(world: World, tenant: str) -> None:
    project = Project(tenant, "01JCX000000000000000000000", "Größe One", "default", 5, "ada")
    world.projects.create(project)
    assert world.projects.get(tenant, project.project_id) == project
    assert world.projects.named(tenant, "grösse  ONE") == project
    assert world.projects.named(f"{tenant}x", "Größe One") is None
    assert world.projects.list(tenant) == [project]


def test_changes_of_a_project_at_once_are_all_applied(world: World, tenant: str) -> None:
    project = Project(tenant, "01JCX000000000000000000000", "Demo", "default", 5, "ada")
    world.projects.create(project)

    def add(number: int) -> None:
        def change(known: Project) -> Project:
            rules = {**known.settings.rules, str(number): number}
            return replace(known, settings=replace(known.settings, rules=rules))

        assert world.projects.change(tenant, project.project_id, change)

    with ThreadPoolExecutor(4) as writers:
        list(writers.map(add, range(12)))
    for found in (world.projects.get(tenant, project.project_id), world.projects.named(tenant, "demo")):
        assert found is not None
        assert found.settings.rules == {str(number): number for number in range(12)}


def test_a_logged_project_is_restored_where_there_is_none_or_an_older_one(world: World, tenant: str) -> None:
    project = Project(tenant, "01JCX000000000000000000000", "Demo", "default", 5, "ada", revision=2)
    assert world.projects.restore(project)
    assert world.projects.named(tenant, "demo") == project
    changed = world.projects.change(tenant, project.project_id, lambda known: replace(known, preset="b@1"))
    assert changed is not None
    assert changed.revision == 3
    assert not world.projects.restore(replace(project, revision=3))
    assert world.projects.get(tenant, project.project_id) == changed
    later = replace(project, preset="c@1", revision=4)
    assert world.projects.restore(later)
    assert world.projects.list(tenant) == [later]


def test_a_project_that_is_not_there_is_not_changed(world: World, tenant: str) -> None:
    assert world.projects.change(tenant, "01JCX000000000000000000000", lambda known: known) is None
    assert world.projects.list(tenant) == []


def test_a_name_is_taken_once(world: World, tenant: str) -> None:
    world.projects.create(Project(tenant, "01JCX000000000000000000000", "Demo", "default", 5, "ada"))
    with pytest.raises(NameTaken):
        world.projects.create(Project(tenant, "01JCX000000000000000000001", "demo", "default", 6, "bob"))
    assert len(world.projects.list(tenant)) == 1
