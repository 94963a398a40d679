from __future__ import annotations

import os
from threading import Lock

from hexflows.adapters.forks import PerProcess
from hexflows.entrypoints.testing.threads import at_once


def test_a_process_has_one_and_the_same():
    own = PerProcess(Lock)

    assert own() is own()


def test_a_fork_has_its_own():
    lock = PerProcess(Lock)
    lock().acquire()

    assert _in_a_fork(lambda: lock().acquire(blocking=False))
    assert not lock().acquire(blocking=False)


def test_of_many_threads_that_are_first_one_makes_it():
    made = []
    own = PerProcess(lambda: made.append(Lock()) or made[-1])

    came = at_once(8, own)

    assert came == made * 8


def test_what_was_taken_is_made_anew():
    own = PerProcess(Lock)
    first = own()

    assert own.take() is first
    assert own.take() is None
    assert own() is not first


def test_a_fork_leaves_what_its_parent_made():
    left = []
    lock = PerProcess(Lock, left.append)
    parents = lock()

    assert _in_a_fork(lambda: left == [parents] and lock() is not parents)
    assert not left


def _in_a_fork(call):
    """Say whether *call* said yes in a child of this process."""
    child = os.fork()
    if not child:
        os._exit(0 if call() else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
