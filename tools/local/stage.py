"""stub"""


class LocalStage: ...
