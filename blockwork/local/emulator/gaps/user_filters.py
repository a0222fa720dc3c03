"""A filter of ListUsers that cannot be read is refused.

AWS knows `attribute = "value"` and `attribute ^= "value"` for some attributes, and answers
InvalidParameterException to all else
(https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUsers.html).
Stock lists every user then, or takes the beginning that it can read. Closed in front of it.
"""

import re
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import cognito

ATTRIBUTES = (
    "username|email|phone_number|name|given_name|family_name|preferred_username"
    "|cognito:user_status|status|sub"
)
KNOWN = re.compile(rf'\s*("?)(?:{ATTRIBUTES})\1\s*\^?=\s*"(?:[^"\\]|\\.)*"\s*')


def close() -> None:
    """Read filters before they are applied."""
    stock = cognito._list_users

    def list_users(data: dict[str, Any]) -> Any:
        condition = data.get("Filter")
        if condition and not KNOWN.fullmatch(condition):
            text = "Error while parsing filter"
            return error_response_json("InvalidParameterException", text, 400)
        return stock(data)

    cognito._list_users = list_users
