"""What operators do to users, and to jobs."""

from __future__ import annotations

from ....core.flows.accounts.create_user import CreateUser
from ....core.flows.accounts.disable_user import DisableUser, EnableUser
from ....core.flows.accounts.erase_user import EraseUser
from ....core.flows.accounts.grant_role import GrantRole, RevokeSessions
from ....core.flows.jobs.retry_job import CancelJob, RetryJob
from ....core.flows.jobs.submit_job import SubmitJob
from ....core.rules.accounts.users import EmailExists
from ....core.rules.asking import SYSTEM, Asker, Role
from ....core.rules.ids import JobId, UserId
from ....core.rules.jobs import JobState, Status
from ....core.rules.letters import VerifyAddress
from ..making import DAY
from ..stage import Stage
from .deeds import ANN, OLD, Deed, ann, create, lives, log_in, opens
from .leaving import every_job


class Creating(Deed):
    """An operator opens an account for somebody."""

    told = (EmailExists,)
    letters = (VerifyAddress,)

    def act(self, stage: Stage) -> None:
        stage.flows.accounts.create_user(CreateUser(ANN, password=OLD, asker=SYSTEM))

    def reached(self, stage: Stage) -> None:
        assert not ann(stage).is_verified


class CreatingVouched(Deed):
    """An operator opens an account and vouches for the address."""

    told = (EmailExists,)

    def act(self, stage: Stage) -> None:
        create(stage)

    def reached(self, stage: Stage) -> None:
        assert opens(stage, OLD)


class OnAnn(Deed):
    """Something is done to somebody who is logged in."""

    asker: Asker

    def set_up(self, stage: Stage) -> None:
        create(stage)
        self.asker = log_in(stage)

    @property
    def user(self) -> UserId:
        """Whom it is done to."""
        assert self.asker.user
        return self.asker.user


class Disabling(OnAnn):
    """An operator locks somebody out."""

    def act(self, stage: Stage) -> None:
        stage.flows.accounts.disable_user(DisableUser(self.user, SYSTEM))

    def reached(self, stage: Stage) -> None:
        assert not lives(stage, self.asker)
        assert not opens(stage, OLD)


class Enabling(OnAnn):
    """An operator lets somebody in again."""

    def set_up(self, stage: Stage) -> None:
        super().set_up(stage)
        stage.flows.accounts.disable_user(DisableUser(self.user, SYSTEM))

    def act(self, stage: Stage) -> None:
        stage.flows.accounts.enable_user(EnableUser(self.user, SYSTEM))

    def reached(self, stage: Stage) -> None:
        assert not lives(stage, self.asker)
        assert opens(stage, OLD)


class Granting(OnAnn):
    """An operator gives somebody another role."""

    def act(self, stage: Stage) -> None:
        stage.flows.accounts.grant_role(GrantRole(self.user, Role.SUPPORT, SYSTEM))

    def reached(self, stage: Stage) -> None:
        assert not lives(stage, self.asker)
        assert ann(stage).role is Role.SUPPORT


class Revoking(OnAnn):
    """An operator signs somebody out everywhere."""

    def act(self, stage: Stage) -> None:
        stage.flows.accounts.revoke_sessions(RevokeSessions(self.user, SYSTEM))

    def reached(self, stage: Stage) -> None:
        assert not lives(stage, self.asker)


class Erasing(OnAnn):
    """An operator has somebody forgotten."""

    def act(self, stage: Stage) -> None:
        stage.flows.accounts.erase_user(EraseUser(self.user, SYSTEM))

    def reached(self, stage: Stage) -> None:
        assert ANN.canonical not in stage.storage.everything()
        create(stage)


class Submitting(Deed):
    """A flow is handed to a worker; asked for again it is another job, which does no harm."""

    # The account is whoever's job comes first.
    letters = (VerifyAddress,)

    def act(self, stage: Stage) -> None:
        stage.flows.jobs.submit_job(SubmitJob("accounts.register", {"email": ANN.given, "password": OLD.text}))

    def reached(self, stage: Stage) -> None:
        stage.work()
        assert not ann(stage).is_verified


class OnAJob(Deed):
    """Something is done to a job that mails somebody."""

    job: JobId

    def set_up(self, stage: Stage) -> None:
        create(stage, verified=False)
        with stage.storage.snapshot() as accounts:
            (job,) = every_job(accounts)
        self.job = job.id


class Cancelling(OnAJob):
    """An operator cancels a job."""

    told = (JobState,)

    def act(self, stage: Stage) -> None:
        stage.flows.jobs.cancel_job(CancelJob(self.job, SYSTEM))

    def reached(self, stage: Stage) -> None:
        assert stage.work() == 0


class Retrying(OnAJob):
    """An operator has a job done that was cancelled; asked for again it is done once more: the same letter."""

    letters = (VerifyAddress,)

    def set_up(self, stage: Stage) -> None:
        super().set_up(stage)
        stage.flows.jobs.cancel_job(CancelJob(self.job, SYSTEM))

    def act(self, stage: Stage) -> None:
        stage.flows.jobs.retry_job(RetryJob(self.job, SYSTEM))

    def reached(self, stage: Stage) -> None:
        stage.work()
        stage.clock.advance(DAY)
        with stage.storage.snapshot() as accounts:
            assert {job.status for job in every_job(accounts)} == {Status.CANCELLED, Status.COMPLETED}
