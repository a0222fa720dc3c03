"""How everything outside behaves, and what it can be told to do."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

OK = "ok"
LONGEST_SECONDS = 600.0


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """How one of them behaves now.

    :param mode: what it was told to do.
    :param seconds: how long it takes, where the mode is about time.
    :param times: how often it does so. Default: until it is told something else.
    """

    mode: str = OK
    seconds: float = 0.0
    times: int | None = None


class Control:
    """The behaviour of each, which ends with the process."""

    def __init__(self) -> None:
        self._modes: dict[str, Mapping[str, float]] = {}
        self._behaviours: dict[str, Behaviour] = {}

    def add(self, name: str, modes: Mapping[str, float]) -> None:
        """Let one more be told.

        :param modes: what it can be told to do, with the seconds that it takes unless it is told
            those too. The first is how it behaves at the beginning.
        """
        self._modes[name] = modes
        first = next(iter(modes))
        self._behaviours[name] = Behaviour(mode=first, seconds=modes[first])

    def of(self, name: str) -> Behaviour:
        """Return how one of them is to behave."""
        return self._behaviours[name]

    def did(self, name: str) -> None:
        """Note that one has behaved so once; it is well again once it has so often enough."""
        behaviour = self._behaviours[name]
        if behaviour.times is not None:
            left = behaviour.times - 1
            self._behaviours[name] = replace(behaviour, times=left) if left else Behaviour()

    def view(self) -> dict[str, Any]:
        """Return all of them as JSON."""
        return {name: asdict(behaviour) for name, behaviour in self._behaviours.items()}

    def change(self, wanted: Mapping[str, Any]) -> None:
        """Change those that are named, all or none.

        :param wanted: `{"mode": …}` by name, with `seconds` and `times` where they are not the
            mode's own.
        :raises ValueError: if one of them is not understood; the message says which.
        """
        self._behaviours |= {name: self._behaviour(name, one) for name, one in wanted.items()}

    def _behaviour(self, name: str, wanted: Any) -> Behaviour:  # noqa: ANN401 -- JSON holds anything
        if name not in self._modes:
            raise ValueError(f"control knows {', '.join(self._modes)}, got {name!r}")
        modes = self._modes[name]
        mode = wanted.get("mode") if isinstance(wanted, dict) else None
        if not isinstance(mode, str) or mode not in modes:
            raise ValueError(f"mode of {name} must be one of {', '.join(modes)}, got {mode!r}")
        seconds = wanted.get("seconds", modes[mode])
        if not isinstance(seconds, int | float) or not 0 <= seconds <= LONGEST_SECONDS:
            raise ValueError(f"seconds must be between 0 and {LONGEST_SECONDS:g}, got {seconds!r}")
        times = wanted.get("times")
        if times is not None and (mode == OK or not isinstance(times, int) or times < 1):
            raise ValueError(f"times must be 1 or more, and not of {OK}, got {times!r} of {mode}")
        return Behaviour(mode=mode, seconds=float(seconds), times=times)
