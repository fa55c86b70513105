"""Names to models: what a tool wrote becomes a model of the factors, or is honestly unknown.

The order of the steps and their quality (docs/explanation/method.md):

==================  =======  ======================================================================
step                quality  what happened
==================  =======  ======================================================================
alias               exact    the preset says which model is meant
exact               exact    the factors list the name as it was written
shipped-alias       derived  core/data/model_aliases.toml says which model is meant
normalised          derived  case, blanks, provider and region prefixes, fine-tune and version marks
router              unknown  a choice the tool made at run time
not-applicable      unknown  a model that generates no text tokens
suffix-stripped     derived  effort and speed words taken off, right to left
claude-reordered    derived  claude-4.5-sonnet read as claude-sonnet-4-5
date-stripped       derived  a date (or -latest) taken off
word-added          derived  -latest, -0 or -preview added
date-added          derived  the newest dated version of the name
family              family   the longest listed name that begins it; the rest names no other model
unknown             unknown  nothing fits
==================  =======  ======================================================================
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from gramledger.core.factors import Factors, Model
from gramledger.core.problems import InvalidRequest

NAME_LENGTH = 200
"""Longer names are unknown without a look; the longest real one has 60 characters."""

EXACT, DERIVED, FAMILY, UNKNOWN = "exact", "derived", "family", "unknown"
ROUTER, NOT_APPLICABLE = "router", "not-applicable"


@dataclass(frozen=True, slots=True)
class Resolution:
    """Which model a name means ("provider/name" or null), how that was found, and how sure it is.

    `last_seen` is the newest release of the source that lists the model; `retired` when that is not the newest.
    """

    model: str | None
    step: str
    quality: str
    last_seen: str | None = None
    retired: bool = False

    @property
    def applicable(self) -> bool:
        """Whether the method applies at all; false for embeddings, moderation, speech and pictures."""
        return self.step != NOT_APPLICABLE


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
_DATE = re.compile(r"-(?:20\d{2}-\d{2}-\d{2}|20\d{6}|[01]\d-20\d{2}|[01]\d-[0-3]\d|\d{4}|latest)$")
_DATED = re.compile(r"^(.+?)-(20\d{2}-\d{2}-\d{2}|20\d{6}|[01]\d-20\d{2}|[01]\d-[0-3]\d|\d{4})$")
_WORD = re.compile(r"[a-z]+")


def plain(name: str) -> str:
    """The name in lower case, with "-" for "_", "@" and blanks."""
    return re.sub(r"[\s_@]+", "-", name.strip().lower())


class Resolver:
    """Resolves names against one factors file and the aliases of one preset.

    Raises InvalidRequest when an alias names a model that the factors do not list.
    """

    def __init__(self, factors: Factors, aliases: Mapping[str, str], words: Rules | None = None) -> None:
        self._factors = factors
        self._rules = words or rules()
        self._aliases = {
            plain(name): self._listed(model, f"alias '{name}'") for name, model in aliases.items()
        }
        self._shipped = {
            name: self._listed(model, f"alias '{name}'") for name, model in self._rules.aliases.items()
        }
        self._written: dict[str, Model] = {}
        self._plain: dict[str, Model] = {}
        self._newest_dated: dict[str, Model] = {}
        rank = {provider: place for place, provider in enumerate(self._rules.providers)}
        for model in sorted(factors.models, key=lambda model: rank.get(model.provider, len(rank))):
            self._index(model)

    def _listed(self, model_id: str, named_by: str) -> Model:
        index = self._factors.position.get(model_id)
        if index is None:
            raise InvalidRequest(
                f"The {named_by} means '{model_id}', which factors {self._factors.id} do not list; "
                "use 'provider/name' of a listed model."
            )
        return self._factors.models[index]

    def _index(self, model: Model) -> None:
        self._written.setdefault(model.name, model)
        name = plain(model.name)
        self._plain.setdefault(name, model)
        # models of the hub are named "organisation/model"; most tools leave the organisation out
        self._plain.setdefault(name.rpartition("/")[2], model)
        if dated := _DATED.match(name):
            known = self._newest_dated.get(dated[1])
            if known is None or self._age(known) <= self._age(model):
                self._newest_dated[dated[1]] = model

    def _age(self, model: Model) -> tuple[tuple[int, ...], str]:
        return tuple(int(part) for part in model.last_seen.split(".")), model.name

    def resolve(self, name: str | None) -> Resolution:
        """The model that a name means. A null, blank or very long name is unknown."""
        if name is None or not name.strip() or len(name) > NAME_LENGTH:
            return Resolution(None, UNKNOWN, UNKNOWN)
        whole = plain(name)
        if model := self._aliases.get(whole):
            return self._found(model, "alias", EXACT)
        if model := self._written.get(name.strip()):
            return self._found(model, EXACT, EXACT)
        normal = _normal_forms(whole, self._rules.prefixes)
        forms = {form: "normalised" for form in normal} | _rewritten(normal[-1], self._rules)
        # what the project says goes before every rule, also for a name with an effort word or a date more
        for form, step in forms.items():
            if model := self._aliases.get(form):
                return self._found(model, step, DERIVED)
        for form in normal:
            if model := self._shipped.get(form):
                return self._found(model, "shipped-alias", DERIVED)
            if model := self._plain.get(form):
                return self._found(model, "normalised", DERIVED)
        return self._resolve_normal(normal[-1], forms)

    def _resolve_normal(self, name: str, forms: Mapping[str, str]) -> Resolution:
        """Resolve a name in its normal form that no model has as it stands; `forms` are tried in their order."""
        words = self._rules
        if name in words.router_names or name.startswith(words.router_prefixes):
            return Resolution(None, ROUTER, UNKNOWN)
        if name in words.not_applicable_names or any(part in name for part in words.not_applicable_contains):
            return Resolution(None, NOT_APPLICABLE, UNKNOWN)
        if any(form in words.unknown_names or form.startswith(words.unknown_prefixes) for form in forms):
            return Resolution(None, UNKNOWN, UNKNOWN)
        for form, step in forms.items():
            if model := self._shipped.get(form) or self._plain.get(form):
                return self._found(model, step, DERIVED)
        for form in forms:
            for word in words.additions:
                if model := self._plain.get(f"{form}-{word}"):
                    return self._found(model, "word-added", DERIVED)
            if model := self._newest_dated.get(form):
                return self._found(model, "date-added", DERIVED)
        for form in forms:
            if model := self._family(form):
                return self._found(model, FAMILY, FAMILY)
        return Resolution(None, UNKNOWN, UNKNOWN)

    def _family(self, name: str) -> Model | None:
        """The longest listed name that begins this one at a dash, unless the rest names another model."""
        end = len(name)
        while (end := name.rfind("-", 0, end)) > 0:
            rest = name[end + 1 :]
            if any(character.isdigit() for character in rest):
                return None
            if not self._rules.other_model.isdisjoint(_WORD.findall(rest)):
                return None
            if model := self._plain.get(name[:end]):
                return model
        return None

    def _found(self, model: Model, step: str, quality: str) -> Resolution:
        return Resolution(model.id, step, quality, model.last_seen, self._factors.retired(model))


def resolve(name: str | None, factors: Factors, aliases: Mapping[str, str] | None = None) -> Resolution:
    """Resolve one name; for many, keep a Resolver."""
    return Resolver(factors, aliases or {}).resolve(name)


def _normal_forms(name: str, prefixes: tuple[str, ...]) -> list[str]:
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


def _rewritten(name: str, words: Rules) -> dict[str, str]:
    """The forms of a normal name in the order in which they are tried, each with the step that made it."""
    forms = {form: "suffix-stripped" for form in _without_suffixes(name, words)}
    for form in [name, *forms]:
        for reordered in _claude(form, words.claude_tiers):
            forms.setdefault(reordered, "claude-reordered")
    for form in [name, *forms]:
        dateless = _DATE.sub("", form)
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
