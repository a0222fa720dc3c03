"""CDK classes as what their interfaces say they are.

jsii names parameters of some methods otherwise in a class than in its interface. mypy lets it pass;
pyright takes `lambda_.Function` for no `IFunction` then. Type checkers are told here that they are
both; when a program runs, they are the CDK's own.
"""

# mypy: disable-error-code="metaclass, misc, override"
# pyright: reportIncompatibleMethodOverride=false

from typing import TYPE_CHECKING, cast

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns

AnyFunction = lambda_.IFunction | lambda_.FunctionBase
"""Whatever the CDK has of functions: of any language, images, versions, aliases, imported ones."""
AnyKey = kms.IKey | kms.Key
"""One of this app, an imported one."""

if TYPE_CHECKING:

    class Function(lambda_.Function, lambda_.IFunction):
        """`IFunction` by its name, which pyright believes."""

    class Role(iam.Role, iam.IRole):
        """`IRole` by its name, which pyright believes."""

    class Secret(secretsmanager.Secret, secretsmanager.ISecret):
        """`ISecret` by its name, which pyright believes."""

    class ServicePrincipal(iam.ServicePrincipal, iam.IPrincipal):
        """`IPrincipal` by its name, which pyright believes."""

    class Topic(sns.Topic, sns.ITopic):
        """`ITopic` by its name, which pyright believes."""

else:
    Function, Role, Secret = lambda_.Function, iam.Role, secretsmanager.Secret
    ServicePrincipal, Topic = iam.ServicePrincipal, sns.Topic


def as_function(function: AnyFunction) -> lambda_.IFunction:
    """Return a function as what the CDK asks for."""
    return cast(lambda_.IFunction, function)


def as_key(key: AnyKey | None) -> kms.IKey | None:
    """Return a key as what the CDK asks for."""
    return cast("kms.IKey | None", key)
