"""Reading the ledger as it is, or as it was at an instant: the heads of a span of days, and their pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import Any

import pyarrow as pa

from gramledger.app import keys
from gramledger.app.apply import Place, is_pruned, read_page
from gramledger.app.log import logged_project
from gramledger.app.lookup import find_project
from gramledger.app.spans import DaySpan
from gramledger.core import history
from gramledger.core.heads import Head
from gramledger.core.history import Written
from gramledger.core.iso import iso
from gramledger.core.parity.retention import KEPT_DAYS
from gramledger.core.problems import HistoryBroken, HistoryPruned, InvalidRequest, WindowsPruned
from gramledger.core.projects import Project
from gramledger.ports import World

DAYS_AT_ONCE = 64
"""How many days' versions are read at a time."""

TOLERANCE_MS = 60_000
"""Clocks differ a little: an instant this much later than now is not refused."""


def project_of(world: World, tenant: str, name_or_id: str, span: DaySpan) -> Project:
    """A project with its settings and preset, as they are or as they were at the span's instant (before its creation:
    as it was created). Raises NotFound and HistoryBroken."""
    project = find_project(world, tenant, name_or_id)
    while span.as_of is not None and project.changed_at is not None and project.changed_at > span.as_of:
        place = (tenant, project.project_id, project.revision - 1)
        try:
            project = logged_project(world.store, keys.project_record(*place))
        except KeyError:
            raise HistoryBroken(
                f"The settings of '{project.name}' before {iso(project.changed_at)} are not in the log.",
                revision=place[-1],
            ) from None
    return project


def heads_of(world: World, tenant: str, project_id: str, span: DaySpan) -> Iterator[Head]:
    """The heads of a span's days, in order: the current ones, or those that were current at the span's instant.

    Raises InvalidRequest for an instant that is yet to come, and HistoryBroken.
    """
    at = span.as_of
    current = world.ledger.heads(tenant, project_id, span.first, span.last)
    if at is None:
        return current
    if at > world.clock.now_ms() + TOLERANCE_MS:
        raise InvalidRequest(
            f"'as_of' is {iso(at)}, which is yet to come. Leave it out for the present state."
        )
    return _standing(world, tenant, project_id, current, at)


def _standing(world: World, tenant: str, project_id: str, current: Iterable[Head], at: int) -> Iterator[Head]:
    for several in _some_at_a_time(current):
        changed = [head.day for head in several if head.at > at]
        written = _written(world, tenant, project_id, changed)
        for head in several:
            then = history.standing(head, written.get(head.day, ()), at)
            if then is not None:
                yield then


def chains(
    world: World, tenant: str, project_id: str, current: Iterable[Head]
) -> Iterator[tuple[Head, list[Written]]]:
    """Each head with all that was ever written of its day."""
    for several in _some_at_a_time(current):
        written = _written(world, tenant, project_id, [head.day for head in several])
        for head in several:
            yield head, written.get(head.day, [])


def page_of(world: World, place: Place, head: Head, span: DaySpan) -> pa.Table:
    """The page of a head of a span, which may have been replaced since. Raises WindowsPruned and HistoryPruned where it
    is not kept."""
    try:
        return read_page(world, place, head)
    except KeyError:
        if span.as_of is None:
            raise _pruned(world, place, head) from None
        raise HistoryPruned(
            f"The entries of {head.day} as they were at {iso(head.at)} are not kept any more: the project's "
            "'history_days' are over, or the day was pruned. Ask for the summary of that instant, or for a later one.",
            day=head.day,
            version=head.version,
        ) from None


def _pruned(world: World, place: Place, head: Head) -> Exception:
    """What is to be said of a present page without its body: that it was pruned, or (KeyError) that it is lost."""
    if not is_pruned(world, place, head):
        return KeyError(head.body)
    return WindowsPruned(
        f"The entries of {head.day} were pruned: they are older than {KEPT_DAYS} days, and a sealed report says that "
        "they equalled the provider's. Its totals are kept: ask for the summary, or for later days.",
        day=head.day,
    )


def show_ledger(heads: Iterable[Head]) -> dict[str, Any]:
    """What an answer rests on: the newest commit, as an instant to ask for again, and one hash of all its heads."""
    sealed = history.seal(heads)
    return {"as_of": iso(sealed.as_of), "hash": sealed.hash}


def _written(world: World, tenant: str, project_id: str, days: list[str]) -> dict[str, list[Written]]:
    if not days:
        return {}
    found = world.ledger.versions(tenant, project_id, days[0], days[-1])
    return {day: list(versions) for day, versions in groupby(found, lambda version: version.head.day)}


def _some_at_a_time(heads: Iterable[Head]) -> Iterator[list[Head]]:
    rest = iter(heads)
    while several := list(islice(rest, DAYS_AT_ONCE)):
        yield several
