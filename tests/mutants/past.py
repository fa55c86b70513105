"""Mistakes about the past: which versions there were, and which of them may go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gramledger.core import history
from gramledger.core.heads import Head
from gramledger.core.history import Written
from mutants.catalogue import Replaced, mutant


@mutant
def history_is_followed_by_numbers() -> Replaced:
    """The version before is the one of the number before, whoever wrote it."""

    def by_number(head: Head, written: Iterable[Written]) -> Iterator[Head]:
        yield head
        known = {found.head.version: found.head for found in written}
        for number in range(head.version - 1, 0, -1):
            yield known[number]

    return [(history, "chain", by_number)]


@mutant
def a_sweep_takes_all_but_the_current_version() -> Replaced:
    """Whatever no head names is taken for lost."""
    lost = history.lost

    def all_but_current(kept: Iterable[Head], written: Iterable[Written], before: int) -> list[Head]:
        return lost(list(kept)[:1], written, before)

    return [(history, "lost", all_but_current)]
