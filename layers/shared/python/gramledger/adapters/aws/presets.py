"""The presets of tenants on DynamoDB."""

from __future__ import annotations

from gramledger.adapters.aws.versions import DynamoVersions
from gramledger.core.saved_presets import SavedPreset


class DynamoPresets(DynamoVersions[SavedPreset]):
    """Versions of presets, `T#<tenant>#PRESETS`."""

    def __init__(self, table: str) -> None:
        super().__init__(
            table,
            "PRESETS",
            name_of=lambda saved: (saved.preset.id, saved.preset.version),
            write=SavedPreset.to_json,
            read=SavedPreset.from_json,
        )
