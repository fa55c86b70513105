"""Reading an object through a window: one large request serves the many small reads of a worker."""

from __future__ import annotations

from gramledger.core import limits
from gramledger.ports.objects import ObjectStore

MARGIN_BYTES = 128 * 1024
"""A chunk ends with the record that crosses its nominal end; this much is read ahead for it."""


class Window:
    """Reads of one object, forward on the whole; holds at most one chunk and its margin."""

    def __init__(self, store: ObjectStore, key: str, size: int) -> None:
        self._store = store
        self._key = key
        self._size = size
        self._begin = 0
        self._held = b""

    def read(self, start: int, stop: int) -> bytes:
        """Bytes [start, stop) of the object, fewer at its end. Raises KeyError if there is no such object."""
        stop = min(stop, self._size)
        if not self._begin <= start <= stop <= self._begin + len(self._held):
            ahead = max(stop, min(self._size, start + limits.CHUNK_BYTES + MARGIN_BYTES))
            self._held = self._store.read(self._key, start, ahead)
            self._begin = start
        return self._held[start - self._begin : stop - self._begin]
