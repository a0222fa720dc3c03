"""A sender that SES knows already is not made again.

AWS's CloudFormation refuses to make an AWS::SES::EmailIdentity that the account has: whoever
verified the address before must leave it out of the template. Stock takes the identity over.
Closed by refusing it.
"""

from typing import Any

from ministack.services import ses, ses_v2
from ministack.services.cloudformation import provisioners

from blockwork.local.emulator.gaps._hooks import Properties

IDENTITY = "AWS::SES::EmailIdentity"


def close() -> None:
    """Look before CloudFormation makes one."""
    handlers = dict(provisioners._RESOURCE_HANDLERS[IDENTITY])
    stock = handlers["create"]

    def create(logical_id: str, properties: Properties, stack: str) -> Any:
        name = properties["EmailIdentity"]
        if name in ses._identities or name in ses_v2._identities:
            raise ValueError(f"Email identity {name} already exists (AlreadyExists)")
        return stock(logical_id, properties, stack)

    handlers["create"] = create
    provisioners._RESOURCE_HANDLERS[IDENTITY] = handlers
