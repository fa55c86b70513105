"""Auditing a project's ledger: every version of every day is followed and proved, and what is there can be sealed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from gramledger.app.as_of import chains
from gramledger.app.cursors import pack, unpack
from gramledger.app.history import show_cause
from gramledger.app.lookup import Caller, find_project
from gramledger.app.retention import rightly_pruned
from gramledger.app.spans import DaySpan
from gramledger.core import audit, history, limits
from gramledger.core.audit import Fault
from gramledger.core.heads import Head
from gramledger.core.history import Written
from gramledger.core.iso import iso
from gramledger.core.problems import HistoryBroken
from gramledger.ports import World


@dataclass(frozen=True, slots=True)
class Proved:
    """A version of a chain; its body: `checked`, `pruned`, `missing`, or `none` where it has none; what is wrong."""

    version: Head
    body: str
    faults: list[Fault]


def audit_versions(
    world: World, caller: Caller, project: str, span: DaySpan, *, limit: int, cursor: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """The versions of the span's days by day and number with the faults of each, and the cursor of the next ones.

    At most `limit`, and no more than about limits.AUDIT_BYTES of bodies at a time. Raises NotFound, and InvalidRequest
    for a cursor that is none.
    """
    home = find_project(world, caller.tenant, project)
    day, number = unpack(cursor, str, int) if cursor else (None, 0)
    span = replace(span, first=day or span.first)
    found: list[dict[str, Any]] = []
    read = 0
    for head, written in _days(world, caller.tenant, home.project_id, span):
        for step in _steps(head, written, number if head.day == day else 0):
            if len(found) == limit or read > limits.AUDIT_BYTES:
                return found, pack(found[-1]["day"], found[-1]["version"])
            proved = _proved(world, caller.tenant, home.project_id, step, current=step.version is head)
            read += step.version.size
            found.append(_show(proved))
    return found, None


def seal_project(world: World, caller: Caller, project: str) -> dict[str, Any]:
    """The version and hash of each day's head, and one hash over all. Raises NotFound."""
    home = find_project(world, caller.tenant, project)
    heads = list(world.ledger.heads(caller.tenant, home.project_id, None, None))
    sealed = history.seal(heads)
    return {
        "project_id": home.project_id,
        "project_name": home.name,
        "sealed_at": iso(world.clock.now_ms()),
        "as_of": iso(sealed.as_of),
        "hash": sealed.hash,
        "days": {head.day: {"version": head.version, "hash": head.hash} for head in heads},
    }


@dataclass(frozen=True, slots=True)
class _Step:
    version: Head
    pruned: bool
    faults: list[Fault]


def _days(world: World, tenant: str, project_id: str, span: DaySpan) -> Iterator[tuple[Head, list[Written]]]:
    return chains(world, tenant, project_id, world.ledger.heads(tenant, project_id, span.first, span.last))


def _steps(head: Head, written: list[Written], after: int) -> Iterator[_Step]:
    """A day's chain after a number, oldest first, with what is wrong with the place of each."""
    pruned = {found.head.hash for found in written if found.pruned}
    newest_first, missing = _followed(head, written)
    before: Head | None = None
    known = {found.head.hash for found in written}
    for version in reversed(newest_first):
        faults = missing if missing and before is None else list(audit.faults_of_place(version, before))
        if version is head and head.hash not in known:
            faults = [
                *faults,
                Fault("head-altered", "The day's head is none of the versions that were written."),
            ]
        if version.version > after:
            yield _Step(version, version.hash in pruned, faults)
        before = version


def _followed(head: Head, written: list[Written]) -> tuple[list[Head], list[Fault]]:
    """The chain as far as it can be followed, newest first, and the fault that ends it."""
    found: list[Head] = []
    try:
        for version in history.chain(head, written):
            found.append(version)  # noqa: PERF402 -- what was found before an error stays found
    except HistoryBroken as problem:
        return found, [Fault("predecessor-missing", problem.detail)]
    return found, []


def _proved(world: World, tenant: str, project_id: str, step: _Step, *, current: bool) -> Proved:
    version = step.version
    if version.body is None:
        return Proved(version, "none", [*step.faults, *audit.faults_of_body(version, None)])
    try:
        blob = world.ledger.body(tenant, project_id, version)
    except KeyError:
        if step.pruned and (not current or rightly_pruned(world, tenant, project_id, version)):
            return Proved(version, "pruned", step.faults)
        return Proved(version, "missing", [*step.faults, Fault("body-missing", "Its body is not there.")])
    return Proved(version, "checked", [*step.faults, *audit.faults_of_body(version, blob)])


def _show(proved: Proved) -> dict[str, Any]:
    version = proved.version
    return {
        "day": version.day,
        "version": version.version,
        "hash": version.hash,
        "at": iso(version.at),
        "cause": show_cause(version),
        "body": proved.body,
        "faults": [{"code": fault.code, "text": fault.text} for fault in proved.faults],
    }
