"""Long work on Step Functions."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from gramledger.adapters.aws.clients import client, error_code, translated


class StepFunctions:
    """Executions bear the id of what they work on, so nothing runs twice."""

    def __init__(self, import_machine: str, take_back_machine: str = "", rebuild_machine: str = "") -> None:
        self._import_machine = import_machine
        self._take_back_machine = take_back_machine
        self._rebuild_machine = rebuild_machine

    def start_import(self, name: str, request: dict[str, Any]) -> bool:
        """Start an execution of an import; False if it had been started before."""
        return self._started(self._import_machine, name, request)

    def start_take_back(self, name: str, request: dict[str, Any]) -> bool:
        """Start taking an import out of the ledger; False if that had been started before."""
        return self._started(self._take_back_machine, name, request)

    def start_rebuild(self, name: str, request: dict[str, Any]) -> bool:
        """Start making the pages of a project again; False if that had been started before."""
        return self._started(self._rebuild_machine, name, request)

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
