"""The part of the HTTP API that looks after webhooks and what is delivered to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from gramledger_cli.calls import Calls, Document


class WebhookCalls(Calls):
    """Calls about webhooks, over what `Api` reads and writes; all raise NotSignedIn for anybody but an
    administrator."""

    def webhooks(self) -> list[Document]:
        """All webhooks, oldest first."""
        return list(self._read("/v1/webhooks")["webhooks"])

    def add_webhook(self, url: str, events: Sequence[str]) -> Document:
        """A new webhook with its secret. Raises Refused where the address or an event is not fit."""
        return self._write("/v1/webhooks", {"url": url, **({"events": list(events)} if events else {})})

    def remove_webhook(self, webhook_id: str) -> Document:
        """Remove a webhook; what it was. Raises NotFound."""
        return self._write(_path(webhook_id), {}, "DELETE")

    def rotate_webhook(self, webhook_id: str) -> Document:
        """A webhook with a new secret. Raises NotFound, and Refused when too many are valid."""
        return self._write(_path(webhook_id, "rotate"), {})

    def test_webhook(self, webhook_id: str) -> Document:
        """The delivery of an event that is only a test. Raises NotFound."""
        return self._write(_path(webhook_id, "test"), {})

    def deliveries(self, webhook_id: str, limit: int) -> Iterator[Document]:
        """Deliveries to a webhook, newest first; at most `limit`, 0 for all. Raises NotFound."""
        return self._list(_path(webhook_id, "deliveries"), "deliveries", {}, limit)

    def resend(self, webhook_id: str, delivery_id: str) -> Document:
        """A delivery that begins anew. Raises NotFound, and Refused while it is still being tried."""
        return self._write(_path(webhook_id, "deliveries", delivery_id, "resend"), {})


def _path(*parts: str) -> str:
    return "/".join(("/v1/webhooks", *(quote(part, safe="") for part in parts)))
