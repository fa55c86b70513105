"""Ledgers that recalculate, each with one mistake. They are noticed by courses (`simulation/recalculating.py`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa

import gramledger.app.recalculate_days as recalculating
import gramledger.app.recalculation_steps as stepping
from gramledger.app.recalculate_days import WindowOfDays
from gramledger.core import revaluing
from gramledger.core.heads import Version
from gramledger.core.recalculations import Recalculation, Turns
from mutants.catalogue import Replaced

MUTANTS: dict[str, Callable[[], Replaced]] = {}


def mutant(make: Callable[[], Replaced]) -> Callable[[], Replaced]:
    """Put a mutant into this catalogue."""
    MUTANTS[make.__name__] = make
    return make


@mutant
def a_recalculation_leaves_its_door_open() -> Replaced:
    """Taking one back puts no fence: a task of it that is still alive writes its figures again."""
    version = vars(WindowOfDays)["_version"]

    def unfenced(self: WindowOfDays, *place: Any, cause: str, **_: Any) -> Version:
        found: Version = version(self, *place, cause=cause)
        return found

    return [(WindowOfDays, "_version", unfenced)]


@mutant
def taking_one_back_takes_the_others_along() -> Replaced:
    """The figures of the imports come back, whatever else was recalculated."""
    without = vars(recalculating)["without"]

    def forgetful(table: pa.Table, gone: Any, origins: Any, _others: Any, values: Any) -> pa.Table:
        return without(table, gone, origins, [], values)

    return [(recalculating, "without", forgetful)]


@mutant
def a_repeated_task_tells_what_it_has_done_itself() -> Replaced:
    """What an attempt before it has changed is missing from the report."""
    without = vars(WindowOfDays)["_without"]

    def of_this_attempt(window: WindowOfDays, day: str, table: pa.Table, *, earlier: bool = False) -> Any:
        return table if earlier else without(window, day, table)

    return [(WindowOfDays, "_without", of_this_attempt)]


@mutant
def days_that_were_left_before_are_not_counted() -> Replaced:
    """Taking one back counts what the last attempt did."""
    return [(WindowOfDays, "_has_left", lambda _window, _head: False)]


@mutant
def the_time_of_calculation_is_a_figure() -> Replaced:
    """Whatever is calculated anew is written anew."""
    return [(revaluing, "_COMPARED", (*vars(revaluing)["_COMPARED"], "calculated_at"))]


@mutant
def two_recalculate_at_once() -> Replaced:
    """Nobody has to wait for another one's end."""

    def anybody(self: Turns, before: Recalculation, after: Recalculation) -> Turns:
        return Turns(
            after.recalculation_id if after.active and not before.active else self.active, self.newest
        )

    return [(Turns, "after", anybody)]


@mutant
def a_resumed_recalculation_takes_begun_work_for_done() -> Replaced:
    """What is left to do is what no task has begun."""
    plan = vars(stepping)["plan_step"]

    def nothing_left(world: Any, *place: Any, **named: Any) -> Any:
        record = world.recalculations.get(named["tenant"], named["project_id"], named["recalculation_id"])
        return {"windows": []} if record.resumed else plan(world, *place, **named)

    return [(stepping, "plan_step", nothing_left), (stepping, "_need_all", lambda *_: None)]


@mutant
def new_claims_get_the_figures_too() -> Replaced:
    """A recalculation is about whatever is there when its task comes, not about what its plan names."""
    return [(revaluing, "asked_of", lambda table, ruling: revaluing.selects(ruling.selection, table))]
