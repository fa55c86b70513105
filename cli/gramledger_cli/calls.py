"""What the parts of the HTTP API are read and written by; `api.Api` does it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any

Document = dict[str, Any]


class Calls(ABC):
    """A part of the API: calls about one subject."""

    @abstractmethod
    def _read(self, path: str, query: Mapping[str, str | None] | None = None) -> Document:
        """What a path says."""

    @abstractmethod
    def _write(self, path: str, document: Document, method: str = "POST") -> Document:
        """What a path answers to a document."""

    @abstractmethod
    def _list(
        self, path: str, member: str, query: Mapping[str, str | None], limit: int
    ) -> Iterator[Document]:
        """The members of a list, over as many pages as it takes; at most `limit`, 0 for all."""

    @abstractmethod
    def _file(self, path: str, query: Mapping[str, str | None]) -> Iterator[bytes]:
        """A file, in pieces."""
