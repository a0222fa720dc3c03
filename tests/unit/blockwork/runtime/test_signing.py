"""Signing by a secret that is read when it is needed, and rotated meanwhile."""

from types import SimpleNamespace
from typing import Any

import pytest

from blockwork.runtime.signing import DIGEST_SIZE, SecretSigner

PAGE = b"the page after p1"


class NotThereError(Exception):
    """What Secrets Manager says of a version that does not exist."""


class Secrets:
    """Secrets Manager with one secret.

    :param keys: the current version and the one before.
    """

    exceptions = SimpleNamespace(ResourceNotFoundException=NotThereError)

    def __init__(self, *keys: str) -> None:
        self.keys = list(keys)
        self.asked: list[str] = []
        self.clients = 0
        self.now = 0.0

    def signer(self) -> SecretSigner:
        return SecretSigner(self.connect, "pages", clock=lambda: self.now)

    def connect(self) -> Any:
        self.clients += 1
        return self

    def get_secret_value(self, *, SecretId: str, VersionStage: str) -> dict[str, str]:  # noqa: N803
        assert SecretId == "pages"
        self.asked.append(VersionStage)
        place = ("AWSCURRENT", "AWSPREVIOUS").index(VersionStage)
        if place >= len(self.keys):
            raise NotThereError
        return {"SecretString": self.keys[place]}

    def rotate(self, key: str) -> None:
        self.keys = [key, *self.keys[:1]]


@pytest.fixture
def secrets() -> Secrets:
    return Secrets("first")


def test_what_was_signed_is_known_again_and_nothing_else_is(secrets: Secrets) -> None:
    signature = secrets.signer().sign(PAGE)

    assert len(signature) == DIGEST_SIZE
    assert secrets.signer().is_signed(PAGE, signature)
    assert not secrets.signer().is_signed(b"the page after p2", signature)
    assert not secrets.signer().is_signed(PAGE, signature[:-1])
    assert not secrets.signer().is_signed(PAGE, b"")
    assert not Secrets("another").signer().is_signed(PAGE, signature)


def test_nothing_is_asked_before_the_first_signature_and_once_for_many(secrets: Secrets) -> None:
    signer = secrets.signer()
    assert (secrets.clients, secrets.asked) == (0, [])

    for _ in range(9):
        assert signer.is_signed(PAGE, signer.sign(PAGE))

    assert (secrets.clients, secrets.asked) == (1, ["AWSCURRENT"])


def test_after_a_rotation_what_was_signed_before_still_counts(secrets: Secrets) -> None:
    before = secrets.signer().sign(PAGE)

    secrets.rotate("second")

    assert secrets.signer().sign(PAGE) != before
    assert secrets.signer().is_signed(PAGE, before)
    secrets.rotate("third")
    assert not secrets.signer().is_signed(PAGE, before)


def test_who_has_kept_the_key_before_accepts_what_others_sign_with_the_new_one(
    secrets: Secrets,
) -> None:
    old = secrets.signer()
    old.sign(PAGE)
    secrets.rotate("second")
    new = secrets.signer().sign(PAGE)

    secrets.now += 11

    assert old.is_signed(PAGE, new)


def test_a_rotated_key_is_signed_with_within_five_minutes(secrets: Secrets) -> None:
    signer = secrets.signer()
    before = signer.sign(PAGE)
    secrets.rotate("second")

    secrets.now += 301

    assert signer.sign(PAGE) == secrets.signer().sign(PAGE) != before


def test_many_forged_signatures_do_not_ask_many_times(secrets: Secrets) -> None:
    signer = secrets.signer()

    for _ in range(1000):
        assert not signer.is_signed(PAGE, bytes(DIGEST_SIZE))
        secrets.now += 0.05

    assert len(secrets.asked) <= 2 * (1 + 1000 * 0.05 / 10)


def test_without_a_current_version_nothing_is_signed(secrets: Secrets) -> None:
    secrets.keys = []

    with pytest.raises(RuntimeError, match="the secret pages has no current version"):
        secrets.signer().sign(PAGE)
