"""Webhooks: what is signed right, of now and new comes in, and nothing else."""

import hashlib
import hmac

import pytest

from blockwork.runtime.http import Request
from blockwork.runtime.problems import ProblemError
from blockwork.runtime.webhook_signatures import sign
from blockwork.runtime.webhooks import WebhookVerifier

KEY = "a-key-that-both-sides-know"
OTHER = "another-key-the-next-one"
NOW = 1_767_225_600
BODY = '{"status": "sent", "note": "£"}'.encode()


class Remembered(dict[str, int]):
    """Signatures that were accepted."""

    def remember(self, signature: str, *, until: int) -> bool:
        if signature in self:
            return False
        self[signature] = until
        return True

    def forget(self, signature: str) -> None:
        del self[signature]


class Side:
    """The side that is called."""

    def __init__(self, keys: str = KEY) -> None:
        self.keys = keys
        self.reads = 0
        self.now = float(NOW)
        self.done: list[bytes] = []
        self.replays = Remembered()
        self.verifier = WebhookVerifier(self.read, self.replays, clock=lambda: self.now)

    def read(self) -> str:
        self.reads += 1
        return self.keys

    def call(self, signature: str | None, body: bytes = BODY) -> int:
        headers = {} if signature is None else {"x-webhook-signature": signature}
        try:
            with self.verifier.verified(Request(headers=headers, body=body)):
                self.done.append(body)
        except ProblemError as problem:
            return problem.status
        return 200


@pytest.fixture
def side() -> Side:
    return Side()


def test_the_signature_is_what_the_format_says() -> None:
    digest = hmac.new(KEY.encode(), b"1767225600." + BODY, hashlib.sha256).hexdigest()

    assert sign(KEY, BODY, at=NOW + 0.9) == f"t=1767225600,v1={digest}"


def test_what_is_signed_comes_in(side: Side) -> None:
    assert side.call(sign(KEY, BODY, at=NOW)) == 200
    assert side.done == [BODY]


GOOD = sign(KEY, BODY, at=NOW)


@pytest.mark.parametrize(
    "signature",
    [
        pytest.param(None, id="none"),
        pytest.param("", id="empty"),
        pytest.param(sign(OTHER, BODY, at=NOW), id="wrong key"),
        pytest.param(sign(KEY, BODY + b" ", at=NOW), id="other body"),
        pytest.param(sign(KEY, BODY, at=NOW - 301), id="old"),
        pytest.param(sign(KEY, BODY, at=NOW + 301), id="ahead"),
        pytest.param(GOOD.replace(f"t={NOW}", f"t={NOW + 1}"), id="other second"),
        pytest.param(GOOD.upper(), id="all in upper case"),
        pytest.param(GOOD.replace("v1=", "V1="), id="version in upper case"),
        pytest.param(GOOD[:13] + GOOD[13:].upper(), id="digits in upper case"),
        pytest.param(f" {GOOD}", id="space before"),
        pytest.param(f"{GOOD}\n", id="line end"),
        pytest.param(f"{GOOD},{GOOD}", id="two headers"),
        pytest.param(GOOD.replace("v1=", "v0="), id="other version"),
        pytest.param(GOOD[:-1], id="cut off"),
        pytest.param(",".join(reversed(GOOD.split(","))), id="other order"),
        pytest.param(GOOD.replace("t=", "t=0"), id="zero before the second"),
        pytest.param(GOOD.replace("t=1", "t=\u0661"), id="digits of another script"),
        pytest.param("t=" + "9" * 5000 + ",v1=" + "0" * 64, id="endless number"),
    ],
)
def test_anything_else_is_refused_and_does_nothing(side: Side, signature: str | None) -> None:
    assert side.call(signature) == 401
    assert side.done == []
    assert side.replays == {}


def test_the_same_call_again_is_refused(side: Side) -> None:
    side.call(GOOD)

    assert side.call(GOOD) == 409
    assert side.done == [BODY]


def test_the_same_body_signed_anew_comes_in(side: Side) -> None:
    side.call(GOOD)

    assert side.call(sign(KEY, BODY, at=NOW + 1)) == 200


def test_a_replay_is_known_for_as_long_as_its_time_counts(side: Side) -> None:
    side.now = NOW - 300
    side.call(GOOD)
    side.now = NOW + 300

    assert side.call(GOOD) == 409
    assert min(side.replays.values()) > side.now


@pytest.mark.parametrize(
    ("size", "status"), [(64 * 1024, 200), (64 * 1024 + 1, 413), (1 << 20, 413)]
)
def test_a_body_has_a_bound(side: Side, size: int, status: int) -> None:
    body = b"x" * size

    assert side.call(sign(KEY, body, at=NOW), body) == status
    assert len(side.done) == (status == 200)


def test_what_failed_may_come_again_by_the_same_signature(side: Side) -> None:
    request = Request(headers={"x-webhook-signature": GOOD}, body=BODY)
    with pytest.raises(ConnectionError), side.verifier.verified(request):
        raise ConnectionError

    assert side.call(GOOD) == 200


def test_what_was_answered_by_a_problem_may_not(side: Side) -> None:
    request = Request(headers={"x-webhook-signature": GOOD}, body=BODY)
    with pytest.raises(ProblemError), side.verifier.verified(request):
        raise ProblemError(404, "no such order")

    assert side.call(GOOD) == 409


def test_keys_change_over_without_a_deployment(side: Side) -> None:
    side.call(GOOD)
    side.keys = f"{OTHER}\n{KEY}\n"
    side.now += 60

    assert side.call(sign(KEY, BODY, at=side.now)) == 200
    assert side.call(sign(OTHER, BODY, at=side.now)) == 200

    side.keys = OTHER
    side.now += 60
    assert side.call(sign(KEY, BODY, at=side.now)) == 401
    assert side.call(sign(OTHER, BODY, at=side.now)) == 200


def test_keys_are_read_once_a_minute(side: Side) -> None:
    for second in range(60):
        side.now = NOW + second
        side.call(sign(OTHER, BODY, at=side.now))

    assert side.reads == 1


@pytest.mark.parametrize(
    "keys", ["", "too-short", "first-key-of-three second-key-of-three third-key-of-three"]
)
def test_keys_that_prove_nothing_let_nobody_in(keys: str) -> None:
    side = Side(keys)

    with pytest.raises(RuntimeError, match="must hold 1 to 2 keys of 16 characters") as refusal:
        side.call(GOOD)
    assert "key-of-three" not in str(refusal.value)
    assert side.done == []
