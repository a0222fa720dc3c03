"""A body with a field of each kind, and what is said about those that do not fit it."""

import json
from enum import StrEnum
from typing import Self

import msgspec
import pytest

from blockwork.runtime.bodies import read_body
from blockwork.runtime.http import Request
from blockwork.runtime.problems import FieldError, ProblemError


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Word(str):
    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        if " " in text:
            raise ValueError("must be one word")
        return super().__new__(cls, text)


class Tea(msgspec.Struct, rename="camel"):
    word: Word
    colour: Colour
    cups: int
    with_milk: bool = False


def problem_of(body: bytes) -> ProblemError:
    with pytest.raises(ProblemError) as problem:
        read_body(Request(body=body), Tea)
    return problem.value


def errors_of(**fields: object) -> list[FieldError]:
    problem = problem_of(json.dumps(fields).encode())
    assert problem.status == 422
    return list(problem.errors)
