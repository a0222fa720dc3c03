"""What a measurement says."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Row:
    """One measured number beside its bar."""

    what: str
    measured: float
    bar: float
    unit: str
