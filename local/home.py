"""The folder of one local stack: where its state lives, and whether somebody is running it."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_PORT = 8787


class LocalError(Exception):
    """Something the person at the keyboard can put right; the message says how."""


@dataclass(frozen=True)
class Home:
    """Paths below a stack's folder (mode 0700, because state and tokens lie in it)."""

    path: Path

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Home:
        """`GRAMLEDGER_HOME`, or `.gramledger` beside the template."""
        return cls(Path(environment.get("GRAMLEDGER_HOME") or ROOT / ".gramledger").resolve())

    @property
    def state(self) -> Path:
        """What the engine remembers between two starts, apart from objects."""
        return self.path / "state"

    @property
    def objects(self) -> Path:
        """The objects of the buckets, as files."""
        return self.path / "objects"

    @property
    def scratch(self) -> Path:
        """Temporary files of the engine and the unpacked functions."""
        return self.path / "tmp"

    @property
    def log(self) -> Path:
        """What the engine and the front write."""
        return self.path / "stack.log"

    @property
    def connection(self) -> Path:
        """Address and token for the command line; only there while the stack runs."""
        return self.path / "connection.json"

    @property
    def running(self) -> Path:
        """Process, address and outputs of the running stack; left behind when it was killed."""
        return self.path / "running.json"

    def prepare(self) -> None:
        """Make the folders. Raises LocalError when that is not possible."""
        try:
            for folder in (self.path, self.state, self.objects, self.scratch):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as cause:
            raise LocalError(f"cannot use {self.path} as GRAMLEDGER_HOME: {cause.strerror}") from cause

    def claim(self) -> IO[str]:
        """Become the one process that runs this home, until the returned file is closed (or we die).

        The lock, not a process id, says whether a stack is running: the kernel lets go of it however we end.
        Raises LocalError when another process holds it.
        """
        holder = (self.path / "lock").open("w")
        try:
            fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder.close()
            raise LocalError(
                f"a stack is already running in {self.path}{self._where()}; stop it with './run down'"
            ) from None
        return holder

    def is_claimed(self) -> bool:
        """Whether a stack is running (or starting) in this home."""
        if not (self.path / "lock").exists():
            return False
        try:
            self.claim().close()
        except LocalError:
            return True
        return False

    def _where(self) -> str:
        try:
            return f" at {read_json(self.running)['url']}"
        except (OSError, ValueError, KeyError):
            return ""


def port_from_environment(environment: Mapping[str, str]) -> int:
    """`GRAMLEDGER_PORT`, or 8787. Raises LocalError for anything that is no port."""
    text = environment.get("GRAMLEDGER_PORT", "") or str(DEFAULT_PORT)
    if not text.isdecimal() or not 0 <= int(text) <= 65535:
        raise LocalError(
            f"GRAMLEDGER_PORT is '{text}'; it must be a number from 0 to 65535 (0 takes any free)"
        )
    return int(text)


def read_json(path: Path) -> Any:
    """The document in a file. Raises OSError or ValueError."""
    return json.loads(path.read_text(encoding="utf-8"))


def write_json(path: Path, document: Any) -> None:
    """Replace a file at once, readable by its owner only, so that a reader never sees half of it."""
    draft = path.with_suffix(".draft")
    with open(draft, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        json.dump(document, file, indent=2)
    draft.replace(path)
