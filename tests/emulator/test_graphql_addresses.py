"""A GraphQL API answers a client that comes by the API's own name."""

import json

import httpx
import pytest

from tests.emulator.support import Aws

SCHEMA = "type Query { hello: String }"
ANOTHER = "222222222222"


@pytest.fixture(scope="module", params=["test", ANOTHER])
def graph(aws: Aws, request: pytest.FixtureRequest) -> dict[str, str]:
    """An API that is asked by its key, in the own account and in another."""
    appsync = aws.client("appsync", key=request.param, region="eu-west-1")
    made = appsync.create_graphql_api(name="graph", authenticationType="API_KEY")["graphqlApi"]
    api = made["apiId"]
    appsync.start_schema_creation(apiId=api, definition=SCHEMA.encode())
    key = appsync.create_api_key(apiId=api)["apiKey"]["id"]
    return {"id": api, "key": key, "host": httpx.URL(made["uris"]["GRAPHQL"]).host}


def ask(aws: Aws, http: httpx.Client, host: str, key: str) -> httpx.Response:
    """Send a query as a client does."""
    headers = {"Host": host, "x-api-key": key, "Content-Type": "application/json"}
    content = json.dumps({"query": "{ __typename }"})
    return http.post(f"{aws.endpoint}/graphql", headers=headers, content=content)


def test_a_client_is_answered_by_the_name_that_aws_would_make(
    aws: Aws, http: httpx.Client, graph: dict[str, str]
) -> None:
    for host in (graph["host"], f"{graph['id']}.appsync-api.localhost:{aws.port}"):
        answer = ask(aws, http, host, graph["key"])
        assert answer.json() == {"data": {"__typename": "Query"}}


def test_one_without_a_key_of_it_is_not(
    aws: Aws, http: httpx.Client, graph: dict[str, str]
) -> None:
    assert ask(aws, http, graph["host"], "another").status_code == 401


def test_nor_is_a_name_of_no_api(aws: Aws, http: httpx.Client, graph: dict[str, str]) -> None:
    no_api, elsewhere = "none.appsync-api.eu-west-1", f"{graph['id']}.appsync-api.eu-west-2"

    for name in (no_api, elsewhere):
        assert ask(aws, http, f"{name}.amazonaws.com", graph["key"]).status_code == 403
