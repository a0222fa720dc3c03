"""Which routes anybody may call."""

from collections.abc import Iterator

from blockwork.testing.synthesis import SynthesisedApp, SynthesisedResource, SynthesisedStack


def public_routes_of(app: SynthesisedApp) -> dict[str, list[str]]:
    """Return the routes without an authorizer, by the name of their stack.

    `GET /orders` of HTTP and REST APIs, `$connect` of WebSocket APIs, `function URL Orders1A2B` of
    functions, and `routes of Api1A2B's Body` where an API is an OpenAPI document in its template.
    A key for usage plans is no authorizer (Amazon API Gateway, usage plans).
    """
    found = {name: sorted(_of(stack)) for name, stack in app.stacks.items()}
    return {name: routes for name, routes in found.items() if routes}


def _of(stack: SynthesisedStack) -> Iterator[str]:
    for route in stack.of_type("AWS::ApiGatewayV2::Route"):
        key = str(route.properties["RouteKey"])
        # Only the opening of a WebSocket can be authorized; what comes after is the same caller.
        later = _protocol(route) == "WEBSOCKET" and key != "$connect"
        if route.properties.get("AuthorizationType", "NONE") == "NONE" and not later:
            yield key
    for method in stack.of_type("AWS::ApiGateway::Method"):
        said = method.properties
        preflight = said["HttpMethod"] == "OPTIONS" and said["Integration"].get("Type") == "MOCK"
        if said.get("AuthorizationType", "NONE") == "NONE" and not preflight:
            yield f"{said['HttpMethod']} {_path(stack, said['ResourceId']) or '/'}"
    for api in stack.of_type("AWS::ApiGatewayV2::Api", "AWS::ApiGateway::RestApi"):
        if {"Body", "BodyS3Location"} & api.properties.keys():
            yield f"routes of {api.id}'s Body"
        if "Target" in api.properties:  # one route, made with the API
            yield str(api.properties.get("RouteKey", "$default"))
    for url in stack.of_type("AWS::Lambda::Url"):
        if url.properties.get("AuthType") == "NONE":
            yield f"function URL {url.id}"


def _protocol(route: SynthesisedResource) -> object:
    api = route.properties.get("ApiId")
    there = route.stack.resources.get(api.get("Ref", "")) if isinstance(api, dict) else None
    return there.properties.get("ProtocolType") if there else None


def _path(stack: SynthesisedStack, reference: object) -> str:
    match reference:
        case {"Ref": str(id_)} if id_ in stack.resources:
            said = stack.resources[id_].properties
            return f"{_path(stack, said.get('ParentId'))}/{said.get('PathPart', '')}"
    return ""
