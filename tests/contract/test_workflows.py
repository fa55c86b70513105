"""Executions, in every world: a name is used once, and tells whether its execution runs."""

from __future__ import annotations

from gramledger.core.identity import ulid
from gramledger.ports import World


def test_an_execution_is_started_once_and_has_a_state_from_then_on(world: World) -> None:
    name = ulid(1_763_000_000_000, world.chance.bytes(10))
    request = {"tenant": "nobody", "import_id": name, "confirmed": False}
    assert world.workflows.state("import", name) is None
    assert world.workflows.start("import", name, request)
    assert not world.workflows.start("import", name, {**request, "confirmed": True})
    # of an import that does not exist: where tasks really run, it fails sooner or later
    assert world.workflows.state("import", name) in ("running", "failed")
    assert world.workflows.state("import", f"{name}-again-1") is None
