"""Long work that is only remembered."""

from __future__ import annotations

from typing import Any

from gramledger.core.sweeping import Execution
from gramledger.ports.workflows import Machine


class MemoryWorkflows:
    """Remembers what was started."""

    def __init__(self) -> None:
        self.started: dict[str, dict[str, Any]] = {}
        self.states: dict[str, Execution] = {}
        """What an execution has come to, by its name, where it runs no more."""

    def start(self, machine: Machine, name: str, request: dict[str, Any]) -> bool:  # noqa: ARG002 -- names of machines never meet
        """Start an execution once."""
        if name in self.started:
            return False
        self.started[name] = request
        return True

    def state(self, machine: Machine, name: str) -> Execution | None:  # noqa: ARG002 -- as above
        """The state of an execution, or None if there is none of that name."""
        return self.states.get(name, "running") if name in self.started else None
