"""Names become models by rules that never take one model for another."""

from pathlib import Path

import pytest
from support.carbon import FACTORS

from gramledger.core import models
from gramledger.core.models import Resolver
from gramledger.core.names import plain, rules
from gramledger.core.problems import InvalidRequest

RESOLVER = Resolver(FACTORS, {})

TABLE = """
gpt-5                                         exact              exact    openai/gpt-5
gpt-5-codex                                   exact              exact    openai/gpt-5-codex
gpt-5.1-codex                                 exact              exact    openai/gpt-5.1-codex
gpt-5.1-codex-max                             exact              exact    openai/gpt-5.1-codex-max
gpt-5-pro                                     exact              exact    openai/gpt-5-pro
gpt-5-nano                                    exact              exact    openai/gpt-5-nano
gpt-5.2                                       exact              exact    openai/gpt-5.2
gpt-4.1-mini                                  exact              exact    openai/gpt-4.1-mini
gpt-4o-2024-08-06                             exact              exact    openai/gpt-4o-2024-08-06
gpt-35-turbo                                  exact              exact    openai/gpt-35-turbo
chatgpt-4o-latest                             exact              exact    openai/chatgpt-4o-latest
o1                                            exact              exact    openai/o1
o1-mini                                       exact              exact    openai/o1-mini
o4-mini                                       exact              exact    openai/o4-mini
claude-sonnet-4-5                             exact              exact    anthropic/claude-sonnet-4-5
claude-haiku-4-5-20251001                     exact              exact    anthropic/claude-haiku-4-5-20251001
claude-3-5-sonnet-20241022                    exact              exact    anthropic/claude-3-5-sonnet-20241022
claude-3-7-sonnet-20250219                    exact              exact    anthropic/claude-3-7-sonnet-20250219
gemini-2.5-pro                                exact              exact    google_genai/gemini-2.5-pro
gemini-2.5-flash-lite                         exact              exact    google_genai/gemini-2.5-flash-lite
gemini-2.5-pro-preview-05-06                  exact              exact    google_genai/gemini-2.5-pro-preview-05-06
gemini-3.1-pro-preview                        exact              exact    google_genai/gemini-3.1-pro-preview
mistral-medium                                exact              exact    mistralai/mistral-medium
devstral-2512                                 exact              exact    mistralai/devstral-2512
openai/gpt-oss-20b                            exact              exact    huggingface_hub/openai/gpt-oss-20b
gpt-4o-mini-tts                               exact              exact    openai/gpt-4o-mini-tts
GPT-5                                         normalised         derived  openai/gpt-5
openai/gpt-4o                                 normalised         derived  openai/gpt-4o
azure/gpt-4.1                                 normalised         derived  openai/gpt-4.1
google/gemini-2.5-flash                       normalised         derived  google_genai/gemini-2.5-flash
google_genai/gemini-2.5-flash                 normalised         derived  google_genai/gemini-2.5-flash
openrouter/google/gemini-2.5-pro:free         normalised         derived  google_genai/gemini-2.5-pro
openrouter/openai/gpt-oss-120b                normalised         derived  huggingface_hub/openai/gpt-oss-120b
gpt-oss-120b                                  normalised         derived  huggingface_hub/openai/gpt-oss-120b
ft:gpt-4o-mini-2024-07-18:acme::abc123        normalised         derived  openai/gpt-4o-mini-2024-07-18
us.anthropic.claude-sonnet-4-5-20250929-v1:0  normalised         derived  anthropic/claude-sonnet-4-5-20250929
eu.anthropic.claude-haiku-4-5-20251001-v1:0   normalised         derived  anthropic/claude-haiku-4-5-20251001
anthropic.claude-3-5-sonnet-20241022-v2:0     normalised         derived  anthropic/claude-3-5-sonnet-20241022
claude-3-5-sonnet-v2@20241022                 normalised         derived  anthropic/claude-3-5-sonnet-20241022
vertex_ai/claude-sonnet-4-5@20250929          normalised         derived  anthropic/claude-sonnet-4-5-20250929
claude-sonnet-4-5[1m]                         normalised         derived  anthropic/claude-sonnet-4-5
gpt-5-high                                    suffix-stripped    derived  openai/gpt-5
gpt-5-high-fast                               suffix-stripped    derived  openai/gpt-5
gpt-5-low-fast                                suffix-stripped    derived  openai/gpt-5
gpt-5-medium                                  suffix-stripped    derived  openai/gpt-5
gpt-5-minimal                                 suffix-stripped    derived  openai/gpt-5
gpt-5-fast                                    suffix-stripped    derived  openai/gpt-5
gpt-5-codex-high                              suffix-stripped    derived  openai/gpt-5-codex
gpt-5.1-codex-high                            suffix-stripped    derived  openai/gpt-5.1-codex
gpt-5.1-codex-max-high                        suffix-stripped    derived  openai/gpt-5.1-codex-max
gpt-5.1-codex-mini-high                       suffix-stripped    derived  openai/gpt-5.1-codex-mini
gpt-5.2-xhigh                                 suffix-stripped    derived  openai/gpt-5.2
gpt-5.2-extra-high                            suffix-stripped    derived  openai/gpt-5.2
gpt-5.4-mini-high                             suffix-stripped    derived  openai/gpt-5.4-mini
o4-mini-high                                  suffix-stripped    derived  openai/o4-mini
claude-opus-4-6-thinking                      suffix-stripped    derived  anthropic/claude-opus-4-6
claude-opus-4-6-fast                          suffix-stripped    derived  anthropic/claude-opus-4-6
gemini-2.5-flash-thinking                     suffix-stripped    derived  google_genai/gemini-2.5-flash
claude-4.5-sonnet                             claude-reordered   derived  anthropic/claude-sonnet-4-5
claude-4.5-sonnet-thinking                    claude-reordered   derived  anthropic/claude-sonnet-4-5
claude-4.5-haiku                              claude-reordered   derived  anthropic/claude-haiku-4-5
claude-4.5-opus-high-thinking                 claude-reordered   derived  anthropic/claude-opus-4-5
claude-4.6-opus-max-thinking-fast             claude-reordered   derived  anthropic/claude-opus-4-6
claude-4.1-opus-thinking                      claude-reordered   derived  anthropic/claude-opus-4-1
claude-3.5-sonnet-20241022                    claude-reordered   derived  anthropic/claude-3-5-sonnet-20241022
anthropic/claude-sonnet-4.5                   claude-reordered   derived  anthropic/claude-sonnet-4-5
sonnet-4.5-thinking                           claude-reordered   derived  anthropic/claude-sonnet-4-5
opus-4.5                                      claude-reordered   derived  anthropic/claude-opus-4-5
Claude_Sonnet_4.5                             claude-reordered   derived  anthropic/claude-sonnet-4-5
gpt-4.1-2099-01-01                            date-stripped      derived  openai/gpt-4.1
gpt-4o-2024-12-25                             date-stripped      derived  openai/gpt-4o
gpt-4-0314                                    date-stripped      derived  openai/gpt-4
gpt-3.5-turbo-0301                            date-stripped      derived  openai/gpt-3.5-turbo
gpt-5-latest                                  date-stripped      derived  openai/gpt-5
gemini-2.5-pro-latest                         date-stripped      derived  google_genai/gemini-2.5-pro
claude-4-sonnet                               word-added         derived  anthropic/claude-sonnet-4-0
claude-4-sonnet-1m                            word-added         derived  anthropic/claude-sonnet-4-0
claude-4-opus                                 word-added         derived  anthropic/claude-opus-4-0
claude-3.5-sonnet                             word-added         derived  anthropic/claude-3-5-sonnet-latest
claude-3.5-haiku                              word-added         derived  anthropic/claude-3-5-haiku-latest
claude-3.7-sonnet-thinking                    word-added         derived  anthropic/claude-3-7-sonnet-latest
anthropic/claude-3.7-sonnet:thinking          word-added         derived  anthropic/claude-3-7-sonnet-latest
claude-3-opus                                 word-added         derived  anthropic/claude-3-opus-latest
gemini-3-pro                                  word-added         derived  google_genai/gemini-3-pro-preview
gemini-3-flash                                word-added         derived  google_genai/gemini-3-flash-preview
gpt-5-chat                                    word-added         derived  openai/gpt-5-chat-latest
codestral                                     word-added         derived  mistralai/codestral-latest
magistral-medium                              word-added         derived  mistralai/magistral-medium-latest
claude-3-haiku                                date-added         derived  anthropic/claude-3-haiku-20240307
gemini-2.5-pro-preview                        date-added         derived  google_genai/gemini-2.5-pro-preview-06-05
command-a                                     date-added         derived  cohere/command-a-03-2025
nano-banana                                   shipped-alias      derived  google_genai/gemini-2.5-flash-image
gemini-2.5-pro-exp-03-25                      family             family   google_genai/gemini-2.5-pro
gpt-5-experimental                            family             family   openai/gpt-5
auto                                          router             unknown  -
default                                       router             unknown  -
premium                                       router             unknown  -
composer-1                                    router             unknown  -
composer-1.5                                  router             unknown  -
composer-2-fast                               router             unknown  -
cheetah                                       router             unknown  -
cursor-small                                  router             unknown  -
tab                                           router             unknown  -
agent_review                                  router             unknown  -
openrouter/auto                               router             unknown  -
grok-4                                        unknown            unknown  -
grok-code-fast-1                              unknown            unknown  -
x-ai/grok-4                                   unknown            unknown  -
deepseek-v3.1                                 unknown            unknown  -
kimi-k2-instruct                              unknown            unknown  -
code-supernova-1-million                      unknown            unknown  -
claude-2.1                                    unknown            unknown  -
gemini-1.5-pro                                unknown            unknown  -
gemini-exp-1206                               unknown            unknown  -
text-embedding-3-small                        not-applicable     unknown  -
voyage-embed                                  not-applicable     unknown  -
omni-moderation-latest                        not-applicable     unknown  -
text-moderation-stable                        not-applicable     unknown  -
rerank-v3.5                                   not-applicable     unknown  -
whisper-1                                     not-applicable     unknown  -
dall-e-3                                      not-applicable     unknown  -
"""
CASES = [line.split() for line in TABLE.strip().splitlines()]

