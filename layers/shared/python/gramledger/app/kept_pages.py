"""Pages of a window that one task had no time to read to the end: kept until the next one goes on with them.

They lie beside the uploads and leave with the window, or by themselves after a day. What was read at one time is one
part, which is never changed; which parts belong together, and which page comes next, says the progress, which is
written last. So whoever goes on finds pages that followed one another, or none and begins anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, Literal

from gramledger.app import keys
from gramledger.app.lookup import read_if_there, write_json
from gramledger.core.convert.json_values import Number, text_of
from gramledger.core.identity import ulid
from gramledger.core.providers.keys import ProviderKey
from gramledger.core.providers.pages import Result, WindowRequest
from gramledger.core.providers.shapes import parsed
from gramledger.ports import World

KEPT_MS = 3 * 3_600_000
"""How old the first page may become: pages of different hours may not belong together."""

Purpose = Literal["fetch", "comparison"]
"""What a window is read for. A comparison reads it a second time, so it shares no page with the fetch."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a window was read."""

    began: int
    """When its first page was asked for, ms UTC."""
    following: str
    """The token of the next page."""
    pages: int
    seen: tuple[str, ...]
    """The tokens of all pages but the first one, in short."""
    parts: tuple[str, ...] = ()


class KeptPages:
    """What is kept of one window."""

    def __init__(self, world: World, key: ProviderKey, window: WindowRequest, purpose: Purpose) -> None:
        self._world = world
        self._folder = keys.kept_window(
            key.tenant,
            key.key_id,
            key.secret_id,  # another one may be of another organisation, whose usage is another one
            window.endpoint.name,
            day=window.start // 86_400,
            purpose=purpose,
        )
        self._parts: tuple[str, ...] = ()

    def find(self) -> tuple[Progress, list[Result]] | None:
        """How far the window was read, and what was read of it; None where there is nothing to go on with."""
        form = read_if_there(self._world.uploads, self._progress)
        if form is None:
            return None
        found = Progress(**{**form, "seen": tuple(form["seen"]), "parts": tuple(form["parts"])})
        self._parts = found.parts
        results = None
        if self._world.clock.now_ms() - found.began < KEPT_MS:
            with suppress(KeyError):  # another task has come to the end of the window, and removed them
                results = [result for name in found.parts for result in self._read(name)]
        if results is None:
            self.forget()
            return None
        return found, results

    def keep(self, progress: Progress, results: Sequence[Result]) -> None:
        """Keep results that were read, and that the ones before belong to them."""
        name = ulid(self._world.clock.now_ms(), self._world.chance.bytes(10))
        lines = (f"{_line(result)}\n" for result in results)
        self._world.uploads.write(f"{self._folder}{name}", "".join(lines).encode())
        self._parts = (*progress.parts, name)
        write_json(self._world.uploads, self._progress, {**asdict(progress), "parts": self._parts})

    def forget(self) -> None:
        """Remove what is known to be kept; the progress first, so that nobody goes on with less."""
        if self._parts:
            self._world.uploads.delete([self._progress])
            self._world.uploads.delete([f"{self._folder}{name}" for name in self._parts])
            self._parts = ()

    @property
    def _progress(self) -> str:
        return f"{self._folder}progress.json"

    def _read(self, name: str) -> Iterable[Result]:
        for line in self._world.uploads.read(f"{self._folder}{name}").splitlines():
            form: dict[str, Any] = parsed(line)
            yield Result(int(form["start"]), int(form["end"]), form["fields"])


def _line(result: Result) -> str:
    return text_of(
        {
            "start": Number(result.start),
            "end": Number(result.end),
            "fields": result.fields,
        }  # digits, as in replies
    )
