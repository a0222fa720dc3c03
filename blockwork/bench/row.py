"""What a measurement says."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


class BenchError(Exception):
    """Something cannot be measured; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One measured number beside its bar.

    :param unit: such as `x`, of a ratio. Default: seconds.
    """

    what: str
    measured: float
    bar: float
    unit: str = "s"


def show(rows: Sequence[Row]) -> int:
    """Print every number beside its bar and return 1 if one is missed."""
    table = Table(box=None, pad_edge=False)
    for column in ("", "measured", "bar", ""):
        table.add_column(column, justify="right" if column else "left")
    for row in rows:
        met = "[green]✓[/]" if row.measured <= row.bar else "[red]✗[/]"
        digits = 0 if row.unit == "" else 2
        table.add_row(
            row.what,
            f"{row.measured:.{digits}f} {row.unit}",
            f"{row.bar:.{digits}f} {row.unit}",
            met,
        )
    Console(highlight=False).print(table)
    return 0 if all(row.measured <= row.bar for row in rows) else 1
