"""A project's aliases: one for each name however it is written, before those of the preset."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.carbon import FACTORS, PRESET

from gramledger.core import aliases
from gramledger.core.models import Resolver
from gramledger.core.presets import with_aliases
from gramledger.core.problems import InvalidRequest
from gramledger.core.projects import ProjectSettings


def test_a_change_adds_replaces_and_takes_back_and_leaves_the_rest() -> None:
    known = {"auto": "openai/gpt-5", "Composer 1": "openai/gpt-5-mini", "tab": "openai/o1"}
    change: dict[str, str | None] = {"composer-1": "openai/gpt-5", "TAB": None, "nobody": None}
    assert aliases.merged(known, change) == {"auto": "openai/gpt-5", "composer-1": "openai/gpt-5"}


def test_settings_keep_aliases_that_a_change_does_not_name() -> None:
    settings = ProjectSettings().changed({"aliases": {"auto": "openai/gpt-5"}})
    assert settings.changed({"zone": "Europe/London"}).aliases == {"auto": "openai/gpt-5"}
    assert settings.changed({"aliases": {"tab": "openai/o1"}}).aliases == {
        "auto": "openai/gpt-5",
        "tab": "openai/o1",
    }
    assert settings.changed({"aliases": {}}).aliases == {"auto": "openai/gpt-5"}
    assert settings.changed({"aliases": None}).aliases == {}


@pytest.mark.parametrize(
    "value",
    [5, ["auto"], {"auto": 5}, {"auto": "gpt-5"}, {"": "openai/gpt-5"}, {" ": "a/b"}, {"x" * 201: "a/b"}],
)
def test_what_is_no_alias_is_refused(value: object) -> None:
    with pytest.raises(InvalidRequest, match="alias"):
        aliases.read_aliases(value)


def test_a_project_has_a_limit_of_aliases() -> None:
    most: dict[str, str | None] = {f"name {number}": "a/b" for number in range(aliases.ALIASES)}
    known = aliases.merged({}, most)
    assert aliases.merged(known, {"NAME-1": "c/d"})["NAME-1"] == "c/d"
    with pytest.raises(InvalidRequest, match="may have 500 aliases"):
        aliases.merged(known, {"one more": "a/b"})


def test_a_projects_alias_goes_before_that_of_the_preset_in_any_spelling() -> None:
    preset = replace(PRESET, model_aliases=(("Composer_1", "openai/o1"), ("tab", "openai/o1")))
    both = with_aliases(preset, {"composer-1": "openai/gpt-5"})
    resolver = Resolver(FACTORS, dict(both.model_aliases))
    assert resolver.resolve("composer 1").model == "openai/gpt-5"
    assert resolver.resolve("tab").model == "openai/o1"
    assert with_aliases(preset, {}) is preset
