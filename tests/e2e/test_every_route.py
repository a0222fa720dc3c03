"""Every deployed route, called by those who may and by those who may not."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.e2e.accounts import Holder, signing_in_with
from tests.e2e.conftest import NewAccount, Tokens, aws, bearer
from tests.e2e.routes import (
    ALL,
    CONNECTED,
    KINDS,
    PUBLIC,
    ROUTES,
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
STAGE = "Local-"


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
        return httpx.request(
            method,
            config["apis"][service] + (path or re.sub(r"\{[^}]+\}", "unknown", template)),
            json=route.body,
            headers=bearer(tokens.id_token) if tokens else {},
            timeout=PATIENCE,
        )

    return send


@pytest.fixture(scope="module")
def holder(
    config: dict[str, Any],
    identity: httpx.Client,
    administrator: Tokens,
    new_account: NewAccount,
) -> Holder:
    return signing_in_with(config, identity, administrator, new_account)


@pytest.fixture(scope="module")
def deployed(platform: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """The properties of every route in the templates of the stage's stacks."""
    cloudformation = aws(platform, "cloudformation")
    pages = cloudformation.get_paginator("describe_stacks").paginate()
    names = [stack["StackName"] for page in pages for stack in page["Stacks"]]
    return {
        (name.removeprefix(STAGE).lower(), resource["Properties"]["RouteKey"]): resource[
            "Properties"
        ]
        for name in names
        if name.startswith(STAGE)
        for resource in cloudformation.get_template(StackName=name)["TemplateBody"][
            "Resources"
        ].values()
        if resource["Type"] == "AWS::ApiGatewayV2::Route"
    }


def test_every_deployed_route_says_in_the_table_who_may_call_it(
    deployed: dict[tuple[str, str], dict[str, Any]],
) -> None:
    missing = deployed.keys() - {(service, key) for service, key, _ in ALL}

    assert not missing, "\n".join(
        f"{STAGE}{service.capitalize()} has the route {key!r}, which no test takes permissions away"
        f" from: add it to ROUTES[{service!r}] in tests/e2e/routes.py, as Route(PUBLIC, …),"
        " Route(SIGNED_IN, …) or Route('action:resource', …)"
        for service, key in sorted(missing)
    )


def test_every_entry_of_the_table_is_a_deployed_route(
    deployed: dict[tuple[str, str], dict[str, Any]],
) -> None:
    gone = {(service, key) for service, key, _ in ALL} - deployed.keys()

    assert not gone, "\n".join(
        f"ROUTES[{service!r}] in tests/e2e/routes.py has {key!r}, which no template has: remove it,"
        " or deploy the route"
        for service, key in sorted(gone)
    )


def test_what_belongs_to_a_user_is_tried_by_another_one() -> None:
    untried = [
        f"{service}: {key}"
        for service, key, route in ALL
        if route.who == SIGNED_IN and "{" in key and not route.of_another
    ]

    assert not untried, f"these routes of ROUTES need of_another: {', '.join(untried)}"


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


@pytest.mark.parametrize(
    ("service", "key", "route"),
    [one for one in ALL if one[2].of_another],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_belongs_to_another_user_is_not_there(
    config: dict[str, Any],
    call: Call,
    holder: Holder,
    customer: Tokens,
    service: str,
    key: str,
    route: Route,
) -> None:
    assert route.of_another
    with httpx.Client(base_url=config["apis"][service], timeout=PATIENCE) as client:
        path = route.of_another(client, customer)

    assert call(service, key, route, customer, path).status_code == 200
    assert call(service, key, route, holder(frozenset()), path).status_code == 404
    assert call(service, key, route, None, path).status_code == 401


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


def test_what_only_the_connected_may_send_belongs_to_an_api_that_takes_a_ticket() -> None:
    for service, keys in ROUTES.items():
        if any(route.who == CONNECTED for route in keys.values()):
            assert keys["$connect"].who == TICKET, service
