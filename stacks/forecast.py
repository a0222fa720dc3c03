"""The weather of the day ahead: fetched at night, answered from what was stored."""

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.blocks import PUBLIC, BusinessApi, EventBus, FailureChain, ScheduledTask
from constructs_lib.primitives import AlarmTopic, PythonFunction, PythonService, Table
from stacks.base import PlatformStack, event_source
from stacks.config import StageConfig

# Three tries of every region, when the provider is slow, before Lambda tries it all again.
TWO_MINUTES = cdk.Duration.minutes(2)


class ForecastStack(PlatformStack):
    """A nightly task that fills a table, and a public route that reads it."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        /,
        *,
        config: StageConfig,
        service: PythonService,
        site_origin: str,
        bus: EventBus,
        alarms: AlarmTopic,
    ) -> None:
        super().__init__(
            scope, name, config=config, description="The weather of the day ahead", alarms=alarms
        )
        table = Table(self, "Forecasts", partition_key="date")
        failures = FailureChain(
            self,
            "Failures",
            known_as=name.lower(),
        )

        fetch = PythonFunction(
            self,
            "FetchForecast",
            service=service,
            entry="handlers.fetch_forecast",
            environment={"WEATHER_URL": config.weather_url},
            timeout=TWO_MINUTES,
        )
        table.let_use(
            fetch,
            "dynamodb:PutItem",
            variable="FORECAST_TABLE",
            attributes=["fetchedAt", "forecast"],
        )
        bus.let_publish(fetch, source=event_source("forecast"))
        ScheduledTask(
            self,
            "Nightly",
            function=fetch,
            failures=failures,
            at=scheduler.ScheduleExpression.cron(
                hour="2", minute="0", time_zone=cdk.TimeZone.of("Europe/London")
            ),
        )

        read = PythonFunction(
            self,
            "GetForecast",
            service=service,
            entry="handlers.get_forecast",
            tracing=lambda_.Tracing.PASS_THROUGH,
        )
        table.let_use(read, "dynamodb:GetItem", variable="FORECAST_TABLE", attributes=["forecast"])
        api = BusinessApi(
            self,
            "Api",
            allow_origins=[site_origin],
        )
        route = api.route("GET /forecast", read, authorizer=PUBLIC)
        acknowledge(route, APIG4="the weather is for everybody to read")
        self.url = config.endpoints.api(api.http_api.api_id) if config.endpoints else api.url
        cdk.CfnOutput(self, "ApiUrl", value=self.url)
        cdk.CfnOutput(self, "FailureQueueUrl", value=failures.queue.queue_url)
