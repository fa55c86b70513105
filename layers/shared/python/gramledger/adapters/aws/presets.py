"""The presets of tenants on DynamoDB.

Items: pk `T#<tenant>#PRESETS`, sk `<id>#<version>` (8 digits), put once and never again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from gramledger.adapters.aws.clients import client, error_code, translated
from gramledger.core.saved_presets import SavedPreset


class DynamoPresets:
    """Versions under their own names."""

    def __init__(self, table: str) -> None:
        self._table = table

    @property
    def _dynamo(self) -> Any:
        return client("dynamodb")

    def add(self, tenant: str, saved: SavedPreset) -> bool:
        """Keep a new version; False if there is that version already."""
        kept = {
            **_key(tenant, saved.preset.id, saved.preset.version),
            "record": {"S": json.dumps(saved.to_json(), separators=(",", ":"), ensure_ascii=False)},
        }
        with translated():
            try:
                self._dynamo.put_item(
                    TableName=self._table, Item=kept, ConditionExpression="attribute_not_exists(pk)"
                )
            except ClientError as error:
                if error_code(error) != "ConditionalCheckFailedException":
                    raise
                return False
        return True

    def get(self, tenant: str, preset_id: str, version: int) -> SavedPreset | None:
        """One version, read consistently."""
        key = _key(tenant, preset_id, version)
        with translated():
            answer = self._dynamo.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return _saved(answer["Item"]) if "Item" in answer else None

    def newest(self, tenant: str, preset_id: str) -> SavedPreset | None:
        """The newest version, read consistently."""
        return next(self._query(tenant, f"{preset_id}#", ScanIndexForward=False, Limit=1), None)

    def list(self, tenant: str) -> list[SavedPreset]:
        """All versions of all presets, sorted by id and version, read consistently."""
        return list(self._query(tenant, ""))

    def _query(self, tenant: str, beginning: str, **options: Any) -> Iterator[SavedPreset]:
        values = {":pk": {"S": _partition(tenant)}}
        condition = "pk = :pk"
        if beginning:
            condition += " AND begins_with(sk, :beginning)"
            values[":beginning"] = {"S": beginning}
        query = {
            "TableName": self._table,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": values,
            "ConsistentRead": True,
            **options,
        }
        while True:
            with translated():
                answer = self._dynamo.query(**query)
            yield from map(_saved, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _partition(tenant: str) -> str:
    return f"T#{tenant}#PRESETS"


def _key(tenant: str, preset_id: str, version: int) -> dict[str, Any]:
    return {"pk": {"S": _partition(tenant)}, "sk": {"S": f"{preset_id}#{version:08d}"}}


def _saved(found: dict[str, Any]) -> SavedPreset:
    return SavedPreset.from_json(json.loads(found["record"]["S"]))
