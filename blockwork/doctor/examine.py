"""Look at everything."""

from collections.abc import Iterator
from pathlib import Path

from blockwork.doctor.app import app_findings, pythons_of
from blockwork.doctor.finding import Finding
from blockwork.doctor.machine import machine_findings


def examine(assembly: Path) -> Iterator[Finding]:
    """Yield what is wrong, and what is worth knowing.

    :param assembly: the folder that `cdk synth` wrote. Without one the machine alone is looked at.
    """
    if not (assembly / "manifest.json").is_file():
        yield from machine_findings(())
        yield Finding.note(f"{assembly} holds no app: run 'cdk synth' first, to have it looked at")
        return
    yield from machine_findings(pythons_of(assembly))
    yield from app_findings(assembly)
