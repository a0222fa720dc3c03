"""Meter readings: files of any size, every row of which is stored or told why not.

Ranges of a file are messages of a queue, not items of a Step Functions map: SQS hands out what was
not done again by itself, and costs a tenth of the state transitions; their order does not matter.
"""

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk.aws_apigatewayv2 import IHttpRouteAuthorizer
from constructs import Construct

from constructs_lib.blocks import (
    BusinessApi,
    EventBus,
    FailureChain,
    QueueConsumer,
    StreamConsumer,
    UploadBucket,
    UserDirectory,
)
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
from stacks.readings_feed import FIVE_MINUTES, LiveFeed
from stacks.readings_rights import DELETE, GET, IMPORT_RIGHTS, QUERY, WRITE

PACKED = ("packed", "revision")
OWNER = "Owner"
ROUTES = (
    ("PUT /meters/{meterId}", "register_meter"),
    ("GET /meters", "list_meters"),
    ("GET /meters/{meterId}/readings", "list_readings"),
    ("POST /meters/{meterId}/readings", "take_readings"),
    ("POST /imports", "create_import"),
    ("GET /imports", "list_imports"),
    ("GET /imports/{importId}", "get_import"),
)
LISTS = ("list_meters", "list_readings", "list_imports")
COPIES, PARTS, REJECTS = "copies/", "parts/", "rejects/"
"""What the keys of files begin with, as `readings.adapters.import_files` writes them."""
LARGEST_FILE = 2 * 1024**3
CONTENT_TYPES = ("text/csv", "application/gzip")
HALF_A_MINUTE = Duration.seconds(30)
FIFTEEN_MINUTES = Duration.minutes(15)
WORK_KEPT = Duration.days(21)
"""A week more than the failure chain keeps what may be brought back."""
WHOLE_PROCESSOR = 1769
"""MiB of memory with which Lambda gives a function one processor (AWS Lambda, memory)."""
WORKERS = 20
"""How many ranges are worked on at once: a year of a customer in minutes, and room for others."""


