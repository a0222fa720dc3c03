"""An outside service that is played: its routes, and how it behaves on a bad day."""

import asyncio
import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from blockwork.local.fakes.control import OK, Behaviour
from blockwork.local.fakes.http import Answer, RefusedError, Request
from blockwork.local.fakes.journal import Journal
from blockwork.local.fakes.keys import KeyFile
from blockwork.local.fakes.once import Once
from blockwork.local.fakes.place import Place

BAD_DAYS = {
    OK: 0.0,
    "down": 0.0,
    "slow": 60.0,
    "unanswered": 60.0,
    "twice": 0.0,
    "nonsense": 0.0,
}
"""What every fake can be told, with its seconds: `down` answers 503 and does nothing, `slow` waits
before it does it, `unanswered` does it and hangs up without an answer, `twice` answers twice on one
connection, `nonsense` does it and answers what no client expects."""

NONSENSE = Answer.of(200, {"id": 7, "status": ["PERHAPS"]})
ROUTE = re.compile(r"(GET|POST|PUT|PATCH|DELETE) (/\S*)")

Handler = TypeVar("Handler", bound=Callable[[Request], Any])
"""Takes a request and returns an :class:`Answer`, now or later (`async`); None hangs up."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """What is done with requests of one kind; see :meth:`Fake.route`."""

    method: str
    parts: tuple[str, ...]
    handler: Callable[[Request], Any]
    public: bool
    once: bool

    def match(self, request: Request) -> Request | None:
        """Return the request with what its path says, if it is of this kind."""
        if request.method != self.method or len(request.path) != len(self.parts):
            return None
        pairs = list(zip(self.parts, request.path, strict=True))
        if any(not part.startswith("{") and part != said for part, said in pairs):
            return None
        said = {part[1:-1]: value for part, value in pairs if part.startswith("{")}
        return replace(request, parameters=said)


class Fake:
    """An outside service, played on this machine.

    A function that takes its place makes it, and the app's settings name that function::

        def carrier(place: Place) -> Fake:
            fake = Fake(place, key="api-key", modes={"full": 0.0})

            @fake.route("POST /parcels", once=True)
            def take(request: Request) -> Answer:
                if fake.behaviour.mode == "full":
                    raise RefusedError(409, "no van has room today")
                parcel = {"parcelId": f"P{len(fake.journal.entries()) + 1}", **request.json()}
                fake.journal.note(parcel)
                return Answer.of(201, parcel)

            @fake.route("GET /parcels", public=True)
            def taken(_request: Request) -> Answer:
                return Answer.of(200, fake.journal.entries())

            return fake

    :param place: where it lives.
    :param key: the secret's name in the settings: who does not say it (`Authorization: Bearer …`)
        gets 401. Default: everybody may ask.
    :param modes: what `PUT /control` can tell it besides :data:`BAD_DAYS`, with the seconds that it
        takes unless it is told those too. A mode of the same name replaces that of every fake; the
        handlers look at `behaviour` then.
    """

    def __init__(
        self, place: Place, *, key: str | None = None, modes: Mapping[str, float] | None = None
    ) -> None:
        self.name = place.name
        self.journal: Journal = place.journal()
        self.routes: list[Route] = []
        self._key: KeyFile | None = place.keys(key) if key else None
        self._own = modes or {}
        self._once = Once(place.journal("once"))
        self._control = place.control
        self._control.add(self.name, {**BAD_DAYS, **self._own})
        self._on_start: list[Callable[[], None]] = []

    @property
    def behaviour(self) -> Behaviour:
        """How it is to behave now."""
        return self._control.of(self.name)

    def route(
        self,
        route: str,
        *,
        public: bool = False,
        once: bool = False,
    ) -> Callable[[Handler], Handler]:
        """Let what is decorated answer requests.

        :param route: a method and a path, such as `GET /parcels/{id}`.
        :param public: whether it is for who looks at the fake, such as a test: nobody needs a key,
            and it is well on bad days too.
        :param once: whether it is done once for its `Idempotency-Key`: the same body gets the same
            answer, another one 422, no key 400.
        :raises ValueError: if the route cannot be understood.
        """
        found = ROUTE.fullmatch(route)
        if found is None:
            raise ValueError(f'route must be such as "GET /parcels/{{id}}", got {route!r}')
        parts = tuple(part for part in found[2].split("/") if part)

        def add(handler: Handler) -> Handler:
            self.routes.append(
                Route(method=found[1], parts=parts, handler=handler, public=public, once=once)
            )
            return handler

        return add

    def on_start(self, resume: Callable[[], None]) -> Callable[[], None]:
        """Call what is decorated once all is up: it goes on with what a killed process left."""
        self._on_start.append(resume)
        return resume

    def start(self) -> None:
        """Do what is to be done once all is up."""
        for resume in self._on_start:
            resume()

    def knows(self, request: Request) -> bool:
        """Tell whether a request is of one of its kinds."""
        return any(one.match(request) for one in self.routes)

    async def answer(self, request: Request) -> Answer | None:
        """Answer a request, whose path begins where the fake does; None hangs up."""
        found = [(one, matched) for one in self.routes if (matched := one.match(request))]
        try:
            if not found:
                raise RefusedError(404, f"{self.name} has no {request.method} there")
            route, matched = found[0]
            if route.public:
                return await _called(route.handler, matched)
            if self._key and not self._key.is_known_to(request):
                raise RefusedError(401, "Authorization must be Bearer and the key")
            return await self._behave(route, matched)
        except RefusedError as refused:
            return refused.answer

    async def _behave(self, route: Route, request: Request) -> Answer | None:
        behaviour = self.behaviour
        mode = OK if behaviour.mode in self._own else behaviour.mode
        if mode != OK:
            self._control.did(self.name)
        if mode == "down":
            raise RefusedError(503, f"{self.name} is down")
        if mode == "slow":
            await asyncio.sleep(behaviour.seconds)
        answer = await self._do(route, request)
        if mode == "unanswered":
            await asyncio.sleep(behaviour.seconds)
            return None
        if mode == "nonsense":
            return NONSENSE
        return replace(answer, times=2) if mode == "twice" and answer else answer

    async def _do(self, route: Route, request: Request) -> Answer | None:
        if not route.once:
            return await _called(route.handler, request)
        return await self._once.answer(request, lambda asked: _called(route.handler, asked))


async def _called(handler: Callable[[Request], Any], request: Request) -> Answer | None:
    answer: Answer | Awaitable[Answer | None] | None = handler(request)
    return await answer if inspect.isawaitable(answer) else answer
