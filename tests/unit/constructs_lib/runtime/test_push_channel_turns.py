"""Nobody waits for a connection that is slow, dead, far behind or one too many."""

from threading import Event

from botocore.exceptions import ConnectTimeoutError

from constructs_lib.runtime.push_channel.channel_table import Connection
from constructs_lib.runtime.push_channel.message import Message
from constructs_lib.runtime.push_channel.sockets import UnreachableError
from constructs_lib.runtime.push_channel.turn import MESSAGES_A_TURN, MOST_FAILURES
from tests.unit.constructs_lib.runtime.channel_fakes import Channel, Sockets, run
from tests.waiting import PATIENCE


def test_a_tab_that_cannot_take_a_message_gets_another_turn_and_holds_nobody_up(
    channel: Channel, sockets: Sockets
) -> None:
    channel.has("ann", "slow", "quick")
    channel.has("bob", "bobs")
    channel.keeps("ann", 1, 2, 3)
    channel.keeps("bob", 1)
    sockets.errors["slow"] = [None, UnreachableError("LimitExceededException")]

    assert run(channel, sockets, "bob", "ann", "bob", "ann") == []
    assert sockets.numbers("slow") == [1]
    assert sockets.numbers("quick") == [1, 2, 3]
    assert sockets.numbers("bobs") == [1]
    assert channel.asked == [("ann", "slow")]

    assert run(channel, sockets, "ann", "bob", "ann") == []
    assert sockets.numbers("slow") == [1, 2, 3]
    assert sockets.numbers("quick") == [1, 2, 3]
    assert sockets.numbers("bobs") == [1]
    assert channel.asked == [("ann", "slow")]


def test_a_tab_that_never_takes_a_message_is_ended(channel: Channel, sockets: Sockets) -> None:
    channel.has("ann", "dead", "alive")
    channel.keeps("ann", 1)
    sockets.errors["dead"] = [UnreachableError("timed out")] * MOST_FAILURES

    for turn in range(1, MOST_FAILURES):
        assert run(channel, sockets, "ann") == []
        assert len(channel.asked) == turn
        assert sockets.ended == []
    run(channel, sockets, "ann")

    assert sockets.ended == ["dead"]
    assert [id_ for _, id_ in channel.open] == ["alive"]
    assert len(channel.asked) == MOST_FAILURES - 1


def test_only_failures_running_count(channel: Channel, sockets: Sockets) -> None:
    channel.has("ann", "tab")
    channel.keeps("ann", *range(1, 2 * MOST_FAILURES + 1))
    sockets.errors["tab"] = [None, UnreachableError("timed out")] * MOST_FAILURES

    for _ in range(MOST_FAILURES):
        run(channel, sockets, "ann")

    assert sockets.ended == []
    assert channel.open["ann", "tab"].failures == 1


def test_a_tab_that_does_not_answer_keeps_no_other_waiting(channel: Channel) -> None:
    class Dead(Sockets):
        """Does not come back before everybody else has been sent theirs."""

        def post(self, connection_id: str, text: str) -> None:
            if connection_id == "dead":
                assert others.wait(PATIENCE)
                raise UnreachableError("ReadTimeoutError")
            super().post(connection_id, text)
            if {id_ for id_, _ in self.sent} == {"anns", "bobs"}:
                others.set()

    others = Event()
    sockets = Dead()
    channel.has("ann", "dead", "anns")
    channel.has("bob", "bobs")
    channel.keeps("ann", 1)
    channel.keeps("bob", 1)

    assert run(channel, sockets, "ann", "bob") == []

    assert sorted(id_ for id_, _ in sockets.sent) == ["anns", "bobs"]


def test_who_lacks_very_much_gets_it_in_turns(channel: Channel, sockets: Sockets) -> None:
    channel.has("ann", "tab")
    channel.keeps("ann", *range(1, MESSAGES_A_TURN + 2))

    assert run(channel, sockets, "ann") == []
    assert sockets.numbers("tab") == list(range(1, MESSAGES_A_TURN + 1))
    assert channel.asked == [("ann", "tab")]

    assert run(channel, sockets, "ann") == []
    assert sockets.numbers("tab") == list(range(1, MESSAGES_A_TURN + 2))
    assert len(channel.asked) == 1


def test_what_a_batch_has_no_time_for_gets_another_turn(channel: Channel, sockets: Sockets) -> None:
    channel.has("ann", "tab")
    channel.keeps("ann", 1)

    assert run(channel, sockets, "ann", batch_seconds=-1) == []

    assert sockets.sent == []
    assert channel.asked == [("ann", "tab")]


def test_the_oldest_of_too_many_connections_are_ended(channel: Channel, sockets: Sockets) -> None:
    for age, id_ in ((30, "third"), (50, "first"), (20, "last"), (40, "second")):
        channel.has("ann", id_, age=age)
    channel.has("bob", "bobs", age=900)
    channel.keeps("ann", 1)

    assert run(channel, sockets, "ann", "bob", most_connections=2) == []

    assert sorted(sockets.ended) == ["first", "second"]
    assert sorted(id_ for _, id_ in channel.open) == ["bobs", "last", "third"]
    assert sorted(id_ for id_, _ in sockets.sent) == ["last", "third"]


def test_records_come_again_while_the_table_does_not_answer(
    channel: Channel, sockets: Sockets
) -> None:
    class Down(Channel):
        def move_cursor(self, user_id: str, connection_id: str, number: int) -> None:
            if user_id == "ann":
                raise ConnectTimeoutError(endpoint_url="https://dynamodb")
            super().move_cursor(user_id, connection_id, number)

    channel = Down()
    channel.has("ann", "anns")
    channel.has("bob", "bobs")
    channel.keeps("ann", 1)
    channel.keeps("bob", 1)

    assert run(channel, sockets, "bob", "ann", "bob") == ["2"]


def test_without_an_answer_about_connections_their_users_records_and_later_ones_come_again(
    sockets: Sockets,
) -> None:
    class Down(Channel):
        def connections(self, user_id: str) -> list[Connection]:
            if user_id == "ann":
                raise ConnectTimeoutError(endpoint_url="https://dynamodb")
            return super().connections(user_id)

    channel = Down()
    channel.has("bob", "bobs")
    channel.keeps("bob", 1)

    assert run(channel, sockets, "bob", "ann", "cat") == ["2", "3"]
    assert sockets.numbers("bobs") == [1]


def test_what_would_go_wrong_again_holds_nobody_up(channel: Channel, sockets: Sockets) -> None:
    channel.has("ann", "anns")
    channel.has("bob", "bobs")
    channel.keeps("ann", 1)
    channel.keeps("bob", 1)
    sockets.errors["anns"] = [RecursionError("a fault")]

    assert run(channel, sockets, "ann", "bob") == []
    assert sockets.numbers("bobs") == [1]


def test_what_was_let_in_is_sent_as_it_is(channel: Channel) -> None:
    sent = []

    class Raw(Sockets):
        def post(self, connection_id: str, text: str) -> None:
            sent.append(text)

    deep = "[" * 100_000 + "]" * 100_000
    channel.has("ann", "tab")
    channel.kept["ann"] = [Message(number=1, type='Order"Shipped', time="now", data=deep)]

    assert run(channel, Raw(), "ann") == []

    about = '{"type":"Order\\"Shipped","id":"000000000001","time":"now","data":'
    assert sent == [f"{about}{deep}}}"]
