"""Shapes of earlier files behave alike in memory, over moto and over the embedded engine."""

from __future__ import annotations

from dataclasses import replace

from gramledger.core.identity import ulid
from gramledger.core.shape import Column, Shape
from gramledger.ports import World


def test_shapes_are_kept_by_project_and_format_and_the_newest_come_first(world: World, tenant: str) -> None:
    column = Column("Cost ($)", 3, 0.1, 0.5, (0.0, 0.25, 0.5, 1e6, 2e9), 0.9, {"ab12": 0.5}, {"Aa": 0.5})
    known = [
        Shape(ulid(1_763_000_000_000 + n, bytes(10)), "cursor", ["Date", "Größe"], n, {"cost": column})
        for n in range(5)
    ]
    for shape in [*known, known[2]]:
        world.shapes.remember(tenant, "P1", shape)
    world.shapes.remember(tenant, "P1", replace(known[0], format="cursor-next"))
    world.shapes.remember(tenant, "P2", replace(known[0], rows=77))
    assert world.shapes.recent(tenant, "P1", "cursor", 3) == known[:1:-1]
    assert world.shapes.recent(tenant, "P1", "cursor", 9) == known[::-1]
    assert [shape.rows for shape in world.shapes.recent(tenant, "P2", "cursor", 9)] == [77]
    assert world.shapes.recent(tenant, "P3", "cursor", 9) == []
    assert world.shapes.recent(f"{tenant}x", "P1", "cursor", 9) == []
