"""The local stack as its operator sees it: credentials and resource names, for the adapters."""

from __future__ import annotations

from gramledger.settings import Settings
from local.clients import ADMINISTRATOR
from local.deploy import STACK
from local.stack import Stack
from local.template import REGION


def operator_environment(stack: Stack) -> dict[str, str]:
    """Variables by which the SDK reaches the stack's engine as its administrator."""
    return {
        "AWS_ENDPOINT_URL": stack.engine_url,
        "AWS_ACCESS_KEY_ID": ADMINISTRATOR["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": ADMINISTRATOR["aws_secret_access_key"],
        "AWS_DEFAULT_REGION": REGION,
    }


def deployed_settings(stack: Stack) -> Settings:
    """The settings of the stack's functions."""
    known = stack.outputs
    return Settings(
        known["TableName"],
        known["UploadsBucket"],
        known["LedgerBucket"],
        known["ImportMachineArn"],
        event_bus=known["EventBusName"],
        delivery_machine=known["DeliveryMachineArn"],
        secrets_prefix=f"{STACK}/webhooks",
    )
