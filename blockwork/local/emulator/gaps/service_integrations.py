"""A method of a REST API calls a service of AWS itself, without a function between.

AWS sends what the request parameters and the template make of a request to the service that the
integration's URI names, as the integration's role, and maps the answer by its status
(https://docs.aws.amazon.com/apigateway/latest/developerguide/getting-started-aws-proxy.html). Stock
does so for SQS, takes every other service for a function, finds none, and answers 504. Closed
where it would call that function, and by the parts of the mapping language
(https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html)
that stock leaves empty: `$util`'s encodings, `$context` of the request, and what overrides it.
`#if` and `#foreach` remain as text.
"""

import base64
import json
import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, unquote_plus, urlencode, urlsplit

from ministack import app as gateway
from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id, get_region, new_uuid, request_scope
from ministack.services import apigateway_v1 as stock

from blockwork.local.emulator.gaps._hooks import Answer
from blockwork.local.emulator.gaps._machine_roles import may_be_assumed, refusal

logger = logging.getLogger(__name__)

GATEWAY = "apigateway.amazonaws.com"
SESSION = "BackplaneAssumeRoleSession"
FUNCTIONS = "lambda"
TARGETS = {
    "dynamodb": "DynamoDB_20120810",
    "events": "AWSEvents",
    "firehose": "Firehose_20150804",
    "kinesis": "Kinesis_20131202",
    "logs": "Logs_20140328",
    "ssm": "AmazonSSM",
    "states": "AWSStepFunctions",
}
"""What goes before an action's name where a service speaks JSON; the others take `Action`."""
UTILITIES: dict[str, Callable[[str], str]] = {
    "base64Encode": lambda text: base64.b64encode(text.encode()).decode(),
    "base64Decode": lambda text: base64.b64decode(text).decode(),
    "urlDecode": unquote_plus,
    "escapeJavaScript": lambda text: json.dumps(text)[1:-1].replace("'", "\\'"),
}
OVERRIDE = re.compile(
    r"\s*\$!?\{?context\.requestOverride\.(path|header|querystring)\.([\w-]+)\}?\s*=(.*)", re.DOTALL
)
Mapped = dict[str, dict[str, str]]
"""What a request is sent with: by `path`, `header` and `querystring`, by name."""


def close() -> None:
    """Send what no function is to answer to its service."""
    invoke_function, utility, set_variable = (
        stock._invoke_lambda_custom_v1,
        stock._vtl_util,
        stock._vtl_set,
    )

    async def invoke(integration: dict[str, Any], *request: Any, **more: Any) -> Answer:
        spec = stock._parse_service_integration_uri(integration.get("uri", ""))
        if spec is None or spec[1].rpartition(".")[2] == FUNCTIONS:
            answer: Answer = await invoke_function(integration, *request, **more)
            return answer
        return await _call(spec, integration, *request, **more)

    def util(steps: list[tuple[str, str | None]], state: dict[str, Any]) -> Any:
        name, arguments = steps[0] if steps else ("", None)
        if name in UTILITIES and arguments is not None:
            given = stock._vtl_split_args(arguments)
            return UTILITIES[name](stock._vtl_str(stock._vtl_value(given[0], state)))
        return utility(steps, state)

    def put(inner: str, state: dict[str, Any]) -> None:
        found = OVERRIDE.fullmatch(inner)
        if found is None:
            set_variable(inner, state)
            return
        overridden = state["context"].setdefault("requestOverride", {}).setdefault(found[1], {})
        overridden[found[2]] = stock._vtl_str(stock._vtl_value(found[3], state))

    stock._invoke_lambda_custom_v1 = invoke
    stock._vtl_util = util
    stock._vtl_set = put


async def _call(
    spec: tuple[str, str, str, str],
    integration: dict[str, Any],
    api: str,
    stage_name: str,
    stage: dict[str, Any],
    resource: dict[str, Any],
    path: str,
    method: str,
    headers: dict[str, str],
    body: bytes,
    query: dict[str, Any],
    path_values: dict[str, str],
    *,
    owner_account_id: str | None = None,
    authorizer_context: Any = None,
    **_more: Any,
) -> Answer:
    region, host, verb, rest = spec
    service = host.rpartition(".")[2]
    account = owner_account_id or get_account_id()
    one = {name: _first(value) for name, value in (query or {}).items()}
    params = {**headers, **one, **(path_values or {})}
    context: dict[str, Any] = {
        "accountId": account,
        "apiId": api,
        "httpMethod": method,
        "identity": {"sourceIp": "127.0.0.1", "userAgent": headers.get("user-agent", "")},
        "path": f"/{stage_name}{path}",
        "requestId": new_uuid(),
        "requestTimeEpoch": int(time.time() * 1000),
        "resourcePath": resource.get("path", path),
        "stage": stage_name,
        "authorizer": authorizer_context or {},
    }
    text = (body or b"").decode(errors="replace")
    template = _template(integration, headers)
    sent = body or b""
    if template is not None:
        sent = stock._render_request_template_v1(template, text, params, context).encode()
    sources = {
        "method.request.path": path_values or {},
        "method.request.querystring": one,
        "method.request.header": headers,
        "stageVariables": stage.get("variables") or {},
        "context": context,
    }
    mapped = _mapped(integration, sources, context.get("requestOverride", {}))
    handler = gateway.SERVICE_HANDLERS.get(service)
    if handler is None:
        logger.error("%s %s of %s calls %s, which is not emulated", method, path, api, service)
        return 504, {"Content-Type": "application/json"}, b'{"message": "Internal server error"}'
    with request_scope(account, region), _signed():
        role, asked_by = integration.get("credentials"), f"{api}/{stage_name}/{method}{path}"
        arn = f"arn:aws:execute-api:{get_region()}:{account}:{asked_by}"
        if gateway.AUTH and not (role and may_be_assumed(role, arn, GATEWAY)):
            logger.error("%s has no role that API Gateway can assume: %s", asked_by, role)
            return 500, {"Content-Type": "application/json"}, b'{"message": null}'
        request = _request(service, verb, rest, integration, mapped, headers, sent)
        why = _refused(str(role), service, *request)
        if why is not None:
            status, answered, content = 403, {}, json.dumps({"message": why}).encode()
        else:
            status, answered, content = await handler(*request)
    return _answer(integration, status, answered, content, params, context)


