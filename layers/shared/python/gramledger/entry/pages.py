"""The dashboard's files over HTTP: everything is read once, and a request only looks up a name.

Files lie beneath a path that names their content, `/web/<fingerprint>/...`, so a browser may keep them for ever; only
the first page is asked for again. No request can reach a file that was not there when the function started.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gramledger import __version__
from gramledger.core import limits
from gramledger.core.problems import NotFound
from gramledger.settings import PageSettings

FIRST_PAGE = "index.html"
PLACEHOLDER = "/web/current/"
"""How the files name each other; served, the fingerprint stands in its place."""

KINDS = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    packed: bytes
    kind: str
    etag: str


class Pages:
    """The files of one folder, and the page's settings as `/web/config.json`."""

    def __init__(self, folder: Path, settings: PageSettings) -> None:
        found = {
            path.relative_to(folder).as_posix(): path
            for path in sorted(folder.rglob("*"))
            if path.suffix in KINDS
        }
        contents = {name: path.read_bytes() for name, path in found.items()}
        self.fingerprint = _fingerprint(contents)
        place = f"/web/{self.fingerprint}/"
        first = contents.pop(FIRST_PAGE).replace(PLACEHOLDER.encode(), place.encode())
        self._files = {
            "/": _file(first, KINDS[".html"]),
            "/web/config.json": _file(_config(settings), "application/json"),
            **{place + name: _file(content, KINDS[found[name].suffix]) for name, content in contents.items()},
        }
        self._place = place
        self._always = _headers(settings)

    def answer(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of API Gateway's payload 2.0 to a GET or HEAD."""
        path = str(event["rawPath"])
        asked = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        file = self._files.get(path)
        if file is None:
            return self._missing(path)
        headers = {
            **self._always,
            "content-type": file.kind,
            "cache-control": _FOR_EVER if path.startswith(self._place) else _ASK_AGAIN,
            "etag": file.etag,
            "vary": "accept-encoding",
        }
        if file.etag in _listed(asked.get("if-none-match", "")):
            return {"statusCode": 304, "headers": headers, "body": "", "isBase64Encoded": False}
        body = file.content
        if _takes_gzip(asked.get("accept-encoding", "")):
            body, headers = file.packed, {**headers, "content-encoding": "gzip"}
        if event["requestContext"]["http"]["method"] == "HEAD":
            body = b""
        return {
            "statusCode": 200,
            "headers": headers,
            "body": base64.b64encode(body).decode(),
            "isBase64Encoded": True,
        }

    def _missing(self, path: str) -> dict[str, Any]:
        problem = NotFound(
            f"There is no file {path}. Load the page again: there may be a newer version of it."
        )
        return {
            "statusCode": problem.status,
            "headers": {
                **self._always,
                "content-type": "application/problem+json",
                "cache-control": "no-store",
            },
            "body": json.dumps(problem.document()),
            "isBase64Encoded": False,
        }


def _file(content: bytes, kind: str) -> _File:
    # weak, because it is the same for the packed and the plain bytes
    etag = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
    return _File(content, gzip.compress(content, mtime=0), kind, etag)


def _fingerprint(contents: Mapping[str, bytes]) -> str:
    """A name for all files together: modules import each other, so they change as one."""
    digest = hashlib.sha256()
    for name, content in contents.items():
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]


def _config(settings: PageSettings) -> bytes:
    sign_in = {"url": settings.sign_in_url, "client_id": settings.client_id} if settings.sign_in_url else None
    known = {"version": __version__, "sign_in": sign_in, "max_file_bytes": limits.FILE_BYTES}
    return json.dumps(known).encode()


def _headers(settings: PageSettings) -> dict[str, str]:
    """What every answer carries. The page may speak to its own origin, the uploads bucket and the sign-in page."""
    reachable = " ".join(filter(None, ("'self'", *settings.uploads_origins, settings.sign_in_url)))
    policy = (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "worker-src 'self'",
        f"connect-src {reachable}",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types gramledger",
    )
    return {
        "content-security-policy": "; ".join(policy),
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
        "referrer-policy": "no-referrer",
        "strict-transport-security": "max-age=31536000",
        "x-content-type-options": "nosniff",
    }


def _listed(field: str) -> set[str]:
    """The tags of an If-None-Match, compared weakly."""
    tags = (tag.strip() for tag in field.split(","))
    return {tag if tag.startswith("W/") else f"W/{tag}" for tag in tags if tag}


def _takes_gzip(field: str) -> bool:
    for offer in field.lower().split(","):
        name, _, weight = offer.partition(";")
        if name.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
