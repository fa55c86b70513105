"""Progress on standard error: live bars on a terminal, a few plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TextIO

from gramledger_cli.api import Document
from gramledger_cli.figures import counted, size

if TYPE_CHECKING:
    from types import TracebackType

    from rich.progress import TaskID


class Progress(Protocol):
    """Is told how each file gets on."""

    def uploading(self, file: str, sent: int, total: int) -> None:
        """Bytes handed to the network so far."""

    def following(self, file: str, document: Document) -> None:
        """The import as the API shows it now."""

    def ended(self, file: str, status: str) -> None:
        """Nothing more will come about this file."""


class Lines:
    """A line when something new begins, and then one every few seconds."""

    def __init__(self, stream: TextIO, clock: Callable[[], float], every: float = 5.0) -> None:
        self._stream = stream
        self._clock = clock
        self._every = every
        self._phase: dict[str, str] = {}
        self._last: dict[str, float] = {}

    def __enter__(self) -> Lines:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def uploading(self, file: str, sent: int, total: int) -> None:
        """Bytes handed to the network so far."""
        self._line(file, "upload", f"upload {100 * sent // total} % of {size(total)}")

    def following(self, file: str, document: Document) -> None:
        """The import as the API shows it now."""
        phase = _stage(document)
        self._line(file, phase, _described(document, phase))

    def ended(self, file: str, status: str) -> None:
        """Nothing more will come about this file."""
        self._line(file, f"ended {status}", status)

    def _line(self, file: str, phase: str, text: str) -> None:
        now = self._clock()
        if self._phase.get(file) != phase or now - self._last[file] >= self._every:
            self._phase[file], self._last[file] = phase, now
            print(f"{file}: {text}", file=self._stream, flush=True)


class Bars:
    """One live bar for each file: phase, percent, rows and time."""

    def __init__(self, stream: TextIO) -> None:
        from rich import progress  # noqa: PLC0415 -- costs 0.1 s and is needed on terminals only
        from rich.console import Console  # noqa: PLC0415 -- as above

        self._bars = progress.Progress(
            progress.TextColumn("{task.fields[file]}", markup=False),
            progress.TextColumn("{task.description}", style="cyan", markup=False),
            progress.BarColumn(bar_width=24),
            progress.TaskProgressColumn(),
            progress.TextColumn("{task.fields[rows]}", markup=False),
            progress.TimeElapsedColumn(),
            console=Console(file=stream),
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Bars:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def uploading(self, file: str, sent: int, total: int) -> None:
        """Bytes handed to the network so far."""
        self._show(file, "upload", 100 * sent / total, size(sent))

    def following(self, file: str, document: Document) -> None:
        """The import as the API shows it now."""
        phase = _stage(document)
        rows = (document.get("rows") or {}).get("processed")
        self._show(file, phase, float(document.get("percent") or 0), _rows(rows))

    def ended(self, file: str, status: str) -> None:
        """Nothing more will come about this file."""
        task = self._task(file)
        self._bars.update(task, description=status, completed=100 if status == "completed" else None)
        self._bars.stop_task(task)

    def _task(self, file: str) -> TaskID:
        if file not in self._tasks:
            self._tasks[file] = self._bars.add_task("", total=100, file=file, rows="")
        return self._tasks[file]

    def _show(self, file: str, phase: str, percent: float, rows: str) -> None:
        self._bars.update(self._task(file), description=phase, completed=percent, rows=rows)


def _stage(document: Document) -> str:
    """The phase; before the first one has begun, whether the import still waits for its file or its turn."""
    started = document["status"] not in ("waiting", "queued")
    return str(document["phase"] if started else document["status"])


def _described(document: Document, phase: str) -> str:
    rows = document.get("rows") or {}
    text = f"{phase} {document.get('percent') or 0:.0f} %"
    if rows.get("processed"):
        text += f", {_rows(rows['processed'])}"
    return text


def _rows(number: int | None) -> str:
    return "" if number is None else counted(number, "row", "rows")


def progress_on(stream: TextIO, clock: Callable[[], float]) -> Bars | Lines:
    """What fits the stream; a context manager."""
    return Bars(stream) if stream.isatty() else Lines(stream, clock)
