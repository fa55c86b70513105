"""Secrets of webhooks and of provider keys in Secrets Manager, each under a name of its own, never written twice."""

from __future__ import annotations

import secrets
from typing import Any

from botocore.exceptions import ClientError

from gramledger.adapters.aws.clients import client, error_code, translated
from gramledger.core.signing import SECRET_BYTES, secret_of


class SecretsManager:
    """Names are `<prefix>/<tenant>/<name>`."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    @property
    def _service(self) -> Any:
        return client("secretsmanager")

    def make(self, tenant: str, name: str) -> str:
        """The secret of that name, made of chance if there is none."""
        made = secret_of(secrets.token_bytes(SECRET_BYTES))
        if self._create(tenant, name, made):
            return made
        with translated():
            return str(self._service.get_secret_value(SecretId=self._id(tenant, name))["SecretString"])

    def keep(self, tenant: str, name: str, secret: str) -> None:
        """Keep a secret that somebody has given; one of its name that is there stays."""
        self._create(tenant, name, secret)

    def find(self, tenant: str, name: str) -> str | None:
        """The secret of that name, or None."""
        with translated():
            try:
                return str(self._service.get_secret_value(SecretId=self._id(tenant, name))["SecretString"])
            except ClientError as error:
                if error_code(error) not in ("ResourceNotFoundException", "InvalidRequestException"):
                    raise
                return None

    def delete(self, tenant: str, name: str) -> None:
        """Remove a secret at once; one that is gone counts as removed."""
        with translated():
            try:
                self._service.delete_secret(SecretId=self._id(tenant, name), ForceDeleteWithoutRecovery=True)
            except ClientError as error:
                if error_code(error) != "ResourceNotFoundException":
                    raise

    def _create(self, tenant: str, name: str, secret: str) -> bool:
        with translated():
            try:
                self._service.create_secret(Name=self._id(tenant, name), SecretString=secret)
            except ClientError as error:
                if error_code(error) != "ResourceExistsException":
                    raise
                return False
        return True

    def _id(self, tenant: str, name: str) -> str:
        return f"{self._prefix}/{tenant}/{name}"
