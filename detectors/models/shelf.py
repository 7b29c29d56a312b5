"""The models in use, and whether they still fit the lifts they judge.

The default is part of the package, as its code is; wiring may put another in its place.
"""

from collections.abc import Iterator
from pathlib import Path

import structlog
from msgspec import Struct, field

from detectors.models.features import Part
from detectors.models.files import ANY, QUANTILES, BadModel, Fitted, Models, from_bytes
from liftwatch.register.facts import Facts

log = structlog.get_logger()

SPEEDS_MPS = (1.0, 1.75, 2.5)
"""The classes of rated speed of lifts in flats (domain 4.3)."""
DEFAULT = Path(__file__).with_name("default.npz")

WATCHED = 2_000  # rides after which a family is looked at
WATCHED_ABOVE = 0.9
"""Of the scores in training one tenth lay above this quantile."""
SHARE_MIN, SHARE_MAX = 0.03, 0.25
"""The share of a fleet's scores above it that is still like training [our choice]."""


def family_of(facts: Facts) -> str:
    """The lifts this one is like: the same roping and class of rated speed.

    >>> family_of(Facts(roping=2, rated_speed_mps=1.5)), family_of(Facts(roping=1))
    ('2:1 to 1.75 m/s', 'any')
    """
    speed, roping = facts.rated_speed_mps, facts.roping
    limit = next((one for one in SPEEDS_MPS if speed is not None and speed <= one), None)
    return ANY if limit is None or roping is None else f"{roping}:1 to {limit} m/s"


class Fit(Struct):
    """How the scores of one family compare with those in training."""

    seen: int = 0
    above: int = 0
    share: float | None = None

    @property
    def drifts(self) -> bool:
        """Whether the last share lay outside what is expected."""
        return self.share is not None and not SHARE_MIN <= self.share <= SHARE_MAX


class Shelf(Struct):
    """Models, the reason why there are none, and the fit of each family."""

    models: Models | None = None
    trouble: str | None = "no model was put here"
    fits: dict[tuple[str, str], Fit] = field(default_factory=dict)

    def put(self, models: Models | BadModel) -> bool:
        """Use these from now on; what cannot be used changes nothing. Whether they are in use."""
        if isinstance(models, BadModel):
            if self.models is None:
                self.trouble = models.reason
            return False
        self.models, self.trouble, self.fits = models, None, {}
        return True

    def find(self, part: Part, facts: Facts) -> Fitted | None:
        """The forest for a lift: that of its family, else that of any; None: cannot tell."""
        return None if self.models is None else self.models.find(part, family_of(facts))

    def watch(self, fitted: Fitted, score: float) -> None:
        """Take note of the score of a lift that has no alarm."""
        card = fitted.card
        fit = self.fits.setdefault((card.part, card.family), Fit())
        fit.seen += 1
        fit.above += score > card.quantiles[QUANTILES.index(WATCHED_ABOVE)]
        if fit.seen < WATCHED:
            return
        before, fit.share = fit.drifts, fit.above / fit.seen
        fit.seen = fit.above = 0
        if fit.drifts != before:
            say = log.warning if fit.drifts else log.info
            words = "a model no longer fits" if fit.drifts else "a model fits again"
            say(words, part=card.part, family=card.family, share=round(fit.share, 3))

    def drifting(self) -> Iterator[tuple[str, str]]:
        """Part and family of every model that no longer fits."""
        return (key for key, fit in self.fits.items() if fit.drifts)


def default_models() -> Models | BadModel:
    """The models that come with the package."""
    try:
        return from_bytes(DEFAULT.read_bytes())
    except OSError as error:
        return BadModel(f"{DEFAULT.name}: {error.strerror}")


SHELF = Shelf()
"""Of this process; whoever wires a service with models of its own puts them here at start."""
SHELF.put(default_models())
