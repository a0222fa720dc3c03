"""Updates a stage as `blockwork local up` does: by the CDK's command line."""

from blockwork.local.errors import LocalStageError
from blockwork.local.stage import LocalStage


class DeployedByCdk:
    """Implements :class:`blockwork.dev.updates.Updates`."""

    def __init__(self, stage: LocalStage) -> None:
        self._stage = stage

    def update(self) -> tuple[list[str], list[str]]:
        """Synthesise and deploy."""
        try:
            self._stage.deploy_again()
        except LocalStageError as error:
            return [], [str(error)]
        return ["deployed"], []

    def close(self) -> None:
        """Do nothing."""
