from typing import Annotated, Any

import msgspec
import pytest

from blockwork.runtime.asking import InvalidQuestionError, asked_handler
from blockwork.runtime.observability import current_correlation_id
from tests.unit.conftest import LogLines
from tests.unit.lambda_src.events import CONTEXT


class HowMany(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    tea_kind: Annotated[str, msgspec.Meta(max_length=10)]


class SoMany(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    in_stock: int
    asked_by: str


def count(question: HowMany, *, stock: dict[str, int]) -> SoMany:
    return SoMany(in_stock=stock[question.tea_kind], asked_by=current_correlation_id())


handler = asked_handler(HowMany, count, stock=lambda: {"green": 7})


def test_a_question_is_answered_in_what_json_knows(log_lines: LogLines) -> None:
    answer = handler({"teaKind": "green", "correlationId": "c-1"}, CONTEXT)

    assert answer == {"inStock": 7, "askedBy": "c-1"}
    (line,) = log_lines()
    assert (line["message"], line["correlation_id"]) == ("asked", "c-1")
    assert "green" not in str(line)


@pytest.mark.parametrize("given", [{}, {"correlationId": "not well\nformed"}])
def test_without_a_correlation_id_it_is_the_invocations_own(given: dict[str, str]) -> None:
    assert handler({"teaKind": "green", **given}, CONTEXT)["askedBy"] == "lambda-request"


@pytest.mark.parametrize("question", [{}, {"teaKind": 7}, {"teaKind": "secret" * 9}, [], None])
def test_a_question_that_does_not_fit_is_refused_without_what_it_holds(question: Any) -> None:
    with pytest.raises(InvalidQuestionError, match="the question does not fit") as refused:
        handler(question, CONTEXT)

    assert "secret" not in str(refused.value)


def test_what_goes_wrong_is_told_to_who_asks() -> None:
    with pytest.raises(KeyError):
        handler({"teaKind": "black"}, CONTEXT)
