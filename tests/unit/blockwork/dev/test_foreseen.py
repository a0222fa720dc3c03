"""Python goes on with the answers of the last synthesis, which are compared with the real ones."""

import json
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from blockwork.dev.foreseen import Foreseen, UnforeseenError

Said = tuple[str, Any]
SHOP: list[Said] = [
    ("create", "Shop"),
    ("get", "Shop"),
    ("get", "names"),
    ("create", "Queue"),
    ("get", "Queue"),
]


class Kernel:
    """Answers as jsii's does: what is created has a number that nothing had before.

    An answer that is put into `answers` stands for the usual one of such a question. While the gate
    is closed it answers nothing.
    """

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.answers: dict[str, Callable[[str], str]] = {}
        self.refused: list[str] = []
        self.created = 10_000
        theirs, to = os.pipe()
        read, mine = os.pipe()
        self.channel = Foreseen(os.fdopen(to, "wb"), os.fdopen(read, "rb"))
        self._questions, self._written = os.fdopen(theirs, "rb"), os.fdopen(mine, "wb")
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        with self._written as out:
            for line in self._questions:
                self.gate.wait()
                question = json.loads(line)
                out.write(self._answer(question).encode() + b"\n")
                out.flush()

    def _answer(self, question: dict[str, Any]) -> str:
        if "complete" in question:
            self.refused.append(question["complete"]["cbid"])
            return '{"error":"refused"}'
        what, on = question["api"], question["on"]
        usual = f'{{"ok":{{"value":"{what}"}}}}'
        if what == "create":
            self.created += 1
            usual = f'{{"ok":{{"$jsii.byref":"{on}@{self.created}"}}}}'
        return self.answers.get(f"{what} {on.partition('@')[0]}", str)(usual)

    def create_hidden(self) -> None:
        """Give a number to what Python never sees."""
        self.created += 1

    def end(self) -> None:
        """Close the pipes."""
        self.gate.set()
        self.channel.close()
        self._thread.join()
        self._questions.close()


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    """A kernel whose channel has seen that it marks what has touched files."""
    made = Kernel()
    made.answers["load assembly"] = lambda text: f" {text}"
    ask(made, ("load", "assembly"), {})
    yield made
    made.end()


def ask(kernel: Kernel, said: Said, made: dict[str, str]) -> dict[str, Any]:
    what, on = said
    name = on if what == "create" else made.get(on, on)
    kernel.channel.write(json.dumps({"api": what, "on": name}).encode() + b"\n")
    kernel.channel.flush()
    answer: dict[str, Any] = json.loads(kernel.channel.readline())
    if what == "create":
        made[on] = answer["ok"]["$jsii.byref"]
    return answer


def run(kernel: Kernel, app: list[Said]) -> list[dict[str, Any]]:
    """Synthesise an app to its end and return the answers."""
    made: dict[str, str] = {}
    kernel.channel.begin()
    answers = [ask(kernel, said, made) for said in app]
    kernel.channel.end(keep=True)
    return answers


def test_known_answers_are_there_before_the_kernel_has_worked_them_out(kernel: Kernel) -> None:
    run(kernel, SHOP)
    run(kernel, SHOP)
    made: dict[str, str] = {}
    kernel.channel.begin()
    ask(kernel, SHOP[0], made)
    kernel.gate.clear()

    for said in SHOP[1:]:
        ask(kernel, said, made)
    kernel.gate.set()
    kernel.channel.end(keep=True)

    assert not kernel.channel.wrong
    assert made == {"Shop": "Shop@10005", "Queue": "Queue@10006"}
    assert kernel.channel.count == len(SHOP) - 1


@pytest.mark.parametrize(
    "app",
    [
        [*SHOP[:1], ("create", "Topic"), *SHOP[1:], *SHOP],
        [*SHOP[:3], ("create", "Topic"), *SHOP[3:], *SHOP],
        [*SHOP[2:], *SHOP],
        [("create", "Shop"), ("get", "other"), *SHOP[2:], *SHOP],
        [*SHOP, *SHOP, ("create", "Topic")],
    ],
)
def test_after_what_is_new_or_gone_it_goes_on(kernel: Kernel, app: list[Said]) -> None:
    for _ in range(2):
        run(kernel, [*SHOP, *SHOP])

    answers = run(kernel, app)

    assert not kernel.channel.wrong
    assert 0 < kernel.channel.count < len(app) - 1
    first = kernel.created - sum(what == "create" for what, _ in app)
    created = [each["ok"]["$jsii.byref"] for each in answers if "$jsii.byref" in each["ok"]]
    assert [int(each.partition("@")[2]) for each in created] == [
        *range(first + 1, kernel.created + 1)
    ]


