"""`make verify`, as somebody runs it who may do what docs/verify.md allows, and nothing else."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.account import ROOT
from tests.stages.account import Account

WHO = "verifier"
POLICY = re.compile(r"```json\n(.*?)```", re.DOTALL)


def may_verify(account: Account) -> dict[str, str]:
    """Make somebody who may verify the account's stage, and return their credentials."""
    (written,) = POLICY.findall((ROOT / "docs" / "verify.md").read_text())
    named = {"ACCOUNT": account.id, "REGION": account.region}
    named["Stage-"] = f"{account.stage.capitalize()}-"
    for word, value in named.items():
        written = written.replace(word, value)
    iam = account.client("iam")
    iam.create_user(UserName=WHO)
    document = json.dumps(json.loads(written))
    iam.put_user_policy(UserName=WHO, PolicyName="Verify", PolicyDocument=document)
    key = iam.create_access_key(UserName=WHO)["AccessKey"]
    return {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
    }


class Verifier:
    """Runs `make verify` against one account.

    :param credentials: whose.
    """

    def __init__(self, account: Account, credentials: Mapping[str, str]) -> None:
        self._account = account
        self._variables = {**account.names.variables_of_a_client, **credentials}
        self._command = [sys.executable, "-m", "tools.verify_stage", account.stage]

    def run(self, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run it to its end; `variables` differ from what somebody has who may run it."""
        return self._account.run(
            *self._command, *options, variables={**self._variables, **variables}
        )

    def begin(self) -> subprocess.Popen[str]:
        """Start it."""
        return self._account.begin(*self._command, variables=self._variables)


@contextmanager
def open_to_everybody(account: Account, stack: str, key: str) -> Iterator[None]:
    """Let everybody call a route, as a mistake in a stack would."""
    gateway = account.client("apigatewayv2")
    outputs = account.stacks()[f"{account.stage.capitalize()}-{stack}"]["Outputs"]
    (url,) = (each["OutputValue"] for each in outputs if each["OutputKey"] == "ApiUrl")
    api = {"ApiId": url.split("//")[1].split(".")[0]}
    routes: list[dict[str, Any]] = gateway.get_routes(**api)["Items"]
    (route,) = (each for each in routes if each["RouteKey"] == key)
    which = {**api, "RouteId": route["RouteId"]}
    gateway.update_route(**which, AuthorizationType="NONE")
    try:
        yield
    finally:
        authorizer = {"AuthorizationType": "JWT", "AuthorizerId": route["AuthorizerId"]}
        gateway.update_route(**which, **authorizer)
