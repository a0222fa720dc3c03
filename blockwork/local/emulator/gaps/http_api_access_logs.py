"""Access logs of an HTTP API's stage.

AWS writes one line for each request to the log group of AccessLogSettings, in its Format, with
`$context` variables filled in and `-` for the unknown ones
(https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html).
Stock keeps the settings and writes nothing. Closed around the data plane. As on AWS one id stands
in the log line, in the event the handler gets and in the answer's header apigw-requestid.
"""

import json
import logging
import re
import time
from contextvars import ContextVar
from typing import Any

from ministack.services import apigateway, cloudwatch_logs

Answer = tuple[int, dict[str, str], bytes]
Context = dict[str, Any]

VARIABLE = re.compile(r"\$context\.([A-Za-z0-9_.]+)")
logger = logging.getLogger("access_logs")
current: ContextVar[Context | None] = ContextVar("access_log_context", default=None)


def close() -> None:
    """Write the line of every request whose stage asks for it."""
    execute = apigateway._handle_execute_in_scope
    invoke = apigateway._invoke_lambda_proxy
    new_id = apigateway.new_uuid

    def request_id() -> str:
        context = current.get()
        return str(context["requestId"]) if context else str(new_id())

    async def measured(*args: Any, **kwargs: Any) -> Answer:
        started = time.monotonic()
        answer: Answer = await invoke(*args, **kwargs)
        if (context := current.get()) is not None:
            context["integrationLatency"] = _milliseconds_since(started)
            context["integrationStatus"] = context["integration.status"] = answer[0]
            for claim, value in (kwargs.get("authorizer_claims") or {}).items():
                context[f"authorizer.claims.{claim}"] = value
        return answer

    async def logged(
        api_id: str, stage: str, path: str, method: str, headers: dict[str, str], *request: Any
    ) -> Answer:
        stored = apigateway._stages.get(api_id, {}).get(stage) or {}
        settings = stored.get("accessLogSettings")
        if not settings:
            answer: Answer = await execute(api_id, stage, path, method, headers, *request)
            return answer
        route = apigateway._match_route(api_id, method, "/" + path.lstrip("/")) or {}
        started = time.monotonic()
        context = {
            "accountId": apigateway.get_account_id(),
            "apiId": api_id,
            "domainName": headers.get("host", ""),
            "domainPrefix": api_id,
            "extendedRequestId": str(new_id()),
            "httpMethod": method,
            "identity.sourceIp": "127.0.0.1",
            "identity.userAgent": headers.get("user-agent", ""),
            "path": path if stage == "$default" else f"/{stage}{path}",
            "protocol": "HTTP/1.1",
            "requestId": str(new_id()),
            "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime()),
            "requestTimeEpoch": int(time.time() * 1000),
            "routeKey": route.get("routeKey", "-"),
            "stage": stage,
        }
        token = current.set(context)
        try:
            answer = await execute(api_id, stage, path, method, headers, *request)
        finally:
            current.reset(token)
        status, answer_headers, body = answer
        answer_headers["apigw-requestid"] = context["requestId"]
        context |= {
            "status": status,
            "responseLength": len(body),
            "responseLatency": _milliseconds_since(started),
        }
        _write(settings, context)
        return answer

    apigateway.new_uuid = request_id
    apigateway._invoke_lambda_proxy = measured
    apigateway._handle_execute_in_scope = logged


def _milliseconds_since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


def _escaped(value: object) -> str:
    # The format is nearly always a JSON document: a quote in a user agent must not break it.
    return json.dumps(str(value), ensure_ascii=False)[1:-1]


def _write(settings: dict[str, str], context: Context) -> None:
    line = VARIABLE.sub(lambda found: _escaped(context.get(found[1], "-")), settings["format"])
    group = settings["destinationArn"].split(":log-group:", 1)[-1].removesuffix(":*")
    stream = f"{time.strftime('%Y/%m/%d', time.gmtime())}/{context['apiId']}"
    where = {"logGroupName": group, "logStreamName": stream}
    if stream not in (cloudwatch_logs._log_groups.get(group) or {}).get("streams", {}):
        cloudwatch_logs._create_log_stream(where)
    events = [{"timestamp": context["requestTimeEpoch"], "message": line}]
    status, _, body = cloudwatch_logs._put_log_events({**where, "logEvents": events})
    if status >= 400:
        logger.error("access log of %s to %s failed: %r", context["apiId"], group, body)
