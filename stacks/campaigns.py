"""E-mail campaigns: an outside provider mails, a workflow waits for what it calls back."""

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_ssm as ssm
from aws_cdk.aws_apigatewayv2 import IHttpRouteAuthorizer
from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.blocks import (
    PUBLIC,
    BusinessApi,
    Callbacks,
    EventBus,
    FailureChain,
    StreamConsumer,
    UserDirectory,
    WebhookKeys,
    Workflow,
)
from constructs_lib.grants import let_read_parameter
from constructs_lib.primitives import (
    AlarmTopic,
    PythonFunction,
    PythonService,
    SigningKey,
    Table,
)
from stacks.base import OF_PAGES, PlatformStack, event_source
from stacks.campaign_workflow import Steps, campaign_definition
from stacks.config import StageConfig
from stacks.subscribers import Subscribers

STANDING = ("status", "recipients", "batches", "mailed", "cancelRequestedAt")
SHOWN = (
    *STANDING,
    "subject",
    "statusSince",
    "createdAt",
    "correlationId",
    "notMailed",
    "providerId",
    "reason",
)
CAMPAIGN = (*SHOWN, "text")
BATCH = ("userIds", "usersBefore", "nextToken", "settled", "departed")
OUTCOME = ("mailed", "notMailed")
LINK = ("campaignId",)
EXPIRATION = "expiration"
"""The attributes of each kind of item, as `campaigns.adapters.items` writes it."""
FREEZE = ("status", "statusSince", "recipients", "batches")
NOTE = ("status", "mailed", "recipients")
GET, QUERY, WRITE = "dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"
TABLE_RIGHTS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "create_campaign": {GET: (*CAMPAIGN, *LINK), WRITE: (*CAMPAIGN, *LINK, EXPIRATION)},
    "list_campaigns": {QUERY: SHOWN},
    "get_campaign": {GET: CAMPAIGN},
    "cancel_campaign": {GET: CAMPAIGN, WRITE: ("status", "cancelRequestedAt")},
    "campaign_status": {GET: (*CAMPAIGN, *LINK), WRITE: NOTE},
    "prepare_audience": {GET: CAMPAIGN, QUERY: BATCH, WRITE: (*FREEZE, *BATCH, EXPIRATION)},
    "create_at_provider": {GET: CAMPAIGN, WRITE: ("providerId", *LINK)},
    "hand_over_batch": {GET: (*CAMPAIGN, *BATCH), WRITE: ("settled", "departed")},
    "send_campaign": {GET: CAMPAIGN},
    "look_up_status": {GET: CAMPAIGN, WRITE: NOTE},
    "close_campaign": {GET: CAMPAIGN, QUERY: BATCH, WRITE: FREEZE},
    "account_for_batch": {GET: (*CAMPAIGN, *BATCH), WRITE: OUTCOME},
    "finish_campaign": {
        GET: CAMPAIGN,
        QUERY: OUTCOME,
        WRITE: ("status", "statusSince", "reason", *OUTCOME),
    },
}
"""What each function may do to which attributes; a reader of a campaign reads all of it."""
ASKS_PROVIDER = (
    "create_at_provider",
    "hand_over_batch",
    "send_campaign",
    "look_up_status",
    "close_campaign",
    "account_for_batch",
)
ROUTES = (
    ("POST /campaigns", "create_campaign"),
    ("GET /campaigns", "list_campaigns"),
    ("GET /campaigns/{campaignId}", "get_campaign"),
    ("DELETE /campaigns/{campaignId}", "cancel_campaign"),
    ("GET /audience", "get_audience"),
)
HALF_A_MINUTE = Duration.seconds(30)
TWO_MINUTES = Duration.minutes(2)
FIVE_MINUTES = Duration.minutes(5)
TEN_DAYS = Duration.days(10)
"""More than a week, after which a provider that says nothing has failed."""
FAILED = "CampaignsFailed"
"""What `campaigns.handlers.publish_changes` counts."""


