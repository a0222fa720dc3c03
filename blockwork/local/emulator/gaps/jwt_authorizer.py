"""A refresh token opens no route, and nonsense is no token.

AWS's refresh tokens are encrypted, so that an HTTP API's JWT authorizer cannot read them, and it
answers 401 to whatever it cannot read
(https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html). Stock's
refresh tokens are signed like access tokens, and it takes them for such; JSON that is no object
makes it fail. Closed behind the authorizer's own checks.
"""

from typing import Any

from ministack.services import apigateway

Verdict = tuple[dict[str, Any] | None, list[str] | None, tuple[int, dict[str, str], bytes] | None]


def close() -> None:
    """Look at what is about to be let through."""
    stock = apigateway._validate_jwt_authorizer

    async def validate(*request: Any) -> Verdict:
        try:
            verdict: Verdict = await stock(*request)
        except (AttributeError, TypeError, ValueError):
            return None, None, apigateway._jwt_unauthorized()
        claims, _, _ = verdict
        if claims and claims.get("token_use") == "refresh":
            return None, None, apigateway._jwt_unauthorized()
        return verdict

    apigateway._validate_jwt_authorizer = validate
