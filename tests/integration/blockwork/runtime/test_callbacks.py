"""Executions that wait meet what they wait for, whoever is first, twice, late or dead."""

import itertools

import boto3
import pytest

from blockwork.runtime.callbacks import CallbackTable
from tests.integration.blockwork.runtime.callback_world import KEY, NAME, World
from tests.integration.lost_answers import lose_first_answer

MOST_REQUESTS = 40


@pytest.fixture
def world(aws: pytest.MonkeyPatch) -> World:
    aws.setenv("CALLBACKS_TABLE", NAME)
    return new_world()


def new_world() -> World:
    client = boto3.client("dynamodb")
    if NAME in client.list_tables()["TableNames"]:
        client.delete_table(TableName=NAME)
    client.create_table(
        TableName=NAME,
        KeySchema=[
            {"AttributeName": "callbackKey", "KeyType": "HASH"},
            {"AttributeName": "itemId", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "callbackKey", "AttributeType": "S"},
            {"AttributeName": "itemId", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return World(client)


def test_a_message_resumes_who_waits(world: World) -> None:
    world.wait()

    assert world.arrive("a") == "RESUMED"
    assert world.execution.got == ["a"]
    assert world.left() == []


def test_a_message_that_came_before_the_token_resumes_at_once(world: World) -> None:
    assert world.arrive("a") == "KEPT"

    world.wait()

    assert world.execution.got == ["a"]
    assert world.left() == []


def test_messages_are_handed_over_in_their_order_one_a_wait(world: World) -> None:
    for id_ in "abc":
        assert world.arrive(id_) == "KEPT"

    world.wait()
    assert world.execution.got == ["a"]
    world.wait()
    world.wait()

    assert world.execution.got == ["a", "b", "c"]
    world.wait()
    assert world.execution.got == ["a", "b", "c"]


def test_a_message_that_comes_again_does_nothing_again(world: World) -> None:
    world.wait()
    world.arrive("a")
    world.wait()

    assert world.arrive("a") == "REPEATED"
    assert world.execution.got == ["a"]
    assert world.arrive("b") == "RESUMED"


def test_a_message_whose_wait_timed_out_is_kept_for_the_next(world: World) -> None:
    world.wait()
    world.execution.time_out()

    assert world.arrive("a") == "KEPT"
    assert world.arrive("b") == "KEPT"
    world.wait()
    world.wait()

    assert world.execution.got == ["a", "b"]


def test_a_new_token_takes_the_place_of_the_old_one(world: World) -> None:
    world.wait()
    world.wait()

    assert world.arrive("a") == "RESUMED"


def test_what_comes_after_the_end_is_late_and_not_kept(world: World) -> None:
    world.arrive("a")
    world.table().end(KEY)

    assert world.arrive("b") == "LATE"
    assert world.arrive("a") == "REPEATED"
    assert world.left() == []
    assert world.execution.got == []


def test_who_waits_after_the_end_takes_it_up_again(world: World) -> None:
    world.table().end(KEY)
    world.wait()

    assert world.arrive("a") == "RESUMED"


def test_a_sign_of_life_reaches_who_waits_and_nobody_else(world: World) -> None:
    assert not world.table().beat(KEY)
    world.wait()

    assert world.table().beat(KEY)
    assert world.execution.beats == 1
    world.execution.time_out()
    assert not world.table().beat(KEY)


def test_keys_have_nothing_to_do_with_each_other(world: World) -> None:
    world.wait()

    assert world.table().arrive("another", {"id": "x"}, message_id="x").name == "KEPT"
    assert world.execution.got == []


def test_the_table_forgets_by_itself_after_more_than_a_year(world: World) -> None:
    table = CallbackTable(world.client, NAME, lambda: world, clock=lambda: 1_000_000_000.5)

    table.arrive(KEY, {"id": "a"}, message_id="a")

    items = world.client.scan(TableName=NAME)["Items"]
    assert [item["expiresAt"]["N"] for item in items] == ["1034560000"] * 2


@pytest.mark.parametrize("operation", ["GetItem", "PutItem", "UpdateItem"])
@pytest.mark.parametrize("first", ["wait", "arrive"])
def test_an_answer_that_is_lost_changes_nothing(world: World, operation: str, first: str) -> None:
    lose_first_answer(world.client, operation)
    if first == "wait":
        world.wait()
        assert world.arrive("a") == "RESUMED"
    else:
        assert world.arrive("a") == "KEPT"
        world.wait()

    world.wait()
    world.arrive("b")

    assert world.execution.got == ["a", "b"]


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("steps", ["abw", "wab", "awb"])
def test_each_message_comes_once_though_functions_die_at_any_request(
    steps: str, before: bool
) -> None:
    for dying in range(len(steps)):
        for at in range(1, MOST_REQUESTS):
            world = new_world()
            for step in steps[:dying]:
                world.step(step)()
            with world.dying(at=at, before=before) as reached:
                world.step(steps[dying])()
            # Who calls does it again: the provider, and the execution by a new token.
            if reached and (steps[dying] != "w" or world.execution.open):
                world.step(steps[dying])()
            for step in steps[dying + 1 :]:
                world.step(step)()
            for _ in range(2):
                if not world.execution.open:
                    world.wait()

            assert world.execution.got == ["a", "b"], (dying, at)
            assert world.left() == []
            if not reached:
                break


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("waits_first", [True, False])
@pytest.mark.parametrize(("one", "other"), [("a", "b"), ("a", "w"), ("w", "a"), ("a", "a")])
def test_each_message_comes_once_though_others_come_between_at_any_request(
    one: str, other: str, waits_first: bool
) -> None:
    for at in range(1, MOST_REQUESTS):
        world = new_world()
        if waits_first:
            world.wait()
        with world.between(world.step(other), at=at) as reached:
            world.step(one)()
        if not reached:
            return
        for id_ in {one, other} - {"w"}:
            world.arrive(id_)
        for _ in range(3):
            if not world.execution.open:
                world.wait()

        assert sorted(world.execution.got) == sorted({one, other} - {"w"}), at
        assert world.arrive("z") == "RESUMED", at


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("times", [*itertools.product([1, 2, 3, 4], [1, 2, 4, 6])])
@pytest.mark.parametrize("waits_first", [True, False])
def test_two_arrivals_and_a_wait_at_once_lose_and_double_nothing(
    times: tuple[int, int], waits_first: bool
) -> None:
    world = new_world()
    if waits_first:
        world.wait()

    def second() -> None:
        with world.between(world.wait, at=times[1]):
            world.arrive("b")

    with world.between(second, at=times[0]) as reached:
        world.arrive("a")
    assert reached
    for _ in range(2):
        if not world.execution.open:
            world.wait()

    assert sorted(world.execution.got) == ["a", "b"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"key": ""}, "key must be a text of 1 to 512 characters, got ''"),
        ({"message_id": "x" * 201}, "message_id must be a text of 1 to 200 characters"),
        ({"message": {"n": float("nan")}}, "message must be JSON"),
        ({"message": {"text": "x" * 200_000}}, "200000 bytes at most as JSON, got 200012"),
    ],
)
def test_what_cannot_be_kept_is_refused(
    world: World, arguments: dict[str, object], says: str
) -> None:
    given: dict[str, object] = {"key": KEY, "message": {}, "message_id": "a", **arguments}
    key, message = given.pop("key"), given.pop("message")

    with pytest.raises(ValueError, match=says):
        world.table().arrive(key, message, **given)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="token must be a text"):
        world.table().wait(KEY, "", received=None)


def test_the_table_is_found_by_the_environment(world: World) -> None:
    world.wait()

    assert CallbackTable.from_environment().arrive("x", {}, message_id="a").name == "KEPT"
