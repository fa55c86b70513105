"""The front door as any HTTP client sees it: requests with a token, uploads by presigned forms."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import urllib3

FINISHED = ("completed", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, JSON body (None if it is none) and headers."""

    status: int
    body: Any
    headers: dict[str, str]


class Front:
    """A client of one deployment, signed in as one caller (or not at all)."""

    def __init__(self, url: str, token: str | None) -> None:
        self._url = url
        self._token = token
        self._http = urllib3.PoolManager(retries=False, maxsize=8)

    def request(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, Any] | None = None,
        body: object = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One request; redirects are not followed."""
        address = f"{self._url}{path}" + (f"?{urlencode(query)}" if query else "")
        headers = {**(headers or {}), **({"Authorization": f"Bearer {self._token}"} if self._token else {})}
        if body is not None:
            headers["Content-Type"] = "application/json"
        content = json.dumps(body).encode() if body is not None else None
        answer = self._http.request(method, address, headers=headers, body=content, redirect=False)
        try:
            document = json.loads(answer.data)
        except ValueError:
            document = None
        return Answer(answer.status, document, dict(answer.headers))

    def get(self, path: str, **query: Any) -> Any:
        """The body of a GET that must succeed."""
        answer = self.request("GET", path, query=query)
        assert answer.status == 200, (path, answer)
        return answer.body

    def fetch(self, address: str) -> tuple[int, bytes]:
        """Status and bytes of an address, without a token."""
        answer = self._http.request("GET", address, redirect=False)
        return answer.status, answer.data

    def post_form(self, upload: dict[str, Any], content: bytes, **changed: str) -> int:
        """Upload by a presigned form, with fields changed; the status."""
        fields = {**upload["fields"], **changed}
        answer = self._http.request_encode_body(
            "POST", upload["url"], fields={**fields, "file": ("file.csv", content, "text/csv")}
        )
        return answer.status

    def create(self, project: str, **announced: Any) -> dict[str, Any]:
        """A new import with its form."""
        answer = self.request(
            "POST", f"/v1/projects/{quote(project)}/imports", body={"filename": "usage.csv", **announced}
        )
        assert answer.status == 201, answer
        created: dict[str, Any] = answer.body
        return created

    def send(self, project: str, content: bytes, **announced: Any) -> str:
        """Create an import and upload its file; the id."""
        created = self.create(project, **announced)
        status = self.post_form(created["upload"], content)
        assert status in (200, 201, 204), status
        return str(created["import_id"])

    def wait(self, import_id: str, *, seconds: float = 90) -> dict[str, Any]:
        """The import when it is finished or waits for a word; its progress must never go back on the way."""
        percent, end = -1, time.monotonic() + seconds
        while time.monotonic() < end:
            found: dict[str, Any] = self.get(f"/v1/imports/{import_id}")
            assert found["percent"] >= percent or found["status"] == "failed", (percent, found)
            percent = found["percent"]
            if found["status"] in FINISHED or found["status"] == "planned":
                return found
            time.sleep(0.15)
        raise AssertionError(f"{import_id} is not finished after {seconds} s: {found}")

    def run(self, project: str, content: bytes, **announced: Any) -> dict[str, Any]:
        """Import a file; the import when it is finished."""
        return self.wait(self.send(project, content, **announced))

    def entries(self, project: str, **query: Any) -> list[dict[str, Any]]:
        """All entries, page by page."""
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            page = self.get(
                f"/v1/projects/{quote(project)}/entries", **query, **({"cursor": cursor} if cursor else {})
            )
            found.extend(page["entries"])
            cursor = page["next_cursor"]
            if cursor is None:
                return found
