"""Why something of the fund cannot be: one line to read, and the rule that says so."""

from liftwatch.said import Said


class Refused(Exception):
    """It cannot be. `why` is told to people; `rule` names the article, empty where it is ours."""

    def __init__(self, why: Said, *, rule: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.rule = rule


class Untold(Refused):
    """Something is missing, or cannot be as it was told."""


class CannotMove(Refused):
    """A case or a vote is not where this begins."""


class NotYours(Refused):
    """Whoever asks has not the role for it, or has another hand in the case already."""


class Ineligible(Refused):
    """The fund does not pay for this."""


class OverLimit(Refused):
    """More money than may leave, or than is there."""