# each begins like a listed model, or is one word away from one, and is another
OTHER_MODELS = (
    "gpt-4.5-preview",
    "gpt-4.5-preview-2025-02-27",
    "gpt-5.5-mini",
    "gpt-5.6",
    "gpt-5-codex-mini",
    "gpt-5.3-codex-spark",
    "gpt-4-32k",
    "gpt-4-32k-0613",
    "gpt-4-vision-preview",
    "claude-opus-4-9",
    "claude-4.9-opus-thinking",
    "claude-opus-5-6",
    "claude-sonnet-4-5-mini",
    "o1-pro",
    "o1-preview",
    "o3",
    "o3-pro",
    "o3-2025-04-16",
    "o3-deep-research",
    "gemini-2.5-pro-2",
    "gemini-2.5",
    "gemini-pro",
    "mistral-medium-3.1",
    "codestral-medium",
    "gpt",
    "gpt-",
    "claude",
)


def test_the_table_has_at_least_eighty_different_names() -> None:
    assert len({name for name, *_ in CASES}) == len(CASES) >= 80


@pytest.mark.parametrize(("name", "step", "quality", "model"), CASES, ids=[case[0] for case in CASES])
def test_a_real_name_resolves_by_the_expected_step(name: str, step: str, quality: str, model: str) -> None:
    found = RESOLVER.resolve(name)
    assert (found.step, found.quality, found.model or "-") == (step, quality, model)


