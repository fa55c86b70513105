"""What the use cases need to change figures. Every method may raise ports.Unavailable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from gramledger.core.recalculations import Recalculation


class Recalculations(Protocol):
    """The recalculations of projects; of each project one at a time is active (`Recalculation.active`)."""

    def create(self, record: Recalculation) -> None:
        """Keep a new recalculation; one of its id that is there already stays as it is."""

    def restore(self, record: Recalculation) -> bool:
        """Keep a record as it was logged; False if there is one of its revision, or a later one, which stays."""

    def get(self, tenant: str, project_id: str, recalculation_id: str) -> Recalculation | None:
        """A recalculation of the project, read consistently."""

    def change(
        self,
        tenant: str,
        project_id: str,
        recalculation_id: str,
        change: Callable[[Recalculation], Recalculation | None],
    ) -> Recalculation | None:
        """Apply a pure change under compare-and-swap, again as often as needed; the record after it, or None when there
        is no such recalculation. A change that answers None leaves the record as it is.

        Raises problems.RecalculationConflict where it would become active while another one of the project is, or would
        be carried out after one of a higher id has been.
        """

    def page(
        self, tenant: str, project_id: str, *, limit: int, before: str | None
    ) -> tuple[Sequence[Recalculation], str | None]:
        """Recalculations of the project, newest first, at most `limit`, of ids below `before`, read consistently; and
        where to go on, or None."""

    def active(self, tenant: str, project_id: str) -> str | None:
        """The id of the one that is active, or None, read consistently."""
