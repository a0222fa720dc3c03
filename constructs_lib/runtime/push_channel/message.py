"""What is pushed to a browser."""

import json
import re
from dataclasses import dataclass

LARGEST_MESSAGE = 128 * 1024
"""Bytes; API Gateway takes no larger one (its quotas: "Message payload size")."""
DIGITS = 12
MESSAGE_ID = re.compile(rf"[0-9]{{{DIGITS}}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one user.

    :param number: counts the user's messages, from 1 and without a gap.
    :param data: a JSON document.
    """

    number: int
    type: str
    time: str
    data: str

    def text(self) -> str:
        """Return what is sent."""
        message = {
            "type": self.type,
            "id": message_id(self.number),
            "time": self.time,
        }
        about = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
        # As it is: whatever was let in is not taken apart again on its way out.
        return f'{about[:-1]},"data":{self.data}}}'


def message_id(number: int) -> str:
    """Write a message's number so that ids sort as text."""
    return f"{number:0{DIGITS}}"
