"""The functions of the stack, as the state machine and the events call them: the real handlers' steps.

Files of a schedule are a few hundred bytes, so planning and grouping are given small sizes; everything else is what
is deployed. A step's errors leave it under the names that `gramledger.entry.task` gives them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from functions.calculate.app import calculate_portion
from functions.finalize.app import finish
from functions.group_days.app import group
from functions.parse_csv.app import parse
from functions.plan_csv.app import plan
from functions.recalculate.app import recalculate
from functions.take_back.app import step as take_back
from functions.undo.app import undo
from gramledger.core.problems import Busy, ImportConflict, Problem, RecalculationConflict
from gramledger.ports import Unavailable, World
from simulation.machine import StateError

Step = Callable[[World, dict[str, Any]], dict[str, Any]]

STEPS: dict[str, Step] = {
    "PlanCsvArn": plan,
    "ParseCsvArn": parse,
    "GroupDaysArn": group,
    "CalculateArn": calculate_portion,
    "FinalizeArn": finish,
    "UndoArn": undo,
    "TakeBackArn": take_back,
    "RecalculateArn": recalculate,
}


def answer_of(step: Step, world: World, payload: dict[str, Any]) -> dict[str, Any]:
    """What a function answers. Raises StateError as the state machine sees it."""
    try:
        return step(world, payload)
    except (Busy, Unavailable) as trouble:
        raise StateError("Retryable", _cause("Retryable", str(trouble))) from trouble
    except (ImportConflict, RecalculationConflict) as conflict:
        raise StateError("Halted", _cause("Halted", conflict.detail)) from conflict
    except Problem as problem:
        document = json.dumps(problem.document(), ensure_ascii=False)
        raise StateError("Final", _cause("Final", document)) from problem


def _cause(kind: str, message: str) -> str:
    return json.dumps({"errorType": kind, "errorMessage": message})
