"""When the issuer is asked for its keys, and what serves while it does not answer."""

import pytest

from constructs_lib.runtime.token_authorizer.keys import IssuerKeys, KeysUnavailableError
from tests.issuer import Key, key_set, rsa_key

OLD, NEW = rsa_key("old"), rsa_key("new")
LIFE = 300


class Issuer:
    """Shows its keys, unless it is down, and counts how often it is asked."""

    def __init__(self, *keys: Key) -> None:
        self.keys = keys
        self.answer: bytes | Exception | None = None
        self.asked = 0
        self.clock = 1000.0

    def fetch(self) -> bytes:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return key_set(self.keys) if self.answer is None else self.answer


@pytest.fixture
def issuer() -> Issuer:
    return Issuer(OLD)


@pytest.fixture
def keys(issuer: Issuer) -> IssuerKeys:
    return IssuerKeys(issuer.fetch, algorithms=["RS256"], life=LIFE, now=lambda: issuer.clock)


def test_the_issuer_is_asked_once_for_many_tokens(issuer: Issuer, keys: IssuerKeys) -> None:
    for _ in range(10):
        assert keys.find("old")

    assert issuer.asked == 1


def test_a_new_key_is_found_when_a_token_names_it(issuer: Issuer, keys: IssuerKeys) -> None:
    keys.find("old")
    issuer.keys = (OLD, NEW)
    issuer.clock += 10

    assert keys.find("new")


def test_a_flood_of_unknown_key_ids_asks_once_in_ten_seconds(
    issuer: Issuer, keys: IssuerKeys
) -> None:
    keys.find("old")

    for second in range(30):
        issuer.clock = 1000 + second
        assert keys.find(f"unknown-{second}") is None

    assert issuer.asked == 3


def test_a_withdrawn_key_is_gone_when_the_set_is_old(issuer: Issuer, keys: IssuerKeys) -> None:
    keys.find("old")
    issuer.keys = (NEW,)
    issuer.clock += LIFE - 1
    assert keys.find("old")

    issuer.clock += 1

    assert keys.find("old") is None


@pytest.mark.parametrize(
    "answer",
    [
        *(TimeoutError(), b"<html>", b"[]", b'{"keys": []}', b'{"keys": 7}', b'{"keys": [{}]}'),
        b"[" * 60_000,
    ],
    ids=lambda answer: repr(answer)[:20],
)
def test_known_keys_serve_while_the_issuer_answers_nothing_useful(
    answer: bytes | Exception, issuer: Issuer, keys: IssuerKeys
) -> None:
    keys.find("old")
    issuer.answer = answer

    issuer.clock += LIFE

    assert keys.find("old")
    assert issuer.asked == 2


def test_an_issuer_that_is_down_is_not_asked_for_every_token(
    issuer: Issuer, keys: IssuerKeys
) -> None:
    keys.find("old")
    issuer.answer = TimeoutError()

    for second in range(20):
        issuer.clock = 1000 + LIFE + second
        keys.find("old")

    assert issuer.asked == 3


def test_known_keys_do_not_serve_for_ever(issuer: Issuer, keys: IssuerKeys) -> None:
    keys.find("old")
    issuer.answer = TimeoutError()
    issuer.clock += LIFE + 3599
    assert keys.find("old")

    issuer.clock += 1

    with pytest.raises(KeysUnavailableError):
        keys.find("old")


def test_an_issuer_that_comes_back_is_believed_again(issuer: Issuer, keys: IssuerKeys) -> None:
    issuer.answer = TimeoutError()
    with pytest.raises(KeysUnavailableError):
        keys.find("old")
    issuer.answer = None
    issuer.clock += 9
    with pytest.raises(KeysUnavailableError):
        keys.find("old")

    issuer.clock += 1

    assert keys.find("old")


def test_why_there_are_no_keys_is_logged(
    issuer: Issuer, keys: IssuerKeys, caplog: pytest.LogCaptureFixture
) -> None:
    issuer.answer = TimeoutError()

    with pytest.raises(KeysUnavailableError):
        keys.find("old")

    assert caplog.messages == ["the issuer's keys cannot be had: TimeoutError"]
