"""Taking exact numbers of bytes from a stream of pieces."""

from __future__ import annotations

from collections.abc import Iterator


class Pieces:
    """A stream that can be read by the byte; holds little more than what was asked for."""

    def __init__(self, stream: Iterator[bytes]) -> None:
        self._stream = stream
        self._held = b""

    def peek(self, count: int) -> bytes:
        """The next bytes, fewer at the end of the stream; they stay to be taken."""
        while len(self._held) < count:
            piece = next(self._stream, None)
            if piece is None:
                break
            self._held += piece
        return self._held[:count]

    def take(self, count: int) -> bytes:
        """The next bytes, fewer at the end of the stream."""
        taken = self.peek(count)
        self._held = self._held[len(taken) :]
        return taken

    def piece(self) -> bytes:
        """What comes next, as it comes; b"" at the end of the stream."""
        self.peek(1)
        piece, self._held = self._held, b""
        return piece

    def give_back(self, rest: bytes) -> None:
        """Put bytes back in front of what comes next."""
        self._held = rest + self._held
