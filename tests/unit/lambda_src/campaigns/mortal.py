"""Ports whose callers die in the middle."""

from collections.abc import Callable


class DiedError(BaseException):
    """The process is gone: no `except` of the code under test runs."""


class Mortal:
    """A port whose every call may be the last thing that its caller does.

    :param of: the port.
    :param fate: called before and after each call; raises where the caller dies.
    """

    def __init__(self, of: object, fate: Callable[[], None]) -> None:
        self._of = of
        self._fate = fate

    def __getattr__(self, name: str) -> Callable[..., object]:
        method = getattr(self._of, name)

        def call(*args: object, **named: object) -> object:
            self._fate()
            answer: object = method(*args, **named)
            self._fate()
            return answer

        return call
