"""What holds beneath a construct for all that is told nothing else: one policy for an app."""

from typing import Any, Protocol
from weakref import WeakKeyDictionary

from aws_cdk import RemovalPolicy
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import IConstruct

from constructs_lib.asked_once import node_of, path_of
from constructs_lib.interfaces import AnyKey

_said: WeakKeyDictionary[IConstruct, dict[str, Any]] = WeakKeyDictionary()
_around: WeakKeyDictionary[IConstruct, list[IConstruct]] = WeakKeyDictionary()
"""What a construct lies in, the nearest first: it never changes, and the CDK takes time to say."""


class Watcher(Protocol):
    """Tells people of alarms, as :class:`AlarmTopic` does."""

    def watch(self, *alarms: cloudwatch.AlarmBase) -> None:
        """Tell people when an alarm goes off."""


class Defaults:
    """What blocks and primitives beneath a construct take where they are given no argument.

    An argument wins, then what was said of the nearest construct around, each value by itself. It
    holds for what is made afterwards, so say it first::

        class ShopStack(Stack):
            def __init__(self, scope, id_, /, *, stage, alarms):
                super().__init__(scope, id_)
                Defaults.of(self).set(
                    removal_policy=stage.removal_policy, log_retention=stage.log_retention,
                    alarm_topic=alarms, failure_key=alarms.encryption_key,
                )
    """

    def __init__(self, scope: IConstruct, /) -> None:
        self._scope = scope

    @classmethod
    def of(cls, scope: IConstruct, /) -> "Defaults":
        """Return what holds beneath an app, a stage, a stack or any construct, itself included."""
        return cls(scope)

    def set(
        self,
        *,
        removal_policy: RemovalPolicy | None = None,
        log_retention: logs.RetentionDays | None = None,
        tracing: lambda_.Tracing | None = None,
        alarm_topic: Watcher | None = None,
        failure_key: AnyKey | None = None,
    ) -> None:
        """Say what holds from now on; what is left out stays what it was.

        :param removal_policy: what becomes of tables, buckets, queues, streams, buses, user pools
            and logs when they leave their stack. Default: retained; a bare `Queue` goes.
        :param log_retention: how long logs are kept. Default: three months.
        :param tracing: whether X-Ray follows functions. Default: active.
        :param alarm_topic: who is told of every alarm that a block makes. Default: nobody, unless
            the alarm is given to `AlarmTopic.watch`.
        :param failure_key: what encrypts failed events, in every failure chain. Default: SQS's own
            key.
        :raises ValueError: if the construct was told something else before.
        """
        said = _said.setdefault(self._scope, {})
        for name, value in (
            ("removal_policy", removal_policy),
            ("log_retention", log_retention),
            ("tracing", tracing),
            ("alarm_topic", alarm_topic),
            ("failure_key", failure_key),
        ):
            if value is None:
                continue
            if said.setdefault(name, value) is not value:
                raise ValueError(
                    f"{name} was told once already, {said[name]}, by which things were made, got "
                    f"{value}: say it of a construct beneath (at {path_of(self._scope)})"
                )

    def removal_policy(self, given: RemovalPolicy | None = None) -> RemovalPolicy:
        """Return what becomes of a resource when it leaves its stack.

        :param given: the argument, if there is one.
        """
        policy: RemovalPolicy | None = given or self.find("removal_policy")
        return policy or RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE

    def log_retention(self, given: logs.RetentionDays | None = None) -> logs.RetentionDays:
        """Return how long logs are kept.

        :param given: the argument, if there is one.
        """
        retention: logs.RetentionDays | None = given or self.find("log_retention")
        return retention or logs.RetentionDays.THREE_MONTHS

    def watch(self, *alarms: cloudwatch.AlarmBase) -> None:
        """Tell of alarms whom it was said of, if anybody."""
        topic: Watcher | None = self.find("alarm_topic")
        if topic:
            topic.watch(*alarms)

    def find(self, name: str) -> Any:  # noqa: ANN401 -- each name has a type of its own
        """Return what was said of the nearest construct around, or None."""
        if not _said:
            return None
        if self._scope not in _around:
            _around[self._scope] = node_of(self._scope).scopes[-2::-1]
        for scope in (self._scope, *_around[self._scope]):
            if name in (said := _said.get(scope, {})):
                return said[name]
        return None
