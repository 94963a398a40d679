"""Identifiers: UUIDs of version 7 (RFC 9562, section 5.7), so that newer ones sort after older ones."""

from __future__ import annotations

from typing import NewType
from uuid import UUID

UserId = NewType("UserId", UUID)
SessionId = NewType("SessionId", UUID)
SecretId = NewType("SecretId", UUID)
JobId = NewType("JobId", UUID)

#: Stands for a row that is not there, so that looking for it costs as much as looking for one that is.
NOBODY = UserId(UUID(int=0))


def uuid7(milliseconds: int, random: bytes) -> UUID:
    """Return the identifier made of *milliseconds* since 1970 and ten bytes of *random*."""
    tail = int.from_bytes(random, "big")
    value = (milliseconds & (2**48 - 1)) << 80 | tail & (2**80 - 1)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
