"""The part of the HTTP API that keeps half-hourly intensities."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

Document = dict[str, Any]


class IntensityCalls(ABC):
    """Calls about half-hourly intensities, over what `Api` reads and writes."""

    def import_intensities(self, document: Document) -> Document:
        """The version that the series has with what a file says. Raises Refused where it cannot be read."""
        return self._write("/v1/intensities", document)

    def intensities(self) -> list[Document]:
        """All versions, oldest first."""
        return list(self._read("/v1/intensities")["versions"])

    @abstractmethod
    def _read(self, path: str, query: Mapping[str, str | None] | None = None) -> Document: ...

    @abstractmethod
    def _write(self, path: str, document: Document, method: str = "POST") -> Document: ...
