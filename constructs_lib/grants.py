"""Grants that are narrower than those of the CDK's own constructs, and who is told of them."""

from typing import cast

from aws_cdk import Stack
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_ses as ses
from aws_cdk import aws_ssm as ssm

from constructs_lib.acknowledge import acknowledge_wildcard
from constructs_lib.asked_once import path_of
from constructs_lib.interfaces import AnyFunction
from constructs_lib.telling import tell

PLAIN_MAIL = ("ses:SendEmail",)
RAW_MAIL = ("ses:SendEmail", "ses:SendRawEmail")
"""SES asks for either action of its API v2 where the content of a mail is raw."""


def grant_send_mail(
    sender: ses.IEmailIdentity,
    grantee: iam.IGrantable,
    /,
    *,
    address: str,
    actions: tuple[str, ...] = PLAIN_MAIL,
) -> iam.Grant:
    """Allow to send mails as one address, not as every one that the identity covers.

    :param sender: an address or a domain that SES knows.
    :param address: what the mails come from, without a name beside it (`ses:FromAddress`).
    :param actions: `RAW_MAIL` for who composes mails by themselves, with attachments. Default:
        mails that SES composes of subject and text.
    """
    return iam.Grant.add_to_principal(
        grantee=grantee,
        actions=list(actions),
        resource_arns=[sender.email_identity_arn],
        conditions={"StringEquals": {"ses:FromAddress": address}},
    )


def let_send_mail(
    sender: ses.IEmailIdentity,
    function: AnyFunction,
    /,
    *,
    address: str,
    variable: str,
    actions: tuple[str, ...] = PLAIN_MAIL,
) -> iam.Grant:
    """Tell a function as whom it sends mails, and allow it what `grant_send_mail` does.

    :param variable: what the function finds the address in, such as `MAIL_SENDER`.
    :raises ValueError: if the function cannot be told.
    """
    tell(function, variable, address, at=path_of(sender))
    return grant_send_mail(sender, function, address=address, actions=actions)


def grant_read_parameter(parameter: ssm.IParameter, grantee: iam.IGrantable, /) -> iam.Grant:
    """Allow to read the value that a parameter has, not those it had, nor what others are called.

    A secret that is encrypted with AWS's own key for SSM takes no further permission.
    """
    return iam.Grant.add_to_principal(
        grantee=grantee, actions=["ssm:GetParameter"], resource_arns=[parameter.parameter_arn]
    )


def let_read_parameter(
    parameter: ssm.IParameter, function: AnyFunction, /, *, variable: str
) -> iam.Grant:
    """Tell a function a parameter's name, and allow it what `grant_read_parameter` does.

    :param variable: what the function finds the name in, such as `PAYMENT_KEY_PARAMETER`.
    :raises ValueError: if the function cannot be told.
    """
    tell(function, variable, parameter.parameter_name, at=path_of(parameter))
    return grant_read_parameter(parameter, function)


def grant_read_secret(secret: secretsmanager.ISecret, grantee: iam.IGrantable, /) -> iam.Grant:
    """Allow to read the values of a secret, and nothing about it.

    A secret that is encrypted with AWS's own key for Secrets Manager takes no further permission.
    """
    return iam.Grant.add_to_principal(
        grantee=grantee,
        actions=["secretsmanager:GetSecretValue"],
        resource_arns=[secret.secret_arn],
    )


def let_read_secret(
    secret: secretsmanager.ISecret, function: AnyFunction, /, *, variable: str
) -> iam.Grant:
    """Tell a function a secret's ARN, and allow it what `grant_read_secret` does.

    :param variable: what the function finds the ARN in, such as `SIGNING_KEY_ARN`.
    :raises ValueError: if the function cannot be told.
    """
    tell(function, variable, secret.secret_arn, at=path_of(secret))
    return grant_read_secret(secret, function)


def grant_invoke(asked: AnyFunction, grantee: iam.IGrantable, /) -> iam.Grant:
    """Allow to invoke a function as it is now, none of its versions and aliases."""
    return iam.Grant.add_to_principal(
        grantee=grantee, actions=["lambda:InvokeFunction"], resource_arns=[asked.function_arn]
    )


def let_invoke(asked: AnyFunction, function: AnyFunction, /, *, variable: str) -> iam.Grant:
    """Tell a function the name of another one, and allow it what `grant_invoke` does.

    :param variable: what the function finds the name in, such as `LIST_ORDERS_FUNCTION`.
    :raises ValueError: if the function cannot be told.
    """
    tell(function, variable, asked.function_name, at=path_of(asked))
    return grant_invoke(asked, function)


def grant_send_to_connections(
    api: apigatewayv2.WebSocketApi, function: lambda_.Function, /, *, stage: str
) -> None:
    """Allow a function to send to the connections of one stage and to end them, not to look at any.

    :param stage: the name of the stage.
    """
    connections = [
        Stack.of(api).format_arn(
            service="execute-api",
            resource=api.api_id,
            resource_name=f"{stage}/{method}/@connections/*",
        )
        for method in ("POST", "DELETE")
    ]
    function.add_to_role_policy(
        iam.PolicyStatement(actions=["execute-api:ManageConnections"], resources=connections)
    )
    for resource in connections:
        acknowledge_wildcard(
            cast(iam.IRole, function.role),
            resource,
            why="connections are known when somebody connects",
        )
