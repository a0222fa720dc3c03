"""What each function must be given as environment variables; the stack's test asks the same."""

import pytest

from tests.unit.lambda_src.environment import LAMBDA_SRC, variables_read_by

NEEDED = {
    "list_products": {"PRODUCTS_TABLE", "SIGNING_KEY_ARN"},
    "get_product": {"PRODUCTS_TABLE"},
    "create_product": {"PRODUCTS_TABLE"},
    "replace_product": {"PRODUCTS_TABLE"},
    "delete_product": {"PRODUCTS_TABLE"},
}


def test_every_route_of_the_catalog_is_listed_here() -> None:
    handlers = LAMBDA_SRC / "catalog" / "handlers"

    assert set(NEEDED) == {
        module.stem
        for module in handlers.glob("*.py")
        if "\nhandler = " in module.read_text(encoding="utf-8")
    }


@pytest.mark.parametrize(("route", "variables"), NEEDED.items())
def test_a_route_reads_no_other_variables(route: str, variables: set[str]) -> None:
    assert variables_read_by(f"catalog.handlers.{route}") == variables
