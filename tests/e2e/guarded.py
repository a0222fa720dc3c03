"""A guarded route of each API, and what is tried there: tokens that are not what they should be."""

import base64
import json
from collections.abc import Callable
from typing import Any

import httpx
import jwt

from tests.e2e.accounts import claims
from tests.e2e.conftest import bearer
from tests.waiting import PATIENCE

GUARDED = {
    "identity": ("GET", "/me", None),
    "vouchers": ("GET", "/vouchers", None),
    "support": ("POST", "/chat", {"message": "my tasks"}),
}
"""A route of each API with signed-in users, and a body: each API has an authorizer of its own."""
REFUSES_WITH = {"support": 403}
"""What a token gets that is no good, where a Lambda authorizer looks at it; elsewhere it is 401."""
CLOCK_SKEW = {"support": 60}
"""Seconds by which the clocks of issuers of elsewhere may differ."""

Try = Callable[[str], set[int]]


def tries(config: dict[str, Any]) -> Try:
    """Return what calls the guarded routes with a token, and tells the statuses: 401 if refused."""

    def call(token: str) -> set[int]:
        statuses = {service: ask(config, service, bearer(token)) for service in GUARDED}
        return {
            401 if status == REFUSES_WITH.get(service) else status
            for service, status in statuses.items()
        }

    return call


def ask(config: dict[str, Any], service: str, headers: dict[str, str]) -> int:
    method, path, body = GUARDED[service]
    url = config["apis"][service] + path
    return httpx.request(method, url, json=body, headers=headers, timeout=PATIENCE).status_code


def signed(key: object, like: str, **changes: object) -> str:
    """Return a token as another one, but with some claims changed, signed with a key."""
    head = jwt.get_unverified_header(like)
    content = {**claims(like), **changes}
    return jwt.encode(content, key, algorithm="RS256", headers={"kid": head["kid"]})  # type: ignore[arg-type]


def encoded(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()
