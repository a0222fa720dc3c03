"""What a primitive takes, against what the CDK's own construct takes."""

import inspect
from collections.abc import Collection, Mapping
from typing import Any


def assert_takes_all(
    primitive: type,
    l2: type,
    options: Any,
    refused: Mapping[str, str],
    in_other_words: Collection[str] = (),
) -> None:
    """Show that each option of an L2 is taken in exactly one way, or refused.

    :param options: the primitive's `TypedDict`.
    :param in_other_words: options of the L2 for which the primitive has a name of its own.
    """
    of_the_cdk = named(l2) - {"self", "scope", "id"}
    ways = [set(options.__annotations__), set(refused), named(primitive) & of_the_cdk]
    ways.append(set(in_other_words))

    assert set().union(*ways) == of_the_cdk, "an upgrade of the CDK brings or takes options"
    assert sum(map(len, ways)) == len(of_the_cdk), "an option is there twice"
    assert all(refused.values())


def named(construct: Any) -> set[str]:
    parameters = inspect.signature(construct.__init__).parameters.values()
    return {each.name for each in parameters if each.kind is not each.VAR_KEYWORD}
