import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate
from typer.testing import CliRunner, Result

from blockwork.command.commands import app
from blockwork.openapi.documents import documents_of
from blockwork.openapi.keeping import stale, write
from blockwork.openapi.templates import OpenApiError, read_apis
from tests.unit.blockwork.openapi.conftest import write_assembly

Described = tuple[dict[str, Any], list[str]]


@pytest.fixture(scope="module")
def described(assembly: Path) -> Described:
    documents, gaps = documents_of(read_apis(assembly, stage="Prod"))
    return documents["orders"], gaps


@pytest.fixture(scope="module")
def get(described: Described) -> dict[str, Any]:
    found: dict[str, Any] = described[0]["paths"]["/orders/{orderId}"]["get"]
    return found


@pytest.fixture(scope="module")
def put(described: Described) -> dict[str, Any]:
    found: dict[str, Any] = described[0]["paths"]["/orders"]["put"]
    return found


def parameters(operation: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(each["in"], each["name"]): each for each in operation["parameters"]}


def test_it_is_openapi_of_the_stack_that_the_api_stands_in(described: Described) -> None:
    document, _ = described

    validate(document)
    assert document["info"]["title"] == "Orders"
    assert document["info"]["version"] == "1"
    assert document["info"]["description"].startswith("Orders of a shop.\n\n")


def test_who_may_call_is_what_the_authorizer_looks_at(described: Described) -> None:
    document, _ = described
    paths = document["paths"]

    assert document["components"]["securitySchemes"]["Users"]["scheme"] == "bearer"
    assert document["components"]["securitySchemes"]["Keys"] == {
        "type": "apiKey",
        "in": "header",
        "name": "X-Api-Key",
    }
    assert paths["/orders/{orderId}"]["get"]["security"] == [{"Users": ["orders.read"]}]
    assert paths["/files/{path}"]["patch"]["security"] == [{"AWS_IAM": []}]
    assert paths["/{proxy}"]["get"]["security"] == []


def test_words_are_those_of_the_docstrings_up_to_the_first_param(get: dict[str, Any]) -> None:
    assert get["operationId"] == "getOrder"
    assert get["summary"] == "One order"
    assert get["description"] == (
        "Only its buyer sees it.\n\nAnswer 200 with the order.\n\n"
        "Takes the permission `read:orders`."
    )
    assert get["x-permission"] == "read:orders"


def test_what_a_route_reads_of_a_request_is_found_wherever_it_calls(get: dict[str, Any]) -> None:
    found = parameters(get)

    assert found[("path", "orderId")]["schema"]["pattern"] == r"^([A-Za-z0-9_-]{1,64})$(?!\n)"
    assert found[("query", "limit")]["schema"]["maximum"] == 7
    assert not found[("query", "nextToken")].get("required")
    assert found[("query", "colour")]["required"]
    assert ("header", "X-Shop") in found


def test_what_a_route_answers_is_its_type_and_whatever_it_calls_may_raise(
    described: Described, get: dict[str, Any]
) -> None:
    document, _ = described
    view = document["components"]["schemas"]["OrderView"]
    answer = get["responses"]["200"]

    assert answer["content"]["application/json"]["schema"]["$ref"].endswith("/OrderView")
    assert set(answer["headers"]) == {"ETag"}
    assert view["required"] == ["orderId"]
    assert set(get["responses"]) == {"200", "400", "401", "403", "404", "409", "429", "500"}
    missing = document["components"]["responses"]["NotFound"]
    assert missing["description"] == "Not Found. There is no such order."


def test_an_answer_of_several_kinds_has_each_of_them(described: Described) -> None:
    responses = described[0]["paths"]["/orders/{orderId}/print"]["get"]["responses"]

    assert responses["200"]["content"] == {
        "application/json": {"schema": {"$ref": "#/components/schemas/OrderView"}},
        "text/csv": {"schema": {"type": "string"}},
        "text/html": {"schema": {"type": "string"}},
    }
    assert responses["500"]["content"] == {
        "application/json": {"schema": {"$ref": "#/components/schemas/Message"}},
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}},
        "text/html": {"schema": {"type": "string"}},
    }


