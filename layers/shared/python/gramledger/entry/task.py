"""Steps of a state machine: the event is the request, the answer is small, and errors have one of three names.

`Retryable` is tried again by the state machine, `Final` is not; its message is the problem document. `Halted` ends the
execution, and nothing else: the import or recalculation is paused, or is being taken back, or another execution has its
turn. Any other error keeps its own name: it is a fault of ours, tried a little and then undone.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger

from gramledger.core.problems import Busy, ImportConflict, Problem, RecalculationConflict
from gramledger.ports import Unavailable, World

Step = Callable[[World, dict[str, Any]], dict[str, Any]]
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]

log = Logger()

CAUSE_CHARACTERS = 32_768
"""Step Functions keeps so much of the cause of an error: the message as JSON, in which quotes are escaped again, and
where it was raised."""

_WHERE_CHARACTERS = 8_000
_DETAIL_CHARACTERS = 4_000


class Retryable(Exception):  # noqa: N818 -- the name that the state machine matches
    """The same step may succeed later."""


class Final(Exception):  # noqa: N818 -- the name that the state machine matches
    """The step will never succeed; the message is the problem as JSON."""


class Halted(Exception):  # noqa: N818 -- the name that the state machine matches
    """This execution has nothing more to do; the message says why."""


def task(step: Step, world: Callable[[], World]) -> Handler:
    """The handler of a step. Logs which import and step it is, never a cell or an address."""

    @log.inject_lambda_context(clear_state=True)
    def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        log.append_keys(tenant=event.get("tenant"), import_id=event.get("import_id"))
        try:
            answer = step(world(), event)
        except (Busy, Unavailable) as trouble:
            log.warning("step to be tried again", extra={"reason": type(trouble).__name__})
            raise Retryable(str(trouble)) from trouble
        except (ImportConflict, RecalculationConflict) as conflict:
            log.info("step not to be done", extra={"reason": conflict.detail})
            raise Halted(conflict.detail) from conflict
        except Problem as problem:
            log.warning("step refused", extra={"code": problem.code})
            raise Final(_message(problem)) from problem
        log.info("step done", extra={"answer_bytes": len(json.dumps(answer))})
        return answer

    return handler


def _message(problem: Problem) -> str:
    """The problem document as JSON; of one that is too long, as by quoted names of any length, what says what it is."""
    document = problem.document()
    text = json.dumps(document, ensure_ascii=False)
    if len(json.dumps(text)) <= CAUSE_CHARACTERS - _WHERE_CHARACTERS:
        return text
    told = {name: document[name] for name in ("type", "code", "title", "status")}
    return json.dumps({**told, "detail": f"{problem.detail[:_DETAIL_CHARACTERS]}..."}, ensure_ascii=False)