class CampaignsStack(PlatformStack):
    """A campaign stands in a table; its stream starts the workflow, and tells how it ended."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        /,
        *,
        config: StageConfig,
        service: PythonService,
        users: UserDirectory,
        subscribers: Subscribers,
        site_origin: str,
        bus: EventBus,
        alarms: AlarmTopic,
    ) -> None:
        super().__init__(scope, name, config=config, description="E-mail campaigns", alarms=alarms)
        self._config = config
        self._service = service
        self._table = Table(
            self,
            "Campaigns",
            partition_key="kind",
            sort_key="itemId",
            time_to_live_attribute=EXPIRATION,
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
        )
        self._failures = FailureChain(self, "Failures", known_as=name.lower())
        self._callbacks = Callbacks(self, "Callbacks")
        api = BusinessApi(self, "Api", allow_origins=[site_origin])
        self.url = config.endpoints.api(api.http_api.api_id) if config.endpoints else api.url
        self._answer(api, users.authorizer(), subscribers)
        self._take_callbacks(api)
        self._run(subscribers)
        self._tell(bus, alarms)
        cdk.CfnOutput(self, "ApiUrl", value=self.url)
        cdk.CfnOutput(self, "FailureQueueUrl", value=self._failures.queue.queue_url)

    def _answer(
        self, api: BusinessApi, signed_in: IHttpRouteAuthorizer, subscribers: Subscribers
    ) -> None:
        """Take campaigns, show them and whom they reach, and have them stopped."""
        pages = SigningKey(self, "Pages", signs=OF_PAGES)
        for key, entry in ROUTES:
            function = self._function(entry)
            if entry == "list_campaigns":
                pages.let_sign(function)
            if entry == "cancel_campaign":
                self._callbacks.let_arrive(function)
            if entry == "get_audience":
                subscribers.let_list(function)
            api.route(key, function, authorizer=signed_in)

    def _take_callbacks(self, api: BusinessApi) -> None:
        """Let the provider say how far it has come."""
        webhook = self._function("campaign_status")
        self._callbacks.let_arrive(webhook)
        WebhookKeys(self, "Webhooks", parameter=self._secret("webhook-keys")).let_verify(webhook)
        route = api.route("POST /webhooks/campaign-status", webhook, authorizer=PUBLIC)
        acknowledge(route, APIG4="the provider signs in place of a token")

    def _run(self, subscribers: Subscribers) -> None:
        """Bring each campaign to its end, and start with it."""
        wait = self._function("wait_for_callback")
        finish = self._function("finish_campaign", timeout=TWO_MINUTES)
        for function in (wait, finish):
            self._callbacks.let_wait(function)
        prepare = self._function("prepare_audience", timeout=TWO_MINUTES)
        key = self._secret("provider-key")
        asking = {entry: self._function(entry) for entry in ASKS_PROVIDER}
        for function in asking.values():
            function.add_environment("CAMPAIGN_URL", self._config.campaign_url)
            function.add_environment("CALLBACK_URL", f"{self.url}/webhooks/campaign-status")
            let_read_parameter(key, function, variable="PROVIDER_KEY_PARAMETER")
        for function in (prepare, asking["hand_over_batch"]):
            subscribers.let_ask(function)
        steps = Steps(
            **asking, prepare_audience=prepare, wait_for_callback=wait, finish_campaign=finish
        )
        workflow = Workflow(
            self,
            "Workflow",
            definition=campaign_definition(
                self,
                steps,
                callback_within=self._config.callback_within,
                retry_after=self._config.campaign_retry,
            ),
            timeout=TEN_DAYS,
            failures=self._failures,
        )
        self._callbacks.let_resume(workflow.state_machine)
        start = self._function("start_campaign")
        workflow.let_start(start)
        self._follow("Starting", start, ["INSERT"])

    def _tell(self, bus: EventBus, alarms: AlarmTopic) -> None:
        """Publish how campaigns have ended, and alarm people of those that failed."""
        publish = self._function("publish_changes")
        bus.let_publish(publish, source=event_source("campaigns"))
        self._follow("Publishing", publish, ["MODIFY"])
        alarms.watch(
            publish.metric_counted(FAILED).create_alarm(
                self,
                "CampaignsFailed",
                alarm_description="Campaigns have failed: their `reason` says why, their numbers "
                "who got no mail",
                threshold=1,
                evaluation_periods=1,
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            )
        )

    def _follow(self, id_: str, function: PythonFunction, changes: list[str]) -> None:
        """Hand a function the changes of campaigns; who is in a batch is nobody's business."""
        campaign = {"Keys": {"kind": {"S": ["campaigns"]}}}
        StreamConsumer(
            self,
            id_,
            source=self._table,
            function=function,
            failures=self._failures,
            filters=[lambda_.FilterCriteria.filter({"eventName": changes, "dynamodb": campaign})],
            parks_after=FIVE_MINUTES,
        )

    def _secret(self, name: str) -> ssm.IStringParameter:
        return ssm.StringParameter.from_secure_string_parameter_attributes(
            self,
            name.title().replace("-", ""),
            parameter_name=f"/blockwork/{self._config.name}/campaigns/{name}",
        )

    def _function(self, entry: str, *, timeout: Duration = HALF_A_MINUTE) -> PythonFunction:
        function = PythonFunction(
            self,
            entry.title().replace("_", ""),
            service=self._service,
            entry=f"handlers.{entry}",
            timeout=timeout,
        )
        for action, attributes in TABLE_RIGHTS.get(entry, {}).items():
            self._table.let_use(function, action, variable="CAMPAIGNS_TABLE", attributes=attributes)
        return function
