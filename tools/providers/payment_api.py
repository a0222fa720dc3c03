"""The payment provider's HTTP API."""

import asyncio

from blockwork.local.fakes import Answer, Fake, Place, RefusedError, Request
from tools.providers.payments import InvalidPaymentError, OtherPaymentError, Payment, Payments

MODES = {
    "decline": 0.0,
    "delay": 2.0,
    "timeout-after-taking": 60.0,
    "timeout-after-returning": 60.0,
    "nonsense": 0.0,
}
"""`nonsense` is what is said of payments; money is returned all the same, and that is confirmed."""
PERHAPS = Answer.of(200, {"paymentId": 7, "status": ["PERHAPS"]})


def payment_provider(place: Place) -> Fake:
    """Take and return money; `GET /payments` is what is kept, `GET /book` all that has moved."""
    fake = Fake(place, key="key", modes=MODES)
    payments = Payments(place.directory / "payments.jsonl")

    async def late(mode: str) -> bool:
        is_so = fake.behaviour.mode == mode
        if is_so:
            await asyncio.sleep(fake.behaviour.seconds)
        return is_so

    @fake.route("GET /payments", public=True)
    def kept(_request: Request) -> Answer:
        return Answer.of(200, [_payment_json(one) for one in payments.taken()])

    @fake.route("GET /book", public=True)
    def book(_request: Request) -> Answer:
        return Answer.of(200, list(map(_entry_json, payments.book())))

    @fake.route("POST /payments")
    async def take(request: Request) -> Answer | None:
        await late("delay")
        body = request.json()
        try:
            payment, is_new = payments.take(
                request.headers.get("idempotency-key", ""),
                amount=body.get("amount"),
                currency=body.get("currency"),
                decline=fake.behaviour.mode == "decline",
            )
        except OtherPaymentError as error:
            raise RefusedError(422, str(error)) from error
        except InvalidPaymentError as error:
            raise RefusedError(400, str(error)) from error
        if await late("timeout-after-taking"):
            return None
        if fake.behaviour.mode == "nonsense":
            return PERHAPS
        if payment.status != "TAKEN":
            return Answer.of(402, {"paymentId": payment.payment_id, "status": payment.status})
        return Answer.of(201 if is_new else 200, _payment_json(payment))

    @fake.route("GET /payments/{key}")
    def find(request: Request) -> Answer:
        if fake.behaviour.mode == "nonsense":
            return PERHAPS
        payment = payments.find(request.parameters["key"])
        if payment is None:
            raise RefusedError(404, "there is no such payment")
        return Answer.of(200, _payment_json(payment))

    @fake.route("POST /payments/{key}/void")
    async def void(request: Request) -> Answer | None:
        payment = payments.void(request.parameters["key"])
        late_answer = await late("timeout-after-returning")
        return None if late_answer else Answer.of(200, _payment_json(payment))

    return fake


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
