"""Before an address is used: whether it may be, of who signs up and of who changes theirs.

Cognito has no trigger for a new address, but asks how the message with its code is to be worded,
and changes nothing when that trigger fails. The trigger of tokens looks again.
"""

from identity.domain.sign_up import check_sign_up
from identity.handlers.blocked_domains import blocked_domains_from_environment
from identity.handlers.trigger import TriggerEvent, attribute, trigger_handler

OWN_ADDRESSES = {
    "PreSignUp_SignUp",
    "CustomMessage_UpdateUserAttribute",
    "CustomMessage_VerifyUserAttribute",
}


def pre_sign_up(event: TriggerEvent, *, blocked_domains: frozenset[str]) -> None:
    """Check the addresses that users choose themselves.

    Whom an administrator invites, and whom another identity provider knows, they answer for; and
    who has an address already gets their codes there.
    """
    if event["triggerSource"] in OWN_ADDRESSES:
        check_sign_up(attribute(event, "email"), blocked_domains=blocked_domains)


handler = trigger_handler(pre_sign_up, blocked_domains=blocked_domains_from_environment)
