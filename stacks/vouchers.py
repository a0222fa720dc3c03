"""Prepaid vouchers: payment → PDF → mail. A payment is never lost and never taken twice."""

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_ses as ses
from aws_cdk import aws_ssm as ssm
from aws_cdk.aws_apigatewayv2 import IHttpRouteAuthorizer
from constructs import Construct

from constructs_lib.blocks import (
    BusinessApi,
    EventBus,
    EventConsumer,
    FailureChain,
    IdempotencyTable,
    QueueConsumer,
    StreamConsumer,
    UserDirectory,
)
from constructs_lib.grants import RAW_MAIL, let_read_parameter, let_send_mail
from constructs_lib.primitives import (
    AlarmTopic,
    Bucket,
    PythonFunction,
    PythonService,
    Queue,
    SigningKey,
    Table,
)
from stacks.base import OF_PAGES, PlatformStack, event_source
from stacks.config import StageConfig

READ, WRITE = "dynamodb:GetItem", "dynamodb:UpdateItem"
ORDER = ("amount", "currency", "recipientEmail")
STANDING = ("status", "reason")
VOUCHER = (*ORDER, *STANDING, "statusSince", "createdAt", "correlationId")
PAYMENT = (*ORDER, "paymentId", "idempotencyKey")
CODE = ("code",)
HOUR = ("begun", "expiration")
PURCHASE = (*ORDER, "voucherId", "state", "startedAt", "leaseUntil", "correlationId")
"""The attributes of each kind of item, as `vouchers.adapters.items` writes it."""
FORGETTING = ("recipientEmail", "status", "state")
PDF = "*.pdf"
HALF_A_MINUTE = Duration.seconds(30)
THREE_MINUTES = Duration.minutes(3)
FIVE_MINUTES = Duration.minutes(5)
PAYMENT_TAKES = Duration.minutes(15)
"""For how long the provider is asked what became of a payment before it is to void it."""
DELIVERY_TAKES = Duration.days(3)
"""How long people have to mend what keeps vouchers from being delivered."""
FAILED = "VouchersFailed"
"""What `vouchers.handlers.publish_changes` counts."""


