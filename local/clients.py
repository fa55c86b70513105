"""Clients of the embedded engine, with the credentials of its administrator."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.config import Config

from local.template import REGION

# the engine's root user; it listens on this machine only
ADMINISTRATOR = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


def client(service: str, engine_url: str) -> Any:
    """A boto3 client for one service of the engine at an address."""
    # bytes go out as they are: the engine is next door, and checksums would only be calculated twice
    config = Config(
        s3={"addressing_style": "path"},
        read_timeout=120,
        retries={"total_max_attempts": 1},  # an engine that does not answer is being stopped
        max_pool_connections=20,
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return boto3.client(service, endpoint_url=engine_url, region_name=REGION, config=config, **ADMINISTRATOR)
