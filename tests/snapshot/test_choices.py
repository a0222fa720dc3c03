"""What a team may choose for a stage's users in `stages.toml`, and what then stands where."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App

from app import SITE_SOURCE, STAGES_FILE
from blockwork.testing import Settings
from blockwork.testing.synthesis import Template, read_app
from constructs_lib.blocks import OidcProvider
from stacks.config import all_stages
from stacks.platform import add_platform
from stacks.stages_file import read_stages_file
from tests.snapshot.conftest import ROOT

WORKS = OidcProvider(
    name="Works", issuer="https://id.works.org", client_id="retailer", secret_name="/retailer/works"
)
IDENTITY = "arn:aws:ses:eu-west-2:333333333333:identity/example.com"
PAGES = "retailer.auth.eu-west-2.amazoncognito.com"


@pytest.fixture(scope="module")
def chosen() -> dict[str, Template]:
    """Return production's templates with every choice taken."""
    settings = json.loads((ROOT / "cdk.json").read_text())["context"]
    app = App(context=settings, analytics_reporting=False, builtin_cloud_formation_validation=False)
    prod = all_stages(read_stages_file(STAGES_FILE))[-1]
    config = replace(
        prod,
        mails_by_ses=True,
        mail_identity="example.com",
        threat_protection=True,
        passkeys=True,
        blocked_email_domains=("throwaway.org", "bin.example"),
        sign_in_domain="retailer",
        identity_providers=(WORKS,),
    )
    add_platform(app, config=config, site_content=SITE_SOURCE)
    stacks = read_app([Path(app.synth().directory)], Settings(), ROOT).stacks
    return {name: stack.template for name, stack in stacks.items()}


def only(template: Template, kind: str) -> dict[str, Any]:
    (found,) = (item for item in template["Resources"].values() if item["Type"] == kind)
    properties: dict[str, Any] = found["Properties"]
    return properties


def test_the_pool_watches_sign_ins_and_mails_through_ses(chosen: dict[str, Template]) -> None:
    pool = only(chosen["Prod-Identity"], "AWS::Cognito::UserPool")

    assert pool["UserPoolAddOns"] == {"AdvancedSecurityMode": "ENFORCED"}
    assert pool["EmailConfiguration"]["EmailSendingAccount"] == "DEVELOPER"
    assert pool["EmailConfiguration"]["From"] == "energy-prod@example.com"
    assert pool["EmailConfiguration"]["SourceArn"] == IDENTITY


def test_a_sender_that_ses_knows_already_is_not_made_and_may_be_used(
    chosen: dict[str, Template],
) -> None:
    kinds = [item["Type"] for item in chosen["Prod-Foundation"]["Resources"].values()]
    statements = [
        statement
        for name in ("Prod-Notifications", "Prod-Vouchers")
        for item in chosen[name]["Resources"].values()
        if item["Type"] == "AWS::IAM::Policy"
        for statement in item["Properties"]["PolicyDocument"]["Statement"]
        if "ses:" in str(statement["Action"])
    ]

    assert "AWS::SES::EmailIdentity" not in kinds
    assert [statement["Resource"] for statement in statements] == [IDENTITY] * 3
    for statement in statements:
        only = statement["Condition"]["StringEquals"]
        assert only == {"ses:FromAddress": "energy-prod@example.com"}


def test_passkeys_are_of_the_website_and_its_app_is_told(chosen: dict[str, Template]) -> None:
    pool = only(chosen["Prod-Identity"], "AWS::Cognito::UserPool")
    release = only(chosen["Prod-Release"], "Custom::SiteRelease")

    assert pool["WebAuthnRelyingPartyID"] == "www.example.com"
    assert pool["UserPoolTier"] == "PLUS"
    assert '"passkeys":true' in json.dumps(release["Config"]).replace("\\", "")


def test_blocked_domains_reach_the_functions_that_check_addresses(
    chosen: dict[str, Template],
) -> None:
    functions = [
        item["Properties"]
        for item in chosen["Prod-Identity"]["Resources"].values()
        if item["Type"] == "AWS::Lambda::Function"
    ]

    for name in ("pre_sign_up", "pre_token_generation"):
        (check,) = (one for one in functions if one["Handler"].endswith(f"{name}.handler"))
        blocked = check["Environment"]["Variables"]["BLOCKED_EMAIL_DOMAINS"]
        assert blocked == "throwaway.org,bin.example"
    asked = only(chosen["Prod-Identity"], "AWS::Cognito::UserPool")["LambdaConfig"]
    assert asked["CustomMessage"] == asked["PreSignUp"]


def test_pages_return_to_the_website_and_its_policy_lets_the_app_talk_to_them(
    chosen: dict[str, Template],
) -> None:
    client = only(chosen["Prod-Identity"], "AWS::Cognito::UserPoolClient")
    headers = json.dumps(only(chosen["Prod-Site"], "AWS::CloudFront::ResponseHeadersPolicy"))

    assert client["CallbackURLs"] == ["https://www.example.com/"]
    assert f"https://{PAGES}" in headers


def test_the_web_app_is_told_where_accounts_of_elsewhere_sign_in(
    chosen: dict[str, Template],
) -> None:
    release = only(chosen["Prod-Release"], "Custom::SiteRelease")

    written = json.dumps(release["Config"]).replace("\\", "")
    assert f'"signIn":{{"domain":"{PAGES}","providers":["Works"]}}' in written


def test_no_template_holds_the_secret_of_a_provider(chosen: dict[str, Template]) -> None:
    provider = only(chosen["Prod-Identity"], "AWS::Cognito::UserPoolIdentityProvider")

    secret = provider["ProviderDetails"]["client_secret"]
    assert secret == "{{resolve:secretsmanager:/retailer/works:SecretString:::}}"
