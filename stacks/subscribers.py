"""Who gets the newsletter: for services that ask, and for who wants no more of it."""

import aws_cdk as cdk
from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.blocks import PUBLIC, BusinessApi, FailureChain, ScheduledTask
from constructs_lib.defaults import Defaults
from constructs_lib.grants import let_invoke
from constructs_lib.primitives import PythonFunction, PythonService, SigningKey, Table

TEN_SECONDS = Duration.seconds(10)
INDEX, INDEX_KEY = "Subscribers", "subscribedTo"
READ_BY_OTHERS = ("newsletter", "email")
ENDED_BY_LINK = ("newsletter", INDEX_KEY, "newsletterSince", "updatedAt", "version")
INDEXED = ("newsletter", INDEX_KEY)


class Subscribers(Construct):
    """The index of the users' table, who may ask for it, and the links in mails.

    :param service: whose functions they are.
    :param table: the users', with the index.
    :param api: where the links lead.
    :param url: its address, as mails say it.
    :param site_url: the website, which what the links show leads back to.
    :param failures: where a night ends that has failed.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        service: PythonService,
        table: Table,
        api: BusinessApi,
        url: str,
        site_url: str,
        failures: FailureChain,
    ) -> None:
        super().__init__(scope, id_)
        self._service = service
        self._table = table
        self._answer(url)
        self._unsubscribe(api, site_url)
        self._index(failures)

    def let_list(self, function: lambda_.Function, /) -> None:
        """Let a function of another service list subscribers, by their ids alone.

        It finds whom to invoke in LIST_SUBSCRIBERS_FUNCTION: `{"limit", "nextToken"?}` →
        `{"userIds", "nextToken"?}` from the index, a moment late.
        """
        let_invoke(self.listing, function, variable="LIST_SUBSCRIBERS_FUNCTION")

    def let_ask(self, function: lambda_.Function, /) -> None:
        """Let a function of another service list subscribers and ask how they are reached.

        Beside `let_list`, it finds whom to invoke in DESCRIBE_SUBSCRIBERS_FUNCTION: `{"userIds"}`,
        at most 100 → `{"subscribers": [{"userId", "email", "unsubscribeUrl"}],
        "others": [{"userId", "reason"}]}` as it is now.
        """
        self.let_list(function)
        let_invoke(self.describing, function, variable="DESCRIBE_SUBSCRIBERS_FUNCTION")

    def _answer(self, url: str) -> None:
        self.listing = self._function("list_subscribers")
        self._table.let_query(self.listing, INDEX, variable="USERS_TABLE")
        self.describing = self._function("describe_subscribers")
        self.describing.add_environment("UNSUBSCRIBE_URL", f"{url}/unsubscribe")
        self._let_use_table(self.describing, "dynamodb:BatchGetItem", READ_BY_OTHERS)
        # It stays with the users: links in mails are followed years later.
        self._links = SigningKey(
            self,
            "Links",
            signs="links to unsubscribe",
            removal_policy=Defaults.of(self).removal_policy(None),
        )
        self._links.let_sign(self.describing)

    def _unsubscribe(self, api: BusinessApi, site_url: str) -> None:
        """Let programs and persons follow a link; only what is posted changes something."""
        show, unsubscribe = self._function("show_unsubscribe"), self._function("unsubscribe")
        self._let_use_table(unsubscribe, "dynamodb:UpdateItem", ENDED_BY_LINK)
        for key, function in (("GET /unsubscribe", show), ("POST /unsubscribe", unsubscribe)):
            self._links.let_sign(function)
            function.add_environment("SITE_URL", site_url)
            route = api.route(key, function, authorizer=PUBLIC)
            acknowledge(route, APIG4="who comes here has a link that we have signed")

    def _index(self, failures: FailureChain) -> None:
        """Index each night who had decided before there was an index."""
        index = self._function("index_subscribers", timeout=Duration.minutes(15))
        self._let_use_table(index, "dynamodb:Scan", INDEXED)
        self._let_use_table(index, "dynamodb:UpdateItem", INDEXED)
        ScheduledTask(
            self,
            "Nightly",
            function=index,
            failures=failures,
            at=scheduler.ScheduleExpression.cron(
                hour="2", minute="30", time_zone=cdk.TimeZone.of("Europe/London")
            ),
        )

    def _let_use_table(
        self, function: PythonFunction, action: str, attributes: tuple[str, ...]
    ) -> None:
        self._table.let_use(function, action, variable="USERS_TABLE", attributes=attributes)

    def _function(self, entry: str, *, timeout: Duration = TEN_SECONDS) -> PythonFunction:
        return PythonFunction(
            self,
            entry.title().replace("_", ""),
            service=self._service,
            entry=f"handlers.{entry}",
            timeout=timeout,
        )
