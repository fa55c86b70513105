"""Objects and presigned uploads behave alike in memory, over moto and over the embedded engine."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from gramledger.ports import World


def test_what_was_written_is_read_back_whole_and_in_ranges(world: World, tenant: str) -> None:
    key = f"{tenant}/object"
    world.store.write(key, b"0123456789")
    assert world.store.read(key) == b"0123456789"
    assert world.store.read(key, 2, 5) == b"234"
    assert world.store.read(key, 8, 99) == b"89"
    assert world.store.read(key, 4, 4) == b""
    assert world.store.read(key, 7) == b"789"
    assert world.store.size(key) == 10


def test_an_object_that_is_not_there_has_no_size_and_cannot_be_read(world: World, tenant: str) -> None:
    assert world.store.size(f"{tenant}/none") is None
    with pytest.raises(KeyError):
        world.store.read(f"{tenant}/none")


def test_an_object_that_is_written_once_stays_what_it_is(world: World, tenant: str) -> None:
    key = f"{tenant}/once"
    assert world.store.write_once(key, b"first")
    assert not world.store.write_once(key, b"second")
    assert world.store.read(key) == b"first"
    world.store.delete([key])
    assert world.store.write_once(key, b"third")


def test_of_writers_that_meet_at_one_object_one_has_written_it(world: World, tenant: str) -> None:
    with ThreadPoolExecutor(4) as writers:
        wrote = list(
            writers.map(lambda name: world.store.write_once(f"{tenant}/met", name), [b"a", b"b", b"c"])
        )
    assert sorted(wrote) == [False, False, True]
    assert world.store.read(f"{tenant}/met") == [b"a", b"b", b"c"][wrote.index(True)]


def test_parts_become_one_object(world: World, tenant: str) -> None:
    parts = [bytes([65 + i]) * (3 << 20) for i in range(5)]
    world.store.write_parts(f"{tenant}/parts", iter(parts))
    assert world.store.read(f"{tenant}/parts") == b"".join(parts)
    world.store.write_parts(f"{tenant}/few", iter([b"a", b"b"]))
    assert world.store.read(f"{tenant}/few") == b"ab"


def test_the_fingerprint_of_an_object_follows_from_its_bytes_however_they_came(
    world: World, tenant: str
) -> None:
    content = bytes(range(256)) * 70_000
    for number, size in enumerate((1 << 20, 3_000_001, 17 << 20)):
        pieces = (content[start : start + size] for start in range(0, len(content), size))
        world.store.write_parts(f"{tenant}/{number}", pieces)
    first = world.store.fingerprint(f"{tenant}/0")
    assert first
    assert [world.store.fingerprint(f"{tenant}/{number}") for number in (1, 2)] == [first, first]
    world.store.write(f"{tenant}/0", b"x")
    assert world.store.fingerprint(f"{tenant}/0") not in (None, first)
    assert world.store.fingerprint(f"{tenant}/none") is None


def test_an_object_is_streamed_from_its_start_to_its_end(world: World, tenant: str) -> None:
    content = bytes(range(256)) * 10_000
    world.store.write(f"{tenant}/long", content)
    assert b"".join(world.store.stream(f"{tenant}/long")) == content
    with pytest.raises(KeyError):
        list(world.store.stream(f"{tenant}/none"))


def test_keys_are_listed_sorted_and_deleted_ones_are_gone(world: World, tenant: str) -> None:
    for name in ("b", "a/2", "a/1"):
        world.store.write(f"{tenant}/{name}", b"x")
    assert list(world.store.keys(f"{tenant}/a/")) == [f"{tenant}/a/1", f"{tenant}/a/2"]
    assert list(world.store.keys(f"{tenant}/", f"{tenant}/a/1")) == [f"{tenant}/a/2", f"{tenant}/b"]
    world.store.delete([f"{tenant}/a/1", f"{tenant}/never"])
    assert list(world.store.keys(f"{tenant}/")) == [f"{tenant}/a/2", f"{tenant}/b"]


def test_listed_keys_come_with_the_time_when_they_were_put(world: World, tenant: str) -> None:
    world.store.write(f"{tenant}/first", b"1")
    world.store.write(f"{tenant}/second", b"2")
    (first, put), (second, later) = world.store.dated_keys(f"{tenant}/")
    assert (first, second) == (f"{tenant}/first", f"{tenant}/second")
    assert put <= later <= world.clock.now_ms() + 1000  # S3 states whole seconds, of its own clock
    assert later > world.clock.now_ms() - 60_000


def test_an_upload_form_names_its_key_and_limit(world: World, tenant: str) -> None:
    form = world.uploads.upload_form(f"uploads/{tenant}/x", sizes=(1, 99), seconds=60)
    assert form.fields["key"] == f"uploads/{tenant}/x"
    assert form.max_bytes == 99
    assert form.url
