"""What every adapter of `Sessions` keeps."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given

from ....core.rules.accounts.sessions import Ending, Session
from ....core.rules.accounts.users import User
from ....core.rules.ids import NOBODY, SessionId
from ....ports.accounts import Accounts
from ....ports.flow import Snapshot, Transaction
from .. import strategies
from ..making import DAY, HOUR, NOON, SECOND, new_id, new_session
from ..threads import each_at_once, over_and_over, second_waits
from .storage import StorageContract, a_user, keeps_nothing, same, shared

NOWHERE = SessionId(NOBODY)


class SessionsContract(StorageContract):
    @pytest.fixture
    def session(self, transaction: Transaction[Accounts], user: User) -> Session:
        """Return a session of the user's."""
        return a_session(transaction, user)

    @shared
    @given(drawn=strategies.sessions)
    def test_a_session_comes_back_as_it_went_in(self, transaction: Transaction[Accounts], drawn: Session) -> None:
        user = a_user(transaction)
        session = evolve(drawn, id=SessionId(new_id()), user=user.id, cookie_hash=new_session(user).cookie_hash)

        with transaction() as accounts:
            accounts.sessions.add(session)

        with transaction() as accounts:
            assert same(accounts.sessions.hold(session.id), session)
            found = accounts.sessions.find_with_user(session.id)
            assert found
            assert same(found[0], session)
            assert same(found[1], user)

    @shared
    @given(drawn=strategies.sessions)
    def test_a_session_is_kept_with_every_field(self, transaction: Transaction[Accounts], drawn: Session) -> None:
        user = a_user(transaction)
        session = a_session(transaction, user)
        changed = evolve(drawn, id=session.id, user=user.id, cookie_hash=session.cookie_hash)

        with transaction() as accounts:
            accounts.sessions.hold(session.id)
            accounts.sessions.keep(changed)

        with transaction() as accounts:
            assert same(accounts.sessions.hold(session.id), changed)

    def test_there_is_no_session_but_those_added(self, transaction: Transaction[Accounts], session: Session) -> None:
        with transaction() as accounts:
            assert accounts.sessions.find_with_user(NOWHERE) is None
            assert accounts.sessions.hold(NOWHERE) is None
            assert accounts.sessions.of(NOBODY) == ()

    def test_a_session_comes_with_its_user_as_they_are_now(
        self, transaction: Transaction[Accounts], session: Session, user: User
    ) -> None:
        with transaction() as accounts:
            accounts.users.hold(user.id)
            accounts.users.keep(user.disable())

        with transaction() as accounts:
            assert accounts.sessions.find_with_user(session.id) == (session, user.disable())

    def test_a_session_and_its_user_are_seen_as_of_one_moment(
        self, transaction: Transaction[Accounts], snapshot: Snapshot[Accounts], user: User
    ) -> None:
        session = a_session(transaction, user, refresh=user.generation + 1)

        def change_both() -> None:
            for _ in range(40):
                with transaction() as accounts:
                    held_user, held = accounts.users.hold(user.id), accounts.sessions.hold(session.id)
                    assert held_user
                    assert held
                    accounts.users.keep(held_user.end_sessions())
                    accounts.sessions.keep(evolve(held, refresh=held.refresh + 1))

        def look() -> None:
            for _ in range(40):
                with snapshot() as accounts:
                    seen = accounts.sessions.find_with_user(session.id)
                assert seen
                assert seen[0].refresh == seen[1].generation + 1

        assert each_at_once([change_both, look, look]) == [None, None, None]

    def test_who_holds_second_waits_and_sees_the_change(
        self, transaction: Transaction[Accounts], session: Session
    ) -> None:
        ended = session.end(Ending.LOGOUT, NOON)

        def end(accounts: Accounts) -> None:
            accounts.sessions.hold(session.id)
            accounts.sessions.keep(ended)

        assert second_waits(transaction, end, lambda accounts: accounts.sessions.hold(session.id)) == ended

    def test_no_change_is_lost_between_holders(self, transaction: Transaction[Accounts], session: Session) -> None:
        def add_one() -> None:
            with transaction() as accounts:
                held = accounts.sessions.hold(session.id)
                assert held
                accounts.sessions.keep(evolve(held, refresh=held.refresh + 1))

        over_and_over(8, 40, add_one)

        with transaction() as accounts:
            found = accounts.sessions.hold(session.id)
            assert found
            assert found.refresh == session.refresh + 320

    def test_it_is_seen_later_never_earlier(self, transaction: Transaction[Accounts], session: Session) -> None:
        for at, seen in ((SECOND, SECOND), (HOUR, HOUR), (SECOND, HOUR), (-DAY, HOUR)):
            with transaction() as accounts:
                accounts.sessions.touch(session.id, NOON + at)

            with transaction() as accounts:
                assert accounts.sessions.hold(session.id) == evolve(session, last_seen_at=NOON + seen)

    def test_seeing_a_session_that_is_gone_changes_nothing(
        self, transaction: Transaction[Accounts], session: Session
    ) -> None:
        with transaction() as accounts:
            accounts.sessions.touch(NOWHERE, NOON + HOUR)

            assert accounts.sessions.hold(NOWHERE) is None
            assert accounts.sessions.hold(session.id) == session

    def test_of_many_who_see_it_the_latest_counts(self, transaction: Transaction[Accounts], session: Session) -> None:
        def see(seconds: int) -> None:
            with transaction() as accounts:
                accounts.sessions.touch(session.id, NOON + seconds * SECOND)

        each_at_once([lambda seconds=each: see(seconds) for each in range(16)])  # type: ignore[misc]

        with transaction() as accounts:
            assert accounts.sessions.hold(session.id) == evolve(session, last_seen_at=NOON + 15 * SECOND)

    def test_the_sessions_of_a_user_are_those_not_ended_newest_first(
        self, transaction: Transaction[Accounts], user: User
    ) -> None:
        mine = [a_session(transaction, user, created_at=NOON + each * SECOND) for each in range(3)]
        a_session(transaction, user, ended_at=NOON, ending=Ending.REVOKED)
        a_session(transaction, a_user(transaction))

        with transaction() as accounts:
            assert list(accounts.sessions.of(user.id)) == mine[::-1]

    def test_no_more_than_200_sessions_are_listed(self, transaction: Transaction[Accounts], user: User) -> None:
        mine = [new_session(user, created_at=NOON + each * SECOND) for each in range(203)]
        with transaction() as accounts:
            for each in mine:
                accounts.sessions.add(each)

        with transaction() as accounts:
            assert list(accounts.sessions.of(user.id)) == mine[:2:-1]

    def test_all_sessions_of_one_user_are_forgotten(self, transaction: Transaction[Accounts], user: User) -> None:
        mine = [a_session(transaction, user), a_session(transaction, user, ended_at=NOON, ending=Ending.LOGOUT)]
        theirs = a_session(transaction, other := a_user(transaction))

        with transaction() as accounts:
            accounts.sessions.remove_all(user.id)

        with transaction() as accounts:
            assert [accounts.sessions.hold(each.id) for each in mine] == [None, None]
            assert accounts.sessions.find_with_user(theirs.id) == (theirs, other)

    def test_a_sweep_forgets_what_expired_or_ended_and_not_too_much_of_it(
        self, transaction: Transaction[Accounts], user: User
    ) -> None:
        old = [a_session(transaction, user, expires_at=NOON - each * SECOND) for each in range(1, 4)]
        old += [a_session(transaction, user, ended_at=NOON - SECOND, ending=Ending.LOGOUT) for _ in range(2)]
        live = [
            a_session(transaction, user),
            a_session(transaction, user, expires_at=NOON + SECOND),
            a_session(transaction, user, ended_at=NOON + SECOND, ending=Ending.LOGOUT),
        ]

        forgotten = []
        for _ in range(4):
            with transaction() as accounts:
                forgotten.append(accounts.sessions.sweep(NOON, 2))

        assert forgotten == [2, 2, 1, 0]
        with transaction() as accounts:
            assert [accounts.sessions.hold(each.id) for each in old] == [None] * 5
            assert [accounts.sessions.hold(each.id) for each in live] == live

    def test_a_failed_block_keeps_nothing(self, transaction: Transaction[Accounts], session: Session) -> None:
        other = evolve(session, id=SessionId(new_id()), cookie_hash=b"another's".ljust(32))

        def change(accounts: Accounts) -> None:
            accounts.sessions.hold(session.id)
            accounts.sessions.keep(session.end(Ending.LOGOUT, NOON))
            accounts.sessions.add(other)

        keeps_nothing(transaction, change)
        keeps_nothing(transaction, lambda accounts: accounts.sessions.touch(session.id, NOON + DAY))
        keeps_nothing(transaction, lambda accounts: accounts.sessions.remove_all(session.user))
        keeps_nothing(transaction, lambda accounts: accounts.sessions.sweep(NOON + 99 * DAY, 9))

        with transaction() as accounts:
            assert accounts.sessions.hold(session.id) == session
            assert accounts.sessions.hold(other.id) is None


def a_session(transaction: Transaction[Accounts], user: User, **changes: object) -> Session:
    """Return a session of *user* that is there now."""
    session = new_session(user, **changes)
    with transaction() as accounts:
        accounts.sessions.add(session)
    return session
