"""Everything outside, behind one HTTP API, and how it behaves.

`PUT /control` takes `{"payments": {"mode", "seconds"}, "weather": {…}, "mail": {…}, "campaigns":
{…}}` with any of the four, `GET /control` returns all of them. `GET /payments` (money that is
kept), `GET /book` (every time that money was taken or returned) and `GET /mails`, with `?to=` or
`?subject=` those alone, say what happened.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from tools.providers.callbacks import Callbacks
from tools.providers.campaign_api import CampaignApi
from tools.providers.campaigns import Campaigns
from tools.providers.control import Control
from tools.providers.http import NOT_FOUND, Answer, Request
from tools.providers.keys import KeyFile
from tools.providers.mailbox import Mailbox
from tools.providers.mailing import Mailing
from tools.providers.payment_api import PaymentApi
from tools.providers.payments import Payments
from tools.providers.weather import InvalidQueryError, forecast


class World:
    """Payment provider, weather service, e-mail provider and mailbox.

    :param directory: where they remember.
    :param payment_key: the secret that a customer of the payment provider must know.
    :param campaign_key: the secret that a customer of the e-mail provider must know.
    :param webhook_keys: what the e-mail provider signs its callbacks by, the first of them.
    """

    def __init__(
        self,
        directory: Path,
        *,
        payment_key: KeyFile,
        campaign_key: KeyFile,
        webhook_keys: KeyFile,
    ) -> None:
        self._control = Control()
        self._mailbox = Mailbox(directory / "mails")
        self._payments = PaymentApi(
            Payments(directory / "payments.jsonl"), payment_key, self._control
        )
        campaigns = Campaigns(directory / "campaigns.jsonl")
        callbacks = Callbacks(campaigns, webhook_keys.keys)
        self._mailing = Mailing(campaigns, self._mailbox, callbacks)
        self._campaigns = CampaignApi(
            campaigns, self._mailing, callbacks, campaign_key, self._control
        )

    def resume(self) -> None:
        """Go on with what was under way when the process before this one ended."""
        self._mailing.resume()

    async def answer(self, request: Request) -> Answer | None:
        """Answer an HTTP request; None if it gets none."""
        match request.method, request.path:
            case "GET", ("health",):
                return Answer.of(200, {"status": "ok"})
            case "GET", ("control",):
                return Answer.of(200, self._control.view())
            case "PUT", ("control",):
                return self._change(request)
            case _, ("payments" | "book", *_):
                return await self._payments.answer(request)
            case _, ("campaigns", *_):
                return await self._campaigns.answer(request)
            case "GET", ("v1", "forecast"):
                return await self._forecast(request)
            case "GET", ("mails",):
                found = self._mailbox.mails(
                    to=request.query.get("to"), subject=request.query.get("subject")
                )
                return Answer.of(200, found)
            case "GET", ("mails", mail_id, "attachments", number) if number.isdecimal():
                attachment = self._mailbox.attachment(mail_id, int(number))
                if attachment:
                    return Answer(status=200, content_type=attachment[0], body=attachment[1])
        return NOT_FOUND

    async def receive(self, recipients: Sequence[str], message: bytes) -> str:
        """Take a mail, and return SMTP's reply."""
        if self._control.of("mail").mode == "down":
            return "451 try again later"
        return f"250 kept as {self._mailbox.keep(recipients, message)}"

    def _change(self, request: Request) -> Answer:
        try:
            self._control.change(dict(request.json()))
        except (TypeError, ValueError) as error:
            return Answer.of(400, {"error": str(error)})
        return Answer.of(200, self._control.view())

    async def _forecast(self, request: Request) -> Answer:
        behaviour = self._control.of("weather")
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
