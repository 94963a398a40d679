"""
Accounts: the flows, played in any order by anybody, beside a model that a child could check.

Subclass `Accounts`, return an opened storage, and run its `TestCase`:

    class OnMyStorage(Accounts):
        def storage(self, packing):
            return my_storage(packing)

    TestAccounts = OnMyStorage.TestCase
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis.stateful import initialize, invariant, multiple, rule

from ....core.flows.accounts.disable_user import DisableUser, EnableUser
from ....core.flows.accounts.erase_user import EraseUser
from ....core.flows.accounts.sweep_accounts import SweepAccounts
from ....core.rules.asking import GUEST, SYSTEM
from ....core.rules.pages import Slice
from ..making import email
from ..stage import readable
from .entering import Entering
from .mailing import Mailing
from .playing import ANN, BOB, JOERG, addresses, logins, rarely, waits
from .staying import Staying


class Accounts(Entering, Staying, Mailing):
    """The real flows beside the model."""

    @initialize(target=logins)
    def set_the_stage(self) -> Any:
        """
        Begin with Ann and Bob, who are signed in; Ann's address is verified, and she is signed in twice.

        Somebody has verified an address without an account.
        """
        self.begin()
        ann, bob = self.signed_up(email(ANN), "Correct-Horse-1"), self.signed_up(email(BOB), "Battery-Staple-2")
        self.deliver()
        self.verify(pick=1, crossed=False)
        self.request_verification(address=JOERG, spell=str.lower, at_once=True)
        self.verify(pick=0, crossed=False)
        again = self.log_in(address=ANN, spell=str.lower, wrong=False)
        return multiple(ann, bob, again)

    def teardown(self) -> None:
        """Look once more when all is over."""
        if self.world.people:
            self.somebody_reads_the_database()

    @rule(address=addresses, mistaken=rarely)
    def disable(self, *, address: str, mistaken: bool) -> None:
        """An operator locks somebody out, perhaps by mistake; when they are let in again, no session comes back."""
        if person := self.world.people.get(address):
            self.flows.disable_user(DisableUser(person.id, SYSTEM))
            person.active = False
            person.sign_out()
            if mistaken:
                self.enable(address)

    @rule(address=addresses)
    def enable(self, address: str) -> None:
        """An operator lets somebody in again."""
        if person := self.world.people.get(address):
            self.flows.enable_user(EnableUser(person.id, SYSTEM))
            person.active = True

    @rule(address=addresses)
    def erase(self, address: str) -> None:
        """Somebody wants to be forgotten."""
        if person := self.world.people.get(address):
            self.flows.erase_user(EraseUser(person.id, SYSTEM))
            self.world.forget(person)
            with self.stage.storage.snapshot() as accounts:
                left = accounts.users.find(person.id)
                assert left
                assert person.address not in readable(left)
                assert accounts.credentials.find(person.id) is None
                assert (accounts.sessions.of(person.id), accounts.jobs.of(person.id)) == ((), ())

    @rule(wait=waits)
    def wait(self, wait: timedelta) -> None:
        """Time passes."""
        self.stage.clock.advance(wait)

    @rule()
    def sweep(self) -> None:
        """What nobody needs any more is forgotten; nobody notices."""
        self.flows.sweep_accounts(SweepAccounts())

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
                assert self.asker(login) == GUEST

    @rule()
    def somebody_reads_the_database(self) -> None:
        """Nothing that opens anything is there in clear."""
        stored = self.stage.storage.everything()

        assert [text for text in self.world.secrets if text in stored] == []

    @invariant()
    def every_block_was_sound(self) -> None:
        """No flow held out of order or called anything foreign inside a block."""
        self.stage.check()
