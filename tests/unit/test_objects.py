"""Where forms and links of S3 lead to, and what becomes of objects that it does not remove."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from gramledger.adapters.aws import clients
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


@pytest.fixture
def region(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A region that the global address of S3 does not serve; clients are made anew for it."""
    name = "eu-south-1"
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    for variable, value in {
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_DEFAULT_REGION": name,
    }.items():
        monkeypatch.setenv(variable, value)
    clients.client.cache_clear()
    yield name
    clients.client.cache_clear()


def test_forms_and_links_lead_to_the_region_of_the_bucket(region: str) -> None:
    """The global address redirects for hours after a bucket was made, which no browser follows, and serves no region
    that was opened since 2019."""
    store = S3Objects("store")
    form = store.upload_form("uploads/acme/x", sizes=(1, 9), seconds=60)
    link = store.download_link("imports/x", filename="x.csv", content_type="text/csv", seconds=60)
    assert [urlsplit(address).hostname for address in (form.url, link)] == [
        f"store.s3.{region}.amazonaws.com"
    ] * 2
