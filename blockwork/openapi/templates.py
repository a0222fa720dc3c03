"""The routes of an app's HTTP APIs, with who may call them and what answers, from its templates."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from blockwork.local.assembly import Stack, read_stacks

API, ROUTE = "AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Route"
AUTHORIZER = "AWS::ApiGatewayV2::Authorizer"
FUNCTION = "AWS::Lambda::Function"
GENERATED = re.compile(r"(HttpApi)?[0-9A-F]{8}$")
"""What the CDK puts at the end of an id, and what a `BusinessApi` calls its own."""
HEADER = re.compile(r"\$request\.header\.(.+)")
Resources = Mapping[str, Mapping[str, Any]]


class OpenApiError(Exception):
    """There is no document to be made; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Code:
    """What answers: a function as the template has it.

    :param asset: the folder or the zip of its code; None where that is not in the assembly.
    :param language: `python`, `nodejs` or what else its runtime begins with.
    :param handler: as Lambda is told it, such as `shop.handlers.get_order.handler`.
    :param environment: its variables; what only a deployment knows is a text that stands for it.
    """

    asset: Path | None
    language: str
    handler: str
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True)
class Route:
    """One route.

    :param key: method and path, such as `GET /orders/{orderId}`.
    :param scheme: OpenAPI's security scheme of its authorizer by its name; empty where everybody
        may call.
    :param scopes: which of the authorizer's scopes a caller needs one of.
    :param code: None where something else than a function answers.
    """

    key: str
    scheme: Mapping[str, Mapping[str, str]]
    scopes: tuple[str, ...]
    code: Code | None

    @property
    def method(self) -> str:
        """`GET` and so on; `ANY` for all of them."""
        return self.key.partition(" ")[0] if " " in self.key else "ANY"

    @property
    def path(self) -> str:
        """With its variables; that of `$default` is whatever no other route has."""
        return self.key.partition(" ")[2] or "/{proxy+}"


@dataclass(frozen=True, kw_only=True)
class Api:
    """One HTTP API.

    :param name: of its document: that of its stack in small letters.
    :param title: the stack's name.
    :param description: what the stack's template says of itself.
    :param version: the API's own; 1 where the template says none.
    """

    name: str
    title: str
    description: str
    version: int
    routes: tuple[Route, ...]


def read_apis(assembly: Path, *, stage: str = "") -> list[Api]:
    """Return the HTTP APIs of an assembly, by name, each with the routes that its template has.

    WebSocket APIs, and REST APIs of API Gateway's first version, are none of them.

    :param stage: only stacks whose names begin with it and `-`, which names omit. Default: all.
    :raises OpenApiError: if there is no assembly, no API in it, or two have the same name.
    """
    if not (assembly / "manifest.json").is_file():
        raise OpenApiError(f"{assembly} must be what `cdk synth --output {assembly}` wrote")
    found: dict[str, Api] = {}
    for stack in read_stacks(assembly):
        if stage and not stack.name.startswith(f"{stage}-"):
            continue
        for api in _apis(stack, stack.name.removeprefix(f"{stage}-") if stage else stack.name):
            if api.name in found:
                raise OpenApiError(f"two APIs are called {api.name}: say --stage")
            found[api.name] = api
    if not found:
        of = f" in stacks whose names begin with {stage}-" if stage else ""
        raise OpenApiError(f"{assembly} has no HTTP API{of}: there is nothing to describe")
    return sorted(found.values(), key=lambda api: api.name)


def _apis(stack: Stack, title: str) -> Iterator[Api]:
    said = {id_: r.get("Properties", {}) for id_, r in stack.resources.items()}
    https = [
        id_
        for id_, resource in stack.resources.items()
        if resource["Type"] == API and said[id_].get("ProtocolType") == "HTTP"
    ]
    for id_ in https:
        routes = [
            _route(properties, stack)
            for route, properties in said.items()
            if stack.resources[route]["Type"] == ROUTE and _named(properties.get("ApiId")) == [id_]
        ]
        if not routes:
            continue
        # An API without a function is described too: that it is there is all that is known.
        own = "" if len(https) == 1 else f"-{GENERATED.sub('', id_)}"
        yield Api(
            name=f"{title}{own}".lower(),
            title=f"{title}{own}",
            description=str(stack.template.get("Description", "")),
            version=_version(said[id_].get("Version"), f"{stack.name}/{id_}"),
            routes=tuple(sorted(routes, key=lambda route: route.key.split(" ")[::-1])),
        )


def _version(given: object, at: str) -> int:
    if given is None:
        return 1
    if not (isinstance(given, str) and given.isdecimal() and int(given) >= 1):
        raise OpenApiError(f"the Version of {at} must be a whole number from 1, got {given!r}")
    return int(given)


def _route(properties: Mapping[str, Any], stack: Stack) -> Route:
    authorizer = next(iter(_named(properties.get("AuthorizerId"))), None)
    said = stack.resources.get(authorizer or "", {}).get("Properties", {})
    kind = properties.get("AuthorizationType", "NONE")
    scheme = {} if kind == "NONE" else {str(said.get("Name", kind)): _scheme(kind, said)}
    return Route(
        key=str(properties["RouteKey"]),
        scheme=scheme,
        scopes=tuple(properties.get("AuthorizationScopes", ())),
        code=_code(properties.get("Target"), stack),
    )


def _scheme(kind: str, authorizer: Mapping[str, Any]) -> dict[str, str]:
    """Return how OpenAPI says what an authorizer looks at."""
    if kind == "AWS_IAM":
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "A request that is signed with AWS's Signature Version 4.",
        }
    sources = [HEADER.fullmatch(str(each)) for each in authorizer.get("IdentitySource") or ()]
    headers = [found[1] for found in sources if found]
    if kind == "JWT" or headers == ["Authorization"]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    name = headers[0] if headers else "Authorization"
    return {"type": "apiKey", "in": "header", "name": name}


def _code(target: object, stack: Stack) -> Code | None:
    """Follow an integration to its function, by way of an alias where there is one."""
    left, seen = _named(target), set[str]()
    while left:
        id_ = left.pop()
        resource = stack.resources.get(id_)
        if id_ in seen or resource is None:
            continue
        seen.add(id_)
        said = resource.get("Properties", {})
        if resource["Type"] == FUNCTION:
            return _function(said, stack)
        left += _named([said.get("IntegrationUri"), said.get("FunctionName")])
    return None


def _function(said: Mapping[str, Any], stack: Stack) -> Code:
    key = said.get("Code", {}).get("S3Key")
    variables = said.get("Environment", {}).get("Variables", {})
    return Code(
        asset=stack.assets.get(key.partition(".")[0]) if isinstance(key, str) else None,
        language=re.split(r"[\d.]", str(said.get("Runtime", "")))[0],
        handler=str(said.get("Handler", "")),
        environment={
            name: value if isinstance(value, str) else "known-once-deployed"
            for name, value in variables.items()
        },
    )


def _named(value: object) -> list[str]:
    """Return the logical ids that a value of a template refers to."""
    if isinstance(value, list):
        return [id_ for each in value for id_ in _named(each)]
    if not isinstance(value, dict):
        return []
    if isinstance(value.get("Ref"), str):
        return [value["Ref"]]
    if "Fn::GetAtt" in value:
        of = value["Fn::GetAtt"]
        return [str(of[0] if isinstance(of, list) else of.partition(".")[0])]
    return [id_ for each in value.values() for id_ in _named(each)]
