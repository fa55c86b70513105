"""A ledger behind a fake transport, for tests of the command line that open no socket."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from gramledger_cli.exits import NoAnswer
from gramledger_cli.surroundings import Surroundings
from gramledger_cli.transport import Answer

ADDRESS = "http://ledger.test"
STORE = "http://store.test/uploads"


def json_answer(status: int, document: object, **headers: str) -> Answer:
    return Answer(status, headers, [json.dumps(document).encode()])


def problem(status: int, code: str, detail: str) -> Answer:
    return json_answer(status, {"code": code, "title": code.title(), "status": status, "detail": detail})


def receipt(**changed: Any) -> dict[str, Any]:
    """A receipt of 100 imported rows, or with other figures."""
    return {
        "rows_in": 100,
        "rows_accepted": 100,
        "claims": 100,
        "imported": 100,
        "updated": 0,
        "duplicate_identical": 0,
        "duplicate_differing": 0,
        "rejected": 0,
        "excluded": 0,
        "warnings": {},
        "rejects_by_code": {},
        "excluded_by_code": {},
        "calculated": 100,
        "needs_recalculation": 0,
        "not_applicable": 0,
        "days": 2,
        "first": "2026-03-01",
        "last": "2026-03-02",
        "sha256": "0" * 64,
        "ledger_version": 1,
        **changed,
    }


@dataclass
class FakeLedger:
    """Answers like the API and the object store; `stages` are the answers about an import, one for each look."""

    projects: dict[str, str] = field(default_factory=lambda: {"01PROJECT": "demo"})
    settings: dict[str, Any] = field(default_factory=lambda: {"zone": None, "rules": {}, "aliases": {}})
    token: str = "good"
    stages: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {"status": "processing", "phase": "parse", "percent": 40, "rows": {"processed": 40}},
            {"status": "completed", "phase": "done", "percent": 100, "receipt": receipt()},
        ]
    )
    max_bytes: int = 1000
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)
    preview: dict[str, Any] = field(default_factory=dict)
    formats: list[dict[str, Any]] = field(default_factory=list)
    methods: dict[str, Any] = field(default_factory=dict)
    statistics: dict[str, Any] = field(default_factory=dict)
    models: dict[str, Any] = field(default_factory=dict)
    presets: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    created: list[dict[str, Any]] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)
    saved: list[dict[str, Any]] = field(default_factory=list)
    calculation: dict[str, Any] = field(default_factory=dict)
    calculated: list[dict[str, Any]] = field(default_factory=list)
    decisions: list[str] = field(default_factory=list)
    corrections: list[dict[str, Any]] = field(default_factory=list)
    mappings: dict[str, dict[str, Any]] = field(default_factory=dict)
    store_answers: list[Answer | Exception] = field(default_factory=list)
    interruptions: list[Answer | Exception] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    announced: list[dict[str, Any]] = field(default_factory=list)
    sweeps: list[dict[str, Any]] = field(default_factory=list)
    rebuilds: list[dict[str, Any]] = field(default_factory=list)
    intensities: list[dict[str, Any]] = field(default_factory=list)
    imported_intensities: list[dict[str, Any]] = field(default_factory=list)
    recalculations: list[dict[str, Any]] = field(default_factory=list)
    comparisons: list[dict[str, Any]] = field(default_factory=list)
    uploads: list[bytes] = field(default_factory=list)
    looks: dict[str, int] = field(default_factory=dict)

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | Iterable[bytes] | None = None
    ) -> Answer:
        self.requests.append(f"{method} {url}")
        if url == STORE:
            return self._store(headers, body)
        if url.startswith("http://download.test/"):
            assert "Authorization" not in headers
            return Answer(200, {}, [b"row,line\r\n", b"3,4\r\n"])
        if "Idempotency-Key" in headers:
            self.keys.append(headers["Idempotency-Key"])
        if self.interruptions:
            return _given(self.interruptions.pop(0))
        assert url.startswith(ADDRESS)
        if headers["Authorization"] != f"Bearer {self.token}":
            return json_answer(401, {"message": "Unauthorized"})
        parts = urlsplit(url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        document = json.loads(body) if isinstance(body, bytes) else None
        return self._route(method, [unquote(part) for part in parts.path.split("/")[2:]], query, document)

    def _route(self, method: str, path: list[str], query: dict[str, str], document: Any) -> Answer:  # noqa: PLR0911, PLR0912 -- one branch for each route
        match method, *path:
            case "GET", "projects":
                return json_answer(200, {"projects": [self._project(known) for known in self.projects]})
            case "POST", "projects":
                if document["name"] in self.projects.values():
                    return problem(409, "name-taken", "That name is taken.")
                self.created.append(document)
                self.projects["01CREATED"] = document["name"]
                return json_answer(201, self._project("01CREATED"))
            case "GET", "projects", project:
                return self._of_project(project, lambda found: json_answer(200, self._project(found)))
            case "PATCH", "projects", project:
                if "preset" in document:
                    self.chosen.append(document["preset"])
                    notice = {
                        "notice": "Entries that are there keep their figures.",
                        "preset": document["preset"],
                    }
                    return self._of_project(
                        project, lambda found: json_answer(200, {**self._project(found), **notice})
                    )
                changes = document["settings"]
                self.changes.append(changes)
                aliases = {name: model for name, model in changes.get("aliases", {}).items() if model}
                self.settings |= {**changes, "aliases": aliases}
                return self._of_project(project, lambda found: json_answer(200, self._project(found)))
            case "POST", "projects", project, "imports":
                return self._of_project(project, lambda found: self._create_import(found, document))
            case "POST", "projects", project, "entries":
                self.announced.append(document)
                return self._of_project(project, lambda _: self._import("01IMPORT1"))
            case _, "projects", _, "recalculations", *more:
                return self._recalculations(method, more, query, document)
            case "GET", "projects", project, "summary":
                return self._of_project(project, lambda _: json_answer(200, {**self.summary, **query}))
            case "GET", "projects", project, "statistics":
                return self._of_project(
                    project, lambda _: json_answer(200, {**self.statistics, "asked": query})
                )
            case "GET", "projects", project, "methods":
                return self._of_project(project, lambda _: json_answer(200, {**self.methods, **query}))
            case "GET", "projects", project, "models":
                return self._of_project(project, lambda _: json_answer(200, {**self.models, **query}))
            case "GET", "projects", project, "entries":
                return self._of_project(project, lambda _: self._page("entries", query))
            case "GET", "imports":
                return self._page("imports", query)
            case "GET", "imports", _, "duplicates":
                return self._page("duplicates", query)
            case "GET", "imports", import_id, "rejects":
                if query.get("format") == "csv":
                    return Answer(303, {"location": f"http://download.test/{import_id}"})
                if query.get("group") == "code":
                    return json_answer(200, {"groups": self.lists["groups"]})
                return self._page("rejects", query)
            case "GET", "presets":
                return json_answer(200, {"presets": self.presets})
            case "GET", "presets", preset, *version:
                return self._preset("@".join([preset, *version[1:]]))
            case "POST", "presets":
                self.saved.append(document)
                return json_answer(201, {**self.presets[0], "preset": f"{document['id']}@1"})
            case "GET", "intensities":
                return json_answer(200, {"versions": self.intensities})
            case "POST", "intensities":
                self.imported_intensities.append(document)
                return json_answer(201, self.intensities[0])
            case "POST", "calculations":
                self.calculated.append(document)
                return json_answer(200, self.calculation)
            case "POST", "sweeps":
                self.saved.append(document)
                return json_answer(201, {"sweep_id": "01SWEEP", "status": "running", "findings": []})
            case "GET", "sweeps", "01SWEEP":
                return json_answer(200, self.sweeps.pop(0) if len(self.sweeps) > 1 else self.sweeps[0])
            case "POST", "projects", _, "rebuilds":
                self.created.append(document)
                return json_answer(201, self._rebuild())
            case "GET", "projects", _, "rebuilds", _, "days":
                return self._page("days", query)
            case "GET", "projects", _, "rebuilds", "01REBUILD":
                return json_answer(200, self._rebuild())
            case "POST", "retention":
                self.created.append(document)
                return json_answer(201, {"run_id": "01RUN", "status": "running"})
            case "GET", "retention", "01RUN":
                return json_answer(200, self.comparisons[0])
            case "POST", "projects", _, "parity", *more:
                self.created.append(document)
                return json_answer(200, {"acknowledged": 2}) if more else json_answer(201, self._parity())
            case "GET", "projects", _, "parity":
                return self._page("reports", query)
            case "GET", "projects", _, "parity", _, "csv":
                return Answer(200, {"content-type": "text/csv"}, [b"day,project\r\n"])
            case "GET", "projects", _, "parity", "01REPORT":
                return json_answer(200, self._parity())
            case "GET", "formats":
                return json_answer(200, {"formats": self.formats})
            case "GET", "formats", name, "example":
                if name not in [known["name"] for known in self.formats]:
                    return problem(404, "not-found", f"There is no format '{name}'.")
                return Answer(200, {"content-type": "text/csv"}, [b"Date\r\n", b"2026-03-01\r\n"])
            case "GET", "mappings":
                return json_answer(200, {"mappings": list(self.mappings.values())})
            case "PUT", "mappings", name:
                self.mappings[name] = {
                    "name": name,
                    "mapping": {"format": "usage"},
                    "header": None,
                    "saved_at": "",
                    **document,
                }
                return json_answer(200, self.mappings[name])
            case "GET" | "DELETE", "mappings", name:
                if name not in self.mappings:
                    return problem(404, "not-found", f"There is no mapping '{name}'.")
                return json_answer(
                    200, self.mappings.pop(name) if method == "DELETE" else self.mappings[name]
                )
            case "POST", "imports", import_id, "confirm" | "discard" as word:
                self.decisions.append(f"{word} {import_id}")
                self.corrections.append(document)
                status = "queued" if word == "confirm" else "cancelled"
                return json_answer(200, {"import_id": import_id, "status": status})
            case "POST", "imports", import_id, "pause" | "resume" | "cancel" | "undo" as word:
                self.decisions.append(f"{word} {import_id}")
                self.corrections.append(document)
                ends = {"cancel": "cancelling", "undo": "undoing"}
                paused = {"paused_at": "2026-03-01T00:00:00Z"} if word == "pause" else {}
                status = ends.get(word, "processing")
                return json_answer(200, {"import_id": import_id, "status": status, **paused})
            case "GET", "imports", _, "preview":
                return json_answer(200, self.preview)
            case "GET", "imports", import_id:
                return self._import(import_id)
        raise AssertionError(f"no such route: {method} {path}")

    def _recalculations(self, method: str, more: list[str], query: dict[str, str], document: Any) -> Answer:
        """One recalculation, which is at its next stage whenever it is looked at; lists are those of `lists`."""
        match method, *more:
            case "POST", *words:
                self.decisions.append(" ".join(words) or "plan")
                self.announced.append(document)
                return json_answer(201, self._recalculation())
            case ("GET",) | ("GET", _, "report", _):
                return self._page(more[2] if more else "recalculations", query)
            case "GET", _, "report":
                return self._page("models", query)
            case "GET", shown, "report.csv":
                return Answer(303, {"location": f"http://download.test/{shown}"})
            case "GET", "01RECALCULATION":
                return json_answer(200, self._recalculation())
        return problem(404, "not-found", "There is no such recalculation.")

    def _recalculation(self) -> dict[str, Any]:
        known = {
            "recalculation_id": "01RECALCULATION",
            "project_id": "01PROJECT",
            "project_name": "demo",
            "requested_by": "ada",
            "created_at": "2026-03-01T00:00:00.000Z",
            "basis": {"preset": "default@2"},
            "selection": {"from": None, "to": None, "models": None, "entries": None},
        }
        stage = self.recalculations.pop(0) if len(self.recalculations) > 1 else self.recalculations[0]
        return {**known, **stage}

    def _project(self, project_id: str) -> dict[str, Any]:
        known = {"name": self.projects[project_id], "preset": "default", "settings": self.settings}
        return {"project_id": project_id, **known}

    def _rebuild(self) -> dict[str, Any]:
        """The rebuild at its next stage."""
        shown = {"rebuild_id": "01REBUILD", "check": self.created[-1]["check"]}
        return {**shown, **(self.rebuilds.pop(0) if len(self.rebuilds) > 1 else self.rebuilds[0])}

    def _parity(self) -> dict[str, Any]:
        """The comparison at its next stage."""
        stage = self.comparisons.pop(0) if len(self.comparisons) > 1 else self.comparisons[0]
        return {"report_id": "01REPORT", **stage}

    def _of_project(self, project: str, answer: Callable[[str], Answer]) -> Answer:
        for known, name in self.projects.items():
            if project in (known, name):
                return answer(known)
        return problem(404, "not-found", f"There is no project '{project}'.")

    def _preset(self, label: str) -> Answer:
        for known in self.presets:
            if label in (known["id"], known["preset"]):
                return json_answer(200, known)
        return problem(404, "not-found", f"There is no preset '{label}'.")

    def _create_import(self, _project: str, announcement: dict[str, Any]) -> Answer:
        self.announced.append(announcement)
        import_id = f"01IMPORT{len(self.announced)}"
        form = {"url": STORE, "fields": {"key": f"uploads/t/{import_id}"}, "max_bytes": self.max_bytes}
        return json_answer(201, {"import_id": import_id, "project_id": "01PROJECT", "upload": form})

    def _import(self, import_id: str) -> Answer:
        if not re.fullmatch("01IMPORT[0-9]+", import_id):
            return problem(404, "not-found", f"There is no import '{import_id}'.")
        look = self.looks.get(import_id, 0)
        self.looks[import_id] = look + 1
        stage = self.stages[min(look, len(self.stages) - 1)]
        return json_answer(
            200, {"import_id": import_id, "project_name": "demo", "phase": "done", "receipt": None, **stage}
        )

    def _page(self, member: str, query: dict[str, str]) -> Answer:
        """Pages of at most two, so that cursors are followed."""
        start = int(query.get("cursor", 0))
        documents = self.lists[member][start : start + min(2, int(query["limit"]))]
        following = start + len(documents)
        more = str(following) if following < len(self.lists[member]) else None
        return json_answer(200, {member: documents, "next_cursor": more})

    def _store(self, headers: Mapping[str, str], body: bytes | Iterable[bytes] | None) -> Answer:
        assert body is not None
        assert not isinstance(body, bytes)
        assert "Authorization" not in headers
        content = b"".join(body)
        assert int(headers["Content-Length"]) == len(content)
        self.uploads.append(content)
        return _given(self.store_answers.pop(0)) if self.store_answers else Answer(204)


def _given(answer: Answer | Exception) -> Answer:
    if isinstance(answer, Exception):
        raise answer
    return answer


def broken() -> NoAnswer:
    return NoAnswer(f"{ADDRESS} does not answer: the connection broke")


def surroundings(ledger: FakeLedger, directory: Path, **environ: str) -> Surroundings:
    """A configured command line that never waits."""
    known = {"GRAMLEDGER_URL": ADDRESS, "GRAMLEDGER_TOKEN": "good", **environ}
    return Surroundings(
        environ={name: value for name, value in known.items() if value},
        directory=directory,
        transport=lambda: ledger,
        sleep=lambda _seconds: None,
        clock=lambda: 0.0,
        command="gramledger",
    )
