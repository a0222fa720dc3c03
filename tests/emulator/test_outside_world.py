"""The outside world beside the emulator: payments, weather, and mails that SES sends."""

import socket
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest

from blockwork.local.fakes.keys import key_file
from blockwork.local.launch import Emulator
from blockwork.local.toolchain import Toolchain
from tests.conftest import free_port
from tests.emulator.support import Aws, eventually
from tests.waiting import PATIENCE, QUIET, settled
from tools.platform import PlatformApp


def payment_key(state: Path) -> str:
    return key_file(state, "payments", "key").made()


@pytest.fixture
def world(emulator: Emulator) -> Iterator[httpx.Client]:
    """The providers; whatever a test tells them to do ends with the test."""
    assert emulator.port is not None
    headers = {"Authorization": f"Bearer {payment_key(emulator.state)}"}
    url = f"http://127.0.0.1:{emulator.port + 2}"
    with httpx.Client(base_url=url, trust_env=False, headers=headers) as client:
        yield client
        for name in ("payments", "weather", "mail"):
            behave(client, name, "ok")


def behave(world: httpx.Client, name: str, mode: str, **settings: float) -> None:
    control = {name: {"mode": mode, **settings}}
    world.put("/control", json=control).raise_for_status()


def pay(world: httpx.Client, key: str, **options: Any) -> httpx.Response:
    return world.post(
        "/payments",
        json={"amount": "25.00", "currency": "GBP"},
        headers={"Idempotency-Key": key},
        **options,
    )


def taken(world: httpx.Client, key: str) -> int:
    return len([payment for payment in world.get("/payments").json() if payment["key"] == key])


def test_a_payment_is_taken_once_for_its_key(world: httpx.Client) -> None:
    first, again = pay(world, "once"), pay(world, "once")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["status"] == "TAKEN"
    assert again.json() == first.json() == world.get("/payments/once").json()
    assert taken(world, "once") == 1
    assert world.get("/payments/never").status_code == 404


def test_only_who_knows_the_key_can_pay(world: httpx.Client) -> None:
    stranger = {"Authorization": "Bearer guess", "Idempotency-Key": "stranger"}
    body = {"amount": "25.00", "currency": "GBP"}

    assert world.post("/payments", json=body, headers=stranger).status_code == 401
    assert world.get("/payments/once", headers=stranger).status_code == 401
    assert taken(world, "stranger") == 0


def test_a_provider_can_decline(world: httpx.Client) -> None:
    behave(world, "payments", "decline")

    assert pay(world, "declined").status_code == 402

    behave(world, "payments", "ok")
    assert pay(world, "declined").status_code == 402  # it is the same payment
    assert world.get("/payments/declined").json()["status"] == "DECLINED"
    assert taken(world, "declined") == 0


def test_a_provider_can_take_its_time(world: httpx.Client) -> None:
    behave(world, "payments", "delay", seconds=0.3)
    started = time.monotonic()

    assert pay(world, "late").status_code == 201

    assert time.monotonic() - started > 0.3


def test_a_provider_can_take_the_money_and_never_answer(world: httpx.Client) -> None:
    behave(world, "payments", "timeout-after-taking")

    with pytest.raises(httpx.ReadTimeout):
        pay(world, "silent", timeout=httpx.Timeout(PATIENCE, read=QUIET))

    assert eventually(lambda: taken(world, "silent")) == 1
    behave(world, "payments", "ok")
    assert pay(world, "silent").status_code == 200


def test_a_provider_can_answer_twice(world: httpx.Client) -> None:
    behave(world, "payments", "twice")
    body = b'{"amount": "25.00", "currency": "GBP"}'
    request = (
        "POST /payments HTTP/1.1\r\nHost: localhost\r\nIdempotency-Key: twice\r\n"
        f"Authorization: {world.headers['Authorization']}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((world.base_url.host, world.base_url.port or 0)) as connection:
        connection.sendall(request.encode() + body)
        connection.shutdown(socket.SHUT_WR)
        answers = b"".join(iter(lambda: connection.recv(65_536), b""))

    assert answers.count(b"HTTP/1.1 201") == 2
    assert taken(world, "twice") == 1


@pytest.mark.parametrize("body", ["nonsense", "[]", '{"amount": 25, "currency": "GBP"}'])
def test_what_is_no_payment_is_refused(world: httpx.Client, body: str) -> None:
    answer = world.post("/payments", content=body, headers={"Idempotency-Key": "odd"})

    assert answer.status_code == 400
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    "control",
    [
        {"payments": {"mode": "steal"}},
        {"news": {"mode": "ok"}},
        {"weather": {"mode": "slow", "seconds": -1}},
        [1],
    ],
)
def test_a_wish_that_is_not_understood_changes_nothing(world: httpx.Client, control: Any) -> None:
    before = world.get("/control").json()

    assert world.put("/control", json=control).status_code == 400

    assert world.get("/control").json() == before


