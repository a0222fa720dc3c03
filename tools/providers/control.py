"""How everything outside behaves, and what it can be told to do."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

MODES = {
    "payments": {
        "ok": 0.0,
        "decline": 0.0,
        "delay": 2.0,
        "timeout-after-taking": 60.0,
        "timeout-after-returning": 60.0,
        "twice": 0.0,
        "down": 0.0,
        "nonsense": 0.0,
    },
    "weather": {"ok": 0.0, "down": 0.0, "slow": 60.0, "nonsense": 0.0},
    "mail": {"ok": 0.0, "down": 0.0},
    "campaigns": {
        "ok": 0.0,
        "pending": 1.0,
        "twice": 0.0,
        "early": 0.0,
        "fail": 0.0,
        "silent": 0.0,
        "down": 0.0,
    },
}
"""What each can be told to do, with the seconds it takes unless it is told those too."""


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """How one of them behaves now.

    :param seconds: until it answers, where the mode is about time; a campaign takes so long.
    :param times: how often it does so, where the mode is to fail. Default: always.
    """

    mode: str
    seconds: float
    times: int | None = None


class Control:
    """The behaviour of each, which ends with the process."""

    def __init__(self) -> None:
        self._behaviours = {name: Behaviour(mode="ok", seconds=0.0) for name in MODES}

    def of(self, name: str) -> Behaviour:
        """Return how one of them is to behave."""
        return self._behaviours[name]

    def view(self) -> dict[str, Any]:
        """Return all of them as JSON."""
        return {name: asdict(behaviour) for name, behaviour in self._behaviours.items()}

    def change(self, wanted: Mapping[str, Any]) -> None:
        """Change those that are named, all or none.

        :raises ValueError: if one of them is not understood; the message says which.
        """
        self._behaviours |= {name: _behaviour(name, one) for name, one in wanted.items()}


def _behaviour(name: str, wanted: Any) -> Behaviour:  # noqa: ANN401 -- JSON holds anything
    if name not in MODES:
        raise ValueError(f"control knows {', '.join(MODES)}, got {name!r}")
    mode = wanted.get("mode") if isinstance(wanted, dict) else None
    if mode not in MODES[name]:
        raise ValueError(f"mode of {name} must be one of {', '.join(MODES[name])}, got {mode!r}")
    seconds = wanted.get("seconds", MODES[name][mode])
    if not isinstance(seconds, int | float) or not 0 <= seconds <= 600:
        raise ValueError(f"seconds must be between 0 and 600, got {seconds!r}")
    times = wanted.get("times")
    if times is not None and (mode != "fail" or not isinstance(times, int) or times < 1):
        raise ValueError(f"times must be 1 or more, and the mode fail, got {times!r} of {mode}")
    return Behaviour(mode=mode, seconds=float(seconds), times=times)
