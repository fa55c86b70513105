"""Events on EventBridge: source `gramledger`, the event's name as detail-type, and its id in the detail."""

from __future__ import annotations

import json

from gramledger.adapters.aws.clients import client, translated
from gramledger.core.announcements import Event
from gramledger.ports import Unavailable

SOURCE = "gramledger"


class EventBridge:
    """One bus of the stack's own."""

    def __init__(self, bus: str) -> None:
        self.bus = bus

    def announce(self, event: Event) -> None:
        """Put an event on the bus."""
        with translated():
            answer = client("events").put_events(
                Entries=[
                    {
                        "EventBusName": self.bus,
                        "Source": SOURCE,
                        "DetailType": event.name,
                        "Detail": json.dumps(event.to_json(), separators=(",", ":"), ensure_ascii=False),
                    }
                ]
            )
        if answer["FailedEntryCount"]:  # the call itself succeeds, whatever became of its entries
            raise Unavailable(f"PutEvents: {answer['Entries'][0].get('ErrorCode')}")
