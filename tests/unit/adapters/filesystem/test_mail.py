from __future__ import annotations

import stat
from email import message_from_bytes, policy

import pytest

from hexflows.adapters.filesystem.files import write
from hexflows.adapters.filesystem.mail import EmlMailer
from hexflows.adapters.letters import Letterhead
from hexflows.core.rules.letters import Envelope, MailDelayed, VerifyAddress
from hexflows.entrypoints.testing.contracts.mailer import LINK, Arrived, MailerContract
from hexflows.entrypoints.testing.making import NOON, new_id

HEAD = Letterhead("app.example.com", "no-reply@example.com")
LETTER = VerifyAddress("ann@example.org", LINK, NOON)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data" / "mail"


@pytest.fixture
def said():
    return []


@pytest.fixture
def mailer(folder, said):
    return EmlMailer(folder, HEAD, lambda: NOON, said.append)


def read(path):
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    text = message.get_body(("plain",)).get_content()
    return Arrived(message["Message-ID"], str(message["To"]), message["Subject"], text)


class TestEmlMailer(MailerContract):
    @pytest.fixture
    def mailer(self, folder):
        return EmlMailer(folder, HEAD, lambda: NOON)

    @pytest.fixture
    def arrived(self, folder):
        return lambda: [read(path) for path in sorted(folder.glob("*"))]


def test_a_letter_is_a_file_of_its_own_and_only_for_our_eyes(mailer, folder):
    envelope = Envelope(new_id(), LETTER)

    mailer.send(envelope)

    (path,) = folder.iterdir()
    assert path.name == f"{envelope.id}.eml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_names_sort_by_the_time_at_which_letters_were_asked_for(mailer, folder):
    envelopes = [Envelope(new_id(), LETTER) for _ in range(5)]
    for each in reversed(envelopes):
        mailer.send(each)

    assert sorted(path.stem for path in folder.iterdir()) == [str(each.id) for each in envelopes]


def test_a_letter_sent_again_is_the_same_file(mailer, folder):
    envelope = Envelope(new_id(), LETTER)
    mailer.send(envelope)
    mailer.send(envelope)

    assert len(list(folder.iterdir())) == 1


def test_it_is_said_where_the_letter_lies_and_not_what_it_opens(mailer, folder, said):
    envelope = Envelope(new_id(), LETTER)

    mailer.send(envelope)

    assert said == [f"Mail for ann@example.org: Confirm your e-mail address ({folder / f'{envelope.id}.eml'})"]
    assert LINK not in said[0]


def test_an_address_in_any_script_stays_readable(mailer, folder):
    mailer.send(Envelope(new_id(), VerifyAddress("jörg@bücher.example", LINK, NOON)))

    (path,) = folder.iterdir()
    assert "\nTo: jörg@xn--bcher-kva.example\n" in path.read_text("utf-8")


def test_where_nothing_can_be_written_the_letter_waits(mailer, folder, said):
    folder.parent.mkdir()
    folder.write_text("This is no folder.")

    with pytest.raises(MailDelayed, match="cannot be written"):
        mailer.send(Envelope(new_id(), LETTER))
    assert said == []


def test_a_file_that_cannot_be_finished_leaves_nothing(tmp_path):
    place = tmp_path / "taken"
    place.mkdir()
    (place / "something").touch()

    with pytest.raises(OSError, match="irectory"):
        write(place, b"content")
    assert list(tmp_path.iterdir()) == [place]


def test_a_file_replaces_what_was_there(tmp_path):
    write(tmp_path / "a", b"old and long")
    write(tmp_path / "a", b"new")

    assert (tmp_path / "a").read_bytes() == b"new"
