"""What the local engine is spared."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local.tuning import in_turn


def test_no_more_tasks_of_a_function_run_at_once_than_there_are_slots_and_each_is_done() -> None:
    running, most = 0, 0
    counting, pause = threading.Lock(), threading.Event()

    def task(function: str, event: Any) -> Any:
        nonlocal running, most
        with counting:
            running += 1
            most = max(most, running)
        pause.wait(0.002)
        with counting:
            running -= 1
        return function, event

    limited = in_turn(task, 3)
    with ThreadPoolExecutor(20) as callers:
        answers = list(callers.map(lambda number: limited("parse", number), range(60)))
    assert answers == [("parse", number) for number in range(60)]
    assert most == 3


def test_functions_do_not_wait_for_each_other() -> None:
    met = threading.Barrier(2, timeout=10)

    def task(function: str, event: Any) -> Any:
        return function, event, met.wait() >= 0

    limited = in_turn(task, 1)
    with ThreadPoolExecutor(2) as callers:
        assert all(all(answer) for answer in callers.map(limited, ["parse", "calculate"], [1, 2]))


def test_a_task_that_fails_gives_its_turn_to_the_next_one() -> None:
    def task(function: str, event: Any) -> Any:
        raise ConnectionError(function, event)

    limited = in_turn(task, 1)
    for number in range(3):
        with pytest.raises(ConnectionError):
            limited("parse", number)
