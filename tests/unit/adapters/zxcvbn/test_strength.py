from __future__ import annotations

import time

import pytest

from hexflows.adapters.zxcvbn.strength import strength
from hexflows.core.rules.accounts.passwords import modern
from hexflows.core.rules.secrecy import Password
from hexflows.entrypoints.testing.threads import each_at_once


@pytest.mark.parametrize(
    ("password", "score"),
    [
        ("", 0),
        ("password", 0),
        ("Passw0rd!", 1),
        ("qwertyuiop", 0),
        ("correct horse battery staple", 4),
        ("vU9$kq2&Lx", 3),
    ],
)
def test_strength_is_how_hard_it_is_to_guess(password, score):
    assert strength(password, ()) == score


def test_what_is_known_of_its_owner_makes_it_weak():
    assert strength("annoneillxyz", ()) >= 2
    assert strength("annoneillxyz", ("AnnOneillXyz", "x" * 10_000)) == 0


def test_a_long_password_takes_no_longer_than_its_beginning():
    began = time.perf_counter()

    assert strength("aB3$" * 5_000, ()) in range(5)
    assert time.perf_counter() - began < 2


def test_those_who_ask_at_once_do_not_get_each_others_words():
    def ask(number):
        word = f"zq{number}vkxw{number}"
        return strength(word, (word,)), strength(word, ())

    assert all(
        score == (0, strength(f"zq{number}vkxw{number}", ()))
        for number, score in enumerate(each_at_once([lambda number=each: ask(number) for each in range(8)]))
    )


def test_it_serves_the_modern_policy():
    policy = modern(strength)

    assert policy(Password("password1"), ()) == ("be harder to guess: use 15 characters or more, or rarer words",)
    assert policy(Password("vU9$kq2&Lx"), ()) == ()
