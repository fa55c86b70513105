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

    def start_import(self, name: str, request: dict[str, Any]) -> bool:
        """Start an execution of an import; False if it had been started before."""
        return self._started("import", name, request)

    def start_take_back(self, name: str, request: dict[str, Any]) -> bool:
        """Start taking an import out of the ledger; False if that had been started before."""
        return self._started("take_back", name, request)

    def start_rebuild(self, name: str, request: dict[str, Any]) -> bool:
        """Start making the pages of a project again; False if that had been started before."""
        return self._started("rebuild", name, request)

    def start_sweep(self, name: str, request: dict[str, Any]) -> bool:
        """Start a sweep; False if it had been started before."""
        return self._started("sweep", name, request)

    def start_daily_usage(self, name: str, request: dict[str, Any]) -> bool:
        """Start fetching from providers; False if it had been started before."""
        return self._started("daily_usage", name, request)

    def start_retention(self, name: str, request: dict[str, Any]) -> bool:
        """Start to prune provider windows; False if it had been started before."""
        return self._started("retention", name, request)

    def start_parity_daily(self, name: str, request: dict[str, Any]) -> bool:
        """Start to fetch settled days again and compare them; False if it had been started before."""
        return self._started("parity_daily", name, request)

    def start_parity(self, name: str, request: dict[str, Any]) -> bool:
        """Start a comparison with a provider; False if it had been started before."""
        return self._started("parity", name, request)

    def start_recalculate(self, name: str, request: dict[str, Any]) -> bool:
        """Start what is to be done for a recalculation; False if that had been started before."""
        return self._started("recalculate", name, request)

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

    def _started(self, machine: str, name: str, request: dict[str, Any]) -> bool:
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
