"""The model names of a project: what each is taken for now, and how much of the usage depends on it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gramledger.app.as_of import heads_of, project_of, show_ledger
from gramledger.app.lookup import Caller
from gramledger.app.presets import find_preset
from gramledger.app.spans import DaySpan
from gramledger.core import factors as shipped_factors
from gramledger.core import rollup
from gramledger.core.factors import Factors
from gramledger.core.presets import with_aliases
from gramledger.core.rollup import Group
from gramledger.core.subjects import NOT_APPLICABLE, Subject, subjects
from gramledger.ports import World

NOT_TOLD = "not_applicable"
ORDER = ("unknown", "family", "derived", "exact", NOT_TOLD)
"""What needs attention comes first."""


def list_models(world: World, caller: Caller, project: str, span: DaySpan) -> dict[str, Any]:
    """Every distinct model name of the project's entries in the span, the unknown ones first.

    Names are resolved as they would be now (or at the span's instant), by the project's preset and aliases; only heads
    are read, no entries. Raises NotFound, InvalidRequest and HistoryBroken.
    """
    home = project_of(world, caller.tenant, project, span)
    chosen = find_preset(world, caller.tenant, home.preset)
    factors = shipped_factors.load(chosen.factors_id)
    known = subjects(with_aliases(chosen, home.settings.aliases), factors)
    named: dict[str | None, list[Group]] = {}
    heads = list(heads_of(world, caller.tenant, home.project_id, span))
    for group in rollup.add(head.groups for head in heads):
        # what has neither name nor tokens (a cost, a meter reading) is not of any model
        if group.label("model") is not None or group.tokens:
            named.setdefault(group.label("model"), []).append(group)
    totals = _sizes(group for groups in named.values() for group in groups)
    models = [_described(name, known.of(name), factors, groups, totals) for name, groups in named.items()]
    models.sort(key=lambda m: (ORDER.index(m["quality"]), -m["tokens"], -m["entries"], m["model"] or ""))
    return {
        "project_id": home.project_id,
        "project_name": home.name,
        "preset": chosen.label,
        "entries": totals["entries"],
        "tokens": totals["tokens"],
        "models": models,
        "ledger": show_ledger(heads),
    }


def _described(
    name: str | None, subject: Subject, factors: Factors, groups: list[Group], totals: dict[str, int]
) -> dict[str, Any]:
    sizes = _sizes(groups)
    listed = factors.models[factors.position[subject.resolved]] if subject.resolved else None
    return {
        "model": name,
        "resolved": subject.resolved,
        "step": subject.step,
        "quality": NOT_TOLD if subject.status == NOT_APPLICABLE else subject.quality,
        "status": subject.status,
        "last_seen": listed.last_seen if listed else None,
        "retired": factors.retired(listed) if listed else None,
        **sizes,
        **{f"{what}_percent": _percent(sizes[what], totals[what]) for what in sizes},
        "warnings": list(subject.warnings),
        "entries_calculated_otherwise": sum(
            group.entries for group in groups if _verdict(group) != (subject.resolved, subject.step)
        ),
    }


def _verdict(group: Group) -> tuple[str | None, str | None]:
    """What the name was taken for when the group's entries were calculated."""
    return group.label("resolved"), group.label("step")


def _sizes(groups: Iterable[Group]) -> dict[str, int]:
    found = list(groups)
    return {"entries": sum(group.entries for group in found), "tokens": sum(group.tokens for group in found)}


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 4) if whole else 0.0
