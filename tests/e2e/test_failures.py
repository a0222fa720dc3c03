"""What happens to events that cannot be handled: they wait, alarmed, until one command comes."""

import json
import signal
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import httpx
import pytest
from shared.events import ImportFailed, UserSignedUp

from blockwork.runtime.envelope import Envelope
from blockwork.runtime.event_publisher import EventPublisher, EventTooLargeError
from tests.e2e.buying import an_order, buy_patiently, mails_to, show
from tests.e2e.conftest import ROOT, Tokens, aws, function_name, outputs, run_tool
from tests.e2e.failure_chains import alarm_state, assert_nothing_waits, redrive_all, waiting
from tests.waiting import eventually, finish, settled
from tools.platform import platform_stage

VOUCHERS = 50


@pytest.fixture(scope="module", autouse=True)
def begun() -> str:
    """Say when this file's tests began: before, others may have let events be missed."""
    return datetime.now(UTC).isoformat()


def signed_up(user_id: str, email: str, *, event_id: str, version: int = 1) -> dict[str, str]:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    metadata = {"id": event_id, "correlationId": event_id, "time": now, "version": version}
    return {
        "Source": "blockwork.identity",
        "DetailType": "UserSignedUp",
        "Detail": json.dumps({"metadata": metadata, "data": {"userId": user_id, "email": email}}),
    }


def publish(platform: dict[str, Any], *entries: dict[str, str]) -> None:
    bus = outputs(platform, "Local-Foundation")["EventBusName"]
    answer = aws(platform, "events").put_events(
        Entries=[{**entry, "EventBusName": bus} for entry in entries]
    )
    assert answer["FailedEntryCount"] == 0


def mails_to_customers(outside: httpx.Client) -> int:
    """Count the mails, but for those of alarms, which come in their own time."""
    alarms = "AWS Notifications <no-reply@sns.amazonaws.com>"
    return sum(mail["from"] != alarms for mail in outside.get("/mails").json())


