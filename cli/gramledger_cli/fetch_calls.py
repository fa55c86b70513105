"""The part of the HTTP API that has usage fetched from providers, and says how far that is."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from gramledger_cli.calls import Calls, Document


class FetchCalls(Calls):
    """Calls about schedules, backfills and cursors, over what `Api` reads and writes."""

    def schedules(self) -> list[Document]:
        """What the deployment does by schedule."""
        return list(self._read("/v1/schedules")["schedules"])

    def run_schedule(self, name: str) -> Document:
        """The work of a schedule, begun now. Raises NotFound, and NotSignedIn for who may not."""
        return self._write(f"/v1/schedules/{quote(name, safe='')}/run", {})

    def start_backfill(self, form: Document) -> Document:
        """A backfill that has begun. Raises Refused and NotFound."""
        return self._write("/v1/backfills", form)

    def backfill(self, backfill_id: str) -> Document:
        """One backfill. Raises NotFound."""
        return self._read(f"/v1/backfills/{quote(backfill_id, safe='')}")

    def backfills(self, limit: int) -> Iterator[Document]:
        """Backfills, newest first; at most `limit`, 0 for all."""
        return self._list("/v1/backfills", "backfills", {}, limit)

    def decide_backfill(self, backfill_id: str, word: str) -> Document:
        """Pause, resume or cancel a backfill. Raises NotFound, and Refused when it cannot be."""
        return self._write(f"/v1/backfills/{quote(backfill_id, safe='')}/{word}", {})

    def cursors(self, key: str | None) -> list[Document]:
        """How far each endpoint of a key, or of all keys, has been fetched. Raises NotFound."""
        return list(self._read("/v1/cursors", {"key": key})["cursors"])

    def windows(self, key: str, endpoint: str) -> list[Document]:
        """What is known of each day of an endpoint of a key. Raises NotFound and Refused."""
        return list(self._read("/v1/cursors/windows", {"key": key, "endpoint": endpoint})["windows"])

    def reset_cursors(self, form: Document) -> list[Document]:
        """The cursors of a key that have forgotten its days from one on. Raises NotFound and Refused."""
        return list(self._write("/v1/cursors/reset", form)["cursors"])
