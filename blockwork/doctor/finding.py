"""One thing that was found."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What it is, why it hurts, and the way out.

    :param is_problem: whether something fails because of it; else it is worth knowing.
    """

    what: str
    why: str
    do: str
    is_problem: bool

    @classmethod
    def problem(cls, what: str, *, why: str, do: str) -> "Finding":
        """Return what has to be mended."""
        return cls(what=what, why=why, do=do, is_problem=True)

    @classmethod
    def note(cls, what: str, *, why: str, do: str) -> "Finding":
        """Return what may be as it is meant."""
        return cls(what=what, why=why, do=do, is_problem=False)

    def as_json(self) -> dict[str, object]:
        """Return it for a machine."""
        said = asdict(self)
        is_problem = said.pop("is_problem")
        return {**said, "isProblem": is_problem}

    def __str__(self) -> str:
        """Return its lines for a terminal."""
        return f"{'✗' if self.is_problem else '·'} {self.what}\n    {self.why}\n    → {self.do}"
