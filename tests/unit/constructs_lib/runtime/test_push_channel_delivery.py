"""What a push channel sends to whom, and what it does when somebody is not there."""

import json

import pytest

from constructs_lib.runtime.push_channel.sockets import GoneError, TooLargeError, UnreachableError
from constructs_lib.runtime.push_channel.turn import MESSAGES_AT_ONCE, OPENING_SECONDS
from tests.unit.constructs_lib.runtime.channel_fakes import Channel, Sockets, run


def test_every_tab_gets_what_it_lacks_in_order_and_nobody_else_gets_it(
    channel: Channel, sockets: Sockets
) -> None:
    channel.has("ann", "fresh")
    channel.has("ann", "behind", cursor=1)
    channel.has("bob", "bobs")
    channel.keeps("ann", 1, 2, 3)

    assert run(channel, sockets, "ann") == []

    assert sockets.numbers("fresh") == [1, 2, 3]
    assert sockets.numbers("behind") == [2, 3]
    assert sockets.numbers("bobs") == []
    assert next(message for id_, message in sockets.sent if id_ == "fresh") == {
        "type": "OrderShipped",
        "id": "000000000001",
        "time": "2026-02-03T04:05:06Z",
        "data": {"userId": "ann", "order": "private-1"},
    }


def test_records_that_come_again_repeat_nothing(channel: Channel, sockets: Sockets) -> None:
    channel.has("ann", "tab")
    channel.keeps("ann", 1, 2)

    for _ in range(3):
        assert run(channel, sockets, "ann", "ann") == []

    assert sockets.numbers("tab") == [1, 2]


def test_a_connection_where_nobody_is_any_more_is_forgotten(
    channel: Channel, sockets: Sockets
) -> None:
    channel.has("ann", "gone", "there")
    channel.keeps("ann", 1)
    sockets.errors["gone"] = [GoneError()]

    assert run(channel, sockets, "ann") == []

    assert [id_ for _, id_ in channel.open] == ["there"]
    assert sockets.numbers("there") == [1]


def test_a_connection_that_is_just_being_let_in_gets_its_message_when_it_is_open(
    channel: Channel, sockets: Sockets
) -> None:
    channel.has("ann", "new", age=OPENING_SECONDS - 1)
    channel.keeps("ann", 1)
    sockets.errors["new"] = [GoneError()]

    assert run(channel, sockets, "ann") == []
    assert channel.asked == [("ann", "new")]
    assert run(channel, sockets, "ann") == []
    assert sockets.numbers("new") == [1]


def test_a_message_that_is_too_large_after_all_does_not_end_its_users_channel(
    channel: Channel, sockets: Sockets, capsys: pytest.CaptureFixture[str]
) -> None:
    channel.has("ann", "tab")
    channel.keeps("ann", 1, 2)
    sockets.errors["tab"] = [TooLargeError()]

    assert run(channel, sockets, "ann") == []

    assert sockets.numbers("tab") == [2]
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (first["level"], first["number"]) == ("ERROR", "000000000001")


def test_progress_is_noted_on_the_way_so_that_a_crash_repeats_few_messages(
    channel: Channel, sockets: Sockets
) -> None:
    channel.has("ann", "tab")
    channel.keeps("ann", *range(1, 2 * MESSAGES_AT_ONCE + 2))

    assert run(channel, sockets, "ann") == []

    assert sockets.numbers("tab") == list(range(1, 2 * MESSAGES_AT_ONCE + 2))
    assert channel.moves == 3


def test_a_user_without_a_connection_costs_nothing(channel: Channel, sockets: Sockets) -> None:
    channel.keeps("ann", 1)

    assert run(channel, sockets, "ann") == []
    assert sockets.sent == []


def test_a_delivery_is_logged_with_its_counts_and_without_its_contents(
    channel: Channel, sockets: Sockets, capsys: pytest.CaptureFixture[str]
) -> None:
    channel.has("ann", "tab")
    channel.has("bob", "bobs")
    channel.keeps("ann", 1, 2)
    channel.keeps("bob", 1)
    sockets.errors["bobs"] = [UnreachableError("later")]

    run(channel, sockets, "ann", "bob")

    output = capsys.readouterr().out
    lines = sorted((json.loads(line) for line in output.splitlines()), key=lambda x: x["userId"])
    assert "private" not in output
    delivered, failed = lines
    assert (delivered["message"], delivered["sent"]) == ("delivered", 2)
    assert (delivered["userId"], delivered["connectionId"]) == ("ann", "tab")
    assert (failed["message"], failed["connectionId"]) == ("not delivered", "bobs")
    assert "later" in failed["error"]
