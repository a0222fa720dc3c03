"""One reviewed template per stack and stage."""

import re
from typing import TYPE_CHECKING, Any, cast

from blockwork.testing.synthesis import SynthesisedStack

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion
    from syrupy.types import PropertyPath, SerializableData

ASSET_HASH = re.compile(r"[0-9a-f]{64}")


def mask(data: "SerializableData", path: "PropertyPath") -> "SerializableData":
    """Hide runtime code, which has its own tests, and the asset hashes that follow it.

    Inline code is often the CDK's own, and another with each of its versions.
    """
    if path and path[-1][0] == "ZipFile":
        return "<code>"
    return ASSET_HASH.sub("<asset>", data) if isinstance(data, str) else data


class StackSnapshot:
    """A stack's template, held against the reviewed one in `__snapshots__` beside the test.

    :param stack: as it was synthesised.
    :param snapshot: syrupy's own fixture, of the same test.
    """

    def __init__(self, stack: SynthesisedStack, snapshot: "SnapshotAssertion") -> None:
        self.stack = stack
        self.snapshot = snapshot

    def check(self) -> None:
        """Fail with the difference; `pytest --snapshot-update` accepts it.

        :raises AssertionError: if the template is another one, or was never reviewed.
        """
        from syrupy.extensions.json import JSONSnapshotExtension

        __tracebackhide__ = True
        # mypy and pyright read the type of a matcher with named arguments differently.
        matcher = cast(Any, mask)
        reviewed = self.snapshot(matcher=matcher, extension_class=JSONSnapshotExtension)
        # pytest rewrites this, see pytest_plugin.py: syrupy shows the difference.
        assert self.stack.template == reviewed, (
            f"{self.stack.name} is not as it was reviewed: read the difference; if it is meant, "
            "pytest --snapshot-update, and commit what that writes"
        )
