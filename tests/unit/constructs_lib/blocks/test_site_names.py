"""The host names of a site, and the firewall before it."""

from typing import Any

import pytest
from aws_cdk import Stack, Token
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_route53 as route53
from aws_cdk.assertions import Match, Template

from constructs_lib.blocks import OtherName, SiteDomain, StaticSite
from tests.unit.constructs_lib.blocks.edge import leads_to, request

WEB_ACL = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/site/a1b2"


@pytest.fixture
def certificate(stack: Stack) -> acm.ICertificate:
    arn = "arn:aws:acm:us-east-1:123456789012:certificate/abc"
    return acm.Certificate.from_certificate_arn(stack, "Certificate", arn)


def zone(stack: Stack, name: str) -> route53.IHostedZone:
    return route53.HostedZone.from_hosted_zone_attributes(
        stack, f"Zone{name}", hosted_zone_id=f"Z{len(name)}", zone_name=name
    )


@pytest.fixture
def domain(stack: Stack, certificate: acm.ICertificate) -> SiteDomain:
    return SiteDomain(
        name="www.example.org",
        zone=zone(stack, "example.org"),
        certificate=certificate,
        others=[
            OtherName(name="example.org"),
            OtherName(name="beispiel.example", zone=zone(stack, "beispiel.example"), serves=True),
        ],
    )


def test_it_answers_under_every_name_of_its_zone(stack: Stack, domain: SiteDomain) -> None:
    StaticSite(stack, "Site", domain=domain)

    template = Template.from_stack(stack)
    names = ["www.example.org", "example.org", "beispiel.example"]
    template.has_resource_properties(
        "AWS::CloudFront::Distribution", {"DistributionConfig": {"Aliases": names}}
    )
    for name, zone_id in zip(names, ("Z11", "Z11", "Z16"), strict=True):
        for kind in ("A", "AAAA"):
            template.has_resource_properties(
                "AWS::Route53::RecordSet",
                {"Name": f"{name}.", "Type": kind, "HostedZoneId": zone_id},
            )


def test_other_names_lead_to_its_own_unless_they_serve_it(stack: Stack, domain: SiteDomain) -> None:
    StaticSite(stack, "Site", domain=domain)

    found = leads_to(
        stack,
        request("/a/b?c=d", host="example.org"),
        request("//evil.example", host="example.org"),
        request("/a/b", host="beispiel.example"),
        request("/a/b", host="www.example.org"),
    )

    assert found == [
        "301 https://www.example.org/a/b?c=d",
        "301 https://www.example.org//evil.example",
        "/index.html",
        "/index.html",
    ]


def test_assets_are_had_from_its_own_name_too(stack: Stack, domain: SiteDomain) -> None:
    StaticSite(stack, "Site", domain=domain)

    Template.from_stack(stack).has_resource_properties(
        "AWS::CloudFront::Distribution",
        {
            "DistributionConfig": {
                "CacheBehaviors": [Match.object_like({"FunctionAssociations": Match.any_value()})]
            }
        },
    )


def test_a_name_whose_zone_is_elsewhere_gets_no_record(
    stack: Stack, certificate: acm.ICertificate
) -> None:
    StaticSite(
        stack,
        "Site",
        domain=SiteDomain(
            name="www.example.org",
            zone=None,
            certificate=certificate,
            others=[OtherName(name="example.org")],
        ),
    )

    Template.from_stack(stack).resource_count_is("AWS::Route53::RecordSet", 0)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("https://www.example.org", "name must be a host name in lower case.*got 'https://www"),
        ("www.example.com", "zone must answer for 'www.example.com', got the one of 'example.org'"),
        ("www.example.org", "must have each name once, got 'www.example.org' twice"),
    ],
)
def test_a_name_that_cannot_be_is_refused(
    stack: Stack, certificate: acm.ICertificate, name: str, message: str
) -> None:
    domain = SiteDomain(
        name="www.example.org",
        zone=zone(stack, "example.org"),
        certificate=certificate,
        others=[OtherName(name=name)],
    )

    with pytest.raises(ValueError, match=rf"{message}.*\(at Test/Site\)"):
        StaticSite(stack, "Site", domain=domain)


