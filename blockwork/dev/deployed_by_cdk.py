"""Updates a stage as `blockwork local up` does: by the CDK's command line."""

from collections.abc import Callable

from blockwork.command.called import called
from blockwork.local.errors import LocalStageError
from blockwork.local.stage import LocalStage


class DeployedByCdk:
    """Implements :class:`blockwork.dev.updates.Updates`.

    :param stage: runs already.
    :param builds: whether to build first what the synthesis needs, such as a web app.
    :param say: told what will not be as on AWS.
    """

    def __init__(self, stage: LocalStage, say: Callable[[str], None], *, builds: bool) -> None:
        self._stage, self._say, self._builds = stage, say, builds

    def update(self) -> tuple[list[str], list[str]]:
        """Synthesise and deploy."""
        try:
            with self._stage.alone(called("dev")):
                if self._builds:
                    self._stage.app.build(lambda _line: None)
                self._stage.cdk.synthesize()
                self._stage.make_ready(self._say)
                self._stage.cdk.deploy()
        except LocalStageError as error:
            return [], [str(error)]
        return ["deployed"], []

    def close(self) -> None:
        """Do nothing."""
