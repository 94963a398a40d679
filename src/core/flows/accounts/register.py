"""
Register with an e-mail address, a password, and if wanted a username and a role.

1. Attempts from one network address are limited.
2. Only roles that people may give themselves can be chosen.
3. The password must meet the policy; it is hashed before anything is held.
4. A key that was used before returns the answer that it made then.
5. The address must be new, and the name too. Where that is not told, the owner of the address is told by mail instead,
   and a name that is taken is left out.
6. An address that this browser verified beforehand is verified; any other is asked by mail, where logins wait for it.
7. User, credential and mail to come are kept together or not at all.
"""

from __future__ import annotations

from attrs import frozen

from ....ports.accounts import Accounts
from ....ports.flow import Clock, Transaction
from ....ports.limits import Limits
from ....ports.receipts import Fingerprint
from ....ports.secrets import Hasher
from ...rules.accounts.emails import Email
from ...rules.accounts.passwords import strong_enough
from ...rules.accounts.users import Profile, Username, may_choose, words_of
from ...rules.asking import GUEST, Asker, Role
from ...rules.limits import asks_of
from ...rules.secrecy import NewPassword, Secret
from ._opening import Opening, Openings, claim_of


@frozen
class Register:
    """Somebody wants an account."""

    email: Email
    password: NewPassword
    username: Username | None = None
    role: Role = Role.CUSTOMER
    #: Makes a repeat of the request harmless; None if it may not be repeated.
    key: str | None = None
    #: What `verify_email` gave this browser, if it verified the address beforehand.
    proof: Secret | None = None
    asker: Asker = GUEST


@frozen
class Registered:
    """The account that was opened; None where nobody may know whether there was one."""

    user: Profile | None
    replayed: bool = False


def register(
    command: Register,
    *,
    transaction: Transaction[Accounts],
    limits: Limits,
    hasher: Hasher,
    fingerprint: Fingerprint,
    openings: Openings,
    clock: Clock,
) -> Registered:
    """
    Open an account.

    Raises:
        LimitReached: there were too many registrations from this address.
        RoleNotAllowed: the role is not one to choose.
        WeakPassword: the password does not meet the policy.
        EmailExists: the address has an account, where that is told.
        UsernameTaken: somebody else has the name.
        InvalidKey: the key cannot be one.
        IdempotencyConflict: the key stands for another request.
        RequestInProgress: an equal request is still being worked on.
    """
    policy, now = openings.policy, clock()
    limits.take(asks_of(policy.limits, command.asker, signup="address"), now)
    may_choose(command.role)
    strong_enough(policy.password, command.password, words_of(command.email, command.username))
    hashed = hasher.hash(command.password)
    wanted = Opening(command.email, command.username, command.role, hashed, command.proof)

    with transaction() as accounts:
        claim = claim_of(command, "accounts.register", fingerprint, now)
        if claim and (before := accounts.receipts.claim(claim)):
            return before.answers(claim, Registered)

        user = openings.open_for_anybody(accounts, wanted, now)
        told = None if policy.opaque else user
        answer = Registered(Profile.of(told) if told else None)
        if claim:
            accounts.receipts.keep(claim.answered(answer))

    return answer
