"""The documents in docs/openapi are of the APIs that there are, and every route is described."""

from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from blockwork.openapi.documents import documents_of
from blockwork.openapi.keeping import stale
from blockwork.openapi.templates import read_apis
from blockwork.testing import SynthesisedApp

FOLDER = Path(__file__).parent.parent.parent / "docs" / "openapi"


@pytest.fixture(scope="module")
def described(synthesised_app: SynthesisedApp) -> tuple[dict[str, dict[str, Any]], list[str]]:
    return documents_of(read_apis(synthesised_app.assemblies[0], stage="Dev"))


def test_the_documents_are_those_of_the_code(
    described: tuple[dict[str, dict[str, Any]], list[str]],
) -> None:
    documents, gaps = described

    assert stale(documents, FOLDER) == [], "write them: make schemas"
    assert gaps == []


def test_the_documents_are_openapi(
    described: tuple[dict[str, dict[str, Any]], list[str]],
) -> None:
    for document in described[0].values():
        validate(document)
