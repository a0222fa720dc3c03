"""Rules over what `cdk synth` wrote: what is wrong is said before anything is deployed.

::

    def test_everybody_who_is_told_to_deliver_may() -> None:
        assert check_deliveries(Path(app.synth().directory)) == []

They read the assembly alone: no AWS, no CDK, no network.
"""

from collections.abc import Mapping
from pathlib import Path

from constructs_lib.checks.access import Access
from constructs_lib.checks.assembly import Assembly
from constructs_lib.checks.queues import queue_problems
from constructs_lib.checks.walk import deliveries_of, unknown_uses

__all__ = ["check_deliveries", "check_queues"]


def check_deliveries(assembly: Path, *, no_delivery: Mapping[str, str] | None = None) -> list[str]:
    """Return whose deliveries AWS would refuse, silently: a sentence each, with the way out.

    A delivery is what a property configures: an alarm's topic, a rule's target and its dead-letter
    queue, a function's destination, a log group. Who asks in a service's own name needs the
    target's policy, who asks in a role's needs the role's, and both need the target's key where a
    customer's key encrypts it. Of targets and roles outside the assembly nothing can be said.

    :param assembly: the folder that `cdk synth` wrote.
    :param no_delivery: properties that name a target to which nothing is delivered, as
        `"AWS::SSM::Parameter Value"`, each with the reason. Default: what the check itself knows.
    """
    read = Assembly(assembly)
    access = Access(read)
    refused = [problem for one in deliveries_of(read) for problem in access.missing(one)]
    return [*refused, *unknown_uses(read, no_delivery or {})]


def check_queues(assembly: Path) -> list[str]:
    """Return which queues keep what nobody looks at: a sentence each, with the way out.

    Every queue has a dead-letter queue, or is an end with an alarm on its depth or its oldest
    message that tells a topic.

    :param assembly: the folder that `cdk synth` wrote.
    """
    return [*queue_problems(Assembly(assembly))]