WEATHER = (
    "/v1/forecast?latitude=51.5&longitude=-0.12&hourly=temperature_2m&timezone=Europe%2FLondon"
    "&start_date=2026-11-22&end_date=2026-11-22"
)


def test_the_weather_can_be_bad_in_several_ways(world: httpx.Client) -> None:
    good = world.get(WEATHER)
    assert good.json()["hourly"]["time"][23] == "2026-11-22T23:00"
    assert world.get("/v1/forecast?latitude=north").json()["error"] is True

    behave(world, "weather", "down")
    assert world.get(WEATHER).status_code == 503

    behave(world, "weather", "nonsense")
    assert world.get(WEATHER).json()["hourly"] != good.json()["hourly"]

    behave(world, "weather", "slow")
    with pytest.raises(httpx.ReadTimeout):
        world.get(WEATHER, timeout=httpx.Timeout(PATIENCE, read=QUIET))


def send(aws: Aws, subject: str) -> None:
    sender = f"{subject[:5].lower()}@blockwork.example"  # an identity belongs to one stack
    identity = {"Type": "AWS::SES::EmailIdentity", "Properties": {"EmailIdentity": sender}}
    aws.deploy(f"mail-{subject[:5]}", {"Sender": identity})
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "ann@example.com", subject
    message.set_content("Grüße, here it is.\n")
    message.add_attachment(b"%PDF-\xff", maintype="application", subtype="pdf", filename="v.pdf")
    aws.client("sesv2").send_email(
        FromEmailAddress=sender,
        Destination={"ToAddresses": ["ann@example.com"]},
        Content={"Raw": {"Data": message.as_bytes()}},
    )


def mails(world: httpx.Client, subject: str) -> list[dict[str, Any]]:
    return [mail for mail in world.get("/mails").json() if mail["subject"] == subject]


def test_a_mail_arrives_whole(aws: Aws, world: httpx.Client) -> None:
    send(aws, "Whole: £25")

    (mail,) = eventually(lambda: mails(world, "Whole: £25"))

    assert mail["to"] == ["ann@example.com"]
    assert mail["text"].strip() == "Grüße, here it is."
    (attachment,) = mail["attachments"]
    assert attachment["filename"] == "v.pdf"
    content = world.get(f"/mails/{mail['id']}/attachments/0")
    assert content.headers["Content-Type"] == "application/pdf"
    assert content.content == b"%PDF-\xff"
    assert world.get(f"/mails/{mail['id']}/attachments/1").status_code == 404


def test_a_mail_waits_for_a_server_that_is_down(aws: Aws, world: httpx.Client) -> None:
    behave(world, "mail", "down")
    send(aws, "Patient")
    assert settled(lambda: mails(world, "Patient")) == []

    behave(world, "mail", "ok")

    assert len(eventually(lambda: mails(world, "Patient"))) == 1


def test_a_mail_that_waits_and_what_was_paid_survive_a_restart(tmp_path: Path) -> None:
    emulator = Emulator(tmp_path, fakes=PlatformApp().fakes)
    port = free_port()
    python = Toolchain().emulator_environment()
    url, key = f"http://127.0.0.1:{port + 2}", payment_key(emulator.state)
    headers = {"Authorization": f"Bearer {key}"}
    try:
        emulator.start(port=port, python=python)
        with httpx.Client(base_url=url, trust_env=False, headers=headers) as world:
            pay(world, "kept")
            behave(world, "mail", "down")
            send(Aws(port), "Kept")
        emulator.stop()
        emulator.start(port=port, python=python)
        with httpx.Client(base_url=url, trust_env=False, headers=headers) as world:
            assert len(eventually(lambda: mails(world, "Kept"))) == 1
            assert taken(world, "kept") == 1
            assert payment_key(emulator.state) == key
    finally:
        emulator.stop()
