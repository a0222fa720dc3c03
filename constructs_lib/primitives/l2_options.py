"""What the primitives ask of values and options, before the L2 or AWS would."""

from collections.abc import Mapping

from aws_cdk import Duration, Token


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

    :param highest: Default with `None`: as high as anybody likes.
    :raises ValueError: names the value and what is allowed.
    """
    if value is None or Token.is_unresolved(value):
        return
    if value < lowest or (highest is not None and value > highest):
        allowed = (
            f"at least {lowest:,}" if highest is None else f"between {lowest:,} and {highest:,}"
        )
        raise ValueError(f"{name} must be {allowed}{unit and f' {unit}'}, got {value:,} (at {at})")


def refuse_time_outside(
    name: str, value: Duration | None, shortest: Duration, longest: Duration, at: str
) -> None:
    """Refuse a time that AWS would refuse; one that is known only at deployment is let through.

    :raises ValueError: names the value and what is allowed.
    """
    if value is None or value.is_unresolved():
        return
    if not shortest.to_seconds() <= value.to_seconds(integral=False) <= longest.to_seconds():
        raise ValueError(
            f"{name} must be between {shortest.to_human_string()} and {longest.to_human_string()}, "
            f"got {value.to_human_string()} (at {at})"
        )
