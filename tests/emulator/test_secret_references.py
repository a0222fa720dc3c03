from typing import Any

from tests.emulator.principals import client_of_somebody, denied
from tests.emulator.support import Aws
from tests.waiting import eventually


def secret(description: str) -> dict[str, Any]:
    properties = {"Description": description, "GenerateSecretString": {"PasswordLength": 40}}
    return {"Key": {"Type": "AWS::SecretsManager::Secret", "Properties": properties}}


def test_a_reference_to_a_secret_is_its_arn_and_stays_it(aws: Aws) -> None:
    secrets = aws.client("secretsmanager")
    made = aws.deploy("secret", secret("first"), arn={"Ref": "Key"})

    assert made["arn"].startswith("arn:aws:secretsmanager:")
    kept = secrets.get_secret_value(SecretId=made["arn"])
    assert len(kept["SecretString"]) == 40
    assert kept["ARN"] == made["arn"]

    assert aws.deploy("secret", secret("second"), arn={"Ref": "Key"}) == made
    assert secrets.describe_secret(SecretId=made["arn"])["Description"] == "second"
    assert secrets.get_secret_value(SecretId=made["arn"])["VersionId"] == kept["VersionId"]

    aws.client("cloudformation").delete_stack(StackName="secret")
    left = eventually(
        lambda: [kept["ARN"] for kept in secrets.list_secrets()["SecretList"]],
        until=lambda arns: made["arn"] not in arns,
    )
    assert made["arn"] not in left


def test_who_may_read_the_secret_of_a_reference_reads_that_one(aws: Aws) -> None:
    made = aws.deploy("read-secret", secret("read"), arn={"Ref": "Key"})
    other = aws.client("secretsmanager").create_secret(Name="other", SecretString="x")["ARN"]
    read = {"Action": "secretsmanager:GetSecretValue", "Resource": made["arn"]}
    reader = client_of_somebody(aws, "secretsmanager", read)

    assert reader.get_secret_value(SecretId=made["arn"])["SecretString"]
    with denied():
        reader.get_secret_value(SecretId=other)
