"""
Commands and answers as text that lies in a database.

A command that waits as a job may hold secrets; they are sealed under a key that is
derived from the keyring, so that the database alone opens none of them. Answers are
kept to be shown or given again, without their secrets: a secret is null, and so is
whatever makes no sense without one, such as the grant of a session. Who asks is never
kept with a command, and keys that are not known are passed over, so that old and new
programs read each other's rows.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, Final, Protocol

from attrs import frozen
from cryptography.fernet import Fernet, InvalidToken

from ...core.rules.accounts.emails import Email
from ...core.rules.asking import Asker
from ...core.rules.refusals import Malformed, Missing, Problem
from ...core.rules.secrecy import Password, Secret
from ...ports.packing import Packing
from ...ports.receipts import Fingerprint
from ...ports.secrets import Keyring
from .answers import TOLD, Teller, ToWire
from .commands import Reader
from .shapes import shapes_of

#: What the sealing keys are derived from; no other message that a MAC is made over begins so.
_SEAL: Final = b"seal\0"


class Known(Protocol):
    """A flow: the class of its commands and the type of its answers."""

    @property
    def command(self) -> type[Any]: ...

    @property
    def answer(self) -> Any: ...


@frozen
class Seal:
    """Closes and opens secrets that wait in a database."""

    _keyring: Keyring

    def close(self, secret: Secret | Password) -> str:
        """Return the secret so that only we can read it, with the name of the key before it."""
        key = Fernet(urlsafe_b64encode(self._keyring.mac(_SEAL)))
        return f"{self._keyring.current}:{key.encrypt(secret.text.encode()).decode()}"

    def open(self, text: str) -> str:
        """
        Return what was sealed.

        Raises:
            ValueError: the key is gone, or somebody changed the text.
        """
        name, _, sealed = text.rpartition(":")
        key = self._keyring.recall(_SEAL, name)
        if key is None:
            raise ValueError("was sealed under a key that is gone")
        try:
            return Fernet(urlsafe_b64encode(key)).decrypt(sealed).decode()
        except InvalidToken:
            raise ValueError("was not sealed by us") from None


class Codec(Packing):
    """Packs what the given flows take and answer, each by the name of its flow."""

    def __init__(self, flows: Mapping[str, Known], keyring: Keyring) -> None:
        seal = Seal(keyring)
        opening = {Secret: lambda text: Secret(seal.open(text)), Password: lambda text: Password(seal.open(text))}
        self._flows = flows
        self._names = {flow.command: name for name, flow in flows.items()}
        self._tell = Teller(told={Secret: seal.close, Password: seal.close})
        self._read = Reader(strict=False, texts=opening)
        self._tell_answer = Teller(told=_SILENT, hidden=_needs_secret)
        self._read_answer = Reader(strict=False, texts={})

    def pack(self, command: object) -> tuple[str, str]:
        return self._names[type(command)], _dumps(self._tell(command))

    def unpack(self, flow: str, text: str, asker: Asker) -> object:
        """
        Return the command of *flow* that was packed, given by *asker*.

        Raises:
            Missing: there is no such flow.
            Malformed: it is no command of that flow, or holds what cannot be opened any more.
        """
        return self._read(self._known(flow).command, _loads(text), asker=asker)

    def pack_answer(self, flow: str, answer: Any) -> str:  # noqa: ARG002 - an answer's class tells how
        return _dumps(self._tell_answer(answer))

    def unpack_answer(self, flow: str, text: str) -> Any:
        return self._read_answer(self._known(flow).answer, _loads(text))

    def _known(self, flow: str) -> Known:
        if flow not in self._flows:
            raise Missing("flow")
        return self._flows[flow]


def fingerprints(mac: Callable[[bytes], bytes]) -> Fingerprint:
    """Return what tells equal requests from others: a MAC over a command's normalised form, secrets left out."""
    tell = Teller(told=_NORMALISED)
    return lambda command: mac(f"fingerprint\0{type(command).__name__}\0{_dumps(tell(command))}".encode())


def reading(flows: Mapping[str, Known], read: Reader) -> Callable[[str, Mapping[str, Any]], Any]:
    """Return what reads the command of the flow with a given name, or refuses it as `Missing` or `Malformed`."""

    def of(flow: str, message: Mapping[str, Any]) -> Any:
        if flow not in flows:
            raise Missing("flow")
        return read(flows[flow].command, message)

    return of


def _nothing(_: object) -> None:
    return None


#: As answers are kept.
_SILENT: Final[Mapping[type[Any], ToWire]] = {Secret: _nothing, Password: _nothing}

#: As requests are compared: an address in another spelling is the same address.
_NORMALISED: Final[Mapping[type[Any], ToWire]] = {
    **TOLD,
    **_SILENT,
    Email: attrgetter("canonical"),
}


def _needs_secret(kind: Any) -> bool:
    return any(shape.type in (Secret, Password) for shape in shapes_of(kind))


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _loads(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise Malformed((Problem("", "is not JSON"),)) from None
