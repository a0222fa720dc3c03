import json
from typing import Any

from tests.emulator.support import Aws, eventually


def resources(*, name: str | None = None, days: int = 7) -> dict[str, Any]:
    return {
        "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "orders"}},
        "Archive": {
            "Type": "AWS::Events::Archive",
            "Properties": {
                "SourceArn": {"Fn::GetAtt": ["Bus", "Arn"]},
                "EventPattern": {"source": ["blockwork.orders"]},
                "RetentionDays": days,
                **({"ArchiveName": name} if name else {}),
            },
        },
    }


def test_an_archive_keeps_the_events_that_match_and_is_changed_in_place(aws: Aws) -> None:
    events = aws.client("events")
    made = aws.deploy("archive", resources(), name={"Ref": "Archive"})
    for source in ("blockwork.orders", "blockwork.other"):
        entry = {"Source": source, "DetailType": "OrderPlaced", "Detail": json.dumps({})}
        events.put_events(Entries=[{**entry, "EventBusName": "orders"}])

    changed = aws.deploy("archive", resources(days=30), name={"Ref": "Archive"})

    assert changed == made
    archive = events.describe_archive(ArchiveName=made["name"])
    assert (archive["RetentionDays"], archive["EventCount"]) == (30, 1)


def test_another_name_is_another_archive(aws: Aws) -> None:
    events = aws.client("events")
    aws.deploy("archive", resources())

    aws.deploy("archive", resources(name="renamed"))

    names = [archive["ArchiveName"] for archive in events.list_archives()["Archives"]]
    assert names == ["renamed"]


def test_an_archive_goes_with_its_stack(aws: Aws) -> None:
    aws.deploy("archive", resources())

    aws.client("cloudformation").delete_stack(StackName="archive")

    eventually(lambda: not aws.client("events").list_archives()["Archives"])
