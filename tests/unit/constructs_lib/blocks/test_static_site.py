import json
from dataclasses import replace
from typing import Any

import pytest
from aws_cdk import Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_route53 as route53
from aws_cdk.assertions import Match, Template

from constructs_lib.blocks import SiteDomain, StaticSite


def behaviours(stack: Stack) -> dict[str, dict[str, Any]]:
    """Return the distribution's behaviours by path, each with the headers policy it refers to."""
    template = Template.from_stack(stack)
    policies = template.find_resources("AWS::CloudFront::ResponseHeadersPolicy")
    (distribution,) = template.find_resources("AWS::CloudFront::Distribution").values()
    config = distribution["Properties"]["DistributionConfig"]
    found = {"default": config["DefaultCacheBehavior"]}
    found |= {item["PathPattern"]: item for item in config["CacheBehaviors"]}
    for behaviour in found.values():
        policy = policies[behaviour["ResponseHeadersPolicyId"]["Ref"]]
        behaviour["Headers"] = policy["Properties"]["ResponseHeadersPolicyConfig"]
    return found


def test_only_this_distribution_reads_the_bucket(stack: Stack) -> None:
    site = StaticSite(stack, "Site")

    template = Template.from_stack(stack)
    template.has_resource_properties(
        "AWS::S3::BucketPolicy",
        {
            "Bucket": {"Ref": stack.get_logical_id(site.bucket.node.default_child)},  # type: ignore[arg-type]
            "PolicyDocument": {
                "Statement": Match.array_with(
                    [
                        Match.object_like(
                            {
                                "Effect": "Allow",
                                "Principal": {"Service": "cloudfront.amazonaws.com"},
                                "Condition": {"StringEquals": {"AWS:SourceArn": Match.any_value()}},
                            }
                        )
                    ]
                )
            },
        },
    )
    template.has_resource_properties(
        "AWS::CloudFront::OriginAccessControl",
        {"OriginAccessControlConfig": {"SigningBehavior": "always"}},
    )


def test_only_files_named_by_their_content_are_kept_at_the_edge(stack: Stack) -> None:
    StaticSite(stack, "Site")

    policies = {path: item["CachePolicyId"] for path, item in behaviours(stack).items()}
    assert policies == {
        "default": cloudfront.CachePolicy.CACHING_DISABLED.cache_policy_id,
        "/assets/*": cloudfront.CachePolicy.CACHING_OPTIMIZED.cache_policy_id,
    }


def test_an_error_is_never_told_to_be_kept(stack: Stack) -> None:
    """A headers policy speaks on errors too: caching belongs to the files that exist."""
    StaticSite(stack, "Site")

    for behaviour in behaviours(stack).values():
        assert "Cache-Control" not in json.dumps(behaviour["Headers"])


def test_only_addresses_of_the_app_fall_back_to_its_page(stack: Stack) -> None:
    StaticSite(stack, "Site")

    found = behaviours(stack)
    assert [path for path, item in found.items() if "FunctionAssociations" in item] == ["default"]
    (distribution,) = (
        Template.from_stack(stack).find_resources("AWS::CloudFront::Distribution").values()
    )
    assert "CustomErrorResponses" not in distribution["Properties"]["DistributionConfig"]


def test_every_answer_carries_a_policy_that_allows_the_site_and_its_back_end(stack: Stack) -> None:
    StaticSite(stack, "Site", connect_sources=["https://api.example.org"])

    for behaviour in behaviours(stack).values():
        security = behaviour["Headers"]["SecurityHeadersConfig"]
        policy = security["ContentSecurityPolicy"]["ContentSecurityPolicy"]
        directives = dict(directive.split(" ", 1) for directive in policy.split("; "))
        assert directives["default-src"] == "'none'"
        assert directives["script-src"] == "'self'"
        assert directives["connect-src"] == "'self' https://api.example.org"
        assert directives["frame-ancestors"] == "'none'"
        assert "unsafe" not in json.dumps(directives)
        assert security["StrictTransportSecurity"] == {
            "AccessControlMaxAgeSec": 730 * 86_400,
            "IncludeSubdomains": False,
            "Override": True,
        }


@pytest.fixture
def domain(stack: Stack) -> SiteDomain:
    zone = route53.HostedZone.from_hosted_zone_attributes(
        stack, "Zone", hosted_zone_id="Z123456", zone_name="example.org"
    )
    certificate = acm.Certificate.from_certificate_arn(
        stack, "Certificate", "arn:aws:acm:us-east-1:123456789012:certificate/abc"
    )
    return SiteDomain(name="www.example.org", zone=zone, certificate=certificate)


@pytest.mark.parametrize("asked", [False, True])
def test_other_hosts_of_the_domain_are_bound_to_tls_only_where_that_is_asked_for(
    stack: Stack, domain: SiteDomain, asked: bool
) -> None:
    StaticSite(stack, "Site", domain=replace(domain, include_subdomains=asked))

    security = behaviours(stack)["default"]["Headers"]["SecurityHeadersConfig"]
    assert security["StrictTransportSecurity"]["IncludeSubdomains"] is asked


def test_a_site_with_a_domain_answers_under_it(stack: Stack, domain: SiteDomain) -> None:
    site = StaticSite(stack, "Site", domain=domain)

    assert site.url == "https://www.example.org"
    template = Template.from_stack(stack)
    template.has_resource_properties(
        "AWS::CloudFront::Distribution",
        {
            "DistributionConfig": {
                "Aliases": ["www.example.org"],
                "ViewerCertificate": {"MinimumProtocolVersion": "TLSv1.2_2021"},
            }
        },
    )
    for record in ("A", "AAAA"):
        template.has_resource_properties(
            "AWS::Route53::RecordSet",
            {"Name": "www.example.org.", "Type": record, "HostedZoneId": "Z123456"},
        )


@pytest.mark.parametrize(
    "source", ["*", "https:", "wss:", "https://a.example; script-src *", "a b"]
)
def test_it_refuses_a_source_that_opens_the_policy(stack: Stack, source: str) -> None:
    with pytest.raises(ValueError, match="connect_sources must hold one address each, such as"):
        StaticSite(stack, "Site", connect_sources=[source])
