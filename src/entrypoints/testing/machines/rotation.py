"""
Refresh tokens under clients as they are: several tabs of one browser, answers that get lost, and thieves.

The honest client keeps one token for all its tabs. A tab sends what was stored when it
noticed that the access token had run out, or what is stored by the time it gets round to
it; it stores what it is answered, unless the answer gets lost. Whatever one such moment
sets in motion is over within the grace, answers in no order, and goes on by two numbers at
most: who has just been given an access token that is good for longer need not ask.
"""

from __future__ import annotations

from datetime import timedelta

from attrs import frozen
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, precondition, rule

from ....core.rules.accounts.sessions import Ending, Session, SessionLimits
from ..making import NOON, SECOND, new_session, new_user

LIMITS = SessionLimits()


@frozen
class Answer:
    """A number that is on its way back to a tab, in the round in which that asked."""

    number: int
    round: int


class Rotation(RuleBasedStateMachine):
    """One session's tokens beside the client that holds them."""

    answers = Bundle("answers")

    def __init__(self) -> None:
        super().__init__()
        self.now = self.began = NOON
        self.session: Session = new_session(new_user(), expires_at=NOON + timedelta(days=10_000))
        #: What the client has stored now, and had when the round began.
        self.stored = self.read = self.session.refresh
        self.round = 0

    @rule()
    def the_access_token_runs_out(self) -> None:
        """Tabs notice, after a while in which nothing was under way."""
        self.now += LIMITS.access
        self.began, self.read = self.now, self.stored
        self.round += 1

    @precondition(lambda self: self.round and self.now < self.began + LIMITS.grace)
    @rule(seconds=st.integers(0, 10))
    def time_passes(self, seconds: int) -> None:
        """Some tabs and some networks are slow."""
        self.now = min(self.now + seconds * SECOND, self.began + LIMITS.grace)

    @precondition(lambda self: self.round)
    @rule(target=answers)
    def a_tab_asks(self) -> Answer:
        """A tab sends what it read when it noticed."""
        return self._ask(self.read)

    @precondition(lambda self: self.round and self.session.refresh <= self.read + 1)
    @rule(target=answers)
    def a_late_tab_asks(self) -> Answer:
        """A tab looks only now, and sends what another may have stored meanwhile."""
        return self._ask(self.stored)

    @rule(answer=consumes(answers))
    def an_answer_arrives(self, answer: Answer) -> None:
        """It is stored, also if it is older than what another tab has stored; by another round it is lost."""
        if answer.round == self.round:
            self.stored = answer.number

    @rule(_answer=consumes(answers))
    def an_answer_is_lost(self, _answer: Answer) -> None:
        """The client goes on with what it has."""

    @rule(back=st.integers(3, 9))
    def a_thief_comes_with_an_old_token(self, back: int) -> None:
        """Whatever the honest client does, a token that was stale ends the session for both."""
        if self.session.refresh - back < 1:
            return
        ended, answer = self.session.present(self.session.refresh - back, self.now, LIMITS)

        assert answer is None
        assert (ended.ended_at, ended.ending) == (self.now, Ending.REUSE)

    @rule(back=st.integers(2, 9))
    def a_thief_comes_after_the_grace(self, back: int) -> None:
        """Nor does the one before the predecessor answer for ever."""
        later = self.session.rotated_at + LIMITS.grace + SECOND
        if self.session.refresh - back < 1:
            return
        ended, answer = self.session.present(self.session.refresh - back, later, LIMITS)

        assert answer is None
        assert ended.ending is Ending.REUSE

    @rule(ahead=st.integers(1, 9))
    def somebody_comes_with_a_token_of_tomorrow(self, ahead: int) -> None:
        """A number that was never given out ends the session too."""
        ended, answer = self.session.present(self.session.refresh + ahead, self.now, LIMITS)

        assert answer is None
        assert ended.ending is Ending.REUSE

    @invariant()
    def the_client_is_signed_in(self) -> None:
        """An honest client is never logged out: what it has stored is answered."""
        assert self.session.ended_at is None
        _, answer = self.session.present(self.stored, self.now, LIMITS)
        assert answer is not None

    def _ask(self, number: int) -> Answer:
        self.session, answer = self.session.present(number, self.now, LIMITS)
        assert answer is not None, "an honest client was logged out"
        return Answer(answer, self.round)
