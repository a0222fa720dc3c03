"""A REST API whose stage says which version of a function answers."""

import httpx

from tests.emulator.support import Aws, function, role

SOURCE = """
def handler(event, context):
    if event["httpMethod"] == "PUT":
        raise ValueError("inner matters")
    return {"statusCode": 200, "body": context.function_version}
"""
CALLED = (
    "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
    "${Answer.Arn}:${!stageVariables.alias}/invocations"
)


def test_the_alias_that_a_stage_names_answers(aws: Aws, http: httpx.Client) -> None:
    alias = {
        "FunctionName": {"Ref": "Answer"},
        "FunctionVersion": {"Fn::GetAtt": ["One", "Version"]},
    }
    permission = {"Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com"}
    made = aws.deploy(
        "stage-variables",
        {
            "Role": role(),
            "Answer": function(SOURCE),
            "One": {
                "Type": "AWS::Lambda::Version",
                "Properties": {"FunctionName": {"Ref": "Answer"}},
            },
            "Alias": {"Type": "AWS::Lambda::Alias", "Properties": {**alias, "Name": "prod"}},
            "May": {
                "Type": "AWS::Lambda::Permission",
                "Properties": {**permission, "FunctionName": {"Ref": "Alias"}},
            },
            "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "variables"}},
            "Get": {
                "Type": "AWS::ApiGateway::Method",
                "Properties": {
                    "RestApiId": {"Ref": "Api"},
                    "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
                    "HttpMethod": "ANY",
                    "AuthorizationType": "NONE",
                    "Integration": {
                        "Type": "AWS_PROXY",
                        "IntegrationHttpMethod": "POST",
                        "Uri": {"Fn::Sub": CALLED},
                    },
                },
            },
            "Made": {
                "Type": "AWS::ApiGateway::Deployment",
                "DependsOn": ["Get"],
                "Properties": {"RestApiId": {"Ref": "Api"}},
            },
            **{
                f"Stage{name}": {
                    "Type": "AWS::ApiGateway::Stage",
                    "Properties": {
                        "RestApiId": {"Ref": "Api"},
                        "DeploymentId": {"Ref": "Made"},
                        "StageName": name,
                        "Variables": {"alias": value},
                    },
                }
                for name, value in (("live", "prod"), ("other", "none"))
            },
        },
        api={"Ref": "Api"},
    )
    url = f"{aws.endpoint}/restapis/{made['api']}"

    answer = http.get(f"{url}/live/_user_request_/")
    assert (answer.status_code, answer.text) == (200, "1")
    assert http.get(f"{url}/other/_user_request_/").status_code == 500


def test_how_a_function_failed_is_nothing_that_a_client_is_told(
    aws: Aws, http: httpx.Client
) -> None:
    url = f"{aws.endpoint}/restapis/{aws.outputs('stage-variables')['api']}"

    answer = http.put(f"{url}/live/_user_request_/", content=b"{}")

    assert (answer.status_code, answer.json()) == (502, {"message": "Internal server error"})
