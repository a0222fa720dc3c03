"""Another team's website, under a name, zone and certificate that were there before it."""

from typing import Any

import httpx
import pytest

from tests.account import EmptyAccount
from tests.examples.observing import ask, numbers, the_failed
from tests.examples.team import Team
from tests.waiting import eventually, settled


@pytest.fixture(scope="module")
def museum(account: EmptyAccount, site: Team) -> dict[str, str]:
    """Deploy the site beside what the museum has, and return what it exports."""
    zone = account.client("route53").create_hosted_zone(Name="museum.example", CallerReference="1")[
        "HostedZone"
    ]["Id"]
    certificate = account.client("acm", "us-east-1").request_certificate(
        DomainName="www.museum.example", ValidationMethod="DNS"
    )["CertificateArn"]
    told = {"zone": zone.rpartition("/")[2], "certificate": certificate}
    for name, value in told.items():
        account.client("ssm").put_parameter(Name=f"/museum/{name}", Type="String", Value=value)
    return site.deploy(account)


def visit(account: EmptyAccount, path: str, **headers: str) -> httpx.Response:
    """Ask the website under its name."""
    edge = f"http://127.0.0.1:{(account.emulator.port or 0) + 1}{path}"
    return httpx.get(edge, headers={"Host": "www.museum.example", **headers}, trust_env=False)


def test_each_language_has_its_pages(account: EmptyAccount, museum: dict[str, str]) -> None:
    assert museum["SiteUrl"] == "https://www.museum.example"
    for path, title in {"/en/visit/": "Visit us", "/de/": "Das Museum"}.items():
        page = visit(account, path)
        assert page.status_code == 200, page.text
        assert f"<h1>{title}</h1>" in page.text
        assert page.headers["content-type"] == "text/html"
    assert visit(account, "/en/gone/").status_code == 404


def test_an_address_without_a_language_leads_to_the_browsers(
    account: EmptyAccount, museum: dict[str, str]
) -> None:
    german = visit(account, "/visit/", **{"Accept-Language": "de-AT, en;q=0.5"})
    french = visit(account, "/", **{"Accept-Language": "fr"})

    assert museum
    assert (german.status_code, german.headers["location"]) == (302, "/de/visit/")
    assert (french.status_code, french.headers["location"]) == (302, "/en/")


def test_the_name_leads_to_the_site(account: EmptyAccount, museum: dict[str, str]) -> None:
    route53 = account.client("route53")
    (zone,) = (
        each["Id"]
        for each in route53.list_hosted_zones()["HostedZones"]
        if each["Name"] == "museum.example."
    )
    records = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]

    assert museum
    assert {r["Type"] for r in records if r["Name"] == "www.museum.example."} == {"A", "AAAA"}


def test_who_subscribes_is_welcomed_once_and_what_cannot_be_read_ends_in_the_chain(
    account: EmptyAccount, museum: dict[str, str]
) -> None:
    for mail, language in {"ann": "en", "poison": "fr", "ben": "de"}.items():
        body = {"mail": f"{mail}@example.com", "language": language}
        answer = ask(account, "POST", f"{museum['ApiUrl']}/subscriptions", json=body)
        assert answer.status_code == 202, answer.text

    def welcomed() -> dict[str, int]:
        return numbers(account, museum["SubscriberTableName"], "welcomes")

    eventually(welcomed, until=lambda seen: len(seen) >= 2)
    assert settled(welcomed) == {"ann@example.com": 1, "ben@example.com": 1}
    failed: dict[str, Any] = the_failed(account, museum["FailedEvents"])
    (record,) = failed["requestPayload"]["Records"]
    assert "poison@example.com" in record["body"]
    assert failed["responsePayload"]["errorType"] == "InvalidEventError"
