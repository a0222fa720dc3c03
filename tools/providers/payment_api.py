"""The payment provider's HTTP API."""

import asyncio

from tools.providers.control import Control
from tools.providers.http import DOWN, NOT_FOUND, Answer, Request
from tools.providers.keys import WRONG_KEY, KeyFile
from tools.providers.payments import InvalidPaymentError, OtherPaymentError, Payment, Payments

NONSENSE = Answer.of(200, {"paymentId": 7, "status": ["PERHAPS"]})


class PaymentApi:
    """Takes and returns money, as `control` wants it.

    :param key: the secret that a customer must know.
    """

    def __init__(self, payments: Payments, key: KeyFile, control: Control) -> None:
        self._payments = payments
        self._key = key
        self._control = control

    async def answer(self, request: Request) -> Answer | None:
        """Answer a request; None if it gets no answer."""
        match request.method, request.path:
            case "GET", ("payments",):
                return Answer.of(200, [_payment_json(one) for one in self._payments.taken()])
            case "GET", ("book",):
                return Answer.of(200, list(map(_entry_json, self._payments.book())))
        if not self._key.is_known_to(request):
            return WRONG_KEY
        if self._control.of("payments").mode == "down":
            return DOWN
        match request.method, request.path:
            case "POST", ("payments",):
                return await self._take(request)
            case "GET", ("payments", key):
                return self._find(key)
            case "POST", ("payments", key, "void"):
                return await self._void(key)
        return NOT_FOUND

    async def _take(self, request: Request) -> Answer | None:
        behaviour = self._control.of("payments")
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

    def _find(self, key: str) -> Answer:
        if self._control.of("payments").mode == "nonsense":
            return NONSENSE
        payment = self._payments.find(key)
        return Answer.of(200, _payment_json(payment)) if payment else NOT_FOUND

    async def _void(self, key: str) -> Answer | None:
        behaviour = self._control.of("payments")
        payment = self._payments.void(key)
        if behaviour.mode == "timeout-after-returning":
            await asyncio.sleep(behaviour.seconds)
            return None
        return Answer.of(200, _payment_json(payment))


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
