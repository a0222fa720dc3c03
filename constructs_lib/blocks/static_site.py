"""A website on S3 and CloudFront: private bucket, strict headers, a page for every address."""

import re
from collections.abc import Mapping, Sequence

from aws_cdk import RemovalPolicy, Token
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.asked_once import made_in, path_of
from constructs_lib.blocks.content_security import content_security_policy
from constructs_lib.blocks.site_domain import SiteDomain
from constructs_lib.blocks.site_headers import security_headers
from constructs_lib.blocks.site_pages import ONE_PAGE, SitePages, viewer_request_code
from constructs_lib.primitives import Bucket

TLS_1_2 = cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021
HTTPS_ONLY = cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS
WEB_ACL = re.compile(r"arn:aws[a-z-]*:wafv2:us-east-1:\d{12}:global/webacl/[^/]+/[^/]+")


class StaticSite(Construct):
    r"""A website, served over TLS from a bucket that only CloudFront reads.

    Only `/assets/`, whose names hold their content's hash, is kept at the edge. How long a browser
    keeps a file says the file itself, see :class:`SiteRelease`. An address without a file extension
    answers with `/index.html`, or as `pages` says; a file that is missing is refused with 403, as
    S3 does::

        site = StaticSite(self, "Site", connect_sources=["https://api.example.org"])
        SiteRelease(self, "Release", site=site, content=Path("site/dist"), config={…})

    A preview for some only asks for a password (RFC 7617), which stands in no template: nobody gets
    in until somebody puts the SHA-256 of `user:password` into the store `credentials`, as often as
    there are users. The password should be long and made by a machine::

        aws cloudfront-keyvaluestore put-key --kvs-arn ARN --if-match ETAG --value ada \
            --key "$(printf %s 'ada:PASSWORD' | sha256sum | cut -d' ' -f1)"

    :param connect_sources: what the app's scripts may talk to besides the site itself: sources of
        the Content-Security-Policy's `connect-src` (CSP level 3).
    :param sources: further sources of any directive, such as `{"frame-src": ["https://pay.example"],
        "script-src": ["'sha256-…'"]}`; the others stay as strict as they are. Default: none.
    :param pages: which file answers an address that names none. Default: one page for all, as a
        single-page app needs.
    :param domain: the site's own host names. Default: the one CloudFront generates.
    :param web_acl_arn: what AWS WAF lets through, by the rules of a web ACL of scope `CLOUDFRONT`.
        Default: all.
    :param asks_password: whether the site is a preview for who has a password. Default: it is
        everybody's.
    :param removal_policy: what becomes of the bucket when the site is removed. Default: that of
        :class:`Defaults`, else retained.
    :raises ValueError: if a source would end its directive or allows every address; a host name is
        none, or not one of its zone; or CloudFront would not take the web ACL.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        connect_sources: Sequence[str] = (),
        sources: Mapping[str, Sequence[str]] | None = None,
        pages: SitePages = ONE_PAGE,
        domain: SiteDomain | None = None,
        web_acl_arn: str | None = None,
        asks_password: bool = False,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        super().__init__(scope, id_)
        made_in(scope, id_, self)
        at = path_of(self)
        further = dict(sources or {})
        further["connect-src"] = [*connect_sources, *further.get("connect-src", ())]
        content_security = content_security_policy(further, at=at)
        _check_web_acl(web_acl_arn, at)
        if domain:
            domain.check(at=at)
        redirected = domain.redirected if domain else []
        self.pages = pages

        self.bucket = Bucket(self, "Bucket", removal_policy=removal_policy)
        origin = origins.S3BucketOrigin.with_origin_access_control(self.bucket)
        headers = security_headers(
            self,
            content_security=content_security,
            is_framed=bool(further.get("frame-ancestors")),
            include_subdomains=domain is not None and domain.include_subdomains,
        )
        self.credentials = cloudfront.KeyValueStore(self, "Credentials") if asks_password else None
        on_request = [
            cloudfront.FunctionAssociation(
                function=cloudfront.Function(
                    self,
                    "SpaFallback",
                    code=cloudfront.FunctionCode.from_inline(
                        viewer_request_code(
                            pages,
                            name=domain.name if domain else "",
                            redirected=redirected,
                            asks_password=asks_password,
                        )
                    ),
                    runtime=cloudfront.FunctionRuntime.JS_2_0,
                    key_value_store=self.credentials,
                ),
                event_type=cloudfront.FunctionEventType.VIEWER_REQUEST,
            )
        ]
        self.distribution = cloudfront.Distribution(
            self,
            "Distribution",
            domain_names=domain.names if domain else None,
            certificate=domain.certificate if domain else None,
            minimum_protocol_version=TLS_1_2 if domain else None,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            price_class=cloudfront.PriceClass.PRICE_CLASS_100,
            default_root_object="index.html",
            web_acl_id=web_acl_arn,
            error_responses=_not_found(pages),
            default_behavior=cloudfront.BehaviorOptions(
                origin=origin,
                viewer_protocol_policy=HTTPS_ONLY,
                cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
                response_headers_policy=headers,
                function_associations=on_request,
            ),
            additional_behaviors={
                "/assets/*": cloudfront.BehaviorOptions(
                    origin=origin,
                    viewer_protocol_policy=HTTPS_ONLY,
                    cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
                    response_headers_policy=headers,
                    function_associations=on_request if redirected or asks_password else None,
                )
            },
        )
        acknowledge(
            self.distribution,
            CFR1="a public website is for every country",
            CFR3="metrics count requests; logs of each visitor's address are a stage's own choice",
            CFR4="without a domain CloudFront's own certificate sets the policy; with one it is "
            "TLS 1.2 and newer",
        )
        if web_acl_arn is None:
            acknowledge(
                self.distribution,
                CFR2="static files from a private bucket: nothing a firewall rule could protect",
            )
        if domain:
            domain.point_to(self.distribution, self)
        self.url = f"https://{domain.name if domain else self.distribution.domain_name}"


def _not_found(pages: SitePages) -> list[cloudfront.ErrorResponse] | None:
    """S3 says 403 of what is missing, because nobody may list the bucket."""
    if pages.not_found is None:
        return None
    return [
        cloudfront.ErrorResponse(
            http_status=403, response_http_status=404, response_page_path=pages.not_found
        )
    ]


def _check_web_acl(arn: str | None, at: str) -> None:
    if arn is not None and not Token.is_unresolved(arn) and not WEB_ACL.fullmatch(arn):
        raise ValueError(
            "web_acl_arn must be the ARN of a web ACL of scope CLOUDFRONT, made in us-east-1: "
            f"'arn:aws:wafv2:us-east-1:…:global/webacl/…', got {arn!r} (at {at})"
        )
