"""The test kit: what an app promises, tested over all its templates.

`pip install blockwork-cdk[testing]` brings a pytest plugin, and a whole test of an app is::

    from blockwork.testing import EnvironmentContract, Judged, PinnedIds, StackSnapshot


    def test_the_template_is_the_reviewed_one(stack_snapshot: StackSnapshot) -> None:
        stack_snapshot.check()


    def test_every_template_keeps_the_rule(template_rule: Judged) -> None:
        template_rule.check()


    def test_what_holds_data_keeps_its_identity(pinned_ids: PinnedIds) -> None:
        pinned_ids.check()


    def test_handlers_are_given_what_they_read(environment_contract: EnvironmentContract) -> None:
        environment_contract.check()


    def test_cloudformation_will_take_them(cfn_lint: Judged) -> None:
        cfn_lint.check()


    def test_nobody_may_call_more_than_this(public_routes: dict[str, list[str]]) -> None:
        assert public_routes == {"Orders": ["GET /products"]}

The app is what `cdk.json` runs; `[tool.blockwork.testing]` of `pyproject.toml` says what differs,
see :class:`Settings`. It is synthesised once a session, into a folder of that session, without an
AWS account and without the CDK's own validation. Each process of pytest-xdist makes its own.
"""

from blockwork.testing.environment import EnvironmentContract
from blockwork.testing.judging import Finding, Judged, Rule
from blockwork.testing.pins import PinnedIds
from blockwork.testing.routes import public_routes_of
from blockwork.testing.rules import RULES
from blockwork.testing.settings import OptOut, Settings, SettingsError
from blockwork.testing.snapshots import StackSnapshot
from blockwork.testing.synthesis import (
    SynthesisedApp,
    SynthesisedResource,
    SynthesisedStack,
    SynthesisError,
)

__all__ = [
    "RULES",
    "EnvironmentContract",
    "Finding",
    "Judged",
    "OptOut",
    "PinnedIds",
    "Rule",
    "Settings",
    "SettingsError",
    "StackSnapshot",
    "SynthesisError",
    "SynthesisedApp",
    "SynthesisedResource",
    "SynthesisedStack",
    "public_routes_of",
]
