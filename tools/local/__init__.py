"""The local stage: the whole platform on this machine, deployed by the real CDK to an emulator."""

from tools.local.errors import LocalStageError
from tools.local.stage import LocalStage

__all__ = ["LocalStage", "LocalStageError"]
