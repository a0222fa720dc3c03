"""The events a push channel listens to, and where they name their user."""

import re
from collections.abc import Sequence
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_events as events
from constructs import Construct

from constructs_lib.asked_once import path_of
from constructs_lib.blocks.event_bus import AnyBus, EventBus
from constructs_lib.blocks.event_consumer import EventConsumer
from constructs_lib.blocks.failure_chain import FailureChain
from constructs_lib.primitives import PythonFunction

KEY = re.compile(r"[^.\s]+(\.[^.\s]+)*")
OURS = {"user": ["userId"], "plain": False}
"""The form of events that functions know by themselves; see `push_channel.news`."""


class PushSubscriptions:
    """Consumers in a construct, whose functions are told the form of their events.

    :param scope: the channel.
    :param failures: where events end that cannot be handled.
    """

    def __init__(self, scope: Construct, failures: FailureChain) -> None:
        self._scope, self._failures = scope, failures
        self._forms: dict[str, dict[str, dict[str, dict[str, Any]]]] = {}

    def add(
        self,
        id_: str,
        bus: AnyBus | events.IEventBus,
        *,
        source: str,
        detail_types: Sequence[str],
        function: PythonFunction,
        user_key: str,
        plain: bool,
    ) -> EventConsumer:
        """Let a function react to one source's events of some types.

        :raises ValueError: see :meth:`PushChannel.subscribe`.
        """
        if self._scope.node.try_find_child(id_):
            raise ValueError(
                f"id_ must be another one for each subscription, such as 'Returns', got {id_!r} "
                f"again (at {path_of(self._scope)})"
            )
        at = f"{path_of(self._scope)}/{id_}"
        if not KEY.fullmatch(user_key):
            raise ValueError(
                "user_key must be a name in the events' data, or names with a dot between them, "
                f"such as 'customer.id', got {user_key!r} (at {at})"
            )
        form = {"user": user_key.split("."), "plain": plain}
        for detail_type in detail_types:
            self._tell(function, source, detail_type, form, at)
        return (bus if isinstance(bus, AnyBus) else EventBus.of(bus)).subscribe(
            self._scope,
            id_,
            source=source,
            detail_types=detail_types,
            function=function,
            failures=self._failures,
        )

    def _tell(
        self, function: PythonFunction, source: str, detail_type: str, form: dict[str, Any], at: str
    ) -> None:
        forms = self._forms.setdefault(function.node.id, {})
        known = forms.setdefault(source, {}).setdefault(detail_type, form)
        if known != form:
            raise ValueError(
                f"the user of {detail_type} of {source} must be in one place for all "
                f"subscriptions, which is {known}, got {form} (at {at})"
            )
        if form != OURS:
            others = {
                name: told
                for name, types in forms.items()
                if (told := {type_: one for type_, one in types.items() if one != OURS})
            }
            function.add_environment("EVENT_FORMS", Stack.of(self._scope).to_json_string(others))
