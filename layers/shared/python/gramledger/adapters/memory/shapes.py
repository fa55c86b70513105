"""What files looked like, in memory."""

from __future__ import annotations

from gramledger.core.shape import Shape


class MemoryShapes:
    """Shapes in a dictionary."""

    def __init__(self) -> None:
        self._shapes: dict[tuple[str, str, str], dict[str, Shape]] = {}

    def remember(self, tenant: str, project_id: str, shape: Shape) -> None:
        """Keep the shape of an import's file."""
        self._shapes.setdefault((tenant, project_id, shape.format), {})[shape.import_id] = shape

    def recent(self, tenant: str, project_id: str, file_format: str, limit: int) -> list[Shape]:
        """The shapes of the imports of a format that were created last, newest first."""
        known = self._shapes.get((tenant, project_id, file_format), {})
        return [shape for _, shape in sorted(known.items(), reverse=True)][:limit]
