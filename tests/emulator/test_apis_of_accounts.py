"""APIs in an account that a stack names: their clients have no key that would tell of it."""

import httpx
import pytest

from tests.emulator.support import Aws

ACCOUNT, REGION = "333333333333", "eu-central-1"


@pytest.fixture(scope="module", params=["REST", "HTTP"])
def api(aws: Aws, request: pytest.FixtureRequest) -> str:
    """One of either kind that answers 200 to GET `/health` in its stage `live`."""
    if request.param == "HTTP":
        apis = aws.client("apigatewayv2", key=ACCOUNT, region=REGION)
        target = f"http://127.0.0.1:{aws.port + 2}"  # the outside world, which gets the path too
        made: str = apis.create_api(Name="http", ProtocolType="HTTP")["ApiId"]
        integration = apis.create_integration(
            ApiId=made,
            IntegrationType="HTTP_PROXY",
            IntegrationUri=target,
            IntegrationMethod="GET",
            PayloadFormatVersion="1.0",
        )["IntegrationId"]
        apis.create_route(ApiId=made, RouteKey="GET /health", Target=f"integrations/{integration}")
        apis.create_stage(ApiId=made, StageName="live", AutoDeploy=True)
        return made
    apis = aws.client("apigateway", key=ACCOUNT, region=REGION)
    made = apis.create_rest_api(name="rest")["id"]
    root = apis.get_resources(restApiId=made)["items"][0]["id"]
    at = apis.create_resource(restApiId=made, parentId=root, pathPart="health")["id"]
    method = {"restApiId": made, "resourceId": at, "httpMethod": "GET"}
    apis.put_method(**method, authorizationType="NONE")
    apis.put_integration(
        **method, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}
    )
    apis.put_method_response(**method, statusCode="200")
    apis.put_integration_response(**method, statusCode="200")
    apis.create_deployment(restApiId=made, stageName="live")
    return made


def test_an_api_of_another_account_answers_by_both_its_names(
    aws: Aws, http: httpx.Client, api: str
) -> None:
    named = (f"{api}.execute-api.localhost:{aws.port}", f"{api}.execute-api.{REGION}.amazonaws.com")

    for host in named:
        answer = http.get(f"{aws.endpoint}/live/health", headers={"Host": host})
        assert answer.status_code == 200, answer.text
    by_path = http.get(f"{aws.endpoint}/_aws/execute-api/{api}/live/health")
    assert by_path.status_code == 200, by_path.text
