import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tools.local.processes import Group

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


def test_a_process_that_got_the_number_later_is_left_alone(group: Group) -> None:
    former = replace(group, created=group.created - 60)

    former.stop()

    assert not former.is_running()
    assert group.is_running()
