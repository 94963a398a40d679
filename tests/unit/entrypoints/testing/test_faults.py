"""The fault injector: it counts every port call, and makes each of them fail in every way."""

from __future__ import annotations

import pytest

from hexflows.adapters.memory.mail import MemoryMailer
from hexflows.core.rules.accounts.users import Credential
from hexflows.core.rules.letters import Envelope, PasswordChanged
from hexflows.core.rules.refusals import OutcomeUnknown, OutOfReach
from hexflows.entrypoints.testing.faults import Died, Fault, Faults, enumerate_faults, equal_work
from hexflows.entrypoints.testing.making import NOON, new_id, new_user
from hexflows.entrypoints.testing.packing import PlainPacking
from hexflows.entrypoints.testing.stage import in_memory

CALLS = ("clock", "transaction.open", "users.add", "credentials.keep", "transaction.leave", "mailer.send")


class Scene:
    """A flow that is nobody's: it adds a user with a credential, and then writes to them."""

    def __init__(self, faults):
        storage = in_memory(PlainPacking(), wait=0.2)
        self.kept, self.post, self.user = storage.transaction, MemoryMailer(), new_user()
        self.transaction = faults.transaction(self.kept)
        self.mailer = faults.port(self.post, "mailer")
        self.clock = faults.port(lambda: NOON, "clock")
        self.clock()

    def act(self):
        now = self.clock()
        with self.transaction() as accounts:
            accounts.users.add(self.user)
            accounts.credentials.keep(Credential(self.user.id, "hash", now))
        self.mailer.send(Envelope(new_id(), PasswordChanged("ann@example.com", now, "link")))

    def left(self):
        with self.kept() as accounts:
            has_user = accounts.users.find(self.user.id) is not None
            return has_user, accounts.credentials.find(self.user.id) is not None, len(self.post.sent)


def cases():
    return {(case.call, case.fault): case for case in enumerate_faults(Scene, Scene.act)}


def test_a_good_run_is_told_call_by_call_and_without_what_was_given():
    faults = Faults()
    scene = Scene(faults)
    with faults.run():
        scene.act()

    assert faults.trace == CALLS
    assert scene.left() == (True, True, 1)


def test_setting_the_scene_is_not_counted():
    faults = Faults(0, Fault.DIE_BEFORE)
    Scene(faults)

    assert faults.trace == ()


def test_every_call_fails_in_every_way():
    assert list(cases()) == [(call, fault) for call in CALLS for fault in Fault]


@pytest.mark.parametrize(
    ("fault", "raised"),
    [
        (Fault.BEFORE, OutOfReach),
        (Fault.AFTER, OutOfReach),
        (Fault.DIE_BEFORE, Died),
        (Fault.DIE_AFTER, Died),
    ],
)
def test_each_way_raises_its_own(fault, raised):
    for (call, way), case in cases().items():
        if way is fault:
            lost = call == "transaction.leave" and fault is Fault.AFTER
            assert isinstance(case.raised, OutcomeUnknown if lost else raised)
            assert case.died == (raised is Died)
            assert str(case) == f"{call} (call {CALLS.index(call)}) {fault}"


@pytest.mark.parametrize("fault", Fault)
def test_what_fails_inside_the_block_leaves_nothing(fault):
    found = cases()

    for call in CALLS[:4]:
        assert found[call, fault].scene.left() == (False, False, 0)


def test_leaving_the_block_is_where_it_is_decided():
    found = {fault: cases()["transaction.leave", fault].scene.left() for fault in Fault}

    assert found[Fault.BEFORE] == found[Fault.DIE_BEFORE] == (False, False, 0)
    assert found[Fault.AFTER] == found[Fault.DIE_AFTER] == (True, True, 0)


def test_what_fails_after_its_work_has_done_it():
    found = {fault: cases()["mailer.send", fault].scene.left() for fault in Fault}

    assert found[Fault.BEFORE] == found[Fault.DIE_BEFORE] == (True, True, 0)
    assert found[Fault.AFTER] == found[Fault.DIE_AFTER] == (True, True, 1)


def test_the_dead_call_nobody():
    faults = Faults(0, Fault.DIE_BEFORE)
    scene = Scene(faults)

    with faults.run(), pytest.raises(Died):
        scene.act()

    with pytest.raises(Died):
        scene.clock()
    with pytest.raises(Died), scene.transaction():
        pass


def test_a_bug_is_not_taken_for_a_fault():
    def broken(_):
        raise KeyError

    with pytest.raises(KeyError):
        list(enumerate_faults(Scene, broken))


def test_a_run_that_is_another_each_time_cannot_be_counted():
    runs = []

    def moody(scene):
        runs.append(scene)
        if len(runs) % 2:
            scene.clock()
        scene.act()

    with pytest.raises(AssertionError, match="was to call"):
        list(enumerate_faults(Scene, moody))


def test_a_port_that_refuses_is_called_all_the_same():
    faults = Faults()
    scene = Scene(faults)
    scene.user = new_user(email=scene.user.email)
    scene.act()

    with faults.run(), pytest.raises(Exception, match="email"), scene.transaction() as accounts:
        accounts.users.add(new_user(email=scene.user.email))

    assert faults.trace == ("transaction.open", "users.add")


@pytest.mark.parametrize(("fault", "raised"), [(Fault.AFTER, OutOfReach), (Fault.DIE_AFTER, Died)])
def test_a_refusal_may_be_lost_on_its_way_as_any_other_answer(fault, raised):
    faults = Faults(1, fault)
    scene = Scene(faults)
    scene.user = new_user(email=scene.user.email)
    scene.act()

    with faults.run(), pytest.raises(raised), scene.transaction() as accounts:
        accounts.users.add(new_user(email=scene.user.email))


def test_equal_work_is_the_same_calls_in_the_same_order():
    equal_work(("a", "b"), ("a", "b"), ("a", "b"))


@pytest.mark.parametrize("other", [("a",), ("a", "c"), ("b", "a"), ("a", "b", "c"), ()])
def test_unequal_work_is_told_where_it_parts(other):
    with pytest.raises(AssertionError, match="where run 0 calls"):
        equal_work(("a", "b"), other)
