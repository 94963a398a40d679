"""
A person's way through their account, told once and walked through every door.

Each step notes what came of it, without what differs from run to run. The notes of all
doors must be the same, on every storage.
"""

from __future__ import annotations

from .doors import Door, Note

GOOD = "Correct-Horse-1"
BETTER = "Battery-Staple-2"


def walk(door: Door) -> list[Note]:
    """Register, verify, log in, reset, change, log out; return what came of each step."""
    notes: list[Note] = []

    def note(flow: str, who: object = None, **message: object) -> object:
        outcome = door.call(flow, message, who)
        notes.append(outcome.note(flow))
        return outcome.who

    note("accounts.register", email="ann(at)example.com", password="short")
    note("accounts.register", email="ann@example.com", password="short")
    note("accounts.register", email="ann@example.com", password=GOOD, role="admin")
    note("accounts.register", email="Ann@Example.com", password=GOOD, username="ann", role="seller")
    note("accounts.register", email="ANN@example.com", password=GOOD)
    note("accounts.register", email="other@example.com", password=GOOD, username="ANN")

    note("accounts.log_in", email="nobody@example.com", password=GOOD)
    note("accounts.log_in", email="ann@example.com", password="Wrong-Horse-1")
    note("accounts.log_in", email="ann@example.com", password=GOOD)
    door.work()
    token = door.mailed("Ann@Example.com", "/verify-email?token=")
    note("accounts.verify_email", token="nonsense")
    note("accounts.verify_email", token=token)
    note("accounts.verify_email", token=token)

    ann = note("accounts.log_in", email="ann@EXAMPLE.com", password=GOOD)
    note("accounts.me", ann)
    note("accounts.me")
    note("accounts.list_sessions", ann)

    note("accounts.request_reset", email="nobody@example.com")
    note("accounts.request_reset", email="ann@example.com")
    door.work()
    token = door.mailed("Ann@Example.com", "/reset-password?token=")
    note("accounts.reset_password", token=token, new_password="short")
    note("accounts.reset_password", token=token, new_password=BETTER)
    note("accounts.reset_password", token=token, new_password=BETTER)
    note("accounts.list_sessions", ann)
    note("accounts.log_in", email="ann@example.com", password=GOOD)

    ann = note("accounts.log_in", email="ann@example.com", password=BETTER)
    note("accounts.change_password", ann, current_password=GOOD, new_password=GOOD)
    note("accounts.change_password", ann, current_password=BETTER, new_password=GOOD)
    note("accounts.me", ann)
    ann_too = note("accounts.log_in", email="ann@example.com", password=GOOD)
    note("accounts.log_out", ann)
    note("accounts.list_sessions", ann_too)
    note("accounts.end_sessions", ann_too)
    return notes


def _user(*, verified: bool) -> tuple[object, ...]:
    return ("Ann@Example.com", "ann", "seller", True, verified)


ASKED = "If there is an account with that address, a mail is on its way"

#: What comes of the steps, told by hand.
EXPECTED: list[Note] = [
    ("accounts.register", ("VALIDATION_ERROR", ("email", "password"))),
    ("accounts.register", ("WEAK_PASSWORD", ("password",))),
    ("accounts.register", ("ROLE_NOT_ALLOWED", ())),
    ("accounts.register", _user(verified=False)),
    ("accounts.register", ("EMAIL_EXISTS", ())),
    ("accounts.register", ("USERNAME_TAKEN", ())),
    ("accounts.log_in", ("INVALID_CREDENTIALS", ())),
    ("accounts.log_in", ("INVALID_CREDENTIALS", ())),
    ("accounts.log_in", ("EMAIL_NOT_VERIFIED", ())),
    ("accounts.verify_email", ("INVALID_TOKEN", ())),
    ("accounts.verify_email", (True, True)),
    ("accounts.verify_email", ("INVALID_TOKEN", ())),
    ("accounts.log_in", _user(verified=True)),
    ("accounts.me", _user(verified=True)),
    ("accounts.me", ("NOT_SIGNED_IN", ())),
    ("accounts.list_sessions", [True]),
    ("accounts.request_reset", ASKED),
    ("accounts.request_reset", ASKED),
    ("accounts.reset_password", ("WEAK_PASSWORD", ("new_password",))),
    ("accounts.reset_password", "done"),
    ("accounts.reset_password", ("INVALID_TOKEN", ())),
    ("accounts.list_sessions", ("NOT_SIGNED_IN", ())),
    ("accounts.log_in", ("INVALID_CREDENTIALS", ())),
    ("accounts.log_in", _user(verified=True)),
    ("accounts.change_password", ("INVALID_CREDENTIALS", ())),
    ("accounts.change_password", "done"),
    ("accounts.me", _user(verified=True)),
    ("accounts.log_in", _user(verified=True)),
    ("accounts.log_out", "done"),
    ("accounts.list_sessions", [True]),
    ("accounts.end_sessions", "done"),
]
