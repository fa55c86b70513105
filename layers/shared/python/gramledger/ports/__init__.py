"""What the use cases need of the outside, a module for each subject; `World` is all of it, and the only seam for tests.

Each protocol has a fake (adapters.memory) and a real implementation (adapters.aws); one contract suite holds both.
Every method may raise Unavailable when the other side does not answer or asks to slow down: the task is then
tried again. Object keys and tenants are plain text; a method never looks outside the tenant it is given.
"""

from __future__ import annotations

from typing import Protocol

from gramledger.ports.fetching import Fetching
from gramledger.ports.ledger import Ledger
from gramledger.ports.notifying import Courier, Events, Receivers, Secrets, Webhooks
from gramledger.ports.objects import ObjectStore
from gramledger.ports.providers import ProviderKeys, UsageProviders
from gramledger.ports.recalculations import Recalculations
from gramledger.ports.records import Intensities, Jobs, Mappings, Presets, Projects, Requests, Shapes
from gramledger.ports.surroundings import Chance, Clock
from gramledger.ports.workflows import Workflows


class Unavailable(Exception):  # noqa: N818 -- it names a state of the other side, as HTTP 503 does
    """A service did not answer, or asked to slow down; the same call may succeed later."""


class World(Protocol):
    """Everything outside, as the use cases see it."""

    @property
    def uploads(self) -> ObjectStore:
        """Where files arrive."""

    @property
    def store(self) -> ObjectStore:
        """Where the log and large bodies are kept."""

    @property
    def ledger(self) -> Ledger:
        """The day pages."""

    @property
    def jobs(self) -> Jobs:
        """Imports and their progress."""

    @property
    def projects(self) -> Projects:
        """The projects of all tenants."""

    @property
    def presets(self) -> Presets:
        """The presets of all tenants."""

    @property
    def intensities(self) -> Intensities:
        """The half-hourly intensities of all tenants."""

    @property
    def mappings(self) -> Mappings:
        """The saved mappings of all tenants."""

    @property
    def shapes(self) -> Shapes:
        """What the files of all projects looked like."""

    @property
    def requests(self) -> Requests:
        """Requests that bear a key."""

    @property
    def recalculations(self) -> Recalculations:
        """The recalculations of all projects."""

    @property
    def events(self) -> Events:
        """The event bus."""

    @property
    def webhooks(self) -> Webhooks:
        """The webhooks of all tenants."""

    @property
    def secrets(self) -> Secrets:
        """The secrets of webhooks, or of provider keys: a function has just one of the two."""

    @property
    def receivers(self) -> Receivers:
        """Whoever listens to webhooks."""

    @property
    def courier(self) -> Courier:
        """What carries deliveries."""

    @property
    def provider_keys(self) -> ProviderKeys:
        """The keys of all tenants."""

    @property
    def providers(self) -> UsageProviders:
        """What tells of usage."""

    @property
    def fetching(self) -> Fetching:
        """What is remembered of fetching from providers."""

    @property
    def workflows(self) -> Workflows:
        """What starts long work."""

    @property
    def clock(self) -> Clock:
        """The time."""

    @property
    def chance(self) -> Chance:
        """Randomness."""
