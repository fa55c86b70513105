"""An import whose calculations fail keeps every entry, says how many wait, and for what reason."""

from __future__ import annotations

from dataclasses import replace

from support.files import export, row
from support.runs import ADMIN, NOW, import_file, new_world

from gramledger.app.entries import list_entries
from gramledger.app.lookup import find_project
from gramledger.app.projects import change_project
from gramledger.app.spans import DaySpan
from gramledger.app.summary import summarise
from gramledger.core import presets
from gramledger.core.saved_presets import SavedPreset

ALWAYS = DaySpan.of(None, None)
ROWS = [
    row(f"2025-11-{day:02d}T10:{len(model):02d}:00.000Z", model=model, buckets=(0, 5, 5, 10), cost="0.50")
    for day, model in ((4, "gpt-5"), (4, "auto"), (5, "claude-4.5-sonnet"))
]


def test_entries_of_a_preset_that_does_not_fit_its_factors_are_kept_with_their_reason() -> None:
    world = new_world()
    unfit = replace(presets.load("default"), id="ours", version=1, default_model="openai/gpt-99")
    assert world.presets.add(ADMIN.tenant, SavedPreset(unfit, NOW, ADMIN.user))
    # the API refuses to choose such a preset; a project may have got one before factors were damaged or retired
    home = find_project(world, ADMIN.tenant, "demo")
    world.projects.change(ADMIN.tenant, home.project_id, lambda known: replace(known, preset="ours@1"))
    done = import_file(world, export(ROWS))
    assert (done.status, done.problem) == ("completed", None)
    receipt = done.receipt or {}
    assert (receipt["imported"], receipt["calculated"], receipt["needs_recalculation"]) == (3, 0, 3)
    assert receipt["warnings"]["preset-unfit"] == 3

    found = summarise(world, ADMIN, "demo", ALWAYS)
    assert (found["entries"], found["calculated"], found["needs_recalculation"]) == (3, 0, 3)
    assert found["needs_recalculation_reasons"] == {"preset-unfit": 3}
    assert found["cost"]["reported"] == 1.5

    entry = list_entries(world, ADMIN, "demo", ALWAYS, limit=5, cursor=None)["entries"][0]
    assert entry["impact"]["status"] == "needs_recalculation"
    assert "preset-unfit" in entry["warnings"]
    assert entry["tokens"]["output"] == 10


def test_the_summary_of_a_sound_project_has_nothing_that_waits() -> None:
    world = new_world()
    import_file(world, export(ROWS))
    assert summarise(world, ADMIN, "demo", ALWAYS)["needs_recalculation_reasons"] == {}


def test_rows_that_wait_by_policy_say_that_their_model_is_not_known() -> None:
    world = new_world()
    strict = replace(presets.load("default"), id="ours", version=1, unknown_policy="needs_recalculation")
    assert world.presets.add(ADMIN.tenant, SavedPreset(strict, NOW, ADMIN.user))
    change_project(world, ADMIN, "demo", {"preset": "ours"})
    odd = row("2025-11-04T11:00:00.000Z", model="nobody-knows", buckets=(0, 5, 5, 10), cost="0.50")
    import_file(world, export([*ROWS, odd]))
    assert summarise(world, ADMIN, "demo", ALWAYS)["needs_recalculation_reasons"] == {"model-unknown": 1}
