"""The library's checks over whole assemblies, as rules."""

import re
from collections.abc import Iterator

from blockwork.testing.judging import Finding, rule
from blockwork.testing.synthesis import SynthesisedApp
from constructs_lib.checks import check_deliveries, check_queues

RESOURCE = re.compile(r"\S+ \([\w:]+\)")


@rule(
    why="AWS refuses a delivery silently where a policy or a key does not allow it: nobody hears "
    "of the alarm, the event or the object",
)
def deliveries(app: SynthesisedApp) -> Iterator[Finding]:
    """Allow who is told to deliver something to do so."""
    for assembly in app.assemblies:
        yield from map(_finding, check_deliveries(assembly))


@rule(
    why="what a queue cannot hand on waits unseen until it expires (Amazon SQS, message retention)",
)
def queues(app: SynthesisedApp) -> Iterator[Finding]:
    """Hand on what a queue's reader cannot handle, or watch the queue."""
    for assembly in app.assemblies:
        yield from map(_finding, check_queues(assembly))


def _finding(sentence: str) -> Finding:
    resource = RESOURCE.match(sentence)
    at = resource[0] if resource else sentence.partition(": ")[0]
    return Finding(at=at, says=sentence.removeprefix(at).removeprefix(": ").strip())
