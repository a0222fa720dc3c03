"""What an outside provider says of its accounts, and what becomes of it."""

import base64
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.emulator.people import PASSWORD, People, claims, user_pool
from tests.emulator.support import Aws

SITE = "https://www.retailer.co.uk/"
NAMES = "urn:oasis:names:tc:SAML:2.0"


def resources(*, mapping: dict[str, str]) -> dict[str, Any]:
    """Return a pool with the SAML provider `Offices`; its client writes the mail address."""
    made = user_pool(
        Schema=[
            {"Name": "email", "Required": True, "Mutable": True},
            {"Name": "office", "AttributeDataType": "String", "Mutable": True},
        ]
    )
    made["Client"]["Properties"].update(
        WriteAttributes=["email", "custom:office"],
        ReadAttributes=["email", "email_verified", "custom:office"],
        SupportedIdentityProviders=["COGNITO", "Offices"],
        AllowedOAuthFlows=["code"],
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthScopes=["openid", "email"],
        CallbackURLs=[SITE],
    )
    made["Offices"] = {
        "Type": "AWS::Cognito::UserPoolIdentityProvider",
        "Properties": {
            "UserPoolId": {"Ref": "Pool"},
            "ProviderName": "Offices",
            "ProviderType": "SAML",
            "ProviderDetails": {"MetadataURL": "https://idp.offices.org/metadata.xml"},
            "AttributeMapping": mapping,
        },
    }
    return made


def deployed(aws: Aws, stack: str, **mapping: str) -> People:
    outputs = {"pool": {"Ref": "Pool"}, "client": {"Ref": "Client"}}
    return People(aws, aws.deploy(stack, resources(mapping=mapping), **outputs))


@pytest.fixture(scope="module")
def people(aws: Aws) -> People:
    return deployed(aws, "federated", email="mail", **{"custom:office": "office"})


def arrive(
    aws: Aws, http: httpx.Client, people: People, name_id: str, **told: str
) -> httpx.Response:
    """Come back from the provider, which says this of the account; return Cognito's answer."""
    query = {
        "client_id": people.client_id,
        "redirect_uri": SITE,
        "response_type": "code",
        "scope": "openid email",
        "identity_provider": "Offices",
    }
    sent = http.get(f"{aws.endpoint}/oauth2/authorize", params=query)
    relay = parse_qs(urlsplit(sent.headers["location"]).query)["RelayState"][0]
    said = "".join(
        f'<a:Attribute Name="{name}"><a:AttributeValue>{value}</a:AttributeValue></a:Attribute>'
        for name, value in told.items()
    )
    assertion = (
        f'<p:Response xmlns:p="{NAMES}:protocol" xmlns:a="{NAMES}:assertion"><a:Assertion>'
        f"<a:Subject><a:NameID>{name_id}</a:NameID></a:Subject>"
        f"<a:AttributeStatement>{said}</a:AttributeStatement></a:Assertion></p:Response>"
    )
    form = {"SAMLResponse": base64.b64encode(assertion.encode()).decode(), "RelayState": relay}
    return http.post(f"{aws.endpoint}/saml2/idpresponse", data=form)


def tokens(aws: Aws, http: httpx.Client, people: People, arrived: httpx.Response) -> dict[str, str]:
    code = parse_qs(urlsplit(arrived.headers["location"]).query)["code"][0]
    form = {
        "grant_type": "authorization_code",
        "client_id": people.client_id,
        "redirect_uri": SITE,
        "code": code,
    }
    answer = http.post(f"{aws.endpoint}/oauth2/token", data=form)
    assert answer.status_code == 200, answer.text
    given: dict[str, str] = answer.json()
    return given


def test_only_what_is_mapped_becomes_an_attribute(
    aws: Aws, http: httpx.Client, people: People
) -> None:
    arrived = arrive(
        aws,
        http,
        people,
        "ada",
        mail="ada@offices.org",
        office="London",
        permissions="*:*",
        email_verified="true",
        sub="somebody-else",
        nickname="root",
    )
    says = claims(tokens(aws, http, people, arrived)["id_token"])

    user = people.cognito.admin_get_user(UserPoolId=people.pool, Username="Offices_ada")
    attributes = {one["Name"]: one["Value"] for one in user["UserAttributes"]}
    assert set(attributes) - {"identities"} == {"sub", "email", "custom:office"}
    assert (says["email"], says["custom:office"]) == ("ada@offices.org", "London")
    assert says["email_verified"] is False
    assert says["sub"] == attributes["sub"] != "somebody-else"
    assert {"permissions", "nickname"}.isdisjoint(says)


def test_what_is_mapped_follows_the_provider(aws: Aws, http: httpx.Client, people: People) -> None:
    for office in ("London", "Leeds"):
        arrive(aws, http, people, "bea", mail="bea@offices.org", office=office, permissions="*:*")

    user = people.cognito.admin_get_user(UserPoolId=people.pool, Username="Offices_bea")
    attributes = {one["Name"]: one["Value"] for one in user["UserAttributes"]}
    assert attributes["custom:office"] == "Leeds"
    assert "permissions" not in attributes


def test_without_what_is_required_nobody_signs_in(
    aws: Aws, http: httpx.Client, people: People
) -> None:
    arrived = arrive(aws, http, people, "cem@offices.org", office="London")

    assert arrived.status_code == 400
    assert "attributes required" in arrived.text
    with pytest.raises(people.cognito.exceptions.UserNotFoundException):
        people.cognito.admin_get_user(UserPoolId=people.pool, Username="Offices_cem@offices.org")


@pytest.mark.parametrize("attribute", ["nickname", "email_verified"])
def test_what_the_client_may_not_write_is_not_mapped(
    aws: Aws, http: httpx.Client, attribute: str
) -> None:
    stack = f"unwritable-{attribute.replace('_', '-')}"
    people = deployed(aws, stack, email="mail", **{attribute: "said"})

    arrived = arrive(aws, http, people, "dee", mail="dee@offices.org", said="true")

    assert arrived.status_code == 400
    assert f"may not write what is mapped: {attribute}" in arrived.text


def test_an_account_of_elsewhere_is_nobody_who_signs_in_with_a_password(
    aws: Aws, http: httpx.Client, people: People
) -> None:
    email = f"{uuid4().hex}@offices.org"
    arrive(aws, http, people, "eve", mail=email)

    for way in (people.sign_in, people.prove):
        for name in (email, "Offices_eve"):
            for password in (PASSWORD, "x"):
                with pytest.raises(ClientError, match="Incorrect username or password"):
                    way(name, password)
    assert people.sign_up(email)["UserConfirmed"] is False