@pytest.fixture
def broken_mail(platform: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Let the mail step use a sender it may not use; give what mends it."""
    function = function_name(platform, "Local-Vouchers", "MailVoucher")
    functions = aws(platform, "lambda")
    variables = functions.get_function_configuration(FunctionName=function)["Environment"]
    broken = {**variables["Variables"], "MAIL_SENDER": "nobody@blockwork.example"}

    def configure(environment: dict[str, Any]) -> None:
        functions.update_function_configuration(FunctionName=function, Environment=environment)

    configure({"Variables": broken})
    yield {"mend": lambda: configure(variables)}
    configure(variables)


def test_fifty_vouchers_whose_mail_was_broken_are_mailed_by_a_redrive_interrupted_once(
    platform: dict[str, Any],
    vouchers: httpx.Client,
    buyers: Callable[[int], list[Tokens]],
    outside: httpx.Client,
    broken_mail: dict[str, Any],
) -> None:
    orders = [an_order() for _ in range(VOUCHERS)]
    customers = list(islice(cycle(buyers(VOUCHERS)), VOUCHERS))
    recipients = {order["recipientEmail"] for order in orders}
    assert_nothing_waits(platform, "vouchers")

    with ThreadPoolExecutor(10) as pool:
        bought = list(
            pool.map(
                lambda customer, order: buy_patiently(vouchers, customer, order, uuid.uuid4().hex),
                customers,
                orders,
            )
        )

    assert Counter(answer.status_code for answer in bought) == {201: VOUCHERS}
    # An event comes at least once, so it may fail twice; its voucher is mailed once all the same.
    eventually(lambda: waiting(platform, "Local-Vouchers"), until=lambda failed: failed >= VOUCHERS)
    assert mails_to(outside, recipients) == []
    eventually(lambda: alarm_state(platform, "Local-Vouchers") == "ALARM")
    failed = settled(lambda: waiting(platform, "Local-Vouchers"))
    listed = run_tool(platform, "failures", "list").stdout
    assert "vouchers" in listed
    assert str(failed) in listed

    broken_mail["mend"]()
    first = subprocess.Popen(
        [
            *(sys.executable, "-m", "blockwork", "failures", "redrive", "vouchers"),
            *("--directory", platform["directory"]),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    eventually(
        lambda: len(mails_to(outside, recipients)), until=lambda mailed: mailed >= VOUCHERS // 5
    )
    first.send_signal(signal.SIGINT)
    interrupted = finish(first)
    assert interrupted.returncode in (0, 130), interrupted.stdout
    redrive_all(platform, "vouchers")

    mails = mails_to(outside, recipients)
    assert Counter(mail["to"][0] for mail in mails) == dict.fromkeys(recipients, 1)
    ids = [answer.json()["voucherId"] for answer in bought]
    eventually(
        lambda: Counter(
            show(vouchers, customer, one)["status"]
            for customer, one in zip(customers, ids, strict=True)
        ),
        until=lambda statuses: set(statuses) == {"MAILED"},
    )


def test_who_signs_up_is_welcomed_once_however_often_the_event_comes(
    platform: dict[str, Any], outside: httpx.Client
) -> None:
    email = f"{uuid.uuid4().hex}@example.org"
    event = signed_up("user-1", email, event_id=uuid.uuid4().hex)

    publish(platform, event, event)
    publish(platform, event)

    eventually(lambda: len(mails_to(outside, {email})) == 1)
    assert settled(lambda: len(mails_to(outside, {email}))) == 1
    assert_nothing_waits(platform, "notifications")


@pytest.mark.parametrize(
    ("event", "error"),
    [
        (signed_up("user-2", "x@example.org", event_id="e-future", version=99), "version"),
        (
            {
                "Source": "blockwork.identity",
                "DetailType": "UserSignedUp",
                "Detail": '{"nothing": "fits"}',
            },
            "metadata",
        ),
    ],
    ids=["future version", "poison"],
)
def test_an_event_that_cannot_be_read_waits_in_the_chain_and_is_dropped_with_a_reason(
    platform: dict[str, Any], event: dict[str, str], error: str
) -> None:
    publish(platform, event)

    eventually(lambda: waiting(platform, "Local-Notifications") == 1)
    shown = run_tool(platform, "failures", "show", "notifications").stdout
    assert "WelcomeMail" in shown
    assert error in shown
    tried = run_tool(platform, "failures", "redrive", "notifications")
    assert tried.returncode == 1
    eventually(lambda: waiting(platform, "Local-Notifications") == 1)
    message = aws(platform, "sqs").receive_message(
        QueueUrl=outputs(platform, "Local-Notifications")["FailureQueueUrl"], VisibilityTimeout=0
    )["Messages"][0]
    dropped = run_tool(
        platform,
        *("failures", "drop", "notifications", "--id", message["MessageId"]),
        *("--reason", "made up by a test"),
    )
    assert dropped.returncode == 0, dropped.stdout + dropped.stderr
    assert_nothing_waits(platform, "notifications")


def test_an_event_of_300_kb_is_refused_by_who_publishes_it_and_nobody_hears_of_it(
    platform: dict[str, Any], outside: httpx.Client
) -> None:
    bus = outputs(platform, "Local-Foundation")["EventBusName"]
    publisher = EventPublisher(aws(platform, "events"), bus)
    email = f"{uuid.uuid4().hex}@example.org"
    small = Envelope.of(UserSignedUp(user_id="user-5", email=email), correlation_id="small")
    failed = ImportFailed(import_id="import-1", user_id="user-5", reason="x" * 300_000)
    large = Envelope.of(failed, correlation_id="large")

    with pytest.raises(EventTooLargeError, match=r"ImportFailed .* must have at most 262144 bytes"):
        publisher.publish(small, large)

    assert settled(lambda: mails_to(outside, {email})) == []
    publisher.publish(small)
    eventually(lambda: len(mails_to(outside, {email})) == 1)


def test_an_event_that_cannot_be_delivered_waits_in_the_chain_and_is_delivered_by_a_redrive(
    platform: dict[str, Any], outside: httpx.Client
) -> None:
    function = function_name(platform, "Local-Notifications", "WelcomeMail")
    functions = aws(platform, "lambda")
    policy = json.loads(functions.get_policy(FunctionName=function)["Policy"])
    (statement,) = policy["Statement"]
    functions.remove_permission(FunctionName=function, StatementId=statement["Sid"])
    email = f"{uuid.uuid4().hex}@example.org"
    try:
        publish(platform, signed_up("user-3", email, event_id=uuid.uuid4().hex))
        eventually(lambda: waiting(platform, "Local-Notifications") == 1)
    finally:
        functions.add_permission(
            FunctionName=function,
            StatementId=statement["Sid"],
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
            SourceArn=statement["Condition"]["ArnLike"]["AWS:SourceArn"],
        )
    assert mails_to(outside, {email}) == []

    redriven = run_tool(platform, "failures", "redrive", "notifications")

    assert redriven.returncode == 0, redriven.stdout + redriven.stderr
    assert len(mails_to(outside, {email})) == 1
    assert_nothing_waits(platform, "notifications")


def test_a_replay_repeats_no_mail_and_no_payment_and_reaches_who_missed_an_event(
    platform: dict[str, Any], outside: httpx.Client, begun: str
) -> None:
    email = f"{uuid.uuid4().hex}@example.org"
    publish(platform, signed_up("user-4", email, event_id=uuid.uuid4().hex))
    eventually(lambda: len(mails_to(outside, {email})) == 1)

    def mails_and_payments() -> tuple[int, int]:
        return mails_to_customers(outside), len(outside.get("/payments").json())

    before = settled(mails_and_payments)

    replayed = run_tool(platform, "events", "replay", "--from", begun, "--to", "now")

    assert replayed.returncode == 0, replayed.stdout + replayed.stderr
    assert settled(mails_and_payments, quiet=5) == before


def test_what_was_under_way_when_everything_stopped_is_finished_afterwards(
    platform: dict[str, Any],
    vouchers: httpx.Client,
    buyers: Callable[[int], list[Tokens]],
    outside: httpx.Client,
) -> None:
    recipients: set[str] = set()

    def buy_more() -> int:
        """Return how many mails are still to come."""
        orders = [an_order() for _ in range(30)]
        (customer,) = buyers(len(orders))
        with ThreadPoolExecutor(10) as pool:
            bought = pool.map(
                lambda order: buy_patiently(vouchers, customer, order, uuid.uuid4().hex), orders
            )
            assert Counter(answer.status_code for answer in bought) == {201: len(orders)}
        recipients.update(order["recipientEmail"] for order in orders)
        return len(recipients) - len(mails_to(outside, recipients))

    eventually(buy_more)

    stage = platform_stage(Path(platform["directory"]))
    stage.down()
    stage.up()

    eventually(
        lambda: len(mails_to(outside, recipients)), until=lambda mailed: mailed >= len(recipients)
    )
    mails = settled(lambda: mails_to(outside, recipients))
    assert Counter(mail["to"][0] for mail in mails) == dict.fromkeys(recipients, 1)
    assert_nothing_waits(platform, "vouchers")


def test_an_alarm_is_over_when_nothing_waits_any_more(platform: dict[str, Any]) -> None:
    """Comes last: the alarm went off when the mails were broken, and needs a minute to see."""
    assert_nothing_waits(platform, "vouchers")
    eventually(lambda: alarm_state(platform, "Local-Vouchers") == "OK")
