"""Every format is whole: its columns have names, it has an example, and the reference has its page."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest
from support.tables import mapping_for, recognised

from gramledger.core.catalogue import unnumbered
from gramledger.core.columns import aliases
from gramledger.core.formats import PROFILES
from gramledger.core.formats.profile import Profile
from gramledger.core.mapping import Template
from gramledger.core.recognise import Reading
from gramledger.core.typed import INSTANTS, CellKind

PAGES = Path(__file__).parents[2] / "docs/reference/formats"


@pytest.fixture(params=PROFILES.values(), ids=PROFILES)
def profile(request: pytest.FixtureRequest) -> Profile:
    found: Profile = request.param
    return found


def recognised_example(octets: bytes, name: str) -> Reading:
    """How the example of a format is read, with the mapping that it may need."""
    header = octets.decode().splitlines()[0].split(",")
    mapping = mapping_for(header, name)
    return recognised(octets, template=Template.parse(mapping) if mapping else None)


def test_every_field_has_a_name_in_exports_and_every_name_a_field(profile: Profile) -> None:
    assert set(aliases(profile.name).values()) == {unnumbered(field) for field in profile.fields}
    assert {*profile.kept_as_written, *profile.window} <= set(profile.fields)


def test_just_one_field_is_the_instant_and_one_at_most_the_day(profile: Profile) -> None:
    instants, days = (
        [kind for kind in profile.fields.values() if kind in kinds]
        for kinds in (INSTANTS, [CellKind.LOCAL_DAY])
    )
    assert (len(instants), len(days)) in ((1, 0), (0, 1), (1, 1))


def test_the_example_is_recognised_as_its_format_and_has_no_unknown_column_but_modalities(
    profile: Profile,
) -> None:
    octets = resources.files("gramledger.core").joinpath(f"data/examples/{profile.name}.csv").read_bytes()
    reading = recognised_example(octets, profile.name)
    assert reading.format == profile.name
    unknown = {reading.header[index] for index in reading.unmapped}
    assert all(name.endswith(("text_tokens", "audio_tokens", "image_tokens")) for name in unknown)


def test_the_reference_has_a_page_that_names_format_and_variants(profile: Profile) -> None:
    page = (PAGES / f"{profile.name}.md").read_text("utf-8")
    octets = resources.files("gramledger.core").joinpath(f"data/examples/{profile.name}.csv").read_bytes()
    variant = recognised_example(octets, profile.name).variant
    assert f"Format `{profile.name}`" in page
    assert f"`{variant}`" in page
    assert "**An entry's key**" in page


def test_the_reference_has_no_page_of_another_format() -> None:
    assert {page.stem for page in PAGES.glob("*.md")} == set(PROFILES)
