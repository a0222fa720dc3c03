"""Nobody signs up where only administrators make users.

AWS refuses SignUp in a pool with AllowAdminCreateUserOnly
(https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-admin-create-user-policy.html).
Stock stores the setting without effect. Closed in front of SignUp.
"""

from blockwork.local.emulator.gaps._cognito import Answer, Data, error, pool_of, refuse


def close() -> None:
    """Refuse before any trigger is asked."""
    refuse("_sign_up", _is_closed)


def _is_closed(data: Data) -> Answer | None:
    settings = (pool_of(data) or {}).get("AdminCreateUserConfig") or {}
    if settings.get("AllowAdminCreateUserOnly"):
        return error("NotAuthorizedException", "SignUp is not permitted for this user pool")
    return None
