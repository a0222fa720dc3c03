"""A site's own host names."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as targets
from constructs import Construct

from constructs_lib.blocks.host_names import check_host_name


@dataclass(frozen=True, kw_only=True)
class OtherName:
    """A further host name of a site.

    :param name: such as `example.org`.
    :param zone: the hosted zone that answers for it. Default: the one of the site's own name.
    :param serves: whether it serves the site itself, as another brand needs; its scripts are of
        another origin then, which APIs have to allow. Default: it sends visitors to the site's own
        name.
    """

    name: str
    zone: route53.IHostedZone | None = None
    serves: bool = False


@dataclass(frozen=True, kw_only=True)
class SiteDomain:
    """A site's own host name, and others that lead to it.

    :param name: such as `www.example.org`.
    :param zone: the hosted zone that answers for it, made here or there already. None: no record is
        made, one elsewhere points to `distribution.domain_name`.
    :param certificate: covers all names; CloudFront takes it from us-east-1 only.
    :param include_subdomains: whether browsers shall reach every host below the name by TLS only
        too, for two years (HSTS, RFC 6797, section 6.1.2). Below `example.org` that is every host
        of the company. Default: this host alone.
    :param others: further host names, such as the one without `www`. Default: none.
    """

    name: str
    zone: route53.IHostedZone | None
    certificate: acm.ICertificate
    include_subdomains: bool = False
    others: Sequence[OtherName] = ()

    @property
    def names(self) -> list[str]:
        """All host names, the site's own first."""
        return [self.name, *(other.name for other in self.others)]

    @property
    def redirected(self) -> list[str]:
        """Host names that send visitors to the site's own."""
        return [other.name for other in self.others if not other.serves]

    def check(self, *, at: str) -> None:
        """Refuse what is no host name, is named twice, or not one of its zone.

        :param at: the path of the block that asks.
        :raises ValueError: names it.
        """
        check_host_name(self.name, self.zone, at=at)
        for other in self.others:
            check_host_name(other.name, other.zone or self.zone, at=at)
        for name in self.names:
            if self.names.count(name) > 1:
                raise ValueError(f"a domain must have each name once, got {name!r} twice (at {at})")

    def point_to(self, distribution: cloudfront.IDistribution, scope: Construct) -> None:
        """Let each name that has a zone lead to a distribution."""
        alias = route53.RecordTarget.from_alias(
            cast(route53.IAliasRecordTarget, targets.CloudFrontTarget(distribution))
        )
        if self.zone:
            _address(scope, self.name, self.zone, alias)
        for other in self.others:
            if zone := other.zone or self.zone:
                _address(Construct(scope, other.name), other.name, zone, alias)


def _address(
    scope: Construct, name: str, zone: route53.IHostedZone, alias: route53.RecordTarget
) -> None:
    for record in (route53.ARecord, route53.AaaaRecord):
        record(scope, record.__name__, zone=zone, record_name=f"{name}.", target=alias)
