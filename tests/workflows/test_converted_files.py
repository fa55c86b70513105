"""Files that are turned into text first: the same entries as from the text itself, or a clear refusal."""

from __future__ import annotations

import gzip
import hashlib

import pytest
from support.files import export, minutes
from support.runs import import_file, new_world, pages

TEXT = export(minutes(300))


def outcome_of(content: bytes, filename: str = "usage.csv") -> tuple[str, int | str]:
    """(status, rows imported) or (status, code of the problem)."""
    done = import_file(new_world(), content, filename=filename)
    return done.status, done.receipt["imported"] if done.receipt else (done.problem or {})["code"]


def test_a_gzip_file_gives_what_its_text_gives() -> None:
    plain, packed = new_world(), new_world()
    import_file(plain, TEXT)
    content = gzip.compress(TEXT)
    done = import_file(packed, content, filename="usage.csv.gz")
    assert (done.status, done.converted, done.size) == ("completed", "gzip", len(content))
    assert (done.receipt or {})["sha256"] == hashlib.sha256(content).hexdigest()
    sources = {"source", "created_by"}
    assert without(pages(packed), sources) == without(pages(plain), sources)
    assert not list(packed.uploads.keys("uploads/")), "the upload or its text was left behind"


def without(found: dict[str, list[dict[str, object]]], names: set[str]) -> dict[str, list[dict[str, object]]]:
    return {
        day: [{k: v for k, v in entry.items() if k not in names} for entry in rows]
        for day, rows in found.items()
    }


def test_gzip_members_are_read_one_after_another() -> None:
    half = len(TEXT) // 2
    content = gzip.compress(TEXT[:half]) + gzip.compress(TEXT[half:]) + bytes(512)
    assert outcome_of(content) == ("completed", 300)


@pytest.mark.parametrize("cut", [5, 100, -1, -9])
def test_a_gzip_file_that_was_cut_off_is_refused(cut: int) -> None:
    assert outcome_of(gzip.compress(TEXT)[:cut]) == ("failed", "archive-unreadable")


def test_a_gzip_file_with_something_behind_it_is_refused() -> None:
    assert outcome_of(gzip.compress(TEXT) + b"more") == ("failed", "archive-unreadable")


def test_an_archive_within_an_archive_is_refused() -> None:
    assert outcome_of(gzip.compress(gzip.compress(TEXT))) == ("failed", "archive-contents")