def test_an_answer_that_is_another_one_is_found_and_the_next_run_waits_for_all(
    kernel: Kernel,
) -> None:
    run(kernel, SHOP)
    run(kernel, SHOP)
    kernel.answers["get Shop"] = lambda _: '{"ok":{"value":"other"}}'

    run(kernel, SHOP)
    assert kernel.channel.wrong
    with pytest.raises(UnforeseenError):
        ask(kernel, SHOP[0], {})

    assert run(kernel, SHOP)[1] == {"ok": {"value": "other"}}
    assert not kernel.channel.wrong
    assert kernel.channel.count == 0
    assert run(kernel, SHOP)[1] == {"ok": {"value": "other"}}
    assert not kernel.channel.wrong


def test_a_name_that_is_older_than_its_first_mention_has_its_number_of_then(kernel: Kernel) -> None:
    late: list[int] = []

    def create_two(text: str) -> str:
        kernel.create_hidden()
        late.append(kernel.created)
        return text

    kernel.answers["create Shop"] = create_two
    kernel.answers["get late"] = lambda _: f'{{"ok":{{"$jsii.byref":"Late@{late[-1]}"}}}}'
    app = [*SHOP, ("get", "late")]
    run(kernel, app)
    run(kernel, app)

    run(kernel, [*SHOP[:3], ("create", "Topic"), *app[3:]])

    assert not kernel.channel.wrong


def test_numbers_of_what_python_never_sees_are_not_guessed_for_long(kernel: Kernel) -> None:
    run(kernel, SHOP)
    run(kernel, SHOP)

    def create_more(text: str) -> str:
        kernel.create_hidden()
        return text

    kernel.answers["get Shop"] = create_more
    run(kernel, SHOP)
    assert kernel.channel.wrong

    run(kernel, SHOP)
    run(kernel, SHOP)
    assert not kernel.channel.wrong


@pytest.mark.parametrize(
    "answer",
    [
        ' {"ok":{"value":"read from a file"}}',
        '{"callback":{"cbid":"jsii::callback::20001"}}',
        '{"error":"too few"}',
    ],
)
def test_what_touches_files_calls_python_or_fails_is_waited_for(
    kernel: Kernel, answer: str
) -> None:
    kernel.answers["get Shop"] = lambda _: answer
    run(kernel, SHOP)
    run(kernel, SHOP)
    made: dict[str, str] = {}
    kernel.channel.begin()
    ask(kernel, SHOP[0], made)
    before = kernel.channel.count

    assert ask(kernel, SHOP[1], made) == json.loads(answer)

    assert kernel.channel.count == before
    kernel.channel.end(keep=True)


def test_a_call_into_python_that_was_not_foreseen_is_refused(kernel: Kernel) -> None:
    run(kernel, SHOP)
    run(kernel, SHOP)
    kernel.answers["get Shop"] = lambda _: '{"callback":{"cbid":"jsii::callback::20001"}}'
    run(kernel, SHOP)
    assert kernel.channel.wrong
    del kernel.answers["get Shop"]

    run(kernel, SHOP)

    assert kernel.refused == ["jsii::callback::20001"]


def test_nothing_is_foreseen_of_a_kernel_that_does_not_tell_what_touches_files() -> None:
    kernel = Kernel()
    try:
        for _ in range(3):
            run(kernel, SHOP)
        assert kernel.channel.count == 0
    finally:
        kernel.end()


def test_a_failed_synthesis_is_no_example(kernel: Kernel) -> None:
    run(kernel, SHOP)
    run(kernel, SHOP)
    kernel.channel.begin()
    ask(kernel, ("create", "Topic"), {})
    kernel.channel.end(keep=False)

    run(kernel, SHOP)

    assert kernel.channel.count == len(SHOP) - 1
