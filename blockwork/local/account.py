"""The AWS account that an emulator plays, as the local stage sees it."""

from collections.abc import Iterable, Iterator
from typing import Any

from blockwork.local.assembly import Environment
from blockwork.local.aws import local_client
from blockwork.local.launch import REGION
from blockwork.local.ports import HOST

BOOTSTRAPPED = "/cdk-bootstrap/hnb659fds/version"


class Account:
    """What is deployed on this machine, and what is remembered of it there.

    :param port: where the emulator answers; the website is on the next one.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.region = REGION
        self.url = f"http://localhost:{port}"
        self.site_url = f"http://localhost:{port + 1}"

    def client(self, service: Any) -> Any:  # noqa: ANN401 -- boto3 makes its clients at run time
        """Return a client of an AWS API."""
        return local_client(service, endpoint=f"http://{HOST}:{self.port}", region=self.region)

    def recall(self, name: str) -> str | None:
        """Return what was remembered under `name`."""
        ssm = self.client("ssm")
        try:
            value: str = ssm.get_parameter(Name=name)["Parameter"]["Value"]
        except ssm.exceptions.ParameterNotFound:
            return None
        return value

    def remember(self, name: str, value: str) -> None:
        """Keep `value` in the emulator's state."""
        self.client("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)

    def keep_secret(self, name: str, value: str) -> None:
        """Keep a SecureString, which CloudFormation makes none of."""
        self.client("ssm").put_parameter(
            Name=name, Value=value, Type="SecureString", Overwrite=True
        )

    def is_bootstrapped(self) -> bool:
        """Tell whether the CDK can deploy here."""
        return self.recall(BOOTSTRAPPED) is not None

    def are_bootstrapped(self, environments: Iterable[Environment]) -> dict[Environment, bool]:
        """Tell of each environment whether the CDK can deploy there."""
        return {each: self._knows(each, BOOTSTRAPPED) for each in environments}

    def _knows(self, environment: Environment, parameter: str) -> bool:
        endpoint = f"http://{HOST}:{self.port}"
        ssm = local_client("ssm", endpoint=endpoint, **vars(environment))
        return bool(ssm.get_parameters(Names=[parameter])["Parameters"])

    def stacks(self) -> Iterator[dict[str, Any]]:
        """Yield what CloudFormation tells of each stack."""
        pages = self.client("cloudformation").get_paginator("describe_stacks").paginate()
        return (stack for page in pages for stack in page["Stacks"])

    def damage(self) -> str | None:
        """Tell what a crash has left that no deployment can mend, if there is any."""
        stuck = [each["StackName"] for each in self.stacks() if is_stuck(each["StackStatus"])]
        if stuck:
            return f"the deployment of {', '.join(stuck)} was cut off"
        if not self.is_bootstrapped() and self.client("s3").list_buckets()["Buckets"]:
            return "buckets are left of stacks that are lost"
        return None


def is_stuck(status: str) -> bool:
    """Tell whether a stack in this status can no longer be deployed, or deleted by a deployment."""
    return status.endswith("_IN_PROGRESS") or status in (
        "DELETE_FAILED",
        "ROLLBACK_FAILED",
        "UPDATE_ROLLBACK_FAILED",
    )
