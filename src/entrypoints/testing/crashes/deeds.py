"""What a crash is tried on: one flow called once, in a scene that was set for it."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar, Final

from ....core.flows.accounts.authenticate import Authenticate
from ....core.flows.accounts.create_user import CreateUser
from ....core.flows.accounts.log_in import LogIn
from ....core.rules.accounts.policy import AccountsPolicy
from ....core.rules.accounts.sessions import InvalidCredentials, SessionLimits
from ....core.rules.accounts.users import Profile, User
from ....core.rules.asking import GUEST, SYSTEM, Asker
from ....core.rules.letters import Letter, PasswordForgotten, VerifyAddress
from ....core.rules.refusals import Refusal
from ....core.rules.secrecy import Password, Secret
from ..making import email
from ..stage import Stage

ANN: Final = email("ann@example.com")
OLD: Final = Password("Correct-Horse-1")
NEW: Final = Password("Battery-Staple-2")


class Deed:
    """A writing flow that keeps what it changes in one block, and how it is known that what was wanted came about."""

    policy: ClassVar[AccountsPolicy] = AccountsPolicy(limits={})
    #: What those are told who ask again, without a key, for what is done.
    told: ClassVar[tuple[type[Refusal], ...]] = ()
    #: The kinds of letters that arrive in the end, beside those of the scene.
    letters: ClassVar[tuple[type[Letter], ...]] = ()

    def set_up(self, stage: Stage) -> None:
        """Set the scene; nothing fails yet."""

    def act(self, stage: Stage) -> None:
        """Do it."""
        raise NotImplementedError

    def again(self, stage: Stage) -> None:
        """Do what somebody does who got no answer: the same again."""
        try:
            self.act(stage)
        except self.told:
            return

    def came(self, letters: Counter[type[Letter]]) -> bool:
        """Say whether those are the letters that are to arrive, whatever happened."""
        return letters == Counter(self.letters)

    def reached(self, stage: Stage) -> None:
        """Make sure that what was wanted came about."""
        raise NotImplementedError


def create(stage: Stage, *, verified: bool = True) -> Profile:
    """Have Ann there."""
    return stage.flows.accounts.create_user(CreateUser(ANN, password=OLD, verified=verified, asker=SYSTEM))


def log_in(stage: Stage, password: Password = OLD) -> Asker:
    """Return Ann, logged in."""
    granted = stage.flows.accounts.log_in(LogIn(ANN, password)).grant
    return authenticated(stage, granted.token)


def authenticated(stage: Stage, token: Secret) -> Asker:
    """Return who presents the token."""
    return stage.flows.accounts.authenticate(Authenticate(bearer=token))


def opens(stage: Stage, password: Password) -> bool:
    """Say whether Ann can log in with the password."""
    try:
        return log_in(stage, password) != GUEST
    except InvalidCredentials:
        return False


def ann(stage: Stage) -> User:
    """Return Ann, as she is stored."""
    with stage.storage.snapshot() as accounts:
        user = accounts.users.find_by_email(ANN)
    assert user, "there is no such user"
    return user


def mailed(stage: Stage, kind: type[VerifyAddress | PasswordForgotten]) -> Secret:
    """Do the jobs, and return the token in the last letter of that kind."""
    stage.work()
    links = [each.letter.link for each in stage.mailer.sent if isinstance(each.letter, kind)]
    return Secret(links[-1].partition("token=")[2])


def arrived(stage: Stage) -> Counter[type[Letter]]:
    """Return how many letters of each kind arrived. The same letter sent twice is one."""
    return Counter({each.id: type(each.letter) for each in stage.mailer.sent}.values())


def lives(stage: Stage, asker: Asker) -> bool:
    """Say whether the session in which *asker* asked can still be used."""
    assert asker.session
    with stage.storage.snapshot() as accounts:
        found = accounts.sessions.find_with_user(asker.session)
    assert found, "the session was forgotten"
    session, user = found
    return session.lives(user, stage.clock(), SessionLimits())
