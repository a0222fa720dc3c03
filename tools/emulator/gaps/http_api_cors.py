"""CORS of an HTTP API made by CloudFormation.

AWS answers preflights from the API's CorsConfiguration. Stock stores the template's property names
(AllowOrigins) where its data plane reads the API's (allowOrigins), so every preflight is refused.
Closed by renaming them once the API is made or changed; stock removes them correctly.
"""

from ministack.services import apigateway

from tools.emulator.gaps._hooks import Properties, after_provisioning, camel_case


def close() -> None:
    """Store the configuration under the names the data plane reads."""

    def rename(api_id: str, properties: Properties) -> None:
        if properties.get("CorsConfiguration"):
            apigateway._apis[api_id]["corsConfiguration"] = camel_case(
                properties["CorsConfiguration"]
            )

    after_provisioning("AWS::ApiGatewayV2::Api", rename, on=("create", "update"))
