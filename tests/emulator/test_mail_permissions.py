import json

import pytest
from botocore.exceptions import ClientError

from tests.emulator.support import Aws

ENERGY = "energy@blockwork.example"
MAIL = {"Simple": {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "there"}}}}


def test_who_may_send_as_one_address_sends_as_that_and_no_other(aws: Aws) -> None:
    ses = aws.client("sesv2")
    for address in (ENERGY, "boss@blockwork.example"):
        ses.create_email_identity(EmailIdentity=address)
    iam = aws.client("iam")
    iam.create_user(UserName="sender")
    allow = {
        "Effect": "Allow",
        "Action": "ses:SendEmail",
        "Resource": f"arn:aws:ses:eu-west-2:000000000000:identity/{ENERGY}",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_user_policy(UserName="sender", PolicyName="send", PolicyDocument=document)
    key = iam.create_access_key(UserName="sender")["AccessKey"]
    sender = aws.client("sesv2", key["AccessKeyId"], key["SecretAccessKey"])

    def send(address: str) -> None:
        to = {"ToAddresses": ["friend@example.org"]}
        sender.send_email(FromEmailAddress=address, Destination=to, Content=MAIL)

    send(f"Energy <{ENERGY}>")
    with pytest.raises(ClientError, match="AccessDenied"):
        send("boss@blockwork.example")
