"""The dev loop, from a save to its effect."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from httpx import HTTPError

from blockwork.bench.own_stage import OwnStage
from blockwork.bench.row import BenchError, Row
from blockwork.local.places import REPOSITORY

RUNS = 5
SETTLES = 1.0
"""Seconds between two saves, as a quick person has."""
NEVER = 120.0
PAUSE = 0.02
"""Between two looks, at least: an API has a throttle."""
PART = 0.02
"""Of the time so far, between two looks: what is measured needs the machine, too."""

CANNOT_BE_SEEN = (BenchError, BotoCoreError, ClientError, HTTPError, LookupError, ValueError)
"""What looking for an effect may end in, by which the others are still measured."""


@dataclass(frozen=True, kw_only=True)
class Save:
    """Something that somebody saves, see :func:`saves`.

    :param what: for the reader, such as `a handler`.
    :param file: which file, from the app's folder.
    :param edit: takes its text as it was at first and a word such as `w0bench`, and returns the
        text to save.
    :param look: returns what has the word once the change is in effect.
    :param bound: seconds, on a quiet machine.
    :param words: False where the effect is none of words: another answer is enough, and `edit`
        makes each word's text different from that of the word before.
    """

    what: str
    file: str
    edit: Callable[[str, str], str]
    look: Callable[[OwnStage], str]
    bound: float
    words: bool = True


def saves(folder: Path, wanted: Sequence[Save], app: Path = REPOSITORY) -> Iterator[Row]:
    """Save each five times while `blockwork dev` watches, then bring the stage up after the same.

    ::

        SAVES = [
            Save(
                what="a handler",
                file="src/orders/handlers/list_orders.py",
                edit=lambda text, word: text.replace('{"orders"', f'{{"{word}": 1, "orders"'),
                look=lambda stage: stage.get(stage.outputs("Shop")["ApiUrl"] + "/orders"),
                bound=0.5,
            )
        ]

    The app's setting `bench.saves` names such a list. A save without an effect is a row too, above
    its bar, and the others are measured.

    :param folder: for a copy of the app, with a stage of its own.
    :param app: the app's folder.
    :raises BenchError: if the stage or the loop cannot be started.
    """
    stage = OwnStage(app, folder / "saves")
    with stage.up():
        with stage.loop():
            taken = {save: _taken(stage, save) for save in wanted}
        stage.run("local", "up")
        for save, seconds in taken.items():
            if isinstance(seconds, str):
                yield Row(what=f"save of {save.what}: {seconds}", measured=NEVER, bar=save.bound)
                continue
            up, median = _timed_up(stage, save), statistics.median(seconds)
            yield Row(
                what=f"save of {save.what} until it is in effect, {median / up:.2f} of the "
                f"{up:.1f} s of a deployment",
                measured=median,
                bar=save.bound,
            )


def _taken(stage: OwnStage, save: Save) -> list[float] | str:
    """Save it again and again, then as it was, and return the seconds, or what went wrong."""
    file = stage.folder / save.file
    before = file.read_text()
    try:
        taken = [
            _save(stage, save, save.edit(before, word), word) for word in map(_word, range(RUNS))
        ]
        if save.words:
            file.write_text(before)
            last = _word(RUNS - 1)
            _wait(stage, save, until=lambda now: last not in now)
    except CANNOT_BE_SEEN as error:
        file.write_text(before)
        return f"{type(error).__name__}: {error}"
    return taken


def _save(stage: OwnStage, save: Save, text: str, word: str) -> float:
    """Save it and return the seconds until it is in effect."""
    file = stage.folder / save.file
    if text == file.read_text():
        raise BenchError(f"edit has changed nothing in {save.file}")
    was = save.look(stage)
    time.sleep(SETTLES)
    file.write_text(text)
    started = time.perf_counter()
    _wait(stage, save, until=lambda now: word in now if save.words else now != was)
    return time.perf_counter() - started


def _wait(stage: OwnStage, save: Save, until: Callable[[str], bool]) -> None:
    """Look until it is so."""
    started = time.monotonic()
    while not until(now := save.look(stage)):
        if _has_waited(started):
            raise BenchError(f"no effect within {NEVER:.0f} s, only {now!r:.200}")
        time.sleep(max(PAUSE, PART * (time.monotonic() - started)))


def _has_waited(started: float) -> bool:
    return time.monotonic() - started > NEVER


def _timed_up(stage: OwnStage, save: Save) -> float:
    """Return the seconds that `blockwork local up` takes after such a change."""
    file = stage.folder / save.file
    file.write_text(save.edit(file.read_text(), _word(RUNS)))
    started = time.perf_counter()
    stage.run("local", "up")
    return time.perf_counter() - started


def _word(number: int) -> str:
    """Return a word that stands nowhere else."""
    return f"w{number}bench"
