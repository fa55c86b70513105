"""The history of day pages: the chain of a day's versions, how the day was at an instant, and what proves it.

Each version names the hash of the one before it, so a chain is found from its newest version backwards, and no
version of it can be altered or removed unnoticed. What was written and lost its swap is in no chain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from gramledger.core.heads import Head
from gramledger.core.problems import HistoryBroken


@dataclass(frozen=True, slots=True)
class Written:
    """A version as it is kept: its head, and whether its body was dropped."""

    head: Head
    pruned: bool = False


@dataclass(frozen=True, slots=True)
class Blob:
    """What is kept apart from a version because it is too large: its body, or (`of_head`) all that its head says.

    `hash` is the beginning of the head's, `at` when the blob was put (ms UTC).
    """

    day: str
    version: int
    hash: str
    of_head: bool
    at: int

    def belongs_to(self, head: Head) -> bool:
        """Whether it is of this version."""
        return (self.day, self.version) == (head.day, head.version) and head.hash.startswith(self.hash)


IMPORT = "import"
"""The kind of a cause that names nothing but an import."""


@dataclass(frozen=True, slots=True)
class Seal:
    """What a span of days was like: the commit of its newest version (ms UTC; None without any), and one hash of all.

    Equal hashes say that every head of the span is the same, and so everything that can be read from it.
    """

    as_of: int | None
    hash: str


def seal(heads: Iterable[Head]) -> Seal:
    """The seal of some days' heads, in the order of days. The hash is the sha256 of a line `<day> <hash>` for each."""
    digest, newest = hashlib.sha256(), None
    for head in heads:
        digest.update(f"{head.day} {head.hash}\n".encode())
        newest = head.at if newest is None else max(newest, head.at)
    return Seal(newest, digest.hexdigest())


def chain(head: Head, written: Iterable[Written]) -> Iterator[Head]:
    """The versions that lead to a head, newest first, out of all that were ever written of its day.

    Raises HistoryBroken where one is not there, as it comes to it.
    """
    by_hash: Mapping[str, Head] | None = None
    yield head
    while head.previous is not None:
        by_hash = {version.head.hash: version.head for version in written} if by_hash is None else by_hash
        before = by_hash.get(head.previous)
        if before is None:
            raise broken(head)
        yield before
        head = before


def broken(head: Head) -> HistoryBroken:
    """The problem of a version whose predecessor is not there."""
    number = head.version - 1
    return HistoryBroken(
        f"Version {number} of {head.day}, which version {head.version} names as the one before it, is not there any "
        "more or was altered. Nothing older can be shown of that day. Run 'gramledger audit verify' for all that is "
        "wrong.",
        day=head.day,
        version=number,
    )


def standing(head: Head, written: Iterable[Written], at: int) -> Head | None:
    """The version of a day that was the current one at an instant (ms UTC); None before its first.

    Raises HistoryBroken.
    """
    return next((version for version in chain(head, written) if version.at <= at), None)


def cause_of(head: Head) -> tuple[str, str | None]:
    """What changed a page: the kind of change, and the import or recalculation that it was about, if it was about one.

    A cause is the id of an import, or a kind of change before an id (`undo <id>`), or a kind alone.
    """
    kind, _, about = head.cause.rpartition(" ")
    if kind:
        return kind, about
    return (IMPORT, head.cause) if head.cause[:1].isdigit() else (head.cause, None)


def lost(kept: Iterable[Head], written: Iterable[Written], before: int) -> list[Head]:
    """Versions that were written before an instant and are in no chain; `kept` is the day's whole chain."""
    names = {version.hash for version in kept}
    return [found.head for found in written if found.head.hash not in names and found.head.at < before]


def expired(kept: Iterable[Head], written: Iterable[Written], before: int) -> list[Head]:
    """Of a chain, newest first, the versions that still have a body and were replaced before an instant."""
    pruned = {found.head.hash for found in written if found.pruned}
    return [
        older
        for newer, older in pairwise(kept)
        if newer.at < before and older.body is not None and older.hash not in pruned
    ]
