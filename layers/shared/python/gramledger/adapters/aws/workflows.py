"""Long work on Step Functions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from gramledger.adapters.aws.clients import client, error_code, translated
from gramledger.core.sweeping import Execution
from gramledger.ports.workflows import Machine

_STATES: dict[str, Execution] = {
    "RUNNING": "running",
    "PENDING_REDRIVE": "running",
    "SUCCEEDED": "succeeded",
    "FAILED": "failed",
    "TIMED_OUT": "timed-out",
    "ABORTED": "aborted",
}


class StepFunctions:
    """Executions bear the id of what they work on, so nothing runs twice."""

    def __init__(self, machines: Mapping[str, str]) -> None:
        """`machines`: the name of a state machine -> its ARN, empty where it is neither started nor asked for."""
        self._machines = machines

    def start(self, machine: Machine, name: str, request: dict[str, Any]) -> bool:
        """Start an execution; False if it had been started before."""
        with translated():
            try:
                client("stepfunctions").start_execution(
                    stateMachineArn=self._machines[machine],
                    name=name,
                    input=json.dumps(request, separators=(",", ":")),
                )
            except ClientError as error:
                if error_code(error) == "ExecutionAlreadyExists":
                    return False
                raise
        return True

    def state(self, machine: Machine, name: str) -> Execution | None:
        """The state of an execution, or None if there is none of that name."""
        execution = self._machines[machine].replace(":stateMachine:", ":execution:")
        with translated():
            try:
                found = client("stepfunctions").describe_execution(executionArn=f"{execution}:{name}")
            except ClientError as error:
                if error_code(error) == "ExecutionDoesNotExist":
                    return None
                raise
        return _STATES[found["status"]]
