from email.message import EmailMessage
from typing import Any

import pytest

from tests.emulator.principals import client_of_somebody, denied
from tests.emulator.support import Aws

ENERGY = "energy@blockwork.example"
BOSS = "boss@blockwork.example"
MAIL = {"Simple": {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "there"}}}}
IDENTITIES = "arn:aws:ses:eu-west-2:000000000000:identity/"
TO = {"ToAddresses": ["friend@example.org"]}


@pytest.fixture(autouse=True, scope="module")
def identities(aws: Aws) -> None:
    for address in (ENERGY, BOSS):
        aws.client("sesv2").create_email_identity(EmailIdentity=address)


def raw(sender: str) -> dict[str, Any]:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, TO["ToAddresses"][0], "Hello"
    message.set_content("there")
    return {"Raw": {"Data": message.as_bytes()}}


@pytest.mark.parametrize(
    "limit",
    [
        {"Resource": IDENTITIES + ENERGY},
        {"Resource": "*", "Condition": {"StringEquals": {"ses:FromAddress": ENERGY}}},
    ],
    ids=["by identity", "by address"],
)
def test_who_may_send_as_one_address_sends_as_that_and_no_other(
    aws: Aws, limit: dict[str, Any]
) -> None:
    sender = client_of_somebody(
        aws, "sesv2", {"Action": ["ses:SendEmail", "ses:SendRawEmail"], **limit}
    )

    for content in (MAIL, raw(ENERGY)):
        sender.send_email(FromEmailAddress=f"Energy <{ENERGY}>", Destination=TO, Content=content)
        with denied():
            sender.send_email(FromEmailAddress=BOSS, Destination=TO, Content=content)
    sender.send_email(Destination=TO, Content=raw(ENERGY))
    with denied():
        sender.send_email(Destination=TO, Content=raw(BOSS))


def test_a_raw_mail_takes_a_permission_of_its_own(aws: Aws) -> None:
    sender = client_of_somebody(
        aws, "sesv2", {"Action": "ses:SendEmail", "Resource": IDENTITIES + ENERGY}
    )

    with denied():
        sender.send_email(FromEmailAddress=ENERGY, Destination=TO, Content=raw(ENERGY))


def test_an_address_of_a_known_domain_is_allowed_by_the_domain_until_it_is_known_itself(
    aws: Aws,
) -> None:
    owner = aws.client("sesv2")
    owner.create_email_identity(EmailIdentity="domain.example")
    address = "energy@domain.example"
    by_domain = {"Action": "ses:SendEmail", "Resource": IDENTITIES + "domain.example"}
    sender = client_of_somebody(aws, "sesv2", by_domain)

    sender.send_email(FromEmailAddress=address, Destination=TO, Content=MAIL)

    owner.create_email_identity(EmailIdentity=address)
    with denied():
        sender.send_email(FromEmailAddress=address, Destination=TO, Content=MAIL)
