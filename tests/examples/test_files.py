"""Another team's pipeline of files: a function in Node and a workflow; images, where they run."""

import re
from collections.abc import Iterator

import pytest

from tests.examples.here import Here, running
from tests.examples.team import Team
from tests.waiting import eventually, settled


class Pipeline:
    """The pipeline as it runs, driven through its bucket."""

    def __init__(self, here: Here) -> None:
        self.here = here

    def upload(self, **files: bytes) -> None:
        """Put files into the bucket, named after what they are."""
        for name, content in files.items():
            self.here.client("s3").put_object(
                Bucket=self.here.outputs["BucketName"], Key=name.replace("_", "."), Body=content
            )

    def inspected(self) -> list[str]:
        """Return the files that the function in Node tells of in its log, each time it does."""
        group = self.here.outputs["InspectLogName"]
        events = self.here.client("logs").filter_log_events(logGroupName=group)["events"]
        lines = "\n".join(event["message"] for event in events)
        return sorted(re.findall(r'"inspected":"([^"]+)"', lines))

    def imported(self) -> dict[str, int]:
        """Return how often the workflow has imported each file."""
        return self.here.numbers(self.here.outputs["FileTableName"], "imports")

    def ends_with(self, *files: str, not_inspected: str = "", not_imported: str = "") -> None:
        """Wait until these are inspected and imported, but for one, and see that each is but once.

        :param not_inspected: the one that cannot be. Default: none; so with the next one.
        """
        inspected = sorted({*files} - {not_inspected})
        imported = dict.fromkeys({*files} - {not_imported}, 1)
        eventually(
            self._seen,
            until=lambda seen: {*seen[0]} >= {*inspected} and seen[1].keys() >= {*imported},
        )
        assert settled(self._seen) == (inspected, imported)

    def _seen(self) -> tuple[list[str], dict[str, int]]:
        return self.inspected(), self.imported()


@pytest.fixture(scope="module")
def pipeline(files: Team) -> Iterator[Pipeline]:
    with running(files, "Files") as here:
        yield Pipeline(here)


def test_each_file_is_handled_once_and_what_fails_is_redriven_once_the_code_is_mended(
    pipeline: Pipeline, files: Team
) -> None:
    pipeline.upload(novel_txt=b"It was", poems_txt=b"O")
    pipeline.ends_with("novel.txt", "poems.txt")

    # Who waits mends the queue: what waits a minute on AWS is tried again in a second.
    sqs = pipeline.here.client("sqs")
    uploads = sqs.get_queue_url(QueueName=pipeline.here.outputs["UploadsName"])["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=uploads, Attributes={"VisibilityTimeout": "1"})
    pipeline.upload(poison=b"?")
    pipeline.here.waits_for_mending(1)
    sqs.set_queue_attributes(QueueUrl=uploads, Attributes={"VisibilityTimeout": "60"})
    pipeline.upload(empty_txt=b"")
    failures = pipeline.here.waits_for_mending(2)
    assert {each["origin"]: each["target"].split(":")[2] for each in failures} == {
        "message of a queue": "sqs",
        "execution of a state machine": "states",
    }
    everything = ("empty.txt", "novel.txt", "poems.txt", "poison")
    pipeline.ends_with(*everything, not_inspected="poison", not_imported="empty.txt")

    files.mend("app.py", "object.size > 0", "object.size >= 0")
    files.mend("inspect/index.ts", "/\\.(\\w+)$/.exec(s3.object.key)?.[1]", "s3.object.key")
    pipeline.here.up()
    pipeline.here.redrives(2)

    pipeline.ends_with(*everything)


def test_the_librarys_checks_find_nothing_in_it_and_it_goes_down(pipeline: Pipeline) -> None:
    assert pipeline.here.told_by_checks() == "[] []"
    pipeline.here.goes_down()
