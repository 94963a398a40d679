"""The rules of being in: sessions, their tokens, and the password."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from ....core.flows.accounts.authenticate import Authenticate
from ....core.flows.accounts.change_password import ChangePassword
from ....core.flows.accounts.end_sessions import EndSession, EndSessions
from ....core.flows.accounts.log_out import LogOut
from ....core.flows.accounts.me import Me
from ....core.flows.accounts.refresh import Refresh
from ....core.rules.accounts.sessions import InvalidCredentials, InvalidRefreshToken
from ....core.rules.asking import GUEST
from ....core.rules.refusals import Missing, NotSignedIn
from ....core.rules.secrecy import Password
from .model import LIMITS, Login, Person
from .playing import Playing, logins, passwords, rarely


class Staying(Playing):
    """The rules of being in: sessions, their tokens, and the password."""

    @rule(who=logins)
    def look_at_oneself(self, who: tuple[Person, Login]) -> None:
        """Somebody presents a cookie."""
        person, login = who
        asker = self.asker(login)
        if not login.lives(self.now):
            assert asker == GUEST
            with pytest.raises(NotSignedIn):
                self.flows.me(Me(asker))
            return

        login.see(self.now)
        assert self.flows.me(Me(asker)).id == person.id

    @rule(who=logins)
    def present_the_access_token(self, who: tuple[Person, Login]) -> None:
        """Somebody presents the access token that they got at login."""
        _, login = who
        command = Authenticate(bearer=login.grant.token)
        if not login.lives(self.now) or self.now >= login.opened + LIMITS.access:
            with pytest.raises(NotSignedIn):
                self.flows.authenticate(command)
            return

        login.see(self.now)
        assert self.flows.authenticate(command).session == login.grant.session

    @rule(who=logins, often=st.integers(0, 3), back=st.integers(0, 4))
    def refresh(self, who: tuple[Person, Login], often: int, back: int) -> None:
        """A client refreshes; then a slow tab or a thief presents the current token or an older one."""
        for _ in range(often):
            self._refresh(who[1], 0)
        self._refresh(who[1], back)

    def _refresh(self, login: Login, back: int) -> None:
        command = Refresh(login.tokens[max(0, len(login.tokens) - 1 - back)])
        back = min(back, len(login.tokens) - 1)
        fresh = login.lives(self.now)
        late = back == 2 and self.now > login.rotated + LIMITS.grace
        if not fresh or back > 2 or late or (back == 0 and self.now >= login.rotated + LIMITS.refresh):
            with pytest.raises(InvalidRefreshToken):
                self.flows.refresh(command)
            # A stale token ends the session for good.
            login.ended = login.ended or (fresh and back >= 2)
            return

        answer = self.flows.refresh(command)
        self.must_not_be_stored(answer.refresh_token, answer.token)
        if back == 0:
            assert answer.refresh_token not in login.tokens
            login.tokens.append(answer.refresh_token)
            login.rotated, login.seen = self.now, max(self.now, login.seen)
        else:
            assert answer.refresh_token == login.tokens[len(login.tokens) - back]

    @rule(who=logins)
    def log_out(self, who: tuple[Person, Login]) -> None:
        """Somebody logs out, or did before."""
        _, login = who
        asker = self.asker(login)
        self.flows.log_out(LogOut(asker))
        login.ended = login.ended or asker != GUEST

    @rule(who=logins, other=logins)
    def end_another_session(self, who: tuple[Person, Login], other: tuple[Person, Login]) -> None:
        """Somebody ends a session, if it is theirs to end."""
        (person, login), (owner, ended) = who, other
        asker = self.asker(login)
        command = EndSession(ended.grant.session, asker)
        if asker == GUEST or person is not owner:
            with pytest.raises((NotSignedIn, Missing)):
                self.flows.end_session(command)
        elif ended.lives(self.now):
            self.flows.end_session(command)
            ended.ended = True
        else:
            # It may have been swept away since.
            with suppress(Missing):
                self.flows.end_session(command)

    @rule(who=logins)
    def end_all_sessions(self, who: tuple[Person, Login]) -> None:
        """Somebody signs out everywhere."""
        person, login = who
        asker = self.asker(login)
        if asker != GUEST:
            self.flows.end_sessions(EndSessions(asker))
            person.sign_out()

    @rule(who=logins, wrong=rarely, new=passwords)
    def change_password(self, *, who: tuple[Person, Login], wrong: bool, new: str) -> None:
        """Somebody changes their password; the session that asks goes on, and no other."""
        person, login = who
        asker = self.asker(login)
        current = Password("Another-Horse-3" if wrong else person.password)
        command = ChangePassword(current, Password(new), asker)
        if asker == GUEST:
            with pytest.raises(NotSignedIn):
                self.flows.change_password(command)
        elif wrong:
            with pytest.raises(InvalidCredentials):
                self.flows.change_password(command)
        else:
            self.flows.change_password(command)
            person.password = new
            person.sign_out(but=login)
            self.password_changed(person)
