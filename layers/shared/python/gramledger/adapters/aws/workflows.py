"""Long work on Step Functions."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from gramledger.adapters.aws.clients import client, error_code, translated
from gramledger.core.sweeping import Execution
from gramledger.ports import Machine

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

    def __init__(
        self,
        import_machine: str,
        take_back_machine: str = "",
        rebuild_machine: str = "",
        sweep_machine: str = "",
        parity_machine: str = "",
    ) -> None:
        self._import_machine = import_machine
        self._take_back_machine = take_back_machine
        self._rebuild_machine = rebuild_machine
        self._sweep_machine = sweep_machine
        self._parity_machine = parity_machine

    def start_import(self, name: str, request: dict[str, Any]) -> bool:
        """Start an execution of an import; False if it had been started before."""
        return self._started(self._import_machine, name, request)

    def start_take_back(self, name: str, request: dict[str, Any]) -> bool:
        """Start taking an import out of the ledger; False if that had been started before."""
        return self._started(self._take_back_machine, name, request)

    def start_rebuild(self, name: str, request: dict[str, Any]) -> bool:
        """Start making the pages of a project again; False if that had been started before."""
        return self._started(self._rebuild_machine, name, request)

    def start_sweep(self, name: str, request: dict[str, Any]) -> bool:
        """Start a sweep; False if it had been started before."""
        return self._started(self._sweep_machine, name, request)

    def start_parity(self, name: str, request: dict[str, Any]) -> bool:
        """Start a comparison with a provider; False if it had been started before."""
        return self._started(self._parity_machine, name, request)

    def state(self, machine: Machine, name: str) -> Execution | None:
        """The state of an execution, or None if there is none of that name."""
        machines = {
            "import": self._import_machine,
            "take_back": self._take_back_machine,
            "sweep": self._sweep_machine,
        }
        with translated():
            try:
                found = client("stepfunctions").describe_execution(
                    executionArn=f"{machines[machine].replace(':stateMachine:', ':execution:')}:{name}"
                )
            except ClientError as error:
                if error_code(error) == "ExecutionDoesNotExist":
                    return None
                raise
        return _STATES[found["status"]]

    def _started(self, machine: str, name: str, request: dict[str, Any]) -> bool:
        with translated():
            try:
                client("stepfunctions").start_execution(
                    stateMachineArn=machine,
                    name=name,
                    input=json.dumps(request, separators=(",", ":")),
                )
            except ClientError as error:
                if error_code(error) == "ExecutionAlreadyExists":
                    return False
                raise
        return True
