"""Where entries come from, as clients see it: what files brought, and what somebody has stated by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gramledger.core.imports import MANUAL
from gramledger.core.measured import STEP
from gramledger.core.rollup import Group

_USAGE = ("gwp_output_value", "gwp_input_value", "gwp_embodied_value")


def show_origins(
    everything: Sequence[Group], totals: Callable[[Sequence[Group]], dict[str, Any]]
) -> dict[str, Any]:
    """The totals of what was imported, and of what was stated by hand, each with its percent of the whole."""
    parts: dict[str, list[Group]] = {"imported": [], "manual": []}
    for group in everything:
        parts["manual" if group.label("format") == MANUAL else "imported"].append(group)
    whole = _weights(everything)
    return {
        origin: {**totals(groups), "percent": _percents(_weights(groups), whole)}
        for origin, groups in parts.items()
    }


def _weights(groups: Sequence[Group]) -> dict[str, int]:
    """By what shares are told: entries, and the middle values of what was estimated and of what was measured."""
    readings = [group for group in groups if group.label("step") == STEP]
    usage = [group for group in groups if group.label("step") != STEP]
    return {
        "entries": sum(group.entries for group in groups),
        "gwp": sum(group.value(part) for group in usage for part in _USAGE),
        "measured_gwp": sum(group.value("gwp_measured_value") for group in readings),
    }


def _percents(part: dict[str, int], whole: dict[str, int]) -> dict[str, float | None]:
    """Each part's share; null where there is nothing to share."""
    return {name: round(100 * part[name] / total, 4) if total else None for name, total in whole.items()}
