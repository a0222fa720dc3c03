"""An HTTP API made by CloudFormation: CORS, throttling, access logs, paths and bodies."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.emulator.support import Aws, eventually, function, role

ECHO = """
import json, time
def handler(event, context):
    if event.get("body") == "wrong":
        raise LookupError("nobody's business")
    if event.get("body") == "long":
        time.sleep(30)
    return {"statusCode": 200, "body": json.dumps({
        "path": event["rawPath"],
        "parameters": event.get("pathParameters"),
        "requestId": event["requestContext"]["requestId"],
        "length": len(event.get("body") or ""),
    })}
"""
LOG_FORMAT = json.dumps(
    {
        "requestId": "$context.requestId",
        "routeKey": "$context.routeKey",
        "status": "$context.status",
        "agent": "$context.identity.userAgent",
        "latency": "$context.responseLatency",
        "integration": "$context.integrationLatency",
        "error": "$context.integrationErrorMessage",
    }
)


def resources(site: str, *, cors: bool = True, burst: int = 1000) -> dict[str, Any]:
    of_api = {"ApiId": {"Ref": "Api"}}
    allowed = {
        "AllowOrigins": [site],
        "AllowMethods": ["GET", "POST"],
        "AllowHeaders": ["authorization", "content-type"],
        "ExposeHeaders": ["etag", "apigw-requestid"],
        "MaxAge": 600,
    }
    routes = {
        f"Route{number}": {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": {
                **of_api,
                "RouteKey": key,
                "Target": {"Fn::Sub": "integrations/${Integration}"},
            },
        }
        for number, key in enumerate(("GET /things/{thingId}", "POST /things", "GET /slow"))
    }
    return {
        "Role": role(),
        "Echo": function(ECHO, Timeout=3),
        "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 1}},
        "Api": {
            "Type": "AWS::ApiGatewayV2::Api",
            "Properties": {
                "Name": "things",
                "ProtocolType": "HTTP",
                **({"CorsConfiguration": allowed} if cors else {}),
            },
        },
        "Integration": {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {
                **of_api,
                "IntegrationType": "AWS_PROXY",
                "IntegrationUri": {"Fn::GetAtt": ["Echo", "Arn"]},
                "PayloadFormatVersion": "2.0",
            },
        },
        **routes,
        "Stage": {
            "Type": "AWS::ApiGatewayV2::Stage",
            "Properties": {
                **of_api,
                "StageName": "$default",
                "AutoDeploy": True,
                "DefaultRouteSettings": {
                    "ThrottlingRateLimit": 1000,
                    "ThrottlingBurstLimit": burst,
                },
                "RouteSettings": {
                    "GET /slow": {"ThrottlingRateLimit": 0.01, "ThrottlingBurstLimit": 2}
                },
                "AccessLogSettings": {
                    "DestinationArn": {"Fn::GetAtt": ["Logs", "Arn"]},
                    "Format": LOG_FORMAT,
                },
            },
        },
        "Permission": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "Action": "lambda:InvokeFunction",
                "FunctionName": {"Ref": "Echo"},
                "Principal": "apigateway.amazonaws.com",
            },
        },
    }


@pytest.fixture(scope="module")
def api(aws: Aws) -> dict[str, str]:
    made = aws.deploy("http-api", resources(aws.site), id={"Ref": "Api"}, logs={"Ref": "Logs"})
    return {**made, "url": f"{aws.endpoint}/_aws/execute-api/{made['id']}/$default"}


def preflight(http: httpx.Client, url: str, origin: str) -> httpx.Response:
    return http.options(url, headers={"Origin": origin, "Access-Control-Request-Method": "POST"})


def test_the_allowed_origin_may_call(aws: Aws, api: dict[str, str], http: httpx.Client) -> None:
    answer = preflight(http, f"{api['url']}/things", aws.site)

    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == aws.site
    assert answer.headers["access-control-allow-headers"] == "authorization,content-type"
    assert answer.headers["access-control-max-age"] == "600"
    read = http.get(f"{api['url']}/things/1", headers={"Origin": aws.site})
    assert read.headers["access-control-allow-origin"] == aws.site


def test_the_allowed_origin_may_read_what_no_function_has_answered(
    aws: Aws, api: dict[str, str], http: httpx.Client
) -> None:
    answer = http.get(f"{api['url']}/nowhere", headers={"Origin": aws.site})

    assert answer.status_code == 404
    assert answer.headers["access-control-allow-origin"] == aws.site
    assert answer.headers["access-control-expose-headers"] == "etag,apigw-requestid"


def test_another_origin_may_not(aws: Aws, api: dict[str, str], http: httpx.Client) -> None:
    answer = preflight(http, f"{api['url']}/things", aws.edge)

    assert "access-control-allow-origin" not in answer.headers


def test_cors_can_be_taken_away_and_given_back(
    aws: Aws, api: dict[str, str], http: httpx.Client
) -> None:
    aws.deploy("http-api", resources(aws.site, cors=False))
    without = preflight(http, f"{api['url']}/things", aws.site)
    aws.deploy("http-api", resources(aws.site))
    again = preflight(http, f"{api['url']}/things", aws.site)

    assert "access-control-allow-origin" not in without.headers
    assert again.headers["access-control-allow-origin"] == aws.site


@pytest.mark.parametrize(
    ("sent", "path", "parameter"),
    [
        ("/things/42", "/things/42", "42"),
        ("/things/%F0%9F%94%8C", "/things/🔌", "🔌"),
        ("/things/a%20b", "/things/a b", "a b"),
    ],
)
def test_a_handler_gets_the_path_without_the_address_in_front_and_decoded(
    api: dict[str, str], http: httpx.Client, sent: str, path: str, parameter: str
) -> None:
    seen = http.get(f"{api['url']}{sent}").json()

    assert (seen["path"], seen["parameters"]) == (path, {"thingId": parameter})


def test_an_encoded_slash_parts_the_path_and_so_finds_no_route(
    api: dict[str, str], http: httpx.Client
) -> None:
    answer = http.get(f"{api['url']}/things/a%2Fb")

    assert (answer.status_code, answer.json()) == (404, {"message": "Not Found"})


def test_a_body_of_a_megabyte_arrives(api: dict[str, str], http: httpx.Client) -> None:
    body = json.dumps({"text": "x" * 1_000_000}).encode()

    seen = http.post(
        f"{api['url']}/things", content=body, headers={"Content-Type": "application/json"}
    ).json()

    assert seen["length"] == len(body)


@pytest.mark.parametrize("what", ["wrong", "long"])
def test_how_a_function_failed_is_nothing_that_a_client_is_told(
    api: dict[str, str], http: httpx.Client, what: str
) -> None:
    answer = http.post(f"{api['url']}/things", content=what, headers={"Content-Type": "text/plain"})

    assert (answer.status_code, answer.json()) == (500, {"message": "Internal Server Error"})


def test_a_route_beyond_its_limit_answers_429(api: dict[str, str], http: httpx.Client) -> None:
    answers = [http.get(f"{api['url']}/slow") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert answers[-1].json() == {"message": "Too Many Requests"}
    assert http.get(f"{api['url']}/things/1").status_code == 200


def test_every_request_leaves_one_line_in_the_access_log(
    aws: Aws, api: dict[str, str], http: httpx.Client
) -> None:
    agent = 'a "quoted" agent'

    answer = http.get(f"{api['url']}/things/1", headers={"User-Agent": agent})

    lines = eventually(lambda: log_lines(aws, api["logs"], agent="quoted"))
    assert len(lines) == 1
    line = json.loads(lines[0])
    assert line["requestId"] == answer.json()["requestId"] == answer.headers["apigw-requestid"]
    assert (line["routeKey"], line["status"]) == ("GET /things/{thingId}", "200")
    assert (line["agent"], line["error"]) == (agent, "-")
    assert int(line["latency"]) >= int(line["integration"]) >= 0


def test_what_no_handler_answered_is_logged_too(
    aws: Aws, api: dict[str, str], http: httpx.Client
) -> None:
    http.get(f"{api['url']}/nowhere", headers={"User-Agent": "lost"})

    line = json.loads(eventually(lambda: log_lines(aws, api["logs"], agent="lost"))[0])
    assert (line["status"], line["routeKey"], line["integration"]) == ("404", "-", "-")


def test_errors_are_counted(aws: Aws, api: dict[str, str], http: httpx.Client) -> None:
    now = datetime.now(UTC)

    http.get(f"{api['url']}/nowhere")

    statistics = aws.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/ApiGateway",
        MetricName="4xx",
        Dimensions=[{"Name": "ApiId", "Value": api["id"]}],
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=5),
        Period=600,
        Statistics=["Sum"],
    )
    assert statistics["Datapoints"][0]["Sum"] >= 1


def log_lines(aws: Aws, group: str, *, agent: str) -> list[str]:
    events = aws.client("logs").filter_log_events(logGroupName=group)["events"]
    return [event["message"] for event in events if agent in event["message"]]
