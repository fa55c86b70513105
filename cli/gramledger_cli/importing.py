"""Imports files: announce, upload, follow to the end. Used by `gramledger import` and by the demo."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gramledger_cli.api import Api, Document
from gramledger_cli.exits import Exit, Interrupted, NotFound, NotSignedIn, Refused, Stop
from gramledger_cli.progress import Progress
from gramledger_cli.upload import Form, read_through, send

ENDED = ("completed", "failed", "cancelled", "undone")
AT_REST = ("planned", *ENDED)
"""Nothing more happens to the import by itself."""


def at_rest(document: Document) -> bool:
    """Whether nothing more happens to an import by itself: it has ended, or waits for a word, or is paused."""
    return document["status"] in AT_REST or bool(document.get("paused_at"))


@dataclass(slots=True)
class Outcome:
    """What became of one file.

    `document` is the import as the API shows it, None when none was created. `refusal` is why the file was not
    accepted, `failure` what ended the upload, or the watching of an import that goes on.
    """

    file: str
    document: Document | None = None
    refusal: Document | None = None
    failure: Stop | None = None
    uploaded: bool = False
    to_be_confirmed: bool = False
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def import_id(self) -> str | None:
        """The id of the import, when one was created."""
        return self.document["import_id"] if self.document else None

    @property
    def status(self) -> str:
        """The import's status as last seen; `refused` or `error` when the file never became an upload."""
        if self.refusal is not None:
            return "refused"
        return str(self.document["status"]) if self.document and self.uploaded else "error"

    @property
    def goes_on(self) -> bool:
        """Whether the import has its file and something still happens to it."""
        return self.uploaded and not (self.document and at_rest(self.document))

    @property
    def receipt(self) -> Document | None:
        """The receipt, once there is one."""
        return self.document.get("receipt") if self.document else None

    @property
    def problem(self) -> Document | None:
        """Why the file was refused or its import failed."""
        if self.refusal is not None:
            return self.refusal
        if self.failure is not None:
            title = "The import goes on, but cannot be watched" if self.uploaded else "The upload failed"
            return {"code": "error", "title": title, "detail": self.failure.message}
        return self.document.get("problem") if self.document else None

    @property
    def exit(self) -> Exit:
        """The exit code for this file."""
        if self.failure is not None:
            return self.failure.exit
        match self.status:
            case "refused":
                return Exit.REFUSED
            case "cancelled" | "undone":
                return Exit.ERROR
            case "planned":
                return Exit.OK if self.to_be_confirmed else Exit.FINDINGS
            case "failed":
                return Exit.REFUSED if (self.problem or {}).get("status", 500) < 500 else Exit.ERROR
        return Exit.FINDINGS if (self.receipt or {}).get("rejected") else Exit.OK

    def to_json(self) -> Document:
        """The object that `--json` prints for this file."""
        return {
            "file": self.file,
            "import_id": self.import_id,
            "status": self.status,
            "receipt": self.receipt,
            "problem": self.problem,
        }


def import_files(
    api: Api,
    project_id: str,
    files: Sequence[Path],
    *,
    dry_run: bool,
    confirm: bool = False,
    said: Document | None = None,
    watch: bool,
    progress: Progress,
    sleep: Callable[[float], None],
    clock: Callable[[], float],
) -> list[Outcome]:
    """Import files in the order given; one that is refused does not hold up the others.

    With `confirm` each import stops at its plan, for somebody to confirm or discard it. `said` is what is said of the
    files beyond their bytes.

    Raises Interrupted on Ctrl-C, naming the imports that go on; before the first upload also NotFound and
    NotSignedIn, for they concern every file.
    """
    outcomes: list[Outcome] = []
    try:
        for file in files:
            outcome = Outcome(str(file), to_be_confirmed=confirm)
            outcomes.append(outcome)
            started = clock()
            try:
                options = {"dry_run": dry_run, **({"confirm": "manual"} if confirm else {}), **(said or {})}
                _send_file(
                    api, project_id, outcome, file=file, options=options, progress=progress, sleep=sleep
                )
            except Refused as refused:
                outcome.refusal = refused.problem
            except Stop as stop:
                outcome.failure = stop
                if isinstance(stop, NotFound | NotSignedIn) and not any(known.uploaded for known in outcomes):
                    raise
            outcome.seconds["upload"] = clock() - started
            if not outcome.uploaded:
                progress.ended(outcome.file, outcome.status)
        if watch:
            _follow_all(api, outcomes, progress, sleep, clock)
    except KeyboardInterrupt:
        raise _interrupted(outcomes) from None
    return outcomes


