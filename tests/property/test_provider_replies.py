"""Whatever a provider answers, it is a page, a setback or a problem that is documented; and pages lose nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.provider_pages import RESULTS, page, window

from gramledger.core.problems import Problem, ReplyUnknown
from gramledger.core.providers.document import document_of
from gramledger.core.providers.endpoints import ENDPOINTS
from gramledger.core.providers.pages import HttpReply, Page, Setback
from gramledger.core.providers.replies import page_of

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def altered(form: Any, path: list[int], value: Any) -> Any:
    """A form in which one place, found by going down a path of choices, holds something else."""
    if not path or not isinstance(form, dict | list) or not form:
        return value
    members = sorted(form) if isinstance(form, dict) else range(len(form))
    chosen = members[path[0] % len(members)]
    changed = form.copy()
    changed[chosen] = altered(form[chosen], path[1:], value)
    return changed


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@given(path=st.lists(st.integers(0, 30), max_size=6), value=VALUES)
@settings(max_examples=60)
def test_a_page_with_anything_in_any_place_is_read_or_refused(
    endpoint: str, path: list[int], value: Any
) -> None:
    form = altered(page(endpoint, RESULTS[endpoint], following="t"), path, value)
    try:
        found = page_of(window(endpoint), HttpReply(200, json.dumps(form).encode()))
    except ReplyUnknown:
        return
    assert isinstance(found, Page)
    assert document_of(window(endpoint), "01K", found.results, fetched_at=0).content


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@given(status=st.integers(100, 599), body=st.binary(max_size=40))
@settings(max_examples=40)
def test_any_status_and_body_is_a_setback_or_a_documented_problem(
    endpoint: str, status: int, body: bytes
) -> None:
    found: object
    try:
        found = page_of(window(endpoint), HttpReply(status, body))
    except Problem as problem:
        found = problem
    assert isinstance(found, Setback) or (isinstance(found, Problem) and found.code.startswith("provider-"))


NUMBERS = st.integers(0, 10**12) | st.floats(0, 1e12, allow_nan=False)


@given(
    results=st.lists(
        st.tuples(st.dictionaries(st.text(max_size=6), VALUES, max_size=3), NUMBERS, st.text(max_size=12)),
        max_size=4,
    )
)
@settings(max_examples=60)
def test_a_document_says_all_that_its_pages_said(results: list[tuple[dict[str, Any], Any, str]]) -> None:
    usage = "openai/usage/completions"
    written = [
        {**more, **RESULTS[usage], "input_tokens": count, "model": model} for more, count, model in results
    ]
    found = page_of(window(usage), HttpReply(200, json.dumps(page(usage, *written)).encode()))
    assert isinstance(found, Page)
    made = document_of(window(usage), "01K", found.results, fetched_at=0)
    lines = [json.loads(line) for line in made.content.split(b"\n")[1:-1]]
    assert [line["result"] for line in lines] == (written or [None])
    assert made.results == len(written)
