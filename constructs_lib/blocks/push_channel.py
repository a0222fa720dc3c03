"""The back end tells the browser: a WebSocket API that pushes to the user concerned only."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as event_sources
from aws_cdk import aws_logs as logs
from constructs import Construct

from constructs_lib.asked_once import made_in, path_of
from constructs_lib.blocks.event_bus import AnyBus
from constructs_lib.blocks.event_consumer import EventConsumer
from constructs_lib.blocks.failure_chain import FailureChain
from constructs_lib.blocks.push_permissions import allow_functions
from constructs_lib.blocks.push_socket import STAGE, make_socket_api
from constructs_lib.blocks.push_subscriptions import PushSubscriptions
from constructs_lib.grants import grant_send_to_connections
from constructs_lib.interfaces import AnyFunction
from constructs_lib.primitives import BuildTarget, PythonFunction, PythonService, Table
from constructs_lib.telling import tell

RUNTIME = Path(__file__).parent.parent / "runtime"
TEN_SECONDS = Duration.seconds(10)
"""For `$connect` too: until then a connection may be known here and not yet to API Gateway."""
ONE_HOUR = Duration.hours(1)
ONE_MINUTE = Duration.minutes(1)
FIVE_MINUTES = Duration.minutes(5)
MOST_CONNECTIONS = 100
"""More of one user are no person's tabs; each is served in its turn."""
MOST_RETRIES = 10_000
"""The largest number Lambda takes: the age of a record ends its retries, not their count."""
FOR_DELIVERY = [
    {"eventName": ["INSERT"], "dynamodb": {"Keys": {"itemId": {"S": [{"prefix": "message#"}]}}}},
    {
        "eventName": ["INSERT", "MODIFY"],
        "dynamodb": {"Keys": {"itemId": {"S": [{"prefix": "resume#"}]}}},
    },
]


