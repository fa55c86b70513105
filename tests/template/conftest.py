"""The template as it is written, and as SAM expands it."""

from __future__ import annotations

from typing import Any

import pytest

from local import template
from local.home import ROOT

Resources = dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def written() -> Resources:
    return dict(template.load()["Resources"])


@pytest.fixture(scope="session")
def expanded() -> Resources:
    return dict(template.expand(template.load(), cache=ROOT / "build/local")["Resources"])
