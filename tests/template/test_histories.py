"""What stands in the history of an execution never reaches the limit of the service, whatever is tried again."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from gramledger.app.key_rounds import KEYS_AT_ONCE, STEPS_MAXIMUM
from gramledger.core.limits import PROVIDER_KEYS
from local.home import ROOT

EVENTS = 25_000
"""The limit of AWS Step Functions: an execution with more events in its history is ended."""

KEYS = 200_000
"""So many keys one run is to manage, over all tenants."""

STARTED_AND_ENDED = 2
OF_A_MAP_RUN = 4
"""Entered, started, succeeded, left; what its children do stands in their own histories."""

State = dict[str, Any]


def machine(name: str) -> State:
    found: State = yaml.safe_load((ROOT / f"statemachines/{name}.asl.yaml").read_text(encoding="utf-8"))
    return found


def most_events(state: State) -> int:
    """The events of one visit of a state. A task is scheduled, started and ended at each attempt, and in the worst case
    every rule of its Retry is used up."""
    if state["Type"] == "Task":
        attempts = 1 + sum(rule.get("MaxAttempts", 3) for rule in state["Retry"])
        return 2 + 3 * attempts
    if state["Type"] == "Map":
        assert state["ItemProcessor"]["ProcessorConfig"] == {
            "Mode": "DISTRIBUTED",
            "ExecutionType": "STANDARD",
        }
        return OF_A_MAP_RUN
    return 2


@pytest.mark.parametrize(
    ("name", "map_name"), [("daily_usage", "FetchKeys"), ("parity_daily", "CompareKeys")]
)
def test_a_key_with_as_many_steps_as_it_may_take_fits_into_the_history_of_its_execution(
    name: str, map_name: str
) -> None:
    states = machine(name)["States"][map_name]["ItemProcessor"]["States"]
    again = {"Fetch", "Compare"} & states.keys() | {"WhatComesNext", "WaitForIt"}
    each_step = sum(most_events(states[known]) for known in again)
    once = sum(most_events(state) for known, state in states.items() if known not in again)
    assert each_step * STEPS_MAXIMUM + once + STARTED_AND_ENDED <= EVENTS


@pytest.mark.parametrize("name", ["daily_usage", "parity_daily"])
def test_the_rounds_of_a_run_over_very_many_keys_fit_into_its_history(name: str) -> None:
    each_round = sum(most_events(state) for state in machine(name)["States"].values())
    assert each_round * -(-KEYS // KEYS_AT_ONCE) + STARTED_AND_ENDED <= EVENTS


@pytest.mark.parametrize("name", ["daily_usage", "parity_daily"])
def test_a_key_that_fails_for_good_ends_neither_the_run_nor_the_other_keys(name: str) -> None:
    (keys,) = (state for state in machine(name)["States"].values() if state["Type"] == "Map")
    assert keys["ToleratedFailurePercentage"] == 100
    assert keys["ResultPath"] is None, "what keys have come to is in no payload"


@pytest.mark.parametrize("name", ["daily_usage", "parity_daily"])
def test_a_key_comes_to_nothing_that_would_have_to_fit_into_the_result_of_its_round(name: str) -> None:
    """A Map gathers what its children come to, whatever it does with it then; an error alone may have 32 kB."""
    (keys,) = (state for state in machine(name)["States"].values() if state["Type"] == "Map")
    states = keys["ItemProcessor"]["States"].values()
    ends = [state for state in states if state.get("End") or state["Type"] == "Succeed"]
    assert [state.get("OutputPath", "$") for state in ends] == [None] * 2


@pytest.mark.parametrize(
    ("logical", "role"), [("DailyUsageMachine", "RunTask"), ("ParityDailyMachine", "RunParityDailyTask")]
)
def test_a_machine_whose_keys_have_executions_may_start_watch_and_stop_just_these(
    written: dict[str, dict[str, Any]], logical: str, role: str
) -> None:
    policy = written[f"{logical}Children"]["Properties"]
    assert policy["Roles"] == [{"Ref": f"{logical}Role"}]
    start, watch = policy["PolicyDocument"]["Statement"]
    assert (start["Action"], start["Resource"]) == ("states:StartExecution", {"Ref": logical})
    assert watch["Action"] == ["states:DescribeExecution", "states:StopExecution"]
    places = [resource["Fn::Sub"].rpartition(":execution:")[2] for resource in watch["Resource"]]
    assert places == [f"${{{logical}.Name}}:*", f"${{{logical}.Name}}/*"]
    own = written[logical]["Properties"]["Policies"][0]["Statement"]
    assert own[0]["Sid"] == role


def test_a_round_is_no_larger_than_its_tenants_need() -> None:
    assert PROVIDER_KEYS < KEYS_AT_ONCE, (
        "a tenant's keys are never parted, so a round has at most both of these"
    )
