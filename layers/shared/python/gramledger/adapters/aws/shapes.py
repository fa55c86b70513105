"""What files looked like, on DynamoDB.

Items: pk `T#<tenant>#P#<project>#SHAPES`, sk `<format>#<import id>`: the shape as compressed JSON, deleted after a
year.
"""

from __future__ import annotations

import json
import zlib
from itertools import islice

from gramledger.adapters.aws.items import Items
from gramledger.core.identity import ulid_ms
from gramledger.core.shape import Shape

KEPT_SECONDS = 365 * 86_400
"""Counted from the import's creation: older files are no measure of new ones."""


class DynamoShapes:
    """An item for each import."""

    def __init__(self, table: str) -> None:
        self._items = Items(table)

    def remember(self, tenant: str, project_id: str, shape: Shape) -> None:
        """Keep the shape of an import's file."""
        text = json.dumps(shape.to_json(), separators=(",", ":"), ensure_ascii=False).encode()
        self._items.put(
            {
                "pk": {"S": _partition(tenant, project_id)},
                "sk": {"S": f"{shape.format}#{shape.import_id}"},
                "shape": {"B": zlib.compress(text)},
                "expires_at": {"N": str(ulid_ms(shape.import_id) // 1000 + KEPT_SECONDS)},
            }
        )

    def recent(self, tenant: str, project_id: str, file_format: str, limit: int) -> list[Shape]:
        """The shapes of the imports of a format that were created last, newest first, read consistently."""
        newest_first = self._items.query(
            _partition(tenant, project_id),
            "begins_with(sk, :format)",
            {":format": {"S": f"{file_format}#"}},
            ScanIndexForward=False,
            Limit=limit,
        )
        return [
            Shape.from_json(json.loads(zlib.decompress(found["shape"]["B"])))
            for found in islice(newest_first, limit)
        ]


def _partition(tenant: str, project_id: str) -> str:
    return f"T#{tenant}#P#{project_id}#SHAPES"
