"""Fakes of outside services, written in a few lines; `docs/fakes.md` shows one.

The local stage runs them with everybody's mailbox, in one process that nothing survives but what is
in their journals.
"""

from blockwork.local.fakes.control import Behaviour, Control
from blockwork.local.fakes.fake import BAD_DAYS, Fake
from blockwork.local.fakes.http import Answer, RefusedError, Request
from blockwork.local.fakes.journal import Journal
from blockwork.local.fakes.keys import KeyFile
from blockwork.local.fakes.once import idempotency_key
from blockwork.local.fakes.place import Place
from blockwork.local.fakes.webhooks import Webhooks

__all__ = [
    "BAD_DAYS",
    "Answer",
    "Behaviour",
    "Control",
    "Fake",
    "Journal",
    "KeyFile",
    "Place",
    "RefusedError",
    "Request",
    "Webhooks",
    "idempotency_key",
]
