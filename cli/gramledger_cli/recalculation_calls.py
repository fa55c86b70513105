"""The part of the HTTP API that calculates entries anew."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from gramledger_cli.calls import Calls, Document


class RecalculationCalls(Calls):
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


def _path(project_id: str, *more: str) -> str:
    return "/".join(
        ["/v1/projects", *(quote(part, safe="") for part in (project_id, "recalculations", *more))]
    )
