"""A world of fakes."""

from __future__ import annotations

from dataclasses import dataclass

from gramledger.adapters.memory.fetching import MemoryFetching
from gramledger.adapters.memory.intensities import MemoryIntensities
from gramledger.adapters.memory.jobs import MemoryJobs
from gramledger.adapters.memory.ledger import MemoryLedger
from gramledger.adapters.memory.mappings import MemoryMappings
from gramledger.adapters.memory.notifying import (
    MemoryCourier,
    MemoryEvents,
    MemoryReceivers,
    MemorySecrets,
    MemoryWebhooks,
)
from gramledger.adapters.memory.objects import MemoryObjects
from gramledger.adapters.memory.presets import MemoryPresets
from gramledger.adapters.memory.projects import MemoryProjects
from gramledger.adapters.memory.providers import MemoryProviderKeys, MemoryProviders
from gramledger.adapters.memory.recalculations import MemoryRecalculations
from gramledger.adapters.memory.requests import MemoryRequests
from gramledger.adapters.memory.shapes import MemoryShapes
from gramledger.adapters.memory.system import MemoryChance, MemoryClock
from gramledger.adapters.memory.workflows import MemoryWorkflows


@dataclass(frozen=True, slots=True)
class MemoryWorld:
    """A world of fakes (ports.World)."""

    uploads: MemoryObjects
    store: MemoryObjects
    ledger: MemoryLedger
    jobs: MemoryJobs
    projects: MemoryProjects
    presets: MemoryPresets
    intensities: MemoryIntensities
    mappings: MemoryMappings
    shapes: MemoryShapes
    requests: MemoryRequests
    recalculations: MemoryRecalculations
    events: MemoryEvents
    webhooks: MemoryWebhooks
    secrets: MemorySecrets
    receivers: MemoryReceivers
    courier: MemoryCourier
    provider_keys: MemoryProviderKeys
    providers: MemoryProviders
    fetching: MemoryFetching
    workflows: MemoryWorkflows
    clock: MemoryClock
    chance: MemoryChance


def memory_world(*, now_ms: int = 1_763_000_000_000, seed: int = 0) -> MemoryWorld:
    """A world of fakes with a clock at `now_ms`."""
    clock = MemoryClock(now_ms)
    return MemoryWorld(
        uploads=MemoryObjects(clock),
        store=MemoryObjects(clock),
        ledger=MemoryLedger(),
        jobs=MemoryJobs(),
        projects=MemoryProjects(),
        presets=MemoryPresets(),
        intensities=MemoryIntensities(),
        mappings=MemoryMappings(),
        shapes=MemoryShapes(),
        requests=MemoryRequests(),
        recalculations=MemoryRecalculations(),
        events=MemoryEvents(),
        webhooks=MemoryWebhooks(),
        secrets=MemorySecrets(seed),
        receivers=MemoryReceivers(),
        courier=MemoryCourier(),
        provider_keys=MemoryProviderKeys(),
        providers=MemoryProviders(),
        fetching=MemoryFetching(),
        workflows=MemoryWorkflows(),
        clock=clock,
        chance=MemoryChance(seed),
    )
