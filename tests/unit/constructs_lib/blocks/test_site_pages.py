"""Which file answers which address, by the code that CloudFront runs."""

import json
from typing import Any

import pytest
from aws_cdk import Stack
from aws_cdk.assertions import Match, Template

from constructs_lib.blocks import SitePages, StaticSite
from constructs_lib.blocks.site_pages import SPA_FALLBACK
from tests.unit.constructs_lib.blocks.edge import answers, code_of, leads_to, request


def test_without_a_choice_an_app_has_one_page(stack: Stack) -> None:
    StaticSite(stack, "Site")

    assert code_of(stack) == SPA_FALLBACK.read_text()
    found = leads_to(stack, request("/"), request("/a/b"), request("/app.js"), request("/a.b/c"))
    assert found == ["/index.html", "/index.html", "/app.js", "/index.html"]


@pytest.mark.parametrize(
    ("style", "places"),
    [
        (
            "folders",
            {
                "/": "/index.html",
                "/about/": "/about/index.html",
                "/about": "301 /about/",
                "/about?a=1&b=&a=2": "301 /about/?a=1&a=2&b",
                "/v1.2/notes": "301 /v1.2/notes/",
            },
        ),
        (
            "files",
            {
                "/": "/index.html",
                "/about": "/about.html",
                "/about/": "301 /about",
                "/about/us": "/about/us.html",
                "/about/?q=x": "301 /about?q=x",
            },
        ),
    ],
)
def test_plain_pages_are_files_of_their_own(
    stack: Stack, style: Any, places: dict[str, str]
) -> None:
    StaticSite(stack, "Site", pages=SitePages(style=style))

    assert dict(zip(places, leads_to(stack, *map(request, places)), strict=True)) == places


@pytest.mark.parametrize("style", ["folders", "files"])
def test_what_names_a_file_is_that_file(stack: Stack, style: Any) -> None:
    StaticSite(stack, "Site", pages=SitePages(style=style, languages=["en", "de"]))

    files = ["/robots.txt", "/assets/app-1234.js", "/assets/odd", "/.well-known/security"]
    assert leads_to(stack, *map(request, files)) == files


@pytest.mark.parametrize("style", ["folders", "files"])
@pytest.mark.parametrize("languages", [[], ["en"]])
def test_nobody_is_sent_to_another_site(stack: Stack, style: Any, languages: list[str]) -> None:
    StaticSite(stack, "Site", pages=SitePages(style=style, languages=languages))

    paths = ["//evil.example/x", "/\\evil.example/x", "///evil.example/", "/\\/evil.example/"]
    for place in leads_to(stack, *map(request, paths)):
        assert "//" not in place
        assert "\\" not in place


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("de", "de"),
        ("de-CH,de;q=0.9,en;q=0.8", "de"),
        ("en;q=0.4, DE ;q=0.6", "de"),
        ("fr, pt-br;q=0.3", "pt-BR"),
        ("pt", "en"),
        ("de;q=0, *", "en"),
        ("", "en"),
        ("nonsense;q=x,;;,", "en"),
    ],
)
def test_who_names_no_language_gets_the_one_that_the_browser_prefers(
    stack: Stack, asked: str, language: str
) -> None:
    StaticSite(stack, "Site", pages=SitePages(languages=["en", "de", "pt-BR"]))

    (root, below) = answers(
        stack, request("/", accept_language=asked), request("/about?a=b", accept_language=asked)
    )

    assert (root["statusCode"], root["headers"]["location"]["value"]) == (302, f"/{language}/")
    assert root["headers"]["vary"] == {"value": "Accept-Language"}
    assert below["headers"]["location"]["value"] == f"/{language}/about?a=b"


@pytest.mark.parametrize(
    ("style", "places"),
    [
        ("app", {"/de/": "/de/index.html", "/de/a/b": "/de/index.html"}),
        ("folders", {"/de/": "/de/index.html", "/de/about/": "/de/about/index.html"}),
        ("files", {"/de/": "/de/index.html", "/de/about": "/de/about.html"}),
    ],
)
def test_each_language_has_its_own_pages(stack: Stack, style: Any, places: dict[str, str]) -> None:
    StaticSite(stack, "Site", pages=SitePages(style=style, languages=["en", "de"]))

    assert dict(zip(places, leads_to(stack, *map(request, places)), strict=True)) == places
    assert leads_to(stack, request("/de"), request("/deal")) == ["301 /de/", "302 /en/deal"]


def test_what_is_missing_may_have_a_page_and_says_so(stack: Stack) -> None:
    StaticSite(stack, "Site", pages=SitePages(style="folders", not_found="/404.html"))

    Template.from_stack(stack).has_resource_properties(
        "AWS::CloudFront::Distribution",
        {
            "DistributionConfig": {
                "CustomErrorResponses": [
                    {"ErrorCode": 403, "ResponseCode": 404, "ResponsePagePath": "/404.html"}
                ]
            }
        },
    )


def test_the_code_has_room_in_a_function_of_cloudfront(stack: Stack) -> None:
    """10 KB: "Quotas on CloudFront Functions" of its developer guide."""
    StaticSite(stack, "Site", pages=SitePages(languages=["en", "de"]), asks_password=True)

    assert len(code_of(stack).encode()) < 10_000 / 2


def test_files_behind_assets_are_not_looked_at_for_pages(stack: Stack) -> None:
    StaticSite(stack, "Site", pages=SitePages(style="folders"))

    Template.from_stack(stack).has_resource_properties(
        "AWS::CloudFront::Distribution",
        {
            "DistributionConfig": {
                "CacheBehaviors": [Match.object_like({"FunctionAssociations": Match.absent()})]
            }
        },
    )


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"style": "spa"}, "style must be one of app, folders, files, got 'spa'"),
        ({"languages": "en"}, "languages must be a list of tags such as 'en'.*got 'en'"),
        ({"languages": ["en/../de"]}, "languages must be a list of tags such as 'en'"),
        ({"not_found": "404.html"}, "not_found must be a file's path.*got '404.html'"),
        ({"not_found": "/missing"}, "not_found must be a file's path.*got '/missing'"),
    ],
    ids=json.dumps,
)
def test_what_no_browser_would_reach_is_refused(choice: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SitePages(**choice)
