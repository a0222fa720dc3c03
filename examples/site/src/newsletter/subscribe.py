"""POST /subscriptions: remember who wants the newsletter, and answer at once."""

import os
from collections.abc import Callable

import boto3
import msgspec

from blockwork.runtime.aws import PATIENCE
from blockwork.runtime.bodies import read_body
from blockwork.runtime.http import Request, Response, http_handler


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """What the page sends."""

    mail: str
    language: str


def subscribe(request: Request, *, put: Callable[[str], object]) -> Response:
    """Answer 202: the welcome comes later."""
    put(msgspec.json.encode(read_body(request, Subscription)).decode())
    return Response(status=202)


def waiting() -> Callable[[str], object]:
    """Return what puts a text into the queue which the variable WAITING names."""
    client = boto3.client("sqs", config=PATIENCE)
    url = os.environ["WAITING"]
    return lambda text: client.send_message(QueueUrl=url, MessageBody=text)


handler = http_handler(subscribe, put=waiting)
