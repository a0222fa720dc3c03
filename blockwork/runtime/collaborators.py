"""What a handler works with, built once: at start-up in Lambda, at the first call elsewhere."""

import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import TypeVar

Built = TypeVar("Built")


def built_once(build: Callable[[], Built]) -> Callable[[], Built]:
    """Return what gives the one that `build` built.

    In Lambda it is built right now, because a fresh environment has a full CPU for it.
    """
    built = cache(build)
    if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        built()
    return built


def all_built_once(
    builders: Mapping[str, Callable[[], object]],
) -> Callable[[], Mapping[str, object]]:
    """Return what gives all of them by name."""
    return built_once(lambda: {name: build() for name, build in builders.items()})
