"""The half-hourly intensities of tenants on DynamoDB: what each version is. Its half hours are in the store."""

from __future__ import annotations

from gramledger.adapters.aws.versions import DynamoVersions
from gramledger.core.saved_series import SavedSeries


class DynamoIntensities(DynamoVersions[SavedSeries]):
    """Versions of series, `T#<tenant>#INTENSITIES`."""

    def __init__(self, table: str) -> None:
        super().__init__(
            table,
            "INTENSITIES",
            name_of=lambda saved: (saved.series, saved.version),
            write=SavedSeries.to_json,
            read=SavedSeries.from_json,
        )
