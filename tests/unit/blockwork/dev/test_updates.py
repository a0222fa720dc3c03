"""Updates in the background: one at a time, and nothing ends them but the loop."""

import threading
from pathlib import Path

from blockwork.dev.updates import Background

FILE = Path("app.py")


class Faulty:
    """Fails at first as nobody foresaw, and then works."""

    def __init__(self) -> None:
        self.calls = 0

    def update(self) -> tuple[list[str], list[str]]:
        self.calls += 1
        if self.calls == 1:
            raise KeyError("not foreseen")
        return ["Shop-Orders"], []

    def close(self) -> None:
        """Has nothing to end."""


def test_a_fault_that_nobody_foresaw_is_said_and_the_next_save_is_taken_up() -> None:
    said: list[tuple[list[str], list[str]]] = []
    ended = threading.Semaphore(0)

    def on_end(_: object, __: float, done: list[str], wrong: list[str]) -> None:
        said.append((done, wrong))
        ended.release()

    background = Background(Faulty(), on_end)
    background.ask([FILE])
    ended.acquire()
    background.ask([FILE])
    ended.acquire()
    background.close()

    (nothing, (fault,)), second = said
    assert nothing == []
    assert "KeyError: 'not foreseen'" in fault
    assert second == (["Shop-Orders"], [])
