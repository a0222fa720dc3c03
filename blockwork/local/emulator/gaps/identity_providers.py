"""Outside providers of a user pool made by CloudFormation.

AWS makes, changes and deletes AWS::Cognito::UserPoolIdentityProvider. Stock refuses templates with
it, though its API knows providers. Closed by passing the resource to that API.
"""

import json
from typing import Any

from ministack.services import cognito
from ministack.services.cloudformation import provisioners

from blockwork.local.emulator.gaps._hooks import Properties

PROVIDER = "AWS::Cognito::UserPoolIdentityProvider"
FIXED = ("UserPoolId", "ProviderName", "ProviderType")


def close() -> None:
    """Register the resource type."""
    provisioners._RESOURCE_HANDLERS[PROVIDER] = {
        "create": _create,
        "update": _update,
        "delete": _delete,
    }


def _create(_logical_id: str, properties: Properties, _stack: str) -> tuple[str, dict[str, str]]:
    _call(cognito._create_identity_provider, properties)
    return properties["ProviderName"], {}


def _update(name: str, old: Properties, new: Properties, stack: str) -> tuple[str, dict[str, str]]:
    if any(old.get(key) != new.get(key) for key in FIXED):
        _delete(name, old)
        return _create("", new, stack)
    _call(cognito._update_identity_provider, new)
    return name, {}


def _delete(name: str, properties: Properties) -> None:
    provider = {"UserPoolId": properties["UserPoolId"], "ProviderName": name}
    cognito._delete_identity_provider(provider)


def _call(operation: Any, properties: Properties) -> None:
    status, _, body = operation(properties)
    if status >= 400:
        name = properties.get("ProviderName")
        raise ValueError(f"{PROVIDER} {name}: {json.loads(body).get('message')}")
