"""One line of `liftwatch check-config`."""

from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

from liftwatch.settings import Settings

Verdict = Literal["ok", "unsafe", "wrong"]


class Finding(NamedTuple):
    """One line."""

    verdict: Verdict
    what: str
    detail: str


Check = Callable[[Settings], Iterable[Finding]]
