"""Users who can sign in and tariffs to look at, made the way everybody makes them."""

import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from blockwork.companions import OUTSIDE
from blockwork.local.account import Account
from blockwork.local.errors import LocalStageError

PRODUCTS = Path(__file__).with_name("products.json")
ACCOUNTS = {
    "administrator@blockwork.example": ("administrators",),
    "customer@blockwork.example": ("customers",),
}
# What the emulator itself remembers: it is forgotten with the state, and kept with it.
SEEDED = "/local-stage/seeded"


@dataclass(frozen=True, kw_only=True)
class User:
    """Somebody who can sign in to the local stage."""

    email: str
    password: str
    groups: tuple[str, ...]


class Platform:
    """The platform that is deployed to the local stage, as its operators see it."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.config_url = f"{account.site_url}/config.json"

    def is_serving(self) -> bool:
        """Tell whether the website answers with its configuration."""
        try:
            return bool(self._get(self.config_url).json()["apis"])
        except (httpx.HTTPError, ValueError, KeyError):
            return False

    def seed_users(self, known: dict[str, str]) -> list[User]:
        """Let the administrator and the customer in.

        :param known: passwords they have already, by e-mail address; others get a new one.
        """
        cognito = self._account.client("cognito-idp")
        pool = self._get(self.config_url).json()["userPoolId"]
        users = []
        for email, groups in ACCOUNTS.items():
            user = User(email=email, groups=groups, password=known.get(email) or make_password())
            identity = {"UserPoolId": pool, "Username": email}
            try:
                cognito.admin_get_user(**identity)
                is_new = False
            except cognito.exceptions.UserNotFoundException:
                attributes = {"email": email, "email_verified": "true"}
                cognito.admin_create_user(
                    **identity,
                    MessageAction="SUPPRESS",
                    UserAttributes=[{"Name": k, "Value": v} for k, v in attributes.items()],
                )
                is_new = True
            if is_new or email not in known:
                cognito.admin_set_user_password(**identity, Password=user.password, Permanent=True)
            for group in groups:
                cognito.admin_add_user_to_group(**identity, GroupName=group)
            users.append(user)
        return users

    def seed_content(self, boss: User, customer: User, on_line: Callable[[str], None]) -> None:
        """Offer tariffs, a forecast and a meter, once in the life of the state."""
        if self._account.recall(SEEDED):
            return
        config = self._get(self.config_url).json()
        apis, pool = config["apis"], config["userPoolId"]
        by = {"Authorization": f"Bearer {self._sign_in(pool, config['userPoolClientId'], boss)}"}
        client = self._account.client("cognito-idp")
        owner = client.admin_get_user(UserPoolId=pool, Username=customer.email)["Username"]
        for method, url, body in [
            *(("POST", f"{apis['catalog']}/products", o) for o in json.loads(PRODUCTS.read_text())),
            ("PUT", f"{apis['readings']}/meters/meter-1", {"userId": owner}),
        ]:
            on_line(body.get("name", "A meter"))
            sent = httpx.request(method, url, json=body, headers=by, trust_env=False, timeout=30)
            if sent.is_error:
                raise LocalStageError(f"{method} {url} answered {sent.status_code}: {sent.text}")
        self._fetch_forecast()
        self._account.remember(SEEDED, "products")

    def _fetch_forecast(self) -> None:
        """Have tomorrow's weather fetched, as each night, and wait: its log says if that fails."""
        client = self._account.client("lambda")
        pages = client.get_paginator("list_functions").paginate()
        names = (one["FunctionName"] for page in pages for one in page["Functions"])
        fetch = next(name for name in names if "FetchForecast" in name)
        run = {"id": "first-night", "time": datetime.now(UTC).isoformat()}
        client.invoke(FunctionName=fetch, Payload=json.dumps(run))

    def _sign_in(self, pool: str, client_id: str, user: User) -> str:
        answer = self._account.client("cognito-idp").admin_initiate_auth(
            UserPoolId=pool,
            ClientId=client_id,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": user.email, "PASSWORD": user.password},
        )
        return str(answer["AuthenticationResult"]["IdToken"])

    def _get(self, url: str) -> httpx.Response:
        return httpx.get(url, trust_env=False, timeout=30).raise_for_status()


def make_password() -> str:
    """Return a random password of every kind of character that Cognito asks for."""
    return f"{secrets.token_urlsafe(12)}-aA1"


def as_json(account: Account, users: list[User]) -> dict[str, Any]:
    """Return what `.local/platform.json` tells tests and people."""
    return {
        "siteUrl": account.site_url,
        "configUrl": f"{account.site_url}/config.json",
        "emulatorUrl": account.url,
        "providersUrl": f"http://localhost:{account.port + OUTSIDE}",
        "region": account.region,
        "users": [asdict(user) for user in users],
    }
