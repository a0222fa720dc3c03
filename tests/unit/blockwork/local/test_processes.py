import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from blockwork.local.processes import Group
from tests.waiting import eventually

SLEEPS = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"


@pytest.fixture
def group() -> Iterator[Group]:
    with subprocess.Popen(
        [sys.executable, "-c", SLEEPS], stdin=subprocess.PIPE, start_new_session=True
    ) as process:
        yield Group.of(process.pid)
        process.kill()


def test_stopping_ends_every_process_of_the_group(group: Group) -> None:
    assert group.is_running()
    assert group.memory() > 0

    group.stop()

    assert not group.members()
    assert not group.is_running()


def test_what_a_group_computes_is_seen_of_its_children_too() -> None:
    busy = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'while True: pass'])"
    with subprocess.Popen([sys.executable, "-c", busy], start_new_session=True) as process:
        group = Group.of(process.pid)
        try:
            assert eventually(group.computed) >= 1
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def test_a_process_that_got_the_number_later_is_left_alone(group: Group) -> None:
    former = replace(group, created=group.created - 60)

    former.stop()

    assert not former.is_running()
    assert group.is_running()
