"""Throttling of an HTTP API's stage.

AWS holds a token bucket for every route, of ThrottlingRateLimit a second and ThrottlingBurstLimit
at once, from the stage's DefaultRouteSettings or the route's own RouteSettings, and answers 429
when it is empty. Stock stores the settings and never looks at them. Closed in front of the
data plane; preflights are not counted, no route is chosen for them.
"""

import time
from typing import Any

from ministack.services import apigateway

from blockwork.local.emulator.gaps._hooks import Properties, after_provisioning, camel_case

Answer = tuple[int, dict[str, str], bytes]

TOO_MANY_REQUESTS = b'{"message":"Too Many Requests"}'


class Bucket:
    """Tokens that refill with time; the limits may change between two calls."""

    def __init__(self, burst: float) -> None:
        self.tokens = burst
        self.filled_at = time.monotonic()

    def take(self, *, rate: float, burst: float) -> bool:
        """Take one token, if there is one."""
        now = time.monotonic()
        self.tokens = min(burst, self.tokens + (now - self.filled_at) * rate)
        self.filled_at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


def close() -> None:
    """Refuse requests above the limits of their route."""
    buckets: dict[tuple[str, str, str], Bucket] = {}
    execute = apigateway._handle_execute_in_scope

    async def throttled(api_id: str, stage: str, path: str, method: str, *request: Any) -> Answer:
        settings, route_key = _settings_of(api_id, stage, path, method)
        rate, burst = settings.get("throttlingRateLimit"), settings.get("throttlingBurstLimit")
        if rate is not None and method != "OPTIONS":
            limits = {"rate": float(rate), "burst": float(burst or rate)}
            key = (api_id, stage, route_key)
            bucket = buckets.setdefault(key, Bucket(limits["burst"]))
            if not bucket.take(**limits):
                return 429, {"Content-Type": "application/json"}, TOO_MANY_REQUESTS
        answer: Answer = await execute(api_id, stage, path, method, *request)
        return answer

    apigateway._handle_execute_in_scope = throttled

    def rename(stage_name: str, properties: Properties) -> None:
        stage = apigateway._stages[properties["ApiId"]][properties["StageName"]]
        stage["defaultRouteSettings"] = camel_case(properties.get("DefaultRouteSettings"))
        stage["routeSettings"] = {
            route: camel_case(settings)
            for route, settings in (properties.get("RouteSettings") or {}).items()
        }

    after_provisioning("AWS::ApiGatewayV2::Stage", rename, on=("create", "update"))


def _settings_of(api_id: str, stage: str, path: str, method: str) -> tuple[dict[str, Any], str]:
    stored = apigateway._stages.get(api_id, {}).get(stage) or {}
    route = apigateway._match_route(api_id, method, "/" + path.lstrip("/")) or {}
    route_key = route.get("routeKey", "")
    own = (stored.get("routeSettings") or {}).get(route_key) or {}
    return {**(stored.get("defaultRouteSettings") or {}), **own}, route_key
