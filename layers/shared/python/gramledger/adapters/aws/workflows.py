"""Long work on Step Functions."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from gramledger.adapters.aws.clients import client, error_code, translated


class StepFunctions:
    """Executions bear the id of what they work on, so nothing runs twice."""

    def __init__(self, import_machine: str) -> None:
        self._import_machine = import_machine

    def start_import(self, name: str, request: dict[str, Any]) -> bool:
        """Start an execution of an import; False if it had been started before."""
        with translated():
            try:
                client("stepfunctions").start_execution(
                    stateMachineArn=self._import_machine,
                    name=name,
                    input=json.dumps(request, separators=(",", ":")),
                )
            except ClientError as error:
                if error_code(error) == "ExecutionAlreadyExists":
                    return False
                raise
        return True
