"""Requests that bear a key, on DynamoDB.

Items: pk `T#<tenant>#REQUESTS`, sk `<name of the request>`, deleted after a day or later.
"""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from gramledger.adapters.aws.clients import client, error_code, translated
from gramledger.core.requests import KEPT_MS, KeyedRequest


class DynamoRequests:
    """Records changed by compare-and-swap of their revision."""

    def __init__(self, table: str) -> None:
        self._table = table

    @property
    def _dynamo(self) -> Any:
        return client("dynamodb")

    def get(self, tenant: str, name: str) -> KeyedRequest | None:
        """What is known of a request, read consistently."""
        with translated():
            answer = self._dynamo.get_item(TableName=self._table, Key=_key(tenant, name), ConsistentRead=True)
        return KeyedRequest.from_json(json.loads(answer["Item"]["record"]["S"])) if "Item" in answer else None

    def keep(self, request: KeyedRequest) -> bool:
        """Keep a request in the place of its revision before; False if that is not the one that is there."""
        record = json.dumps(request.to_json(), separators=(",", ":"), ensure_ascii=False)
        put = {
            "TableName": self._table,
            "Item": {
                **_key(request.tenant, request.name),
                "revision": {"N": str(request.revision)},
                "record": {"S": record},
                "expires_at": {"N": str((request.first_at + KEPT_MS) // 1000)},
            },
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        if request.revision > 1:
            put["ConditionExpression"] = "revision = :before"
            put["ExpressionAttributeValues"] = {":before": {"N": str(request.revision - 1)}}
        with translated():
            try:
                self._dynamo.put_item(**put)
            except ClientError as error:
                if error_code(error) != "ConditionalCheckFailedException":
                    raise
                return False
        return True


def _key(tenant: str, name: str) -> dict[str, Any]:
    return {"pk": {"S": f"T#{tenant}#REQUESTS"}, "sk": {"S": name}}
