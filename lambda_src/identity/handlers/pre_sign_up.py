"""Before somebody signs up: whether their address may be used."""

import os

from identity.domain.sign_up import check_sign_up
from identity.handlers.trigger import TriggerEvent, attribute, trigger_handler


def pre_sign_up(event: TriggerEvent, *, blocked_domains: frozenset[str]) -> None:
    """Check those who sign up by themselves.

    Whom an administrator invites, and whom another identity provider knows, they answer for.
    """
    if event["triggerSource"] == "PreSignUp_SignUp":
        check_sign_up(attribute(event, "email"), blocked_domains=blocked_domains)


def blocked_domains_from_environment() -> frozenset[str]:
    """Read the variable BLOCKED_EMAIL_DOMAINS: domains separated by commas, there may be none."""
    domains = os.environ["BLOCKED_EMAIL_DOMAINS"].lower().split(",")
    return frozenset(filter(None, map(str.strip, domains)))


handler = trigger_handler(pre_sign_up, blocked_domains=blocked_domains_from_environment)
