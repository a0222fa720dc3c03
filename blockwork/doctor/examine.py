"""Look at everything."""

from collections.abc import Iterator
from pathlib import Path

from blockwork.doctor.app import app_findings, pythons_of
from blockwork.doctor.finding import Finding
from blockwork.doctor.machine import cli_findings, machine_findings
from blockwork.doctor.settings import settings_findings
from blockwork.testing.settings import Settings, SettingsError, read_settings


def examine(assembly: Path, folder: Path | None = None) -> Iterator[Finding]:
    """Yield what is wrong, and what is worth knowing.

    :param assembly: the folder that `cdk synth` wrote. Without one the machine alone is looked at.
    :param folder: the app's. Default: where somebody stands.
    """
    folder = folder or Path.cwd()
    yield from settings_findings(folder, runs_here=lambda: _runs(folder))
    if not (assembly / "manifest.json").is_file():
        yield from machine_findings((), folder)
        yield Finding.note(
            f"{assembly} holds no app",
            why="templates and assets were not looked at",
            do="run 'cdk synth', then this again",
        )
        return
    yield from machine_findings(pythons_of(assembly), folder)
    yield from cli_findings(assembly, folder)
    yield from app_findings(assembly, _of_tests(folder))


def _of_tests(folder: Path) -> Settings:
    try:
        return read_settings(folder / "pyproject.toml")
    except SettingsError:  # which is a finding of its own
        return Settings()


def _runs(folder: Path) -> bool:
    """Tell whether the app's own local stage is running."""
    try:
        from blockwork.local.launch import Emulator
    except ImportError:  # the extra `local` is not installed, so none is
        return False
    return Emulator(folder / ".local").is_running()
