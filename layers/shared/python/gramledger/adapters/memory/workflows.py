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

    def start_import(self, name: str, request: dict[str, Any]) -> bool:
        """Start an execution once."""
        if name in self.started:
            return False
        self.started[name] = request
        return True

    def start_take_back(self, name: str, request: dict[str, Any]) -> bool:
        """Start an execution once; names of the two machines never meet."""
        return self.start_import(name, request)

    def start_rebuild(self, name: str, request: dict[str, Any]) -> bool:
        """Start an execution once, likewise."""
        return self.start_import(name, request)

    def start_retention(self, name: str, request: dict[str, Any]) -> bool:
        """Start an execution once, likewise."""
        return self.start_import(name, request)

    def start_parity_daily(self, name: str, request: dict[str, Any]) -> bool:
        """Start an execution once, likewise."""
        return self.start_import(name, request)

    def start_parity(self, name: str, request: dict[str, Any]) -> bool:
        """Start an execution once, likewise."""
        return self.start_import(name, request)

    def start_daily_usage(self, name: str, request: dict[str, Any]) -> bool:
        """Start an execution once, likewise."""
        return self.start_import(name, request)

    def start_sweep(self, name: str, request: dict[str, Any]) -> bool:
        """Start an execution once, likewise."""
        return self.start_import(name, request)

    def start_recalculate(self, name: str, request: dict[str, Any]) -> bool:
        """Start an execution once, likewise."""
        return self.start_import(name, request)

    def state(self, machine: Machine, name: str) -> Execution | None:  # noqa: ARG002 -- names of machines never meet
        """The state of an execution, or None if there is none of that name."""
        return self.states.get(name, "running") if name in self.started else None
