"""Campaigns as an administrator runs them, their provider, and who wants their mails."""

import contextlib
import json
import sqlite3
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from blockwork.local.launch import answers
from blockwork.runtime.webhook_signatures import sign
from tests.e2e.conftest import Tokens, aws, bearer, function_name
from tests.waiting import eventually
from tools.platform import platform_stage

Campaign = dict[str, Any]

ENDS = ("SENT", "FAILED", "CANCELLED")
BATCH = 25
"""As many items as DynamoDB writes at once."""
WEBHOOK_KEYS = "/blockwork/local/campaigns/webhook-keys"

Control = Callable[..., None]
HELD = 600.0
"""Seconds for which a provider is at it that shall not come to an end."""


@dataclass
class Campaigns:
    """The API, and a watch that no number it shows is ever untrue."""

    platform: dict[str, Any]
    api: httpx.Client
    outside: httpx.Client
    administrator: Tokens
    mailed: Counter[str] = field(default_factory=Counter)

    def start(self, subject: str | None = None, key: str | None = None) -> Campaign:
        mail = {"subject": subject or uuid.uuid4().hex, "text": "It is here."}
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        answer = self.ask_patiently("POST", "/campaigns", json=mail, headers=headers)
        assert answer.status_code == 202, answer.text
        return {**mail, **answer.json()}

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {**bearer(self.administrator.id_token), **options.pop("headers", {})}
        return self.api.request(method, path, headers=headers, **options)

    def ask_patiently(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Ask again what a slow machine could not answer, as every client has to."""
        ask = partial(self.ask, method, path, **options)
        return eventually(ask, until=lambda one: one.status_code != 429 and one.status_code < 500)

    def see(self, campaign: Campaign) -> Campaign:
        """Return a campaign as it is shown, having checked what must be true at every moment."""
        answer = self.ask_patiently("GET", f"/campaigns/{campaign['campaignId']}")
        assert answer.status_code == 200, answer.text
        return self._checked(answer.json())

    def see_all(self) -> dict[str, Campaign]:
        """Return the newest hundred campaigns by their ids, checked as well."""
        answer = self.ask_patiently("GET", "/campaigns", params={"limit": "100"}).raise_for_status()
        return {one["campaignId"]: self._checked(one) for one in answer.json()["campaigns"]}

    def _checked(self, shown: Campaign) -> Campaign:
        before = self.mailed[shown["campaignId"]]
        assert before <= shown["mailed"] <= shown["recipients"], (before, shown)
        self.mailed[shown["campaignId"]] = shown["mailed"]
        return shown

    def see_if_there(self, campaign: Campaign) -> Campaign:
        """Return the same, or nothing while the stage does not answer."""
        with contextlib.suppress(httpx.HTTPError, AssertionError, ValueError):
            answer = self.ask("GET", f"/campaigns/{campaign['campaignId']}")
            if answer.status_code == 200:
                return self.see(campaign)
        return {"status": "", "recipients": 0, "mailed": 0}

    def until(self, campaign: Campaign, look: Callable[[Campaign], object]) -> Campaign:
        return eventually(lambda: self.see(campaign), until=look)

    def end_of(self, campaign: Campaign) -> Campaign:
        """Wait for the end, and return it: everybody is accounted for, by the mailbox, too."""
        shown = eventually(
            lambda: self.see_if_there(campaign), until=lambda seen: seen["status"] in ENDS
        )
        assert shown["recipients"] == shown["mailed"] + sum(shown["notMailed"].values()), shown
        got = Counter(self.addresses(campaign))
        assert max(got.values(), default=1) == 1, got.most_common(3)
        assert len(got) == shown["mailed"], (len(got), shown)
        return shown

    def mails(self, campaign: Campaign) -> list[dict[str, Any]]:
        answer = self.outside.get("/mails", params={"subject": campaign["subject"]})
        found: list[dict[str, Any]] = answer.raise_for_status().json()
        return found

    def addresses(self, campaign: Campaign) -> list[str]:
        return [address for mail in self.mails(campaign) for address in mail["to"]]

    def cancel(self, campaign: Campaign) -> httpx.Response:
        return self.ask("DELETE", f"/campaigns/{campaign['campaignId']}")

    def provider_id(self, campaign: Campaign) -> str:
        """Return what the provider calls a campaign, as only an operator can know."""
        item = aws(self.platform, "dynamodb").get_item(
            TableName=table_of(self.platform, "Local-Campaigns", "Campaigns"),
            Key={"kind": {"S": "campaigns"}, "itemId": {"S": campaign["campaignId"]}},
        )["Item"]
        return str(item.get("providerId", {"S": ""})["S"])

    def said(self, campaign: Campaign, /, **changed: object) -> bytes:
        """Return the body of a callback, as the provider writes it."""
        said = {
            "id": uuid.uuid4().hex,
            "campaign": self.provider_id(campaign),
            "status": "pending",
            "mailed": 0,
            "sequence": 1,
        }
        return json.dumps(said | changed).encode()

    def keys(self) -> list[str]:
        parameter = aws(self.platform, "ssm").get_parameter(Name=WEBHOOK_KEYS, WithDecryption=True)
        return str(parameter["Parameter"]["Value"]).split()

    def call_back(
        self,
        body: bytes,
        *,
        key: str | None = None,
        at: float | None = None,
        signature: str | None = None,
    ) -> httpx.Response:
        """Send a callback, signed as it has to be unless told otherwise."""
        if signature is None:
            signature = sign(key or self.keys()[0], body, at=time.time() if at is None else at)
        headers = {"X-Webhook-Signature": signature, "Content-Type": "application/json"}
        return self.api.post("/webhooks/campaign-status", content=body, headers=headers)


def table_of(platform: dict[str, Any], stack: str, prefix: str) -> str:
    """Return the name of a stack's table whose logical id begins with `prefix`."""
    pages = aws(platform, "cloudformation").get_paginator("list_stack_resources")
    (name,) = (
        item["PhysicalResourceId"]
        for page in pages.paginate(StackName=stack)
        for item in page["StackResourceSummaries"]
        if item["ResourceType"] in ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")
        and item["LogicalResourceId"].startswith(prefix)
    )
    return str(name)


def profile(number: int, mark: str) -> dict[str, Any]:
    """Return the profile of somebody who wants the newsletter, as the service keeps it."""
    moment = {"S": "2026-03-01T09:30:00.000000+00:00"}
    return {
        "userId": {"S": f"{mark}-{number:04}"},
        "itemId": {"S": "profile"},
        "displayName": {"S": "Ada"},
        "phone": {"S": ""},
        "newsletter": {"BOOL": True},
        "subscribedTo": {"S": "newsletter"},
        "email": {"S": f"{mark}-{number:04}@example.org"},
        "createdAt": moment,
        "updatedAt": moment,
        "correlationId": {"S": mark},
        "version": {"S": mark},
    }


@contextlib.contextmanager
def subscribers(platform: dict[str, Any], number: int) -> Iterator[list[str]]:
    """Let so many people want the newsletter for a while; give their addresses.

    They have no accounts, which would take a while: their profiles are written as an operator may.
    """
    client, mark = aws(platform, "dynamodb"), f"reader{uuid.uuid4().hex[:12]}"
    table = table_of(platform, "Local-Identity", "Profiles")
    profiles = [profile(one, mark) for one in range(number)]

    def write(requests: list[dict[str, Any]]) -> None:
        for start in range(0, number, BATCH):
            left = {table: requests[start : start + BATCH]}
            while left:
                left = client.batch_write_item(RequestItems=left)["UnprocessedItems"]

    with unwelcomed(platform):
        write([{"PutRequest": {"Item": item}} for item in profiles])
        try:
            yield [item["email"]["S"] for item in profiles]
        finally:
            keys = [{name: item[name] for name in ("userId", "itemId")} for item in profiles]
            write([{"DeleteRequest": {"Key": key}} for key in keys])


@contextlib.contextmanager
def unwelcomed(platform: dict[str, Any]) -> Iterator[None]:
    """Let no mail welcome who has signed up, for a while: there would be a thousand of them."""
    events = aws(platform, "events")
    rules = [
        {"Name": rule["Name"], "EventBusName": bus["Name"]}
        for bus in events.list_event_buses()["EventBuses"]
        for rule in events.list_rules(EventBusName=bus["Name"])["Rules"]
        if "UserSignedUp" in rule.get("EventPattern", "")
    ]
    for rule in rules:
        events.disable_rule(**rule)
    try:
        yield
    finally:
        for rule in rules:
            aws(platform, "events").enable_rule(**rule)


def link_of(mail: dict[str, Any]) -> str:
    """Return the link that a mail program follows when somebody wants no more of it."""
    assert mail["listUnsubscribePost"] == "List-Unsubscribe=One-Click", mail
    link: str = mail["listUnsubscribe"]
    return link.strip("<>")


def unsubscribe(mails: Iterable[dict[str, Any]]) -> None:
    """Click once, as a mail program does: no cookie, no token, no redirect.

    Whoever is one of too many at once (429) tries again.
    """
    with httpx.Client(follow_redirects=False) as program:
        for mail in mails:
            click = partial(program.post, link_of(mail), data={"List-Unsubscribe": "One-Click"})
            answer = eventually(click, until=lambda one: one.status_code != 429)
            assert answer.status_code == 200, answer.text


def start_afresh(platform: dict[str, Any], stack: str, function: str) -> None:
    """Let a function forget all that it has read, as after a while without calls."""
    functions = aws(platform, "lambda")
    name = function_name(platform, stack, function)
    settings = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    for more in ({"STARTED_AFRESH": "yes"}, {}):
        functions.update_function_configuration(
            FunctionName=name, Environment={"Variables": {**settings, **more}}
        )


def until_saved(platform: dict[str, Any]) -> None:
    """Wait until the emulator has saved all that there is now, which a crash goes back to."""
    mark, state = uuid.uuid4().hex, Path(platform["directory"]) / "state" / "state.sqlite"
    aws(platform, "ssm").put_parameter(Name="/mark", Value=mark, Type="String", Overwrite=True)

    def is_there() -> bool:
        with contextlib.closing(sqlite3.connect(state)) as database:
            asked = "SELECT count(*) FROM pieces WHERE service = ? AND instr(content, ?)"
            return bool(database.execute(asked, ("ssm", mark.encode())).fetchone()[0])

    eventually(is_there)


def kill(platform: dict[str, Any], module: str) -> None:
    """Kill a process of the stage, and wait until its watcher has started it again.

    What is called meanwhile need not be patient: tests sign in anew, and tidy up.
    """
    emulator = platform_stage(Path(platform["directory"])).emulator
    group, port = emulator.group, emulator.port
    assert group is not None
    assert port is not None
    (process,) = (one for one in group.members() if one.cmdline()[-1] == module)
    process.kill()
    process.wait()
    eventually(lambda: answers(port) and not emulator.silent(port))


def sending(campaigns: Campaigns, control: Control, **behaviour: object) -> Campaign:
    """Start a campaign, and wait until its provider is at it."""
    control(campaigns={"mode": "ok", "seconds": HELD, **behaviour})
    campaign = campaigns.start()
    eventually(lambda: campaigns.provider_id(campaign))
    eventually(lambda: provider_view(campaigns, campaign), until=lambda one: one != "ready")
    return campaign


def provider_view(campaigns: Campaigns, campaign: Campaign) -> str:
    """Return the campaign's status at its provider."""
    parameter = aws(campaigns.platform, "ssm").get_parameter(
        Name="/blockwork/local/campaigns/provider-key", WithDecryption=True
    )
    answer = campaigns.outside.get(
        f"/campaigns/{campaigns.provider_id(campaign)}",
        headers=bearer(parameter["Parameter"]["Value"]),
    )
    return str(answer.json()["status"])
