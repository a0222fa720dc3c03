"""Everything outside, behind one HTTP API: the mailbox, the app's fakes, and how they behave.

`PUT /control` takes `{"carrier": {"mode", "seconds", "times"}, "mail": {…}}` with any of those that
there are, `GET /control` returns all of them. `GET /mails`, with `?to=` or `?subject=` those alone,
is everybody's mailbox. All other paths are the fakes'.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from blockwork.local.fakes.control import OK, Control
from blockwork.local.fakes.fake import Fake
from blockwork.local.fakes.http import Answer, RefusedError, Request
from blockwork.local.fakes.keys import folder_of
from blockwork.local.fakes.mailbox import Mailbox
from blockwork.local.fakes.place import Place
from blockwork.local.fakes.registered import Registered

MAIL = "mail"
OURS = ("control", "health", "mails")


class Outside:
    """The mailbox and the fakes.

    :param state: the folder of the stage's state, in which they remember.
    :param fakes: those of the app.
    :raises ValueError: if one cannot be made, or two answer the same requests.
    """

    def __init__(self, state: Path, fakes: Sequence[Registered] = ()) -> None:
        self._control = Control()
        self._control.add(MAIL, {OK: 0.0, "down": 0.0})
        self._mailbox = Mailbox(folder_of(state, MAIL) / "mails")
        self._fakes: list[tuple[tuple[str, ...], Fake]] = []
        for each in fakes:
            place = Place(
                name=each.name,
                directory=folder_of(state, each.name),
                control=self._control,
                mail=self._mailbox.keep,
            )
            self._fakes.append((each.at, each.made(place)))
        self._fakes.sort(key=lambda one: -len(one[0]))
        self._check()

    def start(self) -> None:
        """Go on with what was under way when the process before this one ended."""
        for _, fake in self._fakes:
            fake.start()

    async def answer(self, request: Request) -> Answer | None:
        """Answer an HTTP request; None hangs up."""
        match request.method, request.path:
            case "GET", ():
                return Answer.of(200, {"control": self._control.view(), "mails": "/mails"})
            case "GET", ("health",):
                return Answer.of(200, {"status": "ok"})
            case "GET", ("control",):
                return Answer.of(200, self._control.view())
            case "PUT", ("control",):
                return self._change(request)
            case "GET", ("mails",):
                found = self._mailbox.mails(
                    to=request.query.get("to"), subject=request.query.get("subject")
                )
                return Answer.of(200, found)
            case "GET", ("mails", mail_id, "attachments", number) if number.isdecimal():
                attachment = self._mailbox.attachment(mail_id, int(number))
                if attachment:
                    return Answer(status=200, content_type=attachment[0], body=attachment[1])
        for at, fake in self._fakes:
            there = replace(request, path=request.path[len(at) :])
            if request.path[: len(at)] == at and (at or fake.knows(there)):
                return await fake.answer(there)
        return Answer.problem(404, f"nothing outside has {request.method} there: GET / lists it")

    async def receive(self, recipients: Sequence[str], message: bytes) -> str:
        """Take a mail, and return SMTP's reply."""
        if self._control.of(MAIL).mode == "down":
            self._control.did(MAIL)
            return "451 try again later"
        return f"250 kept as {self._mailbox.keep(recipients, message)}"

    def _change(self, request: Request) -> Answer:
        try:
            self._control.change(request.json())
        except RefusedError as refused:
            return refused.answer
        except ValueError as error:
            return Answer.problem(400, str(error))
        return Answer.of(200, self._control.view())

    def _check(self) -> None:
        names = [MAIL, *(fake.name for _, fake in self._fakes)]
        if len(set(names)) < len(names):
            raise ValueError(f"each fake must have a name of its own, got {', '.join(names)}")
        taken: dict[tuple[str, ...], str] = {}
        for at, fake in self._fakes:
            for route in fake.routes:
                path = (*at, *("{}" if part[0] == "{" else part for part in route.parts))
                if path[:1] and path[0] in OURS:
                    raise ValueError(f"/{path[0]} is the mailbox's, {fake.name} must not have it")
                if (other := taken.setdefault((route.method, *path), fake.name)) != fake.name:
                    raise ValueError(
                        f"{other} and {fake.name} both have {route.method} /{'/'.join(path)}:"
                        " give one another `path`"
                    )
