"""Provider keys of tenants on DynamoDB; their secrets are not here.

Items: pk `T#<tenant>#PROVIDERKEYS`, sk `<key id>`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from gramledger.adapters.aws.clients import client, error_code, translated
from gramledger.core.providers.keys import ProviderKey


class DynamoProviderKeys:
    """Records changed by compare-and-swap of their revision."""

    def __init__(self, table: str) -> None:
        self._table = table

    @property
    def _dynamo(self) -> Any:
        return client("dynamodb")

    def create(self, key: ProviderKey) -> None:
        """Keep a new key; one of its id that is there stays."""
        self._put(key, "attribute_not_exists(pk)", {})

    def get(self, tenant: str, key_id: str) -> ProviderKey | None:
        """The key of that id, read consistently."""
        with translated():
            answer = self._dynamo.get_item(
                TableName=self._table, Key=_place(tenant, key_id), ConsistentRead=True
            )
        return _key(answer["Item"]) if "Item" in answer else None

    def list(self, tenant: str) -> list[ProviderKey]:
        """All keys of the tenant, oldest first, read consistently."""
        query = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": _partition(tenant)}},
            "ConsistentRead": True,
        }
        found: list[ProviderKey] = []
        while True:
            with translated():
                answer = self._dynamo.query(**query)
            found.extend(map(_key, answer["Items"]))
            if "LastEvaluatedKey" not in answer:
                return found
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def change(
        self, tenant: str, key_id: str, change: Callable[[ProviderKey], ProviderKey | None]
    ) -> ProviderKey | None:
        """Apply a pure change under compare-and-swap."""
        while True:
            known = self.get(tenant, key_id)
            changed = change(known) if known else None
            if known is None or changed is None:
                return known
            changed = replace(changed, revision=known.revision + 1)
            if self._put(changed, "revision = :before", {":before": {"N": str(known.revision)}}):
                return changed

    def delete(self, tenant: str, key_id: str) -> None:
        """Remove a key."""
        with translated():
            self._dynamo.delete_item(TableName=self._table, Key=_place(tenant, key_id))

    def _put(self, key: ProviderKey, condition: str, values: dict[str, Any]) -> bool:
        text = json.dumps(key.to_json(), separators=(",", ":"), ensure_ascii=False)
        item = {
            **_place(key.tenant, key.key_id),
            "record": {"S": text},
            "revision": {"N": str(key.revision)},
        }
        put: dict[str, Any] = {"TableName": self._table, "Item": item, "ConditionExpression": condition}
        if values:
            put["ExpressionAttributeValues"] = values
        with translated():
            try:
                self._dynamo.put_item(**put)
            except ClientError as error:
                if error_code(error) != "ConditionalCheckFailedException":
                    raise
                return False
        return True


def _partition(tenant: str) -> str:
    return f"T#{tenant}#PROVIDERKEYS"


def _place(tenant: str, key_id: str) -> dict[str, Any]:
    return {"pk": {"S": _partition(tenant)}, "sk": {"S": key_id}}


def _key(found: dict[str, Any]) -> ProviderKey:
    return ProviderKey.from_json(json.loads(found["record"]["S"]))
