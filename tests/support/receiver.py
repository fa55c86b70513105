"""A receiver of webhooks on this machine, that answers as it is told and remembers what it got."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Receiver:
    """What came in: headers (lower-case names) and bodies; `answers` are (status, headers), 204 when none is left."""

    url: str = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def wait(self, count: int, seconds: float = 60) -> list[tuple[dict[str, str], bytes]]:
        """The first requests, when there are so many."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.got) >= count, seconds), (
                f"only {len(self.got)} came"
            )
            return self.got[:count]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a free port."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            with receiver.arrived:
                receiver.got.append((headers, body))
                status, added = receiver.answers.pop(0) if receiver.answers else (204, {})
                receiver.arrived.notify_all()
            self.send_response(status)
            for name, value in added.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """The test's output is the test's."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
