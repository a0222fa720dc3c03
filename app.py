"""The platform as a CDK app: `cdk deploy --all -c stage=dev`, or `cdk synth` for every stage."""

# ruff: noqa: E402
import gc

gc.disable()  # imports make no garbage; looking for it takes an eighth of a synthesis

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import aws_cdk as cdk
import psutil

from constructs_lib.blocks import LocalEndpoints
from stacks.config import LOCAL, StageConfig, all_stages
from stacks.platform import add_platform
from stacks.stages_file import StagesFileError, read_stages_file

gc.freeze()
gc.enable()

HERE = Path(__file__).parent
STAGES_FILE = HERE / "stages.toml"
SITE_SOURCE = HERE / "site"
DEPLOYING_COMMANDS = {"deploy", "watch", "import"}
MAKING_NOTHING_COMMANDS = {"synth", "synthesize", "diff", "list", "ls", "destroy"}


class UsageError(Exception):
    """The command line asks for what cannot be done; the message says what can."""


def build_app(*, context: Mapping[str, object] | None = None, validate: bool = True) -> cdk.App:
    """Build one stage with `-c stage=NAME`, every stage without; `-c port=N` moves the local one.

    :param context: what the CDK CLI would hand over: `cdk.json` and `-c`. Default: it does.
    :param validate: whether CDK checks each template against CloudFormation's schema, which takes
        longer than all the rest. It does not where the CLI makes nothing of the templates.
    :raises UsageError: if there is no such stage or port, or if the stage is about to be deployed
        and is not ready for it.
    :raises StagesFileError: if a value of `stages.toml` cannot be used.
    """
    command = _cdk_command()
    makes_nothing = command in MAKING_NOTHING_COMMANDS
    app = cdk.App(
        context=context,
        analytics_reporting=False,
        builtin_cloud_formation_validation=False if makes_nothing or not validate else None,
    )
    try:
        local = LocalEndpoints.from_context(app) or LOCAL
        stages = all_stages(read_stages_file(STAGES_FILE), local)
    except ValueError as error:
        raise UsageError(f"-c port=N: {error}") from error
    wanted = app.node.try_get_context("stage")
    names = [stage.name for stage in stages]
    if wanted is not None and wanted not in names:
        raise UsageError(f"-c stage=NAME must be one of {', '.join(names)}, got {wanted!r}")
    stages = [stage for stage in stages if wanted in (None, stage.name)]
    site_content = SITE_SOURCE / "dist"
    is_built = (site_content / "index.html").is_file()
    if app.node.try_get_context("deploying") or command in DEPLOYING_COMMANDS:
        _check_deployable(stages, is_built=is_built)
        if makes_nothing and validate:
            cdk.Validations.of(app).add_plugins(cdk.CloudFormationValidatePlugin())
    for config in stages:
        # Without a build the sources stand in, so that a template can be had without Node.js.
        add_platform(app, config=config, site_content=site_content if is_built else SITE_SOURCE)
    return app


def _check_deployable(stages: Sequence[StageConfig], *, is_built: bool) -> None:
    if len(stages) > 1:
        names = ", ".join(stage.name for stage in stages)
        raise UsageError(f"deploy one stage at a time: add -c stage=NAME, one of {names}")
    if stages[0].placeholders:
        raise UsageError("this stage cannot be deployed yet\n" + "\n".join(stages[0].placeholders))
    if not is_built:
        raise UsageError("the web app is not built: run 'make build', then deploy")


def _cdk_command() -> str | None:
    """Return the command of the CDK CLI that runs this app; it tells the app in no other way."""
    for parent in psutil.Process().parents()[:4]:
        try:
            words = parent.cmdline()
        except psutil.Error:
            return None
        programs = [Path(word).name for word in words[:2]]
        if "cdk" in programs or "aws-cdk" in programs:
            return next((word for word in words[2:] if not word.startswith("-")), None)
    return None


if __name__ == "__main__":
    try:
        build_app().synth()
    except (UsageError, StagesFileError) as error:
        sys.exit(f"error: {error}")
