"""What DynamoDB is told: names of attributes may be reserved words, as `name` and `state` are."""

from blockwork.runtime.expressions import projection, setting
from blockwork.runtime.versions import (
    UNWRITTEN,
    OutdatedError,
    Seen,
    condition,
    item_there,
    was_repeated,
)


def test_a_read_names_the_attributes_by_marks() -> None:
    assert projection(["name", "state"]) == {
        "ProjectionExpression": "#name, #state",
        "ExpressionAttributeNames": {"#name": "name", "#state": "state"},
    }


def test_an_update_sets_all_but_the_key() -> None:
    item = {"pk": {"S": "user"}, "sk": {"S": "1"}, "name": {"S": "Ada"}, "state": {"N": "2"}}

    assert setting(item, key=("pk", "sk")) == {
        "Key": {"pk": {"S": "user"}, "sk": {"S": "1"}},
        "UpdateExpression": "SET #name = :name, #state = :state",
        "ExpressionAttributeNames": {"#name": "name", "#state": "state"},
        "ExpressionAttributeValues": {":name": {"S": "Ada"}, ":state": {"N": "2"}},
    }


def test_what_was_written_before_there_were_versions_may_have_been_seen() -> None:
    asked, values = condition(Seen(frozenset({UNWRITTEN, "b"})), key="pk")

    assert asked == "(attribute_not_exists(version) OR version IN (:seen0, :seen1))"
    assert values == {":seen0": {"S": "0"}, ":seen1": {"S": "b"}}


def test_where_there_is_nothing_nothing_was_seen() -> None:
    assert not Seen(None).covers(None)
    assert Seen(None).covers("a")
    assert Seen(frozenset("a")).covers("a")
    assert not Seen(frozenset("a")).covers("b")


def test_a_refusal_tells_what_is_there_and_whether_it_was_asked_twice() -> None:
    item = {"version": {"S": "b"}}

    assert item_there({"Item": item}) == item
    assert item_there({}) is None
    assert was_repeated({"ResponseMetadata": {"RetryAttempts": 1}})
    assert not was_repeated({"ResponseMetadata": {"RetryAttempts": 0}})
    assert not was_repeated({})
    assert OutdatedError("there").current == "there"
