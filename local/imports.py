"""What runs when the stack is stopped is halted first, so that the state that is written down is at rest.

On AWS nothing ever stops an execution half-way. Here a person closes the laptop: so executions are ended on purpose,
and the next start goes by the log (`local.recovery`), as it does after a kill. Every task may run twice, so an import
that begins again ends the same. One that waits to be confirmed runs nothing and stays as it is.
"""

from __future__ import annotations

from local.clients import client


def halt_executions(engine_url: str) -> bool:
    """End every running execution; whether there was one."""
    states = client("stepfunctions", engine_url)
    running = [
        execution["executionArn"]
        for machine in states.list_state_machines()["stateMachines"]
        for execution in states.list_executions(
            stateMachineArn=machine["stateMachineArn"], statusFilter="RUNNING"
        )["executions"]
    ]
    for arn in running:
        states.stop_execution(executionArn=arn, error="Local.Stopped", cause="the local stack was stopped")
    return bool(running)
