"""CORS of an HTTP API made by CloudFormation.

AWS answers preflights from the API's CorsConfiguration, and adds its headers to every answer, those
of authorizers and of throttling included: otherwise no script could tell 401 and 429 from a broken
network. Stock stores the template's property names (AllowOrigins) where its data plane reads the
API's (allowOrigins), so every preflight is refused, and adds the headers to answers of integrations
alone. Closed by renaming the properties once the API is made or changed (stock removes them
correctly), and by adding the headers around the data plane.
"""

from typing import Any

from ministack.services import apigateway

from blockwork.local.emulator.gaps._hooks import Properties, after_provisioning, camel_case


def close() -> None:
    """Store the configuration under the names the data plane reads, and use it for all answers."""

    def rename(api_id: str, properties: Properties) -> None:
        if properties.get("CorsConfiguration"):
            apigateway._apis[api_id]["corsConfiguration"] = camel_case(
                properties["CorsConfiguration"]
            )

    after_provisioning("AWS::ApiGatewayV2::Api", rename, on=("create", "update"))
    execute = apigateway.handle_execute

    async def exposed(
        api_id: str,
        stage: str,
        path: str,
        method: str,
        headers: dict[str, str],
        *request: Any,
        **more: Any,
    ) -> tuple[int, dict[str, str], bytes]:
        answer = await execute(api_id, stage, path, method, headers, *request, **more)
        status, answered, body = answer
        cors = apigateway._apis.get(api_id, {}).get("corsConfiguration")
        if cors and method != "OPTIONS":
            answered.update(apigateway._cors_response_headers(cors, headers.get("origin", "")))
        return status, answered, body

    apigateway.handle_execute = exposed
