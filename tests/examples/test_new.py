"""An app that `blockwork new` has made, where there is nothing but the wheel."""

import json
from collections.abc import Iterator

import pytest

from tests.examples.here import Here, running
from tests.examples.team import Team, must
from tests.packaging.conftest import run
from tests.waiting import eventually

ADDED = (
    ("service", "gift_cards", "--no-synth"),
    ("route", "PUT /orders/{id}", "--service", "orders", "--no-synth"),
    ("route", "GET /gift-cards", "--service", "gift_cards", "--public", "--no-synth"),
    ("block", "OrderArchive"),
    ("event", "OrderCancelled", "--service", "orders", "--json"),  # which synthesises
)
PASSWORD = "Try-it-out-0"


@pytest.fixture(scope="module")
def shop(teams: dict[str, Team]) -> Team:
    """Return an app with one of everything; the second of each is added by the wheel's command."""
    team = teams["shop"]
    for words in ADDED:
        said = must(team.run(team.bin / "blockwork", "new", *words))
    assert len(json.loads(said)["made"]) == 3 + 6 + 1  # schemas, snapshots, ids
    return team


@pytest.fixture(scope="module")
def here(shop: Team) -> Iterator[Here]:
    with running(shop, "Local-ShopOrders") as here:
        yield here


def test_all_of_it_passes_lint_types_and_its_own_tests(shop: Team) -> None:
    bin_ = shop.bin
    must(shop.run(bin_ / "ruff", "check", "."))
    must(shop.run(bin_ / "ruff", "format", "--check", "."))
    assert "Success: no issues found" in must(shop.run(bin_ / "mypy"))
    assert " passed" in must(shop.run(bin_ / "pytest", "-q"))


def test_it_works_on_this_machine(shop: Team, here: Here) -> None:
    signed_in = _token(here, here.stacks["Local-ShopFoundation"])
    orders = here.outputs["Url"]

    assert here.ask("POST", f"{orders}/orders", json={"name": "first"}).status_code == 401
    headers = {"Authorization": f"Bearer {signed_in}"}
    made = here.ask("POST", f"{orders}/orders", json={"name": "first"}, headers=headers)

    assert made.status_code == 201, made.text
    order = f"{orders}/orders/{made.json()['id']}"
    shown = eventually(
        lambda: here.ask("GET", order, headers=headers).json(),
        until=lambda seen: bool(seen["isConfirmed"]),  # by what its event has set off
    )
    assert shown == {"id": made.json()["id"], "name": "first", "isConfirmed": True}
    put = here.ask("PUT", order, json={"name": "other"}, headers=headers)
    assert (put.status_code, put.json()["name"]) == (200, "other")
    cards = here.stacks["Local-ShopGiftCards"]["Url"]
    assert here.ask("GET", f"{cards}/gift-cards").status_code == 200
    _tries(shop, here)


def _tries(shop: Team, here: Here) -> None:
    """Ask by the script that the app has for it."""
    there = {"PORT": str(here.port), "REGION": here.region}
    words = ("try_it.py", "POST", "/orders", '{"name": " "}')
    refused = must(run(shop.bin / "python", *words, cwd=shop.folder, **there))

    assert refused.startswith("422 ")
    assert "name must have 1 to 100 characters, got 0" in refused


def _token(here: Here, outputs: dict[str, str]) -> str:
    cognito = here.client("cognito-idp")
    pool, mail = outputs["UserPoolId"], "ann@example.com"
    cognito.admin_create_user(UserPoolId=pool, Username=mail, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(
        UserPoolId=pool, Username=mail, Password=PASSWORD, Permanent=True
    )
    answer = cognito.initiate_auth(
        AuthFlow="USER_PASSWORD_AUTH",
        ClientId=outputs["UserPoolClientId"],
        AuthParameters={"USERNAME": mail, "PASSWORD": PASSWORD},
    )
    token: str = answer["AuthenticationResult"]["IdToken"]
    return token
