"""What columns hold, and those by which tables are joined."""

from __future__ import annotations

from enum import Enum
from typing import Final, NamedTuple


class Kind(Enum):
    """What a column holds."""

    TEXT = "text"
    INTEGER = "integer"
    MONEY = "money"
    QUANTITY = "quantity"
    DAY = "day"
    FLAG = "flag"


class Column(NamedTuple):
    """A column: its name, what it holds, and the element it comes from."""

    name: str
    kind: Kind
    source: str


TEXT, INTEGER, MONEY = Kind.TEXT, Kind.INTEGER, Kind.MONEY
QUANTITY, DAY, FLAG = Kind.QUANTITY, Kind.DAY, Kind.FLAG

TRANSACTION: Final = (
    Column("file", TEXT, "the file's name"),
    Column("transaction", INTEGER, "number of the ST in the file"),
)
CLAIM: Final = (*TRANSACTION, Column("claim", INTEGER, "number of the claim in the ST"))
LINE: Final = (*CLAIM, Column("line", INTEGER, "number of the line in the claim"))
POSITION: Final = Column("segment_position", INTEGER, "ST = 1")
