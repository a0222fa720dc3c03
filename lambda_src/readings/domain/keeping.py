"""Store readings that did not come in a file, such as a smart meter's live feed."""

from collections import defaultdict
from collections.abc import Sequence

from readings.domain.importing import Store
from readings.domain.packing import Entries, PageKey, month_and_slot
from readings.domain.reading import Reading


def keep(readings: Sequence[Reading], *, store: Store) -> list[Reading]:
    """Store what is not there yet, and return those in whose place another value is stored."""
    pages: defaultdict[PageKey, Entries] = defaultdict(Entries)
    for number, reading in enumerate(readings):
        month, slot = month_and_slot(reading.read_at)
        key = PageKey(reading.meter_id, reading.version, month)
        pages[key].add(slot, reading.thousandths, number)
    return [readings[number] for _, _, number in store.merge(pages)] if pages else []
