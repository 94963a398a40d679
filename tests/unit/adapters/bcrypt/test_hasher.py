from __future__ import annotations

import os
import re
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import bcrypt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexflows.adapters.bcrypt.hasher import BcryptHasher
from hexflows.core.rules.refusals import Busy
from hexflows.core.rules.secrecy import Password
from hexflows.entrypoints.testing.contracts.hasher import PASSWORD, HasherContract
from hexflows.entrypoints.testing.threads import at_once

CHEAP = BcryptHasher(cost=4)

#: Of PASSWORD at cost 4, made when the scheme was. A database full of these must stay good.
LONG_AGO = "sha384$2b$04$ef3kQJLqBUUfiGFVdxHJz.WyD9XpI/TZUebQkCpbDvf4OFvfxhkTu"


class TestBcryptHasher(HasherContract):
    @pytest.fixture
    def hasher(self):
        return CHEAP

    @pytest.fixture
    def dearer(self):
        return BcryptHasher(cost=5)


def test_a_hash_names_its_scheme_and_its_cost():
    assert re.fullmatch(r"sha384\$2b\$04\$[./A-Za-z0-9]{53}", CHEAP.hash(PASSWORD))


def test_hashes_of_long_ago_are_still_good():
    assert CHEAP.verify(PASSWORD, LONG_AGO)
    assert not CHEAP.verify(Password("another"), LONG_AGO)


def test_a_hash_that_bcrypt_made_without_us_is_of_another_kind():
    theirs = bcrypt.hashpw(PASSWORD.text.encode(), bcrypt.gensalt(4)).decode()

    assert not CHEAP.verify(PASSWORD, theirs)
    assert CHEAP.outdated(theirs)
    assert CHEAP.outdated(LONG_AGO.replace("sha384", "sha512"))


def test_a_dearer_hash_than_now_is_not_outdated():
    assert not CHEAP.outdated(BcryptHasher(cost=6).hash(PASSWORD))


def test_spellings_of_one_password_are_one_password():
    assert CHEAP.verify(
        Password("\N{LATIN SMALL LETTER E WITH ACUTE}"), CHEAP.hash(Password("e\N{COMBINING ACUTE ACCENT}"))
    )


@given(st.text(st.characters(exclude_categories=()), max_size=300))
def test_any_text_can_be_a_password(text):
    assert not CHEAP.verify(Password(text), CHEAP.decoy)


@given(st.one_of(st.text(), st.from_regex(r"\Asha384\$2b\$04\$[./A-Za-z0-9]{53}\Z")))
def test_no_text_is_mistaken_for_a_hash_nor_makes_it_raise(text):
    assert not CHEAP.verify(PASSWORD, text)


def test_the_decoy_costs_what_a_hash_costs():
    hasher = BcryptHasher(cost=9)
    real = hasher.hash(PASSWORD)

    def took(hashed):
        began = time.thread_time()
        for _ in range(3):
            bcrypt.checkpw(b"x", hashed.removeprefix("sha384").encode())
        return time.thread_time() - began

    assert 0.5 < took(hasher.decoy) / took(real) < 2


@pytest.mark.slow
def test_at_full_cost_a_hash_is_of_its_password():
    hasher = BcryptHasher()

    hashed = hasher.hash(PASSWORD)

    assert hashed.startswith("sha384$2b$12$")
    assert hasher.verify(PASSWORD, hashed)
    assert not hasher.verify(Password("another"), hashed)
    assert not hasher.outdated(hashed)
    assert BcryptHasher(cost=13).outdated(hashed)


def test_no_more_are_hashed_at_once_than_there_are_threads():
    hasher = BcryptHasher(cost=4, threads=2)

    at_once(8, lambda: hasher.hash(PASSWORD))

    assert 1 <= len(_hashing(hasher)) <= 2


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread has no priority of its own")
def test_hashing_steps_back_and_nothing_else_does():
    hasher = BcryptHasher(cost=4, threads=1, niceness=7)
    before = os.getpriority(os.PRIO_PROCESS, 0)
    hasher.hash(PASSWORD)

    (thread,) = _hashing(hasher)

    assert os.getpriority(os.PRIO_PROCESS, thread.native_id) == min(19, before + 7)
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before


def test_who_waits_too_long_for_a_turn_is_told_so_and_nothing_is_hashed_for_them():
    hasher = BcryptHasher(cost=4, threads=1, patience=0.01)
    begun, over = threading.Event(), threading.Event()
    blocking = hasher._pool().submit(lambda: (begun.set(), over.wait(10)))
    begun.wait(10)

    try:
        with pytest.raises(Busy):
            hasher.hash(PASSWORD)
    finally:
        over.set()
    blocking.result()
    assert hasher.verify(PASSWORD, hasher.hash(PASSWORD))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
def test_a_fork_hashes_in_threads_of_its_own():
    hasher = BcryptHasher(cost=4)
    hashed = hasher.hash(PASSWORD)

    child = os.fork()
    if not child:
        # A queue whose threads stayed with the parent would never answer.
        with ThreadPoolExecutor(1) as patience:
            os._exit(0 if patience.submit(hasher.verify, PASSWORD, hashed).result(10) else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.parametrize("wrong", [{"cost": 3}, {"cost": 32}, {"threads": 0}, {"niceness": 20}, {"niceness": -1}])
def test_a_hasher_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match=r"must be|Invalid rounds"):
        BcryptHasher(**wrong)


def _hashing(hasher):
    """Return the threads that the hasher works in."""
    return hasher._pool()._threads
