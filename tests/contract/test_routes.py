"""Every route, called by those who may and by those who may not."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.e2e.accounts import Holder
from tests.e2e.conftest import Tokens, bearer
from tests.e2e.routes import (
    ALL,
    CONNECTED,
    KINDS,
    PUBLIC,
    SIGNED_IN,
    TICKET,
    Route,
)
from tests.e2e.sockets import connected, refusal, ticket_for
from tests.waiting import PATIENCE

PERMISSIONS = {route.who for _, _, route in ALL if route.who not in KINDS}
ACTIONS, RESOURCES = (
    set(parts) for parts in zip(*(p.split(":") for p in PERMISSIONS), strict=True)
)


def those(*kinds: str) -> pytest.MarkDecorator:
    """Run a test for the routes of some kinds, or for those that take a permission."""
    wanted = [one for one in ALL if (one[2].who in kinds if kinds else one[2].who not in KINDS)]
    ids = [f"{service}: {key}" for service, key, _ in wanted]
    return pytest.mark.parametrize(("service", "key", "route"), wanted, ids=ids)


Call = Callable[..., httpx.Response]


@pytest.fixture
def call(config: dict[str, Any]) -> Call:
    """Return what calls a route as its entry says."""

    def send(
        service: str, key: str, route: Route, tokens: Tokens | None, path: str | None = None
    ) -> httpx.Response:
        method, template = key.split(" ")
        answer = httpx.request(
            method,
            config["apis"][service] + (path or re.sub(r"\{[^}]+\}", "unknown", template)),
            json=route.body,
            headers=bearer(tokens.id_token) if tokens else {},
            timeout=PATIENCE,
        )
        if key == "POST /tickets" and answer.status_code == 200:
            with connected(config, f"ticket={answer.json()['ticket']}"):
                pass  # nothing is left of it
        return answer

    return send


@pytest.mark.parametrize(
    ("service", "key", "route"),
    [one for one in ALL if one[2].who not in (TICKET, CONNECTED)],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_no_answer_is_kept_on_the_way_and_each_can_be_found_in_the_logs(
    call: Call, holder: Holder, service: str, key: str, route: Route
) -> None:
    who = frozenset() if route.who in KINDS else frozenset({route.who})

    answer = call(service, key, route, holder(who))

    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-correlation-id"]
    if answer.status_code >= 400:
        assert answer.json()["correlationId"] == answer.headers["x-correlation-id"]


@those(PUBLIC)
def test_a_public_route_answers_everybody(call: Call, service: str, key: str, route: Route) -> None:
    assert call(service, key, route, None).status_code == route.answers


@those(SIGNED_IN)
def test_a_route_for_who_is_signed_in_refuses_all_others(
    call: Call, holder: Holder, service: str, key: str, route: Route
) -> None:
    assert call(service, key, route, None).status_code == 401
    assert call(service, key, route, holder(frozenset())).status_code == route.answers


@those()
def test_a_route_that_takes_a_permission_refuses_who_has_every_other_one(
    call: Call, holder: Holder, service: str, key: str, route: Route
) -> None:
    every = {f"{action}:{resource}" for action in ACTIONS for resource in RESOURCES}

    assert call(service, key, route, None).status_code == 401
    refused = call(service, key, route, holder(frozenset(every - {route.who})))
    assert refused.status_code == 403, refused.text
    action, resource = route.who.split(":")
    assert action in refused.json()["detail"]
    assert resource in refused.json()["detail"]


@those()
def test_a_route_that_takes_a_permission_lets_in_who_has_only_that_one(
    call: Call, holder: Holder, service: str, key: str, route: Route
) -> None:
    answer = call(service, key, route, holder(frozenset({route.who})))

    assert answer.status_code == route.answers, answer.text


@those(TICKET)
def test_a_connection_takes_a_ticket(
    config: dict[str, Any],
    identity: httpx.Client,
    customer: Tokens,
    service: str,
    key: str,
    route: Route,
) -> None:
    assert refusal(config, "") in (401, 403)
    assert refusal(config, f"ticket={'x' * 43}") in (401, 403)
    with connected(config, f"ticket={ticket_for(identity, customer)}") as connection:
        assert connection.response
        assert connection.response.status_code == route.answers
