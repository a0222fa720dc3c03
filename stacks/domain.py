"""The website's own host name, in stages that have one."""

from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_route53 as route53
from constructs import Construct

from constructs_lib.blocks import SiteDomain
from stacks.base import PlatformStack
from stacks.config import StageConfig


class DomainStack(PlatformStack):
    """The certificate, in us-east-1 where alone CloudFront looks for it."""

    def __init__(self, scope: Construct, name: str, /, *, config: StageConfig) -> None:
        super().__init__(
            scope,
            name,
            config=config,
            description="Certificate of the website's host name",
            region="us-east-1",
        )
        if config.domain is None or config.hosted_zone_id is None:
            raise ValueError(f"stage {config.name!r} has no domain with a hosted zone")
        zone = route53.HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id=config.hosted_zone_id, zone_name=config.domain
        )
        self.site_domain = SiteDomain(
            name=config.domain,
            zone=zone,
            certificate=acm.Certificate(
                self,
                "Certificate",
                domain_name=config.domain,
                validation=acm.CertificateValidation.from_dns(zone),
            ),
        )
