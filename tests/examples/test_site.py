"""Another team's website, under a name, zone and certificate that were there before it."""

from collections.abc import Iterator

import httpx
import pytest

from tests.examples.here import Here, running
from tests.examples.team import Team
from tests.waiting import eventually, settled


@pytest.fixture(scope="module")
def museum(site: Team) -> Iterator[Here]:
    with running(site, "Museum") as here:
        yield here


def visit(museum: Here, path: str, **headers: str) -> httpx.Response:
    """Ask the website under its name."""
    return museum.visit(path, **{"Host": "www.museum.example", **headers})


def test_each_language_has_its_pages(museum: Here) -> None:
    assert museum.outputs["SiteUrl"] == "https://www.museum.example"
    for path, title in {"/en/visit/": "Visit us", "/de/": "Das Museum"}.items():
        page = visit(museum, path)
        assert page.status_code == 200, page.text
        assert f"<h1>{title}</h1>" in page.text
        assert page.headers["content-type"] == "text/html"
    assert visit(museum, "/en/gone/").status_code == 404


def test_an_address_without_a_language_leads_to_the_browsers(museum: Here) -> None:
    german = visit(museum, "/visit/", **{"Accept-Language": "de-AT, en;q=0.5"})
    french = visit(museum, "/", **{"Accept-Language": "fr"})

    assert (german.status_code, german.headers["location"]) == (302, "/de/visit/")
    assert (french.status_code, french.headers["location"]) == (302, "/en/")


def test_the_name_leads_to_the_site(museum: Here) -> None:
    route53 = museum.client("route53")
    (zone,) = (
        each["Id"]
        for each in route53.list_hosted_zones()["HostedZones"]
        if each["Name"] == "museum.example."
    )
    records = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]

    assert {r["Type"] for r in records if r["Name"] == "www.museum.example."} == {"A", "AAAA"}


def test_who_cannot_be_welcomed_is_parked_and_welcomed_once_the_code_is_mended(
    museum: Here, site: Team
) -> None:
    for mail, language in {"ann": "en", "luc": "fr", "ben": "de"}.items():
        body = {"mail": f"{mail}@example.com", "language": language}
        answer = museum.ask("POST", f"{museum.outputs['ApiUrl']}/subscriptions", json=body)
        assert answer.status_code == 202, answer.text

    def welcomed() -> dict[str, int]:
        return museum.numbers(museum.outputs["SubscriberTableName"], "welcomes")

    eventually(welcomed, until=lambda seen: len(seen) >= 2)
    assert settled(welcomed) == {"ann@example.com": 1, "ben@example.com": 1}
    (failure,) = museum.waits_for_mending(1)
    (record,) = failure["message"]["requestPayload"]["Records"]
    assert "luc@example.com" in record["body"]
    assert failure["error"].startswith("InvalidEventError")

    site.mend("src/newsletter/welcome.py", '["en", "de"]', '["en", "de", "fr"]')
    museum.up()
    museum.redrives(1)

    assert welcomed() == {f"{each}@example.com": 1 for each in ("ann", "ben", "luc")}


def test_the_librarys_checks_find_nothing_in_it_and_it_goes_down(museum: Here) -> None:
    assert museum.told_by_checks() == "[] []"
    museum.goes_down()
