"""What a handler logs, line by line."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from shared.observability import logger

LogLines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def log_lines() -> Iterator[LogLines]:
    """Call it for everything logged so far."""
    output = cast(logging.StreamHandler[Any], logger.registered_handler)
    stream = io.StringIO()
    before = output.setStream(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    output.setStream(before)
