"""One thing that was found."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """A sentence with the way out.

    :param is_problem: whether something fails because of it; else it is worth knowing.
    """

    says: str
    is_problem: bool

    @classmethod
    def problem(cls, says: str) -> "Finding":
        """Return what has to be mended."""
        return cls(says, is_problem=True)

    @classmethod
    def note(cls, says: str) -> "Finding":
        """Return what may be as it is meant."""
        return cls(says, is_problem=False)

    def as_json(self) -> dict[str, object]:
        """Return it for a machine."""
        return {"says": self.says, "isProblem": self.is_problem}

    def __str__(self) -> str:
        """Return a line for a terminal."""
        return f"{'✗' if self.is_problem else '·'} {self.says}"
