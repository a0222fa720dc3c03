"""All that a user pool can have, made, changed and taken away by CloudFormation."""

from typing import Any

import pytest

from tests.emulator.people import user_pool
from tests.emulator.support import Aws


def resources(*, issuer: str = "", threats: str = "OFF") -> dict[str, Any]:
    of_pool = {"UserPoolId": {"Ref": "Pool"}}
    provider = {
        "Type": "AWS::Cognito::UserPoolIdentityProvider",
        "Properties": {
            **of_pool,
            "ProviderName": "Partner",
            "ProviderType": "OIDC",
            "ProviderDetails": {
                "client_id": "blockwork",
                "client_secret": "a secret",
                "attributes_request_method": "GET",
                "authorize_scopes": "openid email",
                "oidc_issuer": issuer,
            },
            "AttributeMapping": {"email": "email"},
        },
    }
    return {
        **user_pool(
            UserPoolTier="PLUS",
            UserPoolAddOns={"AdvancedSecurityMode": threats},
            DeletionProtection="INACTIVE",
        ),
        **({"Partner": provider} if issuer else {}),
        "Domain": {
            "Type": "AWS::Cognito::UserPoolDomain",
            "Properties": {**of_pool, "Domain": "blockwork-test"},
        },
        "Readers": {
            "Type": "AWS::Cognito::UserPoolGroup",
            "Properties": {**of_pool, "GroupName": "readers"},
        },
    }


@pytest.fixture
def pool(aws: Aws) -> str:
    made = aws.deploy("whole-pool", resources(issuer="https://one.example"), id={"Ref": "Pool"})
    return made["id"]


def test_an_outside_provider_is_made_changed_and_taken_away(aws: Aws, pool: str) -> None:
    cognito = aws.client("cognito-idp")
    partner = {"UserPoolId": pool, "ProviderName": "Partner"}

    made = cognito.describe_identity_provider(**partner)["IdentityProvider"]
    aws.deploy("whole-pool", resources(issuer="https://two.example"))
    changed = cognito.describe_identity_provider(**partner)["IdentityProvider"]
    aws.deploy("whole-pool", resources())
    left = cognito.list_identity_providers(UserPoolId=pool)["Providers"]

    assert made["ProviderType"] == "OIDC"
    assert made["ProviderDetails"]["oidc_issuer"] == "https://one.example"
    assert made["AttributeMapping"] == {"email": "email"}
    assert changed["ProviderDetails"]["oidc_issuer"] == "https://two.example"
    assert left == []


def test_its_settings_are_those_of_the_template(aws: Aws, pool: str) -> None:
    cognito = aws.client("cognito-idp")
    aws.deploy("whole-pool", resources(threats="ENFORCED"))

    described = cognito.describe_user_pool(UserPoolId=pool)["UserPool"]
    factors = cognito.get_user_pool_mfa_config(UserPoolId=pool)

    assert described["UserPoolTier"] == "PLUS"
    assert described["UserPoolAddOns"] == {"AdvancedSecurityMode": "ENFORCED"}
    assert described["Domain"] == "blockwork-test"
    assert factors["MfaConfiguration"] == "OPTIONAL"
    assert factors["SoftwareTokenMfaConfiguration"] == {"Enabled": True}
    groups = cognito.list_groups(UserPoolId=pool)["Groups"]
    assert "readers" in [group["GroupName"] for group in groups]
