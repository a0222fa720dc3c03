"""The products in a DynamoDB table: partition key `productId`, one item a product."""

import os
from datetime import datetime
from typing import TYPE_CHECKING, Self

from botocore.exceptions import ClientError

from blockwork.runtime.expressions import projection
from blockwork.runtime.tables import TableAdapter
from blockwork.runtime.versions import (
    UNWRITTEN,
    OutdatedError,
    Seen,
    condition,
    item_there,
    new_version,
    was_repeated,
)
from catalog.domain.product import (
    Currency,
    Description,
    Price,
    Product,
    ProductDetails,
    ProductName,
    Unit,
)
from catalog.domain.products import ProductExistsError, ProductPage, UnknownProductError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_dynamodb.type_defs import (
        AttributeValueTypeDef,
        DeleteItemInputTypeDef,
        ScanInputTypeDef,
    )


ATTRIBUTES = (
    "productId",
    "name",
    "description",
    "price",
    "currency",
    "unit",
    "createdAt",
    "updatedAt",
    "version",
)


class ProductTable(TableAdapter):
    """The port `Products` on DynamoDB."""

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the table which the variable PRODUCTS_TABLE names."""
        return cls.named(os.environ["PRODUCTS_TABLE"])

    def page(self, *, limit: int, after: str | None) -> ProductPage:
        """Return at most `limit` products: the first ones, or those after the id `after`."""
        # A scan, since a page is all that is ever asked for and the catalog is small: an index
        # would cost a second write to save nothing. Consistent, so that who writes sees it at once.
        scan: ScanInputTypeDef = {
            "TableName": self._name,
            "Limit": limit,
            "ConsistentRead": True,
            **projection(ATTRIBUTES),  # type: ignore[typeddict-item]
        }
        if after is not None:
            scan["ExclusiveStartKey"] = _key(after)
        answer = self._client.scan(**scan)
        last = answer.get("LastEvaluatedKey")
        return ProductPage(
            products=tuple(_product(item) for item in answer["Items"]),
            last_id=last["productId"]["S"] if last else None,
        )

    def get(self, product_id: str) -> Product:
        """Return a product, as it is after every write that has been answered."""
        answer = self._client.get_item(
            TableName=self._name,
            Key=_key(product_id),
            **projection(ATTRIBUTES),
            ConsistentRead=True,
        )
        if "Item" not in answer:
            raise UnknownProductError(product_id)
        return _product(answer["Item"])

    def add(self, product: Product) -> None:
        """Keep a new product, never in the place of another."""
        item = {
            **_key(product.product_id),
            **_attributes(product.details),
            "createdAt": {"S": product.created_at.isoformat()},
            "updatedAt": {"S": product.updated_at.isoformat()},
            "version": {"S": product.version},
        }
        try:
            self._client.put_item(
                TableName=self._name,
                Item=item,
                ConditionExpression="attribute_not_exists(productId) OR version = :version",
                # botocore repeats what was written and had no answer: that is ours.
                ExpressionAttributeValues={":version": {"S": product.version}},
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            raise ProductExistsError(product.product_id) from error

    def replace(
        self,
        product_id: str,
        details: ProductDetails,
        *,
        now: datetime,
        seen: Seen | None = None,
    ) -> Product:
        """Write other details in one call, so that two writers never mix theirs."""
        version = new_version()
        changes = {
            **_attributes(details),
            "updatedAt": {"S": now.isoformat()},
            "version": {"S": version},
        }
        expected, values = condition(seen or Seen(None), key="productId")
        try:
            answer = self._client.update_item(
                TableName=self._name,
                Key=_key(product_id),
                UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in changes),
                # `name` and others are reserved words of DynamoDB.
                ExpressionAttributeNames={f"#{name}": name for name in changes},
                ExpressionAttributeValues={
                    **{f":{name}": value for name, value in changes.items()},
                    **values,
                },
                ConditionExpression=f"attribute_exists(productId) AND {expected}",
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            there = _there(product_id, error)
            if there.version != version:
                raise OutdatedError(there) from error
            return there  # botocore has repeated what was written and had no answer
        return _product(answer["Attributes"])

    def remove(self, product_id: str, *, seen: Seen | None = None) -> None:
        """Forget a product."""
        expected, values = condition(seen or Seen(None), key="productId")
        request: DeleteItemInputTypeDef = {
            "TableName": self._name,
            "Key": _key(product_id),
            "ConditionExpression": f"attribute_exists(productId) AND {expected}",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if values:
            request["ExpressionAttributeValues"] = values
        try:
            self._client.delete_item(**request)
        except self._client.exceptions.ConditionalCheckFailedException as error:
            if was_repeated(error.response) and not item_there(error.response):
                return  # what is gone may be so by the first request, which had no answer
            raise OutdatedError(_there(product_id, error)) from error


def _there(product_id: str, error: ClientError) -> Product:
    """Return the product that did not meet a condition.

    :raises UnknownProductError: if there is none.
    """
    item = item_there(error.response)
    if not item:
        raise UnknownProductError(product_id) from error
    return _product(item)


def _key(product_id: str) -> "dict[str, AttributeValueTypeDef]":
    return {"productId": {"S": product_id}}


def _attributes(details: ProductDetails) -> "dict[str, AttributeValueTypeDef]":
    return {
        "name": {"S": details.name},
        "description": {"S": details.description},
        # As text: DynamoDB's numbers would drop the last zero of 0.2450.
        "price": {"S": str(details.price)},
        "currency": {"S": details.currency},
        "unit": {"S": details.unit},
    }


def _product(item: "Mapping[str, AttributeValueTypeDef]") -> Product:
    text = {name: value["S"] for name, value in item.items() if "S" in value}
    return Product(
        product_id=text["productId"],
        details=ProductDetails(
            name=ProductName(text["name"]),
            description=Description(text["description"]),
            price=Price(text["price"]),
            currency=Currency(text["currency"]),
            unit=Unit(text["unit"]),
        ),
        created_at=datetime.fromisoformat(text["createdAt"]),
        updated_at=datetime.fromisoformat(text["updatedAt"]),
        version=text.get("version", UNWRITTEN),
    )
