"""What a writer says they have seen (RFC 9110, section 13.1.1)."""

import pytest

from blockwork.runtime.http import Request
from blockwork.runtime.preconditions import seen_by
from blockwork.runtime.problems import ProblemError
from blockwork.runtime.versions import Seen, condition


def seen(if_match: str, ending: str = "") -> Seen | None:
    return seen_by(Request(headers={"if-match": if_match}), ending=ending)


def test_who_says_nothing_may_overwrite_anything() -> None:
    assert seen_by(Request()) is None


@pytest.mark.parametrize(
    ("if_match", "versions"),
    [
        ('"a"', {"a"}),
        ('"a","b" ,\t"c"', {"a", "b", "c"}),
        (' ,, "a", , "b",', {"a", "b"}),
        ('"a,b"', {"a,b"}),
        ('""', {""}),
        ('W/"a"', set()),
        ('W/"a", "b"', {"b"}),
        ('"é"', {"é"}),
    ],
)
def test_each_strong_tag_is_a_version(if_match: str, versions: set[str]) -> None:
    assert seen(if_match) == Seen(frozenset(versions))


@pytest.mark.parametrize("if_match", ["*", " * "])
def test_a_star_is_any_version(if_match: str) -> None:
    assert seen(if_match) == Seen(None)


@pytest.mark.parametrize(
    "if_match",
    [
        "",
        ",",
        "a",
        '"a',
        'a"',
        '"a" "b"',
        '"a""b"',
        '*, "a"',
        '"a", *',
        'w/"a"',
        'W/ "a"',
        '"a b"',
        '"a\x7f"',
        "'a'",
        ", " * 5000 + "x",
        '"a",' * 101,
    ],
)
def test_anything_else_answers_400_and_says_what_is_allowed(if_match: str) -> None:
    with pytest.raises(ProblemError, match=r"If-Match must be \* or 1 to 100 ETags") as problem:
        seen(if_match)

    assert problem.value.status == 400
    assert len(problem.value.detail) < 250


def test_only_tags_with_the_ending_are_versions() -> None:
    assert seen('"a.1", "b.2", "c.1"', ending=".1") == Seen(frozenset({"a", "c"}))


def test_who_has_seen_nothing_that_counts_meets_a_condition_that_cannot_hold() -> None:
    assert condition(Seen(frozenset()), key="id") == (
        "version IN (:seen0)",
        {":seen0": {"S": "-"}},
    )
