"""What the use cases need of long work done step by step. Every method may raise ports.Unavailable."""

from __future__ import annotations

from typing import Any, Literal, Protocol

from gramledger.core.sweeping import Execution

Machine = Literal["import", "take_back", "sweep", "daily_usage", "recalculate"]
"""State machines of whose executions something is asked."""


class Workflows(Protocol):
    """Long work done step by step."""

    def start_import(self, name: str, request: dict[str, Any]) -> bool:
        """Start an execution of an import under its own name; False if it had been started before."""

    def start_take_back(self, name: str, request: dict[str, Any]) -> bool:
        """Start taking an import out of the ledger, likewise."""

    def start_rebuild(self, name: str, request: dict[str, Any]) -> bool:
        """Start making the pages of a project again, likewise."""

    def start_retention(self, name: str, request: dict[str, Any]) -> bool:
        """Start to prune provider windows; False if it had been started before."""

    def start_parity_daily(self, name: str, request: dict[str, Any]) -> bool:
        """Start to fetch settled days again and compare them; False if it had been started before."""

    def start_parity(self, name: str, request: dict[str, Any]) -> bool:
        """Start a comparison with a provider; False if it had been started before."""

    def start_daily_usage(self, name: str, request: dict[str, Any]) -> bool:
        """Start fetching from providers; False if it had been started before."""

    def start_sweep(self, name: str, request: dict[str, Any]) -> bool:
        """Start a sweep; False if it had been started before."""

    def start_recalculate(self, name: str, request: dict[str, Any]) -> bool:
        """Start to plan, carry out or take back a recalculation, likewise."""

    def state(self, machine: Machine, name: str) -> Execution | None:
        """The state of an execution, or None if there is none of that name (any more)."""
