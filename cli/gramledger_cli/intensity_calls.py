"""The part of the HTTP API that keeps half-hourly intensities."""

from __future__ import annotations

from gramledger_cli.calls import Calls, Document


class IntensityCalls(Calls):
    """Calls about half-hourly intensities, over what `Api` reads and writes."""

    def import_intensities(self, document: Document) -> Document:
        """The version that the series has with what a file says. Raises Refused where it cannot be read."""
        return self._write("/v1/intensities", document)

    def intensities(self) -> list[Document]:
        """All versions, oldest first."""
        return list(self._read("/v1/intensities")["versions"])