@pytest.mark.parametrize("arn", [WEB_ACL, Token.as_string({"Ref": "Acl"})], ids=["known", "later"])
def test_a_firewall_may_look_at_requests_first(stack: Stack, arn: str) -> None:
    StaticSite(stack, "Site", web_acl_arn=arn)

    Template.from_stack(stack).has_resource_properties(
        "AWS::CloudFront::Distribution",
        {"DistributionConfig": {"WebACLId": stack.resolve(arn)}},
    )


@pytest.mark.parametrize(
    "arn",
    [
        WEB_ACL.replace("us-east-1", "eu-west-2"),
        WEB_ACL.replace("global", "regional"),
        "a1b2",
        "",
    ],
)
def test_a_firewall_that_cloudfront_does_not_take_is_refused(stack: Stack, arn: str) -> None:
    with pytest.raises(ValueError, match=rf"scope CLOUDFRONT, .*got '{arn}' \(at Test/Site\)"):
        StaticSite(stack, "Site", web_acl_arn=arn)


def headers(stack: Stack) -> dict[str, Any]:
    made = Template.from_stack(stack).find_resources("AWS::CloudFront::ResponseHeadersPolicy")
    (policy,) = made.values()
    settings: dict[str, Any] = policy["Properties"]["ResponseHeadersPolicyConfig"]
    return settings["SecurityHeadersConfig"]  # type: ignore[no-any-return]


def directives(stack: Stack) -> dict[str, str]:
    written = headers(stack)["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    return dict(each.partition(" ")[::2] for each in written.split("; "))


def test_a_directive_gets_further_sources_and_the_others_stay(stack: Stack) -> None:
    StaticSite(stack, "Plain")
    other = Stack(stack.node.root, "Other")  # type: ignore[arg-type]
    StaticSite(
        other,
        "Site",
        connect_sources=["https://api.example"],
        sources={
            "script-src": ["'sha256-abc='"],
            "img-src": ["https://images.example"],
            "frame-src": ["https://pay.example"],
            "connect-src": ["https://events.example"],
        },
    )

    assert directives(other) == {
        **directives(stack),
        "script-src": "'self' 'sha256-abc='",
        "img-src": "'self' data: https://images.example",
        "frame-src": "https://pay.example",
        "connect-src": "'self' https://api.example https://events.example",
    }


def test_who_may_frame_its_pages_is_not_contradicted_by_an_older_header(stack: Stack) -> None:
    StaticSite(stack, "Site", sources={"frame-ancestors": ["https://portal.example"]})

    assert directives(stack)["frame-ancestors"] == "https://portal.example"
    assert "FrameOptions" not in headers(stack)


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ({"scriptsrc": ["'self'"]}, "sources must be for some of default-src, .*got 'scriptsrc'"),
        ({"img-src": "https://a.example"}, "sources of img-src must be a list.*got 'https://a"),
        ({"img-src": ["*"]}, r"sources of img-src must hold one address each.*got '\*'"),
        ({"frame-src": ["https:"]}, "sources of frame-src must hold one address each"),
        ({"frame-src": ["'none'"]}, "and none that stands for everybody or nobody, got"),
        ({"frame-src": ["a; script-src b"]}, "sources of frame-src must hold one address each"),
        ({"script-src": ["'unsafe-inline'"]}, "give an inline one's hash.*got \"'unsafe-inline'\""),
        ({"script-src": ["data:"]}, "must let in known scripts only.*got 'data:'"),
        ({"default-src": ["'unsafe-eval'"]}, "sources of default-src must let in known scripts"),
    ],
    ids=str,
)
def test_what_would_open_the_policy_is_refused(
    stack: Stack, sources: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=rf"{message}.*\(at Test/Site\)"):
        StaticSite(stack, "Site", sources=sources)
