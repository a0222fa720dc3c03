"""Signatures by a secret that Secrets Manager has made, and rotates."""

from typing import Any

import boto3
import pytest

from blockwork.runtime.signing import SecretSigner


@pytest.fixture
def client(aws: pytest.MonkeyPatch) -> Any:
    client: Any = boto3.client("secretsmanager")
    arn = client.create_secret(Name="pages", SecretString="first")["ARN"]
    aws.setenv("SIGNING_KEY_ARN", arn)
    return client


def test_a_signature_outlives_one_rotation_of_its_key_and_not_two(
    client: Any,
) -> None:
    signature = SecretSigner.from_environment().sign(b"page 2")

    for key, is_signed in (("second", True), ("third", False)):
        client.put_secret_value(SecretId="pages", SecretString=key)
        assert SecretSigner.from_environment().is_signed(b"page 2", signature) is is_signed


def test_a_key_that_was_never_rotated_has_no_version_before(client: Any) -> None:
    signer = SecretSigner.from_environment()

    assert not signer.is_signed(b"page 2", bytes(32))
    assert signer.is_signed(b"page 2", signer.sign(b"page 2"))
