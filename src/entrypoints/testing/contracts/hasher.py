"""What every adapter of `Hasher` promises."""

from __future__ import annotations

import pytest

from ....core.rules.secrecy import Password
from ....ports.secrets import Hasher
from ..threads import each_at_once

PASSWORD = Password("Correct-horse-7")


class HasherContract:
    """Subclass it, give it a ``hasher`` and one that is ``dearer``, and it tests your adapter."""

    @pytest.fixture
    def hasher(self) -> Hasher:
        """Return the hasher, as cheap as it can be made."""
        raise NotImplementedError

    @pytest.fixture
    def dearer(self) -> Hasher:
        """Return a hasher of the same kind whose hashes take longer."""
        raise NotImplementedError

    def test_a_hash_is_of_its_password(self, hasher: Hasher) -> None:
        hashed = hasher.hash(PASSWORD)

        assert hasher.verify(PASSWORD, hashed)
        assert not hasher.verify(Password("correct-horse-7"), hashed)
        assert not hasher.verify(Password("Correct-horse-7 "), hashed)
        assert not hasher.verify(Password(""), hashed)

    def test_a_hash_does_not_tell_its_password(self, hasher: Hasher) -> None:
        one, other = hasher.hash(PASSWORD), hasher.hash(PASSWORD)

        assert one != other
        assert PASSWORD.text not in one

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("x" * 72 + "a", "x" * 72 + "b"),
            ("x" * 255 + "a", "x" * 255 + "b"),
            ("ü" * 40 + "a", "ü" * 40 + "b"),
            ("pass\0a", "pass\0b"),
            ("\N{SNOWMAN}", "\N{COMET}"),
        ],
        ids=["72 bytes", "256 letters", "two bytes a letter", "after NUL", "not ASCII"],
    )
    def test_the_whole_password_counts(self, hasher: Hasher, one: str, other: str) -> None:
        hashed = hasher.hash(Password(one))

        assert hasher.verify(Password(one), hashed)
        assert not hasher.verify(Password(other), hashed)

    @pytest.mark.parametrize("text", ["", "x", "$2b$", "$2b$04$short", "\0", "Correct-horse-7", "ü" * 60])
    def test_a_text_that_is_no_hash_was_made_of_no_password(self, hasher: Hasher, text: str) -> None:
        assert not hasher.verify(PASSWORD, text)

    def test_the_decoy_is_a_hash_of_nobodys_password(self, hasher: Hasher) -> None:
        assert not hasher.verify(PASSWORD, hasher.decoy)
        assert not hasher.verify(Password(""), hasher.decoy)
        # As dear as a real one, and one for all who ask.
        assert not hasher.outdated(hasher.decoy)
        assert hasher.decoy == hasher.decoy

    def test_a_cheaper_hash_is_outdated_and_still_good(self, hasher: Hasher, dearer: Hasher) -> None:
        hashed = hasher.hash(PASSWORD)

        assert not hasher.outdated(hashed)
        assert dearer.outdated(hashed)
        assert dearer.verify(PASSWORD, hashed)
        assert not dearer.outdated(dearer.hash(PASSWORD))

    def test_a_hash_of_another_kind_is_outdated(self, hasher: Hasher) -> None:
        assert hasher.outdated("md5:5f4dcc3b5aa765d61d8327deb882cf99")

    def test_many_at_once_all_get_their_own(self, hasher: Hasher) -> None:
        passwords = [Password(f"Correct-horse-{number}") for number in range(8)]

        hashes = each_at_once([lambda password=each: hasher.hash(password) for each in passwords])  # type: ignore[misc]

        assert [hasher.verify(password, str(hashed)) for password, hashed in zip(passwords, hashes, strict=True)] == [
            True
        ] * 8
        assert not hasher.verify(passwords[0], str(hashes[1]))
