"""Any answer of the past can be had again, byte for byte, and what happened to each day is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from support.files import export, minutes, row
from support.runs import ADMIN, NOW, import_file, new_world

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.as_of import TOLERANCE_MS
from gramledger.app.entries import list_entries
from gramledger.app.history import list_history
from gramledger.app.methods import compare_methods
from gramledger.app.project_models import list_models
from gramledger.app.projects import change_project
from gramledger.app.spans import DaySpan
from gramledger.app.statistics import find_statistics
from gramledger.app.summary import summarise
from gramledger.app.sweep_pages import GRACE_MS, sweep_pages
from gramledger.core import heads, page
from gramledger.core.iso import iso
from gramledger.core.problems import HistoryBroken, HistoryPruned, InvalidRequest

DAY_SECONDS = 86_400
EVER = DaySpan()

ANSWERS: dict[str, Callable[[MemoryWorld, DaySpan], Any]] = {
    "summary": lambda world, span: summarise(world, ADMIN, "demo", span),
    "entries": lambda world, span: list_entries(world, ADMIN, "demo", span, limit=1000, cursor=None),
    "models": lambda world, span: list_models(world, ADMIN, "demo", span),
    "methods": lambda world, span: compare_methods(world, ADMIN, "demo", span),
    "statistics": lambda world, span: find_statistics(
        world, ADMIN, "demo", span, models=(), sort="tokens", zone="UTC", step=None
    ),
}


def answers(world: MemoryWorld, as_of: str | None = None) -> dict[str, str]:
    """What every route says, as text."""
    span = DaySpan.of(None, None, as_of)
    return {name: json.dumps(ask(world, span)) for name, ask in ANSWERS.items()}


def then(world: MemoryWorld) -> str:
    """The instant of the state that the ledger has now, as an answer names it."""
    instant = summarise(world, ADMIN, "demo", EVER)["ledger"]["as_of"]
    assert isinstance(instant, str)
    return instant


def changed_world() -> tuple[MemoryWorld, list[tuple[str, dict[str, str]]]]:
    """A ledger that went through several states, and what it answered in each, with its instant."""
    world = new_world()
    seen: list[tuple[str, dict[str, str]]] = []

    def look() -> None:
        seen.append((then(world), answers(world)))
        world.clock.sleep(3600)

    import_file(world, export(minutes(5)))
    look()
    import_file(world, export([*minutes(7, cost="0.30"), row("2025-11-09T08:00:00.000Z", model="mine")]))
    look()
    change_project(world, ADMIN, "demo", {"settings": {"aliases": {"mine": "openai/gpt-5"}}})
    world.clock.sleep(3600)
    import_file(world, export([row("2025-11-01T08:00:00.000Z", model="mine")]))
    look()
    return world, seen


def test_an_answer_of_the_past_is_had_again_byte_for_byte() -> None:
    world, seen = changed_world()
    assert len({shown["summary"] for _, shown in seen}) == len(seen) == 3
    for instant, shown in seen:
        assert answers(world, instant) == shown


def test_between_two_changes_every_instant_gives_the_same_answer() -> None:
    world, seen = changed_world()
    first, second = (heads_at for heads_at, _ in seen[:2])
    assert first < "2025-11-13T02:43:19.999Z" < second
    shown = answers(world, "2025-11-13T02:43:19.999Z")
    assert shown == seen[0][1] == answers(world, "2025-11-13T03:43:19.999+01:00")


def test_models_are_taken_for_what_the_project_said_at_the_instant() -> None:
    _, seen = changed_world()
    resolved = [
        {model["model"]: model["resolved"] for model in json.loads(shown["models"])["models"]}
        for _, shown in seen
    ]
    assert [found.get("mine") for found in resolved] == [None, None, "openai/gpt-5"]


def test_before_the_first_import_there_was_nothing() -> None:
    world, _ = changed_world()
    nothing = json.loads(answers(world, "2025-01-01T00:00:00Z")["summary"])
    assert (nothing["entries"], nothing["ledger"]["as_of"], nothing["days"]) == (0, None, [])


@pytest.mark.parametrize("as_of", ["2025-11-13", "2025-11-13T10:00:00", "yesterday", "2025-13-01T00:00:00Z"])
def test_an_instant_without_zone_or_sense_is_refused(as_of: str) -> None:
    with pytest.raises(InvalidRequest, match="must be an instant with its zone"):
        DaySpan.of(None, None, as_of)


def test_an_instant_that_is_yet_to_come_is_refused() -> None:
    world = new_world()
    assert answers(world, iso(NOW + TOLERANCE_MS))
    with pytest.raises(InvalidRequest, match="yet to come"):
        answers(world, iso(NOW + TOLERANCE_MS + 1))


def test_entries_of_the_past_come_in_pages_too() -> None:
    world, seen = changed_world()
    span = DaySpan.of(None, None, seen[1][0])
    found: list[Any] = []
    cursor = None
    while True:
        shown = list_entries(world, ADMIN, "demo", span, limit=3, cursor=cursor)
        found.extend(shown["entries"])
        cursor = shown["next_cursor"]
        if cursor is None:
            break
    assert found == json.loads(seen[1][1]["entries"])["entries"]


def test_the_history_tells_every_version_with_its_cause_and_what_it_came_to() -> None:
    world, _ = changed_world()
    found, further = list_history(world, ADMIN, "demo", EVER, limit=100, cursor=None)
    assert further is None
    assert [(v["day"], v["version"], v["entries"], v["sources"]) for v in found] == [
        ("2025-11-01", 1, 1, 1),
        ("2025-11-04", 1, 5, 1),
        ("2025-11-04", 2, 7, 2),
        ("2025-11-09", 1, 1, 1),
    ]
    first, second = found[1:3]
    assert (second["previous"], first["previous"]) == (first["hash"], None)
    assert {v["cause"]["kind"] for v in found} == {"import"}
    assert {v["actor"] for v in found} == {ADMIN.user}
    assert second["counts"]["duplicate_differing"] == 5
    assert second["totals"]["tokens"]["total"] == 70
    assert first["at"] < second["at"]


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_the_history_comes_in_pages(limit: int) -> None:
    world, _ = changed_world()
    everything, _ = list_history(world, ADMIN, "demo", EVER, limit=100, cursor=None)
    found, cursor = list_history(world, ADMIN, "demo", EVER, limit=limit, cursor=None)
    while cursor:
        more, cursor = list_history(world, ADMIN, "demo", EVER, limit=limit, cursor=cursor)
        found = [*found, *more]
    assert found == everything


def lost_swap(world: MemoryWorld, day: str = "2025-11-04") -> heads.Head:
    """A version that another writer was quicker than."""
    home = world.projects.named("acme", "demo")
    assert home
    version = heads.next_version(
        None, day, page.empty(), {}, cause="lost", actor="ada", at=world.clock.now_ms()
    )
    assert not world.ledger.commit("acme", home.project_id, version)
    return version.head


def test_a_sweep_removes_what_lost_its_swap_when_it_is_a_day_old_and_nothing_else() -> None:
    world, seen = changed_world()
    home = world.projects.named("acme", "demo")
    assert home
    rival = lost_swap(world)
    written = list(world.ledger.versions("acme", home.project_id, None, None))
    assert sweep_pages(world, home).lost_versions == 0
    world.clock.sleep(GRACE_MS / 1000 + 1)
    swept = sweep_pages(world, home)
    assert (swept.days, swept.lost_versions, swept.bodies, swept.next) == (3, 1, 0, None)
    left = list(world.ledger.versions("acme", home.project_id, None, None))
    assert [v for v in written if v not in left] == [v for v in written if v.head.hash == rival.hash]
    assert sweep_pages(world, home).lost_versions == 0
    for instant, shown in seen:
        assert answers(world, instant) == shown


def test_a_sweep_goes_on_where_the_one_before_stopped() -> None:
    world, _ = changed_world()
    for day in ("2025-11-01", "2025-11-04", "2025-11-09"):
        lost_swap(world, day)
    world.clock.sleep(GRACE_MS / 1000 + 1)
    home = world.projects.named("acme", "demo")
    assert home
    runs = [sweep_pages(world, home, days=2)]
    while runs[-1].next is not None:
        runs.append(sweep_pages(world, home, after=runs[-1].next, days=2))
    assert [(run.days, run.lost_versions) for run in runs] == [(2, 2), (1, 1)]


def test_entries_that_were_replaced_are_kept_as_long_as_the_project_says() -> None:
    world, seen = changed_world()
    home = change_project(world, ADMIN, "demo", {"settings": {"history_days": 2}})
    world.clock.sleep(DAY_SECONDS)
    assert sweep_pages(world, home).bodies == 0
    world.clock.sleep(DAY_SECONDS)
    assert sweep_pages(world, home).bodies == 1
    assert sweep_pages(world, home).bodies == 0
    first, shown = seen[0]
    span = DaySpan.of(None, None, first)
    for name in ("summary", "models"):
        assert json.dumps(ANSWERS[name](world, span)) == shown[name]
    for name in ("entries", "methods", "statistics"):
        with pytest.raises(HistoryPruned, match="2025-11-04"):
            ANSWERS[name](world, span)
    for instant, shown in seen[1:]:
        assert answers(world, instant) == shown


@pytest.mark.parametrize("days", [0, -1, True, "7", 1.5, 36_501])
def test_days_of_history_that_are_no_number_of_days_are_refused(days: object) -> None:
    world = new_world()
    with pytest.raises(InvalidRequest, match="history_days"):
        change_project(world, ADMIN, "demo", {"settings": {"history_days": days}})


def test_settings_that_the_log_has_lost_are_not_made_up() -> None:
    world, seen = changed_world()
    world.store.delete(list(world.store.keys("records/acme/projects/")))
    with pytest.raises(HistoryBroken, match="not in the log"):
        answers(world, seen[0][0])