@contextmanager
def _signed() -> Iterator[None]:
    """Let the block's call be one of the role's, whoever sent the request that caused it."""
    variables = (iam_evaluator._anonymous, False), (iam_evaluator._signed_request, None)
    tokens = [(variable, variable.set(value)) for variable, value in variables]
    try:
        yield
    finally:
        for variable, token in tokens:
            variable.reset(token)


def _first(value: Any) -> str:
    return str(value[0] if isinstance(value, list | tuple) else value)


def _template(integration: dict[str, Any], headers: dict[str, str]) -> str | None:
    sent = headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    templates: dict[str, str] = integration.get("requestTemplates") or {}
    return next((text for type_, text in templates.items() if type_.lower() == sent), None)


def _mapped(integration: dict[str, Any], sources: dict[str, Any], overridden: Mapped) -> Mapped:
    mapped: Mapped = {"path": {}, "header": {}, "querystring": {}}
    for destination, source in (integration.get("requestParameters") or {}).items():
        place, _, name = destination.removeprefix("integration.request.").partition(".")
        value: Any = None
        if source[:1] == source[-1:] == "'":
            value = source[1:-1]
        else:
            root = next((each for each in sources if source.startswith(f"{each}.")), None)
            key = source[len(root) + 1 :] if root else ""
            found = sources.get(root or "", {})
            value = found.get(key, found.get(key.lower()))
        if value is not None and place in mapped:
            mapped[place][name] = str(value)
    return {place: {**values, **overridden.get(place, {})} for place, values in mapped.items()}


def _request(
    service: str,
    verb: str,
    rest: str,
    integration: dict[str, Any],
    mapped: Mapped,
    headers: dict[str, str],
    body: bytes,
) -> tuple[str, str, dict[str, str], bytes, dict[str, list[str]]]:
    """Return method, path, headers, body and query of what the service is sent."""
    sent = {"content-type": headers.get("content-type", "application/json")}
    sent |= {name.lower(): value for name, value in mapped["header"].items()}
    query = {name: [value] for name, value in mapped["querystring"].items()}
    path, method = "/", str(integration.get("httpMethod", "POST"))
    if verb == "path":
        place = urlsplit(f"/{rest.lstrip('/')}")
        path = re.sub(
            r"\{(\w+)\}", lambda found: quote(mapped["path"].get(found[1], "")), place.path
        )
        query = parse_qs(place.query, keep_blank_values=True) | query
    elif service in TARGETS:
        sent.setdefault("x-amz-target", f"{TARGETS[service]}.{rest}")
        sent["content-type"] = "application/x-amz-json-1.0"
        method = "POST"
    else:
        is_form = "urlencoded" in sent["content-type"]
        form = parse_qsl(body.decode(), keep_blank_values=True) if is_form else []
        flat = {name: values[0] for name, values in query.items()}
        body, query, method = urlencode({"Action": rest, **dict(form), **flat}).encode(), {}, "POST"
        sent["content-type"] = "application/x-www-form-urlencoded"
    scope = f"{get_account_id()}/20260101/{get_region()}/{service}/aws4_request"
    sent["authorization"] = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
    sent["host"] = f"{service}.{get_region()}.amazonaws.com"
    return method, path, sent, body, query


def _refused(
    role: str,
    service: str,
    method: str,
    path: str,
    headers: dict[str, str],
    body: bytes,
    query: dict[str, list[str]],
) -> str | None:
    if "urlencoded" in headers["content-type"]:  # as the gateway reads a form
        query = {**query, **parse_qs(body.decode())}
    request = (service, method, path, headers, body, query)
    action = iam_actions.extract_iam_action(*request)
    if action is None:
        return None
    resource = iam_actions.extract_resource_arn(*request, get_region(), get_account_id())
    return refusal(role, SESSION, service, action, [resource])


def _answer(
    integration: dict[str, Any],
    status: int,
    answered: dict[str, str],
    content: bytes | str,
    params: dict[str, str],
    context: dict[str, Any],
) -> Answer:
    raw = content.encode() if isinstance(content, str) else content
    text, accept = raw.decode(errors="replace"), params.get("accept", "application/json")
    result: tuple[int, dict[str, str], bytes] = stock._service_integration_response(
        integration, status, text, accept.partition(",")[0].strip(), params, context
    )
    selected = stock._select_service_integration_response(integration, status)
    is_as_it_came = selected is not None and not selected.get("responseTemplates")
    theirs = {name.lower(): value for name, value in answered.items()}
    prefix = "integration.response.header."
    headers = {
        name: theirs.get(value.removeprefix(prefix).lower(), "")
        if value.startswith(prefix)
        else value
        for name, value in result[1].items()
    }
    return result[0], headers, raw if is_as_it_came else result[2]
