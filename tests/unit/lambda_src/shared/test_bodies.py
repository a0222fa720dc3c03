import json
from enum import StrEnum
from typing import Self

import msgspec
import pytest
from shared.bodies import LARGEST_BODY, read_body
from shared.http import Request
from shared.problems import FieldError, ProblemError


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


def test_a_body_may_be_nested_as_deep_as_any_interpreter_bears() -> None:
    nested = b'{"a":' + b"[" * 31 + b"1" + b"]" * 31 + b"}"

    assert problem_of(nested).status == 422


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{'word': 'a'}",
        b'{"word": "a",}',
        b'{"word": "a"} {}',
        b'{"word": NaN}',
        b'{"word": -Infinity}',
        b'{"word": "\xff"}',
        b'{"\xff": "a"}',
        "\ufeff{}".encode(),
        '{"word": "a"}'.encode("utf-16"),
        rb'{"word": "\ud800"}',
        b'{"word": "\x00"}',
        b'{"cups": 1e999}',
        b'{"cups": ' + b"9" * 5000 + b"}",
        b'{"cups": ' + b"9" * 60_000 + b"}",
        b"[" * 60_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b'{"a":' + b"[" * 32 + b"]" * 32 + b"}",
        b'{"cups": 1, "cups": 2}',
        b'{"word": {"a": 1, "a": 1}}',
    ],
    ids=lambda body: repr(body[:24]),
)
def test_what_is_not_strict_json_answers_400(body: bytes) -> None:
    problem = problem_of(body)

    assert problem.status == 400
    assert problem.detail.startswith("the body must be JSON")
    assert len(problem.detail) < 250


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b'{"word": "caf\xe9"}', "byte 13 is 0xe9"),
        (b'{"caf\xe9": "a"}', "byte 5 is 0xe9"),
        (b'{"word": "\xc0\xaf"}', "byte 10 is 0xc0"),
        (b'{"word": "\xed\xa0\x80"}', "byte 10 is 0xed"),
        (b'{"word": "\xf4\x90\x80\x80"}', "byte 10 is 0xf4"),
        (b'{"word": "\xe2\x82', "byte 10 is 0xe2"),
        (b"\xff", "byte 0 is 0xff"),
        ('{"word": "caf\ufffd"}'.encode(), "character 13 is U+FFFD"),
        ("\ufeff{}".encode(), "it begins with a byte order mark"),
        ('{"word": "a"}'.encode("utf-16"), "byte 0 is 0xff"),
        ('{"word": "a"}'.encode("utf-16-be"), "it has NUL bytes"),
        ('{"word": "a"}'.encode("utf-32-le"), "it has NUL bytes"),
        (b'{"word": "a\x00b"}', "it has NUL bytes"),
    ],
    ids=lambda value: repr(value[:24]),
)
def test_what_is_not_utf_8_answers_400_and_says_where(body: bytes, what: str) -> None:
    problem = problem_of(body)

    assert problem.status == 400
    assert problem.detail.startswith(f"the body must be JSON in UTF-8: {what}")


@pytest.mark.parametrize(
    ("escaped", "named"),
    [
        (rb'"\ud800"', r"'\ud800' in '\ud800' "),
        (rb'"a \udfff b"', r"'\udfff' in 'a \udfff b' "),
        (rb'"\udc00\ud800"', r"'\udc00' in "),
        (rb'[{"a": ["\uDBFF"]}]', r"'\udbff' in "),
        (rb'{"\ud800": 1}', r"'\ud800' in "),
        (rb'{"\ud800": 1, "\ud800": 1}', r"the key '\ud800' is there twice"),
    ],
)
def test_an_escape_of_half_a_character_answers_400_and_is_named(escaped: bytes, named: str) -> None:
    problem = problem_of(b'{"word": ' + escaped + b"}")

    assert problem.status == 400
    assert problem.detail.startswith(f"the body must be JSON: {named}")


@pytest.mark.parametrize(
    ("escaped", "word"),
    [(r"\ud83d\ude00", "😀"), (r"\ufffd", "\ufffd"), (r"\\ud800\\u0000", r"\ud800\u0000")],
)
def test_what_escapes_can_write_and_one_can_store_is_read(escaped: str, word: str) -> None:
    body = f'{{"word": "{escaped}", "colour": "red", "cups": 2}}'

    assert read_body(Request(body=body.encode()), Tea).word == word


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json; charset=iso-8859-1",
        "application/json;CHARSET='UTF-16'",
        'application/merge-patch+json; profile=a; charset="windows-1252"',
        "text/plain; charset=",
    ],
)
def test_another_charset_than_utf_8_answers_400_whatever_the_bytes(content_type: str) -> None:
    body = b'{"word": "chai", "colour": "red", "cups": 2}'

    with pytest.raises(ProblemError, match="Content-Type says charset=") as problem:
        read_body(Request(body=body, headers={"content-type": content_type}), Tea)

    assert problem.value.status == 400


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        'application/json ; Charset="UTF-8"',
        "application/x-www-form-urlencoded",
        "application/json; profile=charset",
    ],
)
def test_utf_8_and_no_charset_at_all_are_read(content_type: str) -> None:
    body = '{"word": "thé", "colour": "red", "cups": 2}'.encode()

    tea = read_body(Request(body=body, headers={"content-type": content_type}), Tea)

    assert tea.word == "thé"


@pytest.mark.parametrize("body", [b"[]", b"null", b"1", b'"a"', b"true"])
def test_json_that_is_not_an_object_answers_400(body: bytes) -> None:
    problem = problem_of(body)

    assert problem.status == 400
    assert problem.detail.startswith("the body must be a JSON object, got ")


@pytest.mark.parametrize("size", [LARGEST_BODY + 1, 1024 * 1024])
def test_a_body_over_64_kilobytes_answers_413(size: int) -> None:
    problem = problem_of(b" " * size)

    assert problem.status == 413
    assert problem.detail == f"the body must have at most 65536 bytes, got {size}"


def test_a_body_of_exactly_64_kilobytes_is_read() -> None:
    body = b'{"word": "chai", "colour": "red", "cups": 2}'.ljust(LARGEST_BODY)

    assert read_body(Request(body=body), Tea).cups == 2


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
