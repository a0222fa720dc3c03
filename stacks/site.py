"""Where the website is served from."""

import aws_cdk as cdk
from constructs import Construct

from constructs_lib.blocks import SiteDomain, SitePages, StaticSite
from stacks.base import PlatformStack
from stacks.config import StageConfig


class SiteStack(PlatformStack):
    """Bucket and distribution; APIs are told the origin, so they are deployed after it."""

    def __init__(
        self, scope: Construct, name: str, /, *, config: StageConfig, domain: SiteDomain | None
    ) -> None:
        super().__init__(scope, name, config=config, description="Website: bucket and distribution")
        self.site = StaticSite(
            self,
            "Site",
            connect_sources=_back_end(config),
            pages=SitePages(not_found="/index.html"),  # the app knows its addresses
            domain=domain,
        )
        self.origin = config.endpoints.site if config.endpoints else self.site.url
        cdk.CfnOutput(self, "SiteUrl", value=self.origin)


def _back_end(config: StageConfig) -> list[str]:
    """Return what the app talks to.

    The APIs are told the site's address and so come after it: their generated host names are not
    known yet, only their region.
    """
    if config.endpoints:
        emulator = config.endpoints.emulator
        # Functions, and so the forms of uploads, name it by its number.
        return [emulator, emulator.replace("//localhost", "//127.0.0.1"), config.endpoints.sockets]
    return [
        f"https://*.execute-api.{config.region}.amazonaws.com",
        f"wss://*.execute-api.{config.region}.amazonaws.com",
        f"https://cognito-idp.{config.region}.amazonaws.com",
        f"https://*.s3.{config.region}.amazonaws.com",  # uploads, and what became of them
        *([f"https://{config.sign_in_pages}"] if config.sign_in_pages else []),
    ]
