"""Imports are calculated with the version of the preset that their project names when their days are known."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from support.files import export, row
from support.runs import ADMIN, import_file, new_world, pages, run, steps, upload

from gramledger.app.projects import change_project
from gramledger.app.save_preset import save_preset


def made_with(world: object) -> list[tuple[str, str]]:
    return sorted((said["preset"], said["zone"]) for day in pages(world).values() for said in day)  # type: ignore[arg-type]


def at(minute: int, day: int = 4) -> bytes:
    return export([row(f"2025-11-{day:02d}T10:{minute:02d}:00.000Z")])


def test_entries_keep_the_version_that_they_were_calculated_with() -> None:
    world = new_world()
    save_preset(world, ADMIN, {"id": "ours", "grid": {"mode": "zone", "zone": "GBR"}})
    import_file(world, at(1))
    change_project(world, ADMIN, "demo", {"preset": "ours"})
    import_file(world, at(2))
    save_preset(world, ADMIN, {"id": "ours", "grid": {"mode": "zone", "zone": "FRA"}})
    import_file(world, at(3))
    change_project(world, ADMIN, "demo", {"preset": "ours"})
    import_file(world, at(4))
    assert made_with(world) == [("default@1", "USA"), ("ours@1", "GBR"), ("ours@1", "GBR"), ("ours@2", "FRA")]


def test_presets_may_name_either_of_the_factors_that_are_there_and_entries_keep_theirs() -> None:
    world = new_world()
    import_file(world, at(1))
    save_preset(world, ADMIN, {"id": "ours", "factors_id": "ecologits-0.11.2"})
    change_project(world, ADMIN, "demo", {"preset": "ours"})
    import_file(world, at(2))
    (newer, older) = next(iter(pages(world).values()))
    assert (newer["factors"], older["factors"]) == ("ecologits-0.11.3", "ecologits-0.11.2")
    assert newer["model"] == older["model"]
    assert newer["energy_output_value"] != older["energy_output_value"]


def test_a_choice_in_the_middle_of_an_import_does_not_split_it() -> None:
    world = new_world()
    save_preset(world, ADMIN, {"id": "ours", "grid": {"mode": "zone", "zone": "GBR"}})
    record = upload(world, export([row(f"2025-11-{day:02d}T10:00:00.000Z") for day in range(1, 7)]))
    for number, step in enumerate(steps(world, record, days_per_task=2)):
        step()
        if number == 3:  # planned, parsed, grouped, and the first of three portions calculated
            change_project(world, ADMIN, "demo", {"preset": "ours"})
    assert made_with(world) == [("default@1", "USA")] * 6


def test_a_project_that_names_no_version_gets_the_newest_one() -> None:
    world = new_world()
    project = world.projects.named("acme", "demo")
    assert project is not None
    world.projects.change("acme", project.project_id, lambda known: replace(known, preset="default"))
    assert run(world, upload(world, at(1))).status == "completed"
    assert made_with(world) == [("default@1", "USA")]


def test_edits_at_once_become_versions_one_after_the_other() -> None:
    world = new_world()
    names = [f"Name {number}" for number in range(8)]
    with ThreadPoolExecutor(4) as people:
        saved = list(
            people.map(lambda name: save_preset(world, ADMIN, {"id": "ours", "name": name})[0], names)
        )
    assert sorted(each.preset.version for each in saved) == list(range(1, 9))
    assert world.presets.list("acme") == sorted(saved, key=lambda each: each.preset.version)
