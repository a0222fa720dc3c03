"""Publish what stacks need before they are deployed, as the CDK's command line does."""

import io
import json
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

EPOCH = (1980, 1, 1, 0, 0, 0)
"""Of every file in a zip: what is the same has the same bytes."""


class CannotPublishError(Exception):
    """The CDK's command line has to publish it."""


class Publisher:
    """Puts assets that are missing into the buckets that their manifests name.

    :param client: makes a client of an AWS API.
    :param fill: fills the placeholders of the account, the region and the partition in.
    """

    def __init__(self, client: Callable[[str], Any], fill: Callable[[str], str]) -> None:
        self._s3 = client("s3")
        self._fill = fill
        self._there: set[tuple[str, str]] = set()

    def publish(self, manifests: Iterable[Path]) -> int:
        """Publish what the manifests name and is not there yet, and return how many assets.

        :raises CannotPublishError: if something is a container image, or is made by a command.
        """
        published = 0
        for manifest in manifests:
            said = json.loads(manifest.read_text())
            if said.get("dockerImages"):
                raise CannotPublishError(f"{manifest.name} names container images")
            for asset in said.get("files", {}).values():
                for destination in asset["destinations"].values():
                    at = self._fill(destination["bucketName"]), self._fill(destination["objectKey"])
                    if at not in self._there and not self._is_there(*at):
                        body = content(manifest.parent, asset["source"])
                        self._s3.put_object(Bucket=at[0], Key=at[1], Body=body)
                        published += 1
                    self._there.add(at)
        return published

    def forget(self) -> None:
        """Look again at what is there, the next time: somebody may have emptied a bucket."""
        self._there.clear()

    def _is_there(self, bucket: str, key: str) -> bool:
        try:
            self._s3.head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return False
            raise
        return True


def content(folder: Path, source: dict[str, Any]) -> bytes:
    """Return what an asset is published as.

    :raises CannotPublishError: if a command makes it.
    """
    if "path" not in source:
        raise CannotPublishError("an asset is made by a command")
    path = folder / source["path"]
    return zipped(path) if source.get("packaging") == "zip" else path.read_bytes()


def zipped(folder: Path) -> bytes:
    """Return a zip of the files below a folder, links followed; the same files, the same bytes."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(each for each in folder.rglob("*") if each.is_file()):
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), EPOCH)
            entry.external_attr = file.stat().st_mode << 16
            archive.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)
    return into.getvalue()


def placeholders(client: Callable[[str], Any]) -> dict[str, str]:
    """Return what the placeholders of an assembly stand for: the account, the region."""
    identity = client("sts").get_caller_identity()
    return {
        "${AWS::AccountId}": identity["Account"],
        "${AWS::Partition}": identity["Arn"].split(":")[1],
        "${AWS::Region}": client("cloudformation").meta.region_name,
    }
