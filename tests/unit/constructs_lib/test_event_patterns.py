"""A pattern that EventBridge would refuse, or that never matches, is refused at once."""

from typing import Any

import pytest
from aws_cdk import Stack
from aws_cdk import aws_events as events

from constructs_lib.event_patterns import check_pattern


@pytest.mark.parametrize(
    "detail",
    [
        {"country": ["GB"]},
        {"data": {"price": [{"numeric": [">", 5]}], "paid": [True, None, 3, 1.5]}},
        {"$or": [{"a": [1]}, {"b": [{"exists": False}]}]},
        {"name": [{"anything-but": ["x"]}, {"prefix": "y"}, {"wildcard": "*.pdf"}]},
        {"name": events.Match.prefix("x")},
    ],
)
def test_what_eventbridge_takes_is_taken(detail: dict[str, Any]) -> None:
    check_pattern(events.EventPattern(source=["shop"], detail=detail), at="Here")


def test_a_value_that_is_known_once_deployed_is_taken(stack: Stack) -> None:
    detail = {"bucket": {"name": [stack.stack_name]}}

    check_pattern(events.EventPattern(detail=detail, account=[stack.account]), at="Here")


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        ({}, "detail must map names.*got {}"),
        ({"data": {}}, "detail.data must map names"),
        ({"country": "GB"}, "detail.country must map names of fields to lists.*got 'GB'"),
        ({"country": []}, r"detail.country must hold a value at least, got \[\]"),
        ({"name": [{"prefx": "x"}]}, r"detail.name must hold texts.*of anything-but.*'prefx'"),
        ({"name": [{"prefix": "x", "suffix": "y"}]}, "one operator each"),
        ({"name": [["x"]]}, r"detail.name must hold texts.*got \['x'\]"),
        ({"$or": [{"a": [1]}]}, r"detail.\$or must list two"),
        ({"$or": [{"a": [1]}, {"b": []}]}, r"detail.\$or.b must hold"),
    ],
)
def test_a_detail_that_is_none_is_refused(detail: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=rf"{said}.*\(at Here\)"):
        check_pattern(events.EventPattern(source=["shop"], detail=detail), at="Here")


@pytest.mark.parametrize("field", ["source", "detail_type", "resources", "account"])
def test_an_empty_list_is_refused(field: str) -> None:
    with pytest.raises(ValueError, match=rf"{field} must hold a value at least.*\(at Here\)"):
        check_pattern(events.EventPattern(**{field: []}), at="Here")  # type: ignore[arg-type]


def test_a_pattern_for_everything_is_refused() -> None:
    with pytest.raises(ValueError, match=r"pattern must name something.*\(at Here\)"):
        check_pattern(events.EventPattern(), at="Here")
