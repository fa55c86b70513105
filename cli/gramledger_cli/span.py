"""What of a ledger a command asks for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """The days `first` to `last` (YYYY-MM-DD, both included), as they are or as they were at the instant `as_of`."""

    first: str | None = None
    last: str | None = None
    as_of: str | None = None

    def query(self) -> dict[str, str | None]:
        """The span as members of a query."""
        return {"from": self.first, "to": self.last, "as_of": self.as_of}


EVER = Span()
