"""A world in which calls fail: before they are done, or after, when only the answer is lost."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.ports import Unavailable

FETCHING = ("cursors", "backfills", "throttles")
PORTS = (
    *("uploads", "store", "ledger", "jobs", "projects", "requests", "recalculations", "events"),
    *("provider_keys", "secrets"),
)


class Faulty:
    """A MemoryWorld whose calls `decide` may fail: it is given the call's number and name, and answers "ok",
    "lost" (not done) or "unheard" (done, but the caller is told that it failed)."""

    def __init__(self, world: MemoryWorld, decide: Callable[[int, str], str]) -> None:
        self._world = world
        self._decide = decide
        self.calls: list[str] = []
        for name in PORTS:
            setattr(self, name, _Port(getattr(world, name), name, self))
        self.fetching = SimpleNamespace(
            **{name: _Port(getattr(world.fetching, name), f"fetching.{name}", self) for name in FETCHING}
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world, name)

    def fate(self, name: str) -> str:
        """What becomes of the next call."""
        self.calls.append(name)
        return self._decide(len(self.calls) - 1, name)


class _Port:
    def __init__(self, real: Any, name: str, world: Faulty) -> None:
        self._real = real
        self._name = name
        self._world = world

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._real, name)

        def call(*arguments: Any, **options: Any) -> Any:
            fate = self._world.fate(f"{self._name}.{name}")
            if fate == "lost":
                raise Unavailable(name)
            answer = method(*arguments, **options)
            if fate == "unheard":
                raise Unavailable(name)
            return answer

        return call
