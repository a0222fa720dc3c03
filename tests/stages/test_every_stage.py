"""Every stage of `stages.toml` is deployed as its templates stand, and answers."""

import tomllib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.account import ROOT
from tests.e2e.conftest import Tokens, bearer, make_account, sign_in_by_srp
from tests.e2e.routes import PUBLIC, ROUTES, SIGNED_IN
from tests.stages.account import Account, deployed
from tests.stages.inventory import inventory

STAGES = list(tomllib.loads((ROOT / "stages.toml").read_text()))
READ = [
    (service, key, route)
    for service, routes in ROUTES.items()
    for key, route in routes.items()
    if key.startswith("GET ") and route.who in (PUBLIC, SIGNED_IN)
]


@pytest.fixture(scope="module", params=STAGES)
def account(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Account]:
    if request.param == "dev":
        yield request.getfixturevalue("dev")
        return
    with deployed(request.param, tmp_path_factory.mktemp(request.param)) as account:
        yield account


def site(account: Account, path: str) -> httpx.Response:
    """Ask the website under the name it has."""
    url = account.stacks()[f"{account.stage.capitalize()}-Site"]["Outputs"]
    (origin,) = (item["OutputValue"] for item in url if item["OutputKey"] == "SiteUrl")
    edge = f"http://127.0.0.1:{(account.emulator.port or 0) + 1}{path}"
    return httpx.get(edge, headers={"Host": httpx.URL(origin).host}, trust_env=False)


@pytest.fixture(scope="module")
def config(account: Account) -> dict[str, Any]:
    content: dict[str, Any] = site(account, "/config.json").raise_for_status().json()
    return content


@pytest.fixture(scope="module")
def customer(account: Account, config: dict[str, Any]) -> Tokens:
    made = make_account(account.client("cognito-idp"), config["userPoolId"], "customers")
    endpoint = {"userPoolEndpoint": f"http://127.0.0.1:{account.emulator.port}"}
    return sign_in_by_srp(config | endpoint, made.email, made.password)


def ask(
    account: Account, config: dict[str, Any], service: str, key: str, tokens: Tokens | None
) -> httpx.Response:
    api = httpx.URL(config["apis"][service])
    path = key.removeprefix("GET ").replace("{", "").replace("}", "")
    return httpx.get(
        f"http://127.0.0.1:{account.emulator.port}{path}",
        headers={"Host": api.netloc.decode(), **(bearer(tokens.id_token) if tokens else {})},
        trust_env=False,
    )


def test_every_stack_is_made_and_protected_where_data_is_kept(account: Account) -> None:
    stacks = account.stacks()

    assert {stack["StackStatus"] for stack in stacks.values()} == {"CREATE_COMPLETE"}
    protected = {stack["EnableTerminationProtection"] for stack in stacks.values()}
    assert protected == {account.stage != "dev"}
    assert (f"{account.stage.capitalize()}-Domain" in stacks) is bool(account.domain)


def test_the_website_answers_under_its_name(account: Account, config: dict[str, Any]) -> None:
    page = site(account, "/any/address")

    assert page.status_code == 200
    assert page.text.startswith("<!doctype html>")
    assert config["stage"] == account.stage


def test_the_apis_answer_everybody_and_the_signed_in(
    account: Account, config: dict[str, Any], customer: Tokens
) -> None:
    answers = {}
    for service, key, route in READ:
        if route.who != PUBLIC:
            assert ask(account, config, service, key, None).status_code == 401
        tokens = None if route.who == PUBLIC else customer
        answer = ask(account, config, service, key, tokens)
        answers[key] = (answer.status_code, route.answers)

    assert [key for key, (status, wanted) in answers.items() if status != wanted] == [], answers


def fill(account: Account, customer: Tokens) -> None:
    """Leave what a used stage holds, as far as something could refuse to go because of it."""
    s3 = account.client("s3")
    documents = next(name for name in inventory(account)["s3"] if "documents" in name)
    versioned = {"Status": "Enabled"}
    s3.put_bucket_versioning(Bucket=documents, VersioningConfiguration=versioned)
    for content in (b"1", b"2"):
        s3.put_object(Bucket=documents, Key="a.pdf", Body=content)
    s3.delete_object(Bucket=documents, Key="a.pdf")
    sqs = account.client("sqs")
    for queue in sqs.list_queues()["QueueUrls"]:
        sqs.send_message(QueueUrl=queue, MessageBody="left behind")
    profiles = next(name for name in inventory(account)["dynamodb"] if "Profiles" in name)
    schema = account.client("dynamodb").describe_table(TableName=profiles)["Table"]["KeySchema"]
    item = {key["AttributeName"]: {"S": "left behind"} for key in schema}
    account.client("dynamodb").put_item(TableName=profiles, Item=item)
    assert customer.id_token  # of somebody in the user pool


def test_it_is_destroyed_with_its_data_and_made_again_or_refuses_to_go(
    account: Account, customer: Tokens
) -> None:
    before = inventory(account)
    fill(account, customer)

    destroyed = account.cdk("destroy", "--all", "--force", "-c", f"stage={account.stage}")

    if account.stage != "dev":
        assert destroyed.returncode != 0
        assert inventory(account) == before
        return
    assert destroyed.returncode == 0, destroyed.stdout[-2000:] + destroyed.stderr[-4000:]
    assert account.stacks() == {}
    assert {service: held for service, held in inventory(account).items() if held} == {}

    again = account.deploy(assembly="cdk.out")  # as `make deploy` does

    assert again.returncode == 0, again.stdout[-2000:] + again.stderr[-4000:]
    assert {service for service, held in inventory(account).items() if held} == set(before)
    assert site(account, "/").text.startswith("<!doctype html>")
