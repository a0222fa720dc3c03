"""Python goes on with the answers of the last synthesis, while jsii works them out anew.

An app asks jsii's kernel some thousand questions, one after the other, and most are those of the
synthesis before, with the same answers. Here they are taken from there, and sent in parcels; what
the kernel then answers is compared, byte by byte. So Python and Node.js work at the same time, and
the kernel is asked exactly what it would be asked otherwise. Where an answer is not the foreseen
one, what Python has made of it is worth nothing: the app is run again, and waits for each answer.

Three are never foreseen: of a call into Python, an error, and of what has touched files, which
`jsii_runtime.cjs` marks by a space before it. An app may read what the kernel has just written, or
delete what it has just read. Without such marks (another Node.js, another jsii) nothing is.

Loaded by `kept_cdk.py` with the app's own interpreter: standard library only.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
from bisect import bisect, insort
from collections.abc import Callable
from functools import partial
from typing import IO, Any

COUNTED = re.compile(rb'(@|callback::|promise::|Token\[[^\]"\\]*\.)(\d+)(?=["\]])')
"""Names with a number, which are others in each synthesis: of objects, of tokens."""
NUMBER = re.compile(rb"\d+")
STATIC = b'"api": "sget"'
"""What it gives may be there since a synthesis before."""
TOUCHED_FILES = b" "
ANSWERED = b'{"ok"'
CALL = b'{"callback"'
AT_ONCE = 8
"""Questions in a parcel, while the kernel is at work."""
SURE_AFTER = 2
"""Questions in a row as they were, after others: then it goes on as it did."""
SETTLED_AFTER = 2
"""Syntheses: in the first ones the kernel makes what it then keeps."""
CHUNK = 1 << 16


class UnforeseenError(BaseException):
    """An answer was foreseen that is another one; nothing that catches `Exception` goes on."""


class Foreseen:
    """Stands for the standard input and output of jsii's process, as `subprocess` has them.

    Outside of `begin` and `end` it hands each question and answer on.

    :param questions: the pipe to it.
    :param answers: the pipe from it.
    """

    def __init__(self, questions: IO[bytes], answers: IO[bytes]) -> None:
        self.wrong = False
        """Whether an answer was not the foreseen one since `begin`."""
        self.count = 0
        """How many answers were foreseen since `begin`."""
        self.closed = False
        self._files = (questions, answers)
        self._to, self._from = questions.fileno(), answers.fileno()
        os.set_blocking(self._to, False)
        self._is_marked, self._wrong_at, self._kept = False, 0, 0
        self._unsent, self._unread = bytearray(), b""
        self._log: list[tuple[bytes, bytes]] = []
        self._at: dict[bytes, list[int]] = {}
        self._never: set[bytes] = set()
        self._highest: dict[bytes, int] = {}
        self._before, self._before_then = dict(self._highest), dict(self._highest)
        self._reset(foresees=False)

    def _reset(self, *, foresees: bool) -> None:
        self._foresees = foresees
        self._asked: list[bytes] = []
        self._answers: list[bytes] = []
        self._expected: list[bytes | None] = []
        self._now, self._then = dict[bytes, int](), dict[bytes, int]()
        self._later: dict[bytes, int] = {}
        """By how much new names of a kind are higher than then. Missing: nobody knows."""
        self._known: dict[bytes, list[int]] = {}
        self._next, self._in_a_row, self._anchor = 0, SURE_AFTER, 0
        self._met: int | None = None

    def begin(self) -> None:
        """Begin with a synthesis; one after a wrong one waits for each answer."""
        foresees = self._is_marked and self._kept >= SETTLED_AFTER and not self.wrong
        if self.wrong:
            self._drain()
        self.wrong, self.count = False, 0
        self._reset(foresees=foresees)
        self._before = dict(self._highest)

    def end(self, *, keep: bool) -> None:
        """End it: compare what has not been compared yet.

        :param keep: whether the next one will be like it.
        """
        with contextlib.suppress(UnforeseenError, *(() if keep else (EOFError,))):
            self._exchange(wait=True)
        if self.wrong:
            return
        if keep:
            self._kept += 1
            self._log = [(each, self._answers[at]) for at, each in enumerate(self._asked)]
            self._before_then = self._before
            self._at = {}
            for place, question in enumerate(self._asked):
                self._at.setdefault(question, []).append(place)
        self._reset(foresees=False)

    def write(self, question: bytes) -> int:
        """Take a question, which ends with its line."""
        if self.wrong:
            raise UnforeseenError
        self._asked.append(question)
        self._unsent += question
        return len(question)

    def flush(self) -> None:
        """Do nothing: `readline` sends."""

    def readline(self) -> bytes:
        """Return the answer to the last question."""
        expected = self._foresee(self._asked[-1]) if self._foresees else None
        self._expected.append(expected)
        if expected is not None:
            self.count += 1
            sent = len(self._asked) - self._unsent.count(b"\n")
            if sent == len(self._answers) or self._unsent.count(b"\n") >= AT_ONCE:
                self._exchange(wait=False)
            return expected
        self._exchange(wait=True)
        if self._foresees:
            self._learn(self._answers[-1])
        return self._answers[-1]

    def close(self) -> None:
        """Send what was asked and close both pipes."""
        if not self.closed:
            self._exchange(wait=False)
            self.closed = True
            for file in self._files:
                file.close()

    def _foresee(self, question: bytes) -> bytes | None:
        """Return the answer to a question, if it is known, and note which one of then it was."""
        then = _renamed(question, self._then_of)
        if then is None or not (places := self._at.get(then)):
            self._is_lost()
            return None
        if self._next not in places:
            self._is_lost()
            self._next = next((each for each in places if each >= self._anchor), places[0])
        self._met, self._next = self._next, self._next + 1
        answer = self._log[self._met][1]
        if self._in_a_row < SURE_AFTER or not answer.startswith(ANSWERED):
            return None
        if self._never and NUMBER.sub(b"", question) in self._never:
            return None
        return _renamed(answer, partial(self._now_of, new=STATIC not in question))

    def _is_lost(self) -> None:
        if self._in_a_row >= SURE_AFTER:
            self._anchor = self._next
        self._in_a_row, self._met = 0, None
        self._later.clear()

    def _learn(self, answer: bytes) -> None:
        """Note which names of then those of an answer stand for, if it is the one of then."""
        if self._met is None:
            return
        then = self._log[self._met][1]
        if COUNTED.split(then.lstrip())[::3] != COUNTED.split(answer.lstrip())[::3]:
            self._is_lost()
            return
        self._in_a_row += 1
        names = COUNTED.findall(answer)
        for at, (kind, number) in enumerate(COUNTED.findall(then)):
            self._pair(kind[:1], int(number), int(names[at][1]))

    def _pair(self, kind: bytes, then: int, now: int) -> None:
        of_then, of_now = b"%b%d" % (kind, then), b"%b%d" % (kind, now)
        if then <= self._before_then.get(kind, 0) or self._now.get(of_then) == now:
            return
        self._now[of_then], self._then[of_now] = now, then
        known = self._known.setdefault(kind, [])
        if now <= self._before.get(kind, 0):  # it was there: the next one has another distance
            self._later.pop(kind, None)
        elif not known or then >= known[-1]:
            self._later[kind] = now - then
        insort(known, then)

    def _then_of(self, kind: bytes, number: int) -> int | None:
        if number <= self._before.get(kind, 0):
            return number
        return self._then.get(b"%b%d" % (kind, number))

    def _now_of(self, kind: bytes, number: int, *, new: bool) -> int | None:
        if number <= self._before_then.get(kind, 0):
            return number
        now = self._now.get(b"%b%d" % (kind, number))
        later = self._distance(kind, number) if now is None and new else None
        if later is not None:
            now = number + later
            self._pair(kind, number, now)
        return now

    def _distance(self, kind: bytes, number: int) -> int | None:
        """Return by how much a name is higher now. Older ones may be asked for late."""
        known = self._known.get(kind, [])
        at = bisect(known, number)
        if at == len(known):
            return self._later.get(kind)
        if at == 0:
            return None
        below, above = (self._now[b"%b%d" % (kind, each)] - each for each in known[at - 1 : at + 1])
        return below if below == above else None

    def _exchange(self, *, wait: bool) -> None:
        """Send what was asked, and read what was answered; with `wait` all of it."""
        while self._unsent or (wait and len(self._answers) < len(self._asked)):
            to = [self._to] if self._unsent else []
            readable, writable, _ = select.select([self._from], to, [])
            if readable:
                self._read()
            if writable:
                del self._unsent[: os.write(self._to, self._unsent[:CHUNK])]

    def _read(self) -> None:
        more = os.read(self._from, CHUNK)
        if not more:
            raise EOFError("jsii's Node.js has ended")
        was_wrong = self.wrong
        *lines, self._unread = (self._unread + more).split(b"\n")
        for line in lines:
            self._compare(line + b"\n")
        if self.wrong and not was_wrong:
            raise UnforeseenError

    def _compare(self, answer: bytes) -> None:
        place = len(self._answers)
        self._answers.append(answer)
        self._is_marked = self._is_marked or answer.startswith(TOUCHED_FILES)
        for kind, number in COUNTED.findall(answer):
            self._highest[kind[:1]] = max(int(number), self._highest.get(kind[:1], 0))
        expected = self._expected[place] if place < len(self._expected) else None
        if expected is not None and expected != answer and not self.wrong:
            self.wrong, self._wrong_at = True, place
            self._never.add(NUMBER.sub(b"", self._asked[place]))

    def _drain(self) -> None:
        """Read what is still answered, and refuse calls into Python, which nobody takes."""
        while True:
            self._exchange(wait=True)
            calls = [
                each for each in self._answers[self._wrong_at :] if each.lstrip().startswith(CALL)
            ]
            self._wrong_at = len(self._answers)
            if not calls:
                return
            for call in calls:
                refused = {"cbid": json.loads(call)["callback"]["cbid"], "err": "run again"}
                question = json.dumps({"complete": {**refused, "api": "complete"}}).encode() + b"\n"
                self._asked.append(question)
                self._unsent += question


def _renamed(text: bytes, name: Callable[[bytes, int], int | None]) -> bytes | None:
    """Return a text with other numbers in its names, None if one is not known."""
    known = True

    def rename(found: re.Match[bytes]) -> bytes:
        nonlocal known
        number = name(found[1][:1], int(found[2]))
        known = known and number is not None
        return b"%b%d" % (found[1], number or 0)

    said = COUNTED.sub(rename, text)
    return said if known else None


def foresee() -> list[Foreseen]:
    """Put one before each process that jsii starts from now on; return those that there are."""
    from jsii._kernel.providers import process  # type: ignore[import-not-found,unused-ignore]

    all_: list[Foreseen] = []
    start = process._NodeProcess.start

    def start_foreseen(self: Any) -> None:  # noqa: ANN401 -- jsii's own
        start(self)  # type: ignore[no-untyped-call,unused-ignore]
        pipes = self._process
        pipes.stdin = pipes.stdout = Foreseen(pipes.stdin, pipes.stdout)
        all_.append(pipes.stdin)

    process._NodeProcess.start = start_foreseen  # type: ignore[method-assign,unused-ignore]
    return all_
