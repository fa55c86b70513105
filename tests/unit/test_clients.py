"""Which errors of AWS may be gone the next time."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from gramledger.adapters.aws.clients import translated
from gramledger.ports import Unavailable


def answered(status: int, code: str, operation: str) -> ClientError:
    """The error that the SDK makes of an answer."""
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, operation)  # type: ignore[typeddict-item] # of the metadata, this is all that is looked at


@pytest.mark.parametrize(
    ("status", "code", "operation"),
    [
        (400, "ThrottlingException", "StartExecution"),
        (400, "ProvisionedThroughputExceededException", "PutItem"),
        (503, "SlowDown", "PutObject"),
        (500, "InternalServerError", "GetItem"),
        (500, "InternalException", "PutEvents"),
        (500, "InternalServiceError", "GetSecretValue"),
        (502, "502", "HeadObject"),
    ],
)
def test_a_service_that_fails_or_asks_to_slow_down_may_answer_later(
    status: int, code: str, operation: str
) -> None:
    with pytest.raises(Unavailable, match=f"{operation}: {code}"), translated():
        raise answered(status, code, operation)


def test_a_service_that_does_not_answer_may_do_so_later() -> None:
    with pytest.raises(Unavailable, match="ReadTimeoutError"), translated():
        raise ReadTimeoutError(endpoint_url="https://s3.example")


@pytest.mark.parametrize(
    ("status", "code"), [(403, "AccessDenied"), (400, "ValidationException"), (404, "NoSuchBucket")]
)
def test_what_a_service_refuses_it_refuses_again(status: int, code: str) -> None:
    with pytest.raises(ClientError), translated():
        raise answered(status, code, "GetObject")
