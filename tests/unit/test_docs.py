"""The documentation says what the program does: commands, options, routes, paths and links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import gramledger.entry.http
from gramledger.core import problems
from gramledger_cli.commands.grouping import LISTINGS
from gramledger_cli.exits import Exit
from gramledger_cli.main import gramledger

ROOT = Path(__file__).parents[2]
CLI = (ROOT / "docs/reference/cli.md").read_text("utf-8")
API = (ROOT / "docs/reference/api.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
FOLDERS = "bench|cli|docs|functions|layers|local|locks|simulation|statemachines|tests|tools|web"
KINDS = "decisions|explanation|how-to|problems|reference"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def commands(
    group: click.Group = gramledger, above: str = "gramledger"
) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        yield f"{above} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{above} {name}")


def sections(text: str) -> dict[str, str]:
    """Text below each heading of the second level."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


DOCUMENTED = sections(CLI)
LEAVES = {name: command for name, command in commands() if not isinstance(command, click.Group)}


@pytest.mark.parametrize("name", LEAVES)
def test_every_command_is_in_the_reference_with_exactly_its_options(name: str) -> None:
    stated = set(
        re.findall(r"`(--[a-z-]+)", re.sub(r"\|[^|]*\|$", "|", DOCUMENTED[name], flags=re.MULTILINE))
    )
    options = [option for option in LEAVES[name].params if isinstance(option, click.Option)]
    assert stated - {"--help"} == {
        flag for option in options for flag in (*option.opts, *option.secondary_opts)
    }


@pytest.mark.parametrize("name", LEAVES)
def test_every_word_that_an_option_takes_is_in_the_reference(name: str) -> None:
    choices = [each.type.choices for each in LEAVES[name].params if isinstance(each.type, click.Choice)]
    words = {str(word) for each in choices for word in each}
    assert sorted(word for word in words if word not in re.findall(r"[\w-]+", DOCUMENTED[name])) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_that_a_page_shows_can_be_typed(page: Path) -> None:
    shown = re.findall(
        r"(?:^|`|    )(?:\./run )?gramledger( [^`|;>#\n]*)", page.read_text("utf-8"), re.MULTILINE
    )
    assert [line for line in shown if not can_be_typed(re.findall(r"[^\s\[\](),]+", line))] == []


def can_be_typed(words: list[str]) -> bool:
    """Whether there are such a command, up to its first argument, and such options."""
    command: click.Command = gramledger
    for word in words:
        if not isinstance(command, click.Group) or word.startswith("-") or not word.islower():
            break
        found = command.get_command(click.Context(command), word)
        if found is None:
            return False
        command = found
    params = [*command.params]
    if isinstance(command, click.Group):  # without a command it lists
        params += [
            each for name in LISTINGS if name in command.commands for each in command.commands[name].params
        ]
    known = {flag for each in params for flag in (*each.opts, *each.secondary_opts)}
    return {word for word in words if word.startswith("--")} <= {*known, "--help"}


def test_the_reference_names_no_command_that_does_not_exist() -> None:
    known = {"gramledger", *(name for name, _ in commands())}
    assert {name for name in DOCUMENTED if name.startswith("gramledger")} <= known


def test_every_exit_code_is_in_the_reference() -> None:
    assert set(re.findall(r"^\| (\d+) \|", DOCUMENTED["Exit codes"], re.MULTILINE)) == {
        str(int(e)) for e in Exit
    }


def test_every_route_is_in_the_reference_and_no_other() -> None:
    routes = set()
    for function in (ROOT / "functions").glob("*/app.py"):
        source = function.read_text("utf-8")
        for method, path in re.findall(r'@app\.(get|post|put|patch|delete)\("([^"]+)"\)', source):
            routes.add(f"{method.upper()} {path.replace('<', '{').replace('>', '}')}")
    assert set(re.findall(r"^\| `([A-Z]+ [^`]+)` \|", API, re.MULTILINE)) == routes


