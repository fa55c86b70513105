"""What becomes of objects that S3 does not remove."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from gramledger.adapters.aws.objects import S3Objects
from gramledger.ports import Unavailable


class Keeping(S3Objects):
    """A bucket that answers a request to remove objects, as S3 does, with 200 and those that it has kept."""

    def __init__(self, *codes: str) -> None:
        super().__init__("store")
        self._errors = [{"Key": f"key-{code}", "Code": code, "Message": "no"} for code in codes]

    @property
    def _s3(self) -> Any:
        return self

    def delete_objects(self, **_: Any) -> dict[str, Any]:
        return {"Errors": self._errors} if self._errors else {}


def test_objects_that_are_removed_are_no_error() -> None:
    Keeping().delete(["one", "two"])


@pytest.mark.parametrize("code", ["InternalError", "SlowDown"])
def test_an_object_that_s3_could_not_remove_now_may_be_removed_later(code: str) -> None:
    with pytest.raises(Unavailable, match=f"DeleteObjects: {code}"):
        Keeping(code).delete(["one", "two"])


def test_an_object_that_may_not_be_removed_is_an_error() -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        Keeping("SlowDown", "AccessDenied").delete(["one", "two"])
