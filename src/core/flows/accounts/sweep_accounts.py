"""
Forget what nobody needs any more. Done on schedule, and safe to do at any time.

1. Sessions that expired or ended, secrets that expired and receipts that expired are removed, and jobs that ended, a
   while later: a used secret or an ended session is still known for what it was for some days.
2. A bounded number at a time, so that nobody waits long for it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from attrs import frozen

from ....ports.accounts import Accounts
from ....ports.flow import Clock, Transaction
from ....ports.limits import Limits
from ...rules.answers import Swept
from ...rules.asking import SYSTEM, Asker, only

#: How long ended things are kept for questions about them.
KEPT: Final = timedelta(days=7)

BATCH: Final = 1000


@frozen
class SweepAccounts:
    """It is time to tidy up."""

    asker: Asker = SYSTEM


def sweep_accounts(
    command: SweepAccounts, *, transaction: Transaction[Accounts], limits: Limits, clock: Clock
) -> Swept:
    """
    Remove what is out of date.

    Raises:
        NotSignedIn: a guest asks.
        NotAllowed: a user asks, or the system on behalf of one.
    """
    only(command.asker)
    now = clock()
    with transaction() as accounts:
        count = accounts.receipts.sweep(now, BATCH)
        count += accounts.sessions.sweep(now - KEPT, BATCH)
        count += accounts.secrets.sweep(now - KEPT, BATCH)
        count += accounts.jobs.sweep(now - KEPT, BATCH)
    return Swept(count + limits.sweep(now, BATCH))
