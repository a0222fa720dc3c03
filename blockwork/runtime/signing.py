"""Signatures (HMAC-SHA256) by a secret of Secrets Manager, which may be rotated at any time."""

import hmac
import os
import time
from collections.abc import Callable
from typing import Any, Protocol, Self

import boto3

from blockwork.runtime.aws import PATIENCE

DIGEST_SIZE = 32
CURRENT, PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"
"""Labels of Secrets Manager: a rotation moves both, and leaves older versions without one."""
FIVE_MINUTES = 300
TEN_SECONDS = 10


class Signer(Protocol):
    """Signs what callers carry to and fro, so that they cannot change it."""

    def sign(self, message: bytes) -> bytes:
        """Return the 32 bytes that prove `message` to be ours."""
        ...

    def is_signed(self, message: bytes, signature: bytes) -> bool:
        """Tell whether `signature` is what `sign` returned for `message`."""
        ...


class SecretSigner:
    """The port `Signer` on a secret whose whole string is the key.

    Nothing is read before the first signature. What was read is kept, so that only the first one in
    five minutes waits for Secrets Manager; signatures by the key before the last rotation count,
    too, and forged ones make it ask at most twice in ten seconds.

    :param connect: makes a client of Secrets Manager, once.
    :param secret_id: name or ARN of the secret.
    :param clock: seconds that never go back. Default: the machine's.
    """

    def __init__(
        self,
        connect: Callable[[], Any],
        secret_id: str,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connect = connect
        self._secret_id = secret_id
        self._clock = clock
        self._client: Any = None
        self._kept: dict[str, tuple[bytes | None, float]] = {}

    @classmethod
    def from_environment(cls) -> Self:
        """Sign by the secret whose ARN is in the variable SIGNING_KEY_ARN."""
        return cls(
            lambda: boto3.client("secretsmanager", config=PATIENCE), os.environ["SIGNING_KEY_ARN"]
        )

    def sign(self, message: bytes) -> bytes:
        """Return the 32 bytes that prove `message` to be ours."""
        key = self._key(CURRENT, at_most_old=FIVE_MINUTES)
        if key is None:
            raise RuntimeError(f"the secret {self._secret_id} has no current version")
        return _digest(key, message)

    def is_signed(self, message: bytes, signature: bytes) -> bool:
        """Tell whether `signature` is what `sign` returned for `message`."""
        # Another environment may have signed by a key that is newer than what is kept here.
        for at_most_old in (FIVE_MINUTES, TEN_SECONDS):
            for stage in (CURRENT, PREVIOUS):
                key = self._key(stage, at_most_old=at_most_old)
                if key is not None and hmac.compare_digest(_digest(key, message), signature):
                    return True
        return False

    def _key(self, stage: str, *, at_most_old: float) -> bytes | None:
        now = self._clock()
        if stage not in self._kept or now - self._kept[stage][1] > at_most_old:
            self._kept[stage] = (self._read(stage), now)
        return self._kept[stage][0]

    def _read(self, stage: str) -> bytes | None:
        if self._client is None:
            self._client = self._connect()
        try:
            answer = self._client.get_secret_value(SecretId=self._secret_id, VersionStage=stage)
        except self._client.exceptions.ResourceNotFoundException:
            return None  # as is the previous version of a secret that was never rotated
        key: str = answer["SecretString"]
        return key.encode()


def _digest(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")
