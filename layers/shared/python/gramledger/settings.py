"""The settings of a deployed function: the one reader of the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from gramledger.core.providers.endpoints import PROVIDERS


class SettingMissing(Exception):  # noqa: N818 -- names the fault of the deployment
    """A function was deployed without a setting that it needs."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Names of the deployed resources. Machines are empty for functions that do not start them."""

    table: str
    uploads_bucket: str
    ledger_bucket: str
    import_machine: str
    event_bus: str = ""
    delivery_machine: str = ""
    secrets_prefix: str = ""
    loopback_webhooks: bool = False
    take_back_machine: str = ""
    sweep_machine: str = ""
    rebuild_machine: str = ""
    parity_machine: str = ""
    recalculate_machine: str = ""
    retention_machine: str = ""
    parity_daily_machine: str = ""
    daily_usage_machine: str = ""
    provider_urls: Mapping[str, str] = field(
        default_factory=lambda: {name: provider.base_url for name, provider in PROVIDERS.items()}
    )
    """Name of a provider -> the base URL of its API."""
    provider_seconds: float = 30.0
    """How long one request to a provider may take."""

    @property
    def machines(self) -> dict[str, str]:
        """Name of a state machine (`ports.Workflows`) -> its ARN."""
        return {
            "import": self.import_machine,
            "take_back": self.take_back_machine,
            "rebuild": self.rebuild_machine,
            "sweep": self.sweep_machine,
            "parity": self.parity_machine,
            "retention": self.retention_machine,
            "parity_daily": self.parity_daily_machine,
            "recalculate": self.recalculate_machine,
            "daily_usage": self.daily_usage_machine,
        }


def from_environment() -> Settings:
    """The settings of this process. Raises SettingMissing, naming the variable."""
    return Settings(
        table=_need("TABLE"),
        uploads_bucket=_need("UPLOADS_BUCKET"),
        ledger_bucket=_need("LEDGER_BUCKET"),
        import_machine=os.environ.get("IMPORT_MACHINE_ARN", ""),
        event_bus=_need("EVENT_BUS"),
        delivery_machine=os.environ.get("DELIVERY_MACHINE_ARN", ""),
        secrets_prefix=os.environ.get("SECRETS_PREFIX", ""),
        loopback_webhooks=os.environ.get("LOOPBACK_WEBHOOKS", "") == "true",
        take_back_machine=os.environ.get("TAKE_BACK_MACHINE_ARN", ""),
        sweep_machine=os.environ.get("SWEEP_MACHINE_ARN", ""),
        rebuild_machine=os.environ.get("REBUILD_MACHINE_ARN", ""),
        parity_machine=os.environ.get("PARITY_MACHINE_ARN", ""),
        recalculate_machine=os.environ.get("RECALCULATE_MACHINE_ARN", ""),
        retention_machine=os.environ.get("RETENTION_MACHINE_ARN", ""),
        parity_daily_machine=os.environ.get("PARITY_DAILY_MACHINE_ARN", ""),
        daily_usage_machine=os.environ.get("DAILY_USAGE_MACHINE_ARN", ""),
        provider_urls={
            name: os.environ.get(f"{name.upper()}_BASE_URL") or provider.base_url
            for name, provider in PROVIDERS.items()
        },
        provider_seconds=float(os.environ.get("PROVIDER_SECONDS") or 30.0),
    )


@dataclass(frozen=True, slots=True)
class PageSettings:
    """What the dashboard's page is told. `sign_in_url` is empty where people sign in with a token only."""

    sign_in_url: str
    client_id: str
    uploads_origins: tuple[str, ...]


def page_from_environment() -> PageSettings:
    """The page settings of this process. Raises SettingMissing, naming the variable."""
    return PageSettings(
        sign_in_url=os.environ.get("SIGN_IN_URL", ""),
        client_id=_need("USER_POOL_CLIENT_ID"),
        uploads_origins=tuple(_need("UPLOADS_ORIGINS").split()),
    )


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """How usage is fetched: whether days are, and how often each provider may be asked (`core.throttle.read_rates`)."""

    enabled: bool
    rates: str


def fetch_from_environment() -> FetchSettings:
    """The settings of fetching of this process. Raises SettingMissing, naming the variable."""
    return FetchSettings(enabled=_need("DAILY_FETCH") == "true", rates=os.environ.get("PROVIDER_RATES", ""))


SCHEDULE = "SCHEDULE_"


def schedules_from_environment() -> dict[str, str]:
    """When each schedule runs: the variables SCHEDULE_<NAME>, by the names of `app.schedules`."""
    return {
        name.removeprefix(SCHEDULE).lower().replace("_", "-"): expression
        for name, expression in os.environ.items()
        if name.startswith(SCHEDULE)
    }


def _need(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise SettingMissing(f"the environment variable {name} is not set; see docs/reference/settings.md")
    return value
