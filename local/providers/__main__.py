"""`python -m local.providers [PORT]`: the stand-in with a month of made-up usage, until it is stopped."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from threading import Event

from local.providers.sample import anthropic_account, cursor_account, openai_account
from local.providers.server import ProviderServer
from local.providers.stand_in import StandIn

DAYS = 35


def main() -> int:
    """Serve until Ctrl-C."""
    first = datetime.now(UTC).date() - timedelta(days=DAYS)
    accounts = {
        "sk-admin-stand-in": openai_account(first, DAYS),
        "sk-ant-admin-stand-in": anthropic_account(first, DAYS),
        "key_stand_in": cursor_account(first, DAYS),
    }
    with ProviderServer(StandIn(accounts), int(sys.argv[1]) if len(sys.argv) > 1 else 0) as server:
        print(f"GRAMLEDGER_PROVIDERS_URL={server.url}")  # noqa: T201 -- what to give to the stack
        for secret, account in accounts.items():
            print(f"{account.provider} key: {secret}", flush=True)  # noqa: T201 -- what to register
        try:
            Event().wait()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
