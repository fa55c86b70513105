"""The forms of a model's name: how one name is rewritten until some model has it.

What a non-programmer may change (words, prefixes, families) is in core/data/model_aliases.toml; the patterns here
are those of dates, versions and marks.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Rules:
    """core/data/model_aliases.toml, which explains each member."""

    aliases: Mapping[str, str]
    providers: tuple[str, ...]
    prefixes: tuple[str, ...]
    suffixes: tuple[str, ...]
    suffixes_not_for: tuple[str, ...]
    additions: tuple[str, ...]
    claude_tiers: tuple[str, ...]
    other_model: frozenset[str]
    router_names: frozenset[str]
    router_prefixes: tuple[str, ...]
    unknown_names: frozenset[str]
    unknown_prefixes: tuple[str, ...]
    not_applicable_names: frozenset[str]
    not_applicable_contains: tuple[str, ...]


@cache
def rules() -> Rules:
    """The shipped rules."""
    file = resources.files("gramledger.core") / "data" / "model_aliases.toml"
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    return Rules(
        aliases=table["aliases"],
        providers=tuple(table["names"]["providers"]),
        prefixes=tuple(table["names"]["prefixes"]),
        # the longest first, so that "non-reasoning" is not read as "reasoning"
        suffixes=tuple(sorted(table["suffixes"]["words"], key=len, reverse=True)),
        suffixes_not_for=tuple(table["suffixes"]["not_for"]),
        additions=tuple(table["additions"]["words"]),
        claude_tiers=tuple(table["claude"]["tiers"]),
        other_model=frozenset(table["family"]["other_model"]),
        router_names=frozenset(table["routers"]["names"]),
        router_prefixes=tuple(table["routers"]["prefixes"]),
        unknown_names=frozenset(table["unknown"]["names"]),
        unknown_prefixes=tuple(table["unknown"]["prefixes"]),
        not_applicable_names=frozenset(table["not_applicable"]["names"]),
        not_applicable_contains=tuple(table["not_applicable"]["contains"]),
    )


_FINE_TUNE = re.compile(r"^ft:([^:]+)(?::.*)?$")
_MARKS = re.compile(
    r"-v\d+:\d+$"  # bedrock: -v1:0
    r"|-v\d+(?=-20\d{6}$)"  # vertex: -v2@20241022
    r"|:[a-z][a-z0-9-]*$"  # openrouter: :free
    r"|\[1m\]$"  # claude code
)
DATE = r"20\d{2}-\d{2}-\d{2}|20\d{6}|[01]\d-20\d{2}|[01]\d-[0-3]\d|\d{4}"
"""How names write dates: 2025-04-14, 20250929, 09-2025, 05-06, and 2508 or 0613."""
_DATED_END = re.compile(rf"-(?:{DATE}|latest)$")


def plain(name: str) -> str:
    """The name in lower case, with "-" for "_", "@" and blanks."""
    return re.sub(r"[\s_@]+", "-", name.strip().lower())


def normal_forms(name: str, prefixes: tuple[str, ...]) -> list[str]:
    """The plain name and what is left after each mark and prefix is taken off; the last is the normal form."""
    forms = [name]
    while True:
        form = forms[-1]
        if tuned := _FINE_TUNE.match(form):
            form = tuned[1]
        elif _MARKS.search(form):
            form = _MARKS.sub("", form)
        elif prefix := next((prefix for prefix in prefixes if form.startswith(prefix)), None):
            form = form[len(prefix) :]
        if form in ("", forms[-1]):
            return forms
        forms.append(form)


def rewritten(name: str, words: Rules) -> dict[str, str]:
    """The forms of a normal name in the order in which they are tried, each with the step that made it."""
    forms = dict.fromkeys(_without_suffixes(name, words), "suffix-stripped")
    for form in [name, *forms]:
        for reordered in _claude(form, words.claude_tiers):
            forms.setdefault(reordered, "claude-reordered")
    for form in [name, *forms]:
        dateless = _DATED_END.sub("", form)
        if dateless != form:
            for stripped in (dateless, *_without_suffixes(dateless, words)):
                forms.setdefault(stripped, "date-stripped")
    return forms


def _without_suffixes(name: str, words: Rules) -> Iterator[str]:
    """The name with one more effort or speed word taken off each time."""
    if name.startswith(words.suffixes_not_for):
        return
    while suffix := next((word for word in words.suffixes if name.endswith(f"-{word}")), None):
        name = name[: -len(suffix) - 1]
        yield name


def _claude(name: str, tiers: tuple[str, ...]) -> Iterator[str]:
    """The Claude names of either order, with the version written with dashes."""
    tier = "|".join(tiers)
    version = r"(\d+(?:[.-]\d{1,2})?)"
    if match := re.fullmatch(rf"(?:claude-)?{version}-({tier})(-\d{{8}})?", name):
        number, word, date = match[1].replace(".", "-"), match[2], match[3] or ""
    elif match := re.fullmatch(rf"(?:claude-)?({tier})-{version}(-\d{{8}})?", name):
        number, word, date = match[2].replace(".", "-"), match[1], match[3] or ""
    else:
        return
    yield f"claude-{word}-{number}{date}"
    yield f"claude-{number}-{word}{date}"