def test_a_body_s_text_is_what_its_type_takes(described: Described, put: dict[str, Any]) -> None:
    body = described[0]["components"]["schemas"]["OrderBody"]

    assert put["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("OrderBody")
    assert body["additionalProperties"] is False
    assert body["properties"]["total"] == {
        "type": "string",
        "pattern": r"^([0-9]+)$(?!\n)",
        "description": "What it costs.",
        "default": "1",
    }


def test_preconditions_and_keys_are_headers_and_a_412_tells_what_is_there(
    described: Described, put: dict[str, Any]
) -> None:
    found = parameters(put)
    outdated = described[0]["components"]["responses"]["PreconditionFailed"]
    schema = outdated["content"]["application/problem+json"]["schema"]

    assert found[("header", "Idempotency-Key")]["required"]
    assert not found[("header", "If-Match")].get("required")
    assert "201" in put["responses"]
    assert "Location" in put["responses"]["201"]["headers"]
    assert schema["allOf"][1]["properties"]["current"]["anyOf"] == [
        {"$ref": "#/components/schemas/OrderView"},
        {"type": "null"},
    ]


def test_what_is_not_the_kit_s_is_told_and_described_by_its_template(described: Described) -> None:
    document, gaps = described

    assert sorted(gap.split(": only")[0] for gap in gaps) == [
        "orders: $default",
        "orders: ANY /files/{path+}",
    ]
    assert "No module named 'nowhere'" in "".join(gaps)
    operation = document["paths"]["/files/{path}"]["get"]
    assert operation["operationId"] == "getFilesPath"
    assert list(parameters(operation)) == [("path", "path")]


def called(assembly: Path, folder: Path, *words: str) -> Result:
    given = ["openapi", str(assembly), str(folder), "--stage", "Prod", *words]
    return CliRunner().invoke(app, given)


def test_the_command_refuses_what_clients_would_not_survive(
    assembly: Path, described: Described, tmp_path: Path
) -> None:
    file = tmp_path / "orders.json"
    before = deepcopy(described[0])
    before["paths"]["/orders/{orderId}"]["delete"] = {"responses": {}}
    file.write_text(json.dumps(before))

    refused = called(assembly, tmp_path)

    assert refused.exit_code == 1
    assert "DELETE /orders/{orderId} is gone" in refused.stderr
    assert "version=2" in refused.stderr
    assert "note: orders: $default: only its template is known" in refused.stderr
    assert json.loads(file.read_text()) == before


def test_the_command_says_what_is_stale_and_writes_nothing(assembly: Path, tmp_path: Path) -> None:
    result = called(assembly, tmp_path, "--check")

    assert result.exit_code == 1
    assert result.stdout == f"{tmp_path}/orders.json is missing\n"
    assert list(tmp_path.iterdir()) == []


def test_a_document_is_written_and_current_then(described: Described, tmp_path: Path) -> None:
    documents = {"orders": described[0]}

    assert write(documents, tmp_path) == []
    assert stale(documents, tmp_path) == []


def test_a_higher_version_may_break(described: Described, tmp_path: Path) -> None:
    write({"orders": described[0]}, tmp_path)
    new = deepcopy(described[0])
    del new["paths"]["/orders"]

    assert "PUT /orders is gone" in write({"orders": new}, tmp_path)[0]
    new["info"]["version"] = "2"
    assert write({"orders": new}, tmp_path) == []


def test_a_document_of_no_api_is_told(tmp_path: Path) -> None:
    (tmp_path / "parts.json").write_text("{}")

    assert "parts.json is of no API that there is" in write({}, tmp_path)[0]
    assert "parts.json is of no API that there is" in stale({}, tmp_path)[0]


def test_a_version_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OpenApiError, match="must be a whole number from 1, got 'v2'"):
        read_apis(write_assembly(tmp_path, Version="v2"))


def test_an_app_without_http_apis_has_nothing_to_describe(assembly: Path) -> None:
    with pytest.raises(OpenApiError, match="no HTTP API in stacks whose names begin with Dev-"):
        read_apis(assembly, stage="Dev")
