"""A template refers to a secret by its ARN.

AWS resolves `Ref` of an AWS::SecretsManager::Secret to the secret's ARN (CloudFormation template
reference, "Return values"). Stock resolves it to the name, so that a role which may read that
secret may read none. Closed by giving the ARN for the name, and taking it where the name is meant.
"""

from typing import Any

from ministack.services import secretsmanager
from ministack.services.cloudformation import provisioners

from blockwork.local.emulator.gaps._hooks import Properties

SECRET = "AWS::SecretsManager::Secret"


def close() -> None:
    """Let a secret's physical id be its ARN."""
    stock = dict(provisioners._RESOURCE_HANDLERS[SECRET])

    def create(logical_id: str, properties: Properties, stack: str) -> Any:
        return _by_arn(stock["create"](logical_id, properties, stack))

    def update(
        arn: str, old: Properties, new: Properties, stack: str, logical_id: str | None = None
    ) -> Any:
        return _by_arn(stock["update"](_name(arn), old, new, stack, logical_id=logical_id))

    def delete(arn: str, properties: Properties) -> Any:
        return stock["delete"](_name(arn), properties)

    handlers = {**stock, "create": create, "update": update, "delete": delete}
    provisioners._RESOURCE_HANDLERS[SECRET] = handlers


def _by_arn(made: tuple[str, dict[str, str]]) -> tuple[str, dict[str, str]]:
    _, attributes = made
    return attributes["Arn"], attributes


def _name(arn: str) -> str:
    name, _ = secretsmanager._resolve(arn)
    return name or arn
