"""Four places where the engine waits or works in vain, put right when this module is imported.

None of them changes what the engine answers. They use its internal names, so they hold for the pinned version; the
tests of the local stack show whether a newer one still has them.
"""

from __future__ import annotations

import functools
import socketserver
import threading
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from ministack.core.lambda_runtime import Worker
from ministack.services import dynamodb, stepfunctions

from local.package import cores

Task = Callable[[str, Any], Any]

# A function is handed its event in two small packets; waiting for the first one's acknowledgement costs 40 ms on every
# invocation.
socketserver.StreamRequestHandler.disable_nagle_algorithm = True

# 50 ms are waited for the log of a function that writes none; what comes later is found by the next invocation.
Worker._drain_stderr_bounded = functools.partialmethod(Worker._drain_stderr_bounded, first_line_wait=0.002)

# A query checks the grammar of its key condition again for every item of the partition.
dynamodb._condition_syntax_error = functools.lru_cache(dynamodb._condition_syntax_error)


def in_turn(task: Task, at_once: int) -> Task:
    """The task, of which no more than `at_once` run at a time for each function; the others wait for their turn.

    A worker is begun for every task of a function that runs at the same time: those of fifty imports would take all
    memory of a laptop, and no import would be done sooner. Functions do not wait for each other.
    """
    slots: defaultdict[str, threading.Semaphore] = defaultdict(lambda: threading.Semaphore(at_once))
    looking_up = threading.Lock()

    @functools.wraps(task)
    def when_it_is_its_turn(function: str, event: Any) -> Any:
        with looking_up:
            slot = slots[function]
        with slot:
            return task(function, event)

    return when_it_is_its_turn


stepfunctions._call_lambda = in_turn(stepfunctions._call_lambda, 2 * cores())
