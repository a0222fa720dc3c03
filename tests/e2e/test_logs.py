"""Nothing that lets somebody in stands in a log: not in CloudWatch, not in a file of the stage."""

import json
import re
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.accounts import code_for, confirm, refresh, sign_up
from tests.e2e.conftest import (
    Tokens,
    aws,
    bearer,
    cognito,
    new_address,
    new_password,
    sign_in_by_srp,
)
from tests.e2e.sockets import connected, refusal, ticket_for
from tests.waiting import PATIENCE, eventually

TRUSTED_WITH_SECRETS = (
    "PreSignUp",
    "PostConfirmation",
    "PreTokenGeneration",
    "RefreshTokens",
    "CreateTicket",
    "Authorize",
    "Connect",
)
"""Functions that are handed what must not be logged, or are called on the way to it."""


class Session:
    """Everything somebody does who signs up, and every secret that took part in it."""

    def __init__(
        self, config: dict[str, Any], identity: httpx.Client, outside: httpx.Client
    ) -> None:
        self.config = config
        self.identity = identity
        self.outside = outside
        self.email = new_address()
        self.secrets: dict[str, str] = {}
        self.request_ids: list[str] = []

    def run(self) -> None:
        email = self.email
        password = self.keep("the password", new_password())
        sign_up(self.config, email, password)
        code = self.keep("the code", code_for(self.outside, email))
        confirm(self.config, email, code)
        self._recover(email)
        tokens = sign_in_by_srp(self.config, email, self.secrets["the new password"])
        renewed = refresh(self.identity, tokens)
        for name, token in (
            ("the ID token", tokens.id_token),
            ("the access token", tokens.access_token),
            ("the refresh token", tokens.refresh_token),
            ("the second ID token", renewed.id_token),
            ("the second access token", renewed.access_token),
        ):
            self.keep(name, token)
        self._use(renewed.id_token)
        self._connect(tokens)
        self._fail(tokens.refresh_token, renewed.id_token)

    def keep(self, name: str, secret: str) -> str:
        self.secrets[name] = secret
        if secret.count(".") >= 2:
            self.secrets[f"the signature of {name}"] = secret.rsplit(".", 1)[1]
        return secret

    def _recover(self, email: str) -> None:
        client = cognito(self.config)
        who = {"ClientId": self.config["userPoolClientId"], "Username": email}
        client.forgot_password(**who)
        code = code_for(self.outside, email, number=2)
        self.keep("the code of the recovery", code)
        new = self.keep("the new password", new_password())
        client.confirm_forgot_password(**who, ConfirmationCode=code, Password=new)

    def _use(self, token: str) -> None:
        self._send("GET", "/me", token, 200)
        self._send("GET", "/users", token, 403)
        self._send("PUT", "/me", token, 422, {"displayName": 7})

    def _connect(self, tokens: Tokens) -> None:
        tickets = [
            self.keep(f"{which} ticket", ticket_for(self.identity, tokens))
            for which in ("the first", "the second")
        ]
        with connected(self.config, f"ticket={tickets[0]}") as connection:
            connection.send(json.dumps({"action": "ping"}))
            connection.recv(timeout=PATIENCE)
        assert refusal(self.config, f"ticket={tickets[0]}") in (401, 403)
        made_up = self.keep("a ticket that never was one", secrets.token_urlsafe(32))
        assert refusal(self.config, f"ticket={made_up}") in (401, 403)
        assert refusal(self.config, f"ticket={tokens.id_token}") in (401, 403)

    def _fail(self, refresh_token: str, token: str) -> None:
        head, payload, signature = token.split(".")
        self._send(
            "GET", "/me", self.keep("a forged token", f"{head}.{payload}.{signature[::-1]}"), 401
        )
        for body in (
            {"refreshToken": [refresh_token]},
            {"token": refresh_token},
            {"refreshToken": refresh_token, "more": token},
        ):
            self._send("POST", "/tokens/refresh", None, 422, body)
        self._send("POST", "/tokens/refresh", None, 400, f'{{"refreshToken": "{refresh_token}"')
        wrong = self.keep(
            "a refused refresh token", f"{refresh_token[:-40]}{secrets.token_hex(20)}"
        )
        self._send("POST", "/tokens/refresh", None, 401, {"refreshToken": wrong})

    def _send(
        self, method: str, path: str, token: str | None, status: int, body: object = None
    ) -> None:
        content = body if isinstance(body, str) else json.dumps(body)
        answer = self.identity.request(
            method, path, content=content, headers=bearer(token) if token else {}
        )
        assert answer.status_code == status, answer.text
        self.request_ids.append(answer.headers["apigw-requestid"])


def logs(platform: dict[str, Any], since: float) -> Iterator[tuple[str, str]]:
    """Return the name and content of every log group's lines since then, and of every log file."""
    client = aws(platform, "logs")
    for page in client.get_paginator("describe_log_groups").paginate():
        for group in (group["logGroupName"] for group in page["logGroups"]):
            lines = client.get_paginator("filter_log_events").paginate(
                logGroupName=group, startTime=int(since * 1000)
            )
            yield group, "\n".join(event["message"] for part in lines for event in part["events"])
    for file in Path(platform["directory"]).rglob("*.log"):
        yield file.name, file.read_text(errors="replace")


def stands_in(content: str, secret: str) -> bool:
    """Tell whether a text holds a secret; short ones, such as codes, as a word of their own."""
    if len(secret) > 8:
        return secret in content
    return re.search(rf"(?<![\w-]){re.escape(secret)}(?![\w-])", content) is not None


def test_no_password_code_token_or_ticket_stands_in_any_log(
    platform: dict[str, Any],
    config: dict[str, Any],
    identity: httpx.Client,
    outside: httpx.Client,
) -> None:
    since = time.time() - 1
    session = Session(config, identity, outside)
    session.run()

    def is_written() -> bool:
        """Tell whether what was done is in the logs that are searched."""
        written = [(log, content) for log, content in logs(platform, since) if content]
        everything = "\n".join(content for _, content in written)
        return all(request_id in everything for request_id in session.request_ids) and all(
            any(f"{name}Logs" in log for log, _ in written) for name in TRUSTED_WITH_SECRETS
        )

    eventually(is_written)
    found = {
        f"{name} stands in {log}"
        for log, content in logs(platform, since)
        for name, secret in session.secrets.items()
        if stands_in(content, secret)
    }
    aws(platform, "cognito-idp").admin_delete_user(
        UserPoolId=config["userPoolId"], Username=session.email
    )
    assert not found, "\n".join(sorted(found))
