"""The dashboard's sources keep their own rules: nothing inline, no value becomes markup, every import leads on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "web"
MODULES = sorted((WEB / "js").rglob("*.js"))
FIRST = (WEB / "index.html").read_text("utf-8")


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(WEB)))
def test_a_module_is_small_says_what_it_is_and_turns_no_value_into_markup(module: Path) -> None:
    text = module.read_text("utf-8")
    assert text.startswith("/**")
    assert text.count("\n") <= 350
    markup = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|javascript:"
    assert re.findall(markup, text) == []


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(WEB)))
def test_every_import_of_a_module_leads_to_an_export(module: Path) -> None:
    for names, target in re.findall(r'import \{([^}]+)\} from "([^"]+)"', module.read_text("utf-8")):
        source = (module.parent / target).read_text("utf-8")
        for name in (name.strip() for name in names.split(",")):
            assert re.search(rf"export (?:async )?(?:function|const|class) {name}\b", source), (target, name)


def test_every_module_is_used() -> None:
    text = "\n".join(module.read_text("utf-8") for module in MODULES) + FIRST
    assert [module.name for module in MODULES if f"/{module.name}" not in text] == []


def test_the_first_page_has_no_script_or_style_of_its_own() -> None:
    assert re.findall(r"<style|\bstyle=|\bon\w+=|<script(?![^>]*\bsrc=)", FIRST) == []


def test_the_first_page_names_every_stylesheet() -> None:
    named = set(re.findall(r"/web/current/(css/[^\"]+)", FIRST))
    assert named == {path.relative_to(WEB).as_posix() for path in (WEB / "css").glob("*.css")}


def test_colours_stand_in_one_place() -> None:
    others = [path for path in (WEB / "css").glob("*.css") if path.name != "tokens.css"]
    assert others
    assert [path.name for path in others if re.search(r"#[0-9a-f]{3,8}\b", path.read_text("utf-8"))] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_from_its_ground(theme: str) -> None:
    blocks = (WEB / "css/tokens.css").read_text("utf-8").split("@media")
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", blocks[theme == "dark"]))
    pairs = [
        (text, ground) for text in ("ink", "quiet", "accent", "warn", "bad") for ground in ("paper", "raised")
    ]
    pairs += [("accent", "accent-wash"), ("warn", "warn-wash"), ("bad", "bad-wash"), ("ink", "warn-wash")]
    pairs += [("ink", "bad-wash"), ("accent-ink", "accent"), ("ink", "line"), ("quiet", "warn-wash")]
    low = {pair: round(contrast(*(colours[name] for name in pair)), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in low.items() if ratio < 4.5} == {}


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
