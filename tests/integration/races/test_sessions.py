"""Sessions under many tabs, lost answers, thieves, logouts and operators, all at the same time."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from hexflows.adapters.sql.opening import open_storage
from hexflows.core.flows.accounts.authenticate import Authenticate
from hexflows.core.rules.asking import GUEST, SYSTEM
from hexflows.core.rules.refusals import Refusal
from hexflows.core.rules.secrecy import Secret

from ..databases import everything
from .conftest import PASSWORD, somebody
from .crowd import OPERATOR, Call

#: Who is raced with at once, so that a lock that is missing shows in one of them.
SEVERAL = 12


def refresh(token):
    return Call("accounts.refresh", {"refresh_token": token})


def refreshed(app, token):
    """Return the refresh token that follows."""
    return app.tell(app.call("accounts.refresh", refresh_token=token))["refresh_token"]


def lives(app, grant):
    """Say whether any of what a login was given still lets anybody in."""
    asker = app.flows.accounts.authenticate(Authenticate(cookie=Secret(grant["cookie"])))
    try:
        app.flows.accounts.authenticate(Authenticate(bearer=Secret(grant["token"])))
    except Refusal:
        return asker != GUEST
    return True


def goes_on(app, token):
    """Say whether the refresh token is answered."""
    try:
        refreshed(app, token)
    except Refusal:
        return False
    return True


def test_tabs_that_ask_at_once_get_the_same_successor(app, crowd, ann, log_in):
    token = log_in(ann)["refresh_token"]

    for _ in range(5):
        came = crowd.calls([refresh(token)] * 8)

        (successor,) = {each.answer and each.answer["refresh_token"] for each in came}
        assert successor not in (None, token)
        token = successor


@pytest.mark.parametrize("seed", range(3))
def test_an_honest_client_is_never_logged_out(app, crowd, ann, log_in, seed):
    dice = random.Random(seed)  # noqa: S311 - to choose, not to hide
    clients = [[log_in(ann)] * 2 for _ in range(4)]
    stored = [grant["refresh_token"] for grant, _ in clients]

    for _ in range(8):
        # Tabs that noticed together, and then, beside slow ones of them, some that read what was stored meanwhile.
        noticed = list(stored)
        for late in (0, 2):
            asking = [(number, noticed[number]) for number in range(4) for _ in range(dice.randint(1, 4))]
            asking += [(number, stored[number]) for number in range(4) for _ in range(late)]
            came = crowd.calls([refresh(token) for _, token in asking])

            assert Counter(each.code for each in came) == {None: len(asking)}
            arrived = [(who, each) for (who, _), each in zip(asking, came, strict=True) if dice.random() < 0.5]
            dice.shuffle(arrived)
            for who, each in arrived:
                stored[who] = each.answer["refresh_token"]

    assert all(goes_on(app, token) for token in stored)


def test_a_stale_token_ends_the_session_also_while_its_owner_goes_on(app, crowd, ann, log_in):
    grants = [log_in(ann) for _ in range(SEVERAL)]
    current = [grant["refresh_token"] for grant in grants]
    for _ in range(3):
        current = [refreshed(app, token) for token in current]
    thieves = [refresh(grant["refresh_token"]) for grant in grants]
    owners = [refresh(token) for token in current]

    came = crowd.calls([each for pair in zip(owners, thieves, owners, strict=True) for each in pair])

    assert {each.code for each in came[1::3]} == {"INVALID_REFRESH_TOKEN"}
    answers = [each.answer["refresh_token"] for each in came if each.answer]
    assert [token for token in (*current, *answers) if goes_on(app, token)] == []
    assert [grant for grant in grants if lives(app, grant)] == []


def test_a_logout_ends_the_session_also_while_tabs_refresh(app, crowd, ann, log_in):
    grants = [log_in(ann) for _ in range(SEVERAL)]
    tabs = [refresh(grant["refresh_token"]) for grant in grants]
    logouts = [Call("accounts.log_out", who=grant["token"]) for grant in grants]

    came = crowd.calls([each for trio in zip(tabs, logouts, tabs, strict=True) for each in trio])

    assert {each.code for each in came} <= {None, "INVALID_REFRESH_TOKEN"}
    answers = [each.answer["refresh_token"] for each in came if each.answer and "refresh_token" in each.answer]
    assert [token for token in answers if goes_on(app, token)] == []
    assert [grant for grant in grants if lives(app, grant)] == []


@pytest.mark.parametrize("change", ["disable", "reset", "change"])
def test_no_login_with_what_is_no_longer_good_outlives_the_change(app, crowd, post, log_in, change):
    people = [somebody(app) for _ in range(SEVERAL)]
    logins = [Call("accounts.log_in", {"email": each.email, "password": PASSWORD}) for each in people]
    changes = [_change(app, post, log_in, each, change) for each in people]

    came = crowd.calls([each for trio in zip(logins, changes, logins, strict=True) for each in trio])

    assert {each.code for each in came[1::3]} == {None}
    assert {each.code for each in came} <= {None, "INVALID_CREDENTIALS"}
    grants = [each.answer["grant"] for number, each in enumerate(came) if number % 3 != 1 and each.answer]
    if change == "disable":
        assert [grant for grant in grants if lives(app, grant)] == []
        for each in people:
            app.call("accounts.enable_user", user=each.id, asker=SYSTEM)
    assert [grant for grant in grants if lives(app, grant)] == []
    assert [grant for grant in grants if goes_on(app, grant["refresh_token"])] == []


def _change(app, post, log_in, person, change):
    """Return what makes the person's password, or the person, no longer good."""
    if change == "disable":
        return Call("accounts.disable_user", {"user": person.id}, OPERATOR)
    if change == "change":
        message = {"current_password": PASSWORD, "new_password": "New-Horse-2"}
        return Call("accounts.change_password", message, log_in(person)["token"])
    app.call("accounts.request_reset", email=person.email)
    app.run_due()
    return Call("accounts.reset_password", {"token": post.token(), "new_password": "New-Horse-2"})


def test_no_login_leaves_anything_behind_of_somebody_who_is_forgotten(app, crowd, url):
    people = [somebody(app) for _ in range(SEVERAL)]
    logins = [Call("accounts.log_in", {"email": each.email, "password": PASSWORD}) for each in people]
    erasures = [Call("accounts.erase_user", {"user": each.id}, OPERATOR) for each in people]

    came = crowd.calls([each for trio in zip(logins, erasures, logins, strict=True) for each in trio])

    assert {each.code for each in came[1::3]} == {None}
    assert {each.code for each in came} <= {None, "INVALID_CREDENTIALS"}
    storage = open_storage(url)
    stored = everything(storage)
    storage.dispose()
    assert stored["sessions"] == stored["credentials"] == []