class VouchersStack(PlatformStack):
    """What is bought stands in a table; its stream prints, the document's arrival mails."""

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
        bus: EventBus,
        sender: ses.IEmailIdentity,
        alarms: AlarmTopic,
    ) -> None:
        super().__init__(
            scope, name, config=config, description="Vouchers: payment, PDF, mail", alarms=alarms
        )
        self._config = config
        self._service = service
        self._table = Table(
            self,
            "Vouchers",
            partition_key="userId",
            sort_key="itemId",
            time_to_live_attribute="expiration",
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
        )
        self._documents = Bucket(self, "Documents", notifies_event_bus=True)
        self._failures = FailureChain(self, "Failures", known_as=name.lower())
        api = BusinessApi(self, "Api", allow_origins=[site_origin])
        signed_in = users.authorizer()
        self._sell(api, signed_in)
        self._show(api, signed_in)
        self._tell(bus, alarms)
        self._deliver(sender, bus)
        self._take_requests(api, signed_in, bus)
        self._forget(bus)
        self.url = config.endpoints.api(api.http_api.api_id) if config.endpoints else api.url
        cdk.CfnOutput(self, "ApiUrl", value=self.url)
        cdk.CfnOutput(self, "FailureQueueUrl", value=self._failures.queue.queue_url)

    def _sell(self, api: BusinessApi, signed_in: IHttpRouteAuthorizer) -> None:
        """Take the money, once; what was cut off in the middle is settled from a queue."""
        unsettled = Queue(
            self,
            "Unsettled",
            visibility_timeout=THREE_MINUTES,
            dead_letter_queue=self._failures.dead_letter_queue(),
        )
        key = ssm.StringParameter.from_secure_string_parameter_attributes(
            self,
            "PaymentKey",
            parameter_name=f"/blockwork/{self._config.name}/vouchers/payment-key",
        )
        settings = {
            "PAYMENT_URL": self._config.payment_url,
            "SETTLE_SECONDS": str(self._config.settle_after.to_seconds()),
        }
        create = self._function(
            "CreateVoucher",
            "create_voucher",
            {**settings, "VOUCHERS_AN_HOUR": str(self._config.vouchers_an_hour)},
        )
        settle = self._function(
            "SettlePayment",
            "settle_payment",
            {
                **settings,
                "PAYMENT_SECONDS": str(PAYMENT_TAKES.to_seconds()),
                "DELIVERY_SECONDS": str(DELIVERY_TAKES.to_seconds()),
            },
        )
        for function, of_purchase, of_voucher in (
            (create, (*PURCHASE, *HOUR), ()),
            (settle, ("state", "leaseUntil"), STANDING),
        ):
            self._let_use_table(function, READ, [*PURCHASE, *of_voucher])
            self._let_use_table(function, WRITE, [*of_purchase, *VOUCHER, *PAYMENT, *CODE])
            unsettled.let_send(function, variable="SETTLE_QUEUE_URL")
            let_read_parameter(key, function, variable="PAYMENT_KEY_PARAMETER")
        api.route("POST /vouchers", create, authorizer=signed_in)
        QueueConsumer(
            self,
            "Settling",
            queue=unsettled,
            function=settle,
            failures=self._failures,
            # A look-up takes 5 seconds at most, voiding as well: both for two fit into one
            # invocation.
            batch_size=2,
            parks_after=FIVE_MINUTES,
        )

    def _show(self, api: BusinessApi, signed_in: IHttpRouteAuthorizer) -> None:
        """Answer who asks for vouchers of their own."""
        pages = SigningKey(self, "Pages", signs=OF_PAGES)
        for key, id_, entry, action in (
            ("GET /vouchers", "ListVouchers", "list_vouchers", "dynamodb:Query"),
            ("GET /vouchers/{voucherId}", "GetVoucher", "get_voucher", READ),
        ):
            function = self._function(id_, entry)
            self._let_use_table(function, action, VOUCHER)
            self._let_use_documents(function, "s3:GetObject")
            if entry == "list_vouchers":
                pages.let_sign(function)
            api.route(key, function, authorizer=signed_in)

    def _tell(self, bus: EventBus, alarms: AlarmTopic) -> None:
        """Publish every new status, and alarm people of those that failed."""
        publish = self._function("PublishChanges", "publish_changes")
        bus.let_publish(publish, source=event_source("vouchers"))
        self._follow("Publishing", publish, ["INSERT", "MODIFY"])
        alarms.watch(
            publish.metric_counted(FAILED).create_alarm(
                self,
                "VouchersFailed",
                alarm_description="Vouchers came to nothing, and no money is kept for them: their "
                "`reason` says why, the failure chain may say more",
                threshold=1,
                evaluation_periods=1,
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            )
        )

    def _deliver(self, sender: ses.IEmailIdentity, bus: EventBus) -> None:
        """Print what is paid, mail what is printed."""
        printing = self._service.source / "vouchers" / "requirements-pdf.txt"
        layer = self._service.layer(self, "Printing", printing)
        issue = self._function("IssueVoucher", "issue_voucher", layers=[layer])
        mail = self._function("MailVoucher", "mail_voucher")
        self._let_use_table(issue, READ, [*VOUCHER, *CODE])
        self._let_use_table(issue, WRITE, [*STANDING, "statusSince"])
        self._let_use_documents(issue, "s3:PutObject")
        again = self._function("MailAgain", "mail_again")
        for function in (mail, again):
            self._let_use_table(function, READ, VOUCHER)
            self._let_use_table(function, WRITE, [*STANDING, "statusSince"])
            self._let_use_documents(function, "s3:GetObject")
            let_send_mail(
                sender,
                function,
                address=self._config.mail_sender,
                variable="MAIL_SENDER",
                actions=RAW_MAIL,
            )
        self._follow("Issuing", issue, ["INSERT"])
        once = IdempotencyTable(self, "Once")
        EventConsumer(
            self,
            "OnDocument",
            bus=events.EventBus.from_event_bus_name(self, "DefaultBus", "default"),
            pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={"bucket": {"name": [self._documents.bucket_name]}},
            ),
            function=mail,
            failures=self._failures,
            once=once,
        )
        bus.subscribe(
            self,
            "OnMailRequested",
            source=event_source("vouchers"),
            detail_types=["VoucherMailRequested"],
            function=again,
            failures=self._failures,
            once=once,
        )

    def _take_requests(
        self, api: BusinessApi, signed_in: IHttpRouteAuthorizer, bus: EventBus
    ) -> None:
        """Let customers have a voucher mailed once more: an event tells who sends mails."""
        ask = self._function("AskForMail", "ask_for_mail")
        self._let_use_table(ask, READ, VOUCHER)
        self._let_use_table(ask, WRITE, HOUR)
        bus.let_publish(ask, source=event_source("vouchers"))
        api.route("POST /vouchers/{voucherId}/mails", ask, authorizer=signed_in)

    def _forget(self, bus: EventBus) -> None:
        """Take addresses out of what users have bought who are gone."""
        forget = self._function("ForgetUser", "forget_user")
        self._let_use_table(forget, "dynamodb:Query", FORGETTING)
        self._let_use_table(forget, WRITE, ["recipientEmail"])
        bus.subscribe(
            self,
            "OnUserDeleted",
            source=event_source("identity"),
            detail_types=["UserDeleted"],
            function=forget,
            failures=self._failures,
        )

    def _follow(self, id_: str, function: PythonFunction, changes: list[str]) -> None:
        """Hand a function the changes of vouchers; keys and payments are nobody's business."""
        voucher = {"Keys": {"itemId": {"S": [{"prefix": "voucher#"}]}}}
        StreamConsumer(
            self,
            id_,
            source=self._table,
            function=function,
            failures=self._failures,
            filters=[lambda_.FilterCriteria.filter({"eventName": changes, "dynamodb": voucher})],
            parks_after=FIVE_MINUTES,
        )

    def _let_use_table(
        self, function: PythonFunction, action: str, attributes: Sequence[str]
    ) -> None:
        self._table.let_use(function, action, variable="VOUCHERS_TABLE", attributes=attributes)

    def _let_use_documents(self, function: PythonFunction, action: str) -> None:
        self._documents.let_use(function, action, variable="DOCUMENTS_BUCKET", keys=PDF)

    def _function(
        self,
        id_: str,
        entry: str,
        environment: Mapping[str, str] | None = None,
        *,
        layers: list[lambda_.ILayerVersion] | None = None,
    ) -> PythonFunction:
        return PythonFunction(
            self,
            id_,
            service=self._service,
            entry=f"handlers.{entry}",
            environment=environment,
            timeout=HALF_A_MINUTE,
            layers=layers or (),
        )
