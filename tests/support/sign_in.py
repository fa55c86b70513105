"""A small stand-in for the deployed page: its files, the user pool's sign-in page, and an API with nothing in it."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from gramledger.entry.pages import Pages
from gramledger.settings import PageSettings

WEB = Path(__file__).parents[2] / "web"
CLIENT = "client-1"


def part(claims: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")


class Pool:
    """Who asked for what, and the codes and tokens that were given."""

    def __init__(self) -> None:
        self.refuses = False
        self.challenges: dict[str, str] = {}
        self.left = 0
        self.paths: list[str] = []
        claims = {"exp": int(time.time()) + 3600, "email": "ada@example.org", "custom:tenant": "acme"}
        self.token = f"{part({'alg': 'none'})}.{part(claims)}.signature"

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser is sent after the sign-in."""
        assert (query["response_type"], query["client_id"], query["scope"]) == ("code", CLIENT, "openid")
        assert query["code_challenge_method"] == "S256"
        if self.refuses:
            return f"{query['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': query['state']})}"
        code = f"code-{len(self.challenges)}"
        self.challenges[code] = query["code_challenge"]
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def exchange(self, form: dict[str, str]) -> dict[str, str] | None:
        """The tokens for a code, if its verifier is the one of its challenge."""
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (form["grant_type"], form["client_id"]) != ("authorization_code", CLIENT):
            return None
        return {"id_token": self.token} if self.challenges.pop(form["code"], None) == challenge else None


@contextmanager
def deployed_page() -> Iterator[tuple[str, Pool]]:
    """The address of the page, and its user pool."""
    pool = Pool()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            place = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(place.query).items()}
            pool.paths.append(self.path)
            if place.path == "/oauth2/authorize":
                self.send(302, {"location": pool.authorize(query)})
            elif place.path == "/logout":
                pool.left += 1
                self.send(302, {"location": query["logout_uri"]})
            elif place.path.startswith("/v1/"):
                known = self.headers.get("authorization") == f"Bearer {pool.token}"
                lists = {"projects": [], "formats": [], "mappings": [], "imports": [], "next_cursor": None}
                self.send(
                    200 if known else 401, {"content-type": "application/json"}, json.dumps(lists).encode()
                )
            else:
                asked = {name.lower(): value for name, value in self.headers.items()}
                event = {
                    "rawPath": place.path,
                    "headers": asked,
                    "requestContext": {"http": {"method": "GET"}},
                }
                answer = pages.answer(event)
                body = answer["body"].encode()
                body = base64.b64decode(body) if answer["isBase64Encoded"] else body
                self.send(answer["statusCode"], answer["headers"], body)

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            given = pool.exchange({name: values[0] for name, values in form.items()})
            self.send(200 if given else 400, {"content-type": "application/json"}, json.dumps(given).encode())

        def send(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing: tests read what the pool remembers."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    url = f"http://127.0.0.1:{server.server_address[1]}"
    pages = Pages(WEB, PageSettings(sign_in_url=url, client_id=CLIENT, uploads_origins=()))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield url, pool
    server.shutdown()
    thread.join()
    server.server_close()
