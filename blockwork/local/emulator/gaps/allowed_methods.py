"""CloudFront serves no method that the behaviour of the path does not allow.

Those are GET and HEAD, unless AllowedMethods says more; others are answered 403
(https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html).
Stock allows all of them where a behaviour does not name any. Closed where it reads the behaviour.
"""

from typing import Any

from ministack.services import cloudfront

DEFAULT = ["GET", "HEAD"]


def close() -> None:
    """Let a behaviour that says nothing allow what AWS lets it."""
    stock = cloudfront._dataplane_allowed_methods

    def allowed(behaviour: Any) -> list[str]:
        return list(stock(behaviour) or DEFAULT)

    cloudfront._dataplane_allowed_methods = allowed
