import re
from pathlib import Path

import pytest

from constructs_lib.blocks import OidcProvider, TrustedIssuer
from stacks.stages_file import FORMS, StagesFileError, read_stages_file

OWN = """\
[dev]
account = "123456789012"
region = "eu-west-2"
alarm_email = "alarms@retailer.co.uk"
mail_sender = "energy@retailer.co.uk"
payment_url = "https://api.payments.co.uk"
campaign_url = "https://api.mails.co.uk"
"""
HOSTED = 'sign_in_domain = "retailer-dev"\n'
WORKS = """\
[dev.identity_providers.Works]
type = "oidc"
issuer = "https://id.works.org"
client_id = "retailer"
secret_name = "/retailer/works"
"""
PARTNER = """\
[dev.support_issuers.Partner]
issuer = "https://login.partner.org"
audience = "support"
"""


def read(tmp_path: Path, text: str) -> None:
    file = tmp_path / "stages.toml"
    file.write_text(text)
    read_stages_file(file)


def test_values_of_ones_own_are_taken_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "stages.toml"
    file.write_text(OWN + 'domain = "www.retailer.co.uk"\nhosted_zone_id = "Z0123456789ABC"\n')

    dev = read_stages_file(file)["dev"]

    assert (dev.account, dev.region) == ("123456789012", "eu-west-2")
    assert (dev.domain, dev.hosted_zone_id) == ("www.retailer.co.uk", "Z0123456789ABC")
    assert dev.placeholders == ()


def test_what_is_said_of_users_is_taken_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "stages.toml"
    chosen = (
        'threat_protection = true\npasskeys = false\nblocked_email_domains = ["throwaway.org"]\n'
    )
    file.write_text(OWN + chosen + HOSTED + WORKS)

    dev = read_stages_file(file)["dev"]

    assert (dev.threat_protection, dev.mails_by_ses, dev.passkeys) == (True, False, False)
    assert dev.blocked_email_domains == ("throwaway.org",)
    assert dev.sign_in_domain == "retailer-dev"
    assert dev.identity_providers == (
        OidcProvider(
            name="Works",
            issuer="https://id.works.org",
            client_id="retailer",
            secret_name="/retailer/works",
        ),
    )


def test_whose_tokens_support_takes_is_taken_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "stages.toml"
    file.write_text(OWN + PARTNER)

    assert read_stages_file(file)["dev"].support_issuers == (
        TrustedIssuer(issuer="https://login.partner.org", audience="support"),
    )


