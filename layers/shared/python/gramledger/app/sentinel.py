"""The drift sentinel at work: what a file looks like is compared when it is planned, and kept when it is imported."""

from __future__ import annotations

from typing import Any

from gramledger.app import keys
from gramledger.app.lookup import read_json
from gramledger.core.drift import REMEMBERED, Drift, Suspect, compare
from gramledger.core.imports import Import
from gramledger.core.problems import DriftSuspected
from gramledger.core.shape import Shape
from gramledger.ports import World

_LOOKED_AT = 3 * REMEMBERED
"""How many of the last imports of a format are looked at, for they may be of several tools."""
_SHOWN = 3
"""How many columns the text of a refusal names; its facts name all."""


def drift_of(world: World, record: Import, shape: Shape, *, waits: bool) -> Drift | None:
    """How a file differs from the ones of its format in the project; None when it is the first, or none that somebody
    has exported.

    Raises DriftSuspected when columns seem to have changed places, unless that is allowed, or the import `waits` for
    somebody who will see it.
    """
    if record.manual:
        return None
    earlier = world.shapes.recent(record.tenant, record.project_id, shape.format, _LOOKED_AT)
    drift = compare(shape, [known for known in earlier if known.import_id != record.import_id])
    if drift and drift.suspected and not waits and not record.options.allow_drift:
        raise _refusal(drift)
    return drift


def remember_shape(world: World, record: Import) -> None:
    """Keep what the file of an import looked like, for the ones that follow."""
    if record.manual:
        return
    plan = read_json(world.store, keys.plan(record.tenant, record.reading))
    world.shapes.remember(record.tenant, record.project_id, Shape.from_json(plan["shape"]))


def _refusal(drift: Drift) -> DriftSuspected:
    described = "; ".join(map(_described, drift.suspected[:_SHOWN]))
    more = len(drift.suspected) - _SHOWN
    if more > 0:
        described += f"; and {more} more"
    return DriftSuspected(
        f"{described}. Nothing was imported. Export the file again, and compare its columns with an earlier one. If it "
        "is right as it is, import it with 'allow_drift' (--allow-drift), or look at its preview and confirm it "
        "(--confirm).",
        columns=[suspect.to_json() for suspect in drift.suspected],
    )


def _described(suspect: Suspect) -> str:
    text = f"Column {suspect.number} ({suspect.column!r}) holds what {suspect.looks_like!r} used to hold"
    if not (suspect.found and suspect.usual and suspect.usual_there):
        return text
    found, usual, there = (_number(three[1]) for three in (suspect.found, suspect.usual, suspect.usual_there))
    return f"{text}: its median is {found}, before it was {usual}, and there {there}"


def _number(value: float) -> Any:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.4g}"
