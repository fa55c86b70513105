"""How the command line ends: exit codes, which of several is the worst, and exceptions that carry them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Any


class Exit(IntEnum):
    """Exit codes; `docs/reference/cli.md` explains each."""

    OK = 0
    ERROR = 1
    USAGE = 2
    NOT_FOUND = 3
    NOT_SIGNED_IN = 4
    REFUSED = 5
    FINDINGS = 6
    INTERRUPTED = 130


SEVERITY = (Exit.OK, Exit.FINDINGS, Exit.REFUSED, Exit.NOT_FOUND, Exit.NOT_SIGNED_IN, Exit.USAGE, Exit.ERROR)
"""From the mildest to the worst; a command over several files ends with the worst of theirs."""


def worst(exits: Iterable[Exit]) -> Exit:
    """The worst of some exit codes by `SEVERITY`; OK when there is none."""
    return max(exits, key=SEVERITY.index, default=Exit.OK)


class Stop(Exception):  # noqa: N818 -- it ends a command; whether that is an error is for its exit code to say
    """Ends a command with an exit code, a message and, where there is one, a next step.

    `problem` says the same as a document: the server's (RFC 9457) where it gave one, which is `stated`, or one of the
    same shape. `broken_off` is set when a part of another document is printed already.
    """

    exit = Exit.ERROR
    code, title = "error", "It failed"

    def __init__(
        self, message: str, hint: str | None = None, stated: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        own = {"code": self.code, "title": self.title, "detail": message}
        self.problem: dict[str, Any] = {**own, **(stated or {})}
        self.broken_off = False


class NoAnswer(Stop):
    """The server could not be reached, or the connection broke before it answered."""


class NotFound(Stop):
    """No such project, import or entry."""

    exit = Exit.NOT_FOUND
    code, title = "not-found", "Not found"


class NotSignedIn(Stop):
    """The token is missing, expired, or not allowed to do this."""

    exit = Exit.NOT_SIGNED_IN
    code, title = "not-signed-in", "No valid sign-in"


class Interrupted(Stop):
    """Ctrl-C."""

    exit = Exit.INTERRUPTED


class Refused(Stop):
    """The input was refused; `problem` is the RFC 9457 document, or one of the same shape made here."""

    exit = Exit.REFUSED
    code, title = "refused", "Refused"

    def __init__(self, problem: Mapping[str, Any]) -> None:
        message = str(problem.get("detail") or problem.get("title") or "The request was refused")
        super().__init__(message, stated=problem)
