"""What is wrong with a state machine file: its schema, its graph, and the rules of this project.

`sam validate --lint` does not open these files, and a wrong name in one shows itself only when an import fails.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Set
from importlib.resources import files
from typing import Any

import yaml
from jsonschema import Draft7Validator

State = dict[str, Any]
_SCHEMA = files("cfnlint") / "data/schemas/other/step_functions/statemachine.json"
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
_ACCOUNT_ID = re.compile(r"(?<!\d)\d{12}(?!\d)")
_TERMINAL = ("Succeed", "Fail")


def faults(text: str, given: Set[str]) -> list[str]:
    """Every fault of a state machine's text, where `given` are the names that the template substitutes."""
    try:
        machine = yaml.safe_load(text)
    except yaml.YAMLError as cause:
        return [f"not YAML: {cause}"]
    found = [f"schema, at {_place(fault.path)}: {fault.message}" for fault in _schema().iter_errors(machine)]
    if found:
        return found  # the graph of something that is no state machine says nothing
    if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text)):
        found.append("a YAML alias: Step Functions reads this file itself")
    used = set(_PLACEHOLDER.findall(text))
    found += [f"placeholder ${{{name}}} is not given by the template" for name in sorted(used - given)]
    found += [f"the template gives {name}, which is not used" for name in sorted(given - used)]
    found += [f"account id {number}" for number in _ACCOUNT_ID.findall(text)]
    names: list[str] = []
    for scope in scopes(machine):
        names += scope["States"]
        found += _graph_faults(scope)
        for name, state in scope["States"].items():
            found += [f"{name}: {fault}" for fault in _state_faults(state)]
    found += [
        f"{name}: there are two states of this name"
        for name in sorted({n for n in names if names.count(n) > 1})
    ]
    return found


def scopes(machine: State) -> Iterator[State]:
    """A machine and every machine inside one of its states."""
    yield machine
    for state in machine["States"].values():
        for inner in (
            *([state["ItemProcessor"]] if "ItemProcessor" in state else ()),
            *state.get("Branches", ()),
        ):
            yield from scopes(inner)


def _schema() -> Draft7Validator:
    return Draft7Validator(json.loads(_SCHEMA.read_text(encoding="utf-8")))


def _place(path: Any) -> str:
    return "/".join(str(step) for step in path) or "the top"


def _targets(state: State) -> set[str]:
    """The states that may follow one."""
    rules = [*state.get("Choices", ()), *state.get("Catch", ())]
    named = [state.get("Next"), state.get("Default"), *(rule.get("Next") for rule in rules)]
    return {name for name in named if name}


def _graph_faults(scope: State) -> Iterator[str]:
    states, start = scope["States"], scope["StartAt"]
    for name, state in states.items():
        for target in sorted(_targets(state) - states.keys()):
            yield f"{name}: leads to {target}, which does not exist"
    if start not in states:
        yield f"starts at {start}, which does not exist"
        return
    for name in sorted(states.keys() - _reached({start}, {n: _targets(s) for n, s in states.items()})):
        yield f"{name}: nothing leads here"
    ends = {name for name, state in states.items() if state.get("End") or state["Type"] in _TERMINAL}
    backwards = {name: {n for n, s in states.items() if name in _targets(s)} for name in states}
    for name in sorted(states.keys() - _reached(ends, backwards)):
        yield f"{name}: no end can be reached from here"


def _reached(first: Set[str], steps: dict[str, set[str]]) -> set[str]:
    reached, ahead = set(first), list(first)
    while ahead:
        new = steps.get(ahead.pop(), set()) - reached
        reached |= new
        ahead += new
    return reached


def _state_faults(state: State) -> Iterator[str]:
    if state["Type"] not in (*_TERMINAL, "Choice") and ("Next" in state) == bool(state.get("End")):
        yield "must have either Next or End"
    if state["Type"] != "Task":
        return
    if "TimeoutSeconds" not in state:
        yield "a Task without TimeoutSeconds may run for a year"
    if not state.get("Retry"):
        yield "a Task without Retry fails at the first hiccup"
    for number, rule in enumerate(state.get("Retry", ())):
        if "States.ALL" in rule["ErrorEquals"] and (
            number + 1 < len(state["Retry"]) or len(rule["ErrorEquals"]) > 1
        ):
            yield "States.ALL must stand alone, in the last rule of a Retry"
        if rule.get("MaxAttempts", 3) and rule.get("JitterStrategy") != "FULL":
            yield f"the retry of {', '.join(rule['ErrorEquals'])} has no full jitter"
