"""The figures that pages have by the log: those of the bases of their imports, under the recalculations of the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from gramledger.app.bases import values
from gramledger.app.recalculation_plan import logged_recalculations, rulings_on
from gramledger.core.heads import Head
from gramledger.core.recalculation import Ruling
from gramledger.core.recalculations import Recalculation
from gramledger.core.revaluing import Values, under
from gramledger.ports import World


@dataclass(frozen=True, slots=True)
class LoggedFigures:
    """What the recalculations of a project, by the log, ask of some days."""

    counting: frozenset[str]
    rulings: Mapping[str, Sequence[Ruling]]
    values: Values

    def of_page(self, day: str, head: Head | None, table: pa.Table) -> pa.Table:
        """A page of claims with the figures of their imports (or later ones already) under all recalculations that its
        figures rest on: those that were completed, and those that its head bears marks of, but none that was taken out
        of it."""
        marked = head.recalculations if head else {}
        fenced = head.fenced if head else frozenset()
        standing = [
            ruling
            for ruling in self.rulings[day]
            if (ruling.recalculation_id in self.counting or ruling.recalculation_id in marked)
            and ruling.recalculation_id not in fenced
        ]
        return under(table, standing, self.values)


def logged_figures(world: World, tenant: str, project_id: str, days: Sequence[str]) -> LoggedFigures:
    """What the log says of recalculations of some days. Raises KeyError where an object of it is lost."""
    begun = [record for record in logged_recalculations(world, tenant, project_id) if record.begun]
    return LoggedFigures(
        _ids(record for record in begun if record.counts),
        rulings_on(world, begun, days),
        values(world, tenant),
    )


def _ids(records: Iterable[Recalculation]) -> frozenset[str]:
    return frozenset(record.recalculation_id for record in records)
