"""The part of the HTTP API that compares the ledger with its provider."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from gramledger_cli.calls import Calls, Document


class ParityCalls(Calls):
    """Calls about comparisons, over what `Api` reads and writes."""

    def start_parity(self, project_id: str, form: Document) -> Document:
        """A comparison that has begun. Raises Refused where the reference or the days are not fit, and NotFound."""
        return self._write(_path(project_id), form)

    def parity(self, project_id: str, report_id: str) -> Document:
        """One comparison, with its report once it has finished. Raises NotFound."""
        return self._read(_path(project_id, report_id))

    def parity_reports(self, project_id: str, limit: int) -> Iterator[Document]:
        """Comparisons of a project, newest first; at most `limit`, 0 for all."""
        return self._list(_path(project_id), "reports", {}, limit)

    def parity_csv(self, project_id: str, report_id: str) -> Iterator[bytes]:
        """A report as a CSV file, in pieces. Raises NotFound."""
        return self._file(_path(project_id, report_id, "csv"), {})

    def acknowledge_parity(self, project_id: str, report_id: str, note: str) -> Document:
        """Say that the gaps of a report are known. Raises NotFound."""
        return self._write(_path(project_id, report_id, "acknowledge"), {"note": note} if note else {})

    def start_retention(self, *, dry_run: bool) -> Document:
        """A run of retention that has begun. Raises NotSignedIn for who may not."""
        return self._write("/v1/retention", {"dry_run": dry_run})

    def retention(self, run_id: str) -> Document:
        """A run of retention, with what it has done so far. Raises NotFound."""
        return self._read(f"/v1/retention/{quote(run_id, safe='')}")


def _path(project_id: str, *more: str) -> str:
    return "/".join(("/v1/projects", *(quote(part, safe="") for part in (project_id, "parity", *more))))
