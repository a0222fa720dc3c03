"""Another team's pipeline of files: a function in Node, a state machine, a container image."""

import json
import re
from typing import Any

import pytest

from tests.account import EmptyAccount
from tests.examples.observing import numbers, the_failed
from tests.examples.team import Team
from tests.waiting import eventually, settled


class Pipeline:
    """The pipeline as it is deployed, driven through its bucket."""

    def __init__(self, account: EmptyAccount, outputs: dict[str, str]) -> None:
        self.account = account
        self.outputs = outputs

    def upload(self, **files: bytes) -> None:
        """Put files into the bucket, named after what they are."""
        for name, content in files.items():
            self.account.client("s3").put_object(
                Bucket=self.outputs["BucketName"], Key=name.replace("_", "."), Body=content
            )

    def inspected(self) -> list[str]:
        """Return the files that the function in Node tells of in its log, each time it does."""
        logs = self.account.client("logs")
        group = self.outputs["InspectLogName"]
        events = logs.filter_log_events(logGroupName=group)["events"]
        lines = "\n".join(event["message"] for event in events)
        return sorted(re.findall(r'"inspected":"([^"]+)"', lines))

    def imported(self) -> dict[str, int]:
        """Return how often the state machine has imported each file."""
        return numbers(self.account, self.outputs["FileTableName"], "imports")

    def failed(self) -> Any:
        """Wait for the one message that ends in the failure chain."""
        return the_failed(self.account, self.outputs["FailedEvents"])

    def ends_with(self, *files: str) -> None:
        """Wait until these are inspected and imported, and see that each is but once."""
        expected = sorted(files), dict.fromkeys(files, 1)
        eventually(
            self._seen, until=lambda seen: {*seen[0]} >= {*files} and seen[1].keys() >= {*files}
        )
        assert settled(self._seen) == expected

    def _seen(self) -> tuple[list[str], dict[str, int]]:
        return self.inspected(), self.imported()


@pytest.fixture(scope="module")
def pipeline(account: EmptyAccount, files: Team) -> Pipeline:
    return Pipeline(account, files.deploy(account))


def test_each_file_is_inspected_and_imported_once_and_what_fails_ends_in_the_chain(
    pipeline: Pipeline,
) -> None:
    pipeline.upload(novel_txt=b"It was", poems_txt=b"O")
    pipeline.ends_with("novel.txt", "poems.txt")

    # Its owner mends the queue: what waits a minute on AWS is tried again in a second.
    sqs = pipeline.account.client("sqs")
    uploads = sqs.get_queue_url(QueueName=pipeline.outputs["UploadsName"])["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=uploads, Attributes={"VisibilityTimeout": "1"})
    pipeline.upload(poison=b"?")
    (record,) = pipeline.failed()["Records"]
    assert record["s3"]["object"]["key"] == "poison"
    sqs.set_queue_attributes(QueueUrl=uploads, Attributes={"VisibilityTimeout": "60"})

    pipeline.upload(empty_txt=b"")
    ended = pipeline.failed()["detail"]
    assert ended["status"] == "FAILED"
    assert json.loads(ended["input"])["detail"]["object"]["key"] == "empty.txt"
    assert pipeline.imported() == {"novel.txt": 1, "poems.txt": 1, "poison": 1}
    assert settled(pipeline.inspected) == ["empty.txt", "novel.txt", "poems.txt"]


def test_the_image_is_the_one_of_the_repository_that_exists(
    pipeline: Pipeline, account: EmptyAccount
) -> None:
    functions = account.client("lambda").list_functions()["Functions"]

    (image,) = (each for each in functions if each["PackageType"] == "Image")
    code = account.client("lambda").get_function(FunctionName=image["FunctionName"])["Code"]
    assert code["ImageUri"].endswith("/publisher/read-scan:1.4.2"), json.dumps(code)
