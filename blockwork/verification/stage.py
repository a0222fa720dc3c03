"""Which stage tests run against, and the run itself."""

import signal
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

import pytest

from blockwork.verification.users import TemporaryUsers


@dataclass(frozen=True, kw_only=True)
class StageUnderTest:
    """What tests of a deployed stage are told; the rest they ask its website for.

    :param url: the website's, without a path.
    :param users: makes users of the stage, who are gone after the run.
    """

    url: str
    users: TemporaryUsers


IN_PROCESS = ("-W", "ignore:Module already imported:pytest.PytestAssertRewriteWarning")
"""What pytest's plugins bring is here already when it starts, and explains no `assert` less."""
STAGE = pytest.StashKey[StageUnderTest]()


class _Named:
    """The plugin that tells the tests of one session which stage it is."""

    def __init__(self, stage: StageUnderTest) -> None:
        self._stage = stage

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[STAGE] = self._stage


def stage_under_test(config: pytest.Config) -> StageUnderTest | None:
    """Return the stage that :func:`verify` was called for; None in any other session of pytest."""
    return config.stash.get(STAGE, None)


def verify(stage: StageUnderTest, tests: Path, *options: str) -> int:
    """Run tests against a stage, and remove their users however the run ends.

    Users that a run has left which was killed go first, see :class:`TemporaryUsers`. Who is asked
    to end (SIGTERM, as CI does at a time-out) does so as after Ctrl+C: what was made is removed.

    :param tests: a folder or file of tests, for pytest.
    :param options: further ones of pytest.
    :returns: pytest's exit code: 0 if all tests passed.
    """
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        with stage.users:
            return int(pytest.main([str(tests), *IN_PROCESS, *options], plugins=[_Named(stage)]))
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
