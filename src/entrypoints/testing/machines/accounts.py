"""
Accounts: the flows, played in any order by anybody, beside a model that a child could check.

Subclass `Accounts`, return an opened storage, and run its `TestCase`:

    class OnMyStorage(Accounts):
        def storage(self, packing):
            return my_storage(packing)

    TestAccounts = OnMyStorage.TestCase
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

import pytest
from attrs import evolve
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from ....core.flows.accounts.authenticate import Authenticate
from ....core.flows.accounts.change_password import ChangePassword
from ....core.flows.accounts.disable_user import DisableUser, EnableUser
from ....core.flows.accounts.end_sessions import EndSession, EndSessions
from ....core.flows.accounts.erase_user import EraseUser
from ....core.flows.accounts.log_in import EmailNotVerified, LogIn
from ....core.flows.accounts.log_out import LogOut
from ....core.flows.accounts.me import Me
from ....core.flows.accounts.refresh import Refresh
from ....core.flows.accounts.register import Register
from ....core.flows.accounts.reset_password import RequestReset, ResetPassword
from ....core.flows.accounts.sign_up import SignUp
from ....core.flows.accounts.sweep_accounts import SweepAccounts
from ....core.flows.accounts.verify_email import RequestVerification, VerifyEmail
from ....core.rules.accounts.emails import Email
from ....core.rules.accounts.passwords import WeakPassword
from ....core.rules.accounts.policy import AccountsPolicy
from ....core.rules.accounts.sessions import InvalidCredentials, InvalidRefreshToken
from ....core.rules.accounts.users import EmailExists
from ....core.rules.asking import GUEST, SYSTEM, Asker
from ....core.rules.letters import PasswordChanged, VerifyAddress
from ....core.rules.letters import ResetPassword as ResetLetter
from ....core.rules.onetime import InvalidToken
from ....core.rules.pages import Slice
from ....core.rules.receipts import KEPT
from ....core.rules.refusals import Missing, NotSignedIn
from ....core.rules.secrecy import Password, Secret
from ....ports.packing import Packing
from ..making import email, new_id
from ..stage import Opened, Stage, in_memory
from .model import CHANGED, LIMITS, PROOF, RESET, VERIFY, Letter, Login, Mailed, Person, World

MINUTE: Final = timedelta(minutes=1)

POLICY: Final = AccountsPolicy(limits={})

#: The same people, as they are spelt by whoever types them.
addresses = st.sampled_from(["ann@example.com", "bob@example.com", "jörg@example.com"])
spellings = st.sampled_from([str.lower, str.upper, str.title])
passwords = st.sampled_from(["Correct-Horse-1", "Battery-Staple-2"])
weak = st.sampled_from(["short", "alllowercase1!", "x" * 300])
waits = st.sampled_from(
    [timedelta(minutes=1), timedelta(minutes=20), timedelta(hours=2), timedelta(hours=25), timedelta(days=8)]
)


class Accounts(RuleBasedStateMachine):
    """The real flows beside the model."""

    logins = Bundle("logins")
    mails = Bundle("mails")
    asked = Bundle("asked")

    def storage(self, packing: Packing) -> Opened:
        """Return an empty storage."""
        return in_memory(packing)

    @initialize()
    def set_the_stage(self) -> None:
        """Begin with nobody."""
        self.stage = Stage.on(self.storage, policy=POLICY)
        self.flows = self.stage.flows.accounts
        self.world = World()
        self.delivered = 0

    @property
    def now(self) -> Any:
        """What time it is."""
        return self.stage.clock.now

    # --- Coming in ---------------------------------------------------------------------------------------------------

    @rule(target=asked, address=addresses, spell=spellings, password=passwords, proof=st.none() | mails)
    def register(self, address: str, spell: Any, password: str, proof: Mailed | None) -> Any:
        """Somebody registers, perhaps with the proof that they verified the address before."""
        brought = proof.token if proof else None
        command = Register(typed(address, spell), Password(password), key=new_id().hex, proof=brought)
        if address in self.world.people:
            with pytest.raises(EmailExists):
                self.flows.register(command)
            return multiple()

        answer = self.flows.register(command)

        assert answer.user
        self._opened(Person(answer.user.id, address, password), proof)
        assert answer.user.is_verified == self.world.people[address].verified
        return self.flows.register, command, answer, self.now

    @rule(target=logins, address=addresses, spell=spellings, password=passwords)
    def sign_up(self, address: str, spell: Any, password: str) -> Any:
        """Somebody signs up and is signed in."""
        command = SignUp(typed(address, spell), Password(password))
        if address in self.world.people:
            with pytest.raises(EmailExists):
                self.flows.sign_up(command)
            return multiple()

        answer = self.flows.sign_up(command)

        assert answer.user
        assert answer.grant
        person = Person(answer.user.id, address, password)
        self._opened(person, None)
        return person, self._granted(person, answer.grant)

    @rule(address=addresses, password=weak)
    def register_with_a_weak_password(self, address: str, password: str) -> None:
        """Somebody tries to; the invariants see that nothing has changed."""
        with pytest.raises(WeakPassword):
            self.flows.register(Register(email(address), Password(password)))

    @rule(before=asked)
    def ask_again(self, before: Any) -> None:
        """An answer was lost, and the request is sent again under its key."""
        flow, command, answer, at = before
        person = self.world.people.get(command.email.canonical)
        if person and person.id == answer.user.id and self.now < at + KEPT:
            assert flow(command) == evolve(answer, replayed=True)

    @rule(target=logins, address=addresses, spell=spellings, password=passwords)
    def log_in(self, address: str, spell: Any, password: str) -> Any:
        """Somebody logs in, rightly or not."""
        command = LogIn(typed(address, spell), Password(password))
        person = self.world.people.get(address)
        if person is None or person.password != password or not person.active:
            with pytest.raises(InvalidCredentials):
                self.flows.log_in(command)
            return multiple()
        if not person.verified:
            with pytest.raises(EmailNotVerified):
                self.flows.log_in(command)
            return multiple()

        answer = self.flows.log_in(command)

        assert answer.user.id == person.id
        return person, self._granted(person, answer.grant)

    # --- Being in ----------------------------------------------------------------------------------------------------

    @rule(who=logins)
    def look_at_oneself(self, who: tuple[Person, Login]) -> None:
        """Somebody presents a cookie."""
        person, login = who
        asker = self._asker(login)
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

    @rule(who=logins, back=st.integers(0, 4))
    def refresh(self, who: tuple[Person, Login], back: int) -> None:
        """A client, a slow tab or a thief presents the current token or an older one."""
        _, login = who
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
        self._must_not_be_stored(answer.refresh_token, answer.token)
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
        asker = self._asker(login)
        self.flows.log_out(LogOut(asker))
        login.ended = login.ended or asker != GUEST

    @rule(who=logins, other=logins)
    def end_another_session(self, who: tuple[Person, Login], other: tuple[Person, Login]) -> None:
        """Somebody ends a session, if it is theirs to end."""
        (person, login), (owner, ended) = who, other
        asker = self._asker(login)
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
        asker = self._asker(login)
        if asker != GUEST:
            self.flows.end_sessions(EndSessions(asker))
            person.sign_out()

    @rule(who=logins, current=passwords, new=passwords)
    def change_password(self, who: tuple[Person, Login], current: str, new: str) -> None:
        """Somebody changes their password; the session that asks goes on, and no other."""
        person, login = who
        asker = self._asker(login)
        command = ChangePassword(Password(current), Password(new), asker)
        if asker == GUEST:
            with pytest.raises(NotSignedIn):
                self.flows.change_password(command)
        elif current != person.password:
            with pytest.raises(InvalidCredentials):
                self.flows.change_password(command)
        else:
            self.flows.change_password(command)
            person.password = new
            person.sign_out(but=login)
            self._password_changed(person)

    # --- Mail --------------------------------------------------------------------------------------------------------

    @rule(address=addresses, spell=spellings)
    def request_verification(self, address: str, spell: Any) -> None:
        """Somebody wants a mail, with an account or without."""
        self.flows.request_verification(RequestVerification(typed(address, spell)))
        self.world.retire(VERIFY, address)
        self.world.write(VERIFY, address, self.now, POLICY.verify_within, self.world.people.get(address))

    @rule(address=addresses, spell=spellings)
    def request_reset(self, address: str, spell: Any) -> None:
        """Somebody forgot their password, or says so."""
        self.flows.request_reset(RequestReset(typed(address, spell)))
        person = self.world.people.get(address)
        if person and person.active:
            self.world.retire(RESET, str(person.id))
            self.world.write(RESET, str(person.id), self.now, POLICY.reset_within, person)

    @rule(target=mails)
    def work(self) -> Any:
        """Jobs are done; exactly the letters that are still of use arrive."""
        expected = self.world.due(self.now)
        self.stage.work()
        arrived = self.stage.mailer.sent[self.delivered :]
        self.delivered += len(arrived)

        got = [self._read(envelope.letter) for envelope in arrived]

        assert sorted((kind, address) for kind, address, _ in got) == expected
        return multiple(*(mailed for _, _, mailed in got if mailed))

    @rule(target=mails, mailed=mails)
    def verify(self, mailed: Mailed) -> Any:
        """Somebody brings a secret: the right one, a used one, one for something else."""
        command = VerifyEmail(mailed.token)
        if not mailed.opens(VERIFY, self.now):
            with pytest.raises(InvalidToken):
                self.flows.verify_email(command)
            return multiple()

        answer = self.flows.verify_email(command)

        mailed.dead = True
        if person := self.world.people.get(mailed.about):
            assert (answer.user_id, answer.proof) == (person.id, None)
            person.verified = True
            return multiple()
        assert answer.user_id is None
        assert answer.proof
        return self._mailed(PROOF, mailed.about, answer.proof, self.now + POLICY.verify_within)

    @rule(mailed=mails, guess=st.integers(22, 63))
    def guess(self, mailed: Mailed, guess: int) -> None:
        """Somebody knows the row and guesses at the secret: an attempt that counts."""
        text = mailed.token.text
        wrong = text[:guess] + ("A" if text[guess] != "A" else "B") + text[guess + 1 :]
        mailed.attempts += 1
        with pytest.raises(InvalidToken):
            self.flows.verify_email(VerifyEmail(Secret(wrong)))

    @rule(mailed=mails, new=passwords)
    def reset(self, mailed: Mailed, new: str) -> None:
        """Somebody brings a secret and chooses another password."""
        command = ResetPassword(mailed.token, Password(new))
        person = self.world.person(mailed.about)
        opens = mailed.opens(RESET, self.now)
        if not opens or not person or not person.active:
            with pytest.raises(InvalidToken):
                self.flows.reset_password(command)
            mailed.dead = mailed.dead or opens
            return

        self.flows.reset_password(command)

        person.password, person.verified = new, True
        person.sign_out()
        self._password_changed(person)

    # --- Operators and time ------------------------------------------------------------------------------------------

    @rule(address=addresses)
    def disable(self, address: str) -> None:
        """An operator locks somebody out."""
        if person := self.world.people.get(address):
            self.flows.disable_user(DisableUser(person.id, SYSTEM))
            person.active = False
            person.sign_out()

    @rule(address=addresses)
    def enable(self, address: str) -> None:
        """An operator lets somebody in again; no session comes back."""
        if person := self.world.people.get(address):
            self.flows.enable_user(EnableUser(person.id, SYSTEM))
            person.active = True

    @rule(address=addresses)
    def erase(self, address: str) -> None:
        """Somebody wants to be forgotten."""
        if person := self.world.people.get(address):
            self.flows.erase_user(EraseUser(person.id, SYSTEM))
            self.world.forget(person)

    @rule(wait=waits)
    def wait(self, wait: timedelta) -> None:
        """Time passes."""
        self.stage.clock.advance(wait)

    @rule()
    def sweep(self) -> None:
        """What nobody needs any more is forgotten; nobody notices."""
        self.flows.sweep_accounts(SweepAccounts())

    # --- What always holds -------------------------------------------------------------------------------------------

    @invariant()
    def there_is_one_user_an_address(self) -> None:
        """The users that are stored are the people of the model."""
        with self.stage.storage.snapshot() as accounts:
            users = [user for user in accounts.users.page(Slice(200)) if user.erased_at is None]

        assert sorted((user.email.canonical, user.id, user.is_verified, user.is_active) for user in users) == sorted(
            (person.address, person.id, person.verified, person.active) for person in self.world.people.values()
        )

    @invariant()
    def a_dead_session_never_answers(self) -> None:
        """Not by its cookie."""
        for login in [*self.world.gone, *(each for person in self.world.people.values() for each in person.logins)]:
            if not login.lives(self.now):
                assert self._asker(login) == GUEST

    @invariant()
    def no_secret_is_stored(self) -> None:
        """Nothing that opens anything can be read in what is stored."""
        stored = self.stage.storage.everything()

        assert [text for text in self.world.secrets if text in stored] == []

    @invariant()
    def every_block_was_sound(self) -> None:
        """No flow held out of order or called anything foreign inside a block."""
        self.stage.check()

    # --- Keeping the model -------------------------------------------------------------------------------------------

    def _opened(self, person: Person, proof: Mailed | None) -> None:
        self.world.secrets.add(person.password)
        self.world.people[person.address] = person
        if proof and proof.opens(PROOF, self.now):
            proof.dead = True
            person.verified = proof.about == person.address
        if not person.verified:
            self.world.write(VERIFY, person.address, self.now, POLICY.verify_within, person)

    def _granted(self, person: Person, grant: Any) -> Login:
        login = Login.of(grant, self.now)
        self._must_not_be_stored(grant.cookie, grant.token, grant.refresh_token)
        person.logins.append(login)
        return login

    def _asker(self, login: Login) -> Asker:
        asker = self.flows.authenticate(Authenticate(cookie=login.grant.cookie))
        if asker != GUEST:
            login.see(self.now)
        return asker

    def _password_changed(self, person: Person) -> None:
        self.world.secrets.add(person.password)
        self.world.retire(RESET, str(person.id))
        self.world.letters.append(Letter(CHANGED, str(person.id), owner=person.id))

    def _read(self, letter: Any) -> tuple[str, str, Mailed | None]:
        address = email(letter.to).canonical
        if isinstance(letter, PasswordChanged):
            return CHANGED, address, None
        token = Secret(letter.link.partition("token=")[2])
        if isinstance(letter, VerifyAddress):
            return VERIFY, address, self._mailed(VERIFY, address, token, letter.expires_at)
        assert isinstance(letter, ResetLetter)
        return RESET, address, self._mailed(RESET, str(self.world.people[address].id), token, letter.expires_at)

    def _mailed(self, kind: str, about: str, token: Secret, expires: Any) -> Mailed:
        mailed = Mailed(kind, about, token, expires)
        self._must_not_be_stored(token)
        self.world.mailed.append(mailed)
        return mailed

    def _must_not_be_stored(self, *secrets: Secret) -> None:
        self.world.secrets.update(secret.text for secret in secrets)


def typed(address: str, spell: Any) -> Email:
    """Return the address as somebody types it."""
    return email(spell(address))
