"""Sessions: begun, gone on with, ended."""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar

from ....core.flows.accounts.end_sessions import EndSession, EndSessions
from ....core.flows.accounts.log_in import LogIn
from ....core.flows.accounts.log_out import LogOut
from ....core.flows.accounts.refresh import Refresh
from ....core.rules.accounts.sessions import InvalidRefreshToken
from ....core.rules.asking import Asker
from ....core.rules.refusals import NotSignedIn
from ....core.rules.secrecy import Secret
from ..making import SECOND
from ..stage import Stage
from .deeds import ANN, OLD, Deed, ann, authenticated, create, lives, log_in


class LoggingIn(Deed):
    """Somebody logs in."""

    def set_up(self, stage: Stage) -> None:
        create(stage)

    def act(self, stage: Stage) -> None:
        stage.flows.accounts.log_in(LogIn(ANN, OLD))

    def reached(self, stage: Stage) -> None:
        with stage.storage.snapshot() as accounts:
            # One more than is known of is what an answer costs that was lost.
            assert len(accounts.sessions.of(ann(stage).id)) in {1, 2}


class Refreshing(Deed):
    """Somebody goes on with their session."""

    token: Secret

    def set_up(self, stage: Stage) -> None:
        create(stage)
        self.token = stage.flows.accounts.log_in(LogIn(ANN, OLD)).grant.refresh_token

    def act(self, stage: Stage) -> None:
        stage.flows.accounts.refresh(Refresh(self.token))

    def reached(self, stage: Stage) -> None:
        answer = stage.flows.accounts.refresh(Refresh(self.token))
        answer = stage.flows.accounts.refresh(Refresh(answer.refresh_token))
        assert authenticated(stage, answer.token).user == ann(stage).id


class Stealing(Deed):
    """A thief presents a token of long ago, which ends the session whoever noticed."""

    stale: Secret
    token: Secret

    def set_up(self, stage: Stage) -> None:
        create(stage)
        self.stale = self.token = stage.flows.accounts.log_in(LogIn(ANN, OLD)).grant.refresh_token
        for _ in range(3):
            stage.clock.advance(60 * SECOND)
            self.token = stage.flows.accounts.refresh(Refresh(self.token)).refresh_token

    def act(self, stage: Stage) -> None:
        with suppress(InvalidRefreshToken):
            stage.flows.accounts.refresh(Refresh(self.stale))

    def reached(self, stage: Stage) -> None:
        with stage.storage.snapshot() as accounts:
            assert accounts.sessions.of(ann(stage).id) == ()


class LoggingOut(Deed):
    """Somebody logs out; their other session goes on."""

    told = (NotSignedIn,)
    here: Asker
    there: Asker
    left: ClassVar[tuple[bool, bool]] = (False, True)

    def set_up(self, stage: Stage) -> None:
        create(stage)
        self.here, self.there = log_in(stage), log_in(stage)

    def act(self, stage: Stage) -> None:
        stage.flows.accounts.log_out(LogOut(asker=self.here))

    def reached(self, stage: Stage) -> None:
        assert (lives(stage, self.here), lives(stage, self.there)) == self.left


class EndingOne(LoggingOut):
    """Somebody ends their other session."""

    left = (True, False)

    def act(self, stage: Stage) -> None:
        assert self.there.session
        stage.flows.accounts.end_session(EndSession(self.there.session, asker=self.here))


class EndingAll(LoggingOut):
    """Somebody ends all of their sessions."""

    left = (False, False)

    def act(self, stage: Stage) -> None:
        stage.flows.accounts.end_sessions(EndSessions(asker=self.here))
