"""Deliveries are signed as Standard Webhooks says."""

from __future__ import annotations

import base64
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gramledger.core.signing import SECRET_BYTES, secret_of, signed_headers

# The published vector: test_sign_function of libraries/python/tests/test_webhooks.py in
# https://github.com/standard-webhooks/standard-webhooks
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

GUIDE = (Path(__file__).parents[2] / "docs/how-to/notifications.md").read_text("utf-8")


def shown() -> Any:
    """`verify` as the guide shows it."""
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 -- the guide's own code is what is tested
    return names["verify"]


def test_the_published_vector_is_signed_as_published() -> None:
    assert signed_headers([SECRET], MESSAGE, AT * 1000 + 999, BODY) == {
        "webhook-id": MESSAGE,
        "webhook-timestamp": str(AT),
        "webhook-signature": SIGNATURE,
    }


def test_each_valid_secret_signs_and_the_newest_comes_first() -> None:
    other = secret_of(b"\x01" * SECRET_BYTES)
    both = signed_headers([other, SECRET], MESSAGE, AT * 1000, BODY)["webhook-signature"].split(" ")
    assert both[1] == SIGNATURE
    assert both[0] == signed_headers([other], MESSAGE, AT * 1000, BODY)["webhook-signature"]


def test_a_secret_is_long_enough_and_bears_its_prefix() -> None:
    secret = secret_of(bytes(range(SECRET_BYTES)))
    assert secret.startswith("whsec_")
    assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"))) <= 64
    with pytest.raises(ValueError, match="32 random bytes"):
        secret_of(b"short")


def test_an_id_with_a_full_stop_is_not_signed() -> None:
    with pytest.raises(ValueError, match="full stop"):
        signed_headers([SECRET], "evt.1", AT * 1000, BODY)


@given(body=st.binary(), at=st.integers(0, 2**40))
def test_what_the_guide_shows_accepts_what_is_sent(body: bytes, at: int) -> None:
    headers = signed_headers([SECRET], "01J-ended", at * 1000, body)
    assert shown()(SECRET, headers, body, now=at) is True


def test_what_the_guide_shows_accepts_either_secret_while_one_is_replaced() -> None:
    other = secret_of(b"\x02" * SECRET_BYTES)
    headers = signed_headers([other, SECRET], "01J-ended", AT * 1000, BODY)
    assert shown()(SECRET, headers, BODY, now=AT)
    assert shown()(other, headers, BODY, now=AT)


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "01J-other"},
        {"webhook-timestamp": str(AT + 1)},
        {"webhook-timestamp": "soon"},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": SIGNATURE.replace("v1,", "v2,")},
        {"webhook-signature": "ü"},
        {"webhook-signature": ""},
    ],
)
def test_what_the_guide_shows_refuses_what_was_tampered_with(change: dict[str, str]) -> None:
    headers = {**signed_headers([SECRET], "01J-ended", AT * 1000, BODY), **change}
    assert shown()(SECRET, headers, BODY, now=AT) is False


def test_what_the_guide_shows_refuses_another_body_another_secret_and_missing_headers() -> None:
    headers = signed_headers([SECRET], "01J-ended", AT * 1000, BODY)
    assert shown()(SECRET, headers, BODY + b" ", now=AT) is False
    assert shown()(secret_of(b"\x03" * SECRET_BYTES), headers, BODY, now=AT) is False
    assert shown()(SECRET, {}, BODY, now=AT) is False


@pytest.mark.parametrize("drift", [-301, 301])
def test_what_the_guide_shows_refuses_what_is_too_old_or_from_the_future(drift: int) -> None:
    headers = signed_headers([SECRET], "01J-ended", AT * 1000, BODY)
    assert shown()(SECRET, headers, BODY, now=AT + drift) is False
    assert shown()(SECRET, headers, BODY, now=AT + drift - (1 if drift > 0 else -1)) is True


def test_what_the_guide_shows_takes_the_present_time_when_none_is_given() -> None:
    now = int(time.time())
    assert shown()(SECRET, signed_headers([SECRET], "01J-ended", now * 1000, BODY), BODY) is True


def test_the_body_that_the_guide_shows_is_json_of_the_three_members() -> None:
    body, *others = map(json.loads, re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL))
    assert set(body) == {"type", "timestamp", "data"}
    assert all({"status", "problem"} <= set(data) for data in (body["data"], *others))
