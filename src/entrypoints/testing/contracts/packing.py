"""What every adapter of `Packing` promises."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ....core.flows.accounts._granting import Grant
from ....core.flows.accounts.mail_notices import SendChangedMail
from ....core.flows.accounts.register import Registered
from ....core.flows.accounts.reset_password import ResetPassword
from ....core.flows.accounts.sign_up import SignedUp
from ....core.rules.accounts.users import Profile
from ....core.rules.asking import SYSTEM, Role
from ....core.rules.ids import SessionId, UserId
from ....core.rules.secrecy import Password, Secret
from ....ports.packing import Packing
from .storage import shared

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
PROFILE = Profile(
    UserId(UUID(int=7)), "ann@example.com", "ann", Role.SELLER, is_active=True, is_verified=False, created_at=NOON
)
GRANT = Grant(SessionId(UUID(int=8)), Secret("crumb"), Secret("access"), Secret("again"), NOON)


class PackingContract:
    """Subclass it, give it what packs all the flows there are, and it tests your adapter."""

    @pytest.fixture
    def packing(self) -> Packing:
        """Return what packs commands and answers."""
        raise NotImplementedError

    def test_a_command_is_packed_under_the_name_of_its_flow(self, packing: Packing) -> None:
        name, text = packing.pack(SendChangedMail(UserId(UUID(int=7)), NOON))

        assert name == "accounts.send_changed_mail"
        assert str(UUID(int=7)) in text

    @shared
    @given(secret=st.uuids().map(str))
    def test_no_secret_of_a_command_can_be_read(self, packing: Packing, secret: str) -> None:
        _, text = packing.pack(ResetPassword(Secret(secret), Password(secret[::-1])))

        assert secret not in text
        assert secret[::-1] not in text

    def test_who_asks_is_not_packed(self, packing: Packing) -> None:
        user = UserId(UUID(int=7))

        assert packing.pack(SendChangedMail(user, NOON)) == packing.pack(SendChangedMail(user, NOON, asker=SYSTEM))

    def test_an_answer_comes_back(self, packing: Packing) -> None:
        text = packing.pack_answer("accounts.register", Registered(PROFILE))

        assert packing.unpack_answer("accounts.register", text) == Registered(PROFILE)

    def test_an_answer_comes_back_without_its_secrets(self, packing: Packing) -> None:
        text = packing.pack_answer("accounts.sign_up", SignedUp(PROFILE, GRANT))

        assert not any(secret in text for secret in ("crumb", "access", "again"))
        assert packing.unpack_answer("accounts.sign_up", text) == SignedUp(PROFILE, None)
