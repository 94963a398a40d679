"""The floor: a bare Falcon resource that reads one row with the standard library's sqlite3. No checks, no rules."""

from __future__ import annotations

import os
import sqlite3
import threading

import falcon
import orjson

_here = threading.local()


def _connection() -> sqlite3.Connection:
    if not hasattr(_here, "connection"):
        _here.connection = sqlite3.connect(os.environ["FLOOR_DATABASE"], isolation_level=None)
    return _here.connection


class Me:
    """``GET /auth/me`` for whoever asks."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer the row of the user that the cookie names."""
        row = (
            _connection()
            .execute("SELECT id, email, role, created_at FROM users WHERE id = ?", (req.get_cookie_values("user")[0],))
            .fetchone()
        )
        resp.media = {
            "id": row[0],
            "email": row[1],
            "username": None,
            "role": row[2],
            "is_active": True,
            "is_verified": True,
            "created_at": row[3],
        }


def app() -> falcon.App:
    """Return the floor's app."""
    floor = falcon.App()
    floor.resp_options.media_handlers[falcon.MEDIA_JSON] = falcon.media.JSONHandler(
        dumps=orjson.dumps, loads=orjson.loads
    )
    floor.add_route("/auth/me", Me())
    return floor
