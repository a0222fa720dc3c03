"""Say of a resource what it is, by a tag that Blockwork's command looks for.

A tag, and no output of a stack: it stands on the resource itself, so one call finds it in every
stack, nested or not, whatever anything is called (`tag:GetResources`); and it is still there when
the stack is gone and the resource was retained, with what is in it.
"""

import re

from aws_cdk import Tags
from constructs import Construct

FAILURE_CHAIN = "blockwork:failure-chain"
EVENT_BUS = "blockwork:event-bus"
LONGEST = 128
REFUSED = re.compile(r"[^\w .=+\-@/]")
"""What neither a tag's value takes (AWS, "Tagging AWS resources") nor a log stream's name."""


def announce(resource: Construct, tag: str, known_as: str | None, *, at: str) -> None:
    """Tag a resource with what people call it.

    :param known_as: such as `orders`; several may be called the same, in other accounts or stages.
        Default: its path in the app, in which other characters become `-`.
    :param at: the path of the construct that announces it.
    :raises ValueError: if AWS would refuse the name as a tag, or people could not see it.
    """
    if known_as is None:
        known_as = REFUSED.sub("-", at)[-LONGEST:]
    if not known_as.strip() or len(known_as) > LONGEST or REFUSED.search(known_as):
        raise ValueError(
            f"known_as must be 1 to {LONGEST} letters, digits, spaces or any of _ . = + - @ /, "
            f"got {known_as!r} (at {at})"
        )
    Tags.of(resource).add(tag, known_as)
