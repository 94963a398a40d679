"""Where all tables are declared together, for migrations and for references between contexts."""

from __future__ import annotations

from typing import Final

from sqlalchemy import MetaData

from ..constraints import NAMES

metadata: Final = MetaData(naming_convention=NAMES)
