"""A failure chain's queue that lives in memory."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from blockwork.failures.hand import Depth
from blockwork.failures.messages import Message
from tests.unit.blockwork.failures.samples import NOON


class InMemoryQueue:
    """Shows what is not hidden, at most `most` at once.

    :param overlooks: how many times it answers with nothing first, as SQS may.
    """

    def __init__(
        self, messages: Iterable[Message] = (), most: int = 10, overlooks: int = 0
    ) -> None:
        self.messages = {message.id: message for message in messages}
        self.hidden: dict[str, int] = {}
        self.receipts = 0
        self.most = most
        self.overlooks = overlooks
        self.at: datetime = NOON

    def depth(self) -> Depth:
        hidden = len(self.hidden)
        return Depth(visible=len(self.messages) - hidden, hidden=hidden, at=self.at)

    def receive(self, hidden_seconds: int) -> list[Message]:
        if self.overlooks:
            self.overlooks -= 1
            return []
        shown = [id_ for id_ in self.messages if id_ not in self.hidden][: self.most]
        for id_ in shown:
            self.receipts += 1
            self.hidden[id_] = hidden_seconds
            self.messages[id_] = replace(self.messages[id_], receipt=f"{id_}-{self.receipts}")
        return [self.messages[id_] for id_ in shown]

    def hide(self, messages: list[Message], seconds: int) -> None:
        assert len(messages) <= 10
        for message in messages:
            self._check(message)
            if seconds:
                self.hidden[message.id] = seconds
            else:
                self.hidden.pop(message.id, None)

    def delete(self, message: Message) -> None:
        self._check(message)
        del self.messages[message.id]
        self.hidden.pop(message.id, None)

    def _check(self, message: Message) -> None:
        assert self.messages[message.id].receipt == message.receipt, "an old receipt"
