from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest
from catalog.adapters.product_table import ProductTable
from catalog.domain.product import Product
from catalog.domain.products import ProductExistsError, UnknownProductError

from blockwork.runtime.versions import OutdatedError, Seen
from tests.integration.lost_answers import lose_first_answer
from tests.unit.lambda_src.catalog.samples import CREATED, LATER, details, product

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def table(client: "DynamoDBClient") -> ProductTable:
    return ProductTable.from_environment()


def stored(client: "DynamoDBClient") -> list[str]:
    return sorted(item["productId"]["S"] for item in client.scan(TableName="products")["Items"])


@pytest.mark.parametrize("price", ["0", "0.0000", "0.2450", "0.1", "1000000", "999999.9999"])
def test_a_product_comes_back_as_it_went_in(table: ProductTable, price: str) -> None:
    table.add(product("p1", price=price))

    assert table.get("p1") == product("p1", price=price)
    assert str(table.get("p1").details.price) == price


def test_an_unknown_product_is_reported(table: ProductTable) -> None:
    with pytest.raises(UnknownProductError, match="there is no product p1"):
        table.get("p1")


def test_adding_never_overwrites(table: ProductTable) -> None:
    table.add(product("p1", name="First"))

    with pytest.raises(ProductExistsError, match="there is a product p1 already"):
        table.add(replace(product("p1", name="Second"), version="b2"))

    assert table.get("p1").details.name == "First"


def test_a_product_whose_first_answer_is_lost_is_added_once(client: "DynamoDBClient") -> None:
    sent = lose_first_answer(client, "PutItem")

    ProductTable(client, "products").add(product("p1"))

    assert (len(sent), stored(client)) == (2, ["p1"])


@pytest.mark.parametrize("seen", [None, Seen(frozenset({"a1"}))])
def test_a_product_whose_removal_is_not_answered_is_removed(
    client: "DynamoDBClient", seen: Seen | None
) -> None:
    table = ProductTable(client, "products")
    table.add(product("p1"))
    sent = lose_first_answer(client, "DeleteItem")

    table.remove("p1", seen=seen)

    assert (len(sent), stored(client)) == (2, [])
    with pytest.raises(UnknownProductError):
        table.remove("p1", seen=seen)


def test_replacing_changes_the_details_and_the_time_of_the_change_alone(
    table: ProductTable,
) -> None:
    table.add(product("p1"))

    answer = table.replace("p1", details("Night tariff", "0.1000"), now=LATER)

    assert answer == table.get("p1")
    assert answer == Product(
        product_id="p1",
        details=details("Night tariff", "0.1000"),
        created_at=CREATED,
        updated_at=LATER,
        version=answer.version,
    )
    assert answer.version != product("p1").version


def test_replacing_what_is_not_there_adds_nothing(
    table: ProductTable, client: "DynamoDBClient"
) -> None:
    with pytest.raises(UnknownProductError, match="there is no product p1"):
        table.replace("p1", details(), now=LATER)

    assert stored(client) == []


def test_a_removed_product_is_gone_and_the_others_stay(
    table: ProductTable, client: "DynamoDBClient"
) -> None:
    table.add(product("p1"))
    table.add(product("p2"))

    table.remove("p1")

    assert stored(client) == ["p2"]


def test_removing_what_is_not_there_is_reported(table: ProductTable) -> None:
    with pytest.raises(UnknownProductError, match="there is no product p1"):
        table.remove("p1")


def seen(*versions: str) -> Seen:
    return Seen(frozenset(versions))


def test_only_what_was_seen_is_replaced(table: ProductTable) -> None:
    table.add(product("p1"))
    second = table.replace("p1", details("Second"), now=LATER, seen=seen("x", "a1"))

    for outdated in (seen("a1"), seen(), seen("0")):
        with pytest.raises(OutdatedError) as refused:
            table.replace("p1", details("Third"), now=LATER, seen=outdated)
        assert refused.value.current == second
        with pytest.raises(OutdatedError) as refused:
            table.remove("p1", seen=outdated)
        assert refused.value.current == second

    assert table.get("p1") == second
    table.replace("p1", details("Third"), now=LATER, seen=Seen(None))
    table.remove("p1", seen=seen(table.get("p1").version))


@pytest.mark.parametrize("what", [Seen(None), seen("0"), seen("a1")])
def test_what_is_not_there_is_reported_whatever_was_seen(
    table: ProductTable, client: "DynamoDBClient", what: Seen
) -> None:
    with pytest.raises(UnknownProductError):
        table.replace("p1", details(), now=LATER, seen=what)
    with pytest.raises(UnknownProductError):
        table.remove("p1", seen=what)

    assert stored(client) == []


def test_what_is_older_than_versions_has_one_too(
    table: ProductTable, client: "DynamoDBClient"
) -> None:
    table.add(product("p1"))
    client.update_item(
        TableName="products", Key={"productId": {"S": "p1"}}, UpdateExpression="REMOVE version"
    )

    before = table.get("p1").version
    table.replace("p1", details("Second"), now=LATER, seen=seen(before))

    with pytest.raises(OutdatedError):
        table.replace("p1", details("Third"), now=LATER, seen=seen(before))


def test_a_write_that_botocore_repeats_is_not_refused_for_itself(
    table: ProductTable, client: "DynamoDBClient"
) -> None:
    table.add(product("p1"))
    twice = ProductTable(cast("DynamoDBClient", SecondAnswer(client)), "products")

    answer = twice.replace("p1", details("Second"), now=LATER, seen=seen("a1"))

    assert answer == table.get("p1")
    assert answer.details.name == "Second"


class SecondAnswer:
    """A client whose first answer is always lost, so that it writes again, as botocore does."""

    def __init__(self, client: "DynamoDBClient") -> None:
        self._client = client
        self.exceptions = client.exceptions

    def update_item(self, **request: Any) -> Any:
        self._client.update_item(**request)
        return self._client.update_item(**request)


def test_an_empty_table_is_one_empty_page(table: ProductTable) -> None:
    page = table.page(limit=10, after=None)

    assert page.products == ()
    assert page.last_id is None


@pytest.mark.parametrize("limit", [1, 3, 10, 11])
def test_the_pages_hold_every_product_once(table: ProductTable, limit: int) -> None:
    for number in range(10):
        table.add(product(f"p{number}"))

    seen: list[str] = []
    after = None
    for _ in range(11):
        page = table.page(limit=limit, after=after)
        assert len(page.products) <= limit
        seen += [found.product_id for found in page.products]
        after = page.last_id
        if after is None:
            break

    assert sorted(seen) == [f"p{number}" for number in range(10)]


def test_what_is_read_is_never_stale(table: ProductTable, client: "DynamoDBClient") -> None:
    asked: list[tuple[str, bool]] = []

    def remember(params: dict[str, bool], model: object, **_: object) -> None:
        asked.append((getattr(model, "name", ""), params["ConsistentRead"]))

    reader = ProductTable(client, "products")
    for operation in ("Scan", "GetItem"):
        client.meta.events.register(f"before-parameter-build.dynamodb.{operation}", remember)
    reader.page(limit=1, after=None)
    with pytest.raises(UnknownProductError):
        reader.get("p1")

    assert asked == [("Scan", True), ("GetItem", True)]
