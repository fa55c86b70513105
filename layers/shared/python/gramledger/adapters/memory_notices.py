"""The ports by which others are told of things, in memory."""

from __future__ import annotations

from gramledger.core.announcements import Event


class MemoryEvents:
    """Remembers what was announced, in order."""

    def __init__(self) -> None:
        self.announced: list[Event] = []

    def announce(self, event: Event) -> None:
        """Keep an event."""
        self.announced.append(event)
