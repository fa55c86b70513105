"""Findings: what is wrong with a row though each of its cells is what its column says, by the rules of its format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gramledger.core.typed import Typed


@dataclass(frozen=True, slots=True)
class Finding:
    """Why one row is refused, or knowingly left out where the rule of the code says so."""

    position: int
    """Of the row among the typed ones."""
    code: str
    field: str | None = None
    """Whose cell is meant; null for the whole row."""
    found: str | None = None


Findings = Callable[[Typed], list[Finding]]
"""What a format finds in typed rows. It looks at each row alone, so that blocks and chunks make no difference."""
