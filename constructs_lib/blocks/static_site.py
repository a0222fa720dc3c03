"""A web app on S3 and CloudFront: private bucket, strict headers, one page for every address."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as targets
from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.primitives import Bucket

SPA_FALLBACK = Path(__file__).parent.parent / "runtime" / "spa_fallback.js"
TLS_1_2 = cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021
HTTPS_ONLY = cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS
TWO_YEARS = Duration.days(730)


@dataclass(frozen=True, kw_only=True)
class SiteDomain:
    """A site's own host name.

    :param name: such as `www.example.org`.
    :param zone: the hosted zone that answers for it.
    :param certificate: covers the name; CloudFront takes it from us-east-1 only.
    :param include_subdomains: whether browsers shall reach every host below the name by TLS only
        too, for two years (HSTS, RFC 6797, section 6.1.2). Below `example.org` that is every host
        of the company. Default: this host alone.
    """

    name: str
    zone: route53.IHostedZone
    certificate: acm.ICertificate
    include_subdomains: bool = False


class StaticSite(Construct):
    """A website for a single-page app, served over TLS from a bucket that only CloudFront reads.

    Only `/assets/`, whose names hold their content's hash, is kept at the edge. How long a browser
    keeps a file says the file itself, see :class:`SiteRelease`. An address without a file extension
    answers with `/index.html`; a file that is missing is refused with 403, as S3 does::

        site = StaticSite(self, "Site", connect_sources=["https://api.example.org"])
        SiteRelease(self, "Release", site=site, content=Path("site/dist"), config={…})

    :param connect_sources: what the app's scripts may talk to besides the site itself: sources of
        the Content-Security-Policy's `connect-src` (CSP level 3).
    :param domain: the site's own host name. Default: the one CloudFront generates.
    :param removal_policy: what becomes of the bucket when the site is removed. Default: retained.
    :raises ValueError: if a source would end the directive, or allows every address.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        connect_sources: Sequence[str] = (),
        domain: SiteDomain | None = None,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    ) -> None:
        super().__init__(scope, id_)
        for source in connect_sources:
            if source in ("*", "https:", "http:", "wss:", "ws:") or any(
                char in source for char in " ;,"
            ):
                raise ValueError(
                    "connect_sources must hold one address each, such as "
                    f"'https://api.example.org', got {source!r} (at {self.node.path})"
                )
        self.bucket = Bucket(self, "Bucket", removal_policy=removal_policy)
        origin = origins.S3BucketOrigin.with_origin_access_control(self.bucket)
        headers = _security_headers(
            self,
            connect_sources,
            include_subdomains=domain is not None and domain.include_subdomains,
        )
        fallback = cloudfront.Function(
            self,
            "SpaFallback",
            code=cloudfront.FunctionCode.from_file(file_path=str(SPA_FALLBACK)),
            runtime=cloudfront.FunctionRuntime.JS_2_0,
        )
        self.distribution = cloudfront.Distribution(
            self,
            "Distribution",
            domain_names=[domain.name] if domain else None,
            certificate=domain.certificate if domain else None,
            minimum_protocol_version=TLS_1_2 if domain else None,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            price_class=cloudfront.PriceClass.PRICE_CLASS_100,
            default_root_object="index.html",
            default_behavior=cloudfront.BehaviorOptions(
                origin=origin,
                viewer_protocol_policy=HTTPS_ONLY,
                cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
                response_headers_policy=headers,
                function_associations=[
                    cloudfront.FunctionAssociation(
                        function=fallback, event_type=cloudfront.FunctionEventType.VIEWER_REQUEST
                    )
                ],
            ),
            additional_behaviors={
                "/assets/*": cloudfront.BehaviorOptions(
                    origin=origin,
                    viewer_protocol_policy=HTTPS_ONLY,
                    cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
                    response_headers_policy=headers,
                )
            },
        )
        acknowledge(
            self.distribution,
            CFR1="a public website is for every country",
            CFR2="static files from a private bucket: nothing a firewall rule could protect",
            CFR3="metrics count requests; logs of each visitor's address are a stage's own choice",
            CFR4="without a domain CloudFront's own certificate sets the policy; with one it is "
            "TLS 1.2 and newer",
        )
        if domain:
            alias = route53.RecordTarget.from_alias(
                cast(route53.IAliasRecordTarget, targets.CloudFrontTarget(self.distribution))
            )
            for record in (route53.ARecord, route53.AaaaRecord):
                record(
                    self,
                    record.__name__,
                    zone=domain.zone,
                    record_name=f"{domain.name}.",
                    target=alias,
                )
        self.url = f"https://{domain.name if domain else self.distribution.domain_name}"


def _security_headers(
    scope: Construct, connect_sources: Sequence[str], *, include_subdomains: bool
) -> cloudfront.ResponseHeadersPolicy:
    """Return what every answer says to the browser; an error says it too, so nothing of caching."""
    policy = (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "manifest-src 'self'",
        " ".join(("connect-src 'self'", *connect_sources)),
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
    further = {
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    return cloudfront.ResponseHeadersPolicy(
        scope,
        "SecurityHeaders",
        custom_headers_behavior=cloudfront.ResponseCustomHeadersBehavior(
            custom_headers=[
                cloudfront.ResponseCustomHeader(header=name, value=value, override=True)
                for name, value in further.items()
            ]
        ),
        security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
            content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                content_security_policy="; ".join(policy), override=True
            ),
            content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
            frame_options=cloudfront.ResponseHeadersFrameOptions(
                frame_option=cloudfront.HeadersFrameOption.DENY, override=True
            ),
            referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                referrer_policy=cloudfront.HeadersReferrerPolicy.STRICT_ORIGIN_WHEN_CROSS_ORIGIN,
                override=True,
            ),
            strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                access_control_max_age=TWO_YEARS,
                include_subdomains=include_subdomains,
                override=True,
            ),
        ),
    )
