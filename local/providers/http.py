"""Requests and answers of the stand-in, and the faults that it can be told to have."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

Fault = Literal["throttled", "unavailable", "overloaded", "slow", "cut-off", "garbled"]
FAULTS: tuple[Fault, ...] = ("throttled", "unavailable", "overloaded", "slow", "cut-off", "garbled")


@dataclass(frozen=True)
class Asked:
    """A request as it arrives; names of headers are in lower case. `path` has its query."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """An answer; `cut` sends only its first half under the length of the whole, `late` nothing in time."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    late: bool = False


class Refused(Exception):  # noqa: N818 -- it is an answer, not an error
    """A request that is answered with an error."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def answered(form: Any, status: int = 200) -> Answer:
    """An answer of JSON."""
    return Answer(status, json.dumps(form).encode(), {"Content-Type": "application/json"})


class Plan:
    """Which request meets which fault: the named ones first, then by chance."""

    def __init__(
        self, faults: Iterable[Fault | None] = (), *, chance: float = 0.0, seed: int = 0, retry_after: int = 1
    ) -> None:
        self._named = list(faults)
        self._chance = chance
        self._random = Random(seed)  # noqa: S311 -- repeatable on purpose
        self._retry_after = retry_after
        self.met: dict[str, int] = {}
        """How often each fault was met."""

    def next(self) -> Fault | None:
        """The fault of the next request, if it meets one."""
        if self._named:
            fault = self._named.pop(0)
        elif self._random.random() < self._chance:
            fault = self._random.choice(FAULTS)
        else:
            fault = None
        if fault:
            self.met[fault] = self.met.get(fault, 0) + 1
        return fault

    def spoiled(self, fault: Fault, answer: Answer) -> Answer:
        """What a request that meets a fault gets instead of its answer."""
        if fault == "throttled":
            limited = answered({"error": {"message": "Rate limit reached."}}, 429)
            return Answer(429, limited.body, {**limited.headers, "Retry-After": str(self._retry_after)})
        if fault == "unavailable":
            return Answer(503, b"upstream connect error")
        if fault == "overloaded":
            return answered({"type": "error", "error": {"type": "overloaded_error"}}, 529)
        if fault == "slow":
            return Answer(answer.status, answer.body, answer.headers, late=True)
        if fault == "cut-off":
            return Answer(answer.status, answer.body, answer.headers, cut=True)
        return Answer(answer.status, answer.body[: len(answer.body) // 2], answer.headers)
