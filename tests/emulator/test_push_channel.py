"""A push channel with real WebSockets: what browsers, a bus and a ticket office see of it."""

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from socket import SHUT_RDWR

import pytest

from constructs_lib.runtime.push_channel.channel_table import ChannelTable
from tests.emulator.push import Channel, Tab
from tests.emulator.support import eventually, received


def test_an_event_comes_to_every_tab_of_its_user_and_to_nobody_else(channel: Channel) -> None:
    with channel.tab("ann") as one, channel.tab("ann") as other, channel.tab("bob") as bobs:
        channel.publish("ann", order="o-1")

        message = {
            "type": "OrderShipped",
            "id": "000000000001",
            "time": "2026-02-03T04:05:06Z",
            "data": {"userId": "ann", "order": "o-1"},
        }
        assert one.hears() == message
        assert other.hears() == message
        assert bobs.hears_nothing()


def test_an_event_that_is_published_again_comes_once(channel: Channel) -> None:
    with channel.tab("cat") as tab:
        channel.publish("cat", event_id="same", order="o-1")
        assert tab.hears()["data"]["order"] == "o-1"

        channel.publish("cat", event_id="same", order="o-1")
        channel.publish("cat", order="o-2")

        assert tab.hears() == {
            "type": "OrderShipped",
            "id": "000000000002",
            "time": "2026-02-03T04:05:06Z",
            "data": {"userId": "cat", "order": "o-2"},
        }
        assert tab.hears_nothing()


def test_events_that_come_at_once_and_twice_get_every_number_once(channel: Channel) -> None:
    table = ChannelTable(channel.dynamodb, channel.made["Channel"])
    events = [f"e-{number // 2}" for number in range(40)]

    def append(event_id: str) -> int | None:
        return table.append(
            "lea",
            event_id=event_id,
            type_="OrderShipped",
            time_="2026-02-03T04:05:06Z",
            data="{}",
            now=time.time(),
            keep_seconds=60,
        )

    with ThreadPoolExecutor(8) as pool:
        given = [number for number in pool.map(append, events) if number is not None]

    assert sorted(given) == list(range(1, 21))
    kept = [message.number for message in table.messages("lea", after=0, now=time.time())]
    assert kept == list(range(1, 21))


def test_a_browser_that_comes_back_gets_exactly_what_it_missed_in_order(channel: Channel) -> None:
    with channel.tab("dan") as tab:
        channel.publish("dan", order="known")
        last = tab.hears()["id"]
    eventually(lambda: not channel.connections("dan"))
    for order in ("missed-0", "missed-1", "missed-2"):
        before = channel.last_number("dan")
        channel.publish("dan", order=order)
        eventually(partial(channel.has_more_than, before, user="dan"))

    with channel.tab("dan", after=last) as tab:
        # The answer may come before what was missed, in its midst or after it.
        heard = [tab.says('{"action": "resume"}'), *(tab.hears() for _ in range(3))]
        assert tab.hears_nothing()
    heard.remove({"type": "resuming"})
    missed = heard

    assert [message["data"]["order"] for message in missed] == ["missed-0", "missed-1", "missed-2"]
    assert [message["id"] for message in missed] == [f"{number:012}" for number in (2, 3, 4)]


def test_a_browser_that_says_nothing_of_before_is_sent_nothing_of_before(channel: Channel) -> None:
    channel.publish("eve", order="before")
    eventually(partial(channel.has_more_than, 0, user="eve"))

    with channel.tab("eve", after="999999999999") as tab:
        assert tab.says('{"action": "resume"}') == {"type": "resuming"}
        channel.publish("eve", order="after")
        assert tab.hears()["data"]["order"] == "after"


def test_a_ping_is_answered_and_anything_else_is_told_what_is_known(channel: Channel) -> None:
    with channel.tab("fay") as tab:
        assert tab.says('{"action": "ping"}') == {"type": "pong"}
        for text in ("hello", "[]", '{"action": "dance"}'):
            answer = tab.says(text)
            assert answer["type"] == "error"
            assert '{"action": "ping"}' in answer["detail"]


def test_a_ticket_opens_one_connection_within_its_time_and_nothing_else_does(
    channel: Channel,
) -> None:
    used = channel.ticket("gus")
    with channel.opened(f"?ticket={used}"):
        pass

    assert channel.refusal(f"?ticket={used}") == 403
    assert channel.refusal(f"?ticket={channel.ticket('gus', seconds=-1)}") == 403
    assert channel.refusal("?ticket=never-issued") == 403
    assert channel.refusal("") == 401


def test_connections_that_vanish_without_a_goodbye_leave_nothing_and_disturb_nobody(
    channel: Channel,
) -> None:
    with channel.tab("hal") as stays:
        with channel.tab("hal") as cut:
            assert len(channel.connections("hal")) == 2
            cut.socket.socket.shutdown(SHUT_RDWR)
            channel.publish("hal", order="o-1")
            assert stays.hears()["data"]["order"] == "o-1"
        eventually(lambda: len(channel.connections("hal")) == 1)
    eventually(lambda: not channel.connections("hal"))


def test_a_connection_that_nobody_said_goodbye_for_is_forgotten_at_the_next_message(
    channel: Channel,
) -> None:
    item = {
        "userId": {"S": "ida"},
        "itemId": {"S": "connection#Long-gone="},
        "cursor": {"N": "0"},
        "connectedAt": {"N": str(int(time.time()) - 3600)},
        "expiresAt": {"N": str(int(time.time()) + 3600)},
    }
    channel.dynamodb.put_item(TableName=channel.made["Channel"], Item=item)

    with channel.tab("ida") as tab:
        channel.publish("ida", order="o-1")
        assert tab.hears()["data"]["order"] == "o-1"
        eventually(lambda: len(channel.connections("ida")) == 1)


@pytest.mark.parametrize(
    ("user", "data", "error"),
    [
        ("joe", {"text": "x" * 140_000}, "a message may have at most 131072 bytes"),
        (None, {"order": "o-1"}, "detail.data.userId must be a text"),
    ],
)
def test_an_event_that_cannot_be_pushed_is_in_the_failure_chain_and_the_next_one_comes(
    channel: Channel, user: str | None, data: dict[str, str], error: str
) -> None:
    with channel.tab("joe") as tab:
        channel.publish(user, **data)

        failure = received(channel.aws, channel.made["FailedUrl"])["body"]
        assert failure["requestPayload"]["detail"]["data"] == {"userId": user, **data}
        assert error in failure["responsePayload"]["errorMessage"]
        channel.publish("joe", order="next")
        assert tab.hears()["data"]["order"] == "next"


def test_logs_say_who_came_and_what_was_delivered_and_neither_tickets_nor_contents(
    channel: Channel,
) -> None:
    ticket, late = channel.ticket("kim"), channel.ticket("kim", seconds=-1)
    assert channel.refusal(f"?ticket={late}") == 403
    with channel.opened(f"?ticket={ticket}") as socket:
        channel.publish("kim", order="private-matter")
        assert Tab(socket).hears()["data"]["order"] == "private-matter"
    eventually(lambda: '"disconnected", "userId": "kim"' in channel.logs())

    text = channel.logs()
    assert '"connected", "userId": "kim"' in text
    assert '"delivered", "sent": 1, "userId": "kim"' in text
    assert '"refused"' in text
    for secret in (ticket, late, "private-matter"):
        assert secret not in text
