"""Deliveries carried by Step Functions: an execution waits for hours without anything running."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from gramledger.adapters.aws.clients import client, error_code, translated


class DeliveryMachine:
    """Executions bear the id of the delivery that they carry, so none is carried twice."""

    def __init__(self, machine: str) -> None:
        self._machine = machine

    def start(self, name: str, request: dict[str, Any]) -> bool:
        """Start to carry a delivery; False if that had been started before."""
        with translated():
            try:
                client("stepfunctions").start_execution(
                    stateMachineArn=self._machine, name=name, input=json.dumps(request, separators=(",", ":"))
                )
            except ClientError as error:
                if error_code(error) == "ExecutionAlreadyExists":
                    return False
                raise
        return True
