"""Updates a stage by a warm synthesis and what CloudFormation has to change, nothing else."""

from blockwork.command.called import called
from blockwork.dev.deployed_by_cdk import DeployedByCdk
from blockwork.dev.deployment import DirectDeployment
from blockwork.dev.synthesis import CannotWarmError, SynthError, SynthServer
from blockwork.dev.terminal import Terminal
from blockwork.local.errors import LocalStageError
from blockwork.local.places import REPOSITORY
from blockwork.local.stage import LocalStage


class Warm:
    """Implements :class:`blockwork.dev.updates.Updates`.

    An app that cannot be synthesised so is updated by the CDK's command line.

    :param stage: runs already.
    :param builds: whether to build first what the synthesis needs, such as a web app.
    :param terminal: told of what only a person can decide.
    """

    def __init__(self, stage: LocalStage, terminal: Terminal, *, builds: bool) -> None:
        self._stage, self._terminal, self._builds = stage, terminal, builds
        self._said: set[str] = set()
        self._by_cdk = DeployedByCdk(stage, self._say_once, builds=builds)
        self._synthesis: SynthServer | None = None
        try:
            self._synthesis = SynthServer(
                REPOSITORY, stage.app.context(stage.port), output=stage.cdk.assembly
            )
        except CannotWarmError as error:
            terminal.say(f"Stacks are updated by the CDK's command line: {error}.")
            return
        self._synthesis.start()
        self._deployment = DirectDeployment(
            stage.account.client, stage.cdk.deploy, place=self._synthesis.place, say=terminal.say
        )

    def update(self) -> tuple[list[str], list[str]]:
        """Synthesise and deploy."""
        if self._synthesis is None:
            return self._by_cdk.update()
        try:
            with self._stage.alone(called("dev")):
                if self._builds:
                    self._stage.app.build(lambda _line: None)
                assembly = self._synthesis.synthesize()
                self._stage.make_ready(self._say_once)
                changes = self._deployment.update(assembly)
        except CannotWarmError:
            return self._by_cdk.update()
        except (SynthError, LocalStageError) as error:
            return [], [str(error)]
        done = [each.stack for each in changes if not each.failures]
        return done, [str(each) for each in changes if each.failures]

    def _say_once(self, line: str) -> None:
        if line not in self._said:
            self._said.add(line)
            self._terminal.say(line)

    def close(self) -> None:
        """End the process that synthesises."""
        if self._synthesis is not None:
            self._synthesis.close()
