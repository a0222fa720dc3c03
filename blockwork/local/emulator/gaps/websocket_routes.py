"""A function behind a WebSocket route runs like any other, and answers only where that is asked.

AWS sends the function's body back where the route has a route response, nothing where it has none,
and says Internal server error where the function failed
(https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-response.html).
Stock refuses templates with AWS::ApiGatewayV2::RouteResponse, always sends the body back, the text
of an error included, runs Python and Node.js one call at a time with neither log nor metric, and
ends a connection whose message nests too deeply for its JSON parser. Closed by the resource type,
by taking such a message for one without a route of its own ($default), and by handing the event to
where every other function is executed; at most WEBSOCKET_CONCURRENCY (8) of a moment's events at
once, each of which may need a process.
"""

import asyncio
import json
import os
from typing import Any

from ministack.services import apigateway, lambda_svc
from ministack.services.cloudformation import provisioners

from blockwork.local.emulator.gaps._hooks import Properties, camel_case

ROUTE_RESPONSE = "AWS::ApiGatewayV2::RouteResponse"

Reply = dict[str, Any]


def close() -> None:
    """Register the resource type, and take over the routes that end in a function."""
    provisioners._RESOURCE_HANDLERS[ROUTE_RESPONSE] = {
        "create": _create,
        "update": _update,
        "delete": _delete,
    }
    stock, authorize = apigateway._invoke_ws_lambda, apigateway._authorize_ws_connect
    turns = asyncio.Semaphore(int(os.environ.get("WEBSOCKET_CONCURRENCY", "8")))

    select = apigateway._evaluate_route_selection

    def route_key(expression: str, message: str) -> str:
        try:
            return str(select(expression, message))
        except RecursionError:
            return "$default"

    async def in_turn(*request: Any) -> Any:
        async with turns:
            return await authorize(*request)

    async def invoke(
        api_id: str,
        account: str,
        region: str,
        route: dict[str, Any],
        stage: str,
        connection_id: str,
        event_type: str,
        request_id: str,
        body: str,
        source_ip: str,
        headers: dict[str, str],
        query_params: dict[str, Any] | None = None,
        **details: Any,
    ) -> Reply | None:
        integration_id = route["target"].split("/")[-1]
        integration = apigateway._integrations[api_id][integration_id]
        if integration["integrationType"] not in ("AWS", "AWS_PROXY"):
            reply: Reply | None = await stock(
                api_id, account, region, route, stage, connection_id, event_type, request_id,
                body, source_ip, headers, query_params, **details,
            )  # fmt: skip
            return reply
        context = apigateway._ws_request_context(
            api_id, route["routeKey"], stage, connection_id, event_type, request_id, source_ip,
            headers,
        )  # fmt: skip
        if details.get("authorizer") is not None:
            context["authorizer"] = details["authorizer"]
        event = {"requestContext": context, "isBase64Encoded": False}
        if event_type == "CONNECT":
            event |= apigateway._ws_connect_fields(headers, query_params)
        elif event_type == "DISCONNECT":
            context["disconnectStatusCode"] = int(details["disconnect_code"])
            context["disconnectReason"] = details["disconnect_reason"]
        else:
            context["messageId"] = request_id
            event["body"] = body
        async with turns:
            answer, failed = await _execute(integration["integrationUri"], event, account, region)
        if event_type == "MESSAGE":
            return _reply(api_id, route, context, answer, failed=failed)
        return {"statusCode": 502} if failed else answer

    apigateway._evaluate_route_selection = route_key
    apigateway._authorize_ws_connect = in_turn
    apigateway._invoke_ws_lambda = invoke


async def _execute(uri: str, event: Reply, account: str, region: str) -> tuple[Reply, bool]:
    reference = apigateway._extract_lambda_ref_from_integration_uri(uri)
    function, config, _ = lambda_svc._get_func_record_for_ref_in_scope(
        reference, account_id=account, region=region
    )
    if function is None or config is None:
        return {}, True
    record = lambda_svc._execution_record_for_config(function, config)
    result = await apigateway.run_reentrant(
        lambda_svc._execute_function_with_config_scope,
        record,
        event,
        thread_name="websocket-route",
    )
    answer, _ = lambda_svc.lambda_execute_result_to_api_proxy_response(result)
    return answer or {}, bool(result.get("error"))


def _reply(
    api_id: str, route: dict[str, Any], context: dict[str, Any], answer: Reply, *, failed: bool
) -> Reply | None:
    if failed:
        about = {name: context[name] for name in ("connectionId", "requestId")}
        return {"body": json.dumps({"message": "Internal server error", **about})}
    answers = apigateway._route_responses.get(api_id, {}).get(route["routeId"])
    return answer if answers else None


def _create(_logical_id: str, properties: Properties, _stack: str) -> tuple[str, dict[str, str]]:
    response = _call(apigateway._create_route_response, *_place(properties), _settings(properties))
    return response["routeResponseId"], {"RouteResponseId": response["routeResponseId"]}


def _update(
    response_id: str, old: Properties, new: Properties, stack: str
) -> tuple[str, dict[str, str]]:
    if _place(old) != _place(new):
        _delete(response_id, old)
        return _create(response_id, new, stack)
    _call(apigateway._update_route_response, *_place(new), response_id, _settings(new))
    return response_id, {"RouteResponseId": response_id}


def _delete(response_id: str, properties: Properties) -> None:
    apigateway._delete_route_response(*_place(properties), response_id)


def _place(properties: Properties) -> tuple[str, str]:
    # A reference to a route gives AWS's id with the API's in front.
    return properties["ApiId"], properties["RouteId"].split("/")[-1]


def _settings(properties: Properties) -> dict[str, Any]:
    return camel_case({k: v for k, v in properties.items() if k not in ("ApiId", "RouteId")})


def _call(operation: Any, *arguments: Any) -> dict[str, Any]:
    status, _, body = operation(*arguments)
    answer: dict[str, Any] = json.loads(body)
    if status >= 400:
        raise ValueError(f"{ROUTE_RESPONSE}: {answer.get('message')}")
    return answer
