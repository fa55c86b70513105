"""An end for a request over HTTP, however slowly its answer trickles in."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from threading import Timer


@contextlib.contextmanager
def deadline(connection: HTTPConnection, seconds: float) -> Iterator[None]:
    """End the connection after so long, whatever it does then. Raises TimeoutError."""
    late = False

    def end() -> None:
        nonlocal late
        late = True
        with contextlib.suppress(OSError):
            # of the plain socket below the encryption, which is in use meanwhile
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)

    timer = Timer(seconds, end)
    timer.start()
    try:
        connection.sock.settimeout(seconds)
        yield
    except (OSError, HTTPException) as error:
        if late:
            raise TimeoutError from error
        raise
    else:
        if late:  # what was cut off may look complete
            raise TimeoutError
    finally:
        timer.cancel()
