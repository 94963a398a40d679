"""Which release this is: kept here too, since to ask the installed package takes longer than all else that is told."""

from __future__ import annotations

from typing import Final

VERSION: Final = "0.1.0"
