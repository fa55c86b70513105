"""Proving a version of a day page: that it follows the one before, and that its head says what its body holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from gramledger.core import heads, page, rollup
from gramledger.core.heads import Head

UNREADABLE = (ValueError, OSError, KeyError)
"""What reading a body raises that was altered: a hash or a format that does not fit (Arrow's errors are of these)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a version."""

    code: str
    text: str


def faults_of_place(version: Head, before: Head | None) -> Iterator[Fault]:
    """What is wrong with a version's place after the one before it (None: it is the first)."""
    expected = before.version + 1 if before else 1
    if version.version != expected:
        yield Fault("number-wrong", f"It is number {version.version}, and should be {expected}.")
    if before and version.at < before.at:
        yield Fault("time-goes-back", "It was committed before the version that it follows.")


def faults_of_body(version: Head, blob: bytes | None) -> Iterator[Fault]:
    """What is wrong with a version's body, or with what its head says of it."""
    try:
        table = heads.read_body(version, blob)
    except UNREADABLE as error:
        yield Fault("body-altered", f"Its body is not the one whose hash it names: {type(error).__name__}.")
        return
    yield from _faults_of_sums(version, table)


def _faults_of_sums(version: Head, table: pa.Table) -> Iterator[Fault]:
    verdict = page.verdicts(table, version.terms)
    if list(version.groups) != rollup.fold(table, verdict, version.terms):
        yield Fault("totals-differ", "Its totals are not those of its entries.")
    if version.sources != rollup.count_sources(table, verdict):
        yield Fault("counts-differ", "Its counts by source are not those of its claims.")
