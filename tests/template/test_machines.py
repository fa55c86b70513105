"""The state machines, and that the checker sees what is wrong with one."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from local import template
from local.check import machine_findings
from local.home import ROOT
from local.machines import faults, scopes

FILE = ROOT / "statemachines/import.asl.yaml"
TEXT = FILE.read_text(encoding="utf-8")
GIVEN = {"PlanCsvArn", "ParseCsvArn", "GroupDaysArn", "CalculateArn", "FinalizeArn", "UndoArn"}
MACHINE = yaml.safe_load(TEXT)


def states() -> dict[str, Any]:
    return {name: state for scope in scopes(MACHINE) for name, state in scope["States"].items()}


def test_the_state_machines_of_the_template_have_no_fault() -> None:
    assert list(machine_findings(ROOT)) == []


@pytest.mark.parametrize(
    ("sound", "broken", "told"),
    [
        ("Next: WhatComesNext", "Next: What", "Plan: leads to What, which does not exist"),
        ("StartAt: Plan", "StartAt: Plans", "starts at Plans, which does not exist"),
        (
            "Default: CalculateDays",
            "Default: Calculated",
            "DoChunksJoin: leads to Calculated, which does not exist",
        ),
        (
            "ResultPath: $.error, Next: Undo}",
            "ResultPath: $.error, Next: Undone}",
            "leads to Undone, which does not exist",
        ),
        ("Next: RedoChunks}", "Next: Undo}", "RedoChunks: nothing leads here"),
        ("Next: Failed", "Next: Undo", "Undo: no end can be reached from here"),
        ("        ParseAgain:", "        Parse:", "Parse: there are two states of this name"),
        (
            "    ResultPath: $.end\n    TimeoutSeconds: 930\n",
            "    ResultPath: $.end\n",
            "Finalize: a Task without TimeoutSeconds",
        ),
        (", JitterStrategy: FULL", "", "has no full jitter"),
        ("${UndoArn}", "${UndoneArn}", "placeholder ${UndoneArn} is not given by the template"),
        ("${UndoArn}", "${PlanCsvArn}", "the template gives UndoArn, which is not used"),
        ("${UndoArn}", "arn:aws:lambda:eu-west-1:123456789012:function:undo", "account id 123456789012"),
        ("Type: Fail", "Type: Failure", "schema, at States/Failed/Type"),
        (
            "    ItemsPath: $.chunks\n",
            "    ItemsPath: &chunks $.chunks\n    Comment: *chunks\n",
            "a YAML alias",
        ),
        ("StartAt: Plan", "StartAt: [Plan", "not YAML"),
    ],
)
def test_a_broken_state_machine_is_found_out(sound: str, broken: str, told: str) -> None:
    assert sound in TEXT
    assert [fault for fault in faults(TEXT.replace(sound, broken), GIVEN) if told in fault]


def test_a_task_without_retry_is_found_out() -> None:
    machine = yaml.safe_load(TEXT)
    del machine["States"]["Plan"]["Retry"]
    assert faults(yaml.safe_dump(machine), GIVEN) == ["Plan: a Task without Retry fails at the first hiccup"]


def test_a_rule_after_the_one_for_everything_is_found_out() -> None:
    machine = yaml.safe_load(TEXT)
    machine["States"]["Plan"]["Retry"].reverse()
    found = faults(yaml.safe_dump(machine), GIVEN)
    assert found == ["Plan: States.ALL must stand alone, in the last rule of a Retry"]


def test_whatever_ends_an_import_early_leads_to_undo_unless_its_execution_has_nothing_more_to_do() -> None:
    undo = [
        {"ErrorEquals": ["Halted"], "ResultPath": None, "Next": "Finished"},
        {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Undo"},
    ]
    for name, state in MACHINE["States"].items():
        if state["Type"] in ("Task", "Map") and name != "Undo":
            assert state["Catch"] == undo, name
    assert "TimeoutSeconds" not in MACHINE  # such a limit would end the execution without Undo


def test_a_final_error_is_never_tried_again_and_a_retryable_one_always_is() -> None:
    tasks = {name: state for name, state in states().items() if state["Type"] == "Task" and name != "Undo"}
    assert tasks
    for name, task in tasks.items():
        rules = {error: rule for rule in task["Retry"] for error in rule["ErrorEquals"]}
        assert rules["Final"]["MaxAttempts"] == 0, name
        assert rules["Halted"]["MaxAttempts"] == 0, name
        assert rules["Retryable"]["MaxAttempts"] >= 5, name


NO_ROOM = "Lambda.TooManyRequestsException"
"""Of what Step Functions is told when as many functions run as the account may have at once."""


@pytest.mark.parametrize("name", ["import", "rebuild", "recalculate", "parity"])
def test_a_task_that_lambda_has_no_room_for_waits_most_of_an_hour_before_its_work_is_given_up(
    name: str,
) -> None:
    """16 tasks of one import meet that in an account with the 10 that new ones have, and fifty imports in any."""
    machine = yaml.safe_load((ROOT / f"statemachines/{name}.asl.yaml").read_text(encoding="utf-8"))
    tasks = [
        state for scope in scopes(machine) for state in scope["States"].values() if state["Type"] == "Task"
    ]
    for task in tasks:
        rule = task["Retry"][0]
        assert rule["ErrorEquals"] == [NO_ROOM]
        longest = (rule["IntervalSeconds"] * rule["BackoffRate"] ** n for n in range(rule["MaxAttempts"]))
        seconds = sum(min(rule["MaxDelaySeconds"], wait) / 2 for wait in longest)  # on average, by the jitter
        assert seconds > 2700


def attempts_at(error: str, task: dict[str, Any]) -> int:
    """How often a task is tried again after an error."""
    rules = (rule for rule in task["Retry"] if {error, "States.ALL"} & set(rule["ErrorEquals"]))
    return int(next(rules)["MaxAttempts"])


@pytest.mark.parametrize("error", [NO_ROOM, "Retryable", "States.Timeout"])
def test_undo_tries_longer_than_any_other_task(error: str) -> None:
    attempts = {
        name: attempts_at(error, state) for name, state in states().items() if state["Type"] == "Task"
    }
    longest = attempts.pop("Undo")
    assert longest > max(attempts.values())


def test_no_task_outlives_its_function_or_ends_before_it() -> None:
    resources = template.load()["Resources"]
    given = resources["ImportMachine"]["Properties"]["DefinitionSubstitutions"]
    for name, state in states().items():
        if state["Type"] == "Task":
            substitution = state["Parameters"]["FunctionName"].strip("${}")
            function = resources[given[substitution]["Fn::GetAtt"][0]]["Properties"]
            assert function["Timeout"] < state["TimeoutSeconds"] <= function["Timeout"] + 30, name


def test_taking_back_tries_longer_than_any_task_of_an_import() -> None:
    machine = yaml.safe_load((ROOT / "statemachines/take_back.asl.yaml").read_text(encoding="utf-8"))
    (task,) = machine["States"].values()
    tasks = [state for state in states().values() if state["Type"] == "Task"]
    for error in ("Retryable", "States.Timeout"):
        assert attempts_at(error, task) > max(attempts_at(error, other) for other in tasks)
    assert attempts_at(NO_ROOM, task) * task["Retry"][0]["MaxDelaySeconds"] / 2 > 3600
    function = template.load()["Resources"]["TakeBackFunction"]["Properties"]
    assert function["Timeout"] < task["TimeoutSeconds"]


def test_a_run_of_retention_that_fails_for_good_says_so_before_it_ends() -> None:
    machine = yaml.safe_load((ROOT / "statemachines/retention.asl.yaml").read_text(encoding="utf-8"))
    assert machine["States"]["Prune"]["Catch"] == [
        {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "GiveUp"}
    ]
    assert (machine["States"]["GiveUp"]["Next"], machine["States"]["Failed"]["Type"]) == ("Failed", "Fail")


@pytest.mark.parametrize("name", ["import", "rebuild", "recalculate"])
def test_the_tasks_of_a_map_come_to_nothing_so_that_payloads_stay_small(name: str) -> None:
    """A Map gathers what its tasks come to before it drops that: 2,000 portions of a long import would not fit."""
    machine = yaml.safe_load((ROOT / f"statemachines/{name}.asl.yaml").read_text(encoding="utf-8"))
    maps = [state for state in machine["States"].values() if state["Type"] == "Map"]
    assert maps
    for state in maps:
        assert state["ResultPath"] is None
        assert state["MaxConcurrency"] <= 40
        (task,) = state["ItemProcessor"]["States"].values()
        assert task.get("OutputPath", "$") is None


def test_a_file_that_the_template_does_not_name_is_found_out(tmp_path: Any) -> None:
    (tmp_path / "statemachines").mkdir()
    (tmp_path / "template.yaml").write_text("Resources: {}")
    (tmp_path / "statemachines/forgotten.asl.yaml").write_text("{}")
    found = list(machine_findings(tmp_path))
    assert found == ["statemachines/forgotten.asl.yaml: the template has no state machine with this file"]


def test_a_file_that_does_not_exist_is_found_out(tmp_path: Any) -> None:
    machine = {
        "Type": "AWS::Serverless::StateMachine",
        "Properties": {"DefinitionUri": "statemachines/gone.yaml"},
    }
    (tmp_path / "template.yaml").write_text(yaml.safe_dump({"Resources": {"Machine": machine}}))
    found = list(machine_findings(tmp_path))
    assert found == ["statemachines/gone.yaml: the template names this file, and it does not exist"]
