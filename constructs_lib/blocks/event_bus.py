"""The bus microservices talk over, with an archive to replay from."""

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy, Token
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from constructs_lib.announce import EVENT_BUS, announce
from constructs_lib.blocks.event_consumer import EventConsumer
from constructs_lib.blocks.failure_chain import FailureChain
from constructs_lib.blocks.idempotency_table import IdempotencyTable
from constructs_lib.blocks.last_failures import ONE_HOUR
from constructs_lib.telling import tell

THIRTY_DAYS = Duration.days(30)


class EventBus(Construct):
    """An EventBridge bus of its own that remembers every event for a while.

    Each publisher speaks in the name of one source, and who listens says whose events are meant::

        bus = EventBus(self, "Bus")
        bus.let_publish(place_order, source="shop.orders")
        bus.subscribe(
            self, "OnOrderPlaced", source="shop.orders", detail_types=["OrderPlaced"],
            function=ship, failures=failures,
        )

    :param archive_retention: how long events can be replayed, whole days. Default: 30 days.
    :param removal_policy: what becomes of bus and archive when they leave their stack. Default:
        they are retained.
    :param known_as: what the command `events` calls it, which finds it by a tag, see
        :mod:`constructs_lib.announce`. Default: its path.
    :raises ValueError: if the retention is less than a day, or AWS would refuse `known_as` as a
        tag.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        archive_retention: Duration = THIRTY_DAYS,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        known_as: str | None = None,
    ) -> None:
        super().__init__(scope, id_)
        if not archive_retention.is_unresolved() and archive_retention.to_seconds() < 86_400:
            raise ValueError(
                "archive_retention must be at least 1 day, "
                f"got {archive_retention.to_human_string()} (at {self.node.path})"
            )
        self.bus = events.EventBus(self, "Bus")
        announce(self.bus, EVENT_BUS, known_as, at=self.node.path)
        self.archive = self.bus.archive(
            "Archive",
            description="Every event, to replay what a consumer lost or got wrong",
            event_pattern=events.EventPattern(account=[self.bus.stack.account]),
            retention=archive_retention,
        )
        for resource in (self.bus, self.archive):
            resource.apply_removal_policy(removal_policy)

    def subscribe(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        source: str,
        detail_types: Sequence[str],
        function: lambda_.IFunction,
        failures: FailureChain,
        once: IdempotencyTable | None = None,
        retry_attempts: int = 2,
        max_event_age: Duration = ONE_HOUR,
    ) -> EventConsumer:
        """Let a function react to one source's events of some types; see :class:`EventConsumer`.

        :param scope: the consumer's stack, not the bus's.
        :param source: whose events, such as `shop.orders`. Events of several sources take a rule
            each, so that none of them can tell what another one has to say.
        :param detail_types: names of events, such as `OrderPlaced`.
        :raises ValueError: if there are no names: a rule for everything is never meant; or if
            `source` cannot be a publisher's.
        """
        _check_source(source, f"{scope.node.path}/{id_}")
        if not detail_types:
            raise ValueError(
                f"detail_types must name an event at least (at {scope.node.path}/{id_})"
            )
        return EventConsumer(
            scope,
            id_,
            bus=self.bus,
            pattern=events.EventPattern(source=[source], detail_type=list(detail_types)),
            function=function,
            failures=failures,
            once=once,
            retry_attempts=retry_attempts,
            max_event_age=max_event_age,
        )

    def let_publish(self, function: lambda_.IFunction, /, *, source: str) -> iam.Grant:
        """Tell a function the bus's name, and allow it what `grant_publish` does.

        It finds the name in its variable EVENT_BUS_NAME, where the runtime kit looks for it.

        :raises ValueError: as `grant_publish`, or if the function cannot be told.
        """
        tell(function, "EVENT_BUS_NAME", self.bus.event_bus_name, at=self.node.path)
        return self.grant_publish(function, source=source)

    def grant_publish(self, grantee: iam.IGrantable, /, *, source: str) -> iam.Grant:
        """Allow `grantee` to put events of one source on the bus, and nothing else.

        A call may bring ten events. All of them must name the source, which is why the condition
        asks for all values, and for there being one ("Using IAM policy conditions in Amazon
        EventBridge", allowed sources of a list).

        :param source: what the events name as their source, such as `shop.orders`.
        :raises ValueError: if it cannot be a publisher's.
        """
        _check_source(source, self.node.path)
        return iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["events:PutEvents"],
            resource_arns=[self.bus.event_bus_arn],
            conditions={
                "ForAllValues:StringEquals": {"events:source": source},
                "Null": {"events:source": "false"},
            },
        )


def _check_source(source: str, path: str) -> None:
    if Token.is_unresolved(source):
        return
    if not source or source.startswith("aws.") or "*" in source:
        raise ValueError(
            "source must name one service, such as 'shop.orders', and not begin with 'aws.', which"
            f" is AWS's own, got {source!r} (at {path})"
        )
