"""The bus microservices talk over, with an archive to replay from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from constructs_lib.announce import EVENT_BUS, announce
from constructs_lib.asked_once import is_unresolved, path_of
from constructs_lib.blocks.event_consumer import EventConsumer
from constructs_lib.blocks.failure_chain import FailureChain
from constructs_lib.blocks.idempotency_table import IdempotencyTable
from constructs_lib.blocks.last_failures import ONE_HOUR
from constructs_lib.defaults import Defaults
from constructs_lib.interfaces import AnyFunction
from constructs_lib.telling import tell

if TYPE_CHECKING:
    # Loaded where there is a state machine only: it takes its time.
    from aws_cdk import aws_stepfunctions as sfn

THIRTY_DAYS = Duration.days(30)


class AnyBus:
    """What is done with a bus, whoever made it; see :meth:`EventBus.of`.

    :param bus: made elsewhere in the app, or imported.
    :param takes_aws: whether events of AWS's own services come over it.
    :param at: what errors call it. Default: its path.
    """

    def __init__(
        self, bus: events.IEventBus, *, takes_aws: bool = True, at: str | None = None
    ) -> None:
        self.bus = bus
        self._takes_aws = takes_aws
        self._at = at or bus.node.path

    def subscribe(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        source: str | Sequence[str],
        detail_types: Sequence[str],
        detail: Mapping[str, Any] | None = None,
        function: AnyFunction | None = None,
        state_machine: sfn.IStateMachine | None = None,
        queue: sqs.IQueue | None = None,
        failures: FailureChain,
        once: IdempotencyTable | None = None,
        retry_attempts: int | None = None,
        max_event_age: Duration = ONE_HOUR,
        dead_letters_elsewhere: bool = False,
    ) -> EventConsumer:
        """Let a function, a state machine or a queue have events of some types.

        :class:`EventConsumer` says what becomes of an event, and documents what is not said here.

        :param scope: the consumer's stack, not the bus's.
        :param source: whose events, such as `shop.orders`, or several of them: then each of them
            can tell what another one has to say, as one cannot where each has a subscription.
        :param detail_types: names of events, such as `OrderPlaced`.
        :param detail: what their details must hold besides, as a pattern, such as
            `{"data": {"country": ["GB", {"prefix": "D"}]}}`. Default: anything.
        :raises ValueError: if there are no names: a rule for everything is never meant; if a
            `source` cannot be a publisher's here; or as `EventConsumer`.
        """
        at = f"{path_of(scope)}/{id_}"
        sources = [source] if isinstance(source, str) else list(source)
        for each in sources or [""]:
            _check_source(each, at, aws=self._takes_aws)
        if not detail_types:
            raise ValueError(f"detail_types must name an event at least (at {at})")
        return EventConsumer(
            scope,
            id_,
            bus=self.bus,
            pattern=events.EventPattern(
                source=sources, detail_type=list(detail_types), detail=detail
            ),
            function=function,
            state_machine=state_machine,
            queue=queue,
            failures=failures,
            once=once,
            retry_attempts=retry_attempts,
            max_event_age=max_event_age,
            dead_letters_elsewhere=dead_letters_elsewhere,
        )

    def let_publish(self, function: AnyFunction, /, *, source: str) -> iam.Grant:
        """Tell a function the bus's name, and allow it what `grant_publish` does.

        It finds the name in its variable EVENT_BUS_NAME, where the runtime kit looks for it.

        :raises ValueError: as `grant_publish`, or if the function cannot be told.
        """
        tell(function, "EVENT_BUS_NAME", self.bus.event_bus_name, at=self._at)
        return self.grant_publish(function, source=source)

    def grant_publish(self, grantee: iam.IGrantable, /, *, source: str) -> iam.Grant:
        """Allow `grantee` to put events of one source on the bus, and nothing else.

        A call may bring ten events. All of them must name the source, which is why the condition
        asks for all values, and for there being one ("Using IAM policy conditions in Amazon
        EventBridge", allowed sources of a list).

        :param source: what the events name as their source, such as `shop.orders`.
        :raises ValueError: if it cannot be a publisher's.
        """
        _check_source(source, self._at)
        return iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["events:PutEvents"],
            resource_arns=[self.bus.event_bus_arn],
            conditions={
                "ForAllValues:StringEquals": {"events:source": source},
                "Null": {"events:source": "false"},
            },
        )


class EventBus(AnyBus, Construct):
    """An EventBridge bus of its own that remembers every event for a while.

    Each publisher speaks in the name of one source, and who listens says whose events are meant::

        bus = EventBus(self, "Bus")
        bus.let_publish(place_order, source="shop.orders")
        bus.subscribe(
            self, "OnOrderPlaced", source="shop.orders", detail_types=["OrderPlaced"],
            function=ship, failures=failures,
        )

    A bus that is there already, of another stack, another app or AWS, is `EventBus.of(bus)`: it
    has all of this but an archive, and the command `events` does not find it.

    :param archive_retention: how long events can be replayed, whole days. Default: 30 days.
    :param removal_policy: what becomes of bus and archive when they leave their stack. Default:
        that of :class:`Defaults`, else they are retained.
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
        removal_policy: RemovalPolicy | None = None,
        known_as: str | None = None,
    ) -> None:
        Construct.__init__(self, scope, id_)
        if not archive_retention.is_unresolved() and archive_retention.to_seconds() < 86_400:
            raise ValueError(
                "archive_retention must be at least 1 day, "
                f"got {archive_retention.to_human_string()} (at {path_of(self)})"
            )
        bus = events.EventBus(self, "Bus")
        AnyBus.__init__(self, bus, takes_aws=False, at=path_of(self))
        announce(bus, EVENT_BUS, known_as, at=path_of(self))
        self.archive = bus.archive(
            "Archive",
            description="Every event, to replay what a consumer lost or got wrong",
            event_pattern=events.EventPattern(account=[bus.stack.account]),
            retention=archive_retention,
        )
        for resource in (bus, self.archive):
            resource.apply_removal_policy(Defaults.of(self).removal_policy(removal_policy))

    @staticmethod
    def of(bus: events.IEventBus) -> AnyBus:
        """Return what is done with a bus that is there already; it gets no archive.

        ::

            default = events.EventBus.from_event_bus_name(self, "Default", "default")
            EventBus.of(default).subscribe(
                self, "OnUpload", source="aws.s3", detail_types=["Object Created"],
                detail={"bucket": {"name": [uploads.bucket_name]}},
                function=read, failures=failures,
            )

        :param bus: made elsewhere in the app, or imported, of this account and region.
        """
        return AnyBus(bus)


def _check_source(source: str, path: str, *, aws: bool = False) -> None:
    if is_unresolved(source):
        return
    if not source or (source.startswith("aws.") and not aws) or "*" in source:
        raise ValueError(
            "source must name one service, such as 'shop.orders', and not begin with 'aws.', which"
            f" is AWS's own and comes over no bus but the default one, got {source!r} (at {path})"
        )
