"""SDK clients, made on first use, and the translation of their errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from gramledger.ports import Unavailable

SLOW_DOWN = frozenset(
    (
        *("ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded"),
        *("SlowDown", "RequestTimeout", "InternalError", "ServiceUnavailable"),
        *("TransactionInProgressException", "TransactionConflictException"),
    )
)
"""Errors that may be gone the next time, also where no status of HTTP says so."""

_FAILED = 500
"""From here on a status of HTTP says that the service has failed; each service has words of its own for that."""

_CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 5},
    connect_timeout=5,
    read_timeout=60,
    max_pool_connections=32,
    signature_version="v4",
)
# "virtual", so that forms and links name the region: the global address that is signed otherwise redirects for hours
# after a bucket was made, and serves no region that was opened since 2019
_S3_CONFIG = _CONFIG.merge(Config(signature_version="s3v4", s3={"addressing_style": "virtual"}))


@cache
def client(service: str) -> Any:
    """The process's client of a service; safe to share between threads."""
    return boto3.client(service, config=_S3_CONFIG if service == "s3" else _CONFIG)


def error_code(error: ClientError) -> str:
    """The service's own name of an error."""
    return str(error.response.get("Error", {}).get("Code", ""))


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


@contextmanager
def translated() -> Iterator[None]:
    """Raise Unavailable where a service did not answer, failed, or asks to slow down; other errors pass."""
    try:
        yield
    except ClientError as error:
        if error_code(error) in SLOW_DOWN or _status(error) >= _FAILED:
            raise Unavailable(f"{error.operation_name}: {error_code(error)}") from error
        raise
    except BotoCoreError as error:
        raise Unavailable(type(error).__name__) from error
