"""A condition that must last before it counts, and be gone for a while before it counts no more."""

from collections.abc import Iterable
from typing import Any, ClassVar

from msgspec import Struct, field

from detectors.contract import Claim, Detector
from detectors.view import View


class Span(Struct, gc=False, omit_defaults=True):
    """Since when something holds, by how many messages, and since when it has gone again.

    >>> span = Span()
    >>> span.follow(True, 1_000), span.follow(None, 1_500), span.follow(True, 2_000)
    (None, None, None)
    >>> span.since_ms, span.told
    (1000, 2)
    """

    since_ms: int | None = None
    gone_ms: int | None = None
    told: int = 0
    ready_ms: int | None = None
    raised: bool = False

    def follow(self, holds: bool | None, at_ms: int) -> None:
        """Take what one message says; None, unknown, changes nothing."""
        if holds:
            self.gone_ms = None
            if self.since_ms is None:
                self.since_ms = at_ms
            self.told += 1
            self.ready_ms = at_ms
        elif holds is False:
            if not self.raised:
                if self.since_ms is not None:
                    self.reset()
            elif self.gone_ms is None:
                self.gone_ms = at_ms

    @property
    def idle(self) -> bool:
        """Whether nothing holds, and nothing was raised: asked with every message."""
        return self.since_ms is None and not self.raised

    def reset(self) -> None:
        """As if nothing had been."""
        self.since_ms = self.gone_ms = self.ready_ms = None
        self.told, self.raised = 0, False

    def due_ms(self, lasting_ms: int, gone_for_ms: int, *, told_min: int = 1) -> int | None:
        """When it will have lasted, or been gone, for long enough."""
        if self.raised:
            return None if self.gone_ms is None else self.gone_ms + gone_for_ms
        if self.since_ms is None or self.ready_ms is None or self.told < told_min:
            return None
        return self.since_ms + lasting_ms


class Condition(Detector):
    """Base of rules with one such condition: a rule follows it in `hear` and then calls `judge`.

    `told_min` messages must have shown it, so that one odd value is nothing however long it is
    followed by silence.
    """

    lasting_ms: ClassVar[int]
    gone_for_ms: ClassVar[int]
    told_min: ClassVar[int] = 1

    span: Span = field(default_factory=Span)

    def tick(self, now_ms: int, view: View) -> Iterable[Claim]:
        """Judge by the time that has passed."""
        return self.judge(now_ms, view)

    def due_ms(self, after_ms: int) -> int | None:
        """When the condition has lasted, or been gone, for long enough."""
        if self.span.idle:
            return None
        due_ms = self._ripe_ms()
        return due_ms if due_ms is not None and due_ms > after_ms else None

    def judge(self, now_ms: int, view: View) -> Iterable[Claim]:
        """Raise or clear what is ripe now."""
        due_ms = self._ripe_ms()
        if due_ms is None or due_ms > now_ms:
            return ()
        span, (kind,) = self.span, self.kinds
        if span.raised:
            span.reset()
            return (Claim(kind=kind, edge="cleared", at_ms=due_ms),)
        opened_ms = span.since_ms or 0
        certain_ms = due_ms if self.told_min == 1 else max(due_ms, self._shown_ms(due_ms, now_ms))
        span.raised = True
        evidence = self.evidence(view)
        return (
            Claim(
                kind=kind, edge="raised", at_ms=certain_ms, opened_ms=opened_ms, evidence=evidence
            ),
        )

    def evidence(self, view: View) -> dict[str, Any]:
        """What made it so."""
        del view
        return {}

    def _shown_ms(self, due_ms: int, now_ms: int) -> int:
        """The moment of certainty, where it took so many messages to believe it."""
        return due_ms if self.span.told > self.told_min else now_ms

    def _ripe_ms(self) -> int | None:
        return self.span.due_ms(self.lasting_ms, self.gone_for_ms, told_min=self.told_min)
