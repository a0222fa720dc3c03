import json
from collections.abc import Sequence
from typing import Annotated

import msgspec
import pytest

from blockwork.runtime.bodies import read_body
from blockwork.runtime.http import Request
from blockwork.runtime.problems import FieldError, ProblemError
from tests.unit.blockwork.runtime.tea import Colour, Tea, Word, errors_of, problem_of


def test_a_body_that_fits_is_read() -> None:
    body = '{"word": "chai", "colour": "red", "cups": 2, "withMilk": true}'

    tea = read_body(Request(body=body.encode()), Tea)

    assert tea == Tea(word=Word("chai"), colour=Colour.RED, cups=2, with_milk=True)


def test_what_may_be_left_out_has_its_default() -> None:
    tea = read_body(Request(body=b'{"word": "chai", "colour": "red", "cups": 2}'), Tea)

    assert tea.with_milk is False


def test_every_wrong_missing_and_unknown_field_is_named_at_once() -> None:
    assert errors_of(word="two words", colour="green", withMilk="yes", sugar=1, honey=None) == [
        FieldError("word", "must be one word"),
        FieldError("colour", "must be one of red, blue, got 'green'"),
        FieldError("cups", "is required"),
        FieldError("withMilk", "Expected `bool`, got `str`"),
        FieldError("sugar", "is not known"),
        FieldError("honey", "is not known"),
    ]


def test_an_unknown_field_alone_is_an_error_and_the_known_ones_are_listed() -> None:
    problem = problem_of(b'{"word": "a", "colour": "red", "cups": 1, "with_milk": true}')

    assert problem.status == 422
    assert problem.detail == (
        "the body does not fit; it may have the fields word, colour, cups, withMilk"
    )
    assert problem.errors == [FieldError("with_milk", "is not known")]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "null"),
        (True, "true"),
        (0, "a number"),
        (1.5, "a number"),
        ([], "an array"),
        ({}, "an object"),
    ],
)
def test_a_value_of_another_type_is_named_as_json_does(value: object, kind: str) -> None:
    assert errors_of(word=value, colour=value, cups=1) == [
        FieldError("word", f"must be a string, got {kind}"),
        FieldError("colour", f"must be one of red, blue, got {kind}"),
    ]


@pytest.mark.parametrize("body", [b"[]", b"null", b"1", b'"a"', b"true"])
def test_json_that_is_not_an_object_answers_400(body: bytes) -> None:
    problem = problem_of(body)

    assert problem.status == 400
    assert problem.detail.startswith("the body must be a JSON object, got ")


def test_a_body_of_thousands_of_unknown_fields_gets_a_bounded_answer() -> None:
    fields: dict[str, object] = {f"field{number}": 0 for number in range(4000)}

    assert len(errors_of(**fields)) == 100


def test_a_very_long_name_or_value_is_not_sent_back_whole() -> None:
    assert errors_of(word="a", colour="x" * 5000, cups=1, **{"y" * 5000: 1}) == [
        FieldError("colour", f"must be one of red, blue, got '{'x' * 40}…'"),
        FieldError("y" * 40 + "…", "is not known"),
    ]


def array_problem_of(body: object) -> ProblemError:
    with pytest.raises(ProblemError) as problem:
        read_body(Request(body=json.dumps(body).encode()), list[Tea])
    return problem.value


def test_an_array_is_read_entry_by_entry() -> None:
    chai = {"word": "chai", "colour": "red", "cups": 2}
    body = json.dumps([chai, chai | {"word": "mate", "withMilk": True}]).encode()

    assert read_body(Request(body=body), list[Tea]) == [
        Tea(word=Word("chai"), colour=Colour.RED, cups=2),
        Tea(word=Word("mate"), colour=Colour.RED, cups=2, with_milk=True),
    ]
    assert read_body(Request(body=b"[]"), list[Tea]) == []


def test_what_is_wrong_in_an_array_is_named_with_its_place() -> None:
    fitting = {"word": "chai", "colour": "red", "cups": 2}

    problem = array_problem_of([fitting, fitting | {"word": "a b", "sugar": 1}, 7, {}])

    assert problem.status == 422
    assert problem.detail == (
        "the body does not fit; each entry may have the fields word, colour, cups, withMilk"
    )
    assert problem.errors == [
        FieldError("[1].word", "must be one word"),
        FieldError("[1].sugar", "is not known"),
        FieldError("[2]", "must be an object, got a number"),
        FieldError("[3].word", "is required"),
        FieldError("[3].colour", "is required"),
        FieldError("[3].cups", "is required"),
    ]


def test_an_unknown_field_alone_is_an_error_in_an_array_too() -> None:
    problem = array_problem_of([{"word": "chai", "colour": "red", "cups": 2, "sugar": 1}])

    assert problem.errors == [FieldError("[0].sugar", "is not known")]


@pytest.mark.parametrize(
    ("body", "kind"), [({}, "an object"), (None, "null"), ("[]", "a string"), (1, "a number")]
)
def test_json_that_is_not_an_array_answers_400_where_one_is_wanted(body: object, kind: str) -> None:
    problem = array_problem_of(body)

    assert problem.status == 400
    assert problem.detail == f"the body must be a JSON array, got {kind}"


def test_an_array_of_thousands_of_wrong_entries_gets_a_bounded_answer() -> None:
    assert len(array_problem_of([{}] * 4000).errors) == 100


class Pot(msgspec.Struct, rename="camel"):
    teas: Annotated[list[Tea], msgspec.Meta(min_length=1, max_length=2)]


class Tray(msgspec.Struct):
    pot: Pot


def tray_errors_of(pot: object) -> Sequence[FieldError]:
    with pytest.raises(ProblemError) as problem:
        read_body(Request(body=json.dumps({"pot": pot}).encode()), Tray)
    assert problem.value.status == 422
    return problem.value.errors


def test_what_is_wrong_in_structs_within_structs_is_named_with_its_place() -> None:
    fitting = {"word": "chai", "colour": "red", "cups": 2}
    body = json.dumps({"pot": {"teas": [fitting]}}).encode()

    assert len(read_body(Request(body=body), Tray).pot.teas) == 1
    assert tray_errors_of({"teas": [fitting, fitting | {"word": "a b", "sugar": 1}, 7]}) == [
        FieldError("pot.teas[1].word", "must be one word"),
        FieldError("pot.teas[1].sugar", "is not known"),
        FieldError("pot.teas[2]", "must be an object, got a number"),
    ]
    assert tray_errors_of([]) == [FieldError("pot", "Expected `object`, got `array`")]
    (few,) = tray_errors_of({"teas": []})
    assert (few.field, "length >= 1" in few.detail) == ("pot.teas", True)
    (many,) = tray_errors_of({"teas": [fitting] * 3})
    assert (many.field, "length <= 2" in many.detail) == ("pot.teas", True)


def test_an_unknown_field_alone_is_an_error_within_too() -> None:
    chai = {"word": "chai", "colour": "red", "cups": 2, "sugar": 1}

    assert tray_errors_of({"teas": [chai]}) == [FieldError("pot.teas[0].sugar", "is not known")]
    assert len(tray_errors_of({"teas": [{}] * 4000})) == 100
