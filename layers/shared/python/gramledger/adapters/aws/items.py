"""The items of a table: got by their key, found by their partition, and put on a condition."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from gramledger.adapters.aws.clients import client, error_code, translated
from gramledger.ports import Unavailable

Item = dict[str, Any]
"""An item, or its key, as DynamoDB writes them."""

NEW = "attribute_not_exists(pk)"
"""The condition that there is no item of the key yet."""


class Items:
    """The items of one table, by `pk` and `sk`."""

    def __init__(self, table: str) -> None:
        self._table = table

    @property
    def dynamo(self) -> Any:
        """The client, for what only one adapter does."""
        return client("dynamodb")

    @property
    def place(self) -> dict[str, str]:
        """How a request names the table."""
        return {"TableName": self._table}

    def get(self, key: Item) -> Item | None:
        """An item, read consistently."""
        with translated():
            answer = self.dynamo.get_item(**self.place, Key=key, ConsistentRead=True)
        found: Item | None = answer.get("Item")
        return found

    def query(
        self, partition: str, condition: str = "", values: Item | None = None, **options: Any
    ) -> Iterator[Item]:
        """The items of a partition whose sort key fulfils a condition, in its order, read consistently unless `options`
        say otherwise; page by page, as they are asked for."""
        query = {
            **self.place,
            "KeyConditionExpression": f"pk = :pk AND {condition}" if condition else "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": partition}, **(values or {})},
            "ConsistentRead": True,
            **options,
        }
        while True:
            with translated():
                answer = self.dynamo.query(**query)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def put(self, item: Item, condition: str = "", values: Item | None = None, **options: Any) -> bool:
        """Put an item; False where the condition does not hold, and nothing was put."""
        return self.written(self.to_put(item, condition, values, **options))

    def to_put(self, item: Item, condition: str = "", values: Item | None = None, **options: Any) -> Item:
        """The write that puts an item on a condition, for `written`."""
        put = {**self.place, "Item": item, **options}
        if condition:
            put["ConditionExpression"] = condition
        if values:
            put["ExpressionAttributeValues"] = values
        return {"Put": put}

    def to_delete(self, key: Item) -> Item:
        """The write that removes an item, for `written`."""
        return {"Delete": {**self.place, "Key": key}}

    def written(self, *writes: Item) -> bool:
        """Whether writes were carried out, all of them or none; False where the condition of one does not hold."""
        with translated():
            try:
                if len(writes) == 1:
                    self.dynamo.put_item(**writes[0]["Put"])
                else:
                    self.dynamo.transact_write_items(TransactItems=writes)
            except ClientError as error:
                reasons = _reasons(error)
                if "ConditionalCheckFailed" in reasons:
                    return False
                if reasons & _SLOW_DOWN:
                    raise Unavailable(f"{error.operation_name}: {', '.join(sorted(reasons))}") from error
                raise
        return True

    def delete(self, key: Item) -> None:
        """Remove an item; one that is gone counts as removed."""
        with translated():
            self.dynamo.delete_item(**self.place, Key=key)


_SLOW_DOWN = frozenset(("TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"))
"""Reasons for which a transaction is cancelled that may be gone the next time."""


def _reasons(error: ClientError) -> set[str]:
    """Why a write was refused, in the words of transactions."""
    if error_code(error) == "ConditionalCheckFailedException":
        return {"ConditionalCheckFailed"}
    return {str(reason.get("Code")) for reason in error.response.get("CancellationReasons", ())}


def below(before: str | None) -> tuple[str, Item]:
    """The condition, and its values, of sort keys below one; of all where it is None."""
    return ("sk < :before", {":before": {"S": before}}) if before is not None else ("", {})


def replacing(revision: int) -> tuple[str, Item]:
    """The condition, and its values, that an item has a revision."""
    return "revision = :before", {":before": {"N": str(revision)}}
