"""Bytes as text that fits a link, a header and a cookie: base64url without padding (RFC 4648, section 5)."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error


def encode(raw: bytes) -> str:
    """Return *raw* as text."""
    return urlsafe_b64encode(raw).decode().rstrip("=")


def decode(text: str, length: int) -> bytes | None:
    """Return the *length* bytes that *text* stands for; None if it is not the one spelling of so many bytes."""
    try:
        raw = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (Error, ValueError):
        return None
    # Compared with our own spelling: the decoder skips what it does not know.
    return raw if len(raw) == length and encode(raw) == text else None
