"""Webhooks: who calls proves by a signature that it knows a key, and cannot call twice by one.

`blockwork.runtime.webhook_signatures` says of what the signature is.
"""

import hmac
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, Self
from uuid import uuid4

import boto3

from blockwork.runtime.aws import PATIENCE
from blockwork.runtime.bodies import LARGEST_BODY
from blockwork.runtime.http import Request
from blockwork.runtime.parameters import secure_string
from blockwork.runtime.problems import ProblemError
from blockwork.runtime.webhook_signatures import HEADER, digest

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SIGNATURE = re.compile(r"t=(?P<second>[0-9]{1,12}),v1=(?P<digest>[0-9a-f]{64})", re.ASCII)
TOLERANCE_SECONDS = 300
KEPT_SECONDS = 60
MOST_KEYS, SHORTEST_KEY = 2, 16


class Replays(Protocol):
    """Remembers the signatures that were accepted."""

    def remember(self, signature: str, *, until: int) -> bool:
        """Remember one until an epoch second; False if it is remembered already."""
        ...

    def forget(self, signature: str) -> None:
        """Let one be accepted again."""
        ...


class WebhookVerifier:
    """Lets requests in whose signature is right, of now, and new; a `WebhookKeys` block grants it.

    ::

        def status(request: Request, *, webhooks: WebhookVerifier) -> Response:
            with webhooks.verified(request):
                ...  # what was signed, and came for the first time
            return Response.no_content()

    :param read_keys: returns the parameter's value: one key, or two separated by white space while
        they change over; read again after 60 seconds, so that a rotation needs no deployment.
    :param replays: where accepted signatures are remembered.
    :param clock: epoch seconds. Default: the machine's.
    """

    def __init__(
        self,
        read_keys: Callable[[], str],
        replays: Replays,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._read_keys = read_keys
        self._replays = replays
        self._clock = clock
        self._kept: tuple[list[str], float] | None = None

    @classmethod
    def from_environment(cls) -> Self:
        """Read keys from the parameter WEBHOOK_KEYS_PARAMETER, remember in REPLAYS_TABLE."""
        return cls(
            secure_string(os.environ["WEBHOOK_KEYS_PARAMETER"]),
            ReplayTable(boto3.client("dynamodb", config=PATIENCE), os.environ["REPLAYS_TABLE"]),
        )

    @contextmanager
    def verified(self, request: Request) -> Iterator[None]:
        """Do in its block what the request asks for: it is genuine.

        The header's name may be in any case, as of every header (RFC 9110, section 5.1; API Gateway
        writes it in lower case), its value not: `V1=` or `5257A8…` is none. Where the block fails,
        except by a `ProblemError`, the signature is forgotten, so that the same call may come
        again.

        :raises ProblemError: 413 over 64 KB; 401 if the header is missing, not of its form, more
            than 5 minutes old or ahead, or of another key or body; 409 if it was accepted before.
        """
        digest = self._verify(request)
        try:
            yield
        except ProblemError:
            raise
        except Exception:
            self._replays.forget(digest)
            raise

    def _verify(self, request: Request) -> str:
        if len(request.body) > LARGEST_BODY:
            raise ProblemError(
                413, f"the body must have at most {LARGEST_BODY} bytes, got {len(request.body)}"
            )
        given = request.headers.get(HEADER.lower(), "")
        parts = SIGNATURE.fullmatch(given)
        if parts is None:
            raise _refused(
                f"{HEADER} must be t=<Unix seconds>,v1=<64 lower-case hexadecimals>, "
                f"got {len(given)} characters of another form"
            )
        second = int(parts["second"])
        now = self._clock()
        if abs(now - second) > TOLERANCE_SECONDS:
            raise _refused(
                f"{HEADER} must be at most {TOLERANCE_SECONDS} seconds from now, {int(now)}, got "
                f"t={second}: sign each attempt anew"
            )
        # Every key is compared, in constant time, so that nobody learns by the time it takes.
        matches = [
            hmac.compare_digest(digest(key, parts["second"], request.body), parts["digest"])
            for key in self._keys(now)
        ]
        if not any(matches):
            raise _refused(
                f"{HEADER} must be by a key that counts, of the text '{second}.' and the body as "
                "it was sent"
            )
        if not self._replays.remember(
            parts["digest"], until=second + 2 * TOLERANCE_SECONDS + KEPT_SECONDS
        ):
            raise ProblemError(
                409, "this signature was accepted before: sign each attempt anew, a second later"
            )
        return parts["digest"]

    def _keys(self, now: float) -> list[str]:
        if self._kept is None or not 0 <= now - self._kept[1] < KEPT_SECONDS:
            keys = self._read_keys().split()
            if not 1 <= len(keys) <= MOST_KEYS or min(map(len, keys)) < SHORTEST_KEY:
                raise RuntimeError(
                    f"the parameter with the keys of webhooks must hold 1 to {MOST_KEYS} keys of "
                    f"{SHORTEST_KEY} characters at least, separated by white space, got "
                    f"{len(keys)} of {[len(key) for key in keys]}: `aws ssm put-parameter "
                    "--overwrite`, nothing else has to be done"
                )
            self._kept = (keys, now)
        return self._kept[0]


class ReplayTable:
    """The port `Replays` on DynamoDB: partition key `signature`, TTL attribute `expiresAt`.

    :param client: a DynamoDB client.
    :param name: the table's name.
    """

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self._client = client
        self._name = name

    def remember(self, signature: str, *, until: int) -> bool:
        """Remember one until an epoch second; False if it is remembered already."""
        # botocore asks again where it had no answer, and must know its own item then.
        owner = {"S": uuid4().hex}
        try:
            self._client.put_item(
                TableName=self._name,
                Item={
                    "signature": {"S": signature},
                    "caller": owner,
                    "expiresAt": {"N": str(until)},
                },
                ConditionExpression="attribute_not_exists(signature) OR caller = :caller",
                ExpressionAttributeValues={":caller": owner},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def forget(self, signature: str) -> None:
        """Let one be accepted again."""
        self._client.delete_item(TableName=self._name, Key={"signature": {"S": signature}})


def _refused(detail: str) -> ProblemError:
    return ProblemError(401, detail, headers={"www-authenticate": "Webhook-Signature"})
