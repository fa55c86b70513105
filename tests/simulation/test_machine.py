"""The state machine interpreter: retries, catches, maps and paths as the language defines them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from simulation.machine import Execution, StateError, Unknown, load
from simulation.strands import Endless, Strands
from simulation.tape import Tape

TASK = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Parameters": {"FunctionName": "${WorkArn}", "Payload.$": "$"},
    "OutputPath": "$.Payload",
}


def run(machine: dict[str, Any], given: Any, answers: list[Any]) -> tuple[Any, list[Any], int]:
    """The outcome (output or error), the payloads its function was given, and the seconds that passed."""
    strands = Strands(Tape(), now_ms=0, switches=0.0)
    payloads: list[Any] = []
    outcome: list[Any] = []

    def invoke(_function: str, _state: str, payload: Any) -> Any:
        payloads.append(payload)
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def begin() -> None:
        try:
            outcome.append(Execution(strands, Tape(), invoke, lambda _: None).run(machine, given))
        except StateError as error:
            outcome.append(error.error)

    strands.spawn("execution", begin)
    strands.run()
    return outcome[0], payloads, strands.now // 1000


def one(**state: Any) -> dict[str, Any]:
    return {"StartAt": "Work", "States": {"Work": {**TASK, **state}, "Repair": {"Type": "Succeed"}}}


def test_a_task_gives_its_answer_on() -> None:
    assert run(one(End=True), {"a": 1}, [{"b": 2}]) == ({"b": 2}, [{"a": 1}], 0)


def test_a_task_may_come_to_nothing() -> None:
    assert run(one(OutputPath=None, End=True), {"a": 1}, [{"b": 2}]) == ({}, [{"a": 1}], 0)


def test_a_retrier_counts_its_own_attempts_and_waits_longer_each_time() -> None:
    retry = [
        {
            "ErrorEquals": ["Slow"],
            "IntervalSeconds": 2,
            "BackoffRate": 2,
            "MaxAttempts": 2,
            "MaxDelaySeconds": 3,
        },
        {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "MaxAttempts": 1},
    ]
    slow, odd = StateError("Slow"), StateError("Odd")
    assert run(one(Retry=retry, End=True), {}, [slow, odd, slow, {}]) == ({}, [{}] * 4, 2 + 10 + 3)
    assert run(one(Retry=retry, End=True), {}, [slow, slow, slow])[0] == "Slow"


def test_an_error_that_is_never_tried_again_is_caught_with_its_cause() -> None:
    retry = [{"ErrorEquals": ["Final"], "MaxAttempts": 0}, {"ErrorEquals": ["States.ALL"]}]
    catch = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Repair"}]
    machine = one(Retry=retry, Catch=catch, End=True)
    caught = {"a": 1, "error": {"Error": "Final", "Cause": "why"}}
    assert run(machine, {"a": 1}, [StateError("Final", "why")]) == (caught, [{"a": 1}], 0)


def test_a_map_gives_each_value_to_an_iteration_and_ends_with_the_first_failure() -> None:
    each = {
        "Type": "Map",
        "ItemsPath": "$.all",
        "ItemSelector": {"who.$": "$.who", "value.$": "$$.Map.Item.Value"},
        "ItemProcessor": {"StartAt": "Work", "States": {"Work": {**TASK, "End": True}}},
        "ResultPath": "$.done",
        "End": True,
    }
    machine = {"StartAt": "Each", "States": {"Each": each}}
    given = {"who": "ada", "all": [1, 2]}
    output, payloads, _ = run(machine, given, [{"x": 1}, {"x": 2}])
    assert output == {**given, "done": [{"x": 1}, {"x": 2}]}
    assert payloads == [{"who": "ada", "value": 1}, {"who": "ada", "value": 2}]
    assert run(machine, given, [StateError("Broken"), {"x": 2}])[0] == "Broken"


def test_a_path_to_nothing_is_an_error_of_the_execution() -> None:
    assert run(one(OutputPath="$.nothing", End=True), {}, [{}])[0] == "States.Runtime"


def test_what_is_not_simulated_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "machine.yaml"
    path.write_text(yaml.safe_dump({"StartAt": "P", "States": {"P": {"Type": "Parallel", "Branches": []}}}))
    with pytest.raises(Unknown, match="P of type Parallel"):
        load(path)
    path.write_text(yaml.safe_dump(one(QueryLanguage="JSONata")))
    with pytest.raises(Unknown, match="QueryLanguage"):
        load(path)


def test_strands_that_wait_for_each_other_for_ever_are_reported() -> None:
    strands = Strands(Tape(), now_ms=0, switches=0.0)
    strands.spawn("one", lambda: strands.wait(lambda: False))
    with pytest.raises(Endless, match="everybody waits: one"):
        strands.run()


def test_time_passes_only_when_everybody_waits() -> None:
    strands = Strands(Tape(), now_ms=0, switches=0.0)
    seen: list[tuple[str, int]] = []

    def sleeper(name: str, ms: int) -> None:
        strands.sleep(ms)
        seen.append((name, strands.now))

    strands.spawn("late", lambda: sleeper("late", 500))
    strands.spawn("soon", lambda: sleeper("soon", 20))
    strands.run()
    assert seen == [("soon", 20), ("late", 500)]
