"""What has come of the stacks of an app."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why a stack is not as the app wants it.

    :param reason: as CloudFormation, or the CDK, says it.
    :param logical_id: of the resource that is to blame. Default: none is.
    :param path: of the construct that makes it. Default: nobody knows.
    :param place: the line of the app that makes it. Default: nobody knows.
    """

    reason: str
    logical_id: str = ""
    path: str = ""
    place: tuple[Path, int] | None = None

    def __str__(self) -> str:
        """Say where and why, in one line."""
        at = f"{self.place[0]}:{self.place[1]}: " if self.place else ""
        who = (
            f"{self.logical_id} ({self.path}): "
            if self.path
            else self.logical_id and f"{self.logical_id}: "
        )
        return f"{at}{who}{self.reason}"


@dataclass(frozen=True, kw_only=True)
class StackChange:
    """What has come of one stack.

    :param stack: what CloudFormation calls it.
    :param seconds: how long it took.
    :param by_cdk: whether the CDK's command line did it.
    :param failures: why it is not as the app wants it. Default: it is.
    """

    stack: str
    seconds: float = 0.0
    by_cdk: bool = False
    failures: tuple[Failure, ...] = ()

    def __str__(self) -> str:
        """Say it in one line, or one a failure."""
        if not self.failures:
            return f"{self.stack} updated ({self.seconds:.1f} s)"
        return "\n".join(f"{self.stack}: {failure}" for failure in self.failures)


def stuck_change(name: str, status: str) -> StackChange:
    """Say what to do about a stack that takes no update."""
    reason = (
        f"the stack is in {status} and takes no update: on this machine, forget the state "
        "(blockwork local clean); on AWS, end its rollback (aws cloudformation "
        "continue-update-rollback), or delete it"
    )
    if status.endswith("_IN_PROGRESS"):
        reason = f"the stack is in {status}: somebody else deploys it, or was cut off"
    return StackChange(stack=name, failures=(Failure(reason=reason),))