def test_where_things_are_is_true() -> None:
    (table,) = re.findall(r"## Where things are\n(.*?)\n\n", README, re.DOTALL)
    paths = re.findall(r"`([^`]+)`", table)
    assert len(paths) > 10
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    targets = [target for target in re.findall(r"\]\(([^)]+)\)", text) if "://" not in target]
    broken = []
    for target in targets:
        file, _, anchor = target.partition("#")
        goal = page.parent / file if file else page
        if not goal.exists() or (anchor and anchor not in anchors(goal)):
            broken.append(target)
    assert broken == []


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_guide_and_reference_is_linked_from_the_readme() -> None:
    pages = [page for page in PAGES if page.parent.name in ("docs", "how-to", "reference", "explanation")]
    assert len(pages) > 8
    assert [str(page) for page in pages if str(page.relative_to(ROOT)) not in README] == []


def test_every_warning_of_a_calculation_is_found_from_the_page_of_warnings() -> None:
    method = (ROOT / "docs/explanation/method.md").read_text("utf-8")
    (table,) = re.findall(r"`impact_warnings` says why:\n\n(.*?)\n\n", method, re.DOTALL)
    codes = re.findall(r"`([a-z-]+)`", "\n".join(re.findall(r"^\|([^|]+)\|", table, re.MULTILINE)))
    warnings = (ROOT / "docs/reference/rejects.md").read_text("utf-8").partition("## Warnings")[2]
    named = re.findall(r"`([a-z-]+)`", warnings)
    prefixes = tuple(name for name in named if name.endswith("-"))
    assert len(codes) > 15
    assert [code for code in codes if code not in named and not code.startswith(prefixes)] == []


def test_every_launcher_command_is_in_the_readme() -> None:
    launcher = (ROOT / "run.py").read_text("utf-8")
    (help_text,) = re.findall(r'HELP = """(.*?)"""', launcher, re.DOTALL)
    for name in set(re.findall(r"^  ([a-z]+) ", help_text, re.MULTILINE)) - {"lock"}:
        assert f"./run {name}" in README


def test_every_problem_has_a_page_and_every_page_a_problem() -> None:
    stated = {kind.code: kind for kind in kinds_of(problems.Problem)}
    pages = {page.stem: page.read_text("utf-8") for page in (ROOT / "docs/problems").glob("*.md")}
    assert set(pages) == set(stated)
    assert [
        code
        for code, text in pages.items()
        if f"Code `{code}`, HTTP status {stated[code].status}." not in text
    ] == []


def kinds_of(kind: type[problems.Problem]) -> Iterator[type[problems.Problem]]:
    for narrower in kind.__subclasses__():
        yield narrower
        yield from kinds_of(narrower)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_page_names_files_and_tests_that_exist(page: Path) -> None:
    missing = [
        f"{path}::{test}"
        for path, test in files_named_in(page)
        if not (ROOT / path).exists() or (test and f"def {test}(" not in (ROOT / path).read_text("utf-8"))
    ]
    assert missing == []


def test_every_page_that_the_code_names_exists() -> None:
    known = {page.relative_to(ROOT).with_suffix("") for page in PAGES}
    known |= {page.parent for page in known}
    known |= {page.with_name(page.name[:4]) for page in known if page.parent.name == "decisions"}
    named = {
        (str(source.relative_to(ROOT)), name)
        for folder in FOLDERS.split("|")
        for source in (ROOT / folder).rglob("*.*")
        if source.suffix in (".js", ".py", ".toml", ".yaml")
        for name in re.findall(rf"(?<![\w/])docs/(?:{KINDS})/[\w-]+", source.read_text("utf-8"))
    }
    assert len(named) > 10
    assert [(source, name) for source, name in sorted(named) if Path(name) not in known] == []


def test_requirements_name_what_shows_them() -> None:
    assert len(files_named_in(ROOT / "docs/requirements.md")) > 300


def files_named_in(page: Path) -> list[tuple[str, str]]:
    """The paths from the root of the repository, each with the test that is named with it, or ""."""
    named: list[tuple[str, str]] = re.findall(
        rf"`((?:{FOLDERS})/[\w./-]+)(?:::([a-z0-9_]+))?`", page.read_text("utf-8")
    )
    return named
