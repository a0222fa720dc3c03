"""Nobody waits for a user with many tabs, a browser that talks nonsense, or a deep event."""

import json
from contextlib import ExitStack

import pytest

from tests.emulator.push import Channel, Tab
from tests.emulator.support import eventually

MOST = 20
"""Connections of a user, by default."""


def deep(levels: int) -> str:
    return "[" * levels + "]" * levels


def test_the_oldest_tabs_go_when_a_user_has_too_many(channel: Channel) -> None:
    with ExitStack() as tabs, channel.tab("bea") as beas:
        every = [tabs.enter_context(channel.tab("oda")) for _ in range(MOST + 2)]

        assert [tab.is_ended() for tab in every[:2]] == [True, True]
        eventually(lambda: len(channel.connections("oda")) == MOST)
        channel.publish("oda", order="o-1")
        channel.publish("bea", order="o-2")
        assert {tab.hears()["data"]["order"] for tab in every[2:]} == {"o-1"}
        assert beas.hears()["data"]["order"] == "o-2"


@pytest.mark.parametrize("text", [deep(15_000), '{"action":' * 3_000, "1" * 30_000, "\0", "\ufeff"])
def test_whatever_a_browser_says_it_is_told_what_is_known(channel: Channel, text: str) -> None:
    with channel.tab("pam") as tab:
        assert tab.says(text)["type"] == "error"
        assert tab.says('{"action": "ping"}') == {"type": "pong"}


@pytest.mark.parametrize("levels", [100, 400, 900])
def test_an_event_nested_deeply_comes_and_so_does_the_next_one(
    channel: Channel, levels: int
) -> None:
    with channel.tab(f"ray-{levels}") as tab, channel.tab("sue") as other:
        channel.publish(f"ray-{levels}", value=json.loads(deep(levels)))
        channel.publish("sue", order="o-1")

        assert other.hears()["data"]["order"] == "o-1"
        Tab.hears(tab)
