"""What flows ask of a database: lists a fixed number of statements, and the busiest flows as few as are known here."""

from __future__ import annotations

from contextlib import suppress

import pytest

from hexflows.core.flows.accounts.authenticate import Authenticate
from hexflows.core.flows.accounts.create_user import CreateUser
from hexflows.core.flows.accounts.list_sessions import ListSessions
from hexflows.core.flows.accounts.list_users import ListUsers
from hexflows.core.flows.accounts.log_in import LogIn
from hexflows.core.flows.accounts.me import Me
from hexflows.core.flows.accounts.refresh import Refresh
from hexflows.core.flows.accounts.register import Register
from hexflows.core.flows.jobs.list_jobs import ListJobs
from hexflows.core.rules.accounts.policy import AccountsPolicy, Disclosure
from hexflows.core.rules.accounts.sessions import InvalidCredentials, SessionLimits
from hexflows.core.rules.asking import SYSTEM
from hexflows.core.rules.secrecy import Password
from hexflows.entrypoints.testing.making import email, new_email
from hexflows.entrypoints.testing.stage import Stage

from .databases import Counting, as_accounts

PASSWORD = Password("Correct-Horse-1")
FEW, MANY = 2, 30


@pytest.fixture
def statements():
    """What was asked of the database since the list was emptied; blocks begin and end beside it."""
    return []


@pytest.fixture
def stage(sql_storage, statements):
    return stage_on(sql_storage, statements)


def stage_on(storage, statements, **policy):
    around = Counting.into(statements)
    policy = AccountsPolicy(limits={}, **policy)
    return Stage.on(lambda packing: as_accounts(storage, packing, around), policy=policy)


@pytest.fixture
def cost(statements):
    """Counts the statements of a call."""

    def cost(call, *arguments):
        statements.clear()
        with suppress(InvalidCredentials):
            call(*arguments)
        return len(statements)

    return cost


@pytest.fixture
def ann(stage):
    return somebody(stage, "ann@example.com")


def somebody(stage, address=None):
    address = email(address) if address else new_email()
    return stage.flows.accounts.create_user(CreateUser(address, password=PASSWORD, verified=True, asker=SYSTEM))


def log_in(stage, person):
    return stage.flows.accounts.log_in(LogIn(email(person.email), PASSWORD)).grant


def test_a_page_of_users_is_one_statement(stage, cost):
    flow = stage.flows.accounts.list_users
    command = ListUsers(limit=100, asker=SYSTEM)
    costs = []
    for people in (FEW, MANY):
        for _ in range(people):
            somebody(stage)
        costs.append(cost(flow, command))

    assert len(flow(command).items) == FEW + MANY
    assert costs == [1, 1]


def test_a_page_of_jobs_is_one_statement(stage, cost):
    flow = stage.flows.jobs.list_jobs
    command = ListJobs(limit=100, asker=SYSTEM)
    costs = []
    for people in (FEW, MANY):
        for _ in range(people):
            stage.flows.accounts.register(Register(new_email(), PASSWORD))
        costs.append(cost(flow, command))

    assert len(flow(command).items) == FEW + MANY
    assert costs == [1, 1]


def test_the_list_of_ones_sessions_is_two_statements(stage, cost, ann):
    flow = stage.flows.accounts.list_sessions
    costs = []
    for logins in (FEW, MANY):
        for _ in range(logins):
            grant = log_in(stage, ann)
        asker = stage.flows.accounts.authenticate(Authenticate(cookie=grant.cookie))
        costs.append(cost(flow, ListSessions(asker)))

    assert len(flow(ListSessions(asker)).items) == FEW + MANY
    assert costs == [2, 2], "the user, and the sessions"


def test_a_session_is_found_together_with_its_user(stage, cost, ann):
    grant = log_in(stage, ann)
    authenticate = stage.flows.accounts.authenticate
    asker = authenticate(Authenticate(cookie=grant.cookie))

    assert cost(authenticate, Authenticate(cookie=grant.cookie)) == 1
    assert cost(authenticate, Authenticate(bearer=grant.token)) == 1
    assert cost(stage.flows.accounts.me, Me(asker)) == 1

    stage.clock.advance(SessionLimits().touch)
    assert cost(authenticate, Authenticate(cookie=grant.cookie)) == 2, "once a minute it is written down"
    assert cost(authenticate, Authenticate(cookie=grant.cookie)) == 1


def test_what_is_done_most_costs_what_it_is_known_to(stage, cost, ann):
    grant = log_in(stage, ann)

    # The address and its hash, and once more held, and the session.
    assert cost(stage.flows.accounts.log_in, LogIn(email(ann.email), PASSWORD)) == 5
    # The session, held; its user; the session, kept.
    assert cost(stage.flows.accounts.refresh, Refresh(grant.refresh_token)) == 3
    # The user and their credential, the secret, the mail to come.
    assert cost(stage.flows.accounts.register, Register(new_email(), PASSWORD)) == 4


def test_who_is_unknown_costs_the_database_what_who_is_known_does(stage, cost, ann):
    flow = stage.flows.accounts.log_in

    unknown = cost(flow, LogIn(new_email(), PASSWORD))
    wrong = cost(flow, LogIn(email(ann.email), Password("Wrong-Horse-1")))

    assert unknown == wrong == 2


def test_a_taken_address_costs_the_database_what_a_free_one_does(sql_storage, statements, cost):
    stage = stage_on(sql_storage, statements, disclosure=Disclosure.OPAQUE)
    ann = somebody(stage)

    taken = cost(stage.flows.accounts.register, Register(email(ann.email), PASSWORD))
    free = cost(stage.flows.accounts.register, Register(new_email(), PASSWORD))

    assert taken == free == 4
