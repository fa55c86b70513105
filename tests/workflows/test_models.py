"""The model names of a project: what each is taken for, the unknown ones first, and aliases for what comes."""

from __future__ import annotations

from typing import Any

import pytest
from support.files import export, row
from support.runs import ADMIN, import_file, new_world

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.project_models import list_models
from gramledger.app.projects import change_project
from gramledger.app.save_preset import save_preset
from gramledger.app.spans import DaySpan
from gramledger.core.problems import InvalidRequest

NAMES = (
    ("composer-1", 600),
    ("gpt-5", 100),
    ("gpt-5", 100),
    ("claude-4.5-sonnet-thinking", 150),
    ("gpt-5-experimental", 20),
    ("claude-3-opus-20240229", 10),
    ("text-embedding-3-small", 5),
    ("o3", 15),
)


def world_with(names: tuple[tuple[str, int], ...] = NAMES, day: int = 4) -> MemoryWorld:
    world = new_world()
    add(world, names, day)
    return world


def add(world: MemoryWorld, names: tuple[tuple[str, int], ...], day: int) -> None:
    rows = [
        row(f"2025-11-{day:02d}T10:{minute:02d}:00.000Z", model=name, buckets=(0, 0, 0, tokens))
        for minute, (name, tokens) in enumerate(names)
    ]
    assert import_file(world, export(rows)).status == "completed"


def listed(world: MemoryWorld, first: str | None = None) -> dict[str, dict[str, Any]]:
    found = list_models(world, ADMIN, "demo", DaySpan.of(first, None))
    return {model["model"]: model for model in found["models"]}


def test_every_name_comes_once_with_its_share_and_the_unknown_ones_first() -> None:
    found = listed(world_with())
    assert list(found) == [
        "composer-1",
        "o3",
        "gpt-5-experimental",
        "claude-4.5-sonnet-thinking",
        "gpt-5",
        "claude-3-opus-20240229",
        "text-embedding-3-small",
    ]
    assert (found["composer-1"]["step"], found["composer-1"]["quality"]) == ("router", "unknown")
    assert (found["composer-1"]["tokens_percent"], found["composer-1"]["entries_percent"]) == (60.0, 12.5)
    assert (found["gpt-5"]["entries"], found["gpt-5"]["tokens"]) == (2, 200)
    assert found["gpt-5"]["resolved"] == "openai/gpt-5"
    assert (found["claude-3-opus-20240229"]["retired"], found["claude-3-opus-20240229"]["last_seen"]) == (
        True,
        "0.9.1",
    )
    assert found["text-embedding-3-small"]["quality"] == "not_applicable"
    assert sum(model["tokens_percent"] for model in found.values()) == pytest.approx(100)
    assert [model["entries_calculated_otherwise"] for model in found.values()] == [0] * 7


def test_only_the_asked_days_count() -> None:
    world = world_with()
    add(world, (("gpt-5-mini", 1),), 9)
    assert list(listed(world, "2025-11-05")) == ["gpt-5-mini"]
    assert len(listed(world)) == 8


def test_an_alias_holds_for_new_rows_and_the_old_ones_are_counted() -> None:
    world = world_with()
    change_project(
        world, ADMIN, "demo", {"settings": {"aliases": {"Composer 1": "anthropic/claude-sonnet-4-5"}}}
    )
    add(world, (("composer-1", 400), ("composer-1", 400)), 5)
    composer = listed(world)["composer-1"]
    assert (composer["resolved"], composer["step"], composer["quality"]) == (
        "anthropic/claude-sonnet-4-5",
        "alias",
        "exact",
    )
    assert (composer["entries"], composer["entries_calculated_otherwise"]) == (3, 1)
    assert listed(world)["o3"]["entries_calculated_otherwise"] == 0
    change_project(world, ADMIN, "demo", {"settings": {"aliases": {"composer-1": None}}})
    assert listed(world)["composer-1"]["entries_calculated_otherwise"] == 2


def test_an_alias_of_a_model_that_the_presets_factors_do_not_list_is_refused() -> None:
    world = new_world()
    with pytest.raises(InvalidRequest, match="alias 'auto' means 'openai/gpt-99'"):
        change_project(world, ADMIN, "demo", {"settings": {"aliases": {"auto": "openai/gpt-99"}}})
    project = world.projects.named("acme", "demo")
    assert project is not None
    assert project.settings.aliases == {}


def test_names_are_taken_for_what_the_projects_preset_says_of_unknown_ones() -> None:
    world = world_with()
    save_preset(world, ADMIN, {"id": "strict", "unknown_policy": "needs_recalculation"})
    change_project(world, ADMIN, "demo", {"preset": "strict"})
    assert listed(world)["o3"]["status"] == "needs_recalculation"
    assert listed(world)["composer-1"]["status"] == "ok"


def test_a_blank_name_with_tokens_is_unknown_and_comes_without_a_name() -> None:
    found = list_models(world_with((("", 10),)), ADMIN, "demo", DaySpan.of(None, None))
    assert [(model["model"], model["quality"]) for model in found["models"]] == [(None, "unknown")]


def test_a_project_without_entries_has_no_names() -> None:
    found = list_models(new_world(), ADMIN, "demo", DaySpan.of(None, None))
    assert (found["models"], found["entries"], found["tokens"], found["preset"]) == ([], 0, 0, "default@1")
