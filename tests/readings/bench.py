"""Measure how quickly a file of meter readings is checked and packed, and what that takes.

`PYTHONPATH=lambda_src python -m tests.readings.bench`: the time of one process for a row, against
the standard library's `csv.reader` over the same file in the same run; memory at its peak, of a
process of its own, for ten thousand rows and for ten million; DynamoDB's write units. Of several
runs the best counts: what other processes take of the machine only adds.
"""

import csv
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from blockwork.bench.row import Row, show
from tests.readings.measured import Counts, Drops, import_file, write_file

RUNS = 5
ROWS = 1_000_000
FEWEST, MOST = 10_000, 10_000_000
MOST_MEMORY = 256
"""MiB."""
PEAK = """
import resource, sys
from pathlib import Path
from tests.readings.measured import Drops, import_file
assert import_file(Path(sys.argv[1]), Drops()) == int(sys.argv[2])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def speed(folder: Path) -> Iterator[Row]:
    """Read, check and pack a million rows, and only read them."""
    path = folder / "rows.csv"
    write_file(path, ROWS)
    read = ours = float("inf")
    for _ in range(RUNS):
        read = min(read, taken(lambda: only_read(path)))
        ours = min(ours, taken(lambda: import_file(path, Drops())))
    yield Row(
        what=f"check and pack, {ROWS / ours:,.0f} rows a second (csv.reader {ROWS / read:,.0f})",
        measured=ours / read,
        bar=4,
        unit="x",
    )
    counts = Counts()
    import_file(path, counts)
    yield Row(
        what=f"write units of a million readings, in {counts.writes:,} writes",
        measured=counts.units,
        bar=5000,
        unit="",
    )


def memory(folder: Path) -> Iterator[Row]:
    """Import in a process of its own."""
    for rows in (FEWEST, MOST):
        path = folder / f"{rows}.csv"
        write_file(path, rows)
        command = [sys.executable, "-c", PEAK, str(path), str(rows)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        path.unlink()
        yield Row(
            what=f"memory at its peak, {rows:,} rows",
            measured=int(done.stdout) / 1024,
            bar=MOST_MEMORY,
            unit="MiB",
        )


def only_read(path: Path) -> None:
    """Read a file's rows as the standard library does."""
    with path.open(newline="", encoding="utf-8") as file:
        for _ in csv.reader(file):
            pass


def taken(call: Callable[[], object]) -> float:
    """Return the seconds of the processor that a call takes."""
    started = time.process_time()
    call()
    return time.process_time() - started


def main() -> int:
    """Print every number beside its bar and return 1 if one is missed."""
    with TemporaryDirectory() as folder:
        place = Path(folder)
        return show([*speed(place), *memory(place)])


if __name__ == "__main__":
    sys.exit(main())
