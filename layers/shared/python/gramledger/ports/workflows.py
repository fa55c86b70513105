"""What the use cases need of long work done step by step. Every method may raise ports.Unavailable."""

from __future__ import annotations

from typing import Any, Literal, Protocol

from gramledger.core.sweeping import Execution

Machine = Literal[
    "import",
    "take_back",
    "rebuild",
    "sweep",
    "recalculate",
    "daily_usage",
    "retention",
    "parity",
    "parity_daily",
]
"""What a state machine does: it imports a file, takes an import out of the ledger, makes pages again, sweeps,
recalculates, fetches from providers, prunes provider windows, compares with a provider, or compares settled days."""


class Workflows(Protocol):
    """Long work done step by step. Executions bear the id of what they work on, so none runs twice."""

    def start(self, machine: Machine, name: str, request: dict[str, Any]) -> bool:
        """Start an execution under its own name; False if it had been started before."""

    def state(self, machine: Machine, name: str) -> Execution | None:
        """The state of an execution, or None if there is none of that name (any more)."""
