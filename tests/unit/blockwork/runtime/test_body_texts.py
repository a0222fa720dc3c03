import pytest

from blockwork.runtime.bodies import LARGEST_BODY, read_body
from blockwork.runtime.http import Request
from blockwork.runtime.problems import ProblemError
from tests.unit.blockwork.runtime.tea import Tea, problem_of


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


@pytest.mark.parametrize("size", [LARGEST_BODY + 1, 1024 * 1024])
def test_a_body_over_64_kilobytes_answers_413(size: int) -> None:
    problem = problem_of(b" " * size)

    assert problem.status == 413
    assert problem.detail == f"the body must have at most 65536 bytes, got {size}"


def test_a_body_of_exactly_64_kilobytes_is_read() -> None:
    body = b'{"word": "chai", "colour": "red", "cups": 2}'.ljust(LARGEST_BODY)

    assert read_body(Request(body=body), Tea).cups == 2
