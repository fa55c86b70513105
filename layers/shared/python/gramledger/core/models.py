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
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gramledger.core.factors import Factors, Model
from gramledger.core.names import DATE, normal_forms, plain, rewritten, rules
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


_WORD = re.compile(r"[a-z]+")
_DATED = re.compile(rf"(.+?)-(?:{DATE})")

_UNKNOWN = Resolution(None, "unknown", UNKNOWN)


class Resolver:
    """Resolves names against one factors file and the aliases of one preset.

    Raises InvalidRequest when an alias names a model that the factors do not list.
    """

    def __init__(self, factors: Factors, aliases: Mapping[str, str]) -> None:
        self._factors = factors
        self._rules = rules()
        self._aliases = {plain(name): self._listed(name, model) for name, model in aliases.items()}
        self._shipped = {
            name: factors.models[factors.position[model]]
            for name, model in self._rules.aliases.items()
            if model in factors.position  # the rules serve older factors too
        }
        self._written: dict[str, Model] = {}
        self._plain: dict[str, Model] = {}
        self._newest_dated: dict[str, Model] = {}
        rank = {provider: place for place, provider in enumerate(self._rules.providers)}
        for model in sorted(factors.models, key=lambda model: rank.get(model.provider, len(rank))):
            self._index(model)

    def _listed(self, alias: str, model: str) -> Model:
        index = self._factors.position.get(model)
        if index is None:
            raise InvalidRequest(
                f"The alias '{alias}' means '{model}', which factors {self._factors.id} do not list; "
                "use 'provider/name' of a listed model."
            )
        return self._factors.models[index]

    def _index(self, model: Model) -> None:
        self._written.setdefault(model.name, model)
        name = plain(model.name)
        self._plain.setdefault(name, model)
        # models of the hub are named "organisation/model"; most tools leave the organisation out
        self._plain.setdefault(name.rpartition("/")[2], model)
        if dated := _DATED.fullmatch(name):
            known = self._newest_dated.get(dated[1])
            if known is None or self._age(known) <= self._age(model):
                self._newest_dated[dated[1]] = model

    def _age(self, model: Model) -> tuple[tuple[int, ...], str]:
        return tuple(int(part) for part in model.last_seen.split(".")), model.name

    def resolve(self, name: str | None) -> Resolution:
        """The model that a name means. A null, blank or very long name is unknown."""
        written = (name or "").strip()
        if not written or len(written) > NAME_LENGTH:
            return _UNKNOWN
        normal = dict.fromkeys(normal_forms(plain(written), self._rules.prefixes), "normalised")
        forms = normal | rewritten(list(normal)[-1], self._rules)
        return (
            self._as_written(written)
            # what the project says goes before every rule, also for a name with an effort word or a date more
            or self._by_form(self._aliases, forms)
            or self._by_form(self._shipped, dict.fromkeys(normal, "shipped-alias"))
            or self._by_form(self._plain, normal)
            or self._without_model(list(forms), list(normal)[-1])
            or self._by_form(self._plain, forms)
            or self._by_addition(forms)
            or self._by_family(forms)
            or _UNKNOWN
        )

    def _as_written(self, name: str) -> Resolution | None:
        if model := self._aliases.get(plain(name)):
            return self._found(model, "alias", EXACT)
        if model := self._written.get(name):
            return self._found(model, "exact", EXACT)
        return None

    def _by_form(self, listed: Mapping[str, Model], forms: Mapping[str, str]) -> Resolution | None:
        """The first form that is listed; `forms` are in the order in which they are tried, with their steps."""
        for form, step in forms.items():
            if model := listed.get(form):
                return self._found(model, step, DERIVED)
        return None

    def _without_model(self, forms: list[str], normal: str) -> Resolution | None:
        """What is known to be no model of the factors, so that no later rule may guess."""
        words = self._rules
        if normal in words.router_names or normal.startswith(words.router_prefixes):
            return Resolution(None, ROUTER, UNKNOWN)
        if normal in words.not_applicable_names or any(
            part in normal for part in words.not_applicable_contains
        ):
            return Resolution(None, NOT_APPLICABLE, UNKNOWN)
        if any(form in words.unknown_names or form.startswith(words.unknown_prefixes) for form in forms):
            return _UNKNOWN
        return None

    def _by_addition(self, forms: Iterable[str]) -> Resolution | None:
        for form in forms:
            for word in self._rules.additions:
                if model := self._plain.get(f"{form}-{word}"):
                    return self._found(model, "word-added", DERIVED)
            if model := self._newest_dated.get(form):
                return self._found(model, "date-added", DERIVED)
        return None

    def _by_family(self, forms: Iterable[str]) -> Resolution | None:
        """The longest listed name that begins a form at a dash, unless the rest names another model."""
        for form in forms:
            end = len(form)
            while (end := form.rfind("-", 0, end)) > 0 and not self._names_another(form[end + 1 :]):
                if model := self._plain.get(form[:end]):
                    return self._found(model, "family", FAMILY)
        return None

    def _names_another(self, rest: str) -> bool:
        """Whether what follows a family's name holds a number, or a word of another size, tier or modality."""
        numbered = any(character.isdigit() for character in rest)
        return numbered or not self._rules.other_model.isdisjoint(_WORD.findall(rest))

    def _found(self, model: Model, step: str, quality: str) -> Resolution:
        return Resolution(model.id, step, quality, model.last_seen, self._factors.retired(model))


def resolve(name: str | None, factors: Factors, aliases: Mapping[str, str] | None = None) -> Resolution:
    """Resolve one name; for many, keep a Resolver."""
    return Resolver(factors, aliases or {}).resolve(name)