def test_the_committed_file_names_every_line_to_edit() -> None:
    root = Path(__file__).parent.parent.parent.parent
    lines = (root / "stages.toml").read_text().splitlines()

    for values in read_stages_file(root / "stages.toml").values():
        assert len(values.placeholders) >= 2
        for placeholder in values.placeholders:
            place, _, sentence = placeholder.partition(": ")
            key, _, value = lines[int(place.rpartition(":")[2]) - 1].partition(" = ")
            assert sentence.startswith(key)
            assert value.strip('"') in sentence


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            OWN.replace("123456789012", "12345"),
            ":2: account of stage 'dev' must be the 12-digit id of an AWS account, got '12345'",
        ),
        (OWN.replace('"123456789012"', "123456789012"), ":2: account of stage 'dev' must be"),
        (OWN.replace("eu-west-2", "London"), ":3: region of stage 'dev' must be an AWS region"),
        (
            OWN.replace("alarms@", "alarms at "),
            ":4: alarm_email of stage 'dev' must be one mail address such",
        ),
        (
            OWN + 'domain = "www.retailer.co.uk"\n',
            ":8: domain of stage 'dev' needs hosted_zone_id, the id of a Route 53 hosted zone",
        ),
        (OWN + 'hosted_zone_id = "Z0123456789ABC"\n', ":8: hosted_zone_id of stage 'dev' needs do"),
        (OWN + 'acount = "1"\n', ":8: 'acount' of stage 'dev' is unknown; there are account, reg"),
        (OWN.replace("region =", "# region ="), ":1: stage 'dev' needs region, an AWS region such"),
        ('account = "1"\n' + OWN, ":1: 'account' stands outside of a stage's table"),
        (OWN + "oops\n", " is not valid TOML: "),
        (OWN + 'mails_by_ses = "yes"\n', ":8: mails_by_ses of stage 'dev' must be true or false"),
        (
            OWN + 'blocked_email_domains = "mail"\n',
            ":8: blocked_email_domains of stage 'dev' must be a list of host names",
        ),
        (
            OWN + "passkeys = true\n",
            ":8: passkeys of stage 'dev' needs domain, a host name such as",
        ),
        (OWN + WORKS, ":8: identity_providers of stage 'dev' needs sign_in_domain"),
        (
            OWN + 'sign_in_domain = "our-aws"\n',
            ":8: sign-in of stage 'dev': domain_prefix must be 1 to 63 lower-case letters",
        ),
        (
            OWN + HOSTED + WORKS.replace("oidc", "ldap"),
            ":9: dev.identity_providers.Works must be a table with type, one of 'oidc', 'google'",
        ),
        (
            OWN + HOSTED + WORKS.replace("client_id", "# client_id"),
            ":9: dev.identity_providers.Works needs client_id, what the provider knows us as",
        ),
        (
            OWN + HOSTED + WORKS.replace("https://id", "id"),
            ":11: issuer of dev.identity_providers.Works must be an address such as",
        ),
        (
            OWN + HOSTED + WORKS + 'secret = "abc"\n',
            ":14: 'secret' of dev.identity_providers.Works is unknown; there are issuer, client_id",
        ),
        (
            OWN + PARTNER.replace("audience", "# audience"),
            ":8: dev.support_issuers.Partner needs audience, what its tokens for support say",
        ),
        (
            OWN + PARTNER.replace("https://", "http://"),
            ":9: issuer of dev.support_issuers.Partner must be what its tokens say in `iss`, such",
        ),
        (
            OWN + PARTNER + 'keys = "x"\n',
            ":11: 'keys' of dev.support_issuers.Partner is unknown; there are issuer, audience",
        ),
        (
            OWN + "[dev.support_issuers]\nPartner = 7\n",
            "dev.support_issuers.Partner must be a table with issuer, audience, jwks_url",
        ),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_line(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(StagesFileError) as error:
        read(tmp_path, text)

    assert message in str(error.value)
    assert "stages.toml" in str(error.value)


def test_a_missing_file_says_what_it_is_for(tmp_path: Path) -> None:
    with pytest.raises(StagesFileError, match="is missing: it says where each stage lives"):
        read_stages_file(tmp_path / "stages.toml")


@pytest.mark.parametrize("identity", ["energy@retailer.co.uk", "retailer.co.uk"])
def test_an_identity_that_ses_has_already_is_the_sender_or_its_domain(
    tmp_path: Path, identity: str
) -> None:
    file = tmp_path / "stages.toml"
    file.write_text(f'{OWN}mail_identity = "{identity}"\n')

    assert read_stages_file(file)["dev"].mail_identity == identity


@pytest.mark.parametrize("identity", ["post@retailer.co.uk", "co.uk", "other.org", "true"])
def test_an_identity_that_is_not_the_senders_is_refused_with_what_can_stand_there(
    tmp_path: Path, identity: str
) -> None:
    with pytest.raises(StagesFileError, match=r":8: mail_identity of stage 'dev' must be") as told:
        read(tmp_path, f'{OWN}mail_identity = "{identity}"\n')

    assert "retailer.co.uk" in str(told.value) or "SES has verified" in str(told.value)
    assert repr(identity) in str(told.value)


@pytest.mark.parametrize("key", FORMS)
def test_the_file_itself_says_what_each_value_is_for(key: str) -> None:
    text = (Path(__file__).parents[3] / "stages.toml").read_text()

    assert re.search(rf"^#   {key} +\S", text, re.MULTILINE)
