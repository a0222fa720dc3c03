"""The executions of the campaigns' state machine."""

import os
from typing import Any, Self

import boto3
import msgspec

from blockwork.runtime.aws import PATIENCE


class Workflow:
    """Starts executions.

    :param client: a Step Functions client.
    :param arn: the state machine's ARN.
    """

    def __init__(self, client: Any, arn: str) -> None:  # noqa: ANN401
        self._client = client
        self._arn = arn

    @classmethod
    def from_environment(cls) -> Self:
        """Start executions of the state machine WORKFLOW_ARN."""
        return cls(boto3.client("stepfunctions", config=PATIENCE), os.environ["WORKFLOW_ARN"])

    def start(self, campaign_id: str, *, correlation_id: str) -> None:
        """Start the execution of a campaign, once: its name is the campaign's id."""
        try:
            self._client.start_execution(
                stateMachineArn=self._arn,
                name=campaign_id,
                input=msgspec.json.encode(
                    {"campaignId": campaign_id, "correlationId": correlation_id}
                ).decode(),
            )
        except self._client.exceptions.ExecutionAlreadyExists:
            return  # and is over already
