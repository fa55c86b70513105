"""An audit follows every version of every day, and names what was altered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from support.files import export, minutes, row
from support.runs import ADMIN, import_file, new_world

from gramledger.adapters.memory.ledger import MemoryLedger
from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.audit import audit_versions, seal_project
from gramledger.app.projects import change_project
from gramledger.app.spans import DaySpan
from gramledger.app.summary import summarise
from gramledger.app.sweep_pages import sweep_pages
from gramledger.core import heads, limits, page
from gramledger.core.heads import Head
from gramledger.core.history import Written
from gramledger.ports import World

DAY = "2025-11-04"
EVER = DaySpan()


class Altered(MemoryLedger):
    """A ledger that somebody has been at: heads and versions by number, and what all bodies are (b"": gone)."""

    def __init__(
        self, honest: MemoryLedger, *, forged: dict[str, Head] | None = None, blob: bytes | None = None
    ) -> None:
        super().__init__()
        self._honest, self._forged, self._blob = honest, forged or {}, blob

    def heads(self, tenant: str, project_id: str, first: str | None, last: str | None) -> Iterator[Head]:
        for head in self._honest.heads(tenant, project_id, first, last):
            yield self._forged.get(f"head {head.version}", head)

    def versions(
        self, tenant: str, project_id: str, first: str | None, last: str | None
    ) -> Iterator[Written]:
        for written in self._honest.versions(tenant, project_id, first, last):
            yield Written(self._forged.get(f"version {written.head.version}", written.head), written.pruned)

    def body(self, tenant: str, project_id: str, head: Head) -> bytes | None:
        if self._blob == b"":
            raise KeyError(head.body)
        if self._blob is not None:
            return self._blob
        written = self._honest.versions(tenant, project_id, head.day, head.day)
        honest = next(found.head for found in written if found.head.version == head.version)
        return self._honest.body(tenant, project_id, honest)


def grown_world() -> tuple[MemoryWorld, list[Head]]:
    """A project with one day of three versions, oldest first."""
    world = new_world()
    for count in (3, 5, 8):
        import_file(world, export(minutes(count)))
        world.clock.sleep(60)
    (home,) = world.projects.list("acme")
    return world, [found.head for found in world.ledger.versions("acme", home.project_id, None, None)]


def audited(world: World, limit: int = 500) -> list[dict[str, Any]]:
    found, cursor = audit_versions(world, ADMIN, "demo", EVER, limit=limit, cursor=None)
    while cursor:
        more, cursor = audit_versions(world, ADMIN, "demo", EVER, limit=limit, cursor=cursor)
        found.extend(more)
    return found


def faults(world: World) -> list[tuple[int, str]]:
    return [(found["version"], fault["code"]) for found in audited(world) for fault in found["faults"]]


def test_an_honest_ledger_has_no_faults_and_every_body_was_looked_at() -> None:
    world, made = grown_world()
    import_file(world, export([row("2025-11-09T08:00:00.000Z")]))
    found = audited(world)
    assert [(f["day"], f["version"], f["body"], f["faults"]) for f in found] == [
        (DAY, 1, "checked", []),
        (DAY, 2, "checked", []),
        (DAY, 3, "checked", []),
        ("2025-11-09", 1, "checked", []),
    ]
    assert [f["hash"] for f in found[:3]] == [head.hash for head in made]


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_an_audit_comes_in_pages(limit: int) -> None:
    world, _ = grown_world()
    assert audited(world, limit) == audited(world)


def test_an_audit_reads_so_many_bytes_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    world, _ = grown_world()
    everything = audited(world)
    monkeypatch.setattr(limits, "AUDIT_BYTES", 1)
    found, cursor = audit_versions(world, ADMIN, "demo", EVER, limit=500, cursor=None)
    assert (len(found), cursor is None) == (1, False)
    assert audited(world) == everything


def forge(head: Head, **facts: Any) -> Head:
    return replace(head, **facts)


def test_a_version_that_was_altered_breaks_the_chain_at_its_successor() -> None:
    world, (first, _, _) = grown_world()
    ledger = Altered(world.ledger, forged={"version 1": forge(first, actor="mallory")})
    assert faults(replace(world, ledger=ledger)) == [(2, "predecessor-missing")]


def test_a_head_that_was_altered_is_none_of_the_versions() -> None:
    world, (_, _, third) = grown_world()
    ledger = Altered(world.ledger, forged={"head 3": forge(third, actor="mallory")})
    assert faults(replace(world, ledger=ledger)) == [(3, "head-altered")]


def test_totals_and_counts_that_are_not_those_of_the_body_are_found() -> None:
    world, (_, second, third) = grown_world()
    forged = forge(third, groups=second.groups, sources=second.sources)
    ledger = Altered(world.ledger, forged={"head 3": forged, "version 3": forged})
    assert faults(replace(world, ledger=ledger)) == [(3, "totals-differ"), (3, "counts-differ")]


@pytest.mark.parametrize(("blob", "code"), [(b"other", "body-altered"), (b"", "body-missing")])
def test_a_body_that_is_another_or_gone_is_found(blob: bytes, code: str) -> None:
    world, made = grown_world()
    found = faults(replace(world, ledger=Altered(world.ledger, blob=blob)))
    assert found == [(head.version, code) for head in made]


def test_numbers_and_times_that_do_not_follow_are_found() -> None:
    world, (first, second, _) = grown_world()
    empty = heads.next_version(second, DAY, page.empty(), {}, cause="x", actor="", at=second.at).head
    forged = forge(empty, version=7, at=first.at - 1)
    ledger = Altered(world.ledger, forged={"head 3": forged, "version 3": forged})
    assert faults(replace(world, ledger=ledger)) == [(7, "number-wrong"), (7, "time-goes-back")]


def test_a_body_that_was_swept_is_no_fault_and_one_that_vanished_is() -> None:
    world, (first, second, third) = grown_world()
    home = change_project(world, ADMIN, "demo", {"settings": {"history_days": 1}})
    world.clock.sleep(2 * 86_400)
    assert sweep_pages(world, home).bodies == 2
    assert [(f["version"], f["body"], f["faults"]) for f in audited(world)] == [
        (1, "pruned", []),
        (2, "pruned", []),
        (3, "checked", []),
    ]
    world.ledger.drop_body("acme", home.project_id, third)
    assert faults(world) == [(3, "body-missing")]
    assert (first.version, second.version) == (1, 2)


def test_a_seal_names_every_head_and_its_hash_is_that_of_the_answers() -> None:
    world, (_, _, third) = grown_world()
    sealed = seal_project(world, ADMIN, "demo")
    assert sealed["days"] == {DAY: {"version": 3, "hash": third.hash}}
    assert {"as_of": sealed["as_of"], "hash": sealed["hash"]} == summarise(world, ADMIN, "demo", EVER)[
        "ledger"
    ]
