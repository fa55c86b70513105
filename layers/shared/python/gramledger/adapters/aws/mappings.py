"""Saved mappings of tenants on DynamoDB.

Items: pk `T#<tenant>#MAPPINGS`, sk `<name>`.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from gramledger.adapters.aws.clients import client, translated
from gramledger.core.mapping import SavedMapping


class DynamoMappings:
    """Mappings under their names."""

    def __init__(self, table: str) -> None:
        self._table = table

    @property
    def _dynamo(self) -> Any:
        return client("dynamodb")

    def put(self, saved: SavedMapping) -> None:
        """Keep a mapping under its name."""
        record = json.dumps(asdict(saved), separators=(",", ":"), ensure_ascii=False)
        with translated():
            self._dynamo.put_item(
                TableName=self._table, Item={**_key(saved.tenant, saved.name), "record": {"S": record}}
            )

    def get(self, tenant: str, name: str) -> SavedMapping | None:
        """The mapping of that name, read consistently."""
        with translated():
            answer = self._dynamo.get_item(TableName=self._table, Key=_key(tenant, name), ConsistentRead=True)
        return _saved(answer["Item"]) if "Item" in answer else None

    def list(self, tenant: str) -> list[SavedMapping]:
        """All mappings of the tenant by name, read consistently."""
        query = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": _partition(tenant)}},
            "ConsistentRead": True,
        }
        found: list[SavedMapping] = []
        while True:
            with translated():
                answer = self._dynamo.query(**query)
            found.extend(map(_saved, answer["Items"]))
            if "LastEvaluatedKey" not in answer:
                return found
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def delete(self, tenant: str, name: str) -> None:
        """Remove the mapping of that name."""
        with translated():
            self._dynamo.delete_item(TableName=self._table, Key=_key(tenant, name))


def _partition(tenant: str) -> str:
    return f"T#{tenant}#MAPPINGS"


def _key(tenant: str, name: str) -> dict[str, Any]:
    return {"pk": {"S": _partition(tenant)}, "sk": {"S": name}}


def _saved(found: dict[str, Any]) -> SavedMapping:
    return SavedMapping(**json.loads(found["record"]["S"]))
