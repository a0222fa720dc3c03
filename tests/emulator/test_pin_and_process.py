"""What the emulator promises before any gap is looked at."""

import pytest
from botocore.exceptions import ClientError

from blockwork.local.launch import Emulator
from tests.emulator.support import Aws


def test_permissions_are_enforced(aws: Aws) -> None:
    iam = aws.client("iam")
    iam.create_user(UserName="nobody")
    key = iam.create_access_key(UserName="nobody")["AccessKey"]
    s3 = aws.client("s3", key["AccessKeyId"], key["SecretAccessKey"])

    with pytest.raises(ClientError, match="AccessDenied"):
        s3.create_bucket(Bucket="mine")


def test_it_listens_on_the_loopback_only(emulator: Emulator) -> None:
    assert emulator.group is not None
    listening = {
        connection.laddr.ip
        for process in emulator.group.members()
        for connection in process.net_connections("inet")
        if connection.status == "LISTEN"
    }

    assert listening == {"127.0.0.1"}
