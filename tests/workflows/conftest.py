"""What tests of many runs over the same few rows share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulation.remember import remembering


@pytest.fixture(scope="module")
def remembered() -> Iterator[None]:
    """Pure functions are asked once for each content; calls to the outside stay as they are."""
    with remembering(chunks=False):
        yield
