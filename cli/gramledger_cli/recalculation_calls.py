"""The part of the HTTP API that calculates entries anew."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

Document = dict[str, Any]


class RecalculationCalls(ABC):
    """Calls about recalculations, over what `Api` reads, writes and lists."""

    def plan_recalculation(self, project_id: str, form: Document) -> Document:
        """A new recalculation, of which a preview is made. Raises Refused where what is asked for is not fit."""
        return self._write(_path(project_id), form)

    def recalculation(self, project_id: str, recalculation_id: str) -> Document:
        """One recalculation. Raises NotFound."""
        return self._read(_path(project_id, recalculation_id))

    def recalculations(self, project_id: str, limit: int) -> Iterator[Document]:
        """Recalculations of a project, newest first; at most `limit`, 0 for all."""
        return self._list(_path(project_id), "recalculations", {}, limit)

    def decide_recalculation(self, project_id: str, recalculation_id: str, word: str) -> Document:
        """Confirm, pause, resume, cancel or undo a recalculation. Raises NotFound, and Refused when it cannot be."""
        return self._write(_path(project_id, recalculation_id, word), {})

    def recalculated(
        self, project_id: str, recalculation_id: str, what: str, limit: int
    ) -> Iterator[Document]:
        """What a recalculation changes, or would, by one of `models`, `days`, `entries` and `failures`; at most
        `limit`, 0 for all. Raises NotFound."""
        more = () if what == "models" else (what,)
        return self._list(_path(project_id, recalculation_id, "report", *more), what, {}, limit)

    def recalculation_csv(self, project_id: str, recalculation_id: str) -> Iterator[bytes]:
        """Every entry that a recalculation changes, as a CSV file, in pieces."""
        yield from self._file(_path(project_id, recalculation_id, "report.csv"), {})

    @abstractmethod
    def _list(
        self, path: str, member: str, query: Mapping[str, str | None], limit: int
    ) -> Iterator[Document]:
        """A list, page by page."""

    @abstractmethod
    def _read(self, path: str, query: Mapping[str, str | None] | None = None) -> Document:
        """The answer to a GET."""

    @abstractmethod
    def _write(self, path: str, document: Document, method: str = "POST") -> Document:
        """The answer to a request that has something done."""

    @abstractmethod
    def _file(self, path: str, query: Mapping[str, str | None]) -> Iterator[bytes]:
        """A file that the API has somebody fetch elsewhere, in pieces."""


def _path(project_id: str, *more: str) -> str:
    return "/".join(
        ["/v1/projects", *(quote(part, safe="") for part in (project_id, "recalculations", *more))]
    )