class PushChannel(Construct):
    """A WebSocket API whose connections get the events of a bus that concern their user.

    ::

        push = PushChannel(self, "Push", failures=failures)
        push.subscribe(bus, source="shop.orders", detail_types=["OrderShipped"])
        push.let_issue_tickets(create_ticket)

    *Connecting* takes a one-use ticket, since a URL is logged on its way and a token must not be.
    A function of yours, which knows its caller, puts
    `{"ticketHash": <SHA-256 of the ticket, hex>, "userId", "expiresAt": <epoch second>}` into
    `tickets` and hands the ticket out; the browser opens `<url>?ticket=<ticket>`. Tickets that were
    used, have expired or are unknown are refused (403), as is a connection without one (401).

    *Messages* are `{"type","id","time","data"}`: an event's detail type, a number of 12 digits that
    counts the user's messages without a gap, `detail.metadata.time` and `detail.data`. They go to
    every connection of `detail.data.userId`, or whom a subscription's events name elsewhere, and
    nobody else's, in the order of their ids: that is
    the order in which events arrive, which EventBridge does not promise to be that of publishing.
    An event comes once, by `detail.metadata.id`, also when it is replayed. A browser that
    reconnects with `&after=<last id>` and then sends `{"action": "resume"}` gets what it missed. It
    ignores an id that is not greater than its last one: after a crash of the function that delivers
    some may come again. `{"action": "ping"}` is answered with `{"type": "pong"}`; API Gateway ends
    connections that are silent for 10 minutes, and each after 2 hours.

    *Nothing is lost, nobody waits for others*: events that name no user or make a message larger
    than 128 KB end in the failure chain. A connection that cannot take a message gets another turn
    after everybody else; one that failed five times running is ended, and so is a user's oldest
    above `connections_per_user`: their browsers come back and get the rest. Only while the table
    does not answer does delivery wait, for 5 minutes; then a note in the chain says where in the
    table's stream to look. WebSocket APIs have no access log here: it needs a role of the whole
    account; each function writes a line for what it did.

    :param failures: where events end that cannot be pushed.
    :param connections_per_user: how many tabs and devices of a user are told, 1 to 100.
        Default: 20.
    :param callback_url: returns where functions reach connections, from the API's id. Default: AWS.
    :param message_retention: how long what was missed can be had. Default: 1 hour.
    :param removal_policy: what becomes of tables and logs when they leave their stack. Default:
        that of :class:`Defaults`, else they are retained.
    :param log_level: the least severe level that is logged. Default: INFO.
    :param log_retention: how long logs are kept. Default: as above, else three months.
    :param target: what the functions are built for. Default: Python in Lambda.
    :raises ValueError: if the retention is less than a minute, or the number out of its bounds.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        failures: FailureChain,
        connections_per_user: int = 20,
        callback_url: Callable[[str], str] | None = None,
        message_retention: Duration = ONE_HOUR,
        removal_policy: RemovalPolicy | None = None,
        log_level: lambda_.ApplicationLogLevel = lambda_.ApplicationLogLevel.INFO,
        log_retention: logs.RetentionDays | None = None,
        target: BuildTarget | None = None,
    ) -> None:
        super().__init__(scope, id_)
        made_in(scope, id_, self)
        if message_retention.to_seconds() < 60:
            raise ValueError(
                "message_retention must be at least 1 minute, "
                f"got {message_retention.to_human_string()} (at {path_of(self)})"
            )
        if not 1 <= connections_per_user <= MOST_CONNECTIONS:
            raise ValueError(
                f"connections_per_user must be between 1 and {MOST_CONNECTIONS}, "
                f"got {connections_per_user} (at {path_of(self)})"
            )
        self._failures = failures
        self._service = PythonService(
            name="push_channel",
            source=RUNTIME,
            target=target or BuildTarget(),
            log_level=log_level,
            log_retention=log_retention,
            log_removal_policy=removal_policy,
        )
        self.tickets = Table(
            self,
            "Tickets",
            partition_key="ticketHash",
            time_to_live_attribute="expiresAt",
            removal_policy=removal_policy,
        )
        self.table = Table(
            self,
            "Channel",
            partition_key="userId",
            sort_key="itemId",
            time_to_live_attribute="expiresAt",
            # A record says whose turn it is; what is sent stays in the table, out of every note.
            stream=dynamodb.StreamViewType.KEYS_ONLY,
            removal_policy=removal_policy,
        )
        self.authorize = self._function("Authorize", self.tickets)
        self.connect = self._function("Connect", self.table)
        self.disconnect = self._function("Disconnect", self.table)
        self.answer = self._function("Answer", self.table)
        self.accept = self._function("Accept", self.table)
        self.accept.add_environment("MESSAGE_SECONDS", str(message_retention.to_seconds()))
        self.deliver = self._function("Deliver", self.table, timeout=ONE_MINUTE)
        for function in (self.connect, self.deliver):
            function.add_environment("CONNECTIONS_A_USER", str(connections_per_user))
        made = (self.authorize, self.connect, self.disconnect, self.answer, self.accept)
        by_entry = {each.node.id.lower(): each for each in (*made, self.deliver)}
        allow_functions(self.tickets, self.table, by_entry)
        self._subscriptions = PushSubscriptions(self, failures)
        self.api, self.stage = make_socket_api(self, by_entry)
        self._deliver_changes(callback_url)

    @property
    def url(self) -> str:
        """The address browsers connect to, without a ticket."""
        return self.stage.url

    def subscribe(
        self,
        bus: AnyBus | events.IEventBus,
        /,
        *,
        source: str,
        detail_types: Sequence[str],
        user_key: str = "userId",
        plain: bool = False,
        id_: str | None = None,
    ) -> EventConsumer:
        """Push one source's events of some types; call it as often as there are any.

        :param bus: ours, or any other, such as an imported one.
        :param source: whose events, such as `shop.orders`.
        :param detail_types: names of events, such as `OrderShipped`.
        :param user_key: where their data names the user, such as `customer.id`. Default: `userId`.
        :param plain: whether they come without our envelope: their whole `detail` is the data then,
            its id and its time are EventBridge's. Default: they have `detail.metadata` and
            `detail.data`.
        :param id_: the subscription's id in this construct. Default: the source; of the second one
            of a source it must be said.
        :raises ValueError: if there are no types, `source` cannot be a publisher's, the id is
            taken, or the user of the same events is elsewhere already.
        """
        return self._subscriptions.add(
            id_ or source,
            bus,
            source=source,
            detail_types=detail_types,
            function=self.accept,
            user_key=user_key,
            plain=plain,
        )

    def forget_on(
        self,
        bus: AnyBus | events.IEventBus,
        /,
        *,
        source: str,
        detail_types: Sequence[str],
        user_key: str = "userId",
        plain: bool = False,
        id_: str = "Forgetting",
    ) -> EventConsumer:
        """Forget a user once one source's events say that they are gone; see :meth:`subscribe`.

        :raises ValueError: as there.
        """
        forget = self.node.try_find_child("Forget")
        if not isinstance(forget, PythonFunction):
            forget = self._function("Forget", self.table, timeout=ONE_MINUTE)
            for action in ("Query", "DeleteItem"):
                self.table.grant_attributes(forget, f"dynamodb:{action}", attributes=())
        return self._subscriptions.add(
            id_,
            bus,
            source=source,
            detail_types=detail_types,
            function=forget,
            user_key=user_key,
            plain=plain,
        )

    def let_issue_tickets(self, function: AnyFunction, /) -> iam.Grant:
        """Tell a function where tickets go (`TICKETS_TABLE`), and allow it to put them there."""
        tell(function, "TICKETS_TABLE", self.tickets.table_name, at=path_of(self))
        return self.grant_issue_tickets(function)

    def grant_issue_tickets(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow `grantee` to put tickets into `tickets`, and nothing else."""
        return self.tickets.grant_attributes(
            grantee, "dynamodb:PutItem", attributes=["userId", "expiresAt"]
        )

    def _deliver_changes(self, callback_url: Callable[[str], str] | None) -> None:
        url = callback_url(self.api.api_id) if callback_url else self.stage.callback_url
        self.deliver.add_environment("CONNECTIONS_URL", url)
        grant_send_to_connections(self.api, self.deliver, stage=STAGE)
        self.deliver.add_event_source(
            event_sources.DynamoEventSource(
                self.table,
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                batch_size=100,
                filters=[lambda_.FilterCriteria.filter(pattern) for pattern in FOR_DELIVERY],
                bisect_batch_on_error=True,
                report_batch_item_failures=True,
                retry_attempts=MOST_RETRIES,
                max_record_age=FIVE_MINUTES,
                on_failure=cast(
                    lambda_.IEventSourceDlq, event_sources.SnsDlq(self._failures.topic)
                ),
            )
        )

    def _function(
        self, id_: str, table: Table, *, timeout: Duration = TEN_SECONDS
    ) -> PythonFunction:
        """Make a function that is told of one table."""
        return PythonFunction(
            self,
            id_,
            service=self._service,
            entry=id_.lower(),
            environment={f"{table.node.id.upper()}_TABLE": table.table_name},
            timeout=timeout,
        )
