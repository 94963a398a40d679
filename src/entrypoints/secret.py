"""The secret that signs what we hand out: the operator's, or one that is made once and kept in the data folder."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

from ..adapters.filesystem.files import sync
from ..core.rules.refusals import Problem
from ..core.rules.secrecy import Secret
from .reading import secrets as read_secrets
from .settings import Misconfigured, Settings, variable


def signing_secrets(settings: Settings) -> tuple[Secret, ...]:
    """
    Return the secrets, newest first; without any in the settings, the ones in the data folder, made if there are none.

    Raises:
        Misconfigured: what the data folder holds is no secret, or it cannot be written.
    """
    if settings.secret:
        return settings.secret
    place = settings.data / "secret"
    try:
        kept = _kept(place)
    except OSError as error:
        raise Misconfigured((Problem(variable("data"), f"cannot keep a secret: {error}"),)) from error
    try:
        return read_secrets(kept)
    except ValueError as error:
        raise Misconfigured((Problem(str(place), str(error)),)) from error


def data_folder(settings: Settings) -> Path:
    """
    Return the data folder, made for our eyes only if it is not there.

    Raises:
        Misconfigured: it can be no folder of ours.
    """
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured((Problem(variable("data"), f"cannot be made: {error.strerror}"),)) from error
    return settings.data


def _kept(place: Path) -> str:
    """Return what the file holds. Of several who find none, one makes it, whole, and all read the same."""
    try:
        return place.read_text("utf-8").strip()
    except FileNotFoundError:
        _make(place)
        return place.read_text("utf-8").strip()


def _make(place: Path) -> None:
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # mkstemp opens with mode 600. A link appears with all of its content, and only where there was nothing.
    descriptor, name = tempfile.mkstemp(prefix="secret-", dir=place.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(32))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(name, place)
        except FileExistsError:
            return
        # A secret lost at a power cut would end every session.
        sync(place.parent)
    finally:
        Path(name).unlink()
