"""One file a dialect: what each raw code means, and which of our kinds it raises.

`CODES` maps the code as the dialect writes it to `Code(kind, meaning)`. A kind of None is known and
raises nothing: "no fault", a service mode, what is no incident of a lift. `WIDTH` is the number of
digits the dialect writes. Rows are those of the cross table of the contract (section 5); where the
table says that a code is only the nearest, its meaning says so too.
"""

from typing import NamedTuple


class Code(NamedTuple):
    """One row: the kind of the contract that a report of it raises, and its meaning in words."""

    kind: str | None
    meaning: str


MODE = "a service mode, no incident: it is told by `state`"