class ReadingsStack(PlatformStack):
    """What is uploaded is planned, its ranges are worked on, the last one ends the import.

    What meters send themselves goes by a stream, see `readings_feed`.
    """

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
        alarms: AlarmTopic,
    ) -> None:
        super().__init__(scope, name, config=config, description="Meter readings", alarms=alarms)
        self._config = config
        self._service = service
        self._failures = FailureChain(self, "Failures", known_as=name.lower())
        self._readings = Table(self, "Readings", partition_key="meterId", sort_key="page")
        self._meters = Table(
            self,
            "Meters",
            partition_key="meterId",
            global_secondary_indexes=[
                dynamodb.GlobalSecondaryIndexPropsV2(
                    index_name=OWNER,
                    partition_key=_text("userId"),
                    sort_key=_text("meterId"),
                    projection_type=dynamodb.ProjectionType.KEYS_ONLY,
                )
            ],
        )
        self._imports = Table(
            self,
            "Imports",
            partition_key="userId",
            sort_key="itemId",
            time_to_live_attribute="expiration",
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
        )
        self._uploads = UploadBucket(
            self,
            "Uploads",
            origins=[site_origin],
            largest=LARGEST_FILE,
            content_types=CONTENT_TYPES,
        )
        self._files = Bucket(
            self,
            "Files",
            # The site shows the first rejects.
            cors=[s3.CorsRule(allowed_methods=[s3.HttpMethods.GET], allowed_origins=[site_origin])],
            lifecycle_rules=[
                s3.LifecycleRule(prefix=prefix, expiration=WORK_KEPT) for prefix in (COPIES, PARTS)
            ],
        )
        api = BusinessApi(self, "Api", allow_origins=[site_origin])
        self._answer(api, users.authorizer())
        self._work()
        self._tell(bus)
        self._forget(bus)
        self.url = config.endpoints.api(api.http_api.api_id) if config.endpoints else api.url
        cdk.CfnOutput(self, "ApiUrl", value=self.url)
        cdk.CfnOutput(self, "FailureQueueUrl", value=self._failures.queue.queue_url)

    def _answer(self, api: BusinessApi, signed_in: IHttpRouteAuthorizer) -> None:
        """Take imports, and show them, meters and readings."""
        pages = SigningKey(self, "Pages", signs=OF_PAGES)
        for key, entry in ROUTES:
            function = self._function(entry)
            if entry in LISTS:
                pages.let_sign(function)
            if entry == "create_import":
                self._uploads.let_offer(function)
            if entry in ("list_imports", "get_import"):
                self._let_use_files(function, "s3:GetObject", REJECTS)
            if entry == "register_meter":
                self._let_use_meters(function, WRITE)
            if entry == "list_meters":
                self._meters.let_query(function, OWNER, variable="METERS_TABLE")
            if entry in ("list_readings", "take_readings"):
                self._let_use_meters(function, GET)
            if entry == "list_readings":
                self._let_use_readings(function, QUERY)
            if entry == "take_readings":
                self._feed(function)
            api.route(key, function, authorizer=signed_in)

    def _feed(self, take: PythonFunction) -> None:
        """Store what meters send themselves."""
        store = self._function("store_readings", timeout=FIVE_MINUTES)
        self._let_use_meters(store, GET)
        for action in (GET, WRITE):
            self._let_use_readings(store, action)
        LiveFeed(self, "Feed", take=take, store=store, failures=self._failures)

    def _work(self) -> None:
        """Plan what has arrived, work on its ranges, and end what is worked off."""
        takes = self._config.range_takes
        ranges, finishing = self._queue("Ranges", takes), self._queue("Finishing", FIFTEEN_MINUTES)
        plan = self._function("plan_import", timeout=FIFTEEN_MINUTES, memory=WHOLE_PROCESSOR)
        work = self._function(
            "import_range",
            {"WORK_SECONDS": str(takes.to_seconds() // 3)},
            timeout=takes,
            memory=WHOLE_PROCESSOR,
        )
        finish = self._function("finish_import", timeout=FIFTEEN_MINUTES)
        self._uploads.let_read(plan)
        for function in (plan, finish):
            self._uploads.let_delete(function)
        for function in (plan, work):
            ranges.let_send(function, variable="RANGES_QUEUE_URL")
            finishing.let_send(function, variable="FINISHING_QUEUE_URL")
        for function, action, prefix in (
            (plan, "s3:GetObject", COPIES),
            (plan, "s3:PutObject", COPIES),
            (plan, "s3:AbortMultipartUpload", COPIES),
            (work, "s3:GetObject", COPIES),
            (work, "s3:PutObject", PARTS),
            (finish, "s3:GetObject", PARTS),
            (finish, "s3:PutObject", REJECTS),
            (finish, "s3:AbortMultipartUpload", REJECTS),
        ):
            self._let_use_files(function, action, prefix)
        self._let_use_files(finish, "s3:DeleteObject", COPIES, PARTS, REJECTS)
        self._let_use_meters(work, GET)
        for action in (GET, WRITE):
            self._let_use_readings(work, action)
        self._uploads.subscribe(self, "OnUpload", function=plan, failures=self._failures)
        for id_, queue, function, at_once in (
            ("Working", ranges, work, WORKERS),
            ("Ending", finishing, finish, None),
        ):
            QueueConsumer(
                self,
                id_,
                queue=queue,
                function=function,
                failures=self._failures,
                # A message may take all the time that there is.
                batch_size=1,
                max_concurrency=at_once,
                parks_after=FIVE_MINUTES,
            )

    def _tell(self, bus: EventBus) -> None:
        """Publish how far imports have come, and how they have ended."""
        publish = self._function("publish_changes")
        bus.let_publish(publish, source=event_source("readings"))
        changed = [
            {"eventName": names, "dynamodb": {"Keys": {"itemId": {"S": [{"prefix": prefix}]}}}}
            for prefix, names in (("import#", ["MODIFY"]), ("range#", ["INSERT", "MODIFY"]))
        ]
        StreamConsumer(
            self,
            "Publishing",
            source=self._imports,
            function=publish,
            failures=self._failures,
            filters=[lambda_.FilterCriteria.filter(each) for each in changed],
            parks_after=FIVE_MINUTES,
        )

    def _forget(self, bus: EventBus) -> None:
        """Forget users who are gone, with their meters and all readings."""
        takes = str(self._config.range_takes.to_seconds())
        forget = self._function("forget_user", {"RANGE_SECONDS": takes}, timeout=FIFTEEN_MINUTES)
        self._uploads.let_delete(forget)
        self._let_use_files(forget, "s3:DeleteObject", COPIES, PARTS, REJECTS)
        self._meters.let_query(forget, OWNER, variable="METERS_TABLE")
        self._let_use_meters(forget, DELETE)
        for action in (QUERY, DELETE):
            self._readings.let_use(forget, action, variable="READINGS_TABLE", attributes=())
        bus.subscribe(
            self,
            "OnUserDeleted",
            source=event_source("identity"),
            detail_types=["UserDeleted"],
            function=forget,
            failures=self._failures,
        )

    def _let_use_readings(self, function: PythonFunction, action: str) -> None:
        self._readings.let_use(function, action, variable="READINGS_TABLE", attributes=PACKED)

    def _let_use_meters(self, function: PythonFunction, action: str) -> None:
        self._meters.let_use(function, action, variable="METERS_TABLE", attributes=["userId"])

    def _let_use_files(self, function: PythonFunction, action: str, *prefixes: str) -> None:
        for prefix in prefixes:
            self._files.let_use(function, action, variable="FILES_BUCKET", keys=f"{prefix}*")

    def _queue(self, id_: str, takes: Duration) -> Queue:
        return Queue(
            self,
            id_,
            visibility_timeout=Duration.seconds(self._config.hidden_times * takes.to_seconds()),
            dead_letter_queue=self._failures.dead_letter_queue(),
        )

    def _function(
        self,
        entry: str,
        environment: Mapping[str, str] | None = None,
        *,
        timeout: Duration = HALF_A_MINUTE,
        memory: int = 512,
    ) -> PythonFunction:
        function = PythonFunction(
            self,
            entry.title().replace("_", ""),
            service=self._service,
            entry=f"handlers.{entry}",
            environment=environment,
            timeout=timeout,
            memory_size=memory,
        )
        for action, attributes in IMPORT_RIGHTS.get(entry, {}).items():
            self._imports.let_use(function, action, variable="IMPORTS_TABLE", attributes=attributes)
        return function


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
