"""What consumers work with, kept in memory."""

import hmac
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from blockwork.runtime.envelope import Envelope


class RememberedOnce:
    """The port `Once`, in a set."""

    def __init__(self) -> None:
        self.done: set[tuple[str, str]] = set()

    def run(
        self, consumer: str, key: str, work: Callable[[], None], *, context: LambdaContext
    ) -> bool:
        if (consumer, key) in self.done:
            return False
        work()
        self.done.add((consumer, key))
        return True


class ParkedRecords:
    """The port `Parking`, in a list.

    :param full: whether nothing can be parked.
    """

    def __init__(self, *, patience: float = 300, full: bool = False) -> None:
        self.patience = patience
        self.full = full
        self.parked: list[tuple[Mapping[str, Any], str]] = []

    def park(self, record: Mapping[str, Any], error: Exception, *, context: LambdaContext) -> None:
        if self.full:
            raise RuntimeError("no room")
        self.parked.append((record, f"{type(error).__name__}: {error}"))


class PublishedEvents:
    """The port `Events`, in a list."""

    def __init__(self) -> None:
        self.published: list[Envelope[Any]] = []

    def publish(self, *envelopes: Envelope[Any]) -> None:
        for envelope in envelopes:
            envelope.to_detail()
        self.published += envelopes


class KnownKey:
    """The port `Signer`, with a key that everybody may know."""

    def __init__(self, key: bytes = b"known") -> None:
        self._key = key

    def sign(self, message: bytes) -> bytes:
        return hmac.digest(self._key, message, "sha256")

    def is_signed(self, message: bytes, signature: bytes) -> bool:
        return self.sign(message) == signature
