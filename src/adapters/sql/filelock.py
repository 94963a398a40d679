"""
A lock between processes that is fair enough and has a deadline.

SQLite lets one process write at a time and makes no promise whose turn is next: of eight
steady writers some wait for seconds. So who writes stands in line first, for one lock at the
head of the line and then for the other. Only the head of the line waits for the writer to
end, so a writer that wants to write again cannot slip in before it.

The kernel drops both locks when a process dies. Data never depends on them, only patience.
"""

from __future__ import annotations

import os
from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, flock
from pathlib import Path
from time import monotonic, sleep
from typing import Final

#: How long to sleep between two looks; the system call that waits by itself has no deadline.
#: In line everybody looks equally often. Only one looks from the head: often at first, then less and less.
IN_LINE: Final = (0.000_2, 0.000_2)
AT_HEAD: Final = (0.000_02, 0.001)


class FileLock:
    """Two empty files beside a database."""

    def __init__(self, database: Path) -> None:
        self._head = os.open(f"{database}.queue", os.O_RDONLY | os.O_CREAT, 0o644)
        self._writer = os.open(f"{database}.lock", os.O_RDONLY | os.O_CREAT, 0o644)

    def acquire(self, deadline: float) -> bool:
        """Wait for the lock until the deadline on the monotonic clock; say whether it came."""
        if not _wait(self._head, deadline, IN_LINE):
            return False
        try:
            return _wait(self._writer, deadline, AT_HEAD)
        finally:
            flock(self._head, LOCK_UN)

    def release(self) -> None:
        """Let the next one in."""
        flock(self._writer, LOCK_UN)

    def close(self) -> None:
        """Close the files. In a forked process this leaves the parent's locks alone."""
        os.close(self._head)
        os.close(self._writer)


def _wait(file: int, deadline: float, pauses: tuple[float, float]) -> bool:
    pause, longest = pauses
    while True:
        try:
            flock(file, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            if monotonic() >= deadline:
                return False
            sleep(pause)
            pause = min(pause * 1.2, longest)
        else:
            return True
