"""The few ways in which a gap reaches into MiniStack."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from ministack.core import lambda_runtime
from ministack.core.responses import error_response_json, json_response
from ministack.services.cloudformation import provisioners

Properties = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]
"""Of a service to a request: status, headers, body."""

logger = logging.getLogger("gaps")


def after_provisioning(
    resource_type: str, apply: Callable[[str, Properties], None], *, on: tuple[str, ...]
) -> None:
    """Call `apply(physical id, properties)` once CloudFormation has made or changed a resource.

    :param on: the operations to follow: "create", "update" or both.
    """
    handlers = dict(provisioners._RESOURCE_HANDLERS[resource_type])

    def followed(operation: str, stock: Callable[..., Any]) -> Callable[..., Any]:
        # create(logical id, properties, stack); update(physical id, old, new, stack, …)
        properties_at = 1 if operation == "create" else 2

        def run(*args: Any) -> Any:
            result = stock(*args)
            apply(result[0], args[properties_at])
            return result

        return run

    for operation in on:
        handlers[operation] = followed(operation, handlers[operation])
    provisioners._RESOURCE_HANDLERS[resource_type] = handlers


def camel_case(settings: Mapping[str, Any] | None) -> dict[str, Any]:
    """Turn CloudFormation's AllowOrigins into the API's allowOrigins, one level deep."""
    return {name[:1].lower() + name[1:]: value for name, value in (settings or {}).items()}


def run_first_in_python_workers(source: str) -> None:
    """Put `source` in front of the script every Python handler's process runs."""
    lambda_runtime._PYTHON_WORKER_SCRIPT = f"{source}\n{lambda_runtime._PYTHON_WORKER_SCRIPT}"


def replace_in_python_workers(stock: str, ours: str) -> None:
    """Put `ours` in the place of a text that stands once in that script."""
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    if script.count(stock) != 1:
        raise RuntimeError(f"the script of Python handlers has no {stock!r}, or several")
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(stock, ours)


def json_answer(content: Any) -> Answer:
    """Return a service's answer to a request that it has done."""
    answer: Answer = json_response(content)
    return answer


def json_refusal(error: str, message: str) -> Answer:
    """Return a service's answer to a request that it does not do."""
    answer: Answer = error_response_json(error, message, 400)
    return answer


def run_first_in_node_workers(source: str) -> None:
    """Put `source` in front of the script every Node.js handler's process runs."""
    lambda_runtime._NODEJS_WORKER_SCRIPT = f"{source}\n{lambda_runtime._NODEJS_WORKER_SCRIPT}"


def replace_in_node_workers(stock: str, ours: str) -> None:
    """Put `ours` in the place of a text that stands once in that script."""
    script = lambda_runtime._NODEJS_WORKER_SCRIPT
    if script.count(stock) != 1:
        raise RuntimeError(f"the script of Node.js handlers has no {stock!r}, or several")
    lambda_runtime._NODEJS_WORKER_SCRIPT = script.replace(stock, ours)


def keep_with(
    service: Any, name: str, state: Callable[[], Any], restore: Callable[[Any], None]
) -> None:
    """Keep something more in a service's file of the state.

    :param service: MiniStack's module of the service.
    :param name: of the additional part in the file.
    :param state: returns what is to be kept, made of what JSON can hold.
    :param restore: takes what was kept, before the gateway serves.
    """
    stock_state, stock_load = service.get_state, service.load_persisted_state

    def load(kept: dict[str, Any]) -> None:
        stock_load(kept)
        if name in kept:
            restore(kept[name])

    service.get_state = lambda: {**stock_state(), name: state()}
    service.load_persisted_state = load


def repeat(do: Callable[[], object], *, every: float) -> None:
    """Call `do` every so many seconds, as long as the process lives."""

    def run() -> None:
        while True:
            time.sleep(every)
            try:
                do()
            except Exception:  # the next round may find things in order again
                logger.exception("%s failed", do.__qualname__)

    threading.Thread(target=run, daemon=True, name=do.__qualname__).start()
