from typing import Any

import pytest

from blockwork.failures.filters import UnknownFilterError, matches

RECORD = {
    "eventName": "INSERT",
    "dynamodb": {"NewImage": {"itemId": {"S": "voucher#1"}, "count": {"N": "2"}}, "size": 7},
}


def of_item(rule: Any) -> dict[str, Any]:
    return {"dynamodb": {"NewImage": {"itemId": {"S": [rule]}}}}


@pytest.mark.parametrize(
    "pattern",
    [
        {},
        {"eventName": ["INSERT", "MODIFY"]},
        of_item("voucher#1"),
        of_item({"prefix": "voucher#"}),
        of_item({"suffix": "1"}),
        of_item({"equals-ignore-case": "VOUCHER#1"}),
        of_item({"anything-but": ["payment#1"]}),
        {"dynamodb": {"OldImage": [{"exists": False}]}},
        {"dynamodb": {"size": [{"numeric": [">", 5, "<=", 7]}]}},
        {"$or": [{"eventName": ["REMOVE"]}, {"dynamodb": {"size": [7]}}]},
    ],
)
def test_a_record_that_fits_is_for_the_function(pattern: dict[str, Any]) -> None:
    assert matches(pattern, RECORD)


@pytest.mark.parametrize(
    "pattern",
    [
        {"eventName": ["MODIFY"]},
        {"eventName": ["INSERT"], "eventSource": ["aws:dynamodb"]},
        of_item({"prefix": "payment#"}),
        of_item({"anything-but": "voucher#1"}),
        {"dynamodb": {"OldImage": {"itemId": {"S": [{"prefix": ""}]}}}},
        {"dynamodb": {"size": ["7"]}},
        {"dynamodb": {"size": [{"numeric": ["<", 7]}]}},
        {"$or": [{"eventName": ["REMOVE"]}]},
    ],
)
def test_a_record_that_does_not_fit_is_not(pattern: dict[str, Any]) -> None:
    assert not matches(pattern, RECORD)


def test_an_operator_that_is_not_known_is_refused_rather_than_guessed() -> None:
    with pytest.raises(UnknownFilterError, match="wildcard"):
        matches(of_item({"wildcard": "v*"}), RECORD)
