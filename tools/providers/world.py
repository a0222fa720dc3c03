"""Everything outside, behind one HTTP API, and how it behaves.

`PUT /control` takes `{"payments": {"mode", "seconds"}, "weather": {…}, "mail": {…}}` with any of
the three, `GET /control` returns all of them. `GET /payments` (money that is kept), `GET /book`
(every time that money was taken or returned) and `GET /mails` say what happened.
"""

import asyncio
import hmac
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tools.providers.http import Answer, Request
from tools.providers.mailbox import Mailbox
from tools.providers.payments import InvalidPaymentError, OtherPaymentError, Payment, Payments
from tools.providers.weather import InvalidQueryError, forecast

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
}
"""What each can be told to do, with the seconds it takes unless it is told those too."""

DOWN = Answer.of(503, {"error": "down"})
NONSENSE = Answer.of(200, {"paymentId": 7, "status": ["PERHAPS"]})
NOT_FOUND = Answer.of(404, {"error": "not found"})


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """How one of them behaves now.

    :param seconds: until it answers, where the mode is about time.
    """

    mode: str
    seconds: float


class World:
    """Payment provider, weather service and mailbox.

    :param payment_key: returns the secret a customer of the payment provider must know; None
        if nobody can know it yet.
    """

    def __init__(
        self, *, payments: Payments, mailbox: Mailbox, payment_key: Callable[[], str | None]
    ) -> None:
        self._payments = payments
        self._mailbox = mailbox
        self._payment_key = payment_key
        self._behaviours = {name: Behaviour(mode="ok", seconds=0.0) for name in MODES}

    async def answer(self, request: Request) -> Answer | None:
        """Answer an HTTP request; None if it gets none."""
        match request.method, request.path:
            case "GET", ("health",):
                return Answer.of(200, {"status": "ok"})
            case "GET", ("control",):
                return Answer.of(200, self._control())
            case "PUT", ("control",):
                return self._change(request)
            case "POST", ("payments",):
                return await self._take(request)
            case "GET", ("payments",):
                return Answer.of(200, [_payment_json(one) for one in self._payments.taken()])
            case "GET", ("payments", key):
                return self._find(request, key)
            case "POST", ("payments", key, "void"):
                return await self._void(request, key)
            case "GET", ("book",):
                return Answer.of(200, list(map(_entry_json, self._payments.book())))
            case "GET", ("v1", "forecast"):
                return await self._forecast(request)
            case "GET", ("mails",):
                return Answer.of(200, self._mailbox.mails())
            case "GET", ("mails", mail_id, "attachments", number) if number.isdecimal():
                found = self._mailbox.attachment(mail_id, int(number))
                if found:
                    return Answer(status=200, content_type=found[0], body=found[1])
        return NOT_FOUND

    async def receive(self, recipients: Sequence[str], message: bytes) -> str:
        """Take a mail, and return SMTP's reply."""
        if self._behaviours["mail"].mode == "down":
            return "451 try again later"
        return f"250 kept as {self._mailbox.keep(recipients, message)}"

    def _control(self) -> dict[str, Any]:
        return {name: asdict(behaviour) for name, behaviour in self._behaviours.items()}

    def _change(self, request: Request) -> Answer:
        try:
            changed = {
                name: _behaviour(name, wanted) for name, wanted in dict(request.json()).items()
            }
        except (TypeError, ValueError) as error:
            return Answer.of(400, {"error": str(error)})
        self._behaviours |= changed
        return Answer.of(200, self._control())

    async def _take(self, request: Request) -> Answer | None:
        if not self._knows_key(request):
            return Answer.of(401, {"error": "the API key is wrong"})
        behaviour = self._behaviours["payments"]
        if behaviour.mode == "down":
            return DOWN
        if behaviour.mode == "delay":
            await asyncio.sleep(behaviour.seconds)
        try:
            body = dict(request.json())
            payment, is_new = self._payments.take(
                request.headers.get("idempotency-key", ""),
                amount=body.get("amount"),
                currency=body.get("currency"),
                decline=behaviour.mode == "decline",
            )
        except OtherPaymentError as error:
            return Answer.of(422, {"error": str(error)})
        except (InvalidPaymentError, TypeError, ValueError) as error:
            return Answer.of(400, {"error": str(error)})
        if behaviour.mode == "timeout-after-taking":
            await asyncio.sleep(behaviour.seconds)
            return None
        if behaviour.mode == "nonsense":
            return NONSENSE
        if payment.status != "TAKEN":
            return Answer.of(402, {"paymentId": payment.payment_id, "status": payment.status})
        times = 2 if behaviour.mode == "twice" else 1
        return Answer.of(201 if is_new else 200, _payment_json(payment), times=times)

    def _find(self, request: Request, key: str) -> Answer:
        if not self._knows_key(request):
            return Answer.of(401, {"error": "the API key is wrong"})
        mode = self._behaviours["payments"].mode
        if mode in ("down", "nonsense"):
            return DOWN if mode == "down" else NONSENSE
        payment = self._payments.find(key)
        return Answer.of(200, _payment_json(payment)) if payment else NOT_FOUND

    async def _void(self, request: Request, key: str) -> Answer | None:
        if not self._knows_key(request):
            return Answer.of(401, {"error": "the API key is wrong"})
        behaviour = self._behaviours["payments"]
        if behaviour.mode == "down":
            return DOWN
        payment = self._payments.void(key)
        if behaviour.mode == "timeout-after-returning":
            await asyncio.sleep(behaviour.seconds)
            return None
        return Answer.of(200, _payment_json(payment))

    def _knows_key(self, request: Request) -> bool:
        key = self._payment_key()
        sent = request.headers.get("authorization", "")
        return key is not None and hmac.compare_digest(sent.encode(), f"Bearer {key}".encode())

    async def _forecast(self, request: Request) -> Answer:
        behaviour = self._behaviours["weather"]
        if behaviour.mode == "down":
            return Answer(status=503, content_type="text/plain", body=b"Service Unavailable")
        if behaviour.mode == "slow":
            await asyncio.sleep(behaviour.seconds)
        if behaviour.mode == "nonsense":
            return Answer.of(200, {"hourly": {"time": "tomorrow", "temperature_2m": ["warm"]}})
        try:
            return Answer.of(200, forecast(request.query))
        except InvalidQueryError as error:
            return Answer.of(400, {"error": True, "reason": str(error)})


def _behaviour(name: str, wanted: Any) -> Behaviour:  # noqa: ANN401 -- JSON holds anything
    if name not in MODES:
        raise ValueError(f"control knows {', '.join(MODES)}, got {name!r}")
    mode = wanted.get("mode") if isinstance(wanted, dict) else None
    if mode not in MODES[name]:
        raise ValueError(f"mode of {name} must be one of {', '.join(MODES[name])}, got {mode!r}")
    seconds = wanted.get("seconds", MODES[name][mode])
    if not isinstance(seconds, int | float) or not 0 <= seconds <= 600:
        raise ValueError(f"seconds must be between 0 and 600, got {seconds!r}")
    return Behaviour(mode=mode, seconds=float(seconds))


def _payment_json(payment: Payment) -> dict[str, str]:
    return {
        "paymentId": payment.payment_id,
        "status": payment.status,
        "amount": payment.amount,
        "currency": payment.currency,
        "key": payment.key,
    }


def _entry_json(entry: Payment) -> dict[str, str]:
    kind = "RETURNED" if entry.returned else entry.status
    return _payment_json(entry) | {"kind": kind}
