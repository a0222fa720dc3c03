"""Who may run campaigns."""

from shared.users import User, require, user_of

from blockwork.runtime.http import Request


def runner_of(request: Request) -> User:
    """Return who has sent a request, if they may run campaigns.

    :raises ProblemError: 401 or 403 for everybody else.
    """
    user = user_of(request)
    require(user, "run", "campaigns")
    return user
