"""An app that `blockwork new` has made, where there is nothing but the wheel."""

import json
from pathlib import Path

import pytest

from blockwork.new.making import new_app
from tests.account import EmptyAccount
from tests.examples.observing import ask
from tests.examples.team import UNVALIDATED, Team, must
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


class NewTeam(Team):
    """Whoever begins an app."""

    def _copy(self) -> None:
        new_app(self.folder)


@pytest.fixture(scope="module")
def shop(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> NewTeam:
    """Return an app with one of everything; the second of each is added by the wheel's command."""
    team = NewTeam("shop", tmp_path_factory.mktemp("new"), wheels)
    team.install("--group", "dev", "pyproject.toml")
    for words in ADDED:
        said = must(team.run(team.python.parent / "blockwork", "new", *words))
    assert len(json.loads(said)["made"]) == 3 + 6 + 1  # schemas, snapshots, ids
    return team


def test_all_of_it_passes_lint_types_and_its_own_tests(shop: NewTeam) -> None:
    bin_ = shop.python.parent
    must(shop.run(bin_ / "ruff", "check", "."))
    must(shop.run(bin_ / "ruff", "format", "--check", "."))
    assert "Success: no issues found" in must(shop.run(bin_ / "mypy"))
    assert " passed" in must(shop.run(bin_ / "pytest", "-q"))


def test_it_works_on_this_machine(shop: NewTeam, account: EmptyAccount) -> None:
    context = json.dumps({**_context(shop.folder), "stage": "local"})
    said = {"CDK_OUTDIR": "cdk.out", "CDK_CONTEXT_JSON": context, **UNVALIDATED}
    must(run(shop.python, "app.py", cwd=shop.folder, **said))
    shop.__dict__["assembly"] = shop.folder / "cdk.out"
    shop.deploy(account)
    stacks = json.loads((shop.folder / "outputs.json").read_text())
    signed_in = _token(account, stacks["Local-ShopFoundation"])
    orders = stacks["Local-ShopOrders"]["Url"]

    assert ask(account, "POST", f"{orders}/orders", json={"name": "first"}).status_code == 401
    headers = {"Authorization": f"Bearer {signed_in}"}
    made = ask(account, "POST", f"{orders}/orders", json={"name": "first"}, headers=headers)

    assert made.status_code == 201, made.text
    order = f"{orders}/orders/{made.json()['id']}"
    shown = eventually(
        lambda: ask(account, "GET", order, headers=headers).json(),
        until=lambda seen: bool(seen["isConfirmed"]),  # by what its event has set off
    )
    assert shown == {"id": made.json()["id"], "name": "first", "isConfirmed": True}
    put = ask(account, "PUT", order, json={"name": "other"}, headers=headers)
    assert (put.status_code, put.json()["name"]) == (200, "other")
    cards = stacks["Local-ShopGiftCards"]["Url"]
    assert ask(account, "GET", f"{cards}/gift-cards").status_code == 200
    _tries(shop, account)


def _tries(shop: NewTeam, account: EmptyAccount) -> None:
    """Ask by the script that the app has for it."""
    there = {"PORT": str(account.emulator.port), "REGION": account.region}
    words = ("try_it.py", "POST", "/orders", '{"name": " "}')
    refused = must(run(shop.python, *words, cwd=shop.folder, **there))

    assert refused.startswith("422 ")
    assert "name must have 1 to 100 characters, got 0" in refused


def _context(folder: Path) -> dict[str, object]:
    context: dict[str, object] = json.loads((folder / "cdk.json").read_text())["context"]
    return context


def _token(account: EmptyAccount, outputs: dict[str, str]) -> str:
    cognito = account.client("cognito-idp")
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
