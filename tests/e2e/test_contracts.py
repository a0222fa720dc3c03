"""The APIs do what their contracts in docs/openapi say, for somebody who knows nothing else.

Longer: `python -m pytest tests/e2e/test_contracts.py -s --cases 300 --seed 7`.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import NewAccount, Tokens, bearer, sign_in_by_srp
from tests.e2e.stranger import Stranger

DOCUMENTS = sorted((Path(__file__).parents[2] / "docs" / "openapi").glob("*.json"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Stranger:
    return Stranger(tmp_path_factory.mktemp("stranger"))


@pytest.fixture(scope="module")
def caller(config: dict[str, Any], new_account: NewAccount) -> Iterator[Tokens]:
    """Return somebody who may do everything, and what they have done is undone."""
    account = new_account("administrators")
    tokens = sign_in_by_srp(config, account.email, account.password)
    apis = config["apis"]
    with httpx.Client(headers=bearer(tokens.id_token)) as client:
        before = _ids(client, f"{apis['catalog']}/products", "products", "productId")
        yield tokens
        again = sign_in_by_srp(config, account.email, account.password)  # it may have been long
        client.headers.update(bearer(again.id_token))
        for product in (
            _ids(client, f"{apis['catalog']}/products", "products", "productId") - before
        ):
            client.delete(f"{apis['catalog']}/products/{product}")
        for campaign in _ids(client, f"{apis['campaigns']}/campaigns", "campaigns", "campaignId"):
            client.delete(f"{apis['campaigns']}/campaigns/{campaign}")  # 409 if it is over
        client.put(f"{apis['identity']}/me", json={"displayName": ""})  # and no newsletter


def _ids(client: httpx.Client, url: str, of: str, id_: str) -> set[str]:
    found: set[str] = set()
    page: dict[str, Any] = {}
    while not page or "nextToken" in page:
        after = {"nextToken": page["nextToken"]} if page else {}
        page = client.get(url, params={"limit": 100, **after}).raise_for_status().json()
        found |= {each[id_] for each in page[of]}
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.stem)
def test_an_api_does_what_its_contract_says(
    document: Path,
    stranger: Stranger,
    caller: Tokens,
    config: dict[str, Any],
    pytestconfig: pytest.Config,
) -> None:
    cases, seed = (int(pytestconfig.getoption(name)) for name in ("cases", "seed"))

    url = config["apis"][document.stem]
    verdict = stranger.drive(document, url, caller.id_token, cases=cases, seed=seed)

    print(verdict.text)
    assert verdict.ok, verdict.text
    paths = json.loads(document.read_text())["paths"].values()
    assert verdict.operations == sum(map(len, paths))
    assert verdict.cases >= verdict.operations
