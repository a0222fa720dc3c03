"""Tariffs: everybody reads them, administrators write them."""

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.blocks import BusinessApi, UserDirectory
from constructs_lib.primitives import PythonFunction, PythonService, Table
from stacks.base import PlatformStack
from stacks.config import StageConfig


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
        alarm_topic: sns.ITopic,
    ) -> None:
        super().__init__(
            scope, name, config=config, description="Tariffs: public reading, administrators write"
        )
        products = Table(
            self, "Products", partition_key="productId", removal_policy=config.removal_policy
        )
        api = BusinessApi(
            self,
            "Api",
            allow_origins=[site_origin],
            log_retention=config.log_retention,
            log_removal_policy=config.removal_policy,
        )
        signed_in = users.authorizer()

        for key, name, entry, action, authorizer in (
            ("GET /products", "ListProducts", "list_products", "Scan", None),
            ("GET /products/{productId}", "GetProduct", "get_product", "GetItem", None),
            ("POST /products", "CreateProduct", "create_product", "PutItem", signed_in),
            (
                "PUT /products/{productId}",
                "ReplaceProduct",
                "replace_product",
                "UpdateItem",
                signed_in,
            ),
            (
                "DELETE /products/{productId}",
                "DeleteProduct",
                "delete_product",
                "DeleteItem",
                signed_in,
            ),
        ):
            function = PythonFunction(
                self,
                name,
                service=service,
                entry=f"handlers.{entry}",
                environment={"PRODUCTS_TABLE": products.table_name},
            )
            products.grants.actions(function, f"dynamodb:{action}")
            route = api.route(key, function, authorizer=authorizer)
            if authorizer is None:
                acknowledge(route, APIG4="tariffs are for everybody to read")

        api.metric_server_errors().create_alarm(
            self,
            "ServerErrors",
            alarm_description="The catalog answers with errors of its own (5xx)",
            threshold=1,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        ).add_alarm_action(actions.SnsAction(alarm_topic))
        self.url = config.endpoints.api(api.http_api.api_id) if config.endpoints else api.url
        cdk.CfnOutput(self, "ApiUrl", value=self.url)