def _send_file(
    api: Api,
    project_id: str,
    outcome: Outcome,
    *,
    file: Path,
    options: Document,
    progress: Progress,
    sleep: Callable[[float], None],
) -> None:
    reading = read_through(file)
    announcement = {
        "filename": file.name,
        "size": reading.bytes,
        "sha256": reading.sha256,
        **options,
    }
    created = api.create_import(project_id, announcement)
    form = Form(created["upload"]["url"], created["upload"]["fields"], created["upload"]["max_bytes"])
    # until it is read again; the file's arrival queues it
    outcome.document = {"import_id": created["import_id"], "status": "queued"}

    def sent(so_far: int) -> None:
        progress.uploading(outcome.file, so_far, reading.bytes)

    send(api.transport, form, reading, sent, sleep)
    outcome.uploaded = True


def _follow_all(
    api: Api,
    outcomes: Sequence[Outcome],
    progress: Progress,
    sleep: Callable[[float], None],
    clock: Callable[[], float],
) -> None:
    sent = {outcome.import_id: outcome for outcome in outcomes if outcome.uploaded}
    started = clock()

    def seen(document: Document) -> None:
        outcome = sent[document["import_id"]]
        outcome.document = document
        outcome.seconds["follow"] = clock() - started

    try:
        follow(api, {str(key): outcome.file for key, outcome in sent.items()}, seen, progress, sleep)
    except Stop as stop:
        for outcome in sent.values():
            outcome.failure = stop if outcome.goes_on else None
        return
    if len(sent) > 1:
        # an import created earlier but finished later takes keys over: then the other receipts change
        for key, outcome in sent.items():
            outcome.document = api.import_(str(key))


def follow(
    api: Api,
    imports: Mapping[str, str],
    seen: Callable[[Document], None],
    progress: Progress,
    sleep: Callable[[float], None],
) -> None:
    """Ask for imports (id to shown name) until each is at rest; `seen` gets every answer."""
    waiting, pauses = dict(imports), _pauses()
    while waiting:
        for import_id, name in list(waiting.items()):
            document = api.import_(import_id)
            seen(document)
            progress.following(name, document)
            if at_rest(document):
                progress.ended(name, "paused" if document.get("paused_at") else document["status"])
                del waiting[import_id]
        if waiting:
            sleep(next(pauses))


def _pauses() -> Iterator[float]:
    """Seconds between two looks: soon after the start often, later once a second."""
    pause = 0.1
    while True:
        yield pause
        pause = min(pause * 1.25, 1.0)


def _interrupted(outcomes: Sequence[Outcome]) -> Interrupted:
    lines = []
    for outcome in outcomes:
        if outcome.goes_on:
            lines.append(f"{outcome.file}: the import goes on.")
        elif outcome.uploaded or outcome.problem:
            lines.append(f"{outcome.file}: {outcome.status}.")
        else:
            lines.append(f"{outcome.file}: the upload was broken off; nothing of it is imported.")
    going_on = next((outcome.import_id for outcome in outcomes if outcome.goes_on), None)
    hint = None
    if going_on:
        words = (("Look at", "show"), ("Cancel", "cancel"))
        hint = "\n".join(f"{verb} it with: {{command}} imports {word} {going_on}" for verb, word in words)
    return Interrupted("Stopped watching.\n" + "\n".join(lines), hint)
