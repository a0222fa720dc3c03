"""The support chatbot, in Node.js: one function for all that the service does."""

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from constructs_lib.blocks import (
    BusinessApi,
    EventBus,
    FailureChain,
    StreamConsumer,
    TokenAuthorizer,
    UserDirectory,
)
from constructs_lib.primitives import AlarmTopic, NodeFunction, NodeService, Table
from stacks.base import PlatformStack, event_source
from stacks.config import StageConfig

HALF_A_MINUTE = cdk.Duration.seconds(30)
SHOWN = ("taskId", "text")
TASK = (*SHOWN, "since", "correlationId", "expiration")
MAY = (
    ("dynamodb:GetItem", SHOWN),
    ("dynamodb:Query", (*SHOWN, "since", "reply")),
    ("dynamodb:UpdateItem", (*TASK, "reply", "last")),
    ("dynamodb:DeleteItem", ()),
)
"""What the function does to the table, and which attributes it names for that."""
TOLD = ("open#", "closed#")
"""New items whose keys begin so are events."""


class SupportStack(PlatformStack):
    """A table of tasks and conversations, and one function that answers, tells and forgets."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        /,
        *,
        config: StageConfig,
        service: NodeService,
        users: UserDirectory,
        site_origin: str,
        bus: EventBus,
        alarms: AlarmTopic,
    ) -> None:
        super().__init__(
            scope, name, config=config, description="Support: a chatbot's tasks", alarms=alarms
        )
        table = Table(
            self,
            "Tasks",
            partition_key="userId",
            sort_key="itemId",
            time_to_live_attribute="expiration",
            stream=dynamodb.StreamViewType.NEW_IMAGE,
        )
        failures = FailureChain(self, "Failures", known_as=name.lower())
        local = config.endpoints
        ours = users.trusted_issuer(
            jwks_url=local.user_pool_keys(users.pool.user_pool_id) if local else None
        )
        function = NodeFunction(
            self,
            "Support",
            service=service,
            entry="handler",
            environment={"OWN_ISSUER": ours.issuer},
            timeout=HALF_A_MINUTE,
        )
        for action, attributes in MAY:
            table.let_use(function, action, variable="TASKS_TABLE", attributes=attributes)
        callers = TokenAuthorizer(
            self,
            "Callers",
            issuers=[ours, *config.support_issuers],
            claims=["sub", "iss"],
            target=config.build_target,
        )
        api = BusinessApi(self, "Api", allow_origins=[site_origin])
        known = callers.authorizer()
        for route in ("POST /chat", "GET /history"):
            api.route(route, function, authorizer=known)
        bus.let_publish(function, source=event_source("support"))
        StreamConsumer(
            self,
            "Telling",
            source=table,
            function=function,
            failures=failures,
            filters=[
                lambda_.FilterCriteria.filter(
                    {
                        "eventName": ["INSERT"],
                        "dynamodb": {
                            "Keys": {"itemId": {"S": [{"prefix": each} for each in TOLD]}}
                        },
                    }
                )
            ],
        )
        bus.subscribe(
            self,
            "OnUserDeleted",
            source=event_source("identity"),
            detail_types=["UserDeleted"],
            function=function,
            failures=failures,
        )
        self.url = local.api(api.http_api.api_id) if local else api.url
        cdk.CfnOutput(self, "ApiUrl", value=self.url)
        cdk.CfnOutput(self, "FailureQueueUrl", value=failures.queue.queue_url)
