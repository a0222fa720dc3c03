"""The products in a DynamoDB table: partition key `productId`, one item a product."""

import os
from datetime import datetime
from typing import TYPE_CHECKING, Self

import boto3
from shared.aws import PATIENCE

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

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, ScanInputTypeDef


class ProductTable:
    """The port `Products` on DynamoDB.

    :param client: a DynamoDB client.
    :param name: the table's name.
    """

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self._client = client
        self._name = name

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the table which the variable PRODUCTS_TABLE names."""
        return cls(boto3.client("dynamodb", config=PATIENCE), os.environ["PRODUCTS_TABLE"])

    def page(self, *, limit: int, after: str | None) -> ProductPage:
        """Return at most `limit` products: the first ones, or those after the id `after`."""
        # A scan, since a page is all that is ever asked for and the catalog is small: an index
        # would cost a second write to save nothing. Consistent, so that who writes sees it at once.
        scan: ScanInputTypeDef = {
            "TableName": self._name,
            "Limit": limit,
            "ConsistentRead": True,
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
            TableName=self._name, Key=_key(product_id), ConsistentRead=True
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
        }
        try:
            self._client.put_item(
                TableName=self._name,
                Item=item,
                ConditionExpression="attribute_not_exists(productId)",
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            raise ProductExistsError(product.product_id) from error

    def replace(self, product_id: str, details: ProductDetails, *, now: datetime) -> Product:
        """Write other details in one call, so that two writers never mix theirs."""
        changes = {**_attributes(details), "updatedAt": {"S": now.isoformat()}}
        try:
            answer = self._client.update_item(
                TableName=self._name,
                Key=_key(product_id),
                UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in changes),
                # `name` and others are reserved words of DynamoDB.
                ExpressionAttributeNames={f"#{name}": name for name in changes},
                ExpressionAttributeValues={f":{name}": value for name, value in changes.items()},
                ConditionExpression="attribute_exists(productId)",
                ReturnValues="ALL_NEW",
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            raise UnknownProductError(product_id) from error
        return _product(answer["Attributes"])

    def remove(self, product_id: str) -> None:
        """Forget a product."""
        try:
            self._client.delete_item(
                TableName=self._name,
                Key=_key(product_id),
                ConditionExpression="attribute_exists(productId)",
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            raise UnknownProductError(product_id) from error


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
    )
