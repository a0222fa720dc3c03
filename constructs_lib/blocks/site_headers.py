"""What every answer of a site says to the browser."""

from aws_cdk import Duration
from aws_cdk import aws_cloudfront as cloudfront
from constructs import Construct

TWO_YEARS = Duration.days(730)


def security_headers(
    scope: Construct, *, content_security: str, is_framed: bool, include_subdomains: bool
) -> cloudfront.ResponseHeadersPolicy:
    """Return what every answer says to the browser; an error says it too, so nothing of caching.

    :param content_security: the Content-Security-Policy.
    :param is_framed: whether it lets other pages show the site's in a frame, which the older
        `X-Frame-Options` could not say.
    :param include_subdomains: whether TLS is for all hosts below this one too.
    """
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
                content_security_policy=content_security, override=True
            ),
            content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
            frame_options=(
                None
                if is_framed
                else cloudfront.ResponseHeadersFrameOptions(
                    frame_option=cloudfront.HeadersFrameOption.DENY, override=True
                )
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
