"""The handlers with what they work with in memory: no AWS, no network."""

from newsletter.subscribe import subscribe
from newsletter.welcome import Subscription, welcome

from blockwork.runtime.http import Request


class InMemorySubscribers(list[str]):
    """The port `Subscribers`."""

    def welcomed(self, mail: str) -> None:
        self.append(mail)


def test_who_subscribes_is_put_into_the_queue() -> None:
    texts: list[str] = []
    body = b'{"mail": "ann@example.com", "language": "en"}'

    answer = subscribe(Request(body=body), put=texts.append)

    assert answer.status == 202
    assert texts == ['{"mail":"ann@example.com","language":"en"}']


def test_who_waits_is_welcomed() -> None:
    subscribers = InMemorySubscribers()

    welcome(Subscription(mail="ann@example.com", language="en"), subscribers=subscribers)

    assert subscribers == ["ann@example.com"]
