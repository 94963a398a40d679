"""What the HTTP door shows of accounts where it is more or less than the flow's answer."""

from __future__ import annotations

from typing import Literal

import attrs
from attrs import frozen

from ...core.flows.accounts.log_in import LoggedIn
from ...core.rules.accounts.users import Profile
from ...core.rules.ids import UserId
from ...core.rules.secrecy import Secret


@frozen
class Done:
    """It is done, or it is going to be and a mail tells of it."""

    message: str
    success: bool = True


@frozen
class SignedUpShown:
    """The new account, and an access token to go on with; none in the answer to a repeat."""

    token: Secret | None
    user: Profile


@frozen
class ProfileWithTokens(Profile):
    """The account, and the tokens for clients that keep no cookies."""

    token: Secret
    refresh_token: Secret

    @classmethod
    def told(cls, logged_in: LoggedIn) -> ProfileWithTokens:
        """Return what is shown to those who ask for tokens."""
        grant, user = logged_in.grant, attrs.asdict(logged_in.user, recurse=False)
        return cls(**user, token=grant.token, refresh_token=grant.refresh_token)


@frozen
class EmailVerifiedShown:
    """The address is verified; `user_id` is null where there is no account with it yet."""

    verified: bool
    user_id: UserId | None


@frozen
class CsrfToken:
    """What goes into the header ``X-CSRF-Token`` of requests with a cookie."""

    token: str


@frozen
class LoginQuery:
    """How somebody wants to be logged in."""

    tokens: Literal["true", "false"] = "false"
