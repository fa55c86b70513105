"""Requests that bear a key, in memory."""

from __future__ import annotations

from threading import RLock

from gramledger.core.requests import KeyedRequest


class MemoryRequests:
    """Requests with a key in a dictionary."""

    def __init__(self) -> None:
        self._requests: dict[tuple[str, str], KeyedRequest] = {}
        self._lock = RLock()

    def get(self, tenant: str, name: str) -> KeyedRequest | None:
        """What is known of a request."""
        return self._requests.get((tenant, name))

    def keep(self, request: KeyedRequest) -> bool:
        """Keep a request in the place of its revision before."""
        with self._lock:
            known = self.get(request.tenant, request.name)
            if (known.revision if known else 0) != request.revision - 1:
                return False
            self._requests[request.tenant, request.name] = request
            return True
