"""Every deployed route stands in the table, and what belongs to somebody is theirs alone."""

from typing import Any

import httpx
import pytest

from tests.e2e.accounts import Holder, signing_in_with
from tests.e2e.conftest import NewAccount, Tokens, aws, bearer
from tests.e2e.routes import (
    ALL,
    CONNECTED,
    ROUTES,
    SIGNED_IN,
    TICKET,
    Route,
)
from tests.waiting import PATIENCE

STAGE = "Local-"


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
    [one for one in ALL if one[2].of_another],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_belongs_to_another_user_is_not_there(
    config: dict[str, Any],
    holder: Holder,
    customer: Tokens,
    administrator: Tokens,
    service: str,
    key: str,
    route: Route,
) -> None:
    assert route.of_another
    with httpx.Client(base_url=config["apis"][service], timeout=PATIENCE) as client:
        path = route.of_another(client, customer, administrator)

        def status(tokens: Tokens | None) -> int:
            headers = {"Idempotency-Key": "once", **(bearer(tokens.id_token) if tokens else {})}
            method = key.split(" ")[0]
            return client.request(method, path, headers=headers, json=route.body).status_code

        owners, *others = (status(who) for who in (customer, holder(frozenset()), None))
        assert (owners in {200, 202}, others) == (True, [404, 401])


def test_what_only_the_connected_may_send_belongs_to_an_api_that_takes_a_ticket() -> None:
    for service, keys in ROUTES.items():
        if any(route.who == CONNECTED for route in keys.values()):
            assert keys["$connect"].who == TICKET, service
