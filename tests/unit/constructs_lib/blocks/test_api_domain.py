import pytest
from aws_cdk import Stack
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_route53 as route53
from aws_cdk.assertions import Match, Template

from constructs_lib.blocks import ApiDomain, BusinessApi

NAME = "api.example.org"


@pytest.fixture
def certificate(stack: Stack) -> acm.ICertificate:
    arn = "arn:aws:acm:eu-west-1:123456789012:certificate/abc"
    return acm.Certificate.from_certificate_arn(stack, "Certificate", arn)


@pytest.fixture
def zone(stack: Stack) -> route53.IHostedZone:
    return route53.HostedZone.from_hosted_zone_attributes(
        stack, "Zone", hosted_zone_id="Z123456", zone_name="example.org"
    )


@pytest.fixture
def domain(
    stack: Stack, certificate: acm.ICertificate, zone: route53.IHostedZone
) -> apigatewayv2.IDomainName:
    made = ApiDomain(stack, "Domain", name=NAME, certificate=certificate, zone=zone)
    return made.domain_name


def test_the_name_leads_to_api_gateway_over_tls(
    stack: Stack, domain: apigatewayv2.IDomainName
) -> None:
    template = Template.from_stack(stack)
    template.has_resource_properties(
        "AWS::ApiGatewayV2::DomainName",
        {
            "DomainName": NAME,
            "DomainNameConfigurations": [
                {
                    "CertificateArn": Match.string_like_regexp("certificate/abc$"),
                    "EndpointType": "REGIONAL",
                    "SecurityPolicy": "TLS_1_2",
                }
            ],
            "MutualTlsAuthentication": Match.absent(),
        },
    )
    template.has_resource_properties(
        "AWS::Route53::RecordSet",
        {
            "Name": f"{NAME}.",
            "Type": "A",
            "HostedZoneId": "Z123456",
            "AliasTarget": {
                "DNSName": stack.resolve(domain.regional_domain_name),
                "HostedZoneId": stack.resolve(domain.regional_hosted_zone_id),
            },
        },
    )


def test_a_name_whose_zone_is_elsewhere_gets_no_record(
    stack: Stack, certificate: acm.ICertificate
) -> None:
    ApiDomain(stack, "Domain", name=NAME, certificate=certificate)

    Template.from_stack(stack).resource_count_is("AWS::Route53::RecordSet", 0)


def test_an_api_answers_under_the_name_alone(
    stack: Stack, domain: apigatewayv2.IDomainName
) -> None:
    api = BusinessApi(stack, "Api", allow_origins=None, domain=domain)

    assert stack.resolve(api.url) == {"Fn::Join": ["", ["https://", stack.resolve(domain.name)]]}
    template = Template.from_stack(stack)
    template.has_resource_properties("AWS::ApiGatewayV2::Api", {"DisableExecuteApiEndpoint": True})
    template.has_resource_properties(
        "AWS::ApiGatewayV2::ApiMapping",
        {
            "ApiId": stack.resolve(api.http_api.api_id),
            "DomainName": stack.resolve(domain.name),
            "Stage": stack.resolve(api.stage.stage_name),
            "ApiMappingKey": Match.absent(),
        },
    )


def test_an_api_with_a_domain_may_keep_its_generated_name(
    stack: Stack, domain: apigatewayv2.IDomainName
) -> None:
    BusinessApi(stack, "Api", allow_origins=None, domain=domain, keeps_default_endpoint=True)

    Template.from_stack(stack).has_resource_properties(
        "AWS::ApiGatewayV2::Api", {"DisableExecuteApiEndpoint": Match.absent()}
    )


def test_an_api_without_a_domain_answers_under_its_generated_name(stack: Stack) -> None:
    BusinessApi(stack, "Api", allow_origins=None)

    template = Template.from_stack(stack)
    template.has_resource_properties(
        "AWS::ApiGatewayV2::Api", {"DisableExecuteApiEndpoint": Match.absent()}
    )
    template.resource_count_is("AWS::ApiGatewayV2::ApiMapping", 0)


def test_several_apis_share_an_imported_name_by_their_base_paths(stack: Stack) -> None:
    theirs = apigatewayv2.DomainName.from_domain_name_attributes(
        stack, "Theirs", name=NAME, regional_domain_name="d-1.example", regional_hosted_zone_id="Z1"
    )

    urls = [
        BusinessApi(stack, name, allow_origins=None, domain=theirs, base_path=path).url
        for name, path in (("Orders", "orders"), ("Invoices", "finance/invoices"))
    ]

    assert urls == [f"https://{NAME}/orders", f"https://{NAME}/finance/invoices"]
    template = Template.from_stack(stack)
    for path in ("orders", "finance/invoices"):
        template.has_resource_properties(
            "AWS::ApiGatewayV2::ApiMapping", {"DomainName": NAME, "ApiMappingKey": path}
        )


@pytest.mark.parametrize("path", ["/orders", "orders/", "a//b", "a b", "x" * 301])
def test_a_base_path_that_is_none_is_refused(
    stack: Stack, domain: apigatewayv2.IDomainName, path: str
) -> None:
    with pytest.raises(ValueError, match=r"base_path must be up to 300 .*\(at Test/Api\)"):
        BusinessApi(stack, "Api", allow_origins=None, domain=domain, base_path=path)


def test_a_base_path_of_no_domain_is_refused(stack: Stack) -> None:
    with pytest.raises(ValueError, match=r"got 'orders': begin the routes' paths with it"):
        BusinessApi(stack, "Api", allow_origins=None, base_path="orders")


@pytest.mark.parametrize(
    "name", ["API.example.org", "https://api.example.org", "localhost", "a..b"]
)
def test_a_name_that_is_none_is_refused(
    stack: Stack, certificate: acm.ICertificate, name: str
) -> None:
    with pytest.raises(ValueError, match=r"name must be a host name in lower case.*Test/Domain"):
        ApiDomain(stack, "Domain", name=name, certificate=certificate)


@pytest.mark.parametrize("name", ["api.example.com", "apiexample.org"])
def test_a_name_of_another_zone_is_refused(
    stack: Stack, certificate: acm.ICertificate, zone: route53.IHostedZone, name: str
) -> None:
    with pytest.raises(ValueError, match=rf"zone must answer for '{name}', got .*'example.org'"):
        ApiDomain(stack, "Domain", name=name, certificate=certificate, zone=zone)
