"""
Sign up with an e-mail address and a password, and be signed in.

1. Attempts from one network address are limited.
2. The password must meet the policy; it is hashed before anything is held.
3. A key that was used before returns the answer that it made then, without its tokens.
4. The address must be new. Where that is not told, its owner is told by mail instead.
5. An address that this browser verified beforehand is verified; any other is asked by mail, where logins wait for it.
6. User, credential, mail to come and session are kept together or not at all.
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
from ...rules.accounts.users import Profile, words_of
from ...rules.asking import GUEST, Asker, Role
from ...rules.limits import asks_of
from ...rules.secrecy import NewPassword, Secret
from ._granting import Grant, Granting
from ._opening import Opening, Openings, claim_of


@frozen
class SignUp:
    """Somebody wants an account and to be signed in to it."""

    email: Email
    password: NewPassword
    #: Makes a repeat of the request harmless; None if it may not be repeated.
    key: str | None = None
    #: What `verify_email` gave this browser, if it verified the address beforehand.
    proof: Secret | None = None
    asker: Asker = GUEST


@frozen
class SignedUp:
    """The account that was opened. Both are None where nobody may know whether there was one."""

    user: Profile | None
    #: None also in the answer to a repeat.
    grant: Grant | None
    replayed: bool = False


def sign_up(
    command: SignUp,
    *,
    transaction: Transaction[Accounts],
    limits: Limits,
    hasher: Hasher,
    fingerprint: Fingerprint,
    openings: Openings,
    granting: Granting,
    clock: Clock,
) -> SignedUp:
    """
    Open an account and a session.

    Raises:
        LimitReached: there were too many sign-ups from this address.
        WeakPassword: the password does not meet the policy.
        EmailExists: the address has an account, where that is told.
        InvalidKey: the key cannot be one.
        IdempotencyConflict: the key stands for another request.
        RequestInProgress: an equal request is still being worked on.
    """
    policy, now = openings.policy, clock()
    limits.take(asks_of(policy.limits, command.asker, signup="address"), now)
    strong_enough(policy.password, command.password, words_of(command.email, None))
    wanted = Opening(command.email, None, Role.CUSTOMER, hasher.hash(command.password), command.proof)

    with transaction() as accounts:
        claim = claim_of(command, "accounts.sign_up", fingerprint, now)
        if claim and (before := accounts.receipts.claim(claim)):
            return before.answers(claim, SignedUp)

        user = openings.open_for_anybody(accounts, wanted, now)
        answer = SignedUp(None, None)
        if user and not policy.opaque:
            grant = granting.open(accounts, user, command.asker, now, policy.sessions)
            answer = SignedUp(Profile.of(user), grant)
        if claim:
            accounts.receipts.keep(claim.answered(answer))

    return answer
