"""Answer CloudFormation, whatever happens."""

import json
import logging
import urllib.request
from collections.abc import Callable
from typing import Any

Event = dict[str, Any]
Respond = Callable[[str, dict[str, Any]], None]

logger = logging.getLogger()


def respond(url: str, answer: dict[str, Any]) -> None:
    """Tell CloudFormation how it went; without an answer it waits for an hour."""
    body = json.dumps(answer).encode()
    request = urllib.request.Request(url, body, {"Content-Type": ""}, method="PUT")
    with urllib.request.urlopen(request, timeout=30):
        pass


def answer(event: Event, do: Callable[[], None], *, name: str, respond: Respond) -> None:
    """Do what CloudFormation asks for and answer: that it is done, or why it is not.

    :param name: the resource's physical id. Another one than before makes CloudFormation delete the
        former resource, with the properties that it had.
    """
    said = {
        "Status": "SUCCESS",
        "PhysicalResourceId": name,
        **{key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")},
    }
    try:
        do()
    except Exception as error:  # an unanswered request would block the stack for an hour
        logger.exception("cannot %s %s", event["RequestType"].lower(), event["LogicalResourceId"])
        said |= {"Status": "FAILED", "Reason": f"{type(error).__name__}: {error}"}
    respond(event["ResponseURL"], said)
