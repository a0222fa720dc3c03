"""Identity's ports, kept in memory."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from identity.domain.account import Account
from identity.domain.directory import (
    DirectoryUser,
    InvalidPageError,
    UnknownUserError,
    UserPage,
)
from identity.domain.granting import Grant, Granted
from identity.domain.profile import Profile, UnknownProfileError
from identity.domain.sessions import RefreshToken, SessionEndedError, Tokens
from identity.domain.tickets import StoredTicket

from blockwork.runtime.versions import OutdatedError, Seen


@dataclass
class InMemoryUsers:
    """The ports `Profiles`, `Grants` and `Accounts`.

    :param before: what happens before anything is read or written.
    """

    profiles: dict[str, Profile] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    before: Callable[[], None] = lambda: None

    def profile(self, user_id: str) -> Profile:
        if user_id not in self.profiles:
            raise UnknownProfileError
        return self.profiles[user_id]

    def add_profile(self, profile: Profile) -> bool:
        self.before()
        if profile.user_id in self.profiles:
            return False
        self.profiles[profile.user_id] = profile
        return True

    def replace_profile(self, profile: Profile, *, seen: Seen | None = None) -> Profile:
        there = self.profiles.get(profile.user_id)
        if seen is not None and not seen.covers(there.version if there else None):
            raise OutdatedError(there)
        first = self.profiles.get(profile.user_id, profile)
        since = profile.newsletter_since and (first.newsletter_since or profile.newsletter_since)
        kept = replace(
            profile,
            created_at=first.created_at,
            correlation_id=first.correlation_id,
            newsletter_since=since,
        )
        self.profiles[profile.user_id] = kept
        return kept

    def granted(self, user_id: str) -> Granted:
        self.before()
        kept = self.grants.get(user_id)
        return Granted(kept.permissions, kept.version) if kept else Granted()

    def grant(self, grant: Grant, *, seen: Seen | None = None) -> None:
        there = self.granted(grant.user_id)
        if seen is not None and not seen.covers(there.version):
            raise OutdatedError(there)
        self.grants[grant.user_id] = grant

    def account(self, user_id: str) -> Account:
        permissions = self.granted(user_id).permissions
        email = self.profiles[user_id].email if user_id in self.profiles else None
        return Account(email=email, permissions=permissions)

    def change_address(self, user_id: str, email: str) -> None:
        self.before()
        if user_id in self.profiles:
            self.profiles[user_id] = replace(self.profiles[user_id], email=email)


@dataclass
class ListedUsers:
    """The port `Directory`, in a list; a page ends at a user's place in it.

    :param before: what happens before anything is asked.
    """

    users: list[DirectoryUser] = field(default_factory=list)
    before: Callable[[], None] = lambda: None

    def page(self, *, limit: int, after: str | None) -> UserPage:
        self.before()
        if after is not None and not after.isdigit():
            raise InvalidPageError
        start = int(after or 0)
        end = start + limit
        return UserPage(
            users=tuple(self.users[start:end]), after=str(end) if end < len(self.users) else None
        )

    def check(self, user_id: str) -> None:
        self.before()
        if not any(user.user_id == user_id for user in self.users):
            raise UnknownUserError(user_id)


@dataclass
class KnownSessions:
    """The port `TokenIssuer`, in a dict."""

    tokens: dict[str, Tokens] = field(default_factory=dict)

    def refresh(self, token: RefreshToken) -> Tokens:
        if token not in self.tokens:
            raise SessionEndedError
        return self.tokens[token]


@dataclass
class KeptTickets:
    """The port `Tickets`, in a list."""

    kept: list[StoredTicket] = field(default_factory=list)

    def add(self, ticket: StoredTicket) -> None:
        self.kept.append(ticket)
