"""What the parts of the accounts machine share: the stage, the model, and how the one follows the other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from attrs import evolve
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine

from ....core.flows.accounts.authenticate import Authenticate
from ....core.flows.accounts.sign_up import SignUp
from ....core.rules.accounts.emails import Email
from ....core.rules.accounts.policy import AccountsPolicy
from ....core.rules.asking import GUEST, Asker
from ....core.rules.letters import PasswordChanged, PasswordForgotten, VerifyAddress
from ....core.rules.secrecy import Password, Secret
from ....ports.packing import Packing
from ...flows import AccountFlows
from ..making import email, new_id
from ..stage import Opened, Stage, in_memory
from .model import CHANGED, PROOF, RESET, VERIFY, Letter, Login, Mailed, Person, World

#: Sessions, each with whose it is.
logins = Bundle("logins")

MINUTE: Final = timedelta(minutes=1)

POLICY: Final = AccountsPolicy(limits={})

#: The same people, as they are spelt by whoever types them.
ANN, BOB, JOERG, DAN = "ann@example.com", "bob@example.com", "jörg@example.com", "dan@example.com"
addresses = st.sampled_from([ANN, BOB, JOERG, DAN])
spellings = st.sampled_from([str.lower, str.upper, str.title])
passwords = st.sampled_from(["Correct-Horse-1", "Battery-Staple-2"])
weak = st.sampled_from(["short", "alllowercase1!", "x" * 300])
#: Which one, of the newest.
picks = st.sampled_from([0, 0, 0, 1, 2])
often = st.sampled_from([True, True, False])
rarely = st.sampled_from([False] * 7 + [True])
waits = st.sampled_from(
    [timedelta(minutes=1), timedelta(minutes=20), timedelta(hours=2), timedelta(hours=25), timedelta(days=8)]
)


class Playing(RuleBasedStateMachine):
    """The real flows beside the model."""

    stage: Stage
    flows: AccountFlows
    world: World
    #: How many letters were read.
    delivered: int

    def storage(self, packing: Packing) -> Opened:
        """Return an empty storage."""
        return in_memory(packing)

    def begin(self) -> None:
        """Begin with nobody."""
        self.stage = Stage.on(self.storage, policy=POLICY)
        self.flows = self.stage.flows.accounts
        self.world = World()
        self.delivered = 0

    @property
    def now(self) -> Any:
        """What time it is."""
        return self.stage.clock.now

    def opened(self, person: Person, proof: Mailed | None) -> None:
        self.world.secrets.add(person.password)
        self.world.people[person.address] = person
        if proof and proof.opens(PROOF, self.now):
            proof.dead = True
            person.verified = proof.about == person.address
        if not person.verified:
            self.world.write(VERIFY, person.address, self.now, POLICY.verify_within, person)

    def signed_up(self, address: Email, password: str) -> tuple[Person, Login]:
        command = SignUp(address, Password(password), key=new_id().hex)

        answer = self.flows.sign_up(command)

        assert answer.user
        assert answer.grant
        person = Person(answer.user.id, address.canonical, password)
        self.opened(person, None)
        self.world.asked.append((self.flows.sign_up, command, evolve(answer, grant=None, replayed=True), self.now))
        return person, self.granted(person, answer.grant)

    def pick(self, kind: str, pick: int, *, crossed: bool) -> Mailed | None:
        """Return one of the newest secrets of the kind, or crossed of another kind, if there are so many."""
        found = [each for each in self.world.mailed if (each.kind == kind) is not crossed]
        return found[-1 - pick] if pick < len(found) else None

    def granted(self, person: Person, grant: Any) -> Login:
        login = Login.of(grant, self.now)
        self.must_not_be_stored(grant.cookie, grant.token, grant.refresh_token)
        person.logins.append(login)
        return login

    def asker(self, login: Login) -> Asker:
        asker = self.flows.authenticate(Authenticate(cookie=login.grant.cookie))
        if asker != GUEST:
            login.see(self.now)
        return asker

    def password_changed(self, person: Person) -> None:
        self.world.secrets.add(person.password)
        self.world.retire(RESET, str(person.id))
        self.world.letters.append(Letter(CHANGED, str(person.id), owner=person.id))

    def deliver(self) -> None:
        """Do the jobs; exactly the letters that are still of use arrive."""
        expected = self.world.due(self.now)
        self.stage.work()
        arrived = self.stage.mailer.sent[self.delivered :]
        self.delivered += len(arrived)

        assert sorted(self.read(envelope.letter) for envelope in arrived) == expected

    def read(self, letter: Any) -> tuple[str, str]:
        """Take the secret out of a letter; return what it is about and whom it is to."""
        address = email(letter.to).canonical
        if isinstance(letter, PasswordChanged):
            return CHANGED, address
        token = Secret(letter.link.partition("token=")[2])
        if isinstance(letter, VerifyAddress):
            self.mailed(VERIFY, address, token, letter.expires_at)
            return VERIFY, address
        assert isinstance(letter, PasswordForgotten)
        self.mailed(RESET, str(self.world.people[address].id), token, letter.expires_at)
        return RESET, address

    def mailed(self, kind: str, about: str, token: Secret, expires: Any) -> None:
        self.must_not_be_stored(token)
        self.world.mailed.append(Mailed(kind, about, token, expires))

    def must_not_be_stored(self, *secrets: Secret) -> None:
        self.world.secrets.update(secret.text for secret in secrets)


def typed(address: str, spell: Any) -> Email:
    """Return the address as somebody types it."""
    return email(spell(address))
