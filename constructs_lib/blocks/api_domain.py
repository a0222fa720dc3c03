"""A host name of ours for one API or several."""

from typing import cast

from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as targets
from constructs import Construct

from constructs_lib.asked_once import made_in, path_of
from constructs_lib.blocks.host_names import check_host_name


class ApiDomain(Construct):
    """A regional domain name of API Gateway, and its address in a hosted zone.

    APIs that share it, of one team or several, have a base path each::

        domain = ApiDomain(
            self, "Domain", name="api.example.org", certificate=certificate, zone=zone
        )
        orders = BusinessApi(
            self, "Api", allow_origins=None, domain=domain.domain_name, base_path="orders"
        )

    :param name: such as `api.example.org`.
    :param certificate: covers the name, and is in the region of the APIs.
    :param zone: the hosted zone that answers for the name. Default: no record is made; one
        elsewhere points to `domain_name.regional_domain_name`.
    :param mutual_tls: certificates of which authorities callers must show; it holds for every API
        behind the name, as long as none keeps its default endpoint. Default: callers show none.
    :raises ValueError: if the name is no host name in lower case, or not one of the zone's.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        name: str,
        certificate: acm.ICertificate,
        zone: route53.IHostedZone | None = None,
        mutual_tls: apigatewayv2.MTLSConfig | None = None,
    ) -> None:
        super().__init__(scope, id_)
        made_in(scope, id_, self)
        check_host_name(name, zone, at=path_of(self))
        self.domain_name = apigatewayv2.DomainName(
            self,
            "DomainName",
            domain_name=name,
            certificate=certificate,
            security_policy=apigatewayv2.SecurityPolicy.TLS_1_2,
            mtls=mutual_tls,
        )
        if zone is not None:
            there = targets.ApiGatewayv2DomainProperties(
                self.domain_name.regional_domain_name, self.domain_name.regional_hosted_zone_id
            )
            route53.ARecord(
                self,
                "Address",
                zone=zone,
                record_name=f"{name}.",
                target=route53.RecordTarget.from_alias(cast(route53.IAliasRecordTarget, there)),
            )
