"""What becomes of writes that DynamoDB refuses."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from gramledger.adapters.aws.items import NEW, Items
from gramledger.ports import Unavailable

KEY = {"pk": {"S": "P"}, "sk": {"S": "S"}}


class Refusing(Items):
    """A table that answers every write with an error."""

    def __init__(self, code: str, *reasons: str) -> None:
        super().__init__("ledger")
        response: Any = {"Error": {"Code": code}, "CancellationReasons": [{"Code": why} for why in reasons]}
        self._error = ClientError(response, "TransactWriteItems")

    @property
    def dynamo(self) -> Any:
        return self

    def put_item(self, **_: Any) -> None:
        raise self._error

    def transact_write_items(self, **_: Any) -> None:
        raise self._error


def test_a_condition_that_does_not_hold_is_no_error() -> None:
    assert Refusing("ConditionalCheckFailedException").put(KEY, NEW) is False
    table = Refusing("TransactionCanceledException", "None", "ConditionalCheckFailed")
    assert table.written(table.to_put(KEY), table.to_delete(KEY)) is False


@pytest.mark.parametrize("reason", ["TransactionConflict", "ThrottlingError"])
def test_a_transaction_that_met_another_one_may_succeed_later(reason: str) -> None:
    table = Refusing("TransactionCanceledException", "None", reason)
    with pytest.raises(Unavailable, match=reason):
        table.written(table.to_put(KEY), table.to_delete(KEY))


def test_any_other_refusal_is_an_error() -> None:
    table = Refusing("TransactionCanceledException", "ValidationError", "None")
    with pytest.raises(ClientError):
        table.written(table.to_put(KEY), table.to_delete(KEY))
    with pytest.raises(ClientError):
        Refusing("ResourceNotFoundException").put(KEY)
