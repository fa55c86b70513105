"""The HTTP API as Python calls; the documents are those of `docs/reference/api.md`, parsed."""

from __future__ import annotations

import json
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from gramledger_cli.connection import Connection, expiry
from gramledger_cli.exits import NotFound, NotSignedIn, Refused, Stop
from gramledger_cli.fetch_calls import FetchCalls
from gramledger_cli.intensity_calls import IntensityCalls
from gramledger_cli.key_calls import KeyCalls
from gramledger_cli.parity_calls import ParityCalls
from gramledger_cli.recalculation_calls import RecalculationCalls
from gramledger_cli.span import EVER, Span
from gramledger_cli.transport import KEY, Answer, Transport
from gramledger_cli.webhook_calls import WebhookCalls

Document = dict[str, Any]

PAGES = {
    "days": 1000,
    "models": 1000,
    "recalculations": 100,
    "failures": 500,
    "imports": 100,
    "backfills": 100,
    "reports": 100,
    "entries": 500,
    "rejects": 500,
    "duplicates": 500,
    "versions": 500,
    "deliveries": 100,
}
"""How many members of a list are asked for at a time."""


_PLAIN = re.compile("[A-Za-z0-9._-]+")


class Api(FetchCalls, IntensityCalls, KeyCalls, ParityCalls, RecalculationCalls, WebhookCalls):
    """Speaks for one signed-in user; looks the connection up again when its token is refused."""

    def __init__(self, transport: Transport, connect: Callable[[], Connection]) -> None:
        self.transport = transport
        self._connect = connect
        self._connection = connect()

    def projects(self) -> list[Document]:
        """All projects."""
        return list(self._read("/v1/projects")["projects"])

    def project(self, project: str) -> Document:
        """One project, by id or name. Raises NotFound."""
        if _PLAIN.fullmatch(project):
            return self._read(f"/v1/projects/{project}")
        # gateways disagree about encoded characters in a path, so other names are looked up in the list
        for known in self.projects():
            if _same_name(known["name"], project):
                return known
        raise NotFound(f"There is no project '{project}'.")

    def create_project(self, name: str, preset: str | None = None) -> Document:
        """A new project. Raises Refused when the name is taken or not allowed, NotFound for its preset."""
        return self._write("/v1/projects", {"name": name, **({"preset": preset} if preset else {})})

    def change_settings(self, project_id: str, settings: Document) -> Document:
        """A project with some of its settings changed. Raises NotFound, and Refused where one is not fit."""
        path = f"/v1/projects/{quote(project_id, safe='')}"
        return self._write(path, {"settings": settings}, method="PATCH")

    def choose_preset(self, project_id: str, preset: str) -> Document:
        """A project with another preset, and a `notice` of what that means. Raises NotFound and Refused."""
        path = f"/v1/projects/{quote(project_id, safe='')}"
        return self._write(path, {"preset": preset}, method="PATCH")

    def start_rebuild(self, project: str, *, check: bool) -> Document:
        """A new rebuild of a project's pages, which may be known to the log alone. Raises NotFound."""
        return self._write(f"/v1/projects/{quote(project, safe='')}/rebuilds", {"check": check})

    def rebuild(self, project: str, rebuild_id: str) -> Document:
        """A rebuild, with what it found once it has finished. Raises NotFound."""
        return self._read(f"/v1/projects/{quote(project, safe='')}/rebuilds/{quote(rebuild_id, safe='')}")

    def rebuild_days(self, project: str, rebuild_id: str) -> Iterator[Document]:
        """What a finished rebuild found of each day, in order."""
        path = f"/v1/projects/{quote(project, safe='')}/rebuilds/{quote(rebuild_id, safe='')}/days"
        return self._list(path, "days", {}, 0)

    def presets(self) -> list[Document]:
        """The newest version of each preset."""
        return list(self._read("/v1/presets")["presets"])

    def start_sweep(self, *, dry_run: bool, limit: int) -> Document:
        """A new sweep over the imports, `limit` of them, 0 for all. Raises NotSignedIn for who may not."""
        return self._write("/v1/sweeps", {"dry_run": dry_run, **({"limit": limit} if limit else {})})

    def sweep(self, sweep_id: str) -> Document:
        """A sweep, with what it has found so far. Raises NotFound."""
        return self._read(f"/v1/sweeps/{quote(sweep_id, safe='')}")

    def preset(self, label: str) -> Document:
        """The preset `id@version`, or the newest version of `id`. Raises NotFound."""
        preset_id, _, version = label.partition("@")
        path = f"/v1/presets/{quote(preset_id, safe='')}"
        return self._read(f"{path}/versions/{quote(version, safe='')}" if version else path)

    def save_preset(self, settings: Document) -> Document:
        """A preset with these settings, as a new version. Raises Refused, and NotFound for its base."""
        return self._write("/v1/presets", settings)

    def calculate(self, usage: Document) -> Document:
        """Energy and carbon of stated usage; nothing is stored. Raises Refused, and NotFound for its preset."""
        return _parsed(self._send("POST", "/v1/calculations", None, json.dumps(usage).encode()))

    def mappings(self) -> list[Document]:
        """All saved mappings."""
        return list(self._read("/v1/mappings")["mappings"])

    def mapping(self, name: str) -> Document:
        """One saved mapping. Raises NotFound."""
        return self._read(f"/v1/mappings/{quote(name, safe='')}")

    def save_mapping(self, name: str, form: Document) -> Document:
        """Keep a mapping under a name. Raises Refused where mapping or name is not fit, and NotFound."""
        return self._write(f"/v1/mappings/{quote(name, safe='')}", form, method="PUT")

    def remove_mapping(self, name: str) -> Document:
        """Remove a saved mapping; what it was. Raises NotFound."""
        return _parsed(self._send("DELETE", f"/v1/mappings/{quote(name, safe='')}", None))

    def formats(self) -> list[Document]:
        """The file formats that can be imported."""
        return list(self._read("/v1/formats")["formats"])

    def format_example(self, name: str) -> bytes:
        """A small file of a format. Raises NotFound."""
        answer = self._send("GET", f"/v1/formats/{quote(name, safe='')}/example", None)
        if answer.status != 200:
            raise _refusal(answer)
        return answer.read()

    def create_import(self, project_id: str, announcement: Document) -> Document:
        """A new import with its upload form. Raises Refused when the file as announced is not acceptable."""
        return self._write(f"/v1/projects/{quote(project_id, safe='')}/imports", announcement)

    def import_(self, import_id: str) -> Document:
        """One import. Raises NotFound."""
        return self._read(f"/v1/imports/{quote(import_id, safe='')}")

    def preview(self, import_id: str) -> Document:
        """What the file of an import was taken for. Raises NotFound, and Refused before it has been recognised."""
        return self._read(f"/v1/imports/{quote(import_id, safe='')}/preview")

    def confirm(self, import_id: str, options: Document) -> Document:
        """Let a planned import go on, with some of its options corrected; the import.

        Raises NotFound, and Refused when there is nothing to confirm or an option is not fit.
        """
        return self._write(f"/v1/imports/{quote(import_id, safe='')}/confirm", options)

    def discard(self, import_id: str) -> Document:
        """End a planned import; the import. Raises NotFound, and Refused when it is not planned."""
        return self._write(f"/v1/imports/{quote(import_id, safe='')}/discard", {})

    def decide(self, import_id: str, word: str, form: Document | None = None) -> Document:
        """Pause, resume, cancel or undo an import; the import. Raises NotFound, and Refused when it cannot be done."""
        return self._write(f"/v1/imports/{quote(import_id, safe='')}/{word}", form or {})

    def imports(self, *, project: str | None, status: str | None, limit: int) -> Iterator[Document]:
        """Imports, newest first; at most `limit`, 0 for all."""
        return self._list("/v1/imports", "imports", {"project": project, "status": status}, limit)

    def rejects(self, import_id: str, limit: int) -> Iterator[Document]:
        """Rejected rows of an import in the order of its file; at most `limit`, 0 for all."""
        return self._list(f"/v1/imports/{quote(import_id, safe='')}/rejects", "rejects", {}, limit)

    def duplicates(self, import_id: str, limit: int) -> Iterator[Document]:
        """Differing duplicates of an import in the order of time; at most `limit`, 0 for all."""
        return self._list(f"/v1/imports/{quote(import_id, safe='')}/duplicates", "duplicates", {}, limit)

    def reject_groups(self, import_id: str) -> list[Document]:
        """The codes of an import's rejects, most frequent first."""
        query = {"group": "code"}
        return list(self._read(f"/v1/imports/{quote(import_id, safe='')}/rejects", query)["groups"])

    def rejects_csv(self, import_id: str) -> Iterator[bytes]:
        """Refused rows of an import as a CSV file, in pieces."""
        yield from self._file(f"/v1/imports/{quote(import_id, safe='')}/rejects", {"format": "csv"})

    def _file(self, path: str, query: Mapping[str, str | None]) -> Iterator[bytes]:
        """A file that the API has somebody fetch elsewhere, in pieces."""
        answer = self._send("GET", path, query)
        if 300 <= answer.status < 400 and "location" in answer.headers:
            answer.read()
            # a presigned address carries its own permission and refuses a second one
            answer = self.transport.send("GET", answer.headers["location"], {})
        if answer.status != 200:
            raise _refusal(answer)
        yield from answer.chunks

    def entries(self, project_id: str, span: Span, limit: int) -> Iterator[Document]:
        """Entries of the span in the order of time; at most `limit`, 0 for all."""
        return self._list(
            f"/v1/projects/{quote(project_id, safe='')}/entries", "entries", span.query(), limit
        )

    def add_entries(self, project_id: str, form: Document) -> Document:
        """The import of entries that somebody states. Raises Refused where one is not fit."""
        return self._write(f"/v1/projects/{quote(project_id, safe='')}/entries", form)

    def models(self, project_id: str, span: Span) -> Document:
        """The model names of the span, and what each is taken for."""
        return self._read(f"/v1/projects/{quote(project_id, safe='')}/models", span.query())

    def methods(self, project_id: str, span: Span) -> Document:
        """The usage of the span under several methods. Raises Refused for too many entries."""
        return self._read(f"/v1/projects/{quote(project_id, safe='')}/methods", span.query())

    def statistics(self, project_id: str, span: Span, **asked: str | None) -> Document:
        """The statistics of the span; `asked` are further members of the query. Raises Refused for too many entries."""
        query = {**span.query(), **asked}
        return self._read(f"/v1/projects/{quote(project_id, safe='')}/statistics", query)

    def summary(self, project_id: str, span: Span = EVER) -> Document:
        """Totals of the span."""
        return self._read(f"/v1/projects/{quote(project_id, safe='')}/summary", span.query())

    def history(self, project_id: str, span: Span, limit: int) -> Iterator[Document]:
        """The versions of the span's days by day and number; at most `limit`, 0 for all."""
        return self._list(
            f"/v1/projects/{quote(project_id, safe='')}/history", "versions", span.query(), limit
        )

    def audit(self, project_id: str) -> Iterator[Document]:
        """All versions of all days by day and number, with the faults of each."""
        return self._list(f"/v1/projects/{quote(project_id, safe='')}/audit", "versions", {}, 0)

    def seal(self, project_id: str) -> Document:
        """The hash of each day, and one over all."""
        return self._read(f"/v1/projects/{quote(project_id, safe='')}/audit/seal")

    def _list(
        self, path: str, member: str, query: Mapping[str, str | None], limit: int
    ) -> Iterator[Document]:
        given, cursor = 0, None
        while True:
            wanted = min(limit - given, PAGES[member]) if limit else PAGES[member]
            page = self._read(path, {**query, "limit": str(wanted), "cursor": cursor})
            for document in page[member]:
                yield document
                given += 1
                if given == limit:
                    return
            cursor = page.get("next_cursor")
            if not cursor:
                return

    def _read(self, path: str, query: Mapping[str, str | None] | None = None) -> Document:
        return _parsed(self._send("GET", path, query))

    def _write(self, path: str, document: Document, method: str = "POST") -> Document:
        """Have something done; a POST bears a key of its own, so that a lost answer can be asked for again."""
        key = secrets.token_hex(16) if method == "POST" else None
        return _parsed(self._send(method, path, None, json.dumps(document).encode(), key))

    def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str | None] | None,
        body: bytes | None = None,
        key: str | None = None,
    ) -> Answer:
        stated = {name: value for name, value in (query or {}).items() if value is not None}
        target = path + ("?" + urlencode(stated) if stated else "")
        answer = self._send_signed(method, target, body, key)
        if answer.status == 401:
            # the local stack writes a fresh token before the old one ends
            again = self._connect()
            if again != self._connection:
                self._connection = again
                answer.read()
                answer = self._send_signed(method, target, body, key)
        if answer.status in (401, 403):
            raise _not_signed_in(answer, self._connection.token)
        return answer

    def _send_signed(self, method: str, target: str, body: bytes | None, key: str | None) -> Answer:
        headers = {"Authorization": f"Bearer {self._connection.token}", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if key is not None:
            headers[KEY] = key
        return self.transport.send(method, self._connection.url + target, headers, body)


def _same_name(one: str, other: str) -> bool:
    """Letter case and repeated blanks do not tell names apart."""
    first, second = (
        unicodedata.normalize("NFKC", " ".join(name.split())).casefold() for name in (one, other)
    )
    return first == second


def _parsed(answer: Answer) -> Document:
    if answer.status not in (200, 201):
        raise _refusal(answer)
    content = answer.read()
    try:
        document = json.loads(content)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise Stop("The server's answer is no JSON object. Does the address belong to a Gramledger?")
    return document


def _refusal(answer: Answer) -> Stop:
    """The exception for an answer that is not the wanted one."""
    try:
        problem = json.loads(answer.read())
    except ValueError:
        problem = {}
    stated = problem if isinstance(problem, dict) else {}
    message = str(stated.get("detail") or stated.get("title") or stated.get("message") or "no reason given")
    if answer.status == 404:
        return NotFound(message, stated=stated)
    if 400 <= answer.status < 500:
        return Refused({"status": answer.status, "detail": message, **stated})
    return Stop(f"The server failed with status {answer.status}: {message}", stated=stated)


def _not_signed_in(answer: Answer, token: str) -> NotSignedIn:
    refusal = _refusal(answer)
    if answer.status == 403:
        return NotSignedIn(f"Not allowed: {refusal.message}", stated=refusal.problem)
    end = expiry(token)
    if end is not None and end < datetime.now(UTC):
        return NotSignedIn(
            f"The token expired at {end:%Y-%m-%d %H:%M:%S} UTC.",
            "Set GRAMLEDGER_TOKEN to a fresh one; './run up' keeps its own fresh.",
        )
    return NotSignedIn("The token was not accepted.", "Is it an ID token of this ledger's user pool?")
