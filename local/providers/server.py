"""The stand-in on a port of this machine.

`with ProviderServer(stand_in) as server:` answers until the end; `server.base_urls` are what the settings
`OPENAI_BASE_URL`, `ANTHROPIC_BASE_URL` and `CURSOR_BASE_URL` want.
"""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from types import TracebackType

from local.providers.http import Asked
from local.providers.stand_in import StandIn

PROVIDERS = ("openai", "anthropic", "cursor")


class ProviderServer:
    """One stand-in, served."""

    def __init__(self, stand_in: StandIn, port: int = 0) -> None:
        self._ending = Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler_of(stand_in, self._ending))
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def base_urls(self) -> dict[str, str]:
        """Name of a provider -> where its API is."""
        return {name: f"{self.url}/{name}" for name in PROVIDERS}

    def __enter__(self) -> ProviderServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler_of(stand_in: StandIn, ending: Event) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """One request."""

        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """Answer."""
            self._serve()

        def do_POST(self) -> None:
            """Answer."""
            self._serve()

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = stand_in.answer(Asked(self.command, self.path, headers, body))
            self.close_connection = True
            if answer.late:
                ending.wait(60)
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(answer.body[: len(answer.body) // 2] if answer.cut else answer.body)

    return Handler
