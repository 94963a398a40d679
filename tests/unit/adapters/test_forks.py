from __future__ import annotations

import os
from threading import Lock

from hexflows.adapters.forks import PerProcess


def test_a_process_has_one_and_the_same():
    own = PerProcess(Lock)

    assert own() is own()


def test_a_fork_has_its_own():
    lock = PerProcess(Lock)
    lock().acquire()

    assert _in_a_fork(lambda: lock().acquire(blocking=False))
    assert not lock().acquire(blocking=False)


def _in_a_fork(call):
    """Say whether *call* said yes in a child of this process."""
    child = os.fork()
    if not child:
        os._exit(0 if call() else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
