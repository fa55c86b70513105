"""The world as a deployed function sees it."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING

from gramledger import settings
from gramledger.adapters.aws.courier import DeliveryMachine
from gramledger.adapters.aws.events import EventBridge
from gramledger.adapters.aws.fetching import DynamoFetching
from gramledger.adapters.aws.intensities import DynamoIntensities
from gramledger.adapters.aws.jobs import DynamoJobs, DynamoProjects
from gramledger.adapters.aws.mappings import DynamoMappings
from gramledger.adapters.aws.objects import S3Objects
from gramledger.adapters.aws.presets import DynamoPresets
from gramledger.adapters.aws.provider_keys import DynamoProviderKeys
from gramledger.adapters.aws.recalculations import DynamoRecalculations
from gramledger.adapters.aws.requests import DynamoRequests
from gramledger.adapters.aws.secrets import SecretsManager
from gramledger.adapters.aws.webhooks import DynamoWebhooks
from gramledger.adapters.aws.workflows import StepFunctions
from gramledger.adapters.providers import Providers
from gramledger.adapters.receivers import Receivers
from gramledger.adapters.system import SystemChance, SystemClock

if TYPE_CHECKING:
    from gramledger.adapters.aws.ledger import DynamoLedger
    from gramledger.adapters.aws.shapes import DynamoShapes


class AwsWorld:
    """The ports on AWS (ports.World); nothing is connected before it is used."""

    def __init__(self, known: settings.Settings) -> None:
        self._table = known.table
        self.uploads = S3Objects(known.uploads_bucket)
        self.store = S3Objects(known.ledger_bucket)
        self.jobs = DynamoJobs(known.table)
        self.projects = DynamoProjects(known.table)
        self.presets = DynamoPresets(known.table)
        self.intensities = DynamoIntensities(known.table)
        self.mappings = DynamoMappings(known.table)
        self.requests = DynamoRequests(known.table)
        self.recalculations = DynamoRecalculations(known.table)
        self.fetching = DynamoFetching(known.table)
        self.events = EventBridge(known.event_bus)
        self.webhooks = DynamoWebhooks(known.table)
        self.secrets = SecretsManager(known.secrets_prefix)
        self.receivers = Receivers(loopback=known.loopback_webhooks)
        self.courier = DeliveryMachine(known.delivery_machine)
        self.provider_keys = DynamoProviderKeys(known.table)
        self.providers = Providers(known.provider_urls, seconds=known.provider_seconds)
        self.workflows = StepFunctions(known.machines)
        self.clock = SystemClock()
        self.chance = SystemChance()

    @cached_property
    def shapes(self) -> DynamoShapes:
        """What files looked like; loaded late for the same reason as the ledger."""
        from gramledger.adapters.aws.shapes import DynamoShapes  # noqa: PLC0415 -- the reason is below

        return DynamoShapes(self._table)

    @cached_property
    def ledger(self) -> DynamoLedger:
        """The day pages; loaded late because they bring pyarrow, which not every function needs."""
        from gramledger.adapters.aws.ledger import DynamoLedger  # noqa: PLC0415 -- the reason is above

        return DynamoLedger(self._table, self.store)


@cache
def aws_world() -> AwsWorld:
    """The world of this process, made on first use. Raises settings.SettingMissing."""
    return AwsWorld(settings.from_environment())
