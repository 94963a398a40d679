"""What every adapter of `Mailer` promises."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from attrs import frozen

from ....core.rules.letters import (
    AlreadyRegistered,
    Envelope,
    Letter,
    MailDelayed,
    MailRefused,
    PasswordChanged,
    PasswordForgotten,
    VerifyAddress,
)
from ....ports.mail import Mailer
from ..making import NOON, new_id
from ..threads import each_at_once

LINK = "https://app.example.com/verify-email#token=abc_DEF-123&then=%2Fhome%3Fa%3Db"
LOGIN, FORGOT = "https://app.example.com/login", "https://app.example.com/forgot-password"


@frozen
class Arrived:
    """A message that somebody got."""

    #: What the message calls itself, so that two copies of it are known to be one.
    id: str
    to: str
    subject: str
    text: str


#: What has arrived so far, whoever it was for.
Arrivals = Callable[[], Sequence[Arrived]]


def letters(to: str) -> tuple[tuple[Letter, tuple[str, ...]], ...]:
    """Return each kind of letter, with what its reader must be able to read in it."""
    return (
        (VerifyAddress(to, LINK, NOON), (LINK,)),
        (PasswordForgotten(to, LINK, NOON), (LINK,)),
        (AlreadyRegistered(to, LOGIN, FORGOT), (LOGIN, FORGOT)),
        (PasswordChanged(to, NOON, FORGOT), (FORGOT,)),
    )


class MailerContract:
    """Subclass it, give it a ``mailer`` and what ``arrived`` by it, and it tests your adapter."""

    @pytest.fixture
    def mailer(self) -> Mailer:
        """Return the mailer."""
        raise NotImplementedError

    @pytest.fixture
    def arrived(self) -> Arrivals:
        """Return what tells the messages that have arrived."""
        raise NotImplementedError

    @pytest.mark.parametrize("kind", range(4))
    def test_a_letter_arrives_with_what_is_in_it(self, mailer: Mailer, arrived: Arrivals, kind: int) -> None:
        letter, content = letters("Ann.O'Neill+shop@example.com")[kind]

        mailer.send(Envelope(new_id(), letter))

        (message,) = arrived()
        assert message.to == "Ann.O'Neill+shop@example.com"
        assert message.subject.strip()
        assert [each for each in content if each not in message.text] == []

    def test_letters_of_different_kinds_look_different(self, mailer: Mailer, arrived: Arrivals) -> None:
        for letter, _ in letters("ann@example.com"):
            mailer.send(Envelope(new_id(), letter))

        assert len({message.subject for message in arrived()}) == 4

    def test_the_same_letter_twice_is_the_same_message(self, mailer: Mailer, arrived: Arrivals) -> None:
        envelope = Envelope(new_id(), VerifyAddress("ann@example.com", LINK, NOON))
        mailer.send(envelope)
        mailer.send(envelope)

        assert len(arrived()) in (1, 2)
        assert len({message.id for message in arrived()}) == 1

    def test_different_letters_are_different_messages(self, mailer: Mailer, arrived: Arrivals) -> None:
        letter = VerifyAddress("ann@example.com", LINK, NOON)
        mailer.send(Envelope(new_id(), letter))
        mailer.send(Envelope(new_id(), letter))

        assert len({message.id for message in arrived()}) == 2

    def test_an_address_that_would_be_two_headers_reaches_nobody_else(self, mailer: Mailer, arrived: Arrivals) -> None:
        with pytest.raises(MailRefused):
            mailer.send(Envelope(new_id(), VerifyAddress("ann@example.com\r\nBcc: eve@example.com", LINK, NOON)))

        assert arrived() == []

    def test_many_at_once_all_arrive(self, mailer: Mailer, arrived: Arrivals) -> None:
        people = [f"p{number}@example.com" for number in range(8)]

        def send(to: str) -> None:
            mailer.send(Envelope(new_id(), VerifyAddress(to, f"{LINK}&to={to}", NOON)))

        assert each_at_once([lambda to=each: send(to) for each in people]) == [None] * 8  # type: ignore[misc]

        assert sorted(message.to for message in arrived()) == people
        assert all(f"&to={message.to}" in message.text for message in arrived())


class FarMailerContract(MailerContract):
    """For mailers that speak to a server: give it also one whose server is down, and one whose server says no."""

    @pytest.fixture
    def delayed(self) -> Mailer:
        """Return a mailer whose server is down or asks to wait."""
        raise NotImplementedError

    @pytest.fixture
    def refused(self) -> Mailer:
        """Return a mailer whose server takes no letter, now or later."""
        raise NotImplementedError

    def test_a_server_that_is_down_delays_the_letter(self, delayed: Mailer, arrived: Arrivals) -> None:
        with pytest.raises(MailDelayed):
            delayed.send(Envelope(new_id(), VerifyAddress("ann@example.com", LINK, NOON)))

        assert arrived() == []

    def test_a_server_that_says_no_for_good_refuses_it(self, refused: Mailer, arrived: Arrivals) -> None:
        with pytest.raises(MailRefused):
            refused.send(Envelope(new_id(), VerifyAddress("ann@example.com", LINK, NOON)))

        assert arrived() == []
