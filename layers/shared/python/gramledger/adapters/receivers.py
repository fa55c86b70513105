"""Requests to webhooks' receivers: to the address that was checked, and no further.

The connection is made to an address and not to a name, so a name that means something else a moment later has no
effect; the certificate is verified for the name. No proxy is used and no redirect followed, and of an answer nothing
but its status and headers is read.
"""

from __future__ import annotations

import socket
import ssl
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse

from gramledger.adapters.deadline import deadline
from gramledger.core.deliveries import Reply
from gramledger.core.problems import TargetRefused
from gramledger.core.targets import Target

CONNECT_SECONDS = 5.0
SECONDS = 15.0
"""For a whole request, however slowly an answer trickles in."""


class Receivers:
    """The internet; with `loopback`, this machine too."""

    def __init__(self, *, loopback: bool, seconds: float = SECONDS) -> None:
        self.loopback = loopback
        self._seconds = seconds

    def addresses(self, target: Target) -> list[str]:
        """The addresses of the target's host. Raises TargetRefused when there are none."""
        try:
            found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise TargetRefused(f"{target.host} has no address. Is the name written right?") from None
        return list(dict.fromkeys(str(place[0]) for *_, place in found))

    def post(self, target: Target, address: str, headers: dict[str, str], body: bytes) -> Reply:
        """Send a request to one address of the target; what was answered, or why nothing was."""
        connection = _Connection(target, address)
        try:
            connection.connect()
            with deadline(connection, self._seconds):
                connection.secure()
                connection.request("POST", target.path, body, {"Host": target.authority, **headers})
                return _reply(connection.getresponse())
        except TimeoutError:
            return Reply(None, "no answer in time")
        except ssl.SSLError as error:
            return Reply(None, f"no secure connection: {error.reason or 'the handshake failed'}")
        except (OSError, HTTPException) as error:
            return Reply(None, f"no answer: {type(error).__name__}")
        finally:
            connection.close()


class _Connection(HTTPConnection):
    """A connection to a checked address, in the name of the target's host."""

    def __init__(self, target: Target, address: str) -> None:
        super().__init__(address, target.port, timeout=CONNECT_SECONDS)
        self._target = target

    def secure(self) -> None:
        """Encrypt, where the target says so. Raises ssl.SSLError unless the certificate is the host's."""
        if self._target.scheme == "https":
            self.sock = _context().wrap_socket(
                self.sock, server_hostname=self._target.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()


@cache
def _context() -> ssl.SSLContext:
    return ssl.create_default_context()


def _reply(answer: HTTPResponse) -> Reply:
    after = answer.headers.get("retry-after", "")
    seconds = int(after) if after.isdecimal() and len(after) < 10 else None
    return Reply(answer.status, answer.reason[:100], seconds)
