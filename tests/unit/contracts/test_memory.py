"""The memory adapters keep what the ports promise."""

from __future__ import annotations

import attrs
import pytest

from hexflows.adapters.memory.limits import MemoryLimits
from hexflows.adapters.memory.mail import MemoryMailer
from hexflows.entrypoints.testing.contracts.credentials import CredentialsContract
from hexflows.entrypoints.testing.contracts.jobs import JobsContract
from hexflows.entrypoints.testing.contracts.limits import LimitsContract, an_ask
from hexflows.entrypoints.testing.contracts.mailer import Arrived, MailerContract
from hexflows.entrypoints.testing.contracts.receipts import ReceiptsContract
from hexflows.entrypoints.testing.contracts.secrets import SecretsContract
from hexflows.entrypoints.testing.contracts.sessions import SessionsContract
from hexflows.entrypoints.testing.contracts.users import UsersContract
from hexflows.entrypoints.testing.making import SECOND
from hexflows.entrypoints.testing.packing import PlainPacking
from hexflows.entrypoints.testing.stage import in_memory


class Memory:
    """The two fixtures that contracts of collections want, on one storage."""

    @pytest.fixture
    def storage(self):
        return in_memory(PlainPacking(), wait=30)

    @pytest.fixture
    def transaction(self, storage):
        return storage.transaction

    @pytest.fixture
    def snapshot(self, storage):
        return storage.snapshot


class TestMemoryUsers(Memory, UsersContract):
    pass


class TestMemoryCredentials(Memory, CredentialsContract):
    pass


class TestMemorySessions(Memory, SessionsContract):
    pass


class TestMemorySecrets(Memory, SecretsContract):
    pass


class TestMemoryJobs(Memory, JobsContract):
    pass


class TestMemoryReceipts(Memory, ReceiptsContract):
    pass


class TestMemoryLimits(LimitsContract):
    @pytest.fixture
    def limits(self):
        return MemoryLimits()

    @pytest.mark.parametrize("_", range(15))
    def test_the_gap_between_looking_and_counting_is_closed(self, limits, now, _):
        # It is narrow here: the contract's own test would step into it one time in four.
        self.test_of_many_at_once_no_more_get_through_than_there_is_room_for(limits, now)

    def test_what_has_ended_is_forgotten(self, limits, now):
        for _ in range(5):
            limits.take((an_ask(1),), now)

        assert [limits.sweep(now + 61 * SECOND, 2) for _ in range(4)] == [2, 2, 1, 0]


class TestMemoryMailer(MailerContract):
    @pytest.fixture
    def mailer(self):
        return MemoryMailer()

    @pytest.fixture
    def arrived(self, mailer):
        def told():
            return [
                Arrived(str(each.id), each.letter.to, type(each.letter).__name__, text_of(each.letter))
                for each in mailer.sent
            ]

        return told


def text_of(letter):
    """Return every text that a letter is made of: there is nobody here who writes it out."""
    return "\n".join(map(str, attrs.asdict(letter).values()))
