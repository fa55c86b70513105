"""The deployment under test: a local stack of the suite's own, or the one that the environment names.

GRAMLEDGER_E2E_URL           address of the API
GRAMLEDGER_E2E_TOKEN         ID token of an admin of one tenant
GRAMLEDGER_E2E_RIVAL_TOKEN   ID token of an admin of another tenant
GRAMLEDGER_E2E_MEMBER_TOKEN  ID token of a member (not admin) of the first tenant
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable

import pytest
from support.front import Front

Enter = Callable[[str], Front]


@pytest.fixture(scope="session")
def enter(request: pytest.FixtureRequest) -> Enter:
    """Signs in as `admin`, `rival`, `member`, or `nobody`."""
    url = os.environ.get("GRAMLEDGER_E2E_URL")
    if url:
        names = {"admin": "TOKEN", "rival": "RIVAL_TOKEN", "member": "MEMBER_TOKEN"}
        tokens = {caller: os.environ[f"GRAMLEDGER_E2E_{name}"] for caller, name in names.items()}
    else:
        stack = request.getfixturevalue("stack")
        url = stack.url
        tokens = {
            "admin": stack.token("acme", user="ada", groups=("admin",)),
            "rival": stack.token("rival", user="rob", groups=("admin",)),
            "member": stack.token("acme", user="mia", groups=("member",)),
        }
    return lambda caller: Front(url, tokens.get(caller))


@pytest.fixture(scope="session")
def front(enter: Enter) -> Front:
    """The front door as an admin sees it."""
    return enter("admin")


@pytest.fixture
def project(front: Front) -> str:
    """The name of a new project."""
    name = f"e2e {uuid.uuid4().hex[:12]}"
    assert front.request("POST", "/v1/projects", body={"name": name}).status == 201
    return name
