"""What is measured of the dev loop, at a stage that tests lay out."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from blockwork.bench import __main__ as bench
from blockwork.bench import saves as measured
from blockwork.bench.row import BenchError, Row
from blockwork.bench.saves import RUNS, Save, saves


class InEffect:
    """A stage where a save is in effect at once; in the place of :class:`OwnStage`."""

    def __init__(self, app: Path, folder: Path) -> None:
        self.folder = app
        self.did: list[str] = []

    @contextmanager
    def up(self) -> Iterator[None]:
        yield

    loop = up

    def run(self, *words: str) -> None:
        self.did.append(" ".join(words))

    def read(self) -> str:
        return (self.folder / "page").read_text()


def save(
    edit: Callable[[str, str], str] = lambda text, word: f"{text} {word}",
    look: Callable[[Any], str] = InEffect.read,
    words: bool = True,
) -> Save:
    return Save(what="a page", file="page", edit=edit, look=look, bound=30.0, words=words)


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(measured, "OwnStage", InEffect)
    monkeypatch.setattr(measured, "SETTLES", 0)
    (tmp_path / "page").write_text("before")
    return tmp_path


def test_a_save_is_measured_beside_a_deployment_and_leaves_only_the_last_edit(app: Path) -> None:
    (row,) = saves(app, [save()], app)

    assert row.what.startswith("save of a page until it is in effect, ")
    assert 0 <= row.measured < row.bar
    assert (app / "page").read_text() == f"before w{RUNS}bench"


def test_an_effect_that_is_none_of_words_is_another_answer(app: Path) -> None:
    other = save(look=lambda stage: stage.read()[-6], words=False)

    (row,) = saves(app, [other], app)

    assert row.measured < row.bar


def failing(_: object) -> str:
    raise BenchError("there is no such function")


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (save(edit=lambda text, _: text), "edit has changed nothing in page"),
        (save(look=lambda _: "as ever"), "no effect within .* only 'as ever'"),
        (save(look=failing), "there is no such function"),
        (save(look=lambda _: dict[str, str]()["siteUrl"]), "KeyError: 'siteUrl'"),
    ],
)
def test_a_save_without_an_effect_misses_its_bar_and_the_next_is_measured(
    app: Path, monkeypatch: pytest.MonkeyPatch, broken: Save, said: str
) -> None:
    monkeypatch.setattr(measured, "_has_waited", lambda _: True)

    first, second = saves(app, [broken, save()], app)

    assert first.measured > first.bar
    assert re.search(said, first.what)
    assert second.measured < second.bar


def test_what_cannot_be_measured_is_told_and_the_other_parts_are_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(folder: Path, context: Mapping[str, str]) -> Iterator[Row]:
        yield Row(what="the first", measured=1, bar=2)
        raise BenchError("no stage can be started")

    def whole(folder: Path, context: Mapping[str, str]) -> Iterator[Row]:
        yield Row(what="the second", measured=1, bar=2)

    monkeypatch.setattr(bench, "PARTS", {"broken": broken, "whole": whole})

    code = bench.main({})

    told = capsys.readouterr()
    assert code == 1
    assert "error: broken cannot be measured: no stage can be started" in told.err
    assert "the first" in told.out
    assert "the second" in told.out
    assert bench.main({}, ["whole"]) == 0
