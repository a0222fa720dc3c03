"""The AWS account that an emulator plays, as the local stage sees it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from blockwork.local.assembly import Environment
from blockwork.local.aws import local_client
from blockwork.local.launch import REGION
from blockwork.local.ports import HOST

BOOTSTRAPPED = "/cdk-bootstrap/hnb659fds/version"


BOOTSTRAP = "CDKToolkit"
"""The stack of `cdk bootstrap`."""


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """A stack as it is deployed.

    :param status: CloudFormation's, such as `UPDATE_COMPLETE`.
    :param outputs: what it tells, by their keys.
    """

    name: str
    status: str
    account: str
    region: str
    outputs: Mapping[str, str]

    @property
    def place(self) -> str:
        """Where it is, as people read it."""
        return f"{self.region}/{self.account}"


class Account:
    """What is deployed on this machine, and what is remembered of it there.

    :param port: where the emulator answers; the website is on the next one.
    :param places: tells where else stacks of the app are, in which account and region. Default:
        nowhere.
    """

    def __init__(self, port: int, places: Callable[[], Iterable[Environment]] = lambda: ()) -> None:
        self.port = port
        self._places = places
        self.region = REGION
        self._endpoint = f"http://{HOST}:{port}"
        self.url = f"http://localhost:{port}"
        self.site_url = f"http://localhost:{port + 1}"

    def client(
        self,
        service: Any,  # noqa: ANN401 -- boto3 makes its clients at run time
        *,
        region: str = REGION,
    ) -> Any:  # noqa: ANN401 -- the same
        """Return a client of an AWS API.

        :param region: where, such as us-east-1 for a website's certificate. Default: the stage's.
        """
        return local_client(service, endpoint=self._endpoint, region=region)

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
        ssm = local_client("ssm", endpoint=self._endpoint, **vars(environment))
        return bool(ssm.get_parameters(Names=[parameter])["Parameters"])

    def stacks(self) -> Iterator[dict[str, Any]]:
        """Yield what CloudFormation tells of each stack, in every place of the app."""
        for place in sorted({Environment(), *self._places()}):
            client = local_client("cloudformation", endpoint=self._endpoint, **vars(place))
            for page in client.get_paginator("describe_stacks").paginate():
                yield from page["Stacks"]

    def deployed(self) -> Iterator["Deployed"]:
        """Yield each stack of the app."""
        for stack in self.stacks():
            if stack["StackName"] != BOOTSTRAP:
                _, _, _, region, account, *_ = stack["StackId"].split(":")
                outputs = {
                    each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])
                }
                yield Deployed(
                    name=stack["StackName"],
                    status=stack["StackStatus"],
                    account=account,
                    region=region,
                    outputs=outputs,
                )

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
