"""State machines as they are written: the Amazon States Language of our definitions, interpreted over strands.

Only what our machines use is known; anything else is refused by name, so that a schedule never stands for something
it did not run. Reference: https://states-language.net/spec.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from simulation.strands import Strand, Strands
from simulation.tape import Tape

DEFINITIONS = Path(__file__).resolve().parents[1] / "statemachines"
JITTER = (0.5, 0.25, 0.75, 1.0, 0.0)
"""What full jitter makes of a delay: one of these parts."""

Form = dict[str, Any]
Invoke = Callable[[str, str, Form], Any]
"""Calls a function by (its placeholder, such as PlanCsvArn; the state's name; the payload). Raises StateError."""

COMMON = frozenset(("Type", "Next", "End", "Comment", "InputPath", "OutputPath", "ResultPath"))
KNOWN: dict[str, frozenset[str]] = {
    "Task": COMMON
    | {"Resource", "Parameters", "ResultSelector", "TimeoutSeconds", "HeartbeatSeconds", "Retry", "Catch"},
    "Map": COMMON
    | {"ItemsPath", "ItemSelector", "MaxConcurrency", "ItemProcessor", "ResultSelector", "Retry", "Catch"},
    "Choice": COMMON | {"Choices", "Default"},
    "Pass": COMMON | {"Result", "Parameters"},
    "Wait": COMMON | {"Seconds"},
    "Succeed": COMMON,
    "Fail": COMMON | {"Error", "Cause", "ErrorPath", "CausePath"},
}


class StateError(Exception):
    """A state ended with an error: its name, and its cause as text."""

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(error)
        self.error, self.cause = error, cause


class Unknown(Exception):  # noqa: N818 -- it names the thing, as the error does
    """The definition uses something that is not simulated."""


class Aborted(Exception):  # noqa: N818 -- a way to end, no error
    """The Map around this iteration has failed already."""


def load(path: Path = DEFINITIONS / "import.asl.yaml") -> Form:
    """A machine's definition. Raises Unknown for a type or member that is not simulated."""
    machine: Form = yaml.safe_load(path.read_text("utf-8"))
    _check(machine)
    return machine


def _check(machine: Form) -> None:
    for name, state in machine["States"].items():
        if state["Type"] not in KNOWN or set(state) - KNOWN[state["Type"]]:
            strange = sorted(set(state) - KNOWN.get(state["Type"], frozenset()))
            raise Unknown(f"state {name} of type {state['Type']}: {', '.join(strange)}")
        if state["Type"] == "Map":
            _check(state["ItemProcessor"])


@dataclass
class Execution:
    """One run of a machine."""

    strands: Strands
    tape: Tape
    invoke: Invoke
    note: Callable[[str], None]

    def run(self, machine: Form, given: Any, going: Callable[[], bool] = lambda: True) -> Any:
        """The output of the machine. Raises StateError when it fails, Aborted when it is not `going` any more."""
        name: str | None = machine["StartAt"]
        state_input = given
        while name is not None:
            if not going():
                raise Aborted
            state = machine["States"][name]
            try:
                name, state_input = self._step(name, state, state_input, going)
            except StateError as error:
                self.note(f"{name} failed: {error.error}")
                name, state_input = _caught(state, state_input, error)
        return state_input

    def _step(self, name: str, state: Form, given: Any, going: Callable[[], bool]) -> tuple[str | None, Any]:
        """The next state's name and its input."""
        kind = state["Type"]
        if kind == "Choice":
            return next(
                (rule["Next"] for rule in state["Choices"] if _holds(rule, given)), state.get("Default")
            ), given
        if kind == "Fail":
            raise StateError(
                str(_at(state["ErrorPath"], given) if "ErrorPath" in state else state.get("Error", "")),
                str(_at(state["CausePath"], given) if "CausePath" in state else state.get("Cause", "")),
            )
        if kind == "Succeed":
            return None, given
        if kind == "Wait":
            self.strands.sleep(int(state["Seconds"] * 1000))
            return state.get("Next"), given
        attempt = self._map if kind == "Map" else self._task if kind == "Task" else self._pass
        result = self._retried(name, state, given, going, attempt)
        if "ResultSelector" in state:
            result = _filled(state["ResultSelector"], result, None)
        return state.get("Next"), _output(state, given, result)

    def _retried(
        self, name: str, state: Form, given: Any, going: Callable[[], bool], attempt: Callable[..., Any]
    ) -> Any:
        tried = [0] * len(state.get("Retry", ()))
        while True:
            try:
                return attempt(name, state, given, going)
            except StateError as error:
                found = next((n for n, r in enumerate(state.get("Retry", ())) if _matches(r, error)), None)
                if found is None or tried[found] >= state["Retry"][found].get("MaxAttempts", 3):
                    raise
                self.strands.sleep(self._delay(state["Retry"][found], tried[found]))
                tried[found] += 1
                if not going():
                    raise Aborted from error

    def _delay(self, retrier: Form, tried: int) -> int:
        seconds = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** tried
        seconds = min(seconds, retrier.get("MaxDelaySeconds", seconds))
        if retrier.get("JitterStrategy") == "FULL":
            seconds *= self.tape.one_of(JITTER)
        return int(seconds * 1000)

    def _task(self, name: str, state: Form, given: Any, _going: Callable[[], bool]) -> Any:
        if not state["Resource"].endswith(":lambda:invoke"):
            raise Unknown(f"the resource {state['Resource']} of state {name}")
        parameters = _filled(state["Parameters"], given, None)
        function = re.fullmatch(r"\$\{(\w+)\}", parameters["FunctionName"])
        if function is None:
            raise Unknown(f"the function of state {name}")
        payload = json.loads(json.dumps(parameters["Payload"]))
        answer = self.invoke(function[1], name, payload)
        return {"StatusCode": 200, "Payload": json.loads(json.dumps(answer))}

    def _pass(self, _name: str, state: Form, given: Any, _going: Callable[[], bool]) -> Any:
        return (
            _filled(state["Parameters"], given, None) if "Parameters" in state else state.get("Result", given)
        )

    def _map(self, name: str, state: Form, given: Any, going: Callable[[], bool]) -> list[Any]:
        """All iterations at once; the first that fails ends the Map, while its tasks that run go on unheard."""
        results: dict[int, Any] = {}
        failures: list[StateError] = []

        def iterate(index: int, each: Any) -> None:
            try:
                results[index] = self.run(state["ItemProcessor"], each, lambda: going() and not failures)
            except StateError as error:
                failures.append(error)
            except Aborted:
                pass

        strands: list[Strand] = []
        for index, value in enumerate(_at(state["ItemsPath"], given)):
            each = _filled(state["ItemSelector"], given, value) if "ItemSelector" in state else value
            me = self.strands.current.name if self.strands.current else name
            strands.append(
                self.strands.spawn(f"{me}[{index}]", lambda index=index, each=each: iterate(index, each))  # type: ignore[misc] # bound at once
            )
        self.strands.wait(lambda: bool(failures) or all(strand.ended for strand in strands))
        if failures:
            raise failures[0]
        return [results[index] for index in range(len(strands))]


def _matches(rule: Form, error: StateError) -> bool:
    names = rule["ErrorEquals"]
    return (
        error.error in names
        or "States.ALL" in names
        or ("States.TaskFailed" in names and error.error != "States.Timeout")
    )


def _caught(state: Form, given: Any, error: StateError) -> tuple[str, Any]:
    """The state that catches an error, and its input. Raises the error when there is none."""
    for catcher in state.get("Catch", ()):
        if _matches(catcher, error):
            return catcher["Next"], _placed(catcher, given, {"Error": error.error, "Cause": error.cause})
    raise error


def _output(state: Form, given: Any, result: Any) -> Any:
    path = state.get("OutputPath", "$")
    return {} if path is None else _at(path, _placed(state, given, result))


def _placed(state: Form, given: Any, result: Any) -> Any:
    """The input with the result where ResultPath says."""
    path = state.get("ResultPath", "$")
    if path is None:
        return given
    if path == "$":
        return result
    names = path.removeprefix("$.").split(".")
    output = json.loads(json.dumps(given))
    place = output
    for name in names[:-1]:
        place = place.setdefault(name, {})
    place[names[-1]] = result
    return output


def _filled(template: Any, given: Any, item: Any) -> Any:
    """A payload template with its paths resolved; `item` is the value of a Map's iteration."""
    if not isinstance(template, dict):
        return template
    filled = {}
    for name, value in template.items():
        if not name.endswith(".$"):
            filled[name] = _filled(value, given, item)
        elif value.startswith("$$.Map.Item.Value"):
            filled[name[:-2]] = _at("$" + value.removeprefix("$$.Map.Item.Value"), item)
        elif value.startswith("$") and not value.startswith("$$"):
            filled[name[:-2]] = _at(value, given)
        else:
            raise Unknown(f"the path {value}")
    return filled


@cache
def _steps(path: str) -> tuple[str | int, ...]:
    if not re.fullmatch(r"\$(\.\w+|\[\d+\])*", path):
        raise Unknown(f"the path {path}")
    return tuple(int(n) if n else name for name, n in re.findall(r"\.(\w+)|\[(\d+)\]", path))


def _at(path: str, given: Any) -> Any:
    for step in _steps(path):
        try:
            given = given[step]
        except (KeyError, IndexError, TypeError):
            raise StateError("States.Runtime", f"there is nothing at {path}") from None
    return given


def _holds(rule: Form, given: Any) -> bool:
    if "And" in rule:
        return all(_holds(part, given) for part in rule["And"])
    if "Or" in rule:
        return any(_holds(part, given) for part in rule["Or"])
    if "Not" in rule:
        return not _holds(rule["Not"], given)
    try:
        value, present = _at(rule["Variable"], given), True
    except StateError:
        value, present = None, False
    for name, wanted in rule.items():
        if name in ("Variable", "Next"):
            continue
        if name == "IsPresent":
            return present is wanted
        if not present:
            raise StateError("States.Runtime", f"there is nothing at {rule['Variable']}")
        if name in ("BooleanEquals", "StringEquals", "NumericEquals"):
            return bool(value == wanted)
        if name == "IsNull":
            return (value is None) is wanted
        raise Unknown(f"the comparison {name}")
    raise Unknown("a rule without a comparison")
