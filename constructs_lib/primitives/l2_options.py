"""What the primitives ask of values and options, before the L2 or AWS would."""

from collections.abc import Mapping
from weakref import WeakKeyDictionary

from aws_cdk import Duration, Token

_seconds: WeakKeyDictionary[Duration, float | None] = WeakKeyDictionary()
"""How long a time is, asked once: most are constants that many blocks are given."""


def refuse_options(options: Mapping[str, object], refused: Mapping[str, str], at: str) -> None:
    """Refuse options of an L2 that contradict what a primitive promises.

    :param refused: each with the reason, or what to give in its place.
    :raises ValueError: names the first one that is given.
    """
    for name, value in options.items():
        if name in refused:
            raise ValueError(f"{name} must be left out, got {value!r}: {refused[name]} (at {at})")


def refuse_outside(
    name: str, value: float | None, lowest: float, highest: float | None, unit: str, at: str
) -> None:
    """Refuse a number that AWS would refuse; one that is known only at deployment is let through.

    :param highest: `None` is as high as anybody likes.
    :raises ValueError: names the value and what is allowed.
    """
    if value is None or lowest <= value <= (value if highest is None else highest):
        return
    if not Token.is_unresolved(value):
        allowed = (
            f"at least {lowest:,}" if highest is None else f"between {lowest:,} and {highest:,}"
        )
        raise ValueError(f"{name} must be {allowed}{unit and f' {unit}'}, got {value:,} (at {at})")


def refuse_time_outside(name: str, value: Duration, shortest: int, longest: int, at: str) -> None:
    """Refuse a time that AWS would refuse; one that is known only at deployment is let through.

    :param shortest: in seconds, as `longest`.
    :raises ValueError: names the value and what is allowed.
    """
    seconds = seconds_of(value)
    if seconds is None or shortest <= seconds <= longest:
        return
    least, most = (Duration.seconds(each).to_human_string() for each in (shortest, longest))
    raise ValueError(
        f"{name} must be between {least} and {most}, got {value.to_human_string()} (at {at})"
    )


def seconds_of(time: Duration) -> float | None:
    """Return how long a time is, in seconds, or None if that is known only at deployment."""
    if time not in _seconds:
        _seconds[time] = None if time.is_unresolved() else time.to_seconds(integral=False)
    return _seconds[time]


def whole_seconds_of(time: Duration) -> float:
    """Return how long a time is as the CDK says it, which may be a token.

    :raises RuntimeError: if it is no whole number of seconds.
    """
    seconds = seconds_of(time)
    return time.to_seconds() if seconds is None or seconds % 1 else seconds
