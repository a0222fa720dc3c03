"""The records of a DynamoDB stream are kept as long as its table.

AWS keeps a change for 24 hours. Stock keeps it in memory: after a restart the changes that nobody
had read yet are gone, and consumers skip as many new ones, because their positions were kept.
Closed by keeping the records with the tables.
"""

from typing import Any

from ministack.core.responses import AccountRegionScopedDict
from ministack.services import dynamodb

from blockwork.local.emulator.gaps._hooks import keep_with


def close() -> None:
    """Keep records, and how many were dropped in front of them."""
    keep_with(dynamodb, "stream_records", _records, dynamodb._stream_records.update)
    keep_with(dynamodb, "stream_trimmed", _trimmed, dynamodb._stream_trimmed.update)


def _records() -> Any:
    kept = AccountRegionScopedDict()
    for (account, region, table), records in dynamodb._stream_records.all_items():
        kept.set_scoped(account, region, table, list(records))  # a record never changes
    return kept


def _trimmed() -> Any:
    kept = AccountRegionScopedDict()
    kept.update(dynamodb._stream_trimmed)
    return kept