@pytest.mark.parametrize("name", OTHER_MODELS)
def test_a_name_of_another_model_is_unknown(name: str) -> None:
    assert RESOLVER.resolve(name) == models.Resolution(None, "unknown", "unknown")


@pytest.mark.parametrize(
    "name", [None, "", "  ", "x" * 10_000, "gpt-5" + "-high" * 1000, "-", "ft:", ":", "é✓"]
)
def test_no_name_and_nonsense_are_unknown(name: str | None) -> None:
    assert RESOLVER.resolve(name) == models.Resolution(None, "unknown", "unknown")


def test_every_listed_model_resolves_to_itself_or_to_its_namesake_of_a_preferred_provider() -> None:
    for model in FACTORS.models:
        found = RESOLVER.resolve(model.name)
        assert found.step == "exact"
        assert found.model is not None
        assert found.model.partition("/")[2] == model.name


def test_a_retired_model_is_found_and_says_when_it_was_last_seen() -> None:
    found = RESOLVER.resolve("claude-3-opus-20240229")
    assert (found.retired, found.last_seen) == (True, "0.9.1")
    current = RESOLVER.resolve("gpt-5")
    assert (current.retired, current.last_seen) == (False, FACTORS.release)


def test_an_alias_of_the_preset_goes_before_every_rule() -> None:
    resolver = Resolver(
        FACTORS, {"Auto": "anthropic/claude-sonnet-4-5", "o3": "openai/o1", "gpt-5": "openai/gpt-5.1"}
    )
    assert resolver.resolve("auto") == models.Resolution(
        "anthropic/claude-sonnet-4-5", "alias", "exact", FACTORS.release
    )
    assert resolver.resolve("gpt-5").model == "openai/gpt-5.1"
    assert resolver.resolve("o3-high") == models.Resolution(
        "openai/o1", "suffix-stripped", "derived", FACTORS.release
    )
    assert resolver.resolve("openrouter/o3").step == "normalised"
    assert resolver.resolve("o3-pro").model is None


def test_an_alias_of_a_model_that_is_not_listed_is_refused_by_name() -> None:
    with pytest.raises(
        InvalidRequest, match=r"alias 'mine' means 'openai/gpt-99', .*ecologits-0.11.3 do not list"
    ):
        models.resolve("mine", FACTORS, {"mine": "openai/gpt-99"})


def test_one_name_can_be_resolved_without_keeping_a_resolver() -> None:
    assert models.resolve("gpt-5-high", FACTORS).model == "openai/gpt-5"


def test_only_models_that_generate_no_text_are_not_applicable() -> None:
    assert not RESOLVER.resolve("text-embedding-3-small").applicable
    assert RESOLVER.resolve("o3").applicable
    assert RESOLVER.resolve("auto").applicable


def test_the_shipped_names_are_plain_and_their_models_are_listed() -> None:
    words = rules()
    assert all(model in FACTORS.position for model in words.aliases.values())
    assert set(words.providers) == set(FACTORS.providers)
    names = (*words.aliases, *words.router_names, *words.unknown_names, *words.not_applicable_names)
    parts = (*words.prefixes, *words.router_prefixes, *words.unknown_prefixes, *words.not_applicable_contains)
    assert [name for name in (*names, *parts, *words.suffixes) if plain(name) != name] == []


def test_every_step_is_in_the_table_of_the_method_page() -> None:
    page = (Path(__file__).parents[2] / "docs/explanation/method.md").read_text()
    for step, quality in {(step, quality) for _, step, quality, _ in CASES} | {("alias", "exact")}:
        assert f"| `{step}` | {quality} |" in page
