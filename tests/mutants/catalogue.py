"""What a mutant is, and all of them by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Replaced = list[tuple[object, str, Any]]
"""What is other than in the product: (owner, name, value)."""

MUTANTS: dict[str, Callable[[], Replaced]] = {}


def mutant(make: Callable[[], Replaced]) -> Callable[[], Replaced]:
    """Put a mutant into the catalogue; its name says what it does wrong, its docstring why somebody would write it."""
    MUTANTS[make.__name__] = make
    return make
