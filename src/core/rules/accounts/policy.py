"""What an operator decides about accounts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from attrs import field, frozen

from ..limits import DEFAULT, Limit
from .passwords import PasswordPolicy, composed
from .sessions import SessionLimits


class Verification(StrEnum):
    """Whether a login waits until the e-mail address is verified."""

    LOGIN = "login"
    OFF = "off"


class Disclosure(StrEnum):
    """Whether a sign-up tells that an e-mail address is taken."""

    #: It does, as most products do.
    DISCLOSE = "disclose"
    #: It answers everybody alike; the owner of the address is told by mail.
    OPAQUE = "opaque"


@frozen
class AccountsPolicy:
    """The settings that the flows of accounts follow."""

    verification: Verification = Verification.LOGIN
    disclosure: Disclosure = Disclosure.DISCLOSE
    password: PasswordPolicy = composed
    sessions: SessionLimits = field(factory=SessionLimits)
    limits: Mapping[str, Limit] = field(factory=lambda: DEFAULT)
    verify_within: timedelta = timedelta(hours=24)
    reset_within: timedelta = timedelta(hours=1)
    #: Where people go: mailed links lead below it. Without a slash at its end.
    app_url: str = "http://127.0.0.1:8000"

    @property
    def opaque(self) -> bool:
        """Whether nobody may learn who has an account."""
        return self.disclosure is Disclosure.OPAQUE

    @property
    def waits(self) -> bool:
        """Whether logins wait for verification; where all must look alike they always do."""
        return self.opaque or self.verification is Verification.LOGIN
