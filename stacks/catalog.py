"""Tariffs: everybody reads them, administrators write them."""

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.blocks import PUBLIC, BusinessApi, UserDirectory
from constructs_lib.primitives import AlarmTopic, PythonFunction, PythonService, SigningKey, Table
from stacks.base import OF_PAGES, PlatformStack
from stacks.config import StageConfig

REPLACED = ("name", "description", "price", "currency", "unit", "updatedAt", "version")
PRODUCT = (*REPLACED, "createdAt")
ROUTES = (
    ("GET /products", "list_products", "dynamodb:Scan", PRODUCT),
    ("GET /products/{productId}", "get_product", "dynamodb:GetItem", PRODUCT),
    ("POST /products", "create_product", "dynamodb:PutItem", PRODUCT),
    ("PUT /products/{productId}", "replace_product", "dynamodb:UpdateItem", REPLACED),
    ("DELETE /products/{productId}", "delete_product", "dynamodb:DeleteItem", ("version",)),
)
"""Each route with the module that answers it, the one thing that may do to the table, and which
attributes it names for that."""


class CatalogStack(PlatformStack):
    """A table of tariffs behind five routes."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        /,
        *,
        config: StageConfig,
        service: PythonService,
        users: UserDirectory,
        site_origin: str,
        alarms: AlarmTopic,
    ) -> None:
        super().__init__(
            scope,
            name,
            config=config,
            description="Tariffs: public reading, administrators write",
            alarms=alarms,
        )
        products = Table(self, "Products", partition_key="productId")
        api = BusinessApi(
            self,
            "Api",
            allow_origins=[site_origin],
        )
        signed_in = users.authorizer()
        pages = SigningKey(self, "Pages", signs=OF_PAGES)

        for key, entry, action, attributes in ROUTES:
            is_public = key.startswith("GET ")
            function = PythonFunction(
                self,
                entry.title().replace("_", ""),
                service=service,
                entry=f"handlers.{entry}",
                # Public and busy: traces of every reading would cost more than all the rest.
                tracing=lambda_.Tracing.PASS_THROUGH if is_public else lambda_.Tracing.ACTIVE,
            )
            products.let_use(
                function,
                action,
                variable="PRODUCTS_TABLE",
                attributes=attributes,
                return_values=["NONE", "ALL_NEW"],
            )
            if entry == "list_products":
                pages.let_sign(function)
            route = api.route(key, function, authorizer=PUBLIC if is_public else signed_in)
            if is_public:
                acknowledge(route, APIG4="tariffs are for everybody to read")

        self.url = config.endpoints.api(api.http_api.api_id) if config.endpoints else api.url
        cdk.CfnOutput(self, "ApiUrl", value=self.url)
