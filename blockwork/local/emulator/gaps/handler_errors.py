"""The error of a handler has its own name.

AWS answers a failed invocation with the exception's class as errorType, its text and the lines of
its stack (https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html and
nodejs-exceptions.html); so does the record of a failed asynchronous one. Stock calls every error
Runtime.HandlerError. Closed in the handlers' process, where the exception is known when its answer
is written.

Nor does an exception end the execution environment: AWS's runtime reports it and takes the next
event, with all that the module holds. Stock ends the process, so the next event is a cold start.
Closed by an answer that stock takes for a good one, until it is back from the process.

A client of an API is told nothing of it, nor of a function that took too long: only 502 and
"Internal server error" by a REST API, 500 and "Internal Server Error" by an HTTP API
(https://docs.aws.amazon.com/apigateway/latest/developerguide/handle-errors-in-lambda-integration.html,
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-lambda.html).
Stock hands the error out. Closed where it makes the answer of it.
"""

import json
from http import HTTPStatus
from typing import Any

from ministack.core.lambda_runtime import Worker
from ministack.services import apigateway, apigateway_v1, lambda_svc

from blockwork.local.emulator.gaps._hooks import (
    replace_in_node_workers,
    run_first_in_node_workers,
    run_first_in_python_workers,
)

NAME_ERRORS = """
import json, sys, traceback


class _Errors:
    def __init__(self, stream):
        self._stream = stream

    def write(self, text):
        kind, error, trace = sys.exc_info()
        if kind is not None and text.startswith('{"status": "error"'):
            lines = traceback.format_list(traceback.extract_tb(trace)[1:])
            answer = {**json.loads(text), "type": kind.__name__, "stack": lines}
            if "trace" in answer:  # else the module could not be loaded: that ends the process
                answer["status"] = "ok"
            text = json.dumps(answer) + "\\n"
        return self._stream.write(text)

    def flush(self):
        self._stream.flush()


sys.stdout = _Errors(sys.stdout)
"""

NAMED_IN_NODE = """
const _named = (error) => ({
  status: "ok",
  error: error instanceof Error ? error.message : String(error),
  type: error instanceof Error ? error.name : typeof error,
  stack: error instanceof Error && error.stack ? error.stack.split("\\n") : [],
  trace: error instanceof Error ? error.stack : "",
});
"""
STOCK_IN_NODE = (
    'status: "error", error: String(err.message || err), trace: err.stack || ""',
    'status: "error", error: e.message, trace: e.stack',
)


def close() -> None:
    """Take the names from the process to the answer."""
    stock_invoke, stock_execute = Worker.invoke, lambda_svc._execute_function_warm

    def invoke(worker: Any, *request: Any, **options: Any) -> dict[str, Any]:
        result: dict[str, Any] = stock_invoke(worker, *request, **options)
        if "type" in result:  # the text is all that stock passes on
            result["status"] = "error"
            result["error"] = json.dumps([result["type"], result["error"], result["stack"]])
        return result

    def execute(*request: Any) -> dict[str, Any]:
        result: dict[str, Any] = stock_execute(*request)
        body = result.get("body")
        if result.get("error") and isinstance(body, dict) and "errorMessage" in body:
            named = _named(body["errorMessage"])
            if named:
                kind, text, stack = named
                lines = "trace" if _is_node(request[0]) else "stackTrace"
                result["body"] = {"errorMessage": text, "errorType": kind, lines: stack}
        return result

    Worker.invoke = invoke
    lambda_svc._execute_function_warm = execute
    _keep_from_clients()
    run_first_in_python_workers(NAME_ERRORS)
    for stock, error in zip(STOCK_IN_NODE, ("err", "e"), strict=True):
        replace_in_node_workers(stock, f"..._named({error})")
    run_first_in_node_workers(NAMED_IN_NODE)


class _Unhandled(int):
    """The status of an answer that is none of the function's own."""


def _keep_from_clients() -> None:
    """Tell no client more than that a function failed, as each kind of API says it."""
    shape = lambda_svc.lambda_execute_result_to_api_proxy_response
    shape_v1, invoke_v2 = apigateway_v1._lambda_proxy_response, apigateway._invoke_lambda_proxy

    def shaped(result: dict[str, Any]) -> tuple[dict[str, Any] | None, str | None]:
        answer, error = shape(result)
        if result.get("error") and answer and answer["statusCode"] == HTTPStatus.BAD_GATEWAY:
            body = json.dumps({"message": "Internal Server Error"})
            return {**answer, "statusCode": _Unhandled(HTTPStatus.BAD_GATEWAY), "body": body}, error
        return answer, error

    def shaped_v1(result: dict[str, Any]) -> tuple[Any, str | None]:
        answer, error = shape_v1(result)
        return answer, "Internal server error" if error else None

    async def invoked_v2(*request: Any, **options: Any) -> tuple[int, dict[str, Any], bytes]:
        status, headers, body = await invoke_v2(*request, **options)
        if isinstance(status, _Unhandled):
            status = int(HTTPStatus.INTERNAL_SERVER_ERROR)
        return status, headers, body

    lambda_svc.lambda_execute_result_to_api_proxy_response = shaped
    apigateway_v1._lambda_proxy_response = shaped_v1
    apigateway._invoke_lambda_proxy = invoked_v2


def _is_node(function: dict[str, Any]) -> bool:
    config = function.get("config") or function
    return str(config.get("Runtime", "")).startswith("nodejs")


def _named(text: str) -> list[Any] | None:
    try:
        named = json.loads(text)
    except ValueError:
        return None
    return named if isinstance(named, list) and len(named) == 3 else None
